// How full the model's context is: a short bar, and the numbers in words.
import { h, setProps, setText } from '../lib/dom.js';

const HIGH = 0.75; // from here on it is shown as nearly full

/** @param {import('../lib/i18n.js').I18n} i18n */
export function createMeter({ t, number }) {
  const bar = h('meter', { min: 0, max: 1, high: HIGH, 'aria-label': t('contextMeter') });
  const long = h('span', { class: 'long' });
  const short = h('span', { class: 'short' }); // where there is little room
  const root = h('span', { class: 'context', hidden: true }, bar, long, short);
  return {
    root,
    /** @param {number} used tokens @param {number} total tokens; 0 is unknown */
    update(used, total) {
      root.hidden = used === 0 || total === 0;
      if (root.hidden) return;
      const share = Math.min(1, used / total);
      setProps(bar, { value: share.toFixed(3) });
      const values = { used: number(used), total: number(total) };
      root.title = t('contextUsed', values);
      setText(long, root.title);
      setText(short, `${values.used} / ${values.total}`);
      root.classList.toggle('high', share >= HIGH);
    },
  };
}
