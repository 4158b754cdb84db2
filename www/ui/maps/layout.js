// Where each node of a map stands. The tree's shape is d3-hierarchy's (Buchheim's tidy tree); a column for each level. Pure.
import { hierarchy, tree } from 'd3-hierarchy';

/**
 * @typedef {import('../../app/maps/tree.js').Node} Node
 * @typedef {{width: number, height: number}} Size
 * @typedef {{x: number, y: number}} Point of a node: the edge towards the root, and half its height
 * @typedef {{left: number, top: number, right: number, bottom: number}} Box
 */

const BESIDE = 10; // pixels between neighbours of one parent
const APART = 20; // and between other neighbours
const BETWEEN = 44; // between columns

/** Nodes in sight. @param {Node} node */
const shown = ({ folded, children }) => (folded ? [] : [...children]);

/**
 * @param {Node} root @param {ReadonlyMap<number, Size>} sizes of all nodes in sight
 * @param {{rtl?: boolean, growing?: number}} [options] `growing`: the widest that a column may become; then what stands
 *   already stays where it is when nodes are added at the end
 * @returns {Map<number, Point>}
 */
export function place(root, sizes, { rtl = false, growing = 0 } = {}) {
  const size = (/** @type {Node} */ { id }) => sizes.get(id) ?? { width: 0, height: 0 };
  const nodes = hierarchy(root, shown);
  /** @type {number[]} */
  const widest = [];
  nodes.each(({ data, depth }) => {
    widest[depth] = Math.max(widest[depth] ?? 0, growing || size(data).width);
  });
  const columns = widest.map((_, depth) =>
    widest.slice(0, depth).reduce((x, width) => x + width + BETWEEN, 0),
  );
  const rows = growing ? fromTheTop(nodes, size) : balanced(nodes, size);
  /** @type {Map<number, Point>} */
  const places = new Map();
  nodes.each(({ data, depth }) => {
    const x = columns[depth];
    places.set(data.id, { x: rtl ? -x : x, y: rows.get(data.id) ?? 0 });
  });
  return places;
}

/**
 * Parents in the middle of their children; the root at 0.
 * @param {import('d3-hierarchy').HierarchyNode<Node>} nodes @param {(node: Node) => Size} size
 */
function balanced(nodes, size) {
  const placed = tree()
    .nodeSize([1, 1])
    .separation((a, b) => {
      const [one, other] = /** @type {Array<{data: Node}>} */ (/** @type {unknown} */ ([a, b]));
      return (size(one.data).height + size(other.data).height) / 2 + (a.parent === b.parent ? BESIDE : APART);
    })(/** @type {import('d3-hierarchy').HierarchyNode<unknown>} */ (nodes));
  return new Map(placed.descendants().map((node) => [/** @type {Node} */ (node.data).id, node.x - placed.x]));
}

/**
 * Row after row, parents beside their first child: what comes later changes nothing above it.
 * @param {import('d3-hierarchy').HierarchyNode<Node>} nodes @param {(node: Node) => Size} size
 */
function fromTheTop(nodes, size) {
  /** @type {Map<number, number>} */
  const tops = new Map();
  /** @type {Map<number, number>} */
  const rows = new Map();
  let next = 0; // the first free row, in pixels
  nodes.eachBefore((node) => {
    const { height } = size(node.data);
    const first = node.parent?.children?.[0] === node;
    const top = first ? (tops.get(/** @type {Node} */ (node.parent?.data).id) ?? 0) : next;
    tops.set(node.data.id, top);
    rows.set(node.data.id, top + height / 2);
    next = Math.max(next, top + height + BESIDE);
  });
  return rows;
}

/** What the map takes up. @param {ReadonlyMap<number, Point>} places @param {ReadonlyMap<number, Size>} sizes @param {boolean} rtl @returns {Box} */
export function boundsOf(places, sizes, rtl) {
  const box = { left: Infinity, top: Infinity, right: -Infinity, bottom: -Infinity };
  for (const [id, { x, y }] of places) {
    const { width, height } = sizes.get(id) ?? { width: 0, height: 0 };
    box.left = Math.min(box.left, rtl ? x - width : x);
    box.right = Math.max(box.right, rtl ? x : x + width);
    box.top = Math.min(box.top, y - height / 2);
    box.bottom = Math.max(box.bottom, y + height / 2);
  }
  return box;
}

/** The line from a node to one of its children. @param {Point} from where it leaves the parent @param {Point} to where it meets the child */
export function curve(from, to) {
  const middle = (from.x + to.x) / 2;
  const n = (/** @type {number} */ value) => Math.round(value * 10) / 10;
  return `M${n(from.x)} ${n(from.y)}C${n(middle)} ${n(from.y)} ${n(middle)} ${n(to.y)} ${n(to.x)} ${n(to.y)}`;
}
