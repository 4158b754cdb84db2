// A GGUF file on this device, read where it is. Nothing is copied; gguf-files.js imports one into the cache.

import { CacheError } from '../../protocol/weights-error.js';
import { checkHead } from '../store/integrity.js';
import { joinFiles } from './split.js';

/**
 * @param {import('./sources.js').FileSource} source @param {import('../read/open-model.js').OpenOptions} options
 * @returns {Promise<import('../read/open-model.js').Model>}
 */
export async function openLocal(source, options) {
  const files = Array.isArray(source.file) ? [...source.file] : [source.file];
  if (files.length === 0) throw new CacheError('bad_source', 'No file was given.');
  const parts = await Promise.all(files.map((file) => openOneFile(file, source.id, options)));
  return parts.length === 1 ? parts[0] : joinFiles(parts);
}

/**
 * @param {File} file @param {string | undefined} id @param {import('../read/open-model.js').OpenOptions} options
 * @returns {Promise<import('../read/open-model.js').Model>}
 */
async function openOneFile(file, id, { onProgress, signal }) {
  checkHead(new Uint8Array(await file.slice(0, 64).arrayBuffer()), file.type, file.name);
  let open = true;
  let loaded = 0;
  return {
    id: id ?? `file:${file.name}:${file.size}:${file.lastModified}`,
    name: file.name,
    size: file.size,
    etag: undefined,
    sha256: undefined,
    fromCache: false,
    stored: false,
    async read(offset, length) {
      signal?.throwIfAborted();
      if (!open) throw new CacheError('closed', `${file.name} is closed.`);
      if (!(offset >= 0 && length >= 0 && offset + length <= file.size)) {
        throw new CacheError(
          'read_out_of_range',
          `${file.name}: bytes ${offset}..${offset + length} of ${file.size} were asked for.`,
        );
      }
      const bytes = new Uint8Array(await file.slice(offset, offset + length).arrayBuffer());
      loaded = Math.max(loaded, offset + length);
      onProgress?.({
        phase: 'read',
        loaded,
        total: file.size,
        bytesPerSecond: 0,
        secondsLeft: undefined,
        fromNetwork: 0,
      });
      return bytes;
    },
    pause() {},
    resume() {},
    done: Promise.resolve(),
    verified: Promise.resolve('unknown'),
    close() {
      open = false;
    },
  };
}
