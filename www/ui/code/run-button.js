// The button that runs a code block, and ends its program while it runs.
import { setProps } from '../lib/dom.js';
import { iconButton } from '../lib/icon-button.js';
import { icon } from '../lib/icons.js';

/**
 * @param {HTMLElement} figure with the code block @param {HTMLElement} code
 * @param {import('../../agent/code/run.js').Language} language
 * @param {import('../lib/view.js').App} app @param {import('../lib/i18n.js').I18nWith<'parts'>} i18n
 */
export function runButton(figure, code, language, app, { t }) {
  /** @type {AbortController | undefined} */
  let running;
  const button = iconButton(t('codeRun'), 'play', () => void (running ? running.abort() : run()));

  function show() {
    const label = t(running ? 'codeStop' : 'codeRun');
    setProps(button, { 'aria-label': label, title: label });
    button.replaceChildren(icon(running ? 'stop' : 'play'));
    figure.setAttribute('aria-busy', String(running !== undefined));
  }

  async function run() {
    const message = figure.closest('[data-id]');
    const id = message?.getAttribute('data-id');
    if (!message || !id) return;
    // Where the answer has parts, what it was before is still there, hidden.
    const shown = figure.closest('.parts') ?? message;
    const block = [...shown.querySelectorAll('figure.code')].indexOf(figure);
    running = new AbortController();
    show();
    try {
      const runs = await app.answers.runs();
      await runs.run(id, block, code.textContent ?? '', language, running.signal);
    } catch (error) {
      app.report(error);
    } finally {
      running = undefined;
      show();
    }
  }
  if (language === 'javascript') return button;
  // Others are there where the operator has added them.
  button.hidden = true;
  const offered = app.answers.runs().then((runs) => runs.has(language));
  offered.then((isThere) => (button.hidden = !isThere)).catch(() => {}); // out of reach: it stays text
  return button;
}
