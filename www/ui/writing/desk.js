// The draft beside the chat: its text, how it reads, whether the facts are there, its versions, and the steps it was written in.
import { checkText } from '../../agent/writing/form.js';
import { countWords } from '../../agent/writing/words.js';
import { h, setChildren, setProps, setText } from '../lib/dom.js';
import { iconButton } from '../lib/icon-button.js';
import { exportRow } from './exports.js';
import { factsView } from './facts-view.js';
import { readView } from './read-view.js';
import { stepsView } from './steps-view.js';
import { textView } from './text-view.js';
import { addVersion, showVersion } from './versions.js';
import { versionsView } from './versions-view.js';

/**
 * @typedef {import('../../protocol/parts.js').DraftPart} DraftPart
 * @typedef {import('../../protocol/parts.js').FormPart} FormPart
 * @typedef {Awaited<ReturnType<typeof import('../lib/writing-words.js').writingWords>>} Words
 *
 * @typedef {object} Desk what its views share
 * @property {import('../lib/view.js').PartUi} ui
 * @property {Words} words
 * @property {string} message id
 * @property {() => DraftPart} draft
 * @property {() => FormPart | undefined} form
 * @property {() => boolean} busy an answer is written into it
 * @property {(part: DraftPart) => void} keep
 * @property {(text: string, by: string) => void} change adds a version
 * @property {(mode: Mode) => void} go
 * @property {(start: number, end: number) => void} select in the text
 *
 * @typedef {'text' | 'read' | 'facts' | 'versions' | 'steps'} Mode
 * @typedef {{root: HTMLElement, update: () => void, leave?: () => void}} DeskView
 */

/** @type {Record<Mode, (desk: Desk) => DeskView>} */
const VIEWS = { text: textView, read: readView, facts: factsView, versions: versionsView, steps: stepsView };

/** @type {(() => void) | undefined} the one that is open */
let closeOpen;

/** @param {import('../lib/view.js').PartUi} ui @param {Words} words @param {HTMLElement} root of the shell @param {string} message */
export function openDesk(ui, words, root, message) {
  closeOpen?.();
  const { app, i18n } = ui;
  const { w } = words;
  const frame = root.querySelector('.frame');
  const before = /** @type {HTMLElement | null} */ (document.activeElement);
  const find = () => {
    const { chat } = app.store.get();
    const found = chat.messages[message];
    const part = /** @type {DraftPart | undefined} */ (found?.parts?.find(({ type }) => type === 'draft'));
    return { found, part, question: chat.messages[found?.parent ?? ''] };
  };
  const first = find().part;
  if (!frame || !first) return;
  let now = first;
  const { conversation } = app.store.get().chat;

  /** @type {Desk} */
  const desk = {
    ui,
    words,
    message,
    draft: () => now,
    form: () =>
      /** @type {FormPart | undefined} */ (find().question?.parts?.find(({ type }) => type === 'form')),
    busy: () => /^(streaming|waiting)$/.test(find().found?.status ?? ''),
    keep(part) {
      if (part === now) return;
      now = part;
      draw();
      const at = find().found?.parts?.findIndex(({ type }) => type === 'draft') ?? -1;
      app.answers.changePart(message, at, part).catch(app.report);
    },
    change: (text, by) => desk.keep(addVersion(now, text, by)),
    go,
    select(start, end) {
      go('text');
      const field = view.root.querySelector('textarea');
      field?.focus();
      field?.setSelectionRange(start, end);
    },
  };

  const title = h('h2', { dir: 'auto', tabindex: -1 }, now.title);
  const undo = iconButton(w('undoChange'), 'left', () => desk.keep(showVersion(now, (now.at ?? 0) - 1)));
  const redo = iconButton(w('redoChange'), 'right', () => desk.keep(showVersion(now, (now.at ?? 0) + 1)));
  const count = h('p', { class: 'note count' });
  const flag = h('button', { type: 'button', class: 'quiet flag', hidden: true, onclick: () => go('facts') });
  const place = h('div', { class: 'desk-view' });
  /** @type {Mode} */
  let mode = now.done ? 'text' : 'steps';
  const tabs = /** @type {Mode[]} */ (Object.keys(VIEWS)).map((each) => {
    const button = h(
      'button',
      { type: 'button', class: 'quiet', onclick: () => go(each) },
      w(`desk_${each}`),
    );
    return { each, button };
  });
  const exports = exportRow(desk);
  const aside = h(
    'aside',
    { class: 'desk', 'aria-label': w('draft') },
    h('header', null, title, undo, redo, iconButton(i18n.t('close'), 'close', close)),
    h(
      'div',
      { class: 'desk-tabs', role: 'group', 'aria-label': w('deskViews') },
      ...tabs.map(({ button }) => button),
    ),
    place,
    h('footer', null, h('div', { class: 'row' }, count, flag), exports.root),
  );
  /** @type {DeskView} */
  let view = VIEWS[mode](desk);

  /** @param {Mode} to */
  function go(to) {
    if (to !== mode || !place.firstChild) {
      view.leave?.();
      mode = to;
      view = VIEWS[mode](desk);
      setChildren(place, [view.root]);
    }
    draw();
  }

  function draw() {
    const { versions, at = 0, text, done } = now;
    setText(title, now.title);
    for (const { each, button } of tabs) setProps(button, { 'aria-pressed': String(each === mode) });
    setProps(undo, { disabled: !done || at <= 0 });
    setProps(redo, { disabled: !done || at >= versions.length - 1 });
    const { words: latin, characters } = countWords(text);
    const counts = [
      characters > 0 ? w('countCharacters', { n: characters }) : '',
      latin > 0 || characters === 0 ? w('countWords', { n: latin }) : '',
    ];
    setText(count, counts.filter(Boolean).join(' · '));
    const form = desk.form();
    if (form && done) {
      const { facts, invented, form: checks } = checkText(form.template, form.values, text);
      const missing = facts.filter(({ kept }) => !kept).length;
      const wrong = checks.filter(({ ok }) => !ok).length;
      flag.hidden = missing + invented.length + wrong === 0;
      setText(flag, w('factsFlag', { missing, invented: invented.length + wrong }));
    } else flag.hidden = true;
    exports.update();
    view.update();
  }

  function close() {
    view.leave?.();
    stop();
    aside.remove();
    closeOpen = undefined;
    if (before?.isConnected && before !== document.body) before.focus();
    else ui.focusInput();
  }

  aside.addEventListener('keydown', (event) => {
    if (event.key !== 'Escape' || event.defaultPrevented) return;
    event.preventDefault();
    close();
  });
  const stop = app.store.subscribe(({ chat }, { chat: was }) => {
    if (chat === was) return;
    if (chat.conversation.id !== conversation.id) return close();
    const { part, found } = find();
    if (!part || !found) return close();
    const wrote = !now.done && part.done;
    if (part !== now || found.status !== was.messages[message]?.status) {
      now = part;
      if (wrote && mode === 'steps') go('text');
      else draw();
    }
  });
  closeOpen = close;
  frame.append(aside);
  go(mode);
  title.focus();
}
