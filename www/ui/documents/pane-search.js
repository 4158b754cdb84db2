// Searching within the document that is shown: a field, how many hits there are, from one to the next.
import { confirmsInput, h, setProps, setText } from '../lib/dom.js';
import { iconButton } from '../lib/icon-button.js';
import { letters, occurrences } from './find.js';

/**
 * @typedef {import('./text-view.js').Passage} Passage
 * @typedef {{unit: number, nth: number}} Hit the nth on a page, or in a passage
 */

/** Hits that are counted; more nobody goes through. */
const MOST = 10_000;

/**
 * @param {readonly Passage[]} passages @param {(passage: Passage) => number} unitOf @param {string} text
 * @returns {Hit[]}
 */
export function hitsOf(passages, unitOf, text) {
  const wanted = letters(text);
  /** @type {Hit[]} */
  const hits = [];
  /** @type {Map<number, number>} */
  const counted = new Map();
  for (const passage of wanted === '' ? [] : passages) {
    const unit = unitOf(passage);
    const before = counted.get(unit) ?? 0;
    const here = occurrences(passage.text, wanted);
    counted.set(unit, before + here);
    for (let n = 0; n < here && hits.length < MOST; n++) hits.push({ unit, nth: before + n });
  }
  return hits;
}

/**
 * @param {(key: 'find' | 'findBefore' | 'findAfter' | 'findNone' | 'countOf', values?: Record<string, string | number>) => string} w
 * @param {(value: number) => string} number as the language writes it
 * @param {(hit: Hit, text: string) => void} go
 */
export function createPaneSearch(w, number, go) {
  /** @type {readonly Passage[]} */
  let passages = [];
  /** @type {(passage: Passage) => number} */
  let unitOf = () => 0;
  /** @type {Hit[]} */
  let hits = [];
  let at = -1;
  let searched = '';

  const field = h('input', { type: 'search', placeholder: w('find'), 'aria-label': w('find') });
  const count = h('span', { class: 'count', role: 'status' });
  const before = iconButton(w('findBefore'), 'up', () => step(-1));
  const after = iconButton(w('findAfter'), 'down', () => step(1));
  const root = h('div', { class: 'group find', role: 'search' }, field, count, before, after);

  function draw() {
    const none = hits.length === 0;
    setText(
      count,
      searched === ''
        ? ''
        : none
          ? w('findNone')
          : w('countOf', { n: number(at + 1), all: number(hits.length) }),
    );
    for (const button of [before, after]) setProps(button, { disabled: none });
  }

  /** @param {number} by */
  function step(by) {
    const text = field.value.trim();
    if (text !== searched) {
      searched = text;
      hits = hitsOf(passages, unitOf, text);
      at = by > 0 ? -1 : 0;
    }
    if (hits.length > 0) {
      at = (at + by + hits.length) % hits.length;
      go(hits[at], text);
    }
    draw();
  }

  field.addEventListener('keydown', (event) => {
    if (event.key !== 'Enter' || confirmsInput(event)) return;
    event.preventDefault();
    step(event.shiftKey ? -1 : 1);
  });
  field.addEventListener('change', () => field.value.trim() !== searched && step(1));
  draw();

  return {
    root,
    /** Another document. @param {readonly Passage[]} all @param {(passage: Passage) => number} unit */
    use(all, unit) {
      [passages, unitOf, hits, at, searched] = [all, unit, [], -1, ''];
      field.value = '';
      draw();
    },
  };
}
