// What a model thought, folded.
import { h } from '../lib/dom.js';

/** @param {import('../../protocol/parts.js').ThoughtPart} part @param {import('../lib/view.js').PartUi} ui */
export function createPart(part, { i18n: { t } }) {
  const text = h('div', { class: 'plain', dir: 'auto' }, part.text);
  return { root: h('details', { class: 'reasoning' }, h('summary', null, t('reasoning')), text) };
}
