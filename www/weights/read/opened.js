// What openModel() gives: one opened file to read, pause and close, and the check of its whole hash once it has been read.

import { CacheError } from '../../protocol/weights-error.js';
import { confirmWhole } from '../store/pins.js';

/**
 * @typedef {import('./open-model.js').Model} Model
 *
 * @typedef {object} Opened
 * @property {import('./model-file.js').ModelFile} file
 * @property {import('../store/chunk-store.js').ModelRecord} record
 * @property {Promise<void>} done everything has arrived and is stored
 * @property {boolean} fromCache
 * @property {import('../fetch/retry.js').Gate} gate
 * @property {import('../store/store-or-memory.js').StoreOrMemory} place
 * @property {AbortSignal} signal
 * @property {import('../fetch/download-speed.js').OnProgress} [onProgress]
 * @property {(notice: CacheError) => void} notice
 * @property {() => void} leave the reader wants no more of it
 */

/** @param {Opened} opened @returns {Model} */
export function openedModel({
  file,
  record,
  done,
  fromCache,
  gate,
  place,
  signal,
  onProgress,
  notice,
  leave,
}) {
  /** @type {Model['verified'] | undefined} */
  let verified;
  const verify = () => {
    if (verified) return verified;
    verified = done.then(() => {
      const store = file.stored ? place.store : undefined;
      return store ? confirmWhole(store, record, { tell: onProgress, signal }) : file.confirmPassed();
    });
    verified.catch((e) => {
      if (e instanceof CacheError && e.code.endsWith('_mismatch')) notice(e);
    });
    return verified;
  };
  // Hashing the whole file again would only slow the reader down: after it.
  Promise.all([done, file.finished])
    .then(verify)
    .catch(() => {});
  return {
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
    get verified() {
      return verify();
    },
    close() {
      file.close();
      leave();
    },
  };
}
