// A document's own headings and key sentences as a map; each node says on which page it stands. No model.
import { countTerms, sentencesOf, shorten, telling } from './sentences.js';

/**
 * @typedef {import('../../protocol/parts.js').MapNode} MapNode
 * @typedef {import('../../protocol/parts.js').MapSource} MapSource
 * @typedef {{number: number, headings?: string[], place: {label: string, anchor: unknown}, text: string}} Passage
 * @typedef {{name: string, hash: string, passages: readonly Passage[]}} ReadDocument
 */

const MOST_BRANCHES = 12;
const MOST_BELOW = 8;
const LEAVES = 3;
/** Beyond so many documents only their first level is shown, and beyond so many more none. */
const MANY = 6;
const MOST_DOCUMENTS = 60;
/** A document without headings is cut into so many parts. */
const PARTS = 6;

/** @param {ReadDocument} document @param {Passage} passage @param {string} quote @returns {MapSource} */
const source = ({ name, hash }, { number, place }, quote) => ({
  document: name,
  hash,
  place: place.label,
  anchor: { .../** @type {object} */ (place.anchor ?? {}), passage: number },
  quote,
});

/**
 * The telling sentences of passages as nodes.
 * @param {ReadDocument} document @param {readonly Passage[]} passages @param {ReadonlyMap<string, number>} counts @param {number} most
 * @returns {MapNode[]}
 */
function leaves(document, passages, counts, most) {
  const sentences = passages.flatMap((passage) =>
    sentencesOf(passage.text)
      .filter((text) => !passage.headings?.includes(text))
      .map((text) => ({ text, passage })),
  );
  return telling(sentences, counts, most).map(({ text, passage }) => ({
    label: shorten(text),
    source: source(document, passage, text),
  }));
}

/**
 * Neighbours under the same heading of a level.
 * @param {readonly Passage[]} passages @param {number} level @returns {Array<{heading: string, passages: Passage[]}>}
 */
function sections(passages, level) {
  /** @type {Array<{heading: string, passages: Passage[]}>} */
  const found = [];
  for (const passage of passages) {
    const heading = passage.headings?.[level] ?? '';
    const last = found[found.length - 1];
    if (last?.heading === heading) last.passages.push(passage);
    else found.push({ heading, passages: [passage] });
  }
  return found;
}

/** Those with the most text, in order. @template {{passages: Passage[]}} S @param {S[]} all @param {number} most */
function longest(all, most) {
  if (all.length <= most) return all;
  const size = (/** @type {S} */ { passages }) => passages.reduce((sum, { text }) => sum + text.length, 0);
  const kept = new Set([...all].sort((a, b) => size(b) - size(a)).slice(0, most));
  return all.filter((section) => kept.has(section));
}

/**
 * @param {ReadDocument} document @param {ReadonlyMap<string, number>} counts
 * @param {readonly Passage[]} passages @param {number} level @returns {MapNode[]}
 */
function below(document, counts, passages, level) {
  const all = sections(passages, level);
  if (all.every(({ heading }) => heading === '')) return leaves(document, passages, counts, LEAVES);
  const shown = longest(all, level === 0 ? MOST_BRANCHES : MOST_BELOW);
  return shown.flatMap(({ heading, passages: own }) => {
    // What stands before the first heading, or between two.
    if (heading === '') return leaves(document, own, counts, level === 0 ? 2 : 1);
    const children = level < 1 ? below(document, counts, own, level + 1) : leaves(document, own, counts, 2);
    return [
      {
        label: shorten(heading),
        source: source(document, own[0], ''),
        ...(children.length > 0 ? { children } : {}),
      },
    ];
  });
}

/** Parts of the same size, each under its most telling sentence. @param {ReadDocument} document @param {ReadonlyMap<string, number>} counts @returns {MapNode[]} */
function byParts(document, counts) {
  const { passages } = document;
  const size = Math.max(1, Math.ceil(passages.length / PARTS));
  /** @type {MapNode[]} */
  const found = [];
  for (let at = 0; at < passages.length; at += size) {
    const [first, ...rest] = leaves(document, passages.slice(at, at + size), counts, LEAVES + 1);
    if (first) found.push(rest.length > 0 ? { ...first, children: rest } : first);
  }
  return found;
}

/** @param {ReadDocument} document @returns {MapNode} */
export function mapOfDocument(document) {
  const { name, passages } = document;
  const counts = countTerms(passages.map(({ text }) => text));
  const title = name.replace(/\.\w{1,5}$/, '');
  if (!passages.some(({ headings }) => headings?.length)) {
    if (passages.length <= 2) return { label: title, children: leaves(document, passages, counts, 8) };
    return { label: title, children: byParts(document, counts) };
  }
  // A single heading over everything is the title.
  const tops = new Set(passages.map(({ headings }) => headings?.[0] ?? ''));
  tops.delete('');
  const [only] = tops;
  const deeper = tops.size === 1 && passages.some(({ headings = [] }) => headings.length > 1);
  return deeper
    ? { label: shorten(only), children: below(document, counts, strip(passages), 0) }
    : { label: title, children: below(document, counts, passages, 0) };
}

/** @param {readonly Passage[]} passages @returns {Passage[]} */
const strip = (passages) =>
  passages.map((passage) => ({ ...passage, headings: (passage.headings ?? []).slice(1) }));

/** @param {MapNode} node @param {number} depth levels below it @returns {MapNode} */
function shallow({ children = [], ...own }, depth) {
  if (depth === 0 || children.length === 0) return own;
  return { ...own, children: children.map((child) => shallow(child, depth - 1)) };
}

/** Several documents: a branch each, the less of each the more there are. @param {readonly ReadDocument[]} documents @param {string} title @returns {MapNode} */
export function mapOfDocuments(documents, title) {
  if (documents.length === 1) return mapOfDocument(documents[0]);
  const depth = documents.length > MANY ? 1 : 2;
  return {
    label: title,
    children: documents.slice(0, MOST_DOCUMENTS).map((each) => shallow(mapOfDocument(each), depth)),
  };
}
