// A map as SVG: a group for each node, a line to each child. Elements stay with their node, so that an edit touches what it
// changed. Text is `<text>` and nothing else; looks are classes of maps.css.
import { curve } from './layout.js';

/**
 * @typedef {import('../../app/maps/tree.js').Node} Node
 * @typedef {import('./layout.js').Point} Point
 * @typedef {import('./label.js').Wrapped} Wrapped
 * @typedef {Wrapped & {height: number, rtl: boolean, from: string}} Label `width` with its padding; `from`: the passage's place
 * @typedef {{node: Node, label: Label, depth: number, color: number, at: number, of: number}} Shown
 * @typedef {{group: SVGGElement, line: SVGPathElement | null, parts: string}} Drawn
 */

const NS = 'http://www.w3.org/2000/svg';
export const PAD = { x: 12, y: 8 };
export const LINE = { root: 22, node: 20 };
const TOGGLE = 8; // radius

/**
 * @template {keyof SVGElementTagNameMap} K
 * @param {K} tag @param {Record<string, string | number>} attributes @param {...(Node | SVGElement | string)} children
 * @returns {SVGElementTagNameMap[K]}
 */
export function s(tag, attributes, ...children) {
  const element = document.createElementNS(NS, tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, String(value));
  element.append(.../** @type {string[]} */ (children));
  return element;
}

/** @param {Shown} shown @param {boolean} rtl which way the map goes */
function inside({ node, label, depth }, rtl) {
  const { width, height, lines, from } = label;
  const tall = depth === 0 ? LINE.root : LINE.node;
  const x = label.rtl ? width - PAD.x : PAD.x;
  const texts = lines.map((line, i) => s('tspan', { x, y: PAD.y + tall * (i + 0.5), dy: '0.35em' }, line));
  const direction = label.rtl ? 'rtl' : 'ltr';
  const text = s('text', { direction }, ...texts);
  const y = PAD.y + tall * (lines.length + 0.5);
  const place = s('text', { class: 'place', 'aria-hidden': 'true', direction, x, y, dy: '0.3em' }, from);
  const written = from ? [text, place] : [text];
  const title = label.whole ? [] : [s('title', {}, node.label)];
  const box = s('rect', { class: 'box', width, height, rx: depth === 0 ? 14 : 9 });
  const reach = s('rect', { class: 'reach', x: -4, y: -5, width: width + 8, height: height + 10 });
  if (node.children.length === 0) return [...title, reach, box, ...written];
  const at = rtl ? -TOGGLE - 3 : width + TOGGLE + 3;
  const sign = node.folded ? String(node.children.length) : '−';
  const toggle = s(
    'g',
    { class: 'toggle', 'aria-hidden': 'true', transform: `translate(${at} ${height / 2})` },
    s('circle', { class: 'reach', r: 16 }),
    s('circle', { r: TOGGLE }),
    s('text', { 'text-anchor': 'middle', dy: '0.35em' }, sign),
  );
  return [...title, reach, box, ...written, toggle];
}

/** @param {SVGSVGElement} svg @param {boolean} rtl */
export function createDrawing(svg, rtl) {
  const lines = s('g', { class: 'lines', 'aria-hidden': 'true' });
  svg.append(lines);
  /** @type {Map<number, Drawn>} */
  const drawn = new Map();

  /** @param {Shown} shown @param {(node: Node) => string} nameOf @param {number} selected */
  function one(shown, nameOf, selected) {
    const { node, label, depth, color, at, of } = shown;
    let known = drawn.get(node.id);
    if (!known) {
      const group = s('g', { 'data-id': node.id, role: 'treeitem' });
      const line = depth > 0 ? s('path', { class: 'line' }) : null;
      if (line) lines.append(line);
      drawn.set(node.id, (known = { group, line, parts: '' }));
    }
    const { group, line } = known;
    const parts = JSON.stringify([label, depth, node.folded, node.children.length]);
    if (parts !== known.parts) {
      group.replaceChildren(...inside(shown, rtl));
      known.parts = parts;
    }
    group.setAttribute('class', `node level-${Math.min(depth, 2)} color-${color}`);
    line?.setAttribute('class', `line color-${color}`);
    const aria = {
      'aria-label': nameOf(node),
      'aria-level': depth + 1,
      'aria-posinset': at + 1,
      'aria-setsize': of,
      'aria-selected': node.id === selected,
      tabindex: node.id === selected ? 0 : -1,
    };
    for (const [name, value] of Object.entries(aria)) group.setAttribute(name, String(value));
    if (node.children.length > 0) group.setAttribute('aria-expanded', String(!node.folded));
    else group.removeAttribute('aria-expanded');
    return group;
  }

  return {
    /** @param {readonly Shown[]} all in reading order @param {(node: Node) => string} nameOf @param {number} selected */
    update(all, nameOf, selected) {
      const keep = new Set(all.map(({ node }) => node.id));
      for (const [id, { group, line }] of drawn) {
        if (keep.has(id)) continue;
        group.remove();
        line?.remove();
        drawn.delete(id);
      }
      let before = /** @type {Element} */ (lines);
      for (const shown of all) {
        const group = one(shown, nameOf, selected);
        if (before.nextSibling !== group) before.after(group); // moving it would take its focus
        before = group;
      }
    },
    /** @param {ReadonlyMap<number, Point>} places @param {readonly Shown[]} all */
    place(places, all) {
      const labels = new Map(all.map(({ node, label }) => [node.id, label]));
      for (const { node, label } of all) {
        const at = places.get(node.id);
        const known = drawn.get(node.id);
        if (!at || !known) continue;
        const left = rtl ? at.x - label.width : at.x;
        known.group.setAttribute('transform', `translate(${left} ${at.y - label.height / 2})`);
        if (node.folded) continue;
        const from = { x: at.x + (rtl ? -label.width : label.width), y: at.y };
        for (const { id } of node.children) {
          const to = places.get(id);
          if (to && labels.has(id)) drawn.get(id)?.line?.setAttribute('d', curve(from, to));
        }
      }
    },
    /** @param {number} id */
    group: (id) => drawn.get(id)?.group,
  };
}
