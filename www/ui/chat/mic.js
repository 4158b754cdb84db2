// The button for voice input, where the browser recognizes speech on the device. What it does is loaded when it is pressed.
import { h } from '../lib/dom.js';
import { icon } from '../lib/icons.js';

/** Without `processLocally` the browser would send the voice to a server. */
function recognizesHere() {
  const { SpeechRecognition } = /** @type {{SpeechRecognition?: {prototype: object}}} */ (
    /** @type {unknown} */ (globalThis)
  );
  return SpeechRecognition !== undefined && 'processLocally' in SpeechRecognition.prototype;
}

/** @param {import('../lib/view.js').Ui} ui @param {HTMLTextAreaElement} field */
export function micButton(ui, field) {
  if (!recognizesHere()) return null;
  const label = ui.i18n.t('dictate');
  const button = h(
    'button',
    { type: 'button', class: 'icon-button', 'aria-label': label, title: label, 'aria-pressed': 'false' },
    icon('mic'),
  );
  /** @type {(() => void) | undefined} */
  let toggle;
  button.addEventListener('click', async () => {
    try {
      toggle ??= (await import('./dictation.js')).createDictation(ui, field, button);
      toggle();
    } catch (error) {
      ui.app.report(Object.assign(new Error(String(error)), { code: 'page_incomplete' }));
    }
  });
  return button;
}
