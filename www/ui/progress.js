// How far the model is on its way: bytes, speed, time left, and ways to pause and stop it; before that, the question to load it.
import { shownPath } from '../state/chat.js';
import { remoteAddress } from '../state/settings.js';
import { h, setText } from './dom.js';
import { loadButton } from './welcome.js';

const PHASES = /** @type {const} */ ({
  engine: 'phaseEngine',
  check: 'phaseCheck',
  download: 'phaseDownload',
  read: 'phaseRead',
  verify: 'phaseVerify',
  finish: 'phaseFinish',
});

/** @param {import('./context.js').Ui} ui @returns {import('./context.js').View} */
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
  const row = h('div', { class: 'row' }, what, pause, cancel, start.root);
  const root = h(
    'div',
    { class: 'loading', role: 'status', 'aria-live': 'off', hidden: true },
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
      const asks = idle && shownPath(state.chat).length > 0; // else the welcome asks
      root.hidden = !loading && !asks;
      for (const part of [what, detail, pause, cancel, bar]) part.hidden = !loading;
      start.root.hidden = !asks;
      start.update(state);
      if (!loading) return;
      /** @type {import('../engine/protocol.js').LoadProgress} */
      const progress = model.progress ?? { phase: 'engine', loaded: 0, total: 0 };
      const { phase, loaded, total, bytesPerSecond, secondsLeft } = progress;
      paused = progress.paused === true;
      const server = remoteAddress(state.settings, app.base);
      pause.hidden = phase !== 'download';
      setText(pause, t(paused ? 'resume' : 'pause'));
      if (server) return setText(what, t('remoteConnecting', { host: server.host }));
      setText(what, t(paused ? 'phasePaused' : PHASES[phase], { name: model.name }));
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
