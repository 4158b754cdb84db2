// One tab fetches a model, the others watch it do so. Web Locks decide who; a BroadcastChannel carries the progress.

import { abortError } from './errors.js';

/** @param {string} id */
const lockName = (id) => `loquat-weights:${id}`;

/**
 * Holds the download lock of a model. While another tab has it, waits and hears that tab's progress.
 * @param {string} id
 * @param {{signal?: AbortSignal, onWaiting?: (progress: import('./progress.js').Progress) => void}} options
 * @returns {Promise<{waited: boolean, release: () => void}>}
 */
export async function acquireDownload(id, { signal, onWaiting }) {
  const locks = globalThis.navigator?.locks;
  if (!locks) return { waited: false, release: () => {} };
  const at_once = await hold(id, { ifAvailable: true });
  if (at_once) return { waited: false, release: at_once };
  const channel = new BroadcastChannel(lockName(id));
  channel.onmessage = (event) => onWaiting?.({ ...event.data, fromNetwork: 0 });
  try {
    const release = await hold(id, { signal });
    return { waited: true, release: release ?? (() => {}) };
  } finally {
    channel.close();
  }
}

/**
 * @param {string} id @param {LockOptions} options
 * @returns {Promise<(() => void) | undefined>} releases the lock; undefined when it isn't to be had now
 */
export function hold(id, options) {
  return new Promise((resolve, reject) => {
    navigator.locks
      .request(lockName(id), options, (lock) => {
        if (!lock) return resolve(undefined);
        return new Promise((release) => resolve(() => release(undefined)));
      })
      .catch((e) => reject(options.signal?.aborted ? abortError(options.signal) : e));
  });
}

/** Tells waiting tabs how far the download is. @param {string} id */
export function announcer(id) {
  if (typeof BroadcastChannel === 'undefined') return { tell: () => {}, close: () => {} };
  const channel = new BroadcastChannel(lockName(id));
  let open = true;
  return {
    /** @param {import('./progress.js').Progress} progress */
    tell(progress) {
      if (open) channel.postMessage(progress);
    },
    close() {
      open = false;
      channel.close();
    },
  };
}
