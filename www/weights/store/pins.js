// The hash of a whole stored file: checked against the publisher's, or against what the same address gave the first time.

import { CacheError } from '../../protocol/weights-error.js';
import { hashElsewhere } from './verify.js';

/**
 * Checks a complete model once; what was checked is remembered in its record. A file that differs is deleted.
 * @param {import('./chunk-store.js').Store} store @param {import('./chunk-store.js').ModelRecord} record
 * @param {{tell?: import('../fetch/download-speed.js').OnProgress, signal?: AbortSignal}} [options]
 * @returns {Promise<'published' | 'learned' | 'unknown'>} unknown: a piece is damaged, so there is no hash to compare yet
 */
export async function confirmWhole(store, record, { tell, signal } = {}) {
  if (record.verified) return record.published ? 'published' : 'learned';
  const found = await hashElsewhere(store, record.id, {
    signal,
    tell: (loaded, total) =>
      tell?.({ phase: 'verify', loaded, total, bytesPerSecond: 0, secondsLeft: undefined, fromNetwork: 0 }),
  });
  if (found.sha256 === undefined) return 'unknown';
  const pin = record.published || !record.url ? undefined : await store.getPin(record.url);
  const want = record.published ? record.sha256 : pin?.sha256;
  if (want !== undefined && want !== found.sha256) {
    await store.deleteModel(record.id);
    const code = record.published ? 'hash_mismatch' : 'pin_mismatch';
    throw new CacheError(
      code,
      `${record.name} (${record.size} bytes) has SHA-256 ${found.sha256}, want ${want}.`,
      record.published ? {} : { offer: 'trust', address: record.url },
    );
  }
  await store.patchModel(record.id, { sha256: found.sha256, verified: true });
  Object.assign(record, { sha256: found.sha256, verified: true });
  if (!record.published && record.url && !pin)
    await store.putPin({ address: record.url, sha256: found.sha256, size: record.size });
  return record.published ? 'published' : 'learned';
}
