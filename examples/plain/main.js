// A page without a bundler that asks the model and shows the answer while it is written. `?model=` names another model.
import { isAbort, loadEngine } from './loquat-chat/index.js';

const MODEL = new URLSearchParams(location.search).get('model') ?? 'models/SmolLM2-135M-Instruct.Q4_1.gguf';

/** @template {Element} T @param {string} selector @returns {T} */
const find = (selector) => /** @type {T} */ (document.querySelector(selector));
/** @type {HTMLElement} */
const status = find('#status');
/** @type {HTMLButtonElement} */
const load = find('#load');
/** @type {HTMLFormElement} */
const form = find('form');
/** @type {HTMLInputElement} */
const field = find('input');
/** @type {HTMLButtonElement} */
const stop = find('#stop');

/** @param {string} kind @param {string} text */
function add(kind, text) {
  const line = document.createElement('p');
  line.className = kind;
  line.textContent = text;
  find('#answers').append(line);
  return line;
}

/** What went wrong, and what to do about it. @param {unknown} error */
const explain = (error) => {
  const { message, remedy = '' } = /** @type {Error & {remedy?: string}} */ (error);
  return `${message} ${remedy}`;
};

load.addEventListener('click', async () => {
  load.disabled = true;
  try {
    const engine = await loadEngine({
      model: MODEL,
      onProgress: ({ phase, loaded, total }) =>
        (status.textContent = `${phase} ${total ? Math.round((loaded / total) * 100) : 0} %`),
    });
    status.textContent = 'Ready.';
    load.hidden = true;
    form.hidden = false;
    field.focus();
    listen(engine);
  } catch (error) {
    status.textContent = explain(error);
    load.disabled = false;
  }
});

/** @param {import('loquat-chat').Engine} engine */
function listen(engine) {
  /** @type {{role: 'user' | 'assistant', content: string}[]} */
  const messages = [];
  form.addEventListener('submit', async (event) => {
    event.preventDefault();
    const abort = new AbortController();
    messages.push({ role: 'user', content: field.value });
    add('question', field.value);
    const line = add('answer', '');
    form.reset();
    stop.hidden = false;
    stop.onclick = () => abort.abort();
    try {
      const request = { messages, max_tokens: 300, stream: /** @type {const} */ (true) };
      const stream = await engine.chat.completions.create(request, { signal: abort.signal });
      for await (const chunk of stream) line.textContent += chunk.choices[0]?.delta.content ?? '';
    } catch (error) {
      if (!isAbort(error)) status.textContent = explain(error);
    }
    messages.push({ role: 'assistant', content: line.textContent ?? '' });
    stop.hidden = true;
  });
}
