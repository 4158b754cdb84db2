// A template that was filled in, as the question that it is.
import { h } from '../lib/dom.js';

/** @param {import('../../protocol/parts.js').FormPart} part */
export function createPart({ template: { name, fields }, values }) {
  const rows = fields
    .filter(({ id }) => values[id])
    .map(({ id, label }) =>
      h('div', null, h('dt', { dir: 'auto' }, label), h('dd', { dir: 'auto' }, values[id])),
    );
  return { root: h('div', null, h('strong', { dir: 'auto' }, name), h('dl', null, ...rows)) };
}
