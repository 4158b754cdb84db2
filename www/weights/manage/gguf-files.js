// Cached models to plain GGUF files and back, so that they travel without a network. Picks no files and shows nothing.

import { CHUNK_SIZE, chunkBounds, chunkCount } from '../store/chunks.js';
import { CacheError, throwIfAborted } from '../../protocol/weights-error.js';
import { checkHead, sha256 } from '../store/integrity.js';
import { acquireDownload } from '../read/download-lock.js';
import { confirmWhole } from '../store/pins.js';
import { Meter } from '../fetch/download-speed.js';
import { checkRoom, measureRoom } from '../store/quota.js';
import { isQuotaError } from '../store/chunk-store.js';
import { defaultStore } from '../read/open-model.js';

/**
 * @typedef {import('../store/chunk-store.js').Store} Store
 * @typedef {{name: string, size: number, stream: ReadableStream<Uint8Array<ArrayBuffer>>}} ExportedFile
 */

/**
 * The files of a cached model as they were published; each chunk is checked as it leaves.
 * @param {string} id @param {{store?: Store, onProgress?: import('../fetch/download-speed.js').OnProgress}} [options]
 * @returns {Promise<ExportedFile[]>} more than one for a split model
 */
export async function exportModel(id, { store = defaultStore(), onProgress } = {}) {
  const records = (await store.listModels()).filter((record) => record.group === id);
  if (records.length === 0) throw new CacheError('model_missing', `${id} is not in the cache.`);
  const meter = new Meter('read', onProgress);
  meter.total = records.reduce((n, record) => n + record.size, 0);
  return Promise.all(
    records.map(async (record) => {
      const count = chunkCount(record.size, record.chunkSize);
      const have = await store.chunkIndexes(record.id);
      if (have.size < count)
        throw new CacheError('model_incomplete', `${record.name}: ${have.size} of ${count} pieces are here.`);
      let next = 0;
      const stream = new ReadableStream({
        async pull(controller) {
          if (next === count) return controller.close();
          const chunk = await store.getChunk(record.id, next);
          if (!chunk || (await sha256(chunk.bytes)) !== chunk.sha256) {
            throw new CacheError('chunk_corrupt', `${record.name}: stored chunk ${next} is damaged.`);
          }
          next++;
          meter.add(chunk.bytes.byteLength);
          controller.enqueue(new Uint8Array(chunk.bytes));
        },
      });
      return { name: fileNameOf(record), size: record.size, stream };
    }),
  );
}

/** @param {import('../store/chunk-store.js').ModelRecord} record */
function fileNameOf({ name, url }) {
  const last = decodeURIComponent(url.split(/[?#]/, 1)[0].split('/').at(-1) ?? '');
  const base = last.endsWith('.gguf') ? last : `${name}.gguf`;
  return base.replace(/(\.gguf)+$/i, '.gguf').replace(/[^\w.-]+/g, '_');
}

/**
 * Keeps a file from disk like a downloaded model.
 * @param {File} file
 * @param {{
 *   as?: {id: string, name?: string, url?: string, size?: number, sha256?: string},
 *   store?: Store, chunkSize?: number, signal?: AbortSignal, onProgress?: import('../fetch/download-speed.js').OnProgress,
 * }} [options] `as`: the model that it is (see entryFor() and sourceOf() in catalog.js), so that it is not downloaded
 * @returns {Promise<{id: string, sha256: string | undefined}>}
 */
export async function importModel(
  file,
  { as, store = defaultStore(), chunkSize = CHUNK_SIZE, signal, onProgress } = {},
) {
  checkHead(new Uint8Array(await file.slice(0, 64).arrayBuffer()), file.type, file.name);
  if (as?.size !== undefined && as.size !== file.size) {
    throw new CacheError(
      'wrong_length',
      `${file.name} has ${file.size} bytes, ${as.name ?? as.id} has ${as.size}.`,
    );
  }
  checkRoom(await measureRoom(), file.size, file.name);
  const id = as?.id ?? `file:${file.name}:${file.size}`;
  const { release } = await acquireDownload(id, { signal });
  try {
    await store.deleteModel(id);
    const now = Date.now();
    /** @type {import('../store/chunk-store.js').ModelRecord} */
    const record = {
      id,
      group: id,
      name: as?.name ?? file.name,
      url: as?.url ?? '',
      size: file.size,
      chunkSize,
      ...(as?.sha256 ? { sha256: as.sha256 } : {}),
      published: as?.sha256 !== undefined,
      verified: false,
      keep: true,
      createdAt: now,
      lastUsed: now,
    };
    await store.putModel(record);
    const meter = new Meter('read', onProgress);
    meter.total = file.size;
    for (let i = 0; i < chunkCount(file.size, chunkSize); i++) {
      throwIfAborted(signal);
      const { start, end } = chunkBounds(i, file.size, chunkSize);
      const bytes = await file.slice(start, end).arrayBuffer();
      await store.putChunk(id, i, { bytes, sha256: await sha256(bytes) });
      meter.add(bytes.byteLength);
    }
    await confirmWhole(store, record, { tell: onProgress, signal });
    return { id, sha256: record.sha256 };
  } catch (e) {
    await store.deleteModel(id).catch(() => {});
    if (isQuotaError(e))
      throw new CacheError(
        'quota_exceeded',
        `The browser’s storage filled up while ${file.name} (${file.size} bytes) was being copied.`,
        { cause: e, remedy: 'Use the file where it is, or free some space.' },
      );
    throw e;
  } finally {
    release();
  }
}
