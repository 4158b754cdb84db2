// One engine's turn in a round: load, warm up, measure, unload. What is measured, and with how many tokens, is here.
import { prompt } from './prompts.js';

/** @typedef {import('./drivers/driver.js').Driver} Driver */

/**
 * What is measured. `better` says which way is good; `aim`: issue 4's floors for Loquat as a multiple of wllama's
 * and of native llama.cpp's, by number of threads.
 * @typedef {{title: string, unit: string, better: 'more' | 'less', aim: {wllama?: number[], native?: number[]}}} Metric
 */

/** @satisfies {Record<string, Metric>} */
export const METRICS = {
  decode: { title: 'decode', unit: 'tokens/s', better: 'more', aim: { wllama: [6, 5], native: [1, 1.5] } },
  decode_1024: {
    title: 'decode at 1,024 tokens of context',
    unit: 'tokens/s',
    better: 'more',
    aim: { wllama: [6], native: [0.8] },
  },
  prefill_64: { title: 'prefill of 64', unit: 'tokens/s', better: 'more', aim: {} },
  prefill_128: { title: 'prefill of 128', unit: 'tokens/s', better: 'more', aim: {} },
  prefill_512: {
    title: 'prefill of 512',
    unit: 'tokens/s',
    better: 'more',
    aim: { wllama: [10, 10], native: [0.8, 0.7] },
  },
  load: { title: 'load from cache to ready', unit: 'ms', better: 'less', aim: { wllama: [0.7] } },
  memory: { title: 'peak wasm memory', unit: 'MB', better: 'less', aim: {} },
};

/** @typedef {keyof typeof METRICS} MetricName */
/** @typedef {Partial<Record<MetricName, number>>} Sample */

/**
 * @typedef {object} Scale how much is measured
 * @property {{prompt: number, newTokens: number}} warmUp the browser compiles hot functions again, better
 * @property {number} decodeTokens generated after a prompt of 16
 * @property {64 | 128} prefillTokens
 * @property {number} longTokens generated after 1,024 tokens; 0 leaves out 512 and 1,024
 */

const WARM = /** @type {const} */ ({ warmUp: { prompt: 32, newTokens: 8 }, prefillTokens: 128 });
/** @type {Scale} */
export const FULL = { ...WARM, decodeTokens: 64, longTokens: 32 };
/** @type {Scale} */
export const QUICK = { ...WARM, decodeTokens: 16, longTokens: 0 };
/** On software adapters a peer takes six seconds a token. @type {Scale} */
export const GPU = {
  warmUp: { prompt: 16, newTokens: 2 },
  decodeTokens: 8,
  prefillTokens: 64,
  longTokens: 0,
};
/** Beside a busy process: decode and a short prefill say enough. @type {Scale} */
export const BUSY = { ...WARM, decodeTokens: 48, longTokens: 0 };

/**
 * @param {Driver} driver @param {number} threads @param {number} seed another one gives other prompts
 * @param {Scale} scale
 * @returns {Promise<{sample: Sample, info: Record<string, unknown>, own: Record<string, unknown>}>}
 */
export async function session(driver, threads, seed, scale) {
  /** @type {Sample} */
  const sample = {};
  /** @type {Record<string, unknown>} */
  const own = {};
  /** @param {string} name @param {number} salt @param {number} promptTokens @param {number} newTokens @param {boolean} [fresh] */
  const run = async (name, salt, promptTokens, newTokens, fresh = true) => {
    const task = { prompt: prompt(seed * 16 + salt, promptTokens), promptTokens, newTokens, fresh };
    const timed = await driver.run(task);
    if (timed.promptTokens !== promptTokens || timed.newTokens !== newTokens) {
      const got = `${timed.promptTokens} and ${timed.newTokens}`;
      throw new Error(`${name}: ${promptTokens} and ${newTokens} tokens were wanted, it counted ${got}`);
    }
    own[name] = timed.own;
    return timed;
  };
  const decodeRate = (/** @type {{restMs: number, newTokens: number}} */ { restMs, newTokens }) =>
    ((newTokens - 1) / restMs) * 1000;

  const loaded = await driver.load(threads);
  sample.load = loaded.ms;
  await run('warm up', 0, scale.warmUp.prompt, scale.warmUp.newTokens);
  sample.decode = decodeRate(await run('decode', 1, 16, scale.decodeTokens));
  const n = scale.prefillTokens;
  sample[`prefill_${n}`] = (n / (await run('prefill', 2, n, 1)).firstMs) * 1000;
  if (scale.longTokens > 0) {
    sample.prefill_512 = (512 / (await run('prefill_512', 3, 512, 1)).firstMs) * 1000;
    // The first 512 are there: only what comes after the 1,024 is measured.
    sample.decode_1024 = decodeRate(await run('decode_1024', 3, 1024, scale.longTokens, false));
  }
  const bytes = await driver.memory();
  if (bytes !== undefined) sample.memory = bytes / 1e6;
  return { sample, info: loaded.info, own };
}
