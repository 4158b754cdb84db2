// OPML 2.0, the outlines of outliners and feed readers.
import { attribute, nodeOf, parseXml } from './xml.js';
import { LoquatError } from '../../protocol/messages.js';

/** @typedef {import('../../protocol/parts.js').MapNode} MapNode */

/** @param {MapNode} root */
export function toOpml(root) {
  /** @param {MapNode} node @param {string} space @returns {string} */
  const write = ({ label, children = [] }, space) => {
    const open = `${space}<outline text="${attribute(label)}"`;
    if (children.length === 0) return `${open}/>\n`;
    return `${open}>\n${children.map((child) => write(child, `${space}  `)).join('')}${space}</outline>\n`;
  };
  return `<?xml version="1.0" encoding="UTF-8"?>\n<opml version="2.0">\n  <head><title>${attribute(root.label)}</title></head>\n  <body>\n${write(root, '    ')}  </body>\n</opml>\n`;
}

/** @param {string} text @returns {MapNode} */
export function fromOpml(text) {
  const xml = parseXml(text, 'outline');
  const body = xml.querySelector('opml > body');
  if (!body) throw new LoquatError('map_unreadable', '<opml><body> is not there.');
  const title = xml.querySelector('opml > head > title')?.textContent?.trim() ?? '';
  const all = nodeOf(body, 'outline', (element) => ({
    label: element.getAttribute('text') ?? element.getAttribute('title') ?? '',
  }));
  const { children = [] } = all;
  return children.length === 1 ? children[0] : { label: title, children };
}
