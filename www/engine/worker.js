// The engine's worker: wires the host to this thread's messages, the weights cache and the wasm build.
import { openModel } from '../cache/weights.js';
import { EngineHost } from './host.js';
import { loadModel } from './load.js';
import { chooseVariant, readVariants } from './variant.js';

/** @typedef {import('./engine-types.js').EngineModule} EngineModule */

const scope = /** @type {DedicatedWorkerGlobalScope} */ (/** @type {unknown} */ (globalThis));

/** @type {Map<string, EngineModule>} wasm builds already started in this worker */
const started = new Map();

/** @param {string} pkg @param {string} [wanted] */
async function startEngine(pkg, wanted) {
  const choice = await chooseVariant(await readVariants(pkg), pkg, undefined, wanted);
  let module = started.get(choice.name);
  if (!module) {
    module = /** @type {EngineModule} */ (await import(choice.glue));
    await module.default({ module_or_path: choice.wasm });
    started.set(choice.name, module);
  }
  return module;
}

/** @type {import('./host.js').HostOptions['load']} */
async function load({ source, options, pkg }, { onProgress, onNotice }, signal) {
  onProgress({ phase: 'engine', loaded: 0, total: 0 });
  let downloading = false;
  // The engine compiles while the first bytes of the model arrive.
  const opening = openModel(source, {
    signal,
    onNotice,
    onProgress(progress) {
      if (progress.phase === 'read') return; // the loader's own count tells what has reached the engine
      if (progress.phase === 'download') downloading = progress.loaded < (progress.total ?? Infinity);
      onProgress(progress);
    },
  });
  opening.catch(() => {}); // awaited below; the engine may fail first
  const { variant, ...engineOptions } = options;
  const module = await startEngine(pkg, variant);
  const file = await opening;
  const loader = new module.Loader(engineOptions);
  try {
    const tell = (/** @type {import('./protocol.js').LoadProgress} */ progress) => {
      if (!downloading || progress.phase !== 'read') onProgress(progress);
    };
    const engine = await loadModel(loader, file, tell, signal);
    // The last pieces may still be on their way into the cache.
    file.done.then(() => file.verified).then(file.close, file.close);
    return { engine, info: { ...engine.info(), fromCache: file.fromCache } };
  } catch (error) {
    file.close();
    loader.free();
    throw error;
  }
}

const host = new EngineHost({
  post: (message, transfer = []) => scope.postMessage(message, transfer),
  load,
});

scope.onmessage = (event) => host.receive(event.data);
