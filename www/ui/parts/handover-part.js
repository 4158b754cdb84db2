// Ways to a person, as the site has set them. What they are and do is the site's service; without one there is nothing here.
import { h } from '../lib/dom.js';

/** @param {import('../../protocol/parts.js').HandoverPart} part @param {import('../lib/view.js').PartUi} ui */
export function createPart({ reason }, { waysToPerson }) {
  const root = h('div', { class: 'handover' });
  void waysToPerson?.(reason).then(
    (view) => root.append(view),
    () => {},
  );
  return { root };
}
