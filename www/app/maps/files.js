// Maps as files: Markdown, OPML, FreeMind, JSON. What comes in is text to the end; what is too large, too deep or no map
// is refused by name.
import { parseOutline, rooted } from '../../agent/maps/outline.js';
import { LoquatError } from '../../protocol/messages.js';
import { fromFreeMind, toFreeMind } from './freemind.js';
import { fromOpml, toOpml } from './opml.js';
import { DEEPEST, MOST_NODES } from './tree.js';
import { tooLarge } from './xml.js';

/**
 * @typedef {import('../../protocol/parts.js').MapNode} MapNode
 * @typedef {{name: string, ending: string, type: string, write: (root: MapNode) => string}} MapFormat
 */

const FORMAT = 'loquat-map';
const LARGEST = 8 * 2 ** 20; // bytes

/** @param {MapNode} root */
function toMarkdown({ label, children = [] }) {
  /** A label that would begin a list or a heading of its own stays text. @param {string} text */
  const plain = (text) => text.replace(/\s*\n\s*/g, ' ').replace(/^([-*+#>]|\d+[.)])(?=\s)/, '\\$1');
  /** @param {MapNode} node @param {number} depth @returns {string} */
  const write = (node, depth) =>
    [
      `${'  '.repeat(depth)}- ${plain(node.label)}`,
      ...(node.children ?? []).map((child) => write(child, depth + 1)),
    ].join('\n');
  return `# ${plain(label)}\n\n${children.map((child) => write(child, 0)).join('\n')}\n`;
}

/** @param {MapNode} root */
const toJson = (root) => `${JSON.stringify({ format: FORMAT, version: 1, root }, null, 2)}\n`;

/** @type {readonly MapFormat[]} */
export const MAP_FORMATS = [
  { name: 'Markdown', ending: 'md', type: 'text/markdown', write: toMarkdown },
  { name: 'OPML', ending: 'opml', type: 'text/x-opml', write: toOpml },
  { name: 'FreeMind', ending: 'mm', type: 'application/x-freemind', write: toFreeMind },
  { name: 'JSON', ending: 'json', type: 'application/json', write: toJson },
];

/** What can be opened, for a file picker. */
export const ACCEPT = '.md,.txt,.opml,.mm,.json,.xml';

/** The names under which programs keep words and what is below. @param {string} text @returns {MapNode} */
function fromJson(text) {
  let data;
  try {
    data = JSON.parse(text);
  } catch (error) {
    throw new LoquatError('map_unreadable', /** @type {Error} */ (error).message);
  }
  let count = 0;
  /** @param {any} given @param {number} depth @returns {MapNode} */
  const read = (given, depth) => {
    if (depth > DEEPEST) throw new LoquatError('map_too_deep', `> ${DEEPEST}`);
    if (++count > MOST_NODES) tooLarge(count);
    const own = given?.data && typeof given.data === 'object' ? given.data : given;
    const label = own?.label ?? own?.text ?? own?.topic ?? own?.title ?? own?.name;
    if (typeof label !== 'string' && typeof label !== 'number')
      throw new LoquatError('map_unreadable', 'A node has no "label".');
    const below = Array.isArray(given.children) ? given.children : [];
    if (count + below.length > MOST_NODES) tooLarge(count + below.length);
    return {
      label: String(label),
      ...(given.folded === true ? { folded: true } : {}),
      ...(Number.isInteger(given.color) ? { color: given.color } : {}),
      ...(given.source && typeof given.source === 'object' ? { source: given.source } : {}),
      ...(below.length > 0
        ? { children: below.map((/** @type {any} */ child) => read(child, depth + 1)) }
        : {}),
    };
  };
  return read(data?.root ?? data?.nodeData ?? data?.data?.root ?? data, 0);
}

/** @param {string} text @param {string} title @returns {MapNode} */
function fromMarkdown(text, title) {
  const lines = text.split('\n', MOST_NODES + 2).length;
  if (lines > MOST_NODES + 1) tooLarge(lines);
  if (!/^[ \t]*(?:[-*+•]|\d+[.)]|#{1,6})[ \t]|^[ \t]+\S/m.test(text))
    throw new LoquatError('map_empty', title);
  return rooted(parseOutline(text.replace(/\\([-*+#>]|\d+[.)])/g, '$1')), title);
}

/**
 * @param {string} name of the file, for its kind and where it says no title itself @param {string} text
 * @returns {MapNode}
 */
export function readMap(name, text) {
  const title = name.replace(/\.\w{1,5}$/, '');
  const bare = text.replace(/^\uFEFF/, '').trimStart();
  const root = bare.startsWith('<')
    ? /<opml[\s>]/.test(bare.slice(0, 4000))
      ? fromOpml(bare)
      : fromFreeMind(bare)
    : bare.startsWith('{')
      ? fromJson(bare)
      : fromMarkdown(bare, title);
  if (root.label.trim() === '') root.label = title;
  return root;
}

/** @param {File} file @returns {Promise<MapNode>} */
export async function openMap(file) {
  if (file.size > LARGEST) throw new LoquatError('map_too_large', `${file.name}: ${file.size} > ${LARGEST}`);
  return readMap(file.name, await file.text());
}
