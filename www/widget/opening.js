// Opens the chat by itself, by the rules that a merchant wrote and by no others: never over a dialog, never while somebody
// writes, once a visit, and not again for a visitor who closed it.
import { isOn } from '../service/config.js';

/** @typedef {import('../service/config.js').Opening} Opening */
/** @typedef {import('./chat-element.js').LoquatChat} LoquatChat */

const CLOSED = 'loquat-widget-stay-closed';
const LOOK_EVERY = 500; // ms

/** @param {'localStorage' | 'sessionStorage'} where @param {string} key @param {string} [value] kept */
function kept(where, key, value) {
  try {
    if (value !== undefined) globalThis[where].setItem(key, value);
    return globalThis[where].getItem(key);
  } catch {
    return 'blocked'; // where nothing can be remembered, it does not open by itself
  }
}

/** Something that wants an answer first, or a field that somebody writes in. */
function isBusy() {
  if (document.querySelector('dialog[open], [role="dialog"]:not([hidden]), [aria-modal="true"]')) return true;
  const { activeElement } = document;
  return (
    activeElement instanceof HTMLElement &&
    (activeElement.matches('input, textarea, select') || activeElement.isContentEditable)
  );
}

/** Percent of the page that has been seen. */
const scrolled = () => {
  const { scrollHeight } = document.documentElement;
  return ((scrollY + innerHeight) / Math.max(1, scrollHeight)) * 100;
};

/** The rules for this page. What checks a configuration is loaded where it has any. @param {string | {opening?: Opening[]}} config */
async function rulesOf(config) {
  const fitting = (/** @type {Opening[] | undefined} */ rules = []) =>
    rules.filter(({ pages }) => isOn(pages, location.pathname));
  if (typeof config !== 'string') return fitting(config.opening);
  const source = await (await fetch(new URL(config, document.baseURI))).text();
  if (!source.includes('"opening"')) return [];
  const { readConfig } = await import('../service/config-file.js');
  return fitting((await readConfig(source)).config.opening);
}

/** @param {LoquatChat} chat @param {string | {opening?: Opening[]}} config */
export async function watch(chat, config) {
  const key = `${CLOSED}:${chat.id}`;
  chat.addEventListener('close', () => void kept('localStorage', key, 'yes'));
  if (kept('localStorage', key) || kept('sessionStorage', `${key}:opened`)) return;
  const rules = await rulesOf(config).catch(() => []);
  if (rules.length === 0) return;
  const began = performance.now();
  const timer = setInterval(() => {
    if (!chat.isConnected || chat.isOpen || kept('localStorage', key)) return clearInterval(timer);
    const seconds = (performance.now() - began) / 1000;
    const due = rules.some(
      ({ after = 0, scrolled: far = 0, ...rule }) =>
        (after > 0 || far > 0 || rule.text) && seconds >= after && scrolled() >= far,
    );
    if (!due || document.hidden || isBusy()) return;
    clearInterval(timer);
    kept('sessionStorage', `${key}:opened`, 'yes');
    void chat.open({ focus: false }).catch(() => {});
  }, LOOK_EVERY);
}
