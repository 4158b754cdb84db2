// One message: its text (rendered once it is safe), its state and what can be done with it. Keeps its DOM between updates.
import { branchOf } from '../../app/chat-tree.js';
import { copyText } from '../lib/copy.js';
import { h, setChildren, setText } from '../lib/dom.js';
import { editor } from './edit.js';
import { withWords } from '../lib/i18n.js';
import { iconButton } from '../lib/icon-button.js';
import { faceOf } from './face.js';
import { icon } from '../lib/icons.js';
import { splitReasoning } from '../../agent/thoughts.js';
import { createReading } from './reading-progress.js';
import { speakButton } from './speech.js';

/**
 * @typedef {import('../lib/view.js').Ui} Ui
 * @typedef {import('../../app/app.js').AppState} AppState
 * @typedef {import('../../app/chat-tree.js').Message} Message
 */

/** Loaded with the first answer that is more than text. */
const loadParts = () => import('../parts/parts.js');

/** Loaded with the first question that is more than a few words. */
const loadQuestion = () => import('./question-text.js');

/** Loaded with the first answer: the parser and the sanitizer are half of the page's code. */
export const loadMarkdown = () => import('../parts/markdown.js');

/** @param {Ui} ui @param {Message} message */
function statusOf({ i18n: { t } }, message) {
  if (message.status === 'stopped') return t('stopped');
  if (message.status === 'cut') return t('cut');
  if (message.status === 'failed') return t('failed');
  if (message.unsure) return t('unsure');
  return '';
}

/**
 * @param {Ui} ui
 * @param {string} id
 * @param {(parent: string) => void} compare shows the answers to a question side by side, or one at a time again
 */
export function createMessage(ui, id, compare) {
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
  const reading = createReading(i18n);
  const wait = reading.root;
  const status = h('p', { class: 'status', hidden: true });
  const place = h('span', { class: 'place' });
  const beside = iconButton(t('compare'), 'columns', () => compare(shown?.parent ?? ''));
  const branches = h(
    'span',
    { class: 'branches', hidden: true },
    iconButton(t('previousBranch'), 'left', () => void app.conversations.walk(id, -1)),
    place,
    iconButton(t('nextBranch'), 'right', () => void app.conversations.walk(id, 1)),
    beside,
  );
  const actions = h('div', { class: 'actions' });
  const stats = h('span', { class: 'stats' });
  const partsBox = h('div', { class: 'parts', hidden: true });
  const content = h('div', { class: 'content' }, reasoning, body, partsBox, wait, status, actions);
  const who = h('h2', { class: 'visually-hidden' });
  const root = h('article', { class: 'message', 'data-id': id }, who, content);

  /** @type {Message | undefined} */
  let shown;
  /** @type {{render: (text: string) => void} | undefined} */
  let markdown;
  let loading = false;
  /** @type {Promise<{update: (parts: readonly import('../../protocol/parts.js').Part[]) => void}> | undefined} */
  let parts;
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
    void import('../parts/confidence.js').then(
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
    if (message.role === 'user') {
      setText(body, text);
      // Long, or with code in it.
      if (text.length > 600 || /^[`~]{3}|(\n.*){16}/m.test(text))
        void Promise.all([loadQuestion(), withWords(i18n, 'parts')]).then(
          ([{ showQuestion }, words]) => shown === message && showQuestion(body, text, words),
          () => {},
        );
      return;
    }
    if (markdown) return markdown.render(text);
    setText(body, text);
    if (loading || text === '') return;
    loading = true;
    Promise.all([loadMarkdown(), withWords(i18n, 'parts')]).then(
      ([{ createMarkdown, codeDecorator }, words]) => {
        body.replaceChildren();
        body.removeAttribute('dir'); // each block has its own
        markdown = createMarkdown(body, codeDecorator(words, ui.welcome ? undefined : app), (rows, columns) =>
          t('tableOf', { rows, columns }),
        );
        if (shown) renderText(shown);
        mark();
      },
      () => (loading = false), // out of reach: the words are there as they are, and it is tried again with the next
    );
  }

  /** An answer that is more than text. @param {Message} message @returns {boolean} whether it is */
  function renderParts(message) {
    const made = message.parts ?? [];
    partsBox.hidden = made.length === 0;
    body.hidden = made.length > 0;
    if (made.length === 0) return false;
    reasoning.hidden = true;
    parts ??= Promise.all([loadParts(), withWords(i18n, 'parts')]).then(([{ createParts }, words]) =>
      createParts(partsBox, { ...ui, i18n: words }, id),
    );
    parts.then(
      (view) => view.update(shown?.parts ?? []),
      () => {
        parts = undefined; // out of reach: the words are there as they are
        setText(body, message.text);
        body.hidden = false;
      },
    );
    return true;
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
      ...(more && message.text !== '' && message.parts?.at(-1)?.type !== 'map' ? [go] : []), // always in sight, so in front of what shows when pointed at
      branches,
      copy,
      iconButton(t('regenerate'), 'redo', () => void app.answers.regenerate(id)),
      // What answers on somebody's site is the site's choice.
      ...(ui.welcome ? [] : [iconButton(t('again'), 'swap', () => ui.showPanel('again', id))]),
      speakButton(i18n, body),
      ...(message.status === 'done' ? [thumbs()] : []),
      ...rememberedMark(message),
      stats,
    ];
  }

  /** Thumbs come when they are loaded; without them the answer is as good. */
  function thumbs() {
    const place = h('span', { class: 'thumbs' });
    if (ui.rates !== false)
      import('./feedback.js')
        .then(({ createFeedback }) => createFeedback(ui, id, content))
        .then(
          (made) => place.replaceWith(made),
          () => {},
        );
    return place;
  }

  /** That facts of the person were told, and which. @param {Message} message */
  function rememberedMark({ remembered = [] }) {
    if (remembered.length === 0) return [];
    const open = () => ui.showPanel('settings', 'memory');
    const label = t('remembered', { n: remembered.length });
    const title = remembered.join('\n');
    return [h('button', { type: 'button', class: 'quiet remembered', title, onclick: open }, label)];
  }

  function edit() {
    const [asked] = /** @type {import('../../protocol/parts.js').FormPart[]} */ (shown?.parts ?? []);
    if (asked?.type === 'form') return ui.write({ ...asked, instead: id });
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
    reading.update(message.text === '' ? generation : null, state.model.status === 'ready');
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
        setText(who, message.role === 'user' ? t('you') : (ui.welcome?.title ?? t('assistant')));
        const face = message.role === 'assistant' ? faceOf(ui) : null;
        if (face) root.prepend(face);
        beside.hidden = message.role !== 'assistant';
      }
      const changed =
        before?.text !== message.text || before?.status !== message.status || before?.parts !== message.parts;
      if (changed && !renderParts(message)) renderText(message);
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
        setText(stats, [message.model, t('speed', values)].filter(Boolean).join(' · '));
        stats.title = t('statsLine', values);
      }
    },
  };
}
