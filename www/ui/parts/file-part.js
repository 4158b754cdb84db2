// A file that was attached: its name and size.
import { h } from '../lib/dom.js';

/** @param {import('../../protocol/parts.js').FilePart} part @param {import('../lib/view.js').PartUi} ui */
export function createPart({ name, size }, { i18n }) {
  return {
    root: h('p', { class: 'file' }, h('span', { class: 'name', dir: 'auto' }, name), ' ', i18n.bytes(size)),
  };
}
