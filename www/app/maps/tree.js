// A map while it is shown and edited: nodes that never change, each with an id, so that an edit makes a new tree that
// shares all it did not touch. Pure.

/**
 * @typedef {import('../../protocol/parts.js').MapNode} MapNode
 * @typedef {import('../../protocol/parts.js').MapSource} MapSource
 *
 * @typedef {object} Node
 * @property {number} id
 * @property {string} label
 * @property {readonly Node[]} children
 * @property {boolean} folded
 * @property {number} color 0: that of the branch
 * @property {MapSource} [source]
 */

/** What a page bears, and a person reads. */
export const MOST_NODES = 5000;
export const DEEPEST = 64; // levels
export const COLORS = 8;
const LONGEST = 2000; // characters of a label

let nextId = 1;

/** @param {unknown} value */
const labelOf = (value) =>
  (typeof value === 'string' ? value : typeof value === 'number' ? String(value) : '')
    .slice(0, LONGEST)
    .replace(/\s+/g, ' ')
    .trim();

/** @param {unknown} source @returns {MapSource | undefined} */
function sourceOf(source) {
  const { document, hash, place, anchor, quote } = /** @type {Partial<Record<keyof MapSource, unknown>>} */ (
    source ?? {}
  );
  if (typeof document !== 'string') return undefined;
  return {
    document,
    place: typeof place === 'string' ? place : '',
    quote: typeof quote === 'string' ? quote : '',
    anchor,
    ...(typeof hash === 'string' ? { hash } : {}),
  };
}

/** @param {string} label @param {Partial<Node>} [more] @returns {Node} */
export const newNode = (label, more = {}) => ({
  id: nextId++,
  label,
  children: [],
  folded: false,
  color: 0,
  ...more,
});

/**
 * A stored map as a tree. What stands where something stood before keeps its id. A map that is too large is cut, whoever
 * made it.
 * @param {unknown} root @param {Node} [before] @returns {{root: Node, cut: boolean}}
 */
export function fromPart(root, before) {
  let count = 0;
  let cut = false;
  /** @param {any} given @param {Node | undefined} was @param {number} depth @returns {Node} */
  const read = (given, was, depth) => {
    count += 1;
    /** @type {Node[]} */
    const children = [];
    const below = Array.isArray(given?.children) ? given.children : [];
    for (const [i, child] of below.entries()) {
      if (count >= MOST_NODES || depth >= DEEPEST) {
        cut = true;
        break;
      }
      children.push(read(child, was?.children[i], depth + 1));
    }
    const color =
      Number.isInteger(given?.color) && given.color > 0 && given.color <= COLORS ? given.color : 0;
    const source = sourceOf(given?.source);
    return {
      id: was?.id ?? nextId++,
      label: labelOf(given?.label),
      children,
      folded: given?.folded === true,
      color,
      ...(source ? { source } : {}),
    };
  };
  return { root: read(root, before, 0), cut };
}

/** As it is stored. @param {Node} node @returns {MapNode} */
export const toPart = ({ label, children, folded, color, source }) => ({
  label,
  ...(folded ? { folded } : {}),
  ...(color ? { color } : {}),
  ...(source ? { source } : {}),
  ...(children.length > 0 ? { children: children.map(toPart) } : {}),
});

/** From the root to a node; empty if it isn't there. @param {Node} root @param {number} id @returns {Node[]} */
export function pathTo(root, id) {
  if (root.id === id) return [root];
  for (const child of root.children) {
    const path = pathTo(child, id);
    if (path.length > 0) return [root, ...path];
  }
  return [];
}

/** What is in sight, from top to bottom. @param {Node} root @returns {Node[]} */
export function visible(root) {
  /** @type {Node[]} */
  const all = [];
  const walk = (/** @type {Node} */ node) => {
    all.push(node);
    if (!node.folded) node.children.forEach(walk);
  };
  walk(root);
  return all;
}

/** @param {Node} node @returns {number} it and all below it */
export const countNodes = (node) => node.children.reduce((sum, child) => sum + countNodes(child), 1);

/** @param {Node} root @param {number} id @param {(node: Node) => Node} change @returns {Node} */
export function changeNode(root, id, change) {
  const path = pathTo(root, id);
  const last = path.pop();
  if (!last) return root;
  let made = change(last);
  for (let old = last, above = path.pop(); above; old = above, above = path.pop()) {
    const at = above.children.indexOf(old);
    made = { ...above, children: above.children.with(at, made) };
  }
  return made;
}

/** @param {Node} root @param {number} id @param {string} label */
export const rename = (root, id, label) =>
  changeNode(root, id, (node) => ({ ...node, label: labelOf(label) }));

/** @param {Node} root @param {number} id @param {boolean} folded */
export const fold = (root, id, folded) => changeNode(root, id, (node) => ({ ...node, folded }));

/** @param {Node} root @param {number} id @param {number} color */
export const paint = (root, id, color) => changeNode(root, id, (node) => ({ ...node, color }));

/** @param {Node} root @param {number} parent @param {number} at place among its children @param {readonly Node[]} nodes */
export const insert = (root, parent, at, nodes) =>
  changeNode(root, parent, (node) => ({
    ...node,
    folded: false,
    children: [...node.children.slice(0, at), ...nodes, ...node.children.slice(at)],
  }));

/** The root stays. @param {Node} root @param {number} id */
export function remove(root, id) {
  const parent = pathTo(root, id).at(-2);
  if (!parent) return root;
  return changeNode(root, parent.id, (node) => ({
    ...node,
    children: node.children.filter((child) => child.id !== id),
  }));
}

/**
 * Puts a branch under another node. Not below itself, and the root stays.
 * @param {Node} root @param {number} id @param {number} parent @param {number} at place among its children, without the branch
 */
export function move(root, id, parent, at) {
  const path = pathTo(root, parent);
  const branch = pathTo(root, id).at(-1);
  if (!branch || branch === root || path.length === 0 || path.some((node) => node.id === id)) return root;
  return insert(remove(root, id), parent, at, [branch]);
}

/** What stays selected when a node goes. @param {Node} root @param {number} id @returns {number} */
export function neighbour(root, id) {
  const parent = pathTo(root, id).at(-2);
  if (!parent) return root.id;
  const at = parent.children.findIndex((child) => child.id === id);
  return (parent.children[at + 1] ?? parent.children[at - 1] ?? parent).id;
}
