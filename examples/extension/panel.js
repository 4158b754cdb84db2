// The side panel: loads the model once it is asked to, and asks it about what is written or selected. Everything runs in the
// extension's own pages; the package lies in loquat-chat/ beside this file. `?model=` names another model.
import { loadEngine } from './loquat-chat/index.js';

const MODEL =
  new URLSearchParams(location.search).get('model') ??
  'hub:HuggingFaceTB/SmolLM2-360M-Instruct-GGUF/smollm2-360m-instruct-q8_0.gguf';

const [status, load, form, field, take, answer] = [
  '[role=status]',
  '#load',
  'form',
  'textarea',
  '#take',
  '#answer',
].map((selector) => document.querySelector(selector));

const told = (error) => (status.textContent = `${error.message} ${error.remedy ?? ''}`);

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
    form.addEventListener('submit', (event) => {
      event.preventDefault();
      ask(engine).catch(told);
    });
  } catch (error) {
    told(error);
    load.disabled = false;
  }
});

async function ask(engine) {
  answer.textContent = '';
  const messages = [{ role: 'user', content: field.value }];
  const stream = await engine.chat.completions.create({ messages, max_tokens: 300, stream: true });
  for await (const chunk of stream) answer.textContent += chunk.choices[0]?.delta.content ?? '';
}

take.addEventListener('click', async () => {
  const [tab] = await chrome.tabs.query({ active: true, lastFocusedWindow: true });
  try {
    const func = () => String(getSelection());
    const [{ result }] = await chrome.scripting.executeScript({ target: { tabId: tab.id }, func });
    field.value = `Explain in one sentence: ${result}`;
  } catch (error) {
    told(error);
  }
});
