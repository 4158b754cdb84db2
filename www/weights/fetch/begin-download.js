// The first request of a download, and all that is decided by its answer before a byte is kept: version, room, fit, record. What is fetched after that is download.js's.

import { CHUNK_SIZE, chunkBounds, chunkCount, missingChunks } from '../store/chunks.js';
import { Download } from './download.js';
import { Meter } from './download-speed.js';
import { checkRoom, measureRoom } from '../store/quota.js';
import { Remote } from './http-file.js';

/**
 * @typedef {import('../store/chunk-store.js').ModelRecord} ModelRecord
 * @typedef {import('../read/model-file.js').ModelFile} ModelFile
 *
 * @typedef {object} Beginning
 * @property {import('../sources/sources.js').Target[]} targets all files of the model
 * @property {number} index which of them this is
 * @property {import('../read/open-model.js').OpenOptions} options
 * @property {import('../store/store-or-memory.js').StoreOrMemory} place
 * @property {AbortSignal} signal
 * @property {Meter} downloaded
 * @property {Partial<import('./http-file.js').RemoteOptions>} remote
 * @property {(record: ModelRecord, have: Set<number>, wasRead: Meter) => ModelFile} makeFile
 */

/** Bytes of a file's start that tell what its context needs. */
const HEAD = 64 * 1024;

/**
 * @param {Beginning} beginning @param {ModelRecord | undefined} known the record of a download that was begun before
 * @returns {Promise<{file: ModelFile, record: ModelRecord, done: Promise<void>}>} done: everything has arrived
 */
export async function beginDownload(beginning, known) {
  const { targets, index, options, place, signal, downloaded, makeFile } = beginning;
  const target = targets[index];
  if (!known) await place.ask((store) => store.deleteModel(target.id));
  const chunkSize = known?.chunkSize ?? options.chunkSize ?? CHUNK_SIZE;
  const have = (known && (await place.ask((store) => store.chunkIndexes(known.id)))) ?? new Set();
  const { url, name } = target;
  const remote = new Remote({ ...beginning.remote, url, name, size: target.size, signal });
  if (known) {
    remote.size = known.size;
    remote.validator = { etag: known.etag, lastModified: known.lastModified };
  }
  const chunk = known ? (missingChunks(chunkCount(known.size, chunkSize), have)[0] ?? 0) : 0;
  const first = chunkBounds(chunk, remote.size ?? Infinity, chunkSize);
  const connection = await remote.probe(first.start, first.end);
  try {
    const { size } = remote;
    const stored = [...have].reduce((sum, i) => sum + chunkBounds(i, size ?? 0, chunkSize).length, 0);
    options.onProgress?.({
      phase: 'check',
      loaded: stored,
      total: size,
      bytesPerSecond: 0,
      secondsLeft: undefined,
      fromNetwork: 0,
    });
    if (place.store && size !== undefined) checkRoom(await measureRoom(), size - stored, name);
    if (!known && size !== undefined) await checkFit(beginning, connection, size);
    const record = recordOf(target, remote, chunkSize, known);
    if (size !== undefined) await place.ask((store) => store.putModel(record));
    if (!place.store) have.clear();
    downloaded.total = size;
    downloaded.loaded = place.store ? stored : 0;
    const file = makeFile(record, have, new Meter('read', undefined));
    const fetching = new Download({ ...file.sink(), remote, chunkSize, have });
    file.attach(fetching);
    fetching.start({ index: remote.ranged ? chunk : 0, connection });
    // A server that says no length: the size is known when the last byte has come.
    if (size === undefined) {
      await fetching.done;
      record.size = downloaded.total = remote.size ?? 0;
      if (file.stored) await place.ask((store) => store.putModel(record));
      downloaded.report(true);
    }
    return { file, record, done: fetching.done };
  } catch (e) {
    connection.close();
    throw e;
  }
}

/** Asks whoever wants the model whether it is of use, of all parts at once. @param {Beginning} beginning @param {import('./connection.js').Connection} connection open at the file's start @param {number} size bytes */
async function checkFit({ targets, index, options: { fit } }, connection, size) {
  if (!fit || index > 0) return;
  const sizes = targets.map((target) => target.size ?? size); // parts are about the same
  sizes[0] = size;
  const head = await connection.peek(HEAD).catch(() => undefined); // a cut connection is mended later
  const { name } = targets[index];
  if (head) await fit({ name, size: sizes.reduce((sum, each) => sum + each, 0), head });
}

/** @param {import('../sources/sources.js').Target} target @param {Remote} remote @param {number} chunkSize @param {ModelRecord | undefined} known @returns {ModelRecord} */
function recordOf({ id, group, name, url, sha256 }, remote, chunkSize, known) {
  const now = Date.now();
  return {
    id,
    group,
    name,
    url,
    size: remote.size ?? 0,
    chunkSize,
    ...remote.validator,
    ...(sha256 ? { sha256 } : {}),
    published: sha256 !== undefined,
    verified: false,
    keep: known?.keep ?? false,
    createdAt: known?.createdAt ?? now,
    lastUsed: now,
  };
}
