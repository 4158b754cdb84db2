// wllama, set up as its guide says: its own batch sizes and cache; no layers on the GPU, or all of them.
import { askMemory, watchBlobScripts } from './memory.js';

/** @typedef {import('../drivers/driver.js').Driver} Driver */

/** It falls back to the CPU without a word, except in the log of llama.cpp. @param {string[]} lines */
const logger = (lines) => {
  const keep = (/** @type {unknown[]} */ ...words) => void lines.push(words.join(' ').trim());
  return { debug: keep, log: keep, warn: keep, error: console.error };
};

/**
 * @param {string} model address
 * @param {'cpu' | 'gpu'} backend
 * @returns {Driver}
 */
export function wllamaDriver(model, backend) {
  watchBlobScripts();
  /** @type {any} */
  let wllama;
  return {
    async load(threads) {
      // Installed by `cargo xtask bench` only: its types may be absent.
      const at = /** @type {string} */ ('/peers/wllama/index.js');
      const { Wllama } = await import(at);
      const start = performance.now();
      /** @type {string[]} */
      const log = [];
      wllama = new Wllama(
        { default: '/peers/wllama/wasm/wllama.wasm' },
        { suppressNativeLog: backend === 'cpu', logger: logger(log) },
      );
      // For browsers without JSPI, Firefox among them: otherwise WebGPU is off there.
      const compatFile = (/** @type {string} */ file) =>
        new URL(`/peers/wllama/compat/${file}`, location.href).href;
      wllama.setCompat(
        { worker: compatFile('wllama.js'), wasm: compatFile('wllama.wasm') },
        'firefox_safari',
      );
      await wllama.loadModelFromUrl(new URL(model, location.href).href, {
        n_ctx: 2048,
        n_threads: threads,
        ...(backend === 'cpu' ? { n_gpu_layers: 0 } : {}), // without the option: all
        n_parallel: 1, // one request at a time, as all engines here
      });
      const ms = performance.now() - start;
      const { n_ctx, n_batch, n_ubatch } = wllama.getLoadedContextInfo();
      const libllama = Wllama.getLibllamaVersion();
      const compat = log.some((line) => line.includes('Using compat mode'));
      if (backend === 'gpu') checkOffloaded(log);
      return { ms, info: { libllama, compat, threads: wllama.getNumThreads(), n_ctx, n_batch, n_ubatch } };
    },
    async run({ prompt, newTokens, fresh }) {
      const start = performance.now();
      let first = 0;
      let last = 0;
      /** @type {any} the last chunk, which sums up */
      let end;
      await wllama.createCompletion({
        prompt,
        max_tokens: newTokens,
        temperature: 0,
        ignore_eos: true,
        cache_prompt: !fresh,
        stream: true,
        onData(/** @type {any} */ chunk) {
          end = chunk;
          if (chunk.usage) return;
          last = performance.now();
          first ||= last;
        },
      });
      return {
        firstMs: first - start,
        restMs: last - first,
        newTokens: end.usage.completion_tokens,
        promptTokens: end.usage.prompt_tokens,
        own: { ...end.timings },
      };
    },
    memory: askMemory,
    close: () => wllama.exit(),
  };
}

/** An error unless all layers are on the GPU. @param {string[]} log of llama.cpp */
function checkOffloaded(log) {
  const offloaded = log.map((line) => /offloaded (\d+)\/(\d+) layers to GPU/.exec(line)).find(Boolean);
  if (offloaded && offloaded[1] === offloaded[2]) return;
  const told = log.filter((line) => /webgpu|offloaded/i.test(line)).slice(0, 5);
  throw new Error(`it runs on the CPU: ${told.join('; ') || 'its log names no WebGPU adapter'}`);
}
