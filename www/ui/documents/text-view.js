// A document of any kind as it was read: its headings, paragraphs, rows of tables, in order.
import { h } from '../lib/dom.js';
import { markNth, markQuote, unmark } from './find.js';

/**
 * @typedef {import('../../agent/documents/library.js').Passage} Passage
 *
 * @typedef {object} DocumentView
 * @property {HTMLElement} root
 * @property {(passage: Passage) => number} unitOf what is scrolled to for a passage: itself, or its page
 * @property {(unit: number, text: string, nth?: number, name?: string) => Promise<boolean>} reveal marks the text there and scrolls to it; false: the text is not on it
 * @property {(name: string) => void} clear takes marks away
 * @property {() => void} close
 * @property {{count: number, current: () => number, go: (page: number) => void, onturn: (turned: () => void) => void}} [pages]
 */

/** @param {string} line */
const row = (line) => h('tr', null, ...line.split('\t').map((cell) => h('td', { dir: 'auto' }, cell)));

/** The lines of a passage; neighbouring rows are one table. @param {Passage} passage @param {number} shown level of what its heading stands below */
function blocks({ text, headings = [] }, shown) {
  /** @type {HTMLElement[]} */
  const made = [];
  for (const line of text.split('\n')) {
    const last = made[made.length - 1];
    if (line.includes('\t')) {
      if (last?.tagName === 'TABLE') last.firstChild?.appendChild(row(line));
      else made.push(h('table', null, h('tbody', null, row(line))));
    } else if (made.length === 0 && headings.length > 0 && headings[headings.length - 1] === line) {
      made.push(h(shown === 0 ? 'h3' : 'h4', { dir: 'auto' }, line));
    } else made.push(h('p', { dir: 'auto' }, line));
  }
  return made;
}

/** A place that people look for: a slide, a page, a cue; where it is a heading, that heading is shown anyway. @param {Passage} passage */
const isPlace = ({ place }) => place.label !== '' && !('heading' in (place.anchor ?? {}));

/** @param {readonly Passage[]} passages @returns {DocumentView} */
export function createTextView(passages) {
  const root = h('div', { class: 'text-view' });
  let place = '';
  /** @type {Map<number, HTMLElement>} */
  const sections = new Map();
  for (const passage of passages) {
    if (isPlace(passage) && passage.place.label !== place)
      root.append(h('p', { class: 'place', dir: 'auto' }, (place = passage.place.label)));
    const section = h('section', { dir: 'auto' }, ...blocks(passage, (passage.headings?.length ?? 1) - 1));
    sections.set(passage.number, section);
    root.append(section);
  }
  return {
    root,
    unitOf: ({ number }) => number,
    async reveal(unit, text, nth, name = 'cited') {
      const section = sections.get(unit);
      if (!section) return false;
      const marks = nth === undefined ? markQuote(section, text, name) : markNth(section, text, nth, name);
      (marks[0] ?? section).scrollIntoView({ block: 'center' });
      return marks.length > 0;
    },
    clear: (name) => unmark(root, name),
    close() {},
  };
}
