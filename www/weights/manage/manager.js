// What is cached: list, verify, delete, keep; and what an uncached model would take. Works in a page and in a worker; downloads nothing.

import { chunkBounds, chunkCount } from '../store/chunks.js';
import { CacheError } from '../../protocol/weights-error.js';
import { hold } from '../read/download-lock.js';
import { measureRoom } from '../store/quota.js';
import { targetsOf, withFacts } from '../sources/sources.js';
import { hashElsewhere } from '../store/verify.js';
import { defaultStore } from '../read/open-model.js';

/**
 * @typedef {import('../store/chunk-store.js').Store} Store
 * @typedef {import('../store/chunk-store.js').ModelRecord} ModelRecord
 *
 * @typedef {object} CachedModel
 * @property {string} id
 * @property {string} name
 * @property {number} size bytes of the whole model
 * @property {number} stored bytes that are here
 * @property {boolean} complete
 * @property {number} lastUsed ms since the epoch
 * @property {boolean} keep
 * @property {'published' | 'learned' | 'unknown'} verified whose hash the bytes were seen to have
 * @property {string | undefined} sha256 of a model that is one file
 * @property {number} files more than one for a split model
 */

/** @param {{store?: Store}} [options] @returns {Promise<CachedModel[]>} most recently used first */
export async function listModels({ store = defaultStore() } = {}) {
  /** @type {Map<string, CachedModel>} */
  const models = new Map();
  for (const record of await store.listModels()) {
    const stored = await storedBytes(store, record);
    const verified = !record.verified ? 'unknown' : record.published ? 'published' : 'learned';
    const so_far = models.get(record.group);
    models.set(record.group, {
      id: record.group,
      name: so_far?.name ?? record.name,
      size: (so_far?.size ?? 0) + record.size,
      stored: (so_far?.stored ?? 0) + stored,
      complete: (so_far?.complete ?? true) && stored === record.size,
      lastUsed: Math.max(so_far?.lastUsed ?? 0, record.lastUsed),
      keep: (so_far?.keep ?? false) || record.keep,
      verified: !so_far || so_far.verified === verified ? verified : 'unknown',
      sha256: so_far ? undefined : record.sha256,
      files: (so_far?.files ?? 0) + 1,
    });
  }
  return [...models.values()].sort((a, b) => b.lastUsed - a.lastUsed);
}

/** @param {Store} store @param {ModelRecord} record */
async function storedBytes(store, record) {
  const count = chunkCount(record.size, record.chunkSize);
  let sum = 0;
  for (const i of await store.chunkIndexes(record.id))
    if (i < count) sum += chunkBounds(i, record.size, record.chunkSize).length;
  return sum;
}

/** The records of one model. @param {Store} store @param {string} id */
async function recordsOf(store, id) {
  const records = (await store.listModels()).filter((record) => record.group === id);
  if (records.length === 0) throw new CacheError('model_missing', `${id} is not in the cache.`);
  return records;
}

/** @param {string} id @param {{store?: Store}} [options] */
export async function deleteModel(id, { store = defaultStore() } = {}) {
  for (const record of await recordsOf(store, id)) {
    const release = globalThis.navigator?.locks ? await hold(record.id, { ifAvailable: true }) : () => {};
    if (!release) throw new CacheError('model_busy', `${record.name} is being downloaded.`);
    await store.deleteModel(record.id).finally(release);
  }
}

/** A model that is kept is not proposed for deletion. @param {string} id @param {boolean} keep @param {{store?: Store}} [options] */
export async function keepModel(id, keep, { store = defaultStore() } = {}) {
  for (const record of await recordsOf(store, id)) await store.patchModel(record.id, { keep });
}

/**
 * Reads everything again. Damaged pieces are dropped, so that the next use fetches them and nothing else.
 * @param {string} id
 * @param {{store?: Store, onProgress?: import('../fetch/download-speed.js').OnProgress, signal?: AbortSignal}} [options]
 * @returns {Promise<{ok: boolean, damaged: number, sha256: string | undefined}>} ok: every byte is as it arrived, and as published where that is known
 */
export async function verifyModel(id, { store = defaultStore(), onProgress, signal } = {}) {
  let damaged = 0;
  let ok = true;
  let sha256;
  for (const record of await recordsOf(store, id)) {
    const tell = (/** @type {number} */ loaded, /** @type {number} */ total) =>
      onProgress?.({
        phase: 'verify',
        loaded,
        total,
        bytesPerSecond: 0,
        secondsLeft: undefined,
        fromNetwork: 0,
      });
    const found = await hashElsewhere(store, record.id, { tell, signal });
    for (const i of found.bad) await store.deleteChunk(record.id, i);
    damaged += found.bad.length;
    sha256 = found.sha256;
    const same = found.sha256 !== undefined && (record.sha256 ?? found.sha256) === found.sha256;
    if (same) await store.patchModel(record.id, { sha256: found.sha256, verified: true });
    ok &&= same;
  }
  return { ok, damaged, sha256 };
}

/** What the first download from an address had as its hash is forgotten: a changed file is accepted. @param {string} address @param {{store?: Store}} [options] */
export async function forgetPin(address, { store = defaultStore() } = {}) {
  await store.deletePin(address);
}

/**
 * Before a download: what it is, how much of it is here, and whether there is room. Asks the hub or sends a HEAD
 * request when the size isn't known otherwise; fetches no weights.
 * @param {import('../sources/sources.js').UrlSource | import('../sources/sources.js').HubSource | import('../sources/sources.js').SplitSource} source
 * @param {{store?: Store, signal?: AbortSignal}} [options]
 * @returns {Promise<{id: string, name: string, size: number | undefined, stored: number, complete: boolean, sha256: string | undefined, room: import('../store/quota.js').Room}>}
 */
export async function describeModel(source, { store = defaultStore(), signal } = {}) {
  let targets = targetsOf(source);
  const records = await Promise.all(
    targets.map((target) => store.getModel(target.id).catch(() => undefined)),
  );
  if (records.some((record) => record === undefined)) targets = await withFacts(source, targets, signal);
  let stored = 0;
  /** @type {number | undefined} */
  let size = 0;
  for (const [i, target] of targets.entries()) {
    const record = records[i];
    const bytes = record?.size ?? target.size ?? (await sizeByHead(target.url, signal));
    size = bytes === undefined || size === undefined ? undefined : size + bytes;
    if (record) stored += await storedBytes(store, record);
  }
  const sha256 = targets.length === 1 ? (targets[0].sha256 ?? records[0]?.sha256) : undefined;
  const room = await measureRoom();
  return {
    id: targets[0].group,
    name: targets[0].name,
    size,
    stored,
    complete: size !== undefined && stored === size,
    sha256,
    room,
  };
}

/** @param {string} url @param {AbortSignal} [signal] @returns {Promise<number | undefined>} */
async function sizeByHead(url, signal) {
  try {
    const answer = await fetch(url, { method: 'HEAD', cache: 'no-store', signal });
    const length = Number(answer.headers.get('content-length'));
    return answer.ok && !answer.headers.get('content-encoding') && length > 0 ? length : undefined;
  } catch {
    signal?.throwIfAborted();
    return undefined;
  }
}
