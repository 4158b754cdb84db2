// openModel(): a model's bytes from the cache or, while they arrive, from the network. Chooses between one file, parts and a file on disk; opening.js does the work.

import { PARALLEL } from '../fetch/download.js';
import { CacheError, throwIfAborted } from '../../protocol/weights-error.js';
import { openLocal } from '../sources/local-file.js';
import { Opening } from './opening.js';
import { Gate } from '../fetch/retry.js';
import { Slots } from '../fetch/slots.js';
import { targetsOf, withFacts } from '../sources/sources.js';
import { joinParts } from '../sources/split.js';
import { Store } from '../store/chunk-store.js';

/**
 * @typedef {import('../sources/sources.js').Source} Source
 * @typedef {import('../fetch/download-speed.js').Progress} Progress
 *
 * @typedef {object} OpenOptions
 * @property {(progress: Progress) => void} [onProgress]
 * @property {(notice: CacheError) => void} [onNotice] what was handled but a person should know (storage full, a damaged piece fetched again)
 * @property {AbortSignal} [signal] also ends a download that is still going on; what has arrived is kept
 * @property {'cache' | 'memory'} [storage] 'memory' keeps nothing
 * @property {Gate} [gate] what every request passes; whoever holds it may pause the download before it has begun
 * @property {(found: {name: string, size: number, head: Uint8Array}) => Promise<void>} [fit] before a new download keeps its first byte: throws when it is no use; `head` is the file's start
 * @property {Store} [store] for tests
 * @property {number} [chunkSize] for tests and measurements
 * @property {Partial<import('../fetch/http-file.js').RemoteOptions>} [remote] for tests: retry policy, stall limit
 *
 * @typedef {object} Model
 * @property {string} id
 * @property {string} name
 * @property {number} size bytes
 * @property {string | undefined} etag
 * @property {string | undefined} sha256 of the whole file, when it is known
 * @property {boolean} fromCache no byte had to be fetched when it was opened
 * @property {boolean} stored false: memory only, it will be fetched again next time
 * @property {(offset: number, length: number) => Promise<Uint8Array<ArrayBuffer>>} read waits for bytes that are still coming
 * @property {() => void} pause stops fetching; connections are held as long as the server likes
 * @property {() => void} resume
 * @property {Promise<void>} done everything has arrived and is stored
 * @property {Promise<'published' | 'learned' | 'unknown'>} verified begun when it is asked for, or when the reader is finished: the whole file's hash was checked, noted for later, or can't be known; rejects with hash_mismatch
 * @property {() => void} close the reader is finished; what is still coming is not fetched, but stored pieces stay
 */

/** @type {Store | undefined} */
let sharedStore;

/** The store that all of this page's models are in. */
export function defaultStore() {
  return (sharedStore ??= new Store());
}

/**
 * Opens a model. Resolves when its size is known and its first bytes are on the way; from then on read() may be called.
 * @param {Source} source @param {OpenOptions} [options] @returns {Promise<Model>}
 */
export async function openModel(source, options = {}) {
  throwIfAborted(options.signal);
  if ('file' in source) return openLocal(source, options);
  const store = options.storage === 'memory' ? undefined : await usable(options);
  const targets = 'cached' in source ? await targetsInCache(store, source.cached) : targetsOf(source);
  const shared = {
    options,
    store,
    gate: options.gate ?? new Gate(),
    slots: new Slots(PARALLEL),
    facts: once(async () => ('cached' in source ? targets : withFacts(source, targets, options.signal))),
  };
  if (targets.length === 1) return new Opening(targets, 0, shared).open();
  return joinParts(targets, shared);
}

/** The store if it can be opened; else says why it can't, and the model is used from memory. @param {OpenOptions} options */
async function usable({ store = defaultStore(), onNotice }) {
  try {
    await store.open();
    return store;
  } catch (e) {
    if (!(e instanceof CacheError)) throw e;
    onNotice?.(e);
    return undefined;
  }
}

/** @param {Store | undefined} store @param {string} id @returns {Promise<import('../sources/sources.js').Target[]>} */
async function targetsInCache(store, id) {
  const records = (await store?.listModels())?.filter((record) => record.group === id) ?? [];
  if (records.length === 0) throw new CacheError('model_missing', `${id} is not in the cache.`);
  return records.map(({ id, group, name, url, size, sha256, published }) => ({
    id,
    group,
    name,
    url,
    size,
    ...(published && sha256 ? { sha256 } : {}),
  }));
}

/** @template T @param {() => Promise<T>} make @returns {() => Promise<T>} */
function once(make) {
  /** @type {Promise<T> | undefined} */
  let made;
  return () => (made ??= make());
}
