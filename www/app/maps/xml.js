// XML of other programs' maps, read by the browser's own parser: no entities of the file's own, no more elements than a map
// may have.
import { LoquatError } from '../../protocol/messages.js';
import { DEEPEST, MOST_NODES } from './tree.js';

/** @typedef {import('../../protocol/parts.js').MapNode} MapNode */

/** @param {number} n @returns {never} */
export function tooLarge(n) {
  throw new LoquatError('map_too_large', `${n} > ${MOST_NODES}`);
}

/** @param {string} text @param {string} tag of a node @returns {Document} */
export function parseXml(text, tag) {
  if (/<!(?:DOCTYPE|ENTITY)/i.test(text)) throw new LoquatError('map_entities', '<!DOCTYPE');
  const count = text.split(`<${tag}`).length - 1;
  if (count > MOST_NODES) tooLarge(count);
  const xml = new DOMParser().parseFromString(text, 'text/xml');
  const problem = xml.querySelector('parsererror');
  if (problem) throw new LoquatError('map_unreadable', (problem.textContent ?? '').trim().slice(0, 200));
  return xml;
}

/**
 * @param {Element} element @param {string} tag of its children
 * @param {(element: Element) => Omit<MapNode, 'children'>} read @param {number} [depth] @returns {MapNode}
 */
export function nodeOf(element, tag, read, depth = 0) {
  if (depth > DEEPEST) throw new LoquatError('map_too_deep', `> ${DEEPEST}`);
  const below = [...element.children].filter(({ localName }) => localName === tag);
  const children = below.map((child) => nodeOf(child, tag, read, depth + 1));
  return { ...read(element), ...(children.length > 0 ? { children } : {}) };
}

/** Text in an attribute; what XML can't hold is left out. @param {string} text */
export const attribute = (text) =>
  text
    .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, '')
    .replace(
      /[&<>"'\n\r\t]/g,
      (c) =>
        ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&apos;' })[c] ??
        `&#${c.charCodeAt(0)};`,
    );
