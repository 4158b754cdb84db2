// One chunk of a file, from wherever it is: just arrived, in IndexedDB (checked against its hash), or to be fetched. Keeps what arrives and mends what is damaged; which chunk is wanted when is modelfile.js's.

import { chunkBounds, chunkCount } from '../store/chunks.js';
import { Download } from '../fetch/download.js';
import { CacheError, abortError } from '../../protocol/weights-error.js';
import { sha256 } from '../store/integrity.js';
import { acquireDownload } from './download-lock.js';
import { OrderedHash } from '../store/ordered-hash.js';
import { Remote } from '../fetch/http-file.js';
import { isQuotaError } from '../store/chunk-store.js';
import { readerOf } from './stored-chunk.js';

/**
 * @typedef {object} FileContext
 * @property {import('../store/chunk-store.js').ModelRecord} record
 * @property {import('../store/chunk-store.js').Store | undefined} store undefined: memory only
 * @property {Set<number>} have chunks that are stored
 * @property {AbortSignal} signal
 * @property {(notice: CacheError) => void} notice told of what was handled but should be shown
 * @property {import('../fetch/download-speed.js').Meter} downloaded
 * @property {import('../fetch/download-speed.js').Meter} wasRead
 * @property {Partial<import('../fetch/http-file.js').RemoteOptions>} remote
 * @property {import('../fetch/slots.js').Slots} [slots]
 *
 * @typedef {object} Window what the reader holds in memory
 * @property {(index: number, bytes: ArrayBuffer) => void} hold a chunk that is not stored
 * @property {() => number} horizon without storage, chunks from this one on must wait
 */

export class ChunkSource {
  #c;
  #window;
  #store;
  /** @type {Map<number, ArrayBuffer>} arrived, not stored yet */
  #arrived = new Map();
  /** @type {Map<number, string>} hashes that chunks fetched again must have */
  #expected = new Map();
  /** @type {Download | undefined} */
  #download;
  /** @type {Set<Promise<unknown>>} chunks on their way into the store */
  #putting = new Set();
  /** @type {Promise<Download> | undefined} */
  #repairing;
  /** @type {OrderedHash | undefined} where nothing is stored that could be hashed later */
  #passing;
  #unreadable = false; // said once that storage can't be read

  /** @param {FileContext} context @param {Window} window */
  constructor(context, window) {
    this.#c = context;
    this.#window = window;
    this.#store = context.store;
    if (!context.store && context.record.published) this.#passing = new OrderedHash();
  }

  get stored() {
    return this.#store !== undefined;
  }

  /** Whether a chunk is in storage, as far as is known. @param {number} index */
  has(index) {
    return this.#store !== undefined && this.#c.have.has(index);
  }

  /** Whether a chunk that was dropped can be had again by itself. */
  get ranged() {
    return this.#download?.ranged ?? true;
  }

  /** The reader has moved. */
  wake() {
    this.#download?.wake();
  }

  /** @param {number} index @returns {Promise<ArrayBuffer>} */
  async load(index) {
    const arrived = this.#arrived.get(index);
    if (arrived) return arrived;
    if (this.#store && this.#c.have.has(index)) {
      const bytes = await this.#fromStore(this.#store, index);
      if (bytes) return bytes;
    }
    if (this.#c.signal.aborted) throw abortError(this.#c.signal);
    const failure = this.#download?.failure;
    // A host that compresses does so again; asking it for pieces would only hide why.
    if (failure instanceof CacheError && failure.code === 'compressed') throw failure;
    if (!this.#download || this.#download.failed) this.#download = await (this.#repairing ??= this.#repair());
    this.#download.refetch(index);
    const bytes = await this.#download.want(index);
    await this.#sameAsBefore(index, bytes);
    return bytes;
  }

  /** Chunks come from this download from now on. @param {Download} download */
  attach(download) {
    this.#download = download;
    download.done.catch((e) => {
      if (e instanceof CacheError && e.code === 'weights_changed')
        this.#store?.deleteModel(this.#c.record.id).catch(() => {});
    });
  }

  /** What Download needs to hand chunks over. */
  sink() {
    return {
      keep: (/** @type {number} */ index, /** @type {ArrayBuffer} */ bytes) => this.#keep(index, bytes),
      moved: (/** @type {number} */ bytes) => this.#c.downloaded.add(bytes, true),
      horizon: () => (this.#store || !this.#download ? Infinity : this.#window.horizon()),
      signal: this.#c.signal,
      slots: this.#c.slots,
    };
  }

  /** @param {import('../store/chunk-store.js').Store} store @param {number} index @returns {Promise<ArrayBuffer | undefined>} undefined: not usable */
  async #fromStore(store, index) {
    const { record, have, notice } = this.#c;
    const { length } = chunkBounds(index, record.size, record.chunkSize);
    let chunk;
    try {
      chunk = await readerOf(store).read(record.id, index);
    } catch (e) {
      if (!this.#unreadable)
        notice(
          e instanceof CacheError
            ? e
            : new CacheError(
                'storage_unavailable',
                `Chunk ${index} of ${record.name} can’t be read: ${e instanceof Error ? e.message : e}`,
                { cause: e },
              ),
        );
      this.#unreadable = true;
    }
    if (chunk?.sound && chunk.bytes.byteLength === length) return chunk.bytes;
    have.delete(index);
    this.#c.downloaded.loaded -= length;
    if (chunk) {
      this.#expected.set(index, chunk.sha256);
      await store.deleteChunk(record.id, index).catch(() => {});
      notice(
        new CacheError(
          'chunk_corrupt',
          `${record.name}: stored chunk ${index} (${length} bytes) does not have its hash; it is fetched again.`,
        ),
      );
    }
    return undefined;
  }

  /** A chunk fetched in place of a damaged one must be the one that was lost, or the file has changed. @param {number} index @param {ArrayBuffer} bytes */
  async #sameAsBefore(index, bytes) {
    const expected = this.#expected.get(index);
    if (!expected) return;
    if ((await sha256(bytes)) !== expected) {
      await this.#store?.deleteModel(this.#c.record.id).catch(() => {});
      throw new CacheError(
        'weights_changed',
        `${this.#c.record.name}: chunk ${index} has other bytes upstream than were stored.`,
      );
    }
    this.#expected.delete(index);
  }

  /** Chunks that were stored are gone or damaged: fetch what is missing, unless another tab is doing so. @returns {Promise<Download>} */
  async #repair() {
    const { record, signal, have } = this.#c;
    try {
      if (!record.url)
        throw new CacheError(
          'chunk_corrupt',
          `${record.name} came from a file and a stored piece is lost or damaged.`,
          { remedy: 'Drop the file into the page again.' },
        );
      const lock = await acquireDownload(record.id, { signal });
      if (this.#store)
        for (const i of await this.#store.chunkIndexes(record.id).catch(() => have)) have.add(i);
      const remote = new Remote({
        ...this.#c.remote,
        url: record.url,
        name: record.name,
        size: record.size,
        signal,
      });
      remote.validator = { etag: record.etag, lastModified: record.lastModified };
      const download = new Download({ ...this.sink(), remote, chunkSize: record.chunkSize, have });
      download.done.finally(lock.release).catch(() => {});
      this.attach(download);
      download.start();
      return download;
    } finally {
      this.#repairing = undefined;
    }
  }

  /** @param {number} index @param {ArrayBuffer} bytes */
  async #keep(index, bytes) {
    const { record, have } = this.#c;
    if (!this.#store) {
      this.#passing?.add(index, bytes);
      return this.#window.hold(index, bytes);
    }
    this.#arrived.set(index, bytes);
    try {
      const hash = await sha256(bytes);
      if (!this.#store) return this.#window.hold(index, bytes); // given up meanwhile
      const put = this.#store.putChunk(record.id, index, { bytes, sha256: hash });
      this.#putting.add(put);
      await put.finally(() => this.#putting.delete(put));
      if (this.#store) have.add(index);
      else this.#window.hold(index, bytes);
    } catch (e) {
      this.#toMemory(e);
      this.#window.hold(index, bytes);
    } finally {
      this.#arrived.delete(index);
    }
  }

  /** Storage failed in the middle: go on from memory, and give back the room that a half model takes. @param {unknown} e */
  #toMemory(e) {
    if (!this.#store) return;
    const { record, have, notice } = this.#c;
    const store = this.#store;
    this.#store = undefined;
    have.clear();
    const says = e instanceof Error ? e.message : String(e);
    notice(
      isQuotaError(e)
        ? new CacheError(
            'quota_exceeded',
            `The browser’s storage filled up while ${record.name} (${record.size} bytes) was being kept.`,
            { cause: e },
          )
        : new CacheError('storage_unavailable', `${record.name} can’t be kept: ${says}`, { cause: e }),
    );
    // What is on its way into the store must not land behind the deletion, where nobody would find it again.
    void Promise.allSettled([...this.#putting]).then(() => store.deleteModel(record.id).catch(() => {}));
  }

  /** What passed through memory against what was published. @returns {'published' | 'unknown'} */
  confirmPassed() {
    const { record } = this.#c;
    const found = this.#passing?.digest(chunkCount(record.size, record.chunkSize));
    if (found === undefined) return 'unknown';
    if (found === record.sha256) return 'published';
    throw new CacheError(
      'hash_mismatch',
      `${record.name} (${record.size} bytes) has SHA-256 ${found}, want ${record.sha256}.`,
    );
  }
}
