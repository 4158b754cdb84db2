// Outlines to trees: Markdown headings and lists, numbered lists, lines that are only indented; what a model writes and
// what a person pastes.

/** @typedef {import('../../protocol/parts.js').MapNode} MapNode */

/** Levels that are kept; what lies deeper stands on the last. */
export const DEEPEST = 24;

const TAB = 4; // columns
const ITEM =
  /^([ \t]*)(?:(#{1,6})[ \t]+|(?:[-*+•·–][ \t]*|(\d{1,3}(?:\.\d{1,3})+)[.)、]?[ \t]+|\d{1,3}[.)、](?!\d)[ \t]*))?(.*)$/;

/** @param {string} space */
const columns = (space) => [...space].reduce((sum, char) => sum + (char === '\t' ? TAB : 1), 0);

/** Marks of Markdown around a label. @param {string} text */
export const plainLabel = (text) =>
  text
    .replace(/^\[[ xX]\]\s+/, '')
    .replace(/(\*\*|__)(.+?)\1/g, '$2')
    .replace(/(^|[^*])\*([^*]+)\*/g, '$1$2')
    .replace(/`([^`]+)`/g, '$1')
    .replace(/\[([^\]]+)\]\((?:[^()]|\([^)]*\))*\)/g, '$1')
    .replace(/\s+/g, ' ')
    .replace(/[:：]\s*$/, '')
    .trim();

/** How deep each line is, and its words. @param {string} text */
function* linesOf(text) {
  let under = 0; // level of the heading above
  for (const line of text.split(/\r?\n/)) {
    if (line.trim() === '') continue;
    const [, space = '', hashes, dotted = '', words = ''] = ITEM.exec(line) ?? [];
    const label = plainLabel(words);
    if (label === '') continue;
    if (hashes) under = hashes.length;
    const numbers = dotted.split('.').length - 1;
    const rank = hashes ? hashes.length * 1000 : (under + 1) * 1000 + columns(space) + numbers * TAB;
    yield { rank, label };
  }
}

/**
 * The top level of an outline.
 * @param {string} text @param {number} [most] nodes, after which the rest is left
 * @returns {MapNode[]}
 */
export function parseOutline(text, most = 5000) {
  /** @type {MapNode[]} */
  const top = [];
  /** @type {Array<{rank: number, node: MapNode}>} from the top down to the last line */
  const path = [];
  let count = 0;
  for (const { rank, label } of linesOf(text)) {
    if (count++ === most) break;
    const node = { label };
    while (path.length > 0 && path[path.length - 1].rank >= rank) path.pop();
    const above = path[path.length - 1]?.node;
    if (above) (above.children ??= []).push(node);
    else top.push(node);
    if (path.length < DEEPEST) path.push({ rank, node });
  }
  return top;
}

/** One tree: what stands alone on top is its middle. @param {MapNode[]} top @param {string} title where there are several @returns {MapNode} */
export const rooted = (top, title) =>
  top.length === 1 && top[0].children ? top[0] : { label: title, children: top };

/** Words alone, for telling whether two labels say the same. @param {string} label */
export const sameWords = (label) =>
  label
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, ' ')
    .trim();

/**
 * Without what says again what the map says already. Children of what is dropped go with it.
 * @param {MapNode} root @returns {MapNode}
 */
export function withoutRepeats(root) {
  const seen = new Set([sameWords(root.label)]);
  /** In the order of writing, so that what comes later takes nothing away. @param {MapNode} node @returns {MapNode} */
  const clean = ({ children = [], ...own }) => {
    /** @type {MapNode[]} */
    const kept = [];
    for (const child of children) {
      const words = sameWords(child.label);
      if (words === '' || seen.has(words)) continue;
      seen.add(words);
      kept.push(clean(child));
    }
    return kept.length > 0 ? { ...own, children: kept } : own;
  };
  return clean(root);
}
