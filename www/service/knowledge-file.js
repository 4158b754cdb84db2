// A knowledge file, read as far as a question needs it: the beginning first, then parts by ranges, each once. A server
// that knows no ranges sends it whole.
import { isGzip, MARK, reader } from './binary.js';
import { hashOf } from './terms.js';

/**
 * @typedef {import('./knowledge-types.js').Directory} Directory
 * @typedef {import('./knowledge-types.js').Passage} Passage
 * @typedef {import('./knowledge-types.js').Page} Page
 * @typedef {import('./knowledge-types.js').Faq} Faq
 * @typedef {import('./knowledge-types.js').Products} Products
 * @typedef {import('./knowledge-types.js').HandoverRule} HandoverRule
 * @typedef {(from: number, to: number) => Promise<{bytes: Uint8Array, whole: boolean}>} Fetch bytes from, up to and without
 */

/** What is asked for first: for most shops the directory and all known questions. */
const BEGINNING = 48 * 1024;

/** @param {string} code @param {string} message @param {string} remedy */
const coded = (code, message, remedy) => Object.assign(new Error(message), { code, remedy });

/** @param {Uint8Array} bytes */
async function unpack(bytes) {
  if (!isGzip(bytes)) return bytes;
  const stream = new Blob([/** @type {Uint8Array<ArrayBuffer>} */ (bytes)])
    .stream()
    .pipeThrough(new DecompressionStream('gzip'));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

/** @param {string | Blob} place an address, or a file of this device @returns {Fetch} */
export function fetcherOf(place) {
  // Not by an address of its own, which a site's policy would have to allow.
  if (typeof place !== 'string')
    return async (from, to) => ({
      bytes: new Uint8Array(await place.slice(from, to).arrayBuffer()),
      whole: false,
    });
  const address = place;
  return async (from, to) => {
    const response = await fetch(address, { headers: { Range: `bytes=${from}-${to - 1}` } });
    if (!response.ok)
      throw coded('knowledge_unreachable', `${address} answered ${response.status}.`, 'Check the address.');
    return { bytes: new Uint8Array(await response.arrayBuffer()), whole: response.status !== 206 };
  };
}

/** @param {Fetch} get @param {string} name for errors */
export async function openKnowledge(get, name) {
  let { bytes: held, whole } = await get(0, BEGINNING);
  const start = new TextDecoder().decode(held.subarray(0, 64));
  const length = Number(new RegExp(`^${MARK}(\\d+)\n`).exec(start)?.[1]);
  if (!length) {
    const old = /^loquat-knowledge (\d+)/.exec(start)?.[1];
    const what = old ? `is of version ${old}; this widget reads version 1` : 'is no knowledge file';
    throw coded(
      'knowledge_unreadable',
      `${name} ${what}.`,
      'Build it with “knowledge build” of this package.',
    );
  }
  const from = start.indexOf('\n') + 1;
  const base = from + length;
  if (base > held.length && !whole) ({ bytes: held, whole } = await get(0, base));

  /** @param {number} at @param {number} size */
  async function raw(at, size) {
    const end = at + size;
    if (end <= held.length) return held.subarray(at, end);
    const got = await get(at, end);
    if (got.whole) held = got.bytes;
    const bytes = got.whole ? got.bytes.subarray(at, end) : got.bytes;
    if (bytes.length !== size) throw damaged();
    return bytes;
  }
  const damaged = () =>
    coded(
      'knowledge_unreadable',
      `${name} is damaged or was changed while it was read.`,
      'Load the page again.',
    );
  /** @param {number} at @param {number} size */
  async function part(at, size) {
    const bytes = await raw(at, size);
    return unpack(bytes).catch(() => Promise.reject(damaged()));
  }
  const parse = (/** @type {Uint8Array} */ bytes) => JSON.parse(new TextDecoder().decode(bytes));

  /** @type {Directory} */
  const directory = parse(await part(from, length));
  const { parts } = directory;
  /** @type {Map<number, Promise<Uint8Array>>} */
  const known = new Map();
  /** @param {number} offset @param {number} size */
  const once = (offset, size) => {
    const made = known.get(offset) ?? part(base + offset, size);
    known.set(offset, made);
    made.catch(() => known.delete(offset)); // tried again with the next question
    return made;
  };
  /** @template T @param {readonly [number, number]} place @returns {Promise<T>} */
  const read = async ([offset, size]) => parse(await once(offset, size));

  /** The run that holds a hash or a passage. @param {import('./knowledge-types.js').Run[]} runs @param {number} wanted */
  const runOf = (runs, wanted) => {
    let low = 0;
    for (let high = runs.length - 1; low < high;) {
      const middle = (low + high + 1) >> 1;
      if (runs[middle][0] <= wanted) low = middle;
      else high = middle - 1;
    }
    return runs[low];
  };
  /** @type {Promise<number[]> | undefined} */
  let lengths;
  /** @type {Map<number, Promise<Passage[]>>} */
  const opened = new Map();

  return {
    directory,
    /** @returns {Promise<Faq[]>} */
    faq: () => read(parts.faq),
    /** @returns {Promise<{products?: Products, handover: HandoverRule[]}>} */
    extra: () => read(parts.extra),
    /** @returns {Promise<Page[]>} */
    pages: () => read(parts.pages),
    /** Terms of each passage. @returns {Promise<number[]>} */
    lengths: () =>
      (lengths ??= once(...parts.lengths).then((bytes) => {
        const numbers = reader(bytes);
        /** @type {number[]} */
        const list = [];
        while (numbers.more) list.push(numbers.next());
        return list;
      })),
    /** The passages of a term, with how often it stands there. @param {string} term @returns {Promise<Array<[passage: number, count: number]>>} */
    async passagesOf(term) {
      if (parts.terms.length === 0) return [];
      const wanted = hashOf(term);
      const [, offset, size] = runOf(parts.terms, wanted);
      const numbers = reader(await once(offset, size));
      for (let hash = 0; numbers.more;) {
        hash += numbers.next();
        const count = numbers.next();
        /** @type {Array<[number, number]>} */
        const list = [];
        for (let i = 0, at = 0; i < count; i++) {
          const step = numbers.next();
          at += Math.floor(step / 2);
          const times = step & 1 ? numbers.next() : 1;
          if (hash === wanted) list.push([at, times]);
        }
        if (hash === wanted) return list;
        if (hash > wanted) return [];
      }
      return [];
    },
    /** @param {number} number @returns {Promise<Passage | undefined>} */
    async passage(number) {
      if (number >= directory.counts.passages) return undefined;
      const [first, offset, size] = runOf(parts.passages, number);
      let run = opened.get(first);
      if (!run) opened.set(first, (run = read([offset, size])));
      return (await run)[number - first];
    },
  };
}

/** @typedef {Awaited<ReturnType<typeof openKnowledge>>} KnowledgeFile */
