// One tab fetches a model, the others watch it do so. Web Locks decide who; a BroadcastChannel carries the progress.

import { abortError, CacheError } from '../../protocol/weights-error.js';

/** A download is told a few times a second; one that is paused, or a holder that is no download, says nothing. */
const SILENCE_MS = 45_000;

/** @param {string} id */
const lockName = (id) => `loquat-weights:${id}`;

/**
 * Holds the download lock of a model. While another tab has it, waits and hears that tab's progress.
 * @param {string} id
 * @param {{signal?: AbortSignal, silenceMs?: number, onWaiting?: (progress: import('../fetch/download-speed.js').Progress) => void}} options
 * @returns {Promise<{waited: boolean, release: () => void}>}
 */
export async function acquireDownload(id, { signal, onWaiting, silenceMs = SILENCE_MS }) {
  const locks = globalThis.navigator?.locks;
  if (!locks) return { waited: false, release: () => {} };
  const at_once = await hold(id, { ifAvailable: true });
  if (at_once) return { waited: false, release: at_once };
  const silent = new AbortController();
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;
  const listen = () => {
    clearTimeout(timer);
    timer = setTimeout(() => silent.abort(), silenceMs);
  };
  const channel = openChannel(id);
  channel.onmessage = (event) => {
    listen();
    onWaiting?.({ ...event.data, fromNetwork: 0 });
  };
  listen();
  const either = signal ? AbortSignal.any([signal, silent.signal]) : silent.signal;
  try {
    const release = await hold(id, { signal: either });
    return { waited: true, release: release ?? (() => {}) };
  } catch (error) {
    if (!silent.signal.aborted || signal?.aborted) throw error;
    const says = `Another tab holds ${id}, and has told nothing of a download for ${silenceMs / 1000} s.`;
    throw new CacheError('model_busy', says, { retryable: true });
  } finally {
    clearTimeout(timer);
    channel.close();
  }
}

/** @typedef {Pick<BroadcastChannel, 'onmessage' | 'postMessage' | 'close'>} Channel */

/** @param {string} id @returns {Channel} */
function openChannel(id) {
  try {
    return new BroadcastChannel(lockName(id));
  } catch {
    return { onmessage: null, postMessage() {}, close() {} }; // refused, as all storage is
  }
}

/** Browsers that let a page keep nothing refuse its locks, too: such a page is on its own, and needs none. @param {unknown} error */
const isRefusal = (error) =>
  error instanceof Error && /^(Security|InvalidState|NotSupported)Error$/.test(error.name);

/**
 * @param {string} id @param {LockOptions} options
 * @returns {Promise<(() => void) | undefined>} releases the lock; undefined when it isn't to be had now
 */
export function hold(id, options) {
  return new Promise((resolve, reject) => {
    Promise.resolve()
      .then(() =>
        navigator.locks.request(lockName(id), options, (lock) => {
          if (!lock) return resolve(undefined);
          return new Promise((release) => resolve(() => release(undefined)));
        }),
      )
      .catch((e) => {
        if (options.signal?.aborted) reject(abortError(options.signal));
        else if (isRefusal(e)) resolve(() => {});
        else reject(e);
      });
  });
}

/** Tells waiting tabs how far the download is. @param {string} id */
export function announcer(id) {
  if (typeof BroadcastChannel === 'undefined') return { tell: () => {}, close: () => {} };
  const channel = openChannel(id);
  let open = true;
  return {
    /** @param {import('../fetch/download-speed.js').Progress} progress */
    tell(progress) {
      if (open) channel.postMessage(progress);
    },
    close() {
      open = false;
      channel.close();
    },
  };
}
