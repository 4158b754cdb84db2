// When and how long to wait before a request is made again. Knows nothing of what is fetched.

import { abortError, throwIfAborted } from '../../protocol/weights-error.js';

/**
 * @typedef {object} RetryPolicy
 * @property {number} attempts tries without a byte of progress before giving up
 * @property {number} baseMs the first wait is up to this long
 * @property {number} capMs no wait of ours is longer
 * @property {number} maxRetryAfterMs a longer Retry-After is reported instead of waited for
 * @property {() => number} random 0..1, for the jitter
 */

/** @type {RetryPolicy} */
export const RETRY = {
  attempts: 6,
  baseMs: 500,
  capMs: 30_000,
  maxRetryAfterMs: 120_000,
  random: Math.random,
};

/**
 * Exponential backoff with jitter: half of the step fixed, half random, so that a crowd cut off together does not
 * come back together.
 * @param {number} attempt 0 for the first wait @param {RetryPolicy} policy @returns {number} ms
 */
export function backoff(attempt, policy) {
  const step = Math.min(policy.capMs, policy.baseMs * 2 ** attempt);
  return step / 2 + (step / 2) * policy.random();
}

/**
 * Retry-After is seconds or an HTTP date.
 * @param {string | null} value @param {number} now ms since the epoch @returns {number | undefined} ms
 */
export function parseRetryAfter(value, now) {
  if (value === null) return undefined;
  if (/^\s*\d+\s*$/.test(value)) return Number(value) * 1000;
  const date = Date.parse(value);
  return Number.isNaN(date) ? undefined : Math.max(0, date - now);
}

/** @param {number} ms @param {AbortSignal} [signal] @returns {Promise<void>} */
export function sleep(ms, signal) {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(abortError(signal));
    const stop = () => {
      clearTimeout(timer);
      reject(abortError(signal));
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', stop);
      resolve();
    }, ms);
    signal?.addEventListener('abort', stop, { once: true });
  });
}

/**
 * While the browser knows that it is offline there is no use in trying: wait for the network, not for a clock.
 * @param {AbortSignal} [signal] @returns {Promise<void>}
 */
export async function online(signal) {
  throwIfAborted(signal);
  if (typeof navigator === 'undefined' || navigator.onLine !== false) return;
  await new Promise((resolve, reject) => {
    const done = () => {
      globalThis.removeEventListener('online', done);
      signal?.removeEventListener('abort', stop);
      resolve(undefined);
    };
    const stop = () => {
      globalThis.removeEventListener('online', done);
      reject(abortError(signal));
    };
    globalThis.addEventListener('online', done);
    signal?.addEventListener('abort', stop, { once: true });
  });
}

/** A door that all requests of a download pass: closed while paused, or until the server wants to be asked again. */
export class Gate {
  #openAt = 0;
  #paused = false;
  /** @type {Set<() => void>} */
  #waiting = new Set();

  /** How many wait for it to open. */
  get waiting() {
    return this.#waiting.size;
  }

  get paused() {
    return this.#paused;
  }

  pause() {
    this.#paused = true;
  }

  resume() {
    this.#paused = false;
    const all = [...this.#waiting];
    this.#waiting.clear();
    for (const go of all) go();
  }

  /** Nobody passes for the next ms. @param {number} ms */
  closeFor(ms) {
    this.#openAt = Math.max(this.#openAt, Date.now() + ms);
  }

  /** @param {AbortSignal} [signal] @returns {Promise<void>} */
  async pass(signal) {
    for (;;) {
      throwIfAborted(signal);
      const wait = this.#openAt - Date.now();
      if (this.#paused) await this.#whilePaused(signal);
      else if (wait > 0) await sleep(wait, signal);
      else return;
    }
  }

  /** @param {AbortSignal} [signal] @returns {Promise<void>} */
  #whilePaused(signal) {
    return new Promise((resolve, reject) => {
      const go = () => {
        signal?.removeEventListener('abort', stop);
        resolve();
      };
      const stop = () => {
        this.#waiting.delete(go);
        reject(abortError(signal));
      };
      signal?.addEventListener('abort', stop, { once: true });
      this.#waiting.add(go);
    });
  }
}
