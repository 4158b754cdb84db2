// Where the person writes: grows with the text, Enter sends, the button stops an answer. Keeps the draft.
import { createMeter } from './meter.js';
import { micButton } from './mic.js';
import { confirmsInput, h, setProps, setText } from './dom.js';
import { icon } from './icons.js';
import { remoteAddress } from '../state/settings.js';

const TALLEST = 200; // pixels
const DRAFT_AFTER = 400; // ms without a key

/** @param {import('./context.js').Ui} ui @param {() => void} editLast */
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
  const form = h('form', { class: 'composer', onsubmit: submit }, field, micButton(ui, field), button);
  const speed = h('span', null);
  const meter = createMeter(i18n);
  const where = h('span', null);
  const note = h('p', { class: 'note' }, where, h('span', { class: 'live' }, speed, meter.root));
  const root = h('div', { class: 'bottom' }, form, note);
  let conversation = '';
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;

  function grow() {
    field.style.height = '';
    if (!field.isConnected || CSS.supports('field-sizing', 'content')) return;
    field.style.height = `${Math.min(field.scrollHeight, TALLEST)}px`;
  }

  /** @param {Event} event */
  function submit(event) {
    event.preventDefault();
    if (app.store.get().generation && field.value.trim() === '') return app.answers.stop();
    const text = field.value.trim();
    if (!text) return;
    clearTimeout(timer);
    timer = undefined;
    field.value = '';
    grow();
    void app.answers.send(text);
  }

  /** What was just written is stored at once, with the conversation it was written in. */
  function keepDraft() {
    if (timer === undefined) return;
    clearTimeout(timer);
    timer = undefined;
    void app.conversations.draft(conversation, field.value);
  }

  field.addEventListener('input', () => {
    grow();
    setButton();
    clearTimeout(timer);
    timer = setTimeout(keepDraft, DRAFT_AFTER);
  });
  addEventListener('pagehide', keepDraft);
  document.addEventListener('visibilitychange', keepDraft);
  field.addEventListener('keydown', (event) => {
    if (event.key === 'Enter' && !event.shiftKey && !confirmsInput(event)) submit(event);
    else if (event.key === 'ArrowUp' && field.value === '') {
      event.preventDefault();
      editLast();
    }
  });

  function setButton() {
    const stops = app.store.get().generation !== null && field.value.trim() === '';
    const label = t(stops ? 'stop' : 'send');
    setProps(button, { 'aria-label': label, title: label, disabled: !stops && field.value.trim() === '' });
    button.classList.toggle('stops', stops);
    if (button.firstChild !== (stops ? stopIcon : sendIcon))
      button.replaceChildren(stops ? stopIcon : sendIcon);
  }

  return {
    root,
    focus: () => field.focus(),
    leave() {
      keepDraft();
      removeEventListener('pagehide', keepDraft);
      document.removeEventListener('visibilitychange', keepDraft);
    },
    /** @param {import('../state/app.js').AppState} state */
    update({ chat, model, generation, context, settings }) {
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
