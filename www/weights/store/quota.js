// How much the browser lets us keep, and asking it not to throw that away. Measures; the caller decides.

import { CacheError, megabytes } from '../../protocol/weights-error.js';

/** Bytes left alone, so that conversations can still be saved when a model fills the rest. */
const HEADROOM = 32e6;

/**
 * @typedef {object} Room
 * @property {number | undefined} quota bytes; undefined where the browser doesn't say
 * @property {number | undefined} usage bytes
 * @property {number} free bytes; Infinity where the browser doesn't say
 * @property {boolean} persisted the browser promised not to evict
 */

/** @template T @param {Promise<T>} promise @param {number} ms @param {T} otherwise @returns {Promise<T>} */
async function within(promise, ms, otherwise) {
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;
  const late = new Promise((resolve) => {
    timer = setTimeout(() => resolve(otherwise), ms);
  });
  try {
    return await Promise.race([promise, /** @type {Promise<T>} */ (late)]);
  } catch {
    return otherwise;
  } finally {
    clearTimeout(timer);
  }
}

/** @returns {Promise<Room>} */
export async function measureRoom() {
  const storage = globalThis.navigator?.storage;
  /** @type {StorageEstimate} */
  const e = storage?.estimate ? await within(storage.estimate(), 2000, {}) : {};
  const persisted = storage?.persisted ? await within(storage.persisted(), 1000, false) : false;
  const free = e.quota === undefined ? Infinity : Math.max(0, e.quota - (e.usage ?? 0));
  return { quota: e.quota, usage: e.usage, free, persisted };
}

/**
 * Asks the browser to keep what we store. To be called by the page (workers have no persist()), best on the click
 * that agrees to a download. Some browsers never answer, so there is a limit.
 * @param {number} [timeoutMs] @returns {Promise<boolean>}
 */
export async function askToPersist(timeoutMs = 2000) {
  const storage = globalThis.navigator?.storage;
  if (!storage?.persist) return false;
  if (await within(storage.persisted(), timeoutMs, false)) return true;
  return within(storage.persist(), timeoutMs, false);
}

/**
 * Before the first byte: is there room for so many more?
 * @param {Room} room @param {number} missing bytes @param {string} name
 */
export function checkRoom(room, missing, name) {
  if (missing === 0 || missing + HEADROOM <= room.free) return;
  throw new CacheError(
    'room_too_small',
    `${name} needs ${megabytes(missing)} more and the browser has room for ${megabytes(Math.max(0, room.free - HEADROOM))}.`,
    { offer: 'memory' },
  );
}
