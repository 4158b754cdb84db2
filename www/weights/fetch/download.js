// Which chunk is fetched when, over how many connections. Neither speaks HTTP (http-file.js) nor stores (the keep callback does).

import { chunkBounds, chunkCount } from '../store/chunks.js';
import { CacheError, abortError } from '../../protocol/weights-error.js';
import { Slots } from './slots.js';

/** Browsers open six connections to a host over HTTP/1.1; two are left for the page. */
export const PARALLEL = 4;

/**
 * @typedef {object} DownloadOptions
 * @property {import('./http-file.js').Remote} remote with its size known, unless the server did not say
 * @property {number} chunkSize
 * @property {ReadonlySet<number>} have chunks that need not be fetched; looked at once
 * @property {(index: number, bytes: ArrayBuffer) => Promise<void>} keep called once a chunk; the next waits for it
 * @property {(bytes: number) => void} moved bytes arrived, negative when some had to be dropped
 * @property {AbortSignal} [signal]
 * @property {Slots} [slots]
 * @property {() => number} [horizon] chunks from this index on must wait (memory-only use keeps a window)
 */

/** @typedef {{promise: Promise<ArrayBuffer>, resolve: (b: ArrayBuffer) => void, reject: (e: unknown) => void}} Wanted */

export class Download {
  #o;
  #slots;
  /** @type {Set<number>} ascending, but for chunks that were asked for again */
  #todo = new Set();
  /** @type {Set<number>} being fetched or being kept */
  #flying = new Set();
  /** @type {Map<number, Wanted>} */
  #wanted = new Map();
  /** @type {unknown} */
  #error;
  #failed = false;
  #streaming = false;
  #running = 0;
  /** @type {Array<() => void>} */
  #idle = [];
  /** Settles when everything that was missing has been kept. @type {Promise<void>} */
  done;
  /** @type {(error?: unknown) => void} */
  #settle = () => {};

  /** @param {DownloadOptions} options */
  constructor(options) {
    this.#o = options;
    this.#slots = options.slots ?? new Slots(PARALLEL);
    const { size } = options.remote;
    if (size !== undefined) {
      const count = chunkCount(size, options.chunkSize);
      for (let i = 0; i < count; i++) if (!options.have.has(i)) this.#todo.add(i);
    }
    this.done = new Promise((resolve, reject) => {
      this.#settle = (error) => (error === undefined ? resolve() : reject(error));
    });
    this.done.catch(() => {}); // the readers hear of it too
    options.signal?.addEventListener('abort', () => this.#fail(abortError(options.signal)), { once: true });
  }

  /** Whether chunks can be had one by one. */
  get ranged() {
    return !this.#streaming;
  }

  get failed() {
    return this.#failed;
  }

  /** Why, if it has failed. @returns {unknown} */
  get failure() {
    return this.#failed ? this.#error : undefined;
  }

  /** @param {{index: number, connection: import('./connection.js').Connection}} [first] the probe's open answer */
  start(first) {
    if (!this.#o.remote.ranged) {
      this.#streaming = true;
      this.#guard(this.#stream(first?.connection), true);
      return;
    }
    if (first) {
      this.#take(first.index);
      this.#guard(this.#loop(first));
    }
    this.#spawn();
  }

  /** The chunk as soon as it has arrived; it is fetched before others. @param {number} index @returns {Promise<ArrayBuffer>} */
  want(index) {
    if (this.#failed) return Promise.reject(this.#error);
    let wanted = this.#wanted.get(index);
    if (!wanted) {
      /** @type {Partial<Wanted>} */
      const w = {};
      w.promise = new Promise((resolve, reject) => Object.assign(w, { resolve, reject }));
      wanted = /** @type {Wanted} */ (w);
      this.#wanted.set(index, wanted);
    }
    this.wake();
    return wanted.promise;
  }

  /** Fetch this chunk again if it isn't coming anyway: it was dropped from memory or found damaged. @param {number} index */
  refetch(index) {
    if (this.#failed || this.#todo.has(index) || this.#flying.has(index)) return;
    this.#todo.add(index);
    if (!this.#streaming) this.#spawn();
    else if (this.#running === 0) this.#guard(this.#stream(), true);
  }

  /** The horizon moved, or something is wanted. */
  wake() {
    for (const go of this.#idle.splice(0)) go();
  }

  #spawn() {
    const count = Math.min(PARALLEL - this.#running, this.#todo.size);
    for (let i = 0; i < count; i++) this.#guard(this.#loop());
    if (this.#running === 0 && this.#todo.size === 0) this.#settle();
  }

  /** @param {Promise<void>} work @param {boolean} [isStream] */
  #guard(work, isStream = false) {
    this.#running++;
    work
      .then(
        () => this.#running--,
        (e) => {
          this.#running--;
          // Ranges have stopped working: what is missing comes with the whole body.
          if (!isStream && e instanceof CacheError && e.code === 'wrong_range') this.#streaming = true;
          else this.#fail(e);
        },
      )
      .then(() => {
        if (this.#running > 0 || this.#failed) return;
        if (this.#streaming && this.#todo.size > 0) this.#guard(this.#stream(), true);
        else this.#settle();
      });
  }

  /** @param {unknown} error */
  #fail(error) {
    if (this.#failed) return;
    this.#failed = true;
    this.#error = error;
    for (const w of this.#wanted.values()) {
      w.promise.catch(() => {});
      w.reject(error);
    }
    this.#wanted.clear();
    this.wake();
    this.#settle(error);
  }

  /** @param {{index: number, connection: import('./connection.js').Connection}} [first] */
  async #loop(first) {
    const { remote, chunkSize, signal, moved } = this.#o;
    let keeping = Promise.resolve();
    for (let next = first?.index ?? (await this.#next()); next !== undefined; next = await this.#next()) {
      const index = next;
      await this.#slots.acquire(signal);
      const { start, length } = chunkBounds(index, remote.size ?? 0, chunkSize);
      const bytes = new Uint8Array(length);
      let got = 0;
      try {
        const count = (/** @type {number} */ n) => moved(((got += n), n));
        await remote.fill(bytes, start, count, index === first?.index ? first.connection : undefined);
      } catch (e) {
        this.#flying.delete(index);
        this.#todo.add(index);
        moved(-got);
        throw e;
      } finally {
        first = undefined;
        this.#slots.release();
      }
      await keeping; // one chunk being stored while the next arrives
      keeping = this.#deliver(index, bytes.buffer);
      keeping.catch(() => {});
    }
    await keeping;
  }

  /** @returns {Promise<number | undefined>} */
  async #next() {
    for (;;) {
      if (this.#failed || this.#streaming || this.#todo.size === 0) return undefined;
      for (const index of this.#wanted.keys()) if (this.#take(index)) return index;
      const horizon = this.#o.horizon?.() ?? Infinity;
      for (const index of this.#todo) {
        if (index >= horizon) continue;
        this.#take(index);
        return index;
      }
      await new Promise((resolve) => this.#idle.push(() => resolve(undefined)));
    }
  }

  /** @param {number} index @returns {boolean} */
  #take(index) {
    if (!this.#todo.delete(index)) return false;
    this.#flying.add(index);
    return true;
  }

  /** @param {number} index @param {ArrayBuffer} bytes */
  async #deliver(index, bytes) {
    this.#take(index);
    const keeping = this.#o.keep(index, bytes);
    this.#wanted.get(index)?.resolve(bytes);
    this.#wanted.delete(index);
    await keeping.finally(() => this.#flying.delete(index));
  }

  /** The whole body, cut into chunks; those we have are skipped. @param {import('./connection.js').Connection} [first] */
  async #stream(first) {
    const { remote, chunkSize, have, moved } = this.#o;
    let open = first;
    let reached = 0;
    const needed = (/** @type {number} */ i) =>
      remote.size === undefined ? !have.has(i) && i * chunkSize >= reached : this.#todo.has(i);
    await remote.persist(
      async () => {
        const answer = await remote.whole(open);
        open = undefined;
        let at = 0;
        let chunk = new Uint8Array(chunkSize);
        let counted = 0;
        try {
          for (let piece = await answer.read(); piece; piece = await answer.read()) {
            await remote.gate.pass(this.#o.signal);
            if (remote.size !== undefined && at + piece.length > remote.size)
              throw remote.otherLength(at + piece.length);
            for (let i = 0; i < piece.length;) {
              const index = Math.floor(at / chunkSize);
              const inChunk = at - index * chunkSize;
              const n = Math.min(piece.length - i, chunkSize - inChunk);
              chunk.set(piece.subarray(i, i + n), inChunk);
              i += n;
              at += n;
              if (needed(index)) moved(((counted += n), n));
              if (inChunk + n < chunkSize && at !== remote.size) continue;
              if (needed(index))
                await this.#deliver(
                  index,
                  at === remote.size ? chunk.buffer.slice(0, inChunk + n) : chunk.buffer,
                );
              reached = Math.max(reached, at);
              counted = 0;
              chunk = new Uint8Array(chunkSize);
            }
          }
          if (remote.size !== undefined && at < remote.size) throw remote.otherLength(at);
          if (remote.size === undefined) {
            remote.size = at;
            const index = Math.floor(at / chunkSize);
            if (at % chunkSize > 0 && !have.has(index))
              await this.#deliver(index, chunk.buffer.slice(0, at % chunkSize));
          }
        } catch (e) {
          moved(-counted);
          throw e;
        } finally {
          answer.close();
        }
      },
      () => reached,
    );
  }
}
