// llama.cpp as a native library, in this process: node-llama-cpp with its prebuilt CPU binaries, which it neither
// downloads nor builds. Run by drivers/child.js.

/** @typedef {import('./driver.js').Driver} Driver */

/**
 * @param {string} modelPath
 * @returns {Promise<Driver>}
 */
export async function nativeDriver(modelPath) {
  // Installed by `cargo xtask bench` only: its types may be absent.
  const name = /** @type {string} */ ('node-llama-cpp');
  const { getLlama } = await import(name);
  const llama = await getLlama({
    gpu: false,
    build: 'never',
    skipDownload: true,
    progressLogs: false,
    logLevel: 'error',
  });
  /** @type {any} */
  let model;
  /** @type {any} */
  let context;
  /** @type {any} */
  let sequence;
  return {
    async load(threads) {
      const start = performance.now();
      model = await llama.loadModel({ modelPath, gpuLayers: 0 });
      context = await model.createContext({ contextSize: 2048, threads: { ideal: threads, min: threads } });
      sequence = context.getSequence();
      const ms = performance.now() - start;
      const { release } = llama.llamaCppRelease;
      return { ms, info: { release, system: llama.systemInfo, threads: context.idealThreads } };
    },
    async run({ prompt, newTokens, fresh }) {
      const ids = model.tokenize(prompt);
      if (fresh) await sequence.clearHistory();
      const { firstDifferentIndex: same } = sequence.compareContextTokens(ids);
      await sequence.eraseContextTokenRanges([{ start: same, end: sequence.nextTokenIndex }]);
      const start = performance.now();
      let first = 0;
      let last = 0;
      let count = 0;
      for await (const _ of sequence.evaluate(ids.slice(same), { temperature: 0, yieldEogToken: true })) {
        last = performance.now();
        if (count++ === 0) first = last;
        if (count === newTokens) break;
      }
      return { firstMs: first - start, restMs: last - first, newTokens: count, promptTokens: ids.length };
    },
    memory: async () => undefined,
    async close() {
      await model.dispose();
    },
  };
}
