// The text of a draft, edited by hand; a selection, or the paragraph at the cursor, is written anew in its place.
import { h, setProps, setText } from '../lib/dom.js';
import { icon } from '../lib/icons.js';
import { isAbort } from '../../protocol/messages.js';
import { rewrite } from './rewrite.js';

const AFTER = 600; // ms without a key
/** What a selection can become. */
const CHANGES = /** @type {const} */ (['shorter', 'simpler', 'formal', 'continue']);

/** The paragraph around a place. @param {string} text @param {number} at @returns {[number, number]} */
export function paragraphAt(text, at) {
  const start = text.lastIndexOf('\n\n', Math.max(0, at - 1));
  const end = text.indexOf('\n\n', at);
  return [start < 0 ? 0 : start + 2, end < 0 ? text.length : end];
}

/** @param {import('./desk.js').Desk} desk @returns {import('./desk.js').DeskView} */
export function textView(desk) {
  const { ui, words } = desk;
  const { w } = words;
  const field = h('textarea', {
    class: 'paper',
    dir: 'auto',
    'aria-label': w('draftText'),
    spellcheck: 'true',
  });
  const said = h('span', { role: 'status', class: 'note' });
  const stopper = h(
    'button',
    { type: 'button', class: 'quiet', hidden: true, onclick: () => running?.abort() },
    icon('stop'),
    ui.i18n.t('stop'),
  );
  const to = h(
    'select',
    { 'aria-label': w('translateInto') },
    ...['English', '中文', '日本語'].map((name) => h('option', { value: name }, name)),
  );
  to.value = desk.draft().language === 'en' ? '中文' : 'English';
  const buttons = CHANGES.map((change) =>
    h('button', { type: 'button', class: 'quiet', onclick: () => void run(change) }, w(`change_${change}`)),
  );
  const translate = h(
    'button',
    { type: 'button', class: 'quiet', onclick: () => void run('translate') },
    w('change_translate'),
  );
  const bar = h(
    'div',
    { class: 'row changes', role: 'group', 'aria-label': w('changeSelection') },
    ...buttons,
    translate,
    to,
    stopper,
    said,
  );
  /** @type {AbortController | undefined} */
  let running;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;

  function keep() {
    if (timer === undefined) return;
    clearTimeout(timer);
    timer = undefined;
    desk.change(field.value, 'edited');
  }

  field.addEventListener('input', () => {
    clearTimeout(timer);
    timer = setTimeout(keep, AFTER);
  });
  field.addEventListener('blur', keep);

  /** @param {import('./rewrite.js').Change} change */
  async function run(change) {
    keep();
    running?.abort();
    const mine = (running = new AbortController());
    const { value } = field;
    const chosen = field.selectionEnd > field.selectionStart;
    let [start, end] = chosen
      ? [field.selectionStart, field.selectionEnd]
      : paragraphAt(value, field.selectionStart);
    if (change === 'continue' && !chosen) start = Math.max(0, end - 800);
    const text = value.slice(start, end);
    if (!text.trim()) return setText(said, w('selectSomething'));
    setText(said, w('rewriting'));
    stopper.hidden = false;
    setProps(field, { readonly: true });
    try {
      const made = await rewrite(ui.app, {
        change,
        text,
        language: desk.draft().language,
        to: to.value,
        message: desk.message,
        signal: mine.signal,
      });
      if (!made.changed) return setText(said, w('notRewritten'));
      const gap = /[\u3040-\u9fff]\s*$/.test(text) ? '' : ' ';
      const piece = change === 'continue' ? text.trimEnd() + gap + made.text : made.text;
      desk.change(value.slice(0, start) + piece + value.slice(end), change);
      end = start + piece.length;
      field.focus();
      field.setSelectionRange(start, end);
      setText(said, w('rewritten'));
    } catch (error) {
      setText(said, '');
      if (!isAbort(error)) ui.app.report(error);
    } finally {
      if (running === mine) running = undefined;
      stopper.hidden = true;
      setProps(field, { readonly: null });
    }
  }

  return {
    root: h('div', { class: 'desk-text' }, bar, field),
    update() {
      const { text, done } = desk.draft();
      if (timer === undefined && field.value !== text) field.value = text;
      setProps(field, { readonly: !done || running !== undefined });
      for (const button of [...buttons, translate])
        button.disabled = !done || running !== undefined || desk.busy();
    },
    leave() {
      keep();
      running?.abort();
    },
  };
}
