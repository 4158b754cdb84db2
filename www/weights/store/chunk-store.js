// The IndexedDB schema of the weights and its few operations. Knows nothing of networks or of what the bytes mean.

import { openDB } from 'idb';
import { CacheError } from '../../protocol/weights-error.js';

/**
 * One cached file. A split model is one record a part, all with the same `group`.
 * @typedef {object} ModelRecord
 * @property {string} id
 * @property {string} group what the manager shows as one model: the id, or for a part the id of the whole
 * @property {string} name
 * @property {string} url where missing chunks come from; '' for an imported file
 * @property {number} size bytes
 * @property {number} chunkSize bytes
 * @property {string} [etag]
 * @property {string} [lastModified]
 * @property {string} [sha256] of the whole file: published, or learned at the first download
 * @property {boolean} published whether sha256 is the publisher's (else it was learned here)
 * @property {boolean} verified whether the stored bytes were seen to have that hash
 * @property {boolean} keep the person asked to keep it: never suggested for deletion
 * @property {number} createdAt ms since the epoch
 * @property {number} lastUsed ms since the epoch
 */

/** @typedef {{bytes: ArrayBuffer, sha256: string}} StoredChunk */

/** @typedef {{address: string, sha256: string, size: number}} Pin what an address answered the first time */

/**
 * @typedef {import('idb').DBSchema & {
 *   models: {key: string, value: ModelRecord},
 *   chunks: {key: [string, number], value: StoredChunk},
 *   pins: {key: string, value: Pin},
 * }} Schema
 */

const VERSION = 1;

/** @param {unknown} e */
export function isQuotaError(e) {
  return (
    e instanceof Error &&
    (e.name === 'QuotaExceededError' || (e.cause instanceof Error && e.cause.name === 'QuotaExceededError'))
  );
}

export class Store {
  #name;
  #blockedMs;
  /** @type {Promise<import('idb').IDBPDatabase<Schema>> | undefined} */
  #db;

  /** @param {{name?: string, blockedMs?: number}} [options] blockedMs: how long another tab may block an upgrade */
  constructor({ name = 'loquat-weights', blockedMs = 4000 } = {}) {
    this.#name = name;
    this.#blockedMs = blockedMs;
  }

  get name() {
    return this.#name;
  }

  /** Opens the database, or explains why it can't be. @returns {Promise<import('idb').IDBPDatabase<Schema>>} */
  open() {
    this.#db ??= this.#connect().catch((e) => {
      this.#db = undefined;
      throw e;
    });
    return this.#db;
  }

  async #connect() {
    const forget = () => {
      this.#db = undefined;
    };
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    let timer;
    try {
      /** @type {Promise<never>} */
      const gaveUp = new Promise((_, reject) => {
        timer = setTimeout(
          () =>
            reject(
              new CacheError(
                'storage_blocked',
                `Another tab has kept the database ${this.#name} open for ${this.#blockedMs} ms.`,
              ),
            ),
          this.#blockedMs,
        );
      });
      const opening = openDB(this.#name, VERSION, {
        upgrade,
        // A tab that runs a newer page wants to upgrade: let go at once, the next operation opens again.
        blocking: (_current, _wanted, event) => {
          forget();
          /** @type {IDBDatabase} */ (event.target).close();
        },
        terminated: forget,
      });
      // If we gave up and it opens after all, it must not block others in turn.
      const db = await Promise.race([opening, gaveUp]).catch((e) => {
        opening.then(
          (late) => late.close(),
          () => {},
        );
        throw e;
      });
      return /** @type {import('idb').IDBPDatabase<Schema>} */ (/** @type {unknown} */ (db));
    } catch (e) {
      if (e instanceof CacheError) throw e;
      if (e instanceof Error && e.name === 'VersionError') {
        throw new CacheError(
          'storage_newer',
          `The database ${this.#name} is newer than version ${VERSION} of this page.`,
          { cause: e },
        );
      }
      throw new CacheError(
        'storage_unavailable',
        `IndexedDB can’t be used: ${e instanceof Error ? e.message : e}`,
        { offer: 'memory', cause: e },
      );
    } finally {
      clearTimeout(timer);
    }
  }

  /**
   * Runs one transaction; once more on a fresh connection if the browser or another tab closed ours.
   * @template T
   * @param {Array<'models' | 'chunks' | 'pins'>} names @param {'readonly' | 'readwrite'} mode
   * @param {(tx: import('idb').IDBPTransaction<Schema, any, 'readwrite'>) => Promise<T>} body
   * @returns {Promise<T>}
   */
  async #run(names, mode, body) {
    for (let attempt = 0; ; attempt++) {
      const db = await this.open();
      let tx;
      try {
        tx = db.transaction(names, mode, { durability: 'relaxed' });
      } catch (e) {
        if (attempt > 0 || !(e instanceof Error && e.name === 'InvalidStateError')) throw e;
        this.#db = undefined;
        continue;
      }
      const done = tx.done;
      done.catch(() => {}); // looked at below; body may fail first
      try {
        const result = await body(/** @type {any} */ (tx));
        await done;
        return result;
      } catch (e) {
        if (isQuotaError(e)) throw e;
        throw isQuotaError(tx.error) ? tx.error : e;
      }
    }
  }

  /** @param {string} id @returns {Promise<ModelRecord | undefined>} */
  getModel(id) {
    return this.#run(['models'], 'readonly', (tx) => tx.objectStore('models').get(id));
  }

  /** @returns {Promise<ModelRecord[]>} */
  listModels() {
    return this.#run(['models'], 'readonly', (tx) => tx.objectStore('models').getAll());
  }

  /** @param {ModelRecord} record @returns {Promise<unknown>} */
  putModel(record) {
    return this.#run(['models'], 'readwrite', (tx) => tx.objectStore('models').put(record));
  }

  /** Changes some fields, if the record is still there. @param {string} id @param {Partial<ModelRecord>} fields */
  patchModel(id, fields) {
    return this.#run(['models'], 'readwrite', async (tx) => {
      const record = await tx.objectStore('models').get(id);
      if (record) await tx.objectStore('models').put({ ...record, ...fields });
    });
  }

  /** Removes the record and every chunk; pins stay. @param {string} id */
  deleteModel(id) {
    return this.#run(['models', 'chunks'], 'readwrite', async (tx) => {
      await Promise.all([tx.objectStore('models').delete(id), tx.objectStore('chunks').delete(allOf(id))]);
    });
  }

  /** @param {string} id @returns {Promise<Set<number>>} the chunks that are stored */
  async chunkIndexes(id) {
    const keys = await this.#run(['chunks'], 'readonly', (tx) =>
      tx.objectStore('chunks').getAllKeys(allOf(id)),
    );
    return new Set(/** @type {Array<[string, number]>} */ (keys).map((key) => key[1]));
  }

  /** @param {string} id @param {number} index @returns {Promise<StoredChunk | undefined>} */
  getChunk(id, index) {
    return this.#run(['chunks'], 'readonly', (tx) => tx.objectStore('chunks').get([id, index]));
  }

  /** @param {string} id @param {number} index @param {StoredChunk} chunk @returns {Promise<unknown>} */
  putChunk(id, index, chunk) {
    return this.#run(['chunks'], 'readwrite', (tx) => tx.objectStore('chunks').put(chunk, [id, index]));
  }

  /** @param {string} id @param {number} index @returns {Promise<unknown>} */
  deleteChunk(id, index) {
    return this.#run(['chunks'], 'readwrite', (tx) => tx.objectStore('chunks').delete([id, index]));
  }

  /** @param {string} address @returns {Promise<Pin | undefined>} */
  getPin(address) {
    return this.#run(['pins'], 'readonly', (tx) => tx.objectStore('pins').get(address));
  }

  /** @param {Pin} pin @returns {Promise<unknown>} */
  putPin(pin) {
    return this.#run(['pins'], 'readwrite', (tx) => tx.objectStore('pins').put(pin));
  }

  /** @param {string} address @returns {Promise<unknown>} */
  deletePin(address) {
    return this.#run(['pins'], 'readwrite', (tx) => tx.objectStore('pins').delete(address));
  }

  async close() {
    const db = this.#db;
    this.#db = undefined;
    (await db?.catch(() => undefined))?.close();
  }
}

/** Every step from an older version to the next; never edit a step that has shipped. @type {(db: any, from: number) => void} */
function upgrade(db, from) {
  if (from < 1) {
    db.createObjectStore('models', { keyPath: 'id' });
    db.createObjectStore('chunks'); // key: [model id, chunk index]
    db.createObjectStore('pins', { keyPath: 'address' });
  }
}

/** @param {string} id */
function allOf(id) {
  return IDBKeyRange.bound([id, 0], [id, Infinity]);
}
