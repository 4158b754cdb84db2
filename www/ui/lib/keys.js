// Keyboard shortcuts. One table, which the help sheet shows too.
import { shownPath } from '../../app/chat-tree.js';
import { copyText } from './copy.js';
import { splitReasoning } from '../../agent/thoughts.js';

/** @typedef {keyof import('../../locales/tables.js').Panels} Key */

/** `mod` is Control, or Command on a Mac. @type {ReadonlyArray<{keys: string, does: Key}>} */
export const SHORTCUTS = [
  { keys: 'Enter', does: 'keySend' },
  { keys: 'Shift+Enter', does: 'keyNewline' },
  { keys: 'Escape', does: 'keyStop' },
  { keys: '/', does: 'keyFocus' },
  { keys: 'ArrowUp', does: 'keyEdit' },
  { keys: 'mod+Shift+O', does: 'keyNew' },
  { keys: 'mod+Shift+C', does: 'keyCopy' },
  { keys: 'mod+K', does: 'keySearch' },
  { keys: 'mod+,', does: 'keySettings' },
  { keys: '?', does: 'keyHelp' },
];

const isMac = /Mac|iPhone|iPad/.test(globalThis.navigator?.platform ?? '');

/** As printed on this keyboard. @param {string} keys */
export function keyNames(keys) {
  const names = { mod: isMac ? '⌘' : 'Ctrl', Shift: isMac ? '⇧' : 'Shift', ArrowUp: '↑', Escape: 'Esc' };
  return keys.split('+').map((key) => names[/** @type {keyof typeof names} */ (key)] ?? key);
}

/**
 * @param {HTMLElement} root keys count while focus is inside, or nowhere
 * @param {import('./view.js').Ui} ui
 * @param {{focusSearch: () => void, sidebarIsOver: () => boolean}} to
 */
export function listenForKeys(root, ui, { focusSearch, sidebarIsOver }) {
  const { app } = ui;

  /** @param {string} key @returns {(() => void) | undefined} */
  function withMod(key) {
    if (key === 'shift+o') return () => (app.conversations.start(), ui.focusInput());
    if (key === 'shift+c') return copyLast;
    if (key === 'k') return () => (ui.welcome ? focusSearch() : ui.showPanel('palette'));
    if (key === ',') return () => ui.showPanel('settings');
    return undefined;
  }

  function copyLast() {
    const last = shownPath(app.store.get().chat)
      .filter(({ role }) => role === 'assistant')
      .pop();
    if (!last) return;
    void copyText(splitReasoning(last.text).text, root).then((copied) =>
      ui.announce(ui.i18n.t(copied ? 'copied' : 'selected')),
    );
  }

  /** @param {KeyboardEvent} event */
  function onKey(event) {
    if (event.defaultPrevented || event.isComposing) return;
    const target = /** @type {HTMLElement} */ (event.composedPath()[0]);
    const nowhere = target === document.body || target === document.documentElement;
    if (!nowhere && !root.contains(target)) return;
    const typing = /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName);
    const mod = isMac ? event.metaKey : event.ctrlKey;
    const key = `${event.shiftKey && mod ? 'shift+' : ''}${event.key.toLowerCase()}`;
    const run = mod
      ? withMod(key)
      : typing
        ? undefined
        : key === '/'
          ? ui.focusInput
          : key === '?'
            ? () => ui.showPanel('help')
            : undefined;
    if (run) {
      event.preventDefault();
      run();
    } else if (event.key === 'Escape' && !root.querySelector('dialog[open]')) {
      if (sidebarIsOver()) ui.showSidebar(false);
      else app.answers.stop();
    }
  }
  document.addEventListener('keydown', onKey);
  return () => document.removeEventListener('keydown', onKey);
}
