// The engine's worker: wires the host to this thread's messages, the weights cache and the wasm build.
import { openModel } from '../weights/read/open-model.js';
import { findAdapter, readNotes, writeNotes } from './gpu-notes.js';
import { fitCheck } from './fit-check.js';
import { EngineHost } from './host.js';
import { loadEncoder, loadModel } from './load.js';
import { watchNetwork } from './network.js';
import { compilerMessages, hearCompiler } from './shader-messages.js';
import { startThreads, threadCount } from './start-threads.js';
import { chooseVariant, readVariants } from './variant.js';
import { changeWebGpu } from './webgpu-changes.js';

/** @typedef {import('../protocol/wasm-types.js').EngineModule} EngineModule */

const scope = /** @type {DedicatedWorkerGlobalScope} */ (/** @type {unknown} */ (globalThis));

/** @typedef {{module: EngineModule, threads: number, notes: string[]}} Started */

/** @type {Map<string, Started>} wasm builds already started in this worker */
const started = new Map();

/** @param {string} pkg @param {string} [wanted] @param {number} [asked] threads @param {import('./variant.js').Variant[]} [builds] @returns {Promise<Started>} */
async function startEngine(pkg, wanted, asked, builds) {
  const variants = builds ?? (await readVariants(pkg));
  const choice = await chooseVariant(variants, pkg, undefined, wanted);
  const before = started.get(choice.name);
  if (before) return before;
  const module = /** @type {EngineModule} */ (await import(/* webpackIgnore: true */ choice.glue));
  if (!choice.threads) {
    await module.default({ module_or_path: choice.wasm });
    const engine = { module, threads: 1, notes: [] };
    started.set(choice.name, engine);
    return engine;
  }
  try {
    const { threads, notes } = await startThreads(module, choice, threadCount(asked));
    const engine = { module, threads, notes };
    started.set(choice.name, engine);
    return engine;
  } catch (error) {
    // Shared memory may be refused where it looked possible: the next build does without.
    const single = variants.filter(({ needs }) => !needs.includes('threads'));
    if (wanted || single.length === 0) throw error;
    const engine = await startEngine(pkg, (await chooseVariant(single, pkg)).name, asked, builds);
    return { ...engine, notes: [`no threads: ${error}`] };
  }
}

/** How an encoder runs; an engine says it itself. @type {Pick<import('../protocol/messages.js').EngineInfo, 'backend' | 'variant' | 'threads' | 'reason' | 'reasons'>} */
const ENCODER = {
  backend: 'cpu',
  variant: 'wasm',
  threads: 1,
  reason: 'encoders run on the processor',
  reasons: [{ code: 'encoder' }],
};

/** @type {import('./host.js').HostOptions['load']} */
async function load({ source, options, pkg, builds }, { onProgress, onNotice, gate, held }, signal) {
  onProgress({ phase: 'engine', loaded: 0, total: 0 });
  let downloading = false;
  // The engine compiles while the first bytes of the model arrive.
  const { variant, storage, fit = true, ...engineOptions } = options;
  const opening = openModel(source, {
    signal,
    gate,
    ...(fit ? { fit: fitCheck(options, pkg, held) } : {}),
    ...(storage ? { storage } : {}),
    onNotice,
    onProgress(progress) {
      if (progress.phase === 'read') return; // the loader's own count tells what has reached the engine
      if (progress.phase === 'download') downloading = progress.loaded < (progress.total ?? Infinity);
      onProgress(progress);
    },
  });
  opening.catch(() => {}); // awaited below; the engine may fail first
  const { module, threads, notes } = await startEngine(pkg, variant, options.threads, builds);
  if (notes.length > 0) {
    const remedy =
      'Nothing is needed: answers come a little slower. Close other tabs and reload to try again.';
    onNotice(Object.assign(new Error(notes.join('; ')), { code: 'fewer_threads', remedy }));
  }
  const wantsGpu = options.task !== 'embed' && ['auto', 'gpu'].includes(options.backend ?? 'auto');
  const adapter = wantsGpu ? await findAdapter() : undefined;
  const known = adapter && (await readNotes(adapter.name));
  const file = await opening;
  const loader = new module.Loader({
    ...engineOptions,
    ...(known ? { gpu_known: known } : {}),
    ...(adapter?.subgroups ? { gpu_subgroups: true } : {}),
    threads: Math.min(threads, options.threads ?? threads),
  });
  try {
    const tell = (/** @type {import('../protocol/messages.js').LoadProgress} */ progress) => {
      if (!downloading || progress.phase !== 'read') onProgress(progress);
    };
    const encodes = options.task === 'embed';
    const learn = (/** @type {string} */ text) => adapter && void writeNotes(adapter.name, text);
    const engine = await (encodes
      ? loadEncoder(loader, file, tell, signal)
      : loadModel(loader, file, tell, signal, learn));
    const info = { ...ENCODER, ...engine.info() };
    const [said] = await compilerMessages();
    if (said) {
      info.reason += `; the shader compiler says: ${said}`;
      info.reasons = [...(info.reasons ?? []), { code: 'shader_compiler', values: { said } }];
    }
    if (options.backend === 'gpu' && info.backend !== 'gpu') {
      const remedy = 'Nothing is needed: the model runs on the processor, more slowly.';
      onNotice(Object.assign(new Error(info.reason), { code: 'gpu_unavailable', remedy }));
    }
    // The last pieces may still be on their way into the cache.
    file.done.then(() => file.verified).then(file.close, file.close);
    return { engine, info: { ...info, fromCache: file.fromCache } };
  } catch (error) {
    file.close();
    const { code } = /** @type {{code?: unknown}} */ (error ?? {});
    const onGpu = loader.backend?.() === 'gpu' && (code === 'out_of_memory' || code === 'backend');
    loader.free();
    throw onGpu && error instanceof Error ? Object.assign(error, { onGpu }) : error;
  }
}

changeWebGpu(hearCompiler);

const network = watchNetwork(globalThis);

const host = new EngineHost({
  network: network.report,
  post: (message, transfer = []) => scope.postMessage(message, transfer),
  load,
});

scope.onmessage = ({ data }) => {
  if (data?.type === 'hold') network.hold(data.sources);
  else host.receive(data);
};
