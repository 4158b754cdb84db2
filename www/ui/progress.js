// How far the model is on its way: bytes, speed, time left, and a way to stop it; before that, the question to load it.
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
  const row = h('div', { class: 'row' }, what, cancel, start.root);
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
      for (const part of [what, detail, cancel, bar]) part.hidden = !loading;
      start.root.hidden = !asks;
      start.update(state);
      if (!loading) return;
      const { phase, loaded, total, bytesPerSecond, secondsLeft } = model.progress ?? {
        phase: 'engine',
        loaded: 0,
        total: 0,
      };
      const server = remoteAddress(state.settings, app.base);
      if (server) return setText(what, t('remoteConnecting', { host: server.host }));
      setText(what, t(PHASES[/** @type {keyof typeof PHASES} */ (phase)], { name: model.name }));
      const parts = [];
      if (total && phase !== 'engine') {
        parts.push(t('ofBytes', { loaded: i18n.bytes(loaded), total: i18n.bytes(total) }));
        bar.value = loaded / total;
      } else bar.removeAttribute('value');
      if (phase === 'download' && bytesPerSecond)
        parts.push(t('perSecond', { rate: i18n.bytes(bytesPerSecond) }));
      if (phase === 'download' && secondsLeft)
        parts.push(t('timeLeft', { time: i18n.duration(secondsLeft) }));
      setText(detail, parts.join(' · '));
    },
  };
}
