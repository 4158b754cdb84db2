// Whether answers can be read aloud here, and the button for it.
import { h, setProps } from '../lib/dom.js';
import { icon } from '../lib/icons.js';
import { localVoices } from './voices.js';

/** What is said, and by which voice: loaded when it is wanted. */
const loadReading = () => import('./reading.js');

/** @type {(() => void) | undefined} */
let stop;

/** Ends what is being read. */
export function stopReading() {
  stop?.();
}

/**
 * Marks the root as able to read aloud as soon as there is a voice: browsers find theirs late.
 * @param {HTMLElement} root @returns {() => void} the way to stop watching
 */
export function watchVoices(root) {
  if (!('speechSynthesis' in globalThis)) return () => {};
  const mark = () => root.classList.toggle('can-speak', localVoices().length > 0);
  mark();
  // Not every browser's synthesis takes listeners, and a page that leaves must not go on talking.
  speechSynthesis.addEventListener?.('voiceschanged', mark);
  addEventListener('pagehide', stopReading);
  return () => {
    stopReading();
    speechSynthesis.removeEventListener?.('voiceschanged', mark);
    removeEventListener('pagehide', stopReading);
  };
}

/** @param {import('../lib/i18n.js').I18n} i18n @param {HTMLElement} body */
export function speakButton({ t, language }, body) {
  const button = h('button', { type: 'button', class: 'icon-button speak' });
  /** @param {boolean} reading */
  const show = (reading) => {
    const label = t(reading ? 'stopReading' : 'readAloud');
    setProps(button, { 'aria-label': label, title: label, 'aria-pressed': String(reading) });
    button.replaceChildren(icon(reading ? 'stop' : 'speaker'));
  };
  show(false);
  button.addEventListener('click', async () => {
    const mine = button.getAttribute('aria-pressed') === 'true';
    stopReading();
    if (mine) return;
    const end = () => {
      if (stop !== end) return;
      stop = undefined;
      show(false);
      speechSynthesis.cancel();
    };
    stop = end;
    show(true);
    try {
      const { read } = await loadReading();
      if (stop === end) read(body, language, end);
    } catch {
      end();
    }
  });
  return button;
}
