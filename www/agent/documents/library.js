// The documents that questions are answered from: read once, kept by their hash, searched and asked together in the wasm
// module `documents`.
import { LoquatError } from '../../protocol/messages.js';
import { openModule } from '../modules.js';
import { inMemory, openKept } from './kept.js';
import { isPdf, readFile } from './read-file.js';
import { createVectors } from './vectors.js';

/**
 * @typedef {import('./vectors.js').Encoder} Encoder
 * @typedef {{name: string, hash: string, size: number}} Attached
 * @typedef {{number: number, headings?: string[], place: {label: string, anchor: any}, text: string}} Passage
 * @typedef {import('./kept.js').ReadingNotice} ReadingNotice
 * @typedef {import('./read-file.js').Reading} Reading
 * @typedef {Attached & {pages?: number, notices: readonly ReadingNotice[], stored: number, file: boolean}} Stored
 *   `stored`: bytes in the browser's storage; `file`: whether the file itself is among them
 */

/** More in one file than any reader here should take on. */
const LARGEST = 512 * 2 ** 20; // bytes

/** @param {ArrayBuffer} bytes */
async function hashOf(bytes) {
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** @param {string} pkg address of the wasm builds @param {Promise<import('./kept.js').KeptStore>} [opening] */
export function createLibrary(pkg, opening = openKept()) {
  /** The documents that were asked last, joined. @type {{of: string, all: Promise<any>} | undefined} */
  let joined;
  /** Of files that are open; kept nowhere. @type {Map<string, string>} */
  const passwords = new Map();
  let store = opening;

  const fresh = async () => (await openModule('documents', pkg)).make('Documents');

  /** Asks once a visit. @param {string} hash @param {Reading['password']} ask @returns {NonNullable<Reading['password']>} */
  const remembered = (hash, ask) => async (wrong) => {
    const before = passwords.get(hash);
    if (before !== undefined && !wrong) return before;
    const given = (await ask?.(wrong)) ?? null;
    if (given !== null) passwords.set(hash, given);
    return given;
  };

  /** While a file is read, other tabs leave it alone. @template T @param {string} hash @param {boolean} wait @param {() => Promise<T>} run @returns {Promise<T | undefined>} */
  const alone = (hash, wait, run) =>
    globalThis.navigator?.locks?.request(`loquat-reading ${hash}`, { ifAvailable: !wait }, async (lock) =>
      lock ? run() : undefined,
    ) ?? run();

  /**
   * @param {{hash: string, name: string, type: string, bytes: ArrayBuffer}} file @param {Reading} reading
   */
  async function read(file, reading) {
    const kept = await store;
    const { hash, name } = file;
    // Kept first, so that reading can go on after a reload. Where there is no room, it is read all the same.
    await kept.put('files', file).catch(() => {});
    // At once, not when the page that is being read has ended: a reload right after Stop must not find it.
    const forget = () => kept.remove('files', hash).catch(() => {});
    reading.signal?.addEventListener('abort', forget, { once: true });
    try {
      const password = remembered(hash, reading.password);
      const found = await readFile(file, fresh, pkg, kept, { ...reading, password });
      await kept.put('documents', { hash, name, ...found });
    } catch (error) {
      await forget();
      throw error;
    } finally {
      reading.signal?.removeEventListener('abort', forget);
      await kept.removePages(hash).catch(() => {});
    }
  }

  const vectors = createVectors();

  /** Some documents as one collection. @param {readonly Attached[]} attached */
  async function join(attached) {
    const kept = await store;
    const all = await fresh();
    for (const { hash, name } of attached) {
      const found = await kept.get('documents', hash);
      if (!found) throw new LoquatError('document_store', name);
      await all.call('append', found.bytes);
    }
    await vectors.begin(all, attached, kept);
    return all;
  }

  const library = {
    /** Reads a file unless it is known. @param {File} file @param {Reading} [reading] @returns {Promise<Attached>} */
    async add(file, reading = {}) {
      if (file.size > LARGEST)
        throw new LoquatError('document_too_large', `${file.name}: ${file.size} > ${LARGEST}`);
      const kept = await store;
      const bytes = await file.arrayBuffer();
      const hash = await hashOf(bytes);
      await alone(hash, true, async () => {
        if (await kept.get('documents', hash)) return;
        await read({ hash, name: file.name, type: file.type, bytes }, reading);
      });
      return { name: file.name, hash, size: file.size };
    },

    /** Files whose reading a reload broke off. @returns {Promise<{hash: string, name: string}[]>} */
    async unfinished() {
      const kept = await store;
      const read = new Set(await kept.hashes('documents'));
      const begun = (await kept.hashes('files')).filter((hash) => !read.has(hash));
      const files = await Promise.all(begun.map((hash) => kept.get('files', hash)));
      return files.flatMap((file) => (file ? [{ hash: file.hash, name: file.name }] : []));
    },

    /** Reads a kept file: from where a reload broke it off, or once more. @param {string} hash @param {Reading} [reading] @returns {Promise<Attached | undefined>} nothing: another tab reads it */
    readAgain: (hash, reading = {}) =>
      alone(hash, false, async () => {
        const file = await (await store).get('files', hash);
        if (!file) throw new LoquatError('document_store', '');
        await read(file, reading);
        return { name: file.name, hash, size: file.bytes.byteLength };
      }),

    /** Forgets what was joined: a document has changed. */
    changed() {
      vectors.stop();
      void joined?.all.then((all) => all.free()).catch(() => {});
      joined = undefined;
    },

    /** @param {string} hash */
    async forget(hash) {
      const kept = await store;
      passwords.delete(hash);
      await Promise.all([
        kept.remove('documents', hash),
        kept.remove('files', hash),
        kept.removePages(hash),
        kept.removeWork(hash),
      ]);
    },

    /** From now on passages and questions have vectors of this encoder; without one, words alone are looked for. @param {Encoder | undefined} encoder */
    useEncoder(encoder) {
      vectors.use(encoder);
      library.changed();
    },

    /** Has the vectors of documents made before the first question, where there is an encoder. @param {readonly Attached[]} attached */
    prepare(attached) {
      if (vectors.inUse() && attached.length > 0) void library.collection(attached).catch(() => {}); // the question tells
    },

    /** A question's vector, where there is an encoder. @param {import('./vectors.js').Collection} all @param {string} question */
    vector: (all, question) => vectors.question(all, question),

    /** All that is kept, with what it takes. @returns {Promise<Stored[]>} */
    async stored() {
      const kept = await store;
      const all = await Promise.all(
        (await kept.hashes('documents')).map(async (hash) => {
          const [document, file] = await Promise.all([kept.get('documents', hash), kept.get('files', hash)]);
          if (!document) return [];
          const size = file?.bytes.byteLength ?? 0;
          const { name, pages, notices = [], bytes } = document;
          const stored = bytes.byteLength + size;
          return [
            { name, hash, size, stored, notices, file: file !== undefined, ...(pages ? { pages } : {}) },
          ];
        }),
      );
      return all.flat().sort((a, b) => a.name.localeCompare(b.name));
    },

    /** @param {string} hash @returns {Promise<readonly ReadingNotice[]>} */
    notices: async (hash) => (await (await store).get('documents', hash))?.notices ?? [],

    /** What is kept of long work on some documents with a model. @param {readonly Attached[]} attached @param {string} model */
    async work(attached, model) {
      const kept = await store;
      const hash = attached.map((document) => document.hash).join();
      /** @param {unknown} asked */
      const keyOf = async (asked) =>
        `${hash} ${await hashOf(new TextEncoder().encode(JSON.stringify([model, asked])).buffer)}`;
      return {
        /** @param {unknown} asked @returns {Promise<string | undefined>} */
        async get(asked) {
          const found = await kept.get('work', await keyOf(asked));
          return typeof found?.value === 'string' ? found.value : undefined;
        },
        /** @param {unknown} asked @param {string} value */
        keep: async (asked, value) =>
          kept.put('work', { key: await keyOf(asked), hash, value }).catch(() => {}),
      };
    },

    /** From now on in memory only, or kept again; what is there stays where it is. */
    keepNothing(nothing = true) {
      store = nothing ? Promise.resolve(inMemory()) : opening;
      library.changed();
    },

    /**
     * The collection to ask; the module may have stopped since.
     * @param {readonly Attached[]} attached
     */
    async collection(attached) {
      const of = attached.map(({ hash }) => hash).join();
      const before = joined?.of === of ? await joined.all.catch(() => undefined) : undefined;
      const alive =
        before &&
        (await before.call('entries').then(
          () => true,
          () => false,
        ));
      if (before && alive) return before;
      if (joined && joined.of !== of) library.changed();
      joined = { of, all: join(attached) };
      return joined.all;
    },

    /** A document's passages, for reading. @param {string} hash @returns {Promise<Passage[]>} */
    async passages(hash) {
      const kept = await (await store).get('documents', hash);
      if (!kept) throw new LoquatError('document_store', '');
      const one = await fresh();
      try {
        await one.call('append', kept.bytes);
        return JSON.parse(await one.call('passages', 0));
      } finally {
        void one.free();
      }
    },

    /** A PDF, opened by pdf.js to be shown; nothing where the file is of another kind or not kept. @param {string} hash @param {Reading['password']} [password] */
    async pdf(hash, password) {
      const file = await (await store).get('files', hash);
      if (!file || !isPdf(file)) return undefined;
      const { openPdf } = await import('./pdf-open.js');
      return openPdf(new Uint8Array(file.bytes.slice(0)), pkg, { password: remembered(hash, password) });
    },
  };
  return library;
}
