// A knowledge file from what was gathered: directory, then parts, each compressed by itself, so that a reader fetches
// those that a question needs. The same input gives the same bytes.
import { MARK, put } from '../binary.js';
import { hashOf, indexTerms } from '../terms.js';

/**
 * @typedef {import('../knowledge-types.js').Knowledge} Knowledge
 * @typedef {import('../knowledge-types.js').Directory} Directory
 * @typedef {(bytes: Uint8Array) => Uint8Array} Compress gzip
 */

/** Text of passages in one part: some 20 kB compressed. */
const PART = 48_000;
/** Bytes of postings in one part. */
const INDEX_PART = 24_000;

const utf8 = new TextEncoder();

/** @param {unknown} value */
const json = (value) => utf8.encode(JSON.stringify(value));

/** Rows in runs of about so many bytes. @template T @param {readonly T[]} rows @param {(row: T) => number} size @param {number} most @returns {T[][]} */
function runs(rows, size, most) {
  /** @type {T[][]} */
  const made = [];
  let room = 0;
  for (const row of rows) {
    const bytes = size(row);
    if (bytes > room || made.length === 0) {
      made.push([]);
      room = most;
    }
    made[made.length - 1].push(row);
    room -= bytes;
  }
  return made;
}

/** The passages of each term: distance to the one before, doubled, odd where a count follows. @param {Knowledge['passages']} passages */
function invert(passages) {
  /** @type {Map<number, Array<[number, number]>>} */
  const terms = new Map();
  /** @type {number[]} */
  const lengths = [];
  passages.forEach((passage, number) => {
    /** @type {Map<number, number>} */
    const counts = new Map();
    const words = indexTerms(passage.text);
    for (const term of [...words, ...indexTerms((passage.headings ?? []).join(' '))]) {
      const hash = hashOf(term);
      counts.set(hash, (counts.get(hash) ?? 0) + 1);
    }
    put(words.length, lengths);
    for (const [hash, count] of counts) {
      const list = terms.get(hash);
      if (list) list.push([number, count]);
      else terms.set(hash, [[number, count]]);
    }
  });
  const rows = [...terms].sort(([a], [b]) => a - b);
  return { rows, lengths: Uint8Array.from(lengths) };
}

/** @param {Array<[number, Array<[number, number]>]>} rows */
function postings(rows) {
  /** @type {number[]} */
  const bytes = [];
  let before = 0;
  for (const [hash, list] of rows) {
    put(hash - before, bytes);
    put(list.length, bytes);
    let last = 0;
    for (const [passage, count] of list) {
      put(((passage - last) << 1) | (count > 1 ? 1 : 0), bytes);
      if (count > 1) put(count, bytes);
      last = passage;
    }
    before = hash;
  }
  return Uint8Array.from(bytes);
}

/**
 * @param {Knowledge} knowledge @param {Compress} compress @param {(bytes: Uint8Array) => string} digest a short hash of the contents
 * @returns {{bytes: Uint8Array, directory: Directory}}
 */
export function writeKnowledge(knowledge, compress, digest) {
  const { site, faq, pages, passages, products, handover } = knowledge;
  /** @type {Uint8Array[]} */
  const parts = [];
  let at = 0;
  /** @param {Uint8Array} bytes @returns {[number, number]} */
  const add = (bytes) => {
    const packed = compress(bytes);
    packed[9] = 0xff; // gzip names the system it was made on
    parts.push(packed);
    at += packed.length;
    return [at - packed.length, packed.length];
  };
  const { rows, lengths } = invert(passages);
  const whole = [json({ site, faq, pages, products, handover }), json(passages), postings(rows), lengths];
  /** @type {Directory} */
  const directory = {
    version: 1,
    id: digest(utf8.encode(whole.map(digest).join(''))),
    site,
    counts: {
      faq: faq.length,
      pages: pages.length,
      passages: passages.length,
      products: products?.rows.length ?? 0,
    },
    // The known questions first: they are wanted first.
    parts: {
      faq: add(json(faq)),
      extra: add(json({ products, handover })),
      pages: add(json(pages)),
      lengths: add(lengths),
      terms: runs(rows, ([, list]) => 3 + list.length * 2, INDEX_PART).map((run) => [
        run[0][0],
        ...add(postings(run)),
      ]),
      passages: [],
    },
  };
  let first = 0;
  for (const run of runs(passages, ({ text }) => utf8.encode(text).length, PART)) {
    directory.parts.passages.push([first, ...add(json(run))]);
    first += run.length;
  }
  const head = compress(json(directory));
  head[9] = 0xff;
  const mark = utf8.encode(`${MARK}${head.length}\n`);
  const bytes = new Uint8Array(mark.length + head.length + at);
  bytes.set(mark);
  bytes.set(head, mark.length);
  let to = mark.length + head.length;
  for (const part of parts) {
    bytes.set(part, to);
    to += part.length;
  }
  return { bytes, directory };
}
