// What an answer waits for: the model, its turn, or the reading of the question, with a bar and the time left.
import { h, setText } from '../lib/dom.js';

const SHORT = 64; // tokens that are read before anyone could watch it

/** @param {import('../lib/i18n.js').I18n} i18n */
export function createReading({ t, number, duration }) {
  const words = h('span', null);
  const bar = h('progress', { max: 1, hidden: true, 'aria-label': t('readingBar') });
  const root = h('p', { class: 'wait', hidden: true }, words, bar);
  let began = 0; // ms
  let from = 0; // tokens

  return {
    root,
    /** @param {import('../../app/app.js').Generation | null} generation of this message @param {boolean} ready whether there is a model */
    update(generation, ready) {
      root.hidden = !generation || generation.phase === 'decode';
      if (!generation || root.hidden) return;
      const { phase, done, total } = generation;
      bar.hidden = phase === 'wait' || total <= SHORT;
      if (phase === 'wait') {
        began = 0;
        return setText(words, t(!ready ? 'waitingForModel' : generation.queued ? 'waitingTurn' : 'thinking'));
      }
      if (total <= SHORT) return setText(words, t('thinking'));
      const now = performance.now();
      if (began === 0) [began, from] = [now, done];
      bar.value = done / total;
      const rate = done > from ? (done - from) / (now - began) : 0; // tokens a ms
      const left = rate > 0 ? t('timeLeft', { time: duration((total - done) / rate / 1000) }) : '';
      const read = t('readingPrompt', { done: number(done), total: number(total) });
      setText(words, [read, left].filter(Boolean).join(' · '));
    },
  };
}
