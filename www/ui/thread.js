// The messages of the open conversation, in a scroller that follows. Which messages there are is the state's matter.
import { shownPath } from '../state/chat.js';
import { h, setChildren, setText } from './dom.js';
import { icon } from './icons.js';
import { createMessage, loadMarkdown } from './message.js';
import { followEnd } from './scroll.js';
import { createWelcome } from './welcome.js';

/** Messages put into the document at a time: the newest, and as many again when the reader comes to the top. */
const PAGE = 60;
const NEAR_TOP = 800; // pixels

/** @param {import('./context.js').Ui} ui */
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
  let from = 0; // how many messages are not in the document
  let conversation = '';
  let count = 0;
  let warm = false;

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

  /** @param {import('../state/app.js').AppState} state @param {number} lastOmitted */
  function describeOmitted(state, lastOmitted) {
    const all = state.chat.conversation.keepAll === true;
    const { shortened } = state.context;
    const parts = all
      ? [t('keptAll')]
      : [
          lastOmitted > 0 ? t('omitted', { n: i18n.number(lastOmitted) }) : '',
          shortened ? t('shortened') : '',
        ];
    setText(omittedText, parts.filter(Boolean).join(' '));
    setText(keep, all ? t('keepLess') : t('keepAll'));
  }

  /** @param {import('../state/app.js').AppState} state */
  function update(state) {
    // Its code is run before the first words come, not between them.
    if (!warm && state.model.status === 'loading') warm = (void loadMarkdown().catch(() => {}), true);
    const path = shownPath(state.chat);
    const { id, keepAll } = state.chat.conversation;
    if (id !== conversation) {
      conversation = id;
      count = 0;
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
      let view = views.get(message.id);
      if (!view) views.set(message.id, (view = createMessage(ui, message.id)));
      view.update(state, message);
      if (left.size > 0 || anyLeft) view.root.classList.toggle('left-out', left.has(message.id));
      nodes.push(view.root);
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
    /** Opens the editor of the last question. */
    editLast() {
      const path = shownPath(app.store.get().chat);
      const last = path.filter(({ role }) => role === 'user').pop();
      if (last) views.get(last.id)?.edit();
    },
  };
}
