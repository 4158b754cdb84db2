// wllama, set up as its guide says for the CPU: its own number of threads, no GPU layers, its own batch sizes and cache.
import { askMemory, watchBlobScripts } from './memory.js';

/** @typedef {import('../drivers/driver.js').Driver} Driver */

const QUIET = { debug() {}, log() {}, warn() {}, error: console.error };

/**
 * @param {string} model address
 * @returns {Driver}
 */
export function wllamaDriver(model) {
  watchBlobScripts();
  /** @type {any} */
  let wllama;
  return {
    async load(threads) {
      // Installed by `cargo xtask bench` only: its types may be absent.
      const at = /** @type {string} */ ('/peers/wllama/index.js');
      const { Wllama } = await import(at);
      const start = performance.now();
      wllama = new Wllama(
        { default: '/peers/wllama/wasm/wllama.wasm' },
        { suppressNativeLog: true, logger: QUIET },
      );
      await wllama.loadModelFromUrl(new URL(model, location.href).href, {
        n_ctx: 2048,
        n_threads: threads,
        n_gpu_layers: 0,
        n_parallel: 1, // one request at a time, as all engines here
      });
      const ms = performance.now() - start;
      const { n_ctx, n_batch, n_ubatch } = wllama.getLoadedContextInfo();
      const libllama = Wllama.getLibllamaVersion();
      return { ms, info: { libllama, threads: wllama.getNumThreads(), n_ctx, n_batch, n_ubatch } };
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
