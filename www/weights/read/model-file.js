// The bytes of one model file for a reader: which chunks a read needs, which are held in memory and read ahead. Where a chunk comes from is chunk-source.js's.

import { ChunkSource } from './chunk-source.js';
import { chunkCount, spans } from '../store/chunks.js';
import { CacheError } from '../../protocol/weights-error.js';

/** Chunks read from IndexedDB ahead of a sequential reader. */
const READ_AHEAD = 2;
/** Chunks kept in memory behind and ahead of the reader when they are stored too. */
const HOT = 2 + READ_AHEAD;
/** Without storage: chunks fetched ahead of the reader, and some behind it. */
const MEMORY_AHEAD = 8;
const MEMORY_HOT = MEMORY_AHEAD + 4;

export class ModelFile {
  #c;
  #source;
  /** @type {Map<number, Promise<ArrayBuffer>>} least recently used first */
  #hot = new Map();
  #head = 0; // first chunk after the last read
  #closed = false;
  #finish = () => {};
  /** The reader has had the last bytes, or wants no more. @type {Promise<void>} */
  finished = new Promise((resolve) => {
    this.#finish = resolve;
  });

  /** @param {import('./chunk-source.js').FileContext} context */
  constructor(context) {
    this.#c = context;
    this.#source = new ChunkSource(context, {
      hold: (index, bytes) => {
        if (!this.#hot.has(index)) this.#hot.set(index, Promise.resolve(bytes));
        this.#evict();
      },
      horizon: () => this.#head + MEMORY_AHEAD,
    });
  }

  get stored() {
    return this.#source.stored;
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
      this.#source.wake();
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
    const { size, chunkSize } = this.#c.record;
    for (let i = 0; i < Math.min(HOT, chunkCount(size, chunkSize)); i++) {
      this.#chunk(i).catch(() => {}); // whoever reads it hears of it
    }
  }

  /** Chunks come from this download from now on. @param {import('../fetch/download.js').Download} download */
  attach(download) {
    this.#source.attach(download);
  }

  /** What Download needs to hand chunks over. */
  sink() {
    return this.#source.sink();
  }

  /** What passed through memory against what was published. */
  confirmPassed() {
    return this.#source.confirmPassed();
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
      chunk = this.#source.load(index);
      chunk.catch(() => this.#hot.delete(index));
    }
    this.#hot.set(index, chunk);
    this.#evict();
    return chunk;
  }

  #evict() {
    const limit = this.stored ? HOT : this.#source.ranged ? MEMORY_HOT : Infinity;
    for (const index of this.#hot.keys()) {
      if (this.#hot.size <= limit) return;
      this.#hot.delete(index);
    }
  }

  /** @param {number} index */
  #readAhead(index) {
    // Those that are there already too, or making room for the last would drop the first.
    for (let i = index + 1; i <= index + READ_AHEAD; i++) {
      if (this.#source.has(i)) this.#chunk(i).catch(() => {});
    }
  }
}
