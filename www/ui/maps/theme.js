// How much room labels take, measured as they are drawn; and the colours of a branch.
import { LINE, PAD } from './draw.js';
import { wrap } from './label.js';

/** @typedef {import('../../app/maps/tree.js').Node} Node */
/** @typedef {import('./draw.js').Shown} Shown */

/** Pixels of a line. */
export const WIDEST = 190;
const ROOT_WIDEST = 220;
const LEAST = 34;
export const FONT =
  "system-ui, -apple-system, 'Segoe UI', 'Noto Sans', 'PingFang SC', 'Microsoft YaHei', sans-serif";
const RIGHT_TO_LEFT = /^[^\p{L}]*[\p{Script=Arabic}\p{Script=Hebrew}\p{Script=Syriac}\p{Script=Thaana}]/u;
const SHORT_PLACE = 22; // characters
const COLORS = 8;

/** @type {CanvasRenderingContext2D | null | undefined} */
let canvas;
/** @type {Map<string, import('./draw.js').Label>} */
const known = new Map();

/** @param {string} font */
export function measurer(font) {
  canvas ??= document.createElement('canvas').getContext('2d');
  if (canvas) canvas.font = font;
  return (/** @type {string} */ text) => canvas?.measureText(text).width ?? text.length * 8;
}

/** Where a node's passage stands, as its label does not say it already. @param {Node} node */
function placeOf({ source, label }) {
  if (!source) return '';
  const { place } = source;
  if (place === '' || place === label) return '↗';
  return `↗ ${place.length > SHORT_PLACE ? `${place.slice(0, SHORT_PLACE)}…` : place}`;
}

/** @param {Node} node @param {number} depth */
function labelOf(node, depth) {
  const from = placeOf(node);
  const key = `${Math.min(depth, 2)} ${from}\n${node.label}`;
  const before = known.get(key);
  if (before) return before;
  const font = depth === 0 ? `600 16px ${FONT}` : depth === 1 ? `600 14px ${FONT}` : `14px ${FONT}`;
  const wrapped = wrap(node.label, depth === 0 ? ROOT_WIDEST : WIDEST, measurer(font));
  const lines = wrapped.lines.length > 0 ? wrapped.lines : ['\u00a0'];
  const place = from ? measurer(`12px ${FONT}`)(from) : 0;
  const made = {
    ...wrapped,
    lines,
    from,
    rtl: RIGHT_TO_LEFT.test(node.label),
    width: Math.ceil(Math.max(wrapped.width, place, LEAST)) + 2 * PAD.x,
    height: (lines.length + (from ? 1 : 0)) * (depth === 0 ? LINE.root : LINE.node) + 2 * PAD.y,
  };
  if (known.size > 20_000) known.clear();
  known.set(key, made);
  return made;
}

/** The widest that a column can become. */
export const COLUMN = ROOT_WIDEST + 2 * PAD.x;

/** Everything in sight, with how it looks. @param {Node} root @returns {Shown[]} */
export function shownOf(root) {
  /** @type {Shown[]} */
  const all = [];
  /** @param {Node} node @param {number} depth @param {number} color @param {number} at @param {number} of */
  const walk = (node, depth, color, at, of) => {
    const own = node.color || color;
    all.push({ node, label: labelOf(node, depth), depth, color: own, at, of });
    if (node.folded) return;
    node.children.forEach((child, i) =>
      walk(child, depth + 1, depth === 0 && !node.color ? (i % COLORS) + 1 : own, i, node.children.length),
    );
  };
  walk(root, 0, 0, 0, 1);
  return all;
}
