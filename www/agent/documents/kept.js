// What is kept of documents in IndexedDB, by the file's hash: what was read (the second opening reads nothing), the file
// itself (to show its pages, to read it again), and what unfinished work has reached. Without IndexedDB (a private
// window), or where the person wants nothing kept, it lasts as long as the page.
import { openDB } from 'idb';

/**
 * @typedef {{code: string, values: Record<string, unknown>}} ReadingNotice what could not be read
 * @typedef {{hash: string, name: string, bytes: Uint8Array, pages?: number, notices?: ReadingNotice[], vectors?: {encoder: string, bytes: Uint8Array}}} Kept what was read; `vectors` of its passages, once they are made
 * @typedef {{hash: string, name: string, type: string, bytes: ArrayBuffer}} KeptFile
 * @typedef {{hash: string, first: number, pages: unknown[]}} KeptPages of a file that is being read
 * @typedef {{key: string, hash: string, value: unknown}} KeptWork of a long piece of work; `hash` of its documents
 * @typedef {{documents: Kept, files: KeptFile, pages: KeptPages, work: KeptWork}} Rows
 *
 * @typedef {object} KeptStore
 * @property {<S extends keyof Rows>(store: S, key: IDBValidKey) => Promise<Rows[S] | undefined>} get
 * @property {<S extends keyof Rows>(store: S, row: Rows[S]) => Promise<void>} put
 * @property {(store: keyof Rows, key: IDBValidKey) => Promise<void>} remove
 * @property {(store: 'documents' | 'files') => Promise<string[]>} hashes of all that are there
 * @property {(hash: string) => Promise<KeptPages[]>} pages in order
 * @property {(hash: string) => Promise<void>} removePages
 * @property {(hash: string) => Promise<void>} removeWork on a document
 */

/** Each store with what its rows are found by. @type {Record<keyof Rows, string | string[]>} */
const STORES = { documents: 'hash', files: 'hash', pages: ['hash', 'first'], work: 'key' };

/** @returns {KeptStore} */
export function inMemory() {
  /** @type {Map<string, any>} */
  const rows = new Map();
  const at = (/** @type {string} */ store, /** @type {unknown} */ key) => JSON.stringify([store, key]);
  /** @param {string} store @param {any} row */
  const keyOf = (store, row) =>
    store === 'pages' ? [row.hash, row.first] : store === 'work' ? row.key : row.hash;
  /** @param {string} store @returns {any[]} */
  const all = (store) => [...rows].filter(([key]) => JSON.parse(key)[0] === store).map(([, row]) => row);
  const pages = async (/** @type {string} */ hash) =>
    all('pages')
      .filter((row) => row.hash === hash)
      .sort((a, b) => a.first - b.first);
  return {
    get: async (store, key) => rows.get(at(store, key)),
    put: async (store, row) => void rows.set(at(store, keyOf(store, row)), row),
    remove: async (store, key) => void rows.delete(at(store, key)),
    hashes: async (store) => all(store).map(({ hash }) => hash),
    pages,
    removePages: async (hash) => {
      for (const row of await pages(hash)) rows.delete(at('pages', [row.hash, row.first]));
    },
    removeWork: async (hash) => {
      for (const row of all('work')) if (row.hash.includes(hash)) rows.delete(at('work', row.key));
    },
  };
}

/** @param {string} [name] @returns {Promise<KeptStore>} */
export async function openKept(name = 'loquat-documents') {
  try {
    const db = await openDB(name, 2, {
      upgrade(fresh) {
        for (const [store, keyPath] of Object.entries(STORES))
          if (!fresh.objectStoreNames.contains(store)) fresh.createObjectStore(store, { keyPath });
      },
      blocking: () => db.close(),
    });
    /** All pages of one file. @param {string} hash */
    const range = (hash) => IDBKeyRange.bound([hash], [hash, []]);
    return {
      get: (store, key) => db.get(store, key),
      put: async (store, row) => void (await db.put(store, row)),
      // Committed without waiting for the answer, so that it holds when the page is left in the next moment.
      async remove(store, key) {
        const change = db.transaction(store, 'readwrite');
        const done = change.store.delete(key);
        change.commit();
        await Promise.all([done, change.done]);
      },
      hashes: async (store) => (await db.getAllKeys(store)).map(String),
      pages: (hash) => db.getAll('pages', range(hash)),
      removePages: (hash) => db.delete('pages', range(hash)),
      async removeWork(hash) {
        const keys = await db.getAllKeys('work');
        await Promise.all(
          keys.filter((key) => String(key).includes(hash)).map((key) => db.delete('work', key)),
        );
      },
    };
  } catch {
    return inMemory();
  }
}
