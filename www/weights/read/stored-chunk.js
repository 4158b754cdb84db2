// A chunk out of IndexedDB with its hash checked, on threads of their own (chunk-worker.js): both take longer than what the engine does with it.

import { CacheError } from '../../protocol/weights-error.js';
import { sha256 } from '../store/integrity.js';

/**
 * @typedef {import('../store/chunk-store.js').Store} Store
 * @typedef {import('../store/chunk-store.js').StoredChunk & {sound: boolean}} CheckedChunk sound: the bytes have their hash
 * @typedef {{call: number, chunk?: CheckedChunk, error?: {code?: string, message: string}}} Answer
 * @typedef {{worker: Worker, asked: Map<number, {resolve: (chunk: CheckedChunk | undefined) => void, reject: (e: Error) => void, here: () => Promise<CheckedChunk | undefined>}>}} Thread
 */

/**
 * Threads, at most. One takes longer for a chunk's bytes and hash than the engine for repacking it; two together are
 * quicker than the engine, also on two cores (docs/performance.md).
 */
const MOST = 2;
/** Threads that nobody has asked for so long are ended, in ms. */
const IDLE = 3000;

/** @param {Store} store @param {string} id @param {number} index @returns {Promise<CheckedChunk | undefined>} */
export async function checkedChunk(store, id, index) {
  const chunk = await store.getChunk(id, index);
  const whole = chunk?.bytes instanceof ArrayBuffer;
  return chunk && { ...chunk, sound: whole && (await sha256(chunk.bytes)) === chunk.sha256 };
}

/** Reads chunks of one store. */
export class ChunkReader {
  #store;
  #start;
  #most;
  /** @type {Thread[]} */
  #threads = [];
  #next = 0; // the number of the next question
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #idle;

  /** @param {Store} store @param {{start?: () => Worker, cores?: number}} [options] for tests */
  constructor(store, { start = startThread, cores = globalThis.navigator?.hardwareConcurrency ?? 1 } = {}) {
    this.#store = store;
    this.#start = start;
    this.#most = Math.max(1, Math.min(MOST, cores));
  }

  /** @param {string} id of the model @param {number} index @returns {Promise<CheckedChunk | undefined>} undefined: it is not stored */
  read(id, index) {
    const here = () => checkedChunk(this.#store, id, index);
    const thread = this.#thread();
    if (!thread) return here();
    clearTimeout(this.#idle);
    const call = this.#next++;
    return new Promise((resolve, reject) => {
      thread.asked.set(call, { resolve, reject, here });
      thread.worker.postMessage({ call, store: this.#store.name, id, index });
    });
  }

  /** The one with least to do. @returns {Thread | undefined} undefined: there can be none */
  #thread() {
    const least = this.#threads.reduce((a, b) => (b.asked.size < a.asked.size ? b : a), this.#threads[0]);
    if (least && (least.asked.size === 0 || this.#threads.length >= this.#most)) return least;
    if (this.#most === 0) return undefined;
    try {
      const thread = { worker: this.#start(), asked: new Map() };
      thread.worker.onmessage = ({ data }) => this.#hear(thread, data);
      thread.worker.onerror = (event) => {
        event.preventDefault?.(); // or it would reach the page as an error of the whole engine
        this.#giveUp(thread);
      };
      this.#threads.push(thread);
      return thread;
    } catch {
      this.#most = 0;
      return least;
    }
  }

  /** @param {Thread} thread @param {Answer} answer */
  #hear(thread, { call, chunk, error }) {
    const asked = thread.asked.get(call);
    thread.asked.delete(call);
    if (error) asked?.reject(new CacheError(error.code ?? 'storage_unavailable', error.message));
    else asked?.resolve(chunk);
    if (this.#threads.some(({ asked }) => asked.size > 0)) return;
    clearTimeout(this.#idle);
    this.#idle = setTimeout(() => this.close(), IDLE);
  }

  /** A page that doesn't serve the worker's file still gets its chunks, only on this thread. @param {Thread} thread */
  #giveUp(thread) {
    this.#most = 0;
    this.#threads = this.#threads.filter((other) => other !== thread);
    thread.worker.terminate();
    for (const { here, resolve, reject } of thread.asked.values()) here().then(resolve, reject);
    thread.asked.clear();
  }

  /** Ends the threads; the next read starts them again. */
  close() {
    for (const { worker } of this.#threads.splice(0)) worker.terminate();
  }
}

/** @type {WeakMap<Store, ChunkReader>} */
const readers = new WeakMap();

/** The one that reads a store. @param {Store} store @returns {ChunkReader} */
export function readerOf(store) {
  let reader = readers.get(store);
  if (!reader) readers.set(store, (reader = new ChunkReader(store)));
  return reader;
}

function startThread() {
  return new Worker(new URL('./chunk-worker.js', import.meta.url), { type: 'module', name: 'loquat-chunks' });
}
