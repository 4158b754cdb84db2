// A mind map: drawn and edited by ui/maps, which is loaded with the first one; where that is out of reach, the outline that
// it is, as nested lists that fold.
import { h } from '../lib/dom.js';
import { adoptSheet } from '../lib/style-sheet.js';

const DEEPEST = 64;

/** @param {import('../../protocol/parts.js').MapNode} node @param {number} depth @returns {HTMLElement} */
function item(node, depth) {
  const label = h('span', { dir: 'auto' }, String(node.label ?? ''));
  const children = depth < DEEPEST && Array.isArray(node.children) ? node.children : [];
  if (children.length === 0) return h('li', null, label);
  const list = h('ul', null, ...children.map((child) => item(child, depth + 1)));
  return h('li', null, h('details', { open: true }, h('summary', null, label), list));
}

/**
 * @param {import('../../protocol/parts.js').MapPart} part @param {import('../lib/view.js').Ui} ui
 * @param {readonly import('../../protocol/parts.js').Part[]} _all @param {import('./parts.js').Home} [home]
 */
export function createPart(part, ui, _all, home) {
  const root = h('figure', { class: 'map' });
  let latest = part;
  /** @type {ReturnType<typeof import('../maps/view.js').createMapView> | undefined} */
  let view;

  async function draw() {
    try {
      const [{ createMapView }, { mapWords }] = await Promise.all([
        import('../maps/view.js'),
        import('../maps/words.js'),
      ]);
      const [t] = await Promise.all([
        mapWords(ui.i18n.language),
        adoptSheet(root, new URL('../maps/maps.css', import.meta.url).href),
      ]);
      const change = (/** @type {typeof part} */ next) => home?.change((latest = next));
      view = createMapView(root, latest, ui, t, home && { message: home.message, change });
    } catch (error) {
      console.warn('The map is shown as a list:', error);
      root.classList.add('outline');
      root.replaceChildren(h('ul', null, item(latest.root, 0)));
    }
  }
  // Its place in the document is known a moment later.
  queueMicrotask(() => void draw());

  return {
    root,
    /** @param {typeof part} next */
    update(next) {
      if (next === latest) return;
      latest = next;
      if (view) view.update(next);
      else if (root.classList.contains('outline')) root.replaceChildren(h('ul', null, item(next.root, 0)));
    },
  };
}
