// Where the person writes: grows with the text, Enter sends, the button stops an answer. Keeps the draft.
import { h, setProps, setText } from './dom.js';
import { dictation } from './dictation.js';
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
    class: 'field',
  });
  const sendIcon = icon('send');
  const stopIcon = icon('stop');
  const button = h('button', { type: 'submit', class: 'send' }, sendIcon);
  const form = h('form', { class: 'composer', onsubmit: submit }, field, dictation(i18n, field), button);
  const live = h('span', { class: 'live' });
  const where = h('span', null);
  const note = h('p', { class: 'note' }, where, live);
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
    field.value = '';
    grow();
    void app.answers.send(text);
  }

  field.addEventListener('input', () => {
    grow();
    setButton();
    clearTimeout(timer);
    timer = setTimeout(() => void app.conversations.draft(field.value), DRAFT_AFTER);
  });
  field.addEventListener('keydown', (event) => {
    if (event.key === 'Enter' && !event.shiftKey && !event.isComposing) submit(event);
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
    /** @param {import('../state/app.js').AppState} state */
    update({ chat, model, generation, context, settings }) {
      const server = remoteAddress(settings, app.base);
      setText(where, server ? t('remoteNote', { host: server.host }) : t('localNote'));
      if (chat.conversation.id !== conversation) {
        conversation = chat.conversation.id;
        clearTimeout(timer);
        field.value = chat.conversation.draft;
        grow();
      }
      field.placeholder = t(model.status === 'loading' ? 'placeholderWaiting' : 'placeholder');
      setButton();
      const parts = [];
      if (generation && generation.tokensPerSecond > 0) {
        parts.push(t('speed', { speed: i18n.number(generation.tokensPerSecond, 1) }));
      }
      if (context.used > 0 && model.info) {
        parts.push(
          t('contextUsed', {
            used: i18n.number(context.used),
            total: i18n.number(model.info.context_length),
          }),
        );
      }
      setText(live, parts.join(' · '));
    },
  };
}
