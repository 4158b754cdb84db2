// The messages of the open conversation, in a scroller that follows. Which messages there are is the state's matter.
import { shownPath } from '../../app/chat-tree.js';
import { h, setChildren, setText } from '../lib/dom.js';
import { icon } from '../lib/icons.js';
import { createMessage, loadMarkdown } from './message.js';
import { followEnd } from '../lib/scroll.js';
import { createWelcome } from './welcome.js';
import { adoptSheet } from '../lib/style-sheet.js';

/** How what is in messages looks. */
export const MESSAGE_STYLE = new URL('./messages.css', import.meta.url).href;

/** Messages put into the document at a time: the newest, and as many again when the reader comes to the top. */
const PAGE = 60;
const NEAR_TOP = 800; // pixels

/** @param {import('../lib/view.js').Ui} ui */
export function createThread(ui) {
  const { app, i18n } = ui;
  const { t } = i18n;
  const welcome = createWelcome(ui);
  const list = h('div', { class: 'messages' });
  const omittedText = h('span', null);
  const keep = h('button', { type: 'button', class: 'quiet', onclick: toggleKeep });
  const omitted = h('div', { class: 'omitted', role: 'note' }, omittedText, keep);
  const jump = h(
    'button',
    {
      type: 'button',
      class: 'jump',
      'aria-label': t('latest'),
      title: t('latest'),
      hidden: true,
      onclick: () => follow.follow(),
    },
    icon('down'),
  );
  const scroller = h('div', { class: 'scroller', tabindex: -1 }, welcome.root, list);
  const root = h('section', { class: 'thread', 'aria-label': t('conversations') }, scroller, jump);
  const follow = followEnd(scroller, jump, () => list.childElementCount > 0);
  follow.watch(list);

  /** @type {Map<string, ReturnType<typeof createMessage>>} */
  const views = new Map();
  /** @type {HTMLElement[]} */
  let drawn = [];
  let anyLeft = false;
  /** The question whose answers are seen side by side. */
  let compared = '';
  const pair = h('div', { class: 'pair' });
  let from = 0; // how many messages are not in the document
  let conversation = '';
  let count = 0;
  let warm = false;
  let styled = false;

  function toggleKeep() {
    const { conversation } = app.store.get().chat;
    void app.conversations.keepAll(!conversation.keepAll);
  }

  scroller.addEventListener(
    'scroll',
    () => {
      if (from === 0 || scroller.scrollTop > NEAR_TOP) return;
      const below = scroller.scrollHeight - scroller.scrollTop;
      from = Math.max(0, from - PAGE);
      update(app.store.get());
      scroller.scrollTop = scroller.scrollHeight - below; // what is read stays where it is
    },
    { passive: true },
  );

  /** @param {string} parent */
  function compare(parent) {
    compared = compared === parent ? '' : parent;
    update(app.store.get());
  }

  /** The version that is seen beside this one: the one before it, or after the first. @param {import('../../app/app.js').AppState} state @param {import('../../app/chat-tree.js').Message} message */
  function besideOf({ chat }, { id, parent }) {
    const ids = chat.children[parent ?? ''] ?? [];
    const at = ids.indexOf(id);
    return compared === '' || parent !== compared ? undefined : chat.messages[ids[at - 1] ?? ids[at + 1]];
  }

  /** @param {import('../../app/app.js').AppState} state @param {import('../../app/chat-tree.js').Message} message */
  function draw(state, message) {
    let view = views.get(message.id);
    if (!view) views.set(message.id, (view = createMessage(ui, message.id, compare)));
    view.update(state, message);
    return view.root;
  }

  /** On paper the whole conversation is wanted. */
  const showAll = () => {
    from = 0;
    update(app.store.get());
  };
  addEventListener('beforeprint', showAll);

  /** @param {import('../../app/app.js').AppState} state @param {number} lastOmitted */
  function describeOmitted(state, lastOmitted) {
    const all = state.chat.conversation.keepAll === true;
    const { shortened } = state.context;
    const parts = all
      ? [t('keptAll')]
      : [lastOmitted > 0 ? t('omitted', { n: lastOmitted }) : '', shortened ? t('shortened') : ''];
    setText(omittedText, parts.filter(Boolean).join(' '));
    setText(keep, all ? t('keepLess') : t('keepAll'));
  }

  /** @param {import('../../app/app.js').AppState} state */
  function update(state) {
    // Its code is run before the first words come, not between them.
    if (!warm && state.model.status === 'loading') warm = (void loadMarkdown().catch(() => {}), true);
    const path = shownPath(state.chat);
    if (!styled && (warm || path.length > 0)) {
      styled = true;
      // In the document by then.
      queueMicrotask(() => adoptSheet(root, MESSAGE_STYLE).catch(() => (styled = false)));
    }
    const { id, keepAll } = state.chat.conversation;
    if (id !== conversation) {
      conversation = id;
      count = 0;
      compared = '';
      for (const view of views.values()) view.leave();
      views.clear();
      from = Math.max(0, path.length - PAGE);
    }
    welcome.root.hidden = path.length > 0;
    if (path.length === 0) welcome.update(state);
    const left = new Set(state.context.omitted);
    /** @type {HTMLElement[]} */
    const nodes = [];
    for (const message of path.slice(from)) {
      const node = draw(state, message);
      if (left.size > 0 || anyLeft) node.classList.toggle('left-out', left.has(message.id));
      const other = besideOf(state, message);
      if (other) setChildren(pair, [draw(state, other), node]);
      nodes.push(other ? pair : node);
    }
    anyLeft = left.size > 0;
    if (left.size > 0 || keepAll || state.context.shortened) {
      describeOmitted(state, left.size);
      nodes.splice(Math.max(0, left.size - from), 0, omitted);
    }
    if (nodes.length !== drawn.length || nodes.some((node, i) => node !== drawn[i])) setChildren(list, nodes);
    drawn = nodes;
    if (path.length > count) follow.follow();
    else follow.stay();
    if (path.length === 0 && count > 0) scroller.scrollTop = 0;
    count = path.length;
  }

  return {
    root,
    update,
    leave: () => removeEventListener('beforeprint', showAll),
    /** Opens the editor of the last question. */
    editLast() {
      const path = shownPath(app.store.get().chat);
      const last = path.filter(({ role }) => role === 'user').pop();
      if (last) views.get(last.id)?.edit();
    },
  };
}
