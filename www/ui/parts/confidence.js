// Marks the words the model was unsure of, with the browser's own highlights: the rendered text is not touched. Loaded by
// those who want it.
import { wordsOfAnswer } from '../../agent/confidence.js';

const UNSURE = 0.4; // probability below which a word is marked
const AHEAD = 120; // characters to look for a token's text: Markdown drops some signs
const NAME = 'loquat-unsure';

/**
 * The places of unlikely words in the text as it is shown. Pure.
 * @param {string} shown @param {ReadonlyArray<readonly [string, number]>} words what was written, with its probability
 * @returns {Array<[start: number, end: number]>}
 */
export function unsurePlaces(shown, words) {
  /** @type {Array<[number, number]>} */
  const places = [];
  let at = 0;
  for (const [text, probability] of words) {
    const word = text.replace(/[*_`~#]/g, '').trim(); // Markdown's signs are not shown
    if (word === '') continue;
    const found = shown.indexOf(word, at);
    if (found < 0 || found - at > AHEAD) continue;
    at = found + word.length;
    if (probability < UNSURE && /\p{L}|\p{N}/u.test(word)) places.push([found, at]);
  }
  return places;
}

/** Where highlights are known. @returns {Highlight | undefined} */
function shared() {
  if (typeof Highlight === 'undefined' || !('highlights' in CSS)) return undefined;
  let highlight = CSS.highlights.get(NAME);
  if (!highlight) CSS.highlights.set(NAME, (highlight = new Highlight()));
  return highlight;
}

/**
 * @param {HTMLElement} body
 * @returns {(words: ReadonlyArray<readonly [string, number]>) => void} marks these; an empty list marks none
 */
export function confidenceMarker(body) {
  /** @type {AbstractRange[]} */
  let ranges = [];
  return (words) => {
    const highlight = shared();
    for (const range of ranges) highlight?.delete(range);
    ranges = [];
    if (!highlight || words.length === 0) return;
    const walker = document.createTreeWalker(body, NodeFilter.SHOW_TEXT);
    /** @type {Array<{node: Node, start: number}>} */
    const nodes = [];
    let text = '';
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      nodes.push({ node, start: text.length });
      text += node.textContent;
    }
    for (const [start, end] of unsurePlaces(text, wordsOfAnswer(words))) {
      const i = nodes.findLastIndex((each) => each.start <= start);
      const { node, start: from } = nodes[i];
      const length = (node.textContent ?? '').length;
      const range = new StaticRange({
        startContainer: node,
        startOffset: start - from,
        endContainer: node,
        endOffset: Math.min(end - from, length),
      });
      ranges.push(range);
      highlight.add(range);
    }
  };
}
