// The whole file's SHA-256 out of the stored chunks. Runs in its own worker (verify-worker.js) so that nobody waits for it.

import { chunkBounds, chunkCount } from './chunks.js';
import { abortError, CacheError, throwIfAborted } from '../../protocol/weights-error.js';
import { sha256 } from './integrity.js';
import { Sha256 } from './sha256.js';

/**
 * Reads every chunk once: those that are lost or differ from their hash are listed, and when there are none the
 * whole file's hash is given.
 * @param {import('./chunk-store.js').Store} store @param {string} id @param {(loaded: number, total: number) => void} [tell] @param {AbortSignal} [signal]
 * @returns {Promise<{bad: number[], sha256: string | undefined}>}
 */
export async function hashStored(store, id, tell, signal) {
  const record = await store.getModel(id);
  if (!record) throw new CacheError('model_missing', `${id} is not in the cache.`);
  const whole = new Sha256();
  const bad = [];
  for (let i = 0; i < chunkCount(record.size, record.chunkSize); i++) {
    throwIfAborted(signal);
    const { end, length } = chunkBounds(i, record.size, record.chunkSize);
    const chunk = await store.getChunk(id, i);
    if (chunk?.bytes?.byteLength !== length || (await sha256(chunk.bytes)) !== chunk.sha256) bad.push(i);
    else if (bad.length === 0) whole.update(new Uint8Array(chunk.bytes));
    tell?.(end, record.size);
  }
  return { bad, sha256: bad.length === 0 ? whole.digest() : undefined };
}

/**
 * hashStored() in a worker of its own, or here where there are no workers.
 * @param {import('./chunk-store.js').Store} store @param {string} id
 * @param {{tell?: (loaded: number, total: number) => void, signal?: AbortSignal}} [options]
 * @returns {Promise<{bad: number[], sha256: string | undefined}>}
 */
export async function hashElsewhere(store, id, { tell, signal } = {}) {
  throwIfAborted(signal);
  if (typeof Worker === 'undefined') return hashStored(store, id, tell, signal);
  /** @type {Worker} */
  let worker;
  try {
    worker = new Worker(new URL('./verify-worker.js', import.meta.url), { type: 'module' });
  } catch {
    return hashStored(store, id, tell, signal);
  }
  /** @type {() => void} */
  let stop = () => {};
  try {
    return await new Promise((resolve, reject) => {
      worker.onmessage = ({ data }) => {
        if (data.type === 'progress') tell?.(data.loaded, data.total);
        else if (data.type === 'done') resolve(data.result);
        else reject(new CacheError(data.code, data.message));
      };
      // A page that doesn't serve the worker's file still gets its answer, only on this thread.
      worker.onerror = (event) => {
        event.preventDefault();
        hashStored(store, id, tell, signal).then(resolve, reject);
      };
      stop = () => reject(abortError(signal));
      signal?.addEventListener('abort', stop, { once: true });
      worker.postMessage({ id, name: store.name });
    });
  } finally {
    signal?.removeEventListener('abort', stop);
    worker.terminate();
  }
}
