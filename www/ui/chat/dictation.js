// Voice input through the browser's own recognition on the device.

/**
 * The part of the Web Speech API that is used; TypeScript's library doesn't have it.
 * @typedef {object} Recognition
 * @property {string} lang
 * @property {boolean} interimResults
 * @property {boolean} processLocally
 * @property {(event: {results: ArrayLike<ArrayLike<{transcript: string}>>}) => void} onresult
 * @property {(event: {error: string}) => void} onerror
 * @property {() => void} onend
 * @property {() => void} start
 * @property {() => void} stop
 *
 * @typedef {{langs: string[], processLocally: true}} Wish
 * @typedef {'available' | 'downloadable' | 'downloading' | 'unavailable'} Availability
 * @typedef {{new (): Recognition, prototype: Recognition, available?: (wish: Wish) => Promise<Availability>, install?: (wish: Wish) => Promise<boolean>}} RecognitionClass
 */

/** What the person did, or what needs no words. */
const NO_FAULT = new Set(['aborted', 'no-speech']);

/** @param {string} error as the browser names it */
function fault(error) {
  const refused = error === 'not-allowed' || error === 'service-not-allowed';
  const message = `The browser's speech recognition says: ${error}.`;
  return refused
    ? Object.assign(new Error(message), { code: 'microphone_refused' })
    : Object.assign(new Error(message), { code: 'dictation_failed' });
}

/** The browser may have to fetch the words of a language first. @param {RecognitionClass} Class @param {string} lang */
async function ready(Class, lang) {
  const wish = /** @type {Wish} */ ({ langs: [lang], processLocally: true });
  const state = (await Class.available?.(wish)) ?? 'available';
  if (state === 'available') return true;
  return state !== 'unavailable' && (await Class.install?.(wish)) === true;
}

/** @param {import('../lib/view.js').Ui} ui @param {HTMLTextAreaElement} field @param {HTMLElement} button @returns {() => void} begins or ends it */
export function createDictation({ app, i18n: { language } }, field, button) {
  const { SpeechRecognition: Class } = /** @type {{SpeechRecognition: RecognitionClass}} */ (
    /** @type {unknown} */ (globalThis)
  );
  // The person's own kind of the page's language: en-GB on a page in English.
  const lang = navigator.languages.find((tag) => tag.toLowerCase().split('-')[0] === language) ?? language;
  /** @type {Recognition | undefined} */
  let running;
  const press = (/** @type {boolean} */ on) => button.setAttribute('aria-pressed', String(on));

  async function listen() {
    press(true);
    if (!(await ready(Class, lang))) throw fault('language-not-supported');
    const before = field.value ? `${field.value.trimEnd()} ` : '';
    running = new Class();
    running.lang = lang;
    running.interimResults = true;
    running.processLocally = true;
    running.onresult = ({ results }) => {
      field.value = before + Array.from(results, (result) => result[0].transcript).join('');
      field.dispatchEvent(new Event('input', { bubbles: true }));
    };
    running.onerror = ({ error }) => {
      if (!NO_FAULT.has(error)) app.report(fault(error));
    };
    running.onend = () => {
      running = undefined;
      press(false);
    };
    running.start();
  }

  return () => {
    if (running) return running.stop();
    if (button.getAttribute('aria-pressed') === 'true') return; // the browser is still fetching the language
    listen().catch((error) => {
      running = undefined;
      press(false);
      app.report(typeof error.code === 'string' ? error : fault(error.message));
    });
  };
}
