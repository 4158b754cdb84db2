// FreeMind's .mm, which Freeplane, XMind and others read too.
import { attribute, nodeOf, parseXml } from './xml.js';
import { LoquatError } from '../../protocol/messages.js';

/** @typedef {import('../../protocol/parts.js').MapNode} MapNode */

/** The colours of branches, as other programs see them. */
export const BRANCHES = [
  '#c2410c',
  '#2f7d32',
  '#1d6fb8',
  '#a21caf',
  '#0f766e',
  '#b4232c',
  '#6d5bd0',
  '#8a6d00',
];

/** @param {MapNode} root */
export function toFreeMind(root) {
  /** @param {MapNode} node @param {string} space @returns {string} */
  const write = ({ label, children = [], folded, color }, space) => {
    const more = `${folded ? ' FOLDED="true"' : ''}${color ? ` COLOR="${BRANCHES[color - 1]}"` : ''}`;
    const open = `${space}<node TEXT="${attribute(label)}"${more}`;
    if (children.length === 0) return `${open}/>\n`;
    return `${open}>\n${children.map((child) => write(child, `${space}  `)).join('')}${space}</node>\n`;
  };
  return `<map version="1.0.1">\n${write(root, '')}</map>\n`;
}

/** The words of a node: an attribute, or a piece of HTML of which only the text counts. @param {Element} element */
function wordsOf(element) {
  const text = element.getAttribute('TEXT') ?? element.getAttribute('text');
  if (text !== null) return text;
  const rich = [...element.children].find(
    (child) => child.localName === 'richcontent' && child.getAttribute('TYPE') !== 'NOTE',
  );
  return (rich?.textContent ?? '').replace(/\s+/g, ' ').trim();
}

/** @param {string} text @returns {MapNode} */
export function fromFreeMind(text) {
  const root = parseXml(text, 'node').querySelector('map > node');
  if (!root) throw new LoquatError('map_unreadable', '<map><node> is not there.');
  return nodeOf(root, 'node', (element) => {
    const color = BRANCHES.indexOf((element.getAttribute('COLOR') ?? '').toLowerCase()) + 1;
    return {
      label: wordsOf(element),
      ...(element.getAttribute('FOLDED') === 'true' ? { folded: true } : {}),
      ...(color > 0 ? { color } : {}),
    };
  });
}
