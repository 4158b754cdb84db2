// Runs a request again after failures that may pass, until it succeeds or too many in a row made no progress. How long to wait is retry.js's.

import { CacheError, throwIfAborted } from '../../protocol/weights-error.js';
import { backoff, online, sleep } from './retry.js';

/**
 * @typedef {object} Persistence
 * @property {string} name for messages
 * @property {AbortSignal} [signal]
 * @property {import('./retry.js').Gate} gate
 * @property {import('./retry.js').RetryPolicy} retry
 * @property {(why: CacheError) => void} [onWaiting] told when nothing will arrive for a while
 * @property {() => number} [progress] grows when bytes arrived
 */

/** @template T @param {() => Promise<T>} once @param {Persistence} how @returns {Promise<T>} */
export async function persist(once, how) {
  const { signal, gate, retry, progress = () => 0 } = how;
  let failures = 0;
  for (let before = progress(); ;) {
    await gate.pass(signal);
    try {
      return await once();
    } catch (e) {
      throwIfAborted(signal);
      if (!(e instanceof CacheError) || !e.retryable) throw e;
      failures = progress() > before ? 0 : failures + 1;
      before = progress();
      // A server that answers the wrong bytes twice means it; the caller then asks for the whole file.
      if (failures >= (e.code === 'wrong_range' ? 2 : retry.attempts)) throw e;
      await wait(e, failures, how);
    }
  }
}

/** @param {CacheError} e @param {number} failures @param {Persistence} how */
async function wait(e, failures, { name, signal, gate, retry, onWaiting }) {
  if (e.retryAfterMs !== undefined) {
    const seconds = Math.ceil(e.retryAfterMs / 1000);
    const why = new CacheError(e.code, `${e.message} It asks to wait for ${seconds} s.`, {
      retryAfterMs: e.retryAfterMs,
    });
    if (e.retryAfterMs > retry.maxRetryAfterMs) throw why;
    if (seconds > 3) onWaiting?.(why);
    // Everyone waits, and not all come back in the same moment.
    gate.closeFor(e.retryAfterMs + retry.random() * 250);
    return;
  }
  if (globalThis.navigator?.onLine === false) {
    onWaiting?.(
      new CacheError('offline', `${name}: this device is offline; the download goes on when it is back.`),
    );
  }
  await online(signal);
  await sleep(backoff(Math.max(0, failures - 1), retry), signal);
}
