// A text in what is shown of a document: found whatever the spaces, line ends and hyphens between its letters are, and
// marked. What was read and what pdf.js shows differ in just those.
import { plainText } from '../../agent/documents/plain-text.js';
import { h } from '../lib/dom.js';

/** What is passed over: white space, and hyphens, which may part a word at the end of a line. */
const BETWEEN = /[\s\p{Pd}]/u;

/** The letters of a text by which it is found. @param {string} text */
export const letters = (text) => [...text].map((c) => lettersOf(c)).join('');

/** @param {string} character */
function lettersOf(character) {
  if (/^[a-z0-9]$/.test(character)) return character;
  const plain = plainText(character).normalize('NFD').toLowerCase();
  return [...plain].filter((c) => !BETWEEN.test(c)).join('');
}

/** How often a text stands in another. @param {string} text @param {string} wanted letters */
export function occurrences(text, wanted) {
  if (wanted === '') return 0;
  const all = letters(text);
  let count = 0;
  for (let at = all.indexOf(wanted); at >= 0; at = all.indexOf(wanted, at + wanted.length)) count += 1;
  return count;
}

/** The letters below an element, each with the text node and the place in it. @param {HTMLElement} root */
function lettersBelow(root) {
  let all = '';
  /** @type {{node: Text, from: number, to: number}[]} */
  const places = [];
  const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const node = /** @type {Text} */ (walker.currentNode);
    let from = 0;
    for (const character of node.data) {
      const to = from + character.length;
      const plain = lettersOf(character);
      all += plain;
      for (let n = 0; n < plain.length; n++) places.push({ node, from, to });
      from = to;
    }
  }
  return { all, places };
}

/** @param {HTMLElement} root @param {string} name class of the marks that go */
export function unmark(root, name) {
  for (const mark of root.querySelectorAll(`mark.${name}`)) {
    const parent = mark.parentNode;
    mark.replaceWith(...mark.childNodes);
    parent?.normalize();
  }
}

/**
 * Marks places that were found, the last first, so that those before stay where they are.
 * @param {readonly {node: Text, from: number, to: number}[]} places in order @param {string} name @returns {HTMLElement[]} in order
 */
function mark(places, name) {
  /** @type {{node: Text, from: number, to: number}[]} */
  const runs = [];
  for (const { node, from, to } of places) {
    const last = runs[runs.length - 1];
    if (last && last.node === node && from >= last.from) last.to = Math.max(last.to, to);
    else runs.push({ node, from, to });
  }
  const marks = runs.reverse().map(({ node, from, to }) => {
    const range = document.createRange();
    range.setStart(node, from);
    range.setEnd(node, to);
    const element = h('mark', { class: name });
    range.surroundContents(element);
    return element;
  });
  return marks.reverse();
}

/**
 * Marks a quotation; where the page has it in another order, the lines of it that are found.
 * @param {HTMLElement} root @param {string} quote @param {string} name @returns {HTMLElement[]}
 */
export function markQuote(root, quote, name) {
  const whole = markNth(root, quote, 0, name);
  if (whole.length > 0) return whole;
  const pieces = quote.split(/[\n\t]+|(?<=[.!?。！？])\s*/u).filter((piece) => letters(piece).length >= 8);
  return pieces.flatMap((piece) => markNth(root, piece, 0, name));
}

/** @param {HTMLElement} root @param {string} text @param {number} nth occurrence, from 0 @param {string} name @returns {HTMLElement[]} */
export function markNth(root, text, nth, name) {
  const wanted = letters(text);
  if (wanted === '') return [];
  const { all, places } = lettersBelow(root);
  let at = all.indexOf(wanted);
  let last = at;
  for (let n = 0; n < nth && at >= 0; n++) {
    at = all.indexOf(wanted, at + wanted.length);
    if (at >= 0) last = at;
  }
  return last < 0 ? [] : mark(places.slice(last, last + wanted.length), name);
}
