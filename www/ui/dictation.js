// Voice input through the browser's own recognition, where it has one that works on the device; else nothing is shown.
import { h } from './dom.js';
import { icon } from './icons.js';

/**
 * The part of the Web Speech API that is used; TypeScript's library doesn't have it.
 * @typedef {object} Recognition
 * @property {string} lang
 * @property {boolean} interimResults
 * @property {boolean} processLocally
 * @property {(event: {results: ArrayLike<ArrayLike<{transcript: string}>>}) => void} onresult
 * @property {() => void} onend
 * @property {() => void} start
 * @property {() => void} stop
 */

/** @param {import('./i18n.js').I18n} i18n @param {HTMLTextAreaElement} field */
export function dictation({ t, language }, field) {
  const { SpeechRecognition } = /** @type {{SpeechRecognition?: new () => Recognition}} */ (
    /** @type {unknown} */ (globalThis)
  );
  // Without `processLocally` the browser would send the voice to a server.
  if (!SpeechRecognition || !('processLocally' in SpeechRecognition.prototype)) return null;
  /** @type {Recognition | undefined} */
  let running;
  const label = t('dictate');
  const button = h(
    'button',
    { type: 'button', class: 'icon-button', 'aria-label': label, title: label, 'aria-pressed': 'false' },
    icon('mic'),
  );
  button.addEventListener('click', () => {
    if (running) return running.stop();
    const before = field.value ? `${field.value.trimEnd()} ` : '';
    running = new SpeechRecognition();
    running.lang = language;
    running.interimResults = true;
    running.processLocally = true;
    running.onresult = ({ results }) => {
      field.value = before + Array.from(results, (result) => result[0].transcript).join('');
      field.dispatchEvent(new Event('input', { bubbles: true }));
    };
    running.onend = () => {
      running = undefined;
      button.setAttribute('aria-pressed', 'false');
    };
    button.setAttribute('aria-pressed', 'true');
    running.start();
  });
  return button;
}
