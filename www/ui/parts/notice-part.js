// A remark of the program inside an answer. Its words are the page's, by the remark's code.
import { h } from '../lib/dom.js';

/** @param {import('../../protocol/parts.js').NoticePart} part @param {import('../lib/view.js').PartUi} ui */
export function createPart({ code, values }, { i18n }) {
  const key = /** @type {import('../lib/i18n.js').Key} */ (`notice_${code}`);
  const words = i18n.has(key) ? i18n.t(key, /** @type {Record<string, string | number>} */ (values)) : code;
  return { root: h('p', { class: 'remark', role: 'note', dir: 'auto' }, words) };
}
