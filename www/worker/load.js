// Streams a model file into a wasm Loader, one tensor at a time, so that the file is never in memory whole.

/**
 * @typedef {import('../protocol/wasm-types.js').Loader} Loader
 * @typedef {import('../protocol/wasm-types.js').ModelFile} ModelFile
 * @typedef {import('../protocol/messages.js').LoadProgress} LoadProgress
 */

/** Progress is told when this share of the file is in: hundreds of small tensors would keep the page busy drawing. */
const STEP = 1 / 50;
const FIRST_PREFIX = 4 << 20; // bytes; the header of a 50k vocabulary is about 1.8 MB

/** @param {string} code @param {string} message @param {string} remedy */
function coded(code, message, remedy) {
  return Object.assign(new Error(message), { code, remedy });
}

/** @param {Loader} loader @param {ModelFile} file @param {AbortSignal} signal */
async function readHeader(loader, file, signal) {
  let length = Math.min(FIRST_PREFIX, file.size);
  for (;;) {
    signal.throwIfAborted();
    const wanted = loader.header(await file.read(0, length));
    if (wanted === 0) return;
    if (length === file.size) {
      throw coded(
        'gguf_truncated',
        `${file.name} ends after ${file.size} bytes, inside its header (${wanted} bytes wanted).`,
        'Download the file again.',
      );
    }
    length = Math.min(Math.max(wanted, length * 2), file.size);
  }
}

/**
 * @param {Loader} loader @param {ModelFile} file
 * @param {(progress: LoadProgress) => void} onProgress
 * @param {AbortSignal} signal
 * @param {(text: string) => void} [onLearned] what is worth remembering about the GPU
 */
export async function loadModel(loader, file, onProgress, signal, onLearned) {
  await readModel(loader, file, onProgress, signal, onLearned);
  return loader.finish();
}

/** As loadModel, of an encoder. @type {(loader: Loader, file: ModelFile, onProgress: (progress: LoadProgress) => void, signal: AbortSignal) => Promise<import('../protocol/wasm-types.js').Embedder>} */
export async function loadEncoder(loader, file, onProgress, signal) {
  await readModel(loader, file, onProgress, signal);
  return loader.embedder();
}

/**
 * @param {Loader} loader @param {ModelFile} file
 * @param {(progress: LoadProgress) => void} onProgress
 * @param {AbortSignal} signal @param {(text: string) => void} [onLearned]
 */
async function readModel(loader, file, onProgress, signal, onLearned) {
  await readHeader(loader, file, signal);
  await loader.open?.(); // the choice between GPU and CPU takes a moment
  const learned = loader.learned?.();
  if (learned) onLearned?.(learned);
  const tensors = loader.tensors();
  for (const { name, offset, size } of tensors) {
    if (offset + size > file.size) {
      throw coded(
        'gguf_truncated',
        `Tensor ${name} ends at byte ${offset + size}, but ${file.name} has ${file.size}.`,
        'Download the file again.',
      );
    }
  }
  // The next tensor is read while the engine repacks this one.
  let next = tensors.length > 0 ? file.read(tensors[0].offset, tensors[0].size) : undefined;
  let told = 0; // bytes
  for (const [i, tensor] of tensors.entries()) {
    signal.throwIfAborted();
    const bytes = await /** @type {Promise<Uint8Array>} */ (next);
    const after = tensors[i + 1];
    next = after && file.read(after.offset, after.size);
    next?.catch(() => {}); // reported when it is awaited; an abort in between must not become an unhandled rejection
    loader.tensor(tensor.index, bytes);
    const loaded = tensor.offset + tensor.size;
    if (loaded - told < file.size * STEP && after) continue;
    told = loaded;
    onProgress({ phase: 'read', loaded, total: file.size });
  }
  onProgress({ phase: 'finish', loaded: file.size, total: file.size });
}
