// How far the model is on its way: bytes, speed, time left, and ways to pause and stop it; before that, the question to load it.
import { shownPath } from '../../app/chat-tree.js';
import { remoteAddress } from '../../app/settings.js';
import { h, setText } from '../lib/dom.js';
import { iconButton } from '../lib/icon-button.js';
import { loadButton } from './load-button.js';

const PHASES = /** @type {const} */ ({
  engine: 'phaseEngine',
  check: 'phaseCheck',
  download: 'phaseDownload',
  read: 'phaseRead',
  verify: 'phaseVerify',
  finish: 'phaseFinish',
});

/**
 * Nothing was asked since it was put away.
 * @param {import('../../app/chat-tree.js').Chat} chat @param {import('../../app/chat-tree.js').Chat} [before]
 */
const sameTalk = (chat, before) =>
  before !== undefined &&
  chat.conversation.id === before.conversation.id &&
  Object.keys(chat.messages).length === Object.keys(before.messages).length;

/** @param {import('../lib/view.js').Ui} ui @returns {import('../lib/view.js').View} */
export function createProgress(ui) {
  const { app, i18n } = ui;
  const { t } = i18n;
  const start = loadButton(ui);
  const what = h('span', { class: 'what' });
  const detail = h('span', { class: 'detail' });
  const bar = h('progress', { max: 1, 'aria-label': t('model') });
  const cancel = h(
    'button',
    { type: 'button', class: 'quiet', onclick: () => app.model.cancel() },
    t('cancel'),
  );
  const pause = h('button', { type: 'button', class: 'quiet' });
  let paused = false;
  pause.addEventListener('click', () => (paused ? app.model.resume() : app.model.pause()));
  // Asked before anything was agreed to: it is said why no answer comes, and can be put away.
  const asked = h('p', { class: 'asked', hidden: true }, t('askedFirst'));
  const away = iconButton(t('dismiss'), 'close', () => {
    putAway = app.store.get().chat;
    root.hidden = true;
  });
  /** @type {import('../../app/chat-tree.js').Chat | undefined} */
  let putAway;
  const row = h('div', { class: 'row' }, what, pause, cancel, start.root, away);
  const root = h(
    'div',
    { class: 'loading', role: 'status', 'aria-live': 'off', hidden: true },
    asked,
    row,
    bar,
    detail,
  );
  return {
    root,
    update(state) {
      const { model } = state;
      const loading = model.status === 'loading';
      const idle = model.status === 'none' || model.status === 'failed';
      const asks = idle && !ui.welcome?.serves && shownPath(state.chat).length > 0; // else the welcome asks, or nobody has to
      if (loading) putAway = undefined;
      root.hidden = !loading && (!asks || sameTalk(state.chat, putAway));
      asked.hidden =
        !asks || state.settings.remote || shownPath(state.chat).every(({ status }) => status !== 'waiting');
      away.hidden = !asks;
      for (const part of [what, detail, pause, cancel, bar]) part.hidden = !loading;
      start.root.hidden = !asks;
      start.update(state);
      if (!loading) return;
      /** @type {import('../../protocol/messages.js').LoadProgress} */
      const progress = model.progress ?? { phase: 'engine', loaded: 0, total: 0 };
      const { phase, loaded, total, bytesPerSecond, secondsLeft } = progress;
      paused = progress.paused === true;
      const server = remoteAddress(state.settings, app.base);
      pause.hidden = phase !== 'download';
      setText(pause, t(paused ? 'resume' : 'pause'));
      if (server) return setText(what, t('remoteConnecting', { host: server.host }));
      setText(
        what,
        t(paused ? 'phasePaused' : model.local && phase === 'read' ? 'phaseFile' : PHASES[phase], {
          name: model.name,
        }),
      );
      const parts = [];
      if (total && phase !== 'engine') {
        parts.push(t('ofBytes', { loaded: i18n.bytes(loaded), total: i18n.bytes(total) }));
        bar.value = loaded / total;
      } else bar.removeAttribute('value');
      if (phase === 'download' && bytesPerSecond && !paused)
        parts.push(t('perSecond', { rate: i18n.bytes(bytesPerSecond) }));
      if (phase === 'download' && secondsLeft && !paused)
        parts.push(t('timeLeft', { time: i18n.duration(secondsLeft) }));
      setText(detail, parts.join(' · '));
    },
  };
}
