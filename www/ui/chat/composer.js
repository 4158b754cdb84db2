// Where the person writes: grows with the text, Enter sends, the button stops an answer. Keeps the draft.
import { createDocumentsBar } from './documents-bar.js';
import { createMeter } from './meter.js';
import { micButton } from './mic.js';
import { confirmsInput, h, setProps, setText } from '../lib/dom.js';
import { icon } from '../lib/icons.js';
import { lateView } from '../lib/late-view.js';
import { remoteAddress } from '../../app/settings.js';

const TALLEST = 200; // pixels
const SHORT = 500; // characters that take no time to read
const WORTH_SAYING = 5; // seconds
const DRAFT_AFTER = 400; // ms without a key

/** @param {import('../lib/view.js').Ui} ui @param {() => void} editLast */
export function createComposer(ui, editLast) {
  const { app, i18n } = ui;
  const { t } = i18n;
  const field = h('textarea', {
    rows: 1,
    'aria-label': t('messageField'),
    enterkeyhint: 'send',
    autocomplete: 'off',
    dir: 'auto',
    class: 'field',
  });
  const sendIcon = icon('send');
  const stopIcon = icon('stop');
  const button = h('button', { type: 'submit', class: 'send' }, sendIcon);
  const documents = createDocumentsBar(ui);
  const attachedRoot = h('div', { class: 'documents attached', hidden: true });
  const attached = lateView(
    attachedRoot,
    ({ chat }) => (chat.conversation.attached?.length ?? 0) > 0,
    async () => (await import('./attached-bar.js')).createAttachedBar(ui, attachedRoot, insert),
  );
  const form = h(
    'form',
    { class: 'composer', onsubmit: submit },
    app.documents.allowed && documents.button,
    documents.picker,
    field,
    micButton(ui, field),
    button,
  );
  const speed = h('span', null);
  const meter = createMeter(i18n);
  const where = h('span', null);
  const reading = h('span', { class: 'reading', hidden: true });
  const note = h('p', { class: 'note' }, where, reading, h('span', { class: 'live' }, speed, meter.root));
  const root = h('div', { class: 'bottom' }, documents.root, attachedRoot, form, note);
  /** What `/` opens, loaded with the first one that is typed. @type {ReturnType<typeof import('./commands-menu.js').createCommandsMenu> | undefined} */
  let commands;
  let conversation = '';
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;

  const hasAttached = () => (app.store.get().chat.conversation.attached?.length ?? 0) > 0;
  const isEmptyHere = () => field.value.trim() === '' && !hasAttached();

  /** Adds to what is written. @param {string} text */
  function insert(text) {
    field.value = [field.value.trim(), text].filter(Boolean).join('\n\n');
    field.focus();
    field.dispatchEvent(new Event('input'));
  }

  function grow() {
    field.style.height = '';
    if (!field.isConnected || CSS.supports('field-sizing', 'content')) return;
    field.style.height = `${Math.min(field.scrollHeight, TALLEST)}px`;
  }

  /** @param {Event} event */
  function submit(event) {
    event.preventDefault();
    if (app.store.get().generation && isEmptyHere()) return app.answers.stop();
    const text = field.value.trim();
    if (!text && !hasAttached()) return;
    clearTimeout(timer);
    timer = undefined;
    field.value = '';
    grow();
    estimate();
    void app.answers.send(text);
  }

  /** What was just written is stored at once, with the conversation it was written in. */
  function keepDraft() {
    if (timer === undefined) return;
    clearTimeout(timer);
    timer = undefined;
    void app.conversations.draft(conversation, field.value);
  }

  function command() {
    if (commands || ui.welcome || !field.value.startsWith('/')) return commands?.update();
    import('./commands-menu.js').then(
      ({ createCommandsMenu }) => (commands ??= createCommandsMenu(ui, field, form)).update(),
      () => {}, // out of reach: it is a message like any other
    );
  }

  field.addEventListener('input', () => {
    command();
    grow();
    setButton();
    estimate();
    clearTimeout(timer);
    timer = setTimeout(keepDraft, DRAFT_AFTER);
  });
  addEventListener('pagehide', keepDraft);
  document.addEventListener('visibilitychange', keepDraft);
  field.addEventListener('keydown', (event) => {
    if (commands?.key(event)) return;
    if (event.key === 'Enter' && !event.shiftKey && !confirmsInput(event)) submit(event);
    else if (event.key === 'ArrowUp' && field.value === '') {
      event.preventDefault();
      editLast();
    }
  });

  /** What is long to read is said before it is sent. */
  function estimate() {
    const seconds = field.value.length > SHORT ? app.readingTime(field.value) : 0;
    reading.hidden = seconds < WORTH_SAYING;
    if (!reading.hidden) setText(reading, t('aboutToRead', { time: i18n.duration(seconds) }));
  }

  function setButton() {
    const nothing = isEmptyHere();
    const stops = app.store.get().generation !== null && nothing;
    const label = t(stops ? 'stop' : 'send');
    setProps(button, { 'aria-label': label, title: label, disabled: !stops && nothing });
    button.classList.toggle('stops', stops);
    if (button.firstChild !== (stops ? stopIcon : sendIcon))
      button.replaceChildren(stops ? stopIcon : sendIcon);
  }

  return {
    root,
    focus: () => field.focus(),
    insert,
    leave() {
      keepDraft();
      removeEventListener('pagehide', keepDraft);
      document.removeEventListener('visibilitychange', keepDraft);
    },
    /** @param {import('../../app/app.js').AppState} state */
    update(state) {
      const { chat, model, generation, context, settings } = state;
      documents.update(state);
      attached.update(state);
      const server = remoteAddress(settings, app.base);
      setText(where, server ? t('remoteNote', { host: server.host }) : t('localNote'));
      if (chat.conversation.id !== conversation) {
        keepDraft();
        conversation = chat.conversation.id;
        field.value = chat.conversation.draft;
        grow();
      }
      field.placeholder = t(model.status === 'loading' ? 'placeholderWaiting' : 'placeholder');
      setButton();
      const rate = generation?.tokensPerSecond ?? 0;
      speed.hidden = rate === 0;
      if (rate > 0) setText(speed, t('speed', { speed: i18n.number(rate, 1) }));
      meter.update(context.used, model.info?.context_length ?? 0);
    },
  };
}
