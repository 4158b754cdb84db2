// transformers.js, as its guide says: a tokenizer, a model with its device and dtype 'q4', generate() with a streamer.
import { askMemory } from './memory.js';

/** @typedef {import('../drivers/driver.js').Driver} Driver */

/**
 * The model is the folder that the bench makes of the GGUF file: see bench/onnx.
 * @param {'wasm' | 'webgpu'} device
 * @returns {Driver}
 */
export function transformersDriver(device) {
  /** @type {any} */
  let tokenizer;
  /** @type {any} */
  let model;
  /** @type {any} */
  let Streamer;
  return {
    async load(threads) {
      // Installed by `cargo xtask bench` only: its types may be absent.
      const at = /** @type {string[]} */ (['/bench/watch.js', '/peers/transformers.js']);
      await import(at[0]);
      const { AutoModelForCausalLM, AutoTokenizer, BaseStreamer, env } = await import(at[1]);
      const wasm = (/** @type {string} */ type) => `/peers/ort/ort-wasm-simd-threaded.asyncify.${type}`;
      env.backends.onnx.wasm.wasmPaths = { mjs: wasm('mjs'), wasm: wasm('wasm') };
      if (device === 'wasm') env.backends.onnx.wasm.numThreads = threads;
      Object.assign(env, {
        allowLocalModels: true,
        allowRemoteModels: false,
        localModelPath: '/peers/onnx/',
      });
      Streamer = BaseStreamer;
      const start = performance.now();
      tokenizer = await AutoTokenizer.from_pretrained('model');
      model = await AutoModelForCausalLM.from_pretrained('model', { device, dtype: 'q4' });
      return { ms: performance.now() - start, info: { version: env.version, device } };
    },
    async run({ prompt, newTokens }) {
      const start = performance.now();
      let first = 0;
      let last = 0;
      /** @type {bigint[]} */
      const ids = [];
      const streamer = new (class extends Streamer {
        prompted = false;
        /** The prompt's ids come first. @param {bigint[][]} value */
        put(value) {
          if (this.prompted) {
            last = performance.now();
            first ||= last;
            ids.push(...value[0]);
          }
          this.prompted = true;
        }
        end() {}
      })();
      const inputs = tokenizer(prompt);
      const length = { max_new_tokens: newTokens, min_new_tokens: newTokens }; // whatever end-of-text comes
      await model.generate({ ...inputs, ...length, do_sample: false, streamer });
      return {
        firstMs: first - start,
        restMs: last - first,
        newTokens: ids.length,
        promptTokens: inputs.input_ids.dims[1],
        own: { text: tokenizer.decode(ids) },
      };
    },
    memory: askMemory,
    close: () => model.dispose(),
  };
}
