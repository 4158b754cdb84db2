// openModel(): a model's bytes from the cache or, while they arrive, from the network. Wires the parts; each has its own file.

import { CHUNK_SIZE, chunkBounds, chunkCount, missingChunks } from './chunks.js';
import { Download, PARALLEL } from './download.js';
import { CacheError, abortError, throwIfAborted } from './errors.js';
import { openLocal } from './local.js';
import { acquireDownload, announcer } from './locks.js';
import { ModelFile } from './modelfile.js';
import { Meter } from './progress.js';
import { checkRoom, measureRoom } from './quota.js';
import { Remote } from './remote.js';
import { Gate } from './retry.js';
import { confirmWhole } from './pins.js';
import { joinParts } from './split.js';
import { Slots } from './slots.js';
import { targetsOf, withFacts } from './sources.js';
import { Store } from './store.js';

/**
 * @typedef {import('./sources.js').Source} Source
 * @typedef {import('./sources.js').Target} Target
 * @typedef {import('./progress.js').Progress} Progress
 *
 * @typedef {object} OpenOptions
 * @property {(progress: Progress) => void} [onProgress]
 * @property {(notice: CacheError) => void} [onNotice] what was handled but a person should know (storage full, a damaged piece fetched again)
 * @property {AbortSignal} [signal] also ends a download that is still going on; what has arrived is kept
 * @property {'cache' | 'memory'} [storage] 'memory' keeps nothing
 * @property {Store} [store] for tests
 * @property {number} [chunkSize] for tests and measurements
 * @property {Partial<import('./remote.js').RemoteOptions>} [remote] for tests: retry policy, stall limit
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
 * @property {Promise<'published' | 'learned' | 'unknown'>} verified the whole file's hash was checked, noted for later, or can't be known; rejects with hash_mismatch
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
  const targets = targetsOf(source);
  const gate = new Gate();
  const shared = {
    options,
    gate,
    slots: new Slots(PARALLEL),
    facts: once(() => withFacts(source, targets, options.signal)),
  };
  if (targets.length === 1) return openOne(targets, 0, shared);
  return joinParts(targets, shared, openOne);
}

/** @template T @param {() => Promise<T>} make @returns {() => Promise<T>} */
function once(make) {
  /** @type {Promise<T> | undefined} */
  let made;
  return () => (made ??= make());
}

/**
 * @typedef {object} Shared what the parts of a model have in common
 * @property {OpenOptions} options
 * @property {Gate} gate
 * @property {Slots} slots
 * @property {() => Promise<Target[]>} facts the targets with what their publisher says, asked for at most once
 */

/**
 * @param {Target[]} targets @param {number} index @param {Shared} shared
 * @returns {Promise<Model>}
 */
export async function openOne(targets, index, { options, gate, slots, facts }) {
  let target = targets[index];
  const life = new AbortController();
  const end = () => life.abort(abortError(options.signal));
  options.signal?.addEventListener('abort', end, { once: true });
  const { signal } = life;
  const notice = options.onNotice ?? (() => {});
  const remoteOptions = { ...options.remote, gate };
  const announce = announcer(target.id);
  const downloaded = new Meter('download', (p) => {
    options.onProgress?.(p);
    announce.tell(p);
  });
  /** @type {() => void} */
  let release = () => {};

  /** @param {ModelFile} file @param {import('./store.js').ModelRecord} record @param {Promise<void>} done @param {boolean} fromCache */
  const model = (file, record, done, fromCache) => {
    const verified = done.then(() => {
      const kept = file.stored ? store : undefined;
      return kept ? confirmWhole(kept, record, { tell: options.onProgress, signal }) : 'unknown';
    });
    verified.catch((e) => e instanceof CacheError && e.code.endsWith('_mismatch') && notice(e));
    const ended = () => (release(), announce.close());
    done.then(ended, ended);
    let open = true;
    return /** @type {Model} */ ({
      id: record.id,
      name: record.name,
      size: record.size,
      etag: record.etag,
      sha256: record.sha256,
      fromCache,
      get stored() {
        return file.stored;
      },
      read: (offset, length) => file.read(offset, length),
      pause: () => gate.pause(),
      resume: () => gate.resume(),
      done,
      verified,
      close() {
        if (!open) return;
        open = false;
        file.close();
        options.signal?.removeEventListener('abort', end);
        // Chunks that were asked for are stored; a download that nobody reads any more stops.
        if (downloaded.loaded < record.size)
          life.abort(new CacheError('closed', `${record.name} was closed.`));
      },
    });
  };

  const store =
    options.storage === 'memory' ? undefined : await usable(options.store ?? defaultStore(), notice);
  try {
    const cached = await fromStore(store, target);
    if (cached) return fromCache(cached);
    const lock = store
      ? await acquireDownload(target.id, { signal, onWaiting: options.onProgress })
      : { waited: false, release };
    release = lock.release;
    const again = lock.waited ? await fromStore(store, target) : undefined;
    if (again) return fromCache(again);
    target = (await facts())[index];
    return await fromNetwork();
  } catch (e) {
    release();
    announce.close();
    options.signal?.removeEventListener('abort', end);
    throw e;
  }

  /** @param {import('./store.js').ModelRecord} record */
  function fromCache(record) {
    release();
    const have = new Set(Array.from({ length: chunkCount(record.size, record.chunkSize) }, (_, i) => i));
    const wasRead = new Meter('read', options.onProgress);
    wasRead.total = record.size;
    const file = new ModelFile({
      record,
      store,
      have,
      signal,
      notice,
      downloaded,
      wasRead,
      remote: remoteOptions,
      slots,
    });
    downloaded.total = downloaded.loaded = record.size;
    store?.patchModel(record.id, { lastUsed: Date.now() }).catch(() => {});
    return model(file, record, Promise.resolve(), true);
  }

  async function fromNetwork() {
    let record = await store?.getModel(target.id);
    // A newer catalog may name another file than the half that is stored.
    if (
      record &&
      ((target.size ?? record.size) !== record.size ||
        (target.sha256 && record.published && target.sha256 !== record.sha256))
    ) {
      await store?.deleteModel(record.id);
      record = undefined;
    }
    try {
      return await download(record);
    } catch (e) {
      if (!record || !(e instanceof CacheError && e.code === 'weights_changed')) throw e;
      notice(e);
      await store?.deleteModel(record.id);
      return download(undefined);
    }
  }

  /** @param {import('./store.js').ModelRecord | undefined} known the record of a download that was begun before */
  async function download(known) {
    // Pieces without a record are left from a download whose size was never learned.
    if (!known) await store?.deleteModel(target.id);
    const chunkSize = known?.chunkSize ?? options.chunkSize ?? CHUNK_SIZE;
    const have = known && store ? await store.chunkIndexes(known.id) : new Set();
    const firstIndex = known ? (missingChunks(chunkCount(known.size, chunkSize), have)[0] ?? 0) : 0;
    const remote = new Remote({
      ...remoteOptions,
      url: target.url,
      name: target.name,
      size: target.size,
      signal,
    });
    if (known) {
      remote.size = known.size;
      remote.validator = { etag: known.etag, lastModified: known.lastModified };
    }
    const first = chunkBounds(firstIndex, remote.size ?? Infinity, chunkSize);
    const connection = await remote.probe(first.start, first.end);
    try {
      const size = remote.size;
      const stored = [...have].reduce((sum, i) => sum + chunkBounds(i, size ?? 0, chunkSize).length, 0);
      const missing = size === undefined ? 0 : size - stored;
      options.onProgress?.({
        phase: 'check',
        loaded: stored,
        total: size,
        bytesPerSecond: 0,
        secondsLeft: undefined,
        fromNetwork: 0,
      });
      if (store) checkRoom(await measureRoom(), missing, target.name);
      const now = Date.now();
      /** @type {import('./store.js').ModelRecord} */
      const record = {
        id: target.id,
        group: target.group,
        name: target.name,
        url: target.url,
        size: size ?? 0,
        chunkSize,
        ...remote.validator,
        ...(target.sha256 ? { sha256: target.sha256 } : {}),
        published: target.sha256 !== undefined,
        verified: false,
        keep: known?.keep ?? false,
        createdAt: known?.createdAt ?? now,
        lastUsed: now,
      };
      if (store && size !== undefined) await store.putModel(record);
      downloaded.total = size;
      downloaded.loaded = stored;
      const wasRead = new Meter('read', undefined);
      const file = new ModelFile({
        record,
        store,
        have,
        signal,
        notice,
        downloaded,
        wasRead,
        remote: remoteOptions,
        slots,
      });
      const fetching = new Download({ ...file.sink(), remote, chunkSize, have });
      file.attach(fetching);
      fetching.start(remote.ranged ? { index: firstIndex, connection } : { index: 0, connection });
      const { done } = fetching;
      // A server that says no length: the size is known when the last byte has come.
      if (size === undefined) {
        await done;
        record.size = downloaded.total = remote.size ?? 0;
        if (store && file.stored) await store.putModel(record);
        downloaded.report(true);
      }
      return model(file, record, done, false);
    } catch (e) {
      connection.close();
      throw e;
    }
  }
}

/** The store if it can be opened; else says why it can't, and the model is used from memory. @param {Store} store @param {(notice: CacheError) => void} notice */
async function usable(store, notice) {
  try {
    await store.open();
    return store;
  } catch (e) {
    if (!(e instanceof CacheError)) throw e;
    notice(e);
    return undefined;
  }
}

/** The record, if every chunk is stored. @param {Store | undefined} store @param {Target} target */
async function fromStore(store, target) {
  const record = await store?.getModel(target.id);
  if (!store || !record) return undefined;
  if (target.sha256 && record.published && record.sha256 !== target.sha256) return undefined;
  const have = await store.chunkIndexes(target.id);
  return have.size === chunkCount(record.size, record.chunkSize) ? record : undefined;
}
