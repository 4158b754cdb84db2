// One message: its text (rendered once it is safe), its state and what can be done with it. Keeps its DOM between updates.
import { branchOf } from '../state/chat.js';
import { codeDecorator, copyText } from './code.js';
import { h, setChildren, setText } from './dom.js';
import { editor } from './edit.js';
import { icon, logo } from './icons.js';
import { splitReasoning } from './reasoning.js';
import { speakButton } from './speech.js';

/**
 * @typedef {import('./context.js').Ui} Ui
 * @typedef {import('../state/app.js').AppState} AppState
 * @typedef {import('../state/chat.js').Message} Message
 */

/** Loaded with the first answer: the parser and the sanitizer are half of the page's code. */
export const loadMarkdown = () => import('./markdown.js');

/** @param {string} label @param {import('./icons.js').IconName} name @param {() => void} onclick */
export function iconButton(label, name, onclick) {
  return h(
    'button',
    { type: 'button', class: 'icon-button', 'aria-label': label, title: label, onclick },
    icon(name),
  );
}

/** @param {Ui} ui @param {Message} message */
function statusOf({ i18n: { t } }, message) {
  if (message.status === 'stopped') return t('stopped');
  if (message.status === 'cut') return t('cut');
  if (message.status === 'failed') return t('failed');
  return '';
}

/**
 * @param {Ui} ui
 * @param {string} id
 */
export function createMessage(ui, id) {
  const { app, i18n } = ui;
  const { t } = i18n;
  const body = h('div', { class: 'body', dir: 'auto' });
  const reasoningTitle = h('span', null);
  const reasoningText = h('div', { class: 'plain', dir: 'auto' });
  const reasoning = h(
    'details',
    { class: 'reasoning', hidden: true },
    h('summary', null, reasoningTitle),
    reasoningText,
  );
  const wait = h('p', { class: 'wait', hidden: true });
  const status = h('p', { class: 'status', hidden: true });
  const place = h('span', { class: 'place' });
  const branches = h(
    'span',
    { class: 'branches', hidden: true },
    iconButton(t('previousBranch'), 'left', () => void app.conversations.walk(id, -1)),
    place,
    iconButton(t('nextBranch'), 'right', () => void app.conversations.walk(id, 1)),
  );
  const actions = h('div', { class: 'actions' });
  const stats = h('span', { class: 'stats' });
  const content = h('div', { class: 'content' }, reasoning, body, wait, status, actions);
  const who = h('h2', { class: 'visually-hidden' });
  const root = h('article', { class: 'message', 'data-id': id }, who, content);

  /** @type {Message | undefined} */
  let shown;
  /** @type {{render: (text: string) => void} | undefined} */
  let markdown;
  let loading = false;
  let confident = false;
  let wasBusy = false;
  /** @type {readonly string[] | undefined} */
  let shownSiblings;
  /** @type {((words: ReadonlyArray<readonly [string, number]>) => void) | undefined} */
  let markUnsure;

  function mark() {
    const words = confident && markdown && shown?.status !== 'streaming' ? (shown?.words ?? []) : [];
    if (markUnsure) return markUnsure(words);
    if (words.length === 0) return;
    void import('./confidence.js').then(
      ({ confidenceMarker }) => {
        markUnsure ??= confidenceMarker(body);
        mark();
      },
      () => {}, // out of reach: the answer is there without marks
    );
  }

  /** @param {Message} message */
  function renderText(message) {
    const { thought, text, open } =
      message.role === 'assistant'
        ? splitReasoning(message.text)
        : { thought: '', text: message.text, open: false };
    const thinks = open && message.status === 'streaming';
    reasoning.hidden = thought === '' && !thinks;
    reasoning.classList.toggle('open', thinks);
    setText(reasoningTitle, t(thinks ? 'reasoningNow' : 'reasoning'));
    setText(reasoningText, thought);
    if (message.role === 'user') return setText(body, text);
    if (markdown) return markdown.render(text);
    setText(body, text);
    if (loading || text === '') return;
    loading = true;
    loadMarkdown().then(
      ({ createMarkdown }) => {
        body.replaceChildren();
        body.removeAttribute('dir'); // each block has its own
        markdown = createMarkdown(body, codeDecorator(i18n));
        if (shown) renderText(shown);
        mark();
      },
      () => (loading = false), // out of reach: the words are there as they are, and it is tried again with the next
    );
  }

  /** @param {Message} message */
  function buttons(message) {
    const copy = iconButton(t('copy'), 'copy', async () => {
      const { role = 'user', text = '' } = shown ?? {};
      const copied = await copyText(role === 'user' ? text : splitReasoning(text).text, body);
      copy.replaceChildren(icon(copied ? 'check' : 'copy'));
      ui.announce(t(copied ? 'copied' : 'selected'));
      setTimeout(() => copy.replaceChildren(icon('copy')), 1500);
    });
    if (message.role === 'user') {
      return [branches, copy, iconButton(t('edit'), 'edit', edit)];
    }
    const more = message.status === 'cut' || message.status === 'stopped';
    const go = h(
      'button',
      { type: 'button', class: 'quiet', onclick: () => void app.answers.carryOn(id) },
      icon('play'),
      t('continue'),
    );
    return [
      ...(more && message.text !== '' ? [go] : []), // always in sight, so in front of what shows when pointed at
      branches,
      copy,
      iconButton(t('regenerate'), 'redo', () => void app.answers.regenerate(id)),
      speakButton(i18n, body),
      stats,
    ];
  }

  function edit() {
    const form = editor(i18n, shown?.text ?? '', {
      save(text) {
        form.replaceWith(content);
        void app.answers.edit(id, text);
      },
      cancel() {
        form.replaceWith(content);
        content.querySelector('button')?.focus();
      },
    });
    content.replaceWith(form);
    form.querySelector('textarea')?.focus();
  }

  /** @param {AppState} state @param {Message} message */
  function progress(state, message) {
    const generation = state.generation?.message === id ? state.generation : null;
    wait.hidden = !generation || generation.phase === 'decode' || message.text !== '';
    if (wait.hidden || !generation) return;
    const { done, total } = generation;
    if (generation.phase === 'wait')
      setText(wait, state.model.status === 'ready' ? t('thinking') : t('waitingForModel'));
    else
      setText(
        wait,
        total > 64
          ? t('readingPrompt', { done: i18n.number(done), total: i18n.number(total) })
          : t('thinking'),
      );
  }

  return {
    root,
    edit,
    /** Its marks are the document's, and would outlive it. */
    leave: () => markUnsure?.([]),
    /** @param {AppState} state @param {Message} message */
    update(state, message) {
      const siblings = state.chat.children[message.parent ?? ''];
      const busyNow = state.generation?.message === id;
      // Most messages are as they were: a long chat must not cost more than a short one.
      if (
        message === shown &&
        siblings === shownSiblings &&
        !busyNow &&
        !wasBusy &&
        state.settings.confidence === confident
      )
        return;
      shownSiblings = siblings;
      wasBusy = busyNow;
      progress(state, message);
      const { index, count } = branchOf(state.chat, id);
      branches.hidden = count < 2;
      setText(place, t('branch', { index: index + 1, count }).replace(/[^\d]*(\d+)[^\d]+(\d+).*/, '$1 / $2'));
      place.title = t('branch', { index: index + 1, count });
      const { confidence } = state.settings;
      if (message === shown && confidence === confident) return;
      confident = confidence;
      const before = shown;
      shown = message;
      if (!before) {
        root.classList.add(message.role);
        setText(who, message.role === 'user' ? t('you') : t('assistant'));
        if (message.role === 'assistant') root.prepend(logo());
      }
      if (before?.text !== message.text || before?.status !== message.status) renderText(message);
      mark();
      const busy = message.status === 'streaming' || message.status === 'waiting';
      root.classList.toggle('busy', busy);
      root.setAttribute('aria-busy', String(busy));
      if (before?.status !== message.status) setChildren(actions, busy ? [] : buttons(message));
      setText(status, statusOf(ui, message));
      status.hidden = status.textContent === '';
      const { stats: s } = message;
      if (s) {
        const values = {
          tokens: s.tokens,
          speed: i18n.number(s.tokensPerSecond, 1),
          cached: s.cachedTokens,
          prompt: s.promptTokens,
        };
        setText(stats, t('speed', values));
        stats.title = t('statsLine', values);
      }
    },
  };
}
