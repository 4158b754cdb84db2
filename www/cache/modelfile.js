// Bytes of one model file for a reader, from wherever they are: memory, IndexedDB (checked against their hash), or the network. Stores what arrives; decides on no source.

import { chunkBounds, chunkCount, missingChunks, spans } from './chunks.js';
import { Download } from './download.js';
import { CacheError, abortError } from './errors.js';
import { sha256 } from './integrity.js';
import { acquireDownload } from './locks.js';
import { Remote } from './remote.js';
import { OrderedHash } from './ordered-hash.js';
import { isQuotaError } from './store.js';

/** Chunks read from IndexedDB ahead of a sequential reader. */
const READ_AHEAD = 2;
/** Chunks kept in memory behind and ahead of the reader when they are stored too. */
const HOT = 2 + READ_AHEAD;
/** Without storage: chunks fetched ahead of the reader, and some behind it. */
const MEMORY_AHEAD = 8;
const MEMORY_HOT = MEMORY_AHEAD + 4;

/**
 * @typedef {object} FileContext
 * @property {import('./store.js').ModelRecord} record
 * @property {import('./store.js').Store | undefined} store undefined: memory only
 * @property {Set<number>} have chunks that are stored
 * @property {AbortSignal} signal
 * @property {(notice: CacheError) => void} notice told of what was handled but should be shown
 * @property {import('./progress.js').Meter} downloaded
 * @property {import('./progress.js').Meter} wasRead
 * @property {Partial<import('./remote.js').RemoteOptions>} remote
 * @property {import('./slots.js').Slots} [slots]
 */

export class ModelFile {
  #c;
  #store;
  /** @type {Map<number, Promise<ArrayBuffer>>} least recently used first */
  #hot = new Map();
  /** @type {Map<number, ArrayBuffer>} arrived, not stored yet */
  #arrived = new Map();
  /** @type {Map<number, string>} hashes that chunks fetched again must have */
  #expected = new Map();
  /** @type {Download | undefined} */
  #download;
  /** @type {Promise<Download> | undefined} */
  #repairing;
  #head = 0; // first chunk after the last read
  #closed = false;
  #finish = () => {};
  /** The reader has had the last bytes, or wants no more. @type {Promise<void>} */
  finished = new Promise((resolve) => {
    this.#finish = resolve;
  });
  /** @type {OrderedHash | undefined} where nothing is stored that could be hashed later */
  #passing;
  #unreadable = false; // said once that storage can't be read

  /** @param {FileContext} context */
  constructor(context) {
    this.#c = context;
    this.#store = context.store;
    if (!context.store && context.record.published) this.#passing = new OrderedHash();
  }

  get size() {
    return this.#c.record.size;
  }

  get stored() {
    return this.#store !== undefined;
  }

  /** Whether every chunk was in storage when last looked. */
  get complete() {
    return this.#store !== undefined && this.#c.have.size >= chunkCount(this.size, this.#c.record.chunkSize);
  }

  /**
   * The file's bytes offset..offset+length-1. Within one chunk this is a view of it: read it, don't write or transfer it.
   * @param {number} offset @param {number} length @returns {Promise<Uint8Array<ArrayBuffer>>}
   */
  async read(offset, length) {
    const { record } = this.#c;
    if (this.#closed) throw new CacheError('closed', `${record.name} is closed.`);
    if (!(offset >= 0 && length >= 0 && offset + length <= record.size)) {
      throw new CacheError(
        'read_out_of_range',
        `${record.name}: bytes ${offset}..${offset + length} of ${record.size} were asked for.`,
      );
    }
    const parts = spans(offset, length, record.chunkSize);
    if (parts.length === 0) return new Uint8Array(0);
    const last = parts[parts.length - 1].index;
    /** @type {Uint8Array<ArrayBuffer> | undefined} */
    let out;
    let at = 0;
    const isLast = offset + length > record.size - 4096; // padding may follow the last tensor
    for (const { index, from, to } of parts) {
      this.#head = index + 1;
      this.#download?.wake();
      const chunk = this.#chunk(index);
      this.#readAhead(index);
      const bytes = new Uint8Array(await chunk, from, to - from);
      if (last === parts[0].index) out = bytes;
      else (out ??= new Uint8Array(length)).set(bytes, at);
      at += bytes.length;
    }
    this.#c.wasRead.loaded = Math.max(this.#c.wasRead.loaded, offset + length);
    this.#c.wasRead.report(offset + length === record.size);
    if (isLast) this.#finish();
    return /** @type {Uint8Array<ArrayBuffer>} */ (out);
  }

  /** Begins to read, so that the first chunks are there and checked when the engine has been compiled. */
  warm() {
    for (let i = 0; i < Math.min(HOT, chunkCount(this.size, this.#c.record.chunkSize)); i++) {
      this.#chunk(i).catch(() => {}); // whoever reads it hears of it
    }
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
      horizon: () => (this.#store || !this.#download ? Infinity : this.#head + MEMORY_AHEAD),
      signal: this.#c.signal,
      slots: this.#c.slots,
    };
  }

  close() {
    this.#closed = true;
    this.#hot.clear();
    this.#finish();
  }

  /** @param {number} index @returns {Promise<ArrayBuffer>} */
  #chunk(index) {
    let chunk = this.#hot.get(index);
    if (chunk) {
      this.#hot.delete(index); // to the young end
    } else {
      chunk = this.#load(index);
      chunk.catch(() => this.#hot.delete(index));
    }
    this.#hot.set(index, chunk);
    this.#evict();
    return chunk;
  }

  #evict() {
    const limit = this.#store ? HOT : this.#download && !this.#download.ranged ? Infinity : MEMORY_HOT;
    for (const index of this.#hot.keys()) {
      if (this.#hot.size <= limit) return;
      this.#hot.delete(index);
    }
  }

  /** @param {number} index */
  #readAhead(index) {
    for (let i = index + 1; i <= index + READ_AHEAD; i++) {
      if (this.#store && this.#c.have.has(i) && !this.#hot.has(i)) this.#chunk(i).catch(() => {});
    }
  }

  /** @param {number} index @returns {Promise<ArrayBuffer>} */
  async #load(index) {
    const arrived = this.#arrived.get(index);
    if (arrived) return arrived;
    if (this.#store && this.#c.have.has(index)) {
      const bytes = await this.#stored(this.#store, index);
      if (bytes) return bytes;
    }
    if (this.#c.signal.aborted) throw abortError(this.#c.signal);
    if (!this.#download || this.#download.failed) this.#download = await (this.#repairing ??= this.#repair());
    this.#download.refetch(index);
    const bytes = await this.#download.want(index);
    await this.#sameAsBefore(index, bytes);
    return bytes;
  }

  /** @param {import('./store.js').Store} store @param {number} index @returns {Promise<ArrayBuffer | undefined>} undefined: not usable */
  async #stored(store, index) {
    const { record, have, notice } = this.#c;
    const { length } = chunkBounds(index, record.size, record.chunkSize);
    let chunk;
    try {
      chunk = await store.getChunk(record.id, index);
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
    if (chunk?.bytes?.byteLength === length && (await sha256(chunk.bytes)) === chunk.sha256)
      return chunk.bytes;
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
      if (!this.#hot.has(index)) this.#hot.set(index, Promise.resolve(bytes));
      return this.#evict();
    }
    this.#arrived.set(index, bytes);
    try {
      await this.#store.putChunk(record.id, index, { bytes, sha256: await sha256(bytes) });
      have.add(index);
    } catch (e) {
      this.#toMemory(e);
      this.#hot.set(index, Promise.resolve(bytes));
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
    store.deleteModel(record.id).catch(() => {});
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

  /** @returns {number[]} */
  missing() {
    return missingChunks(chunkCount(this.size, this.#c.record.chunkSize), this.#c.have);
  }
}
