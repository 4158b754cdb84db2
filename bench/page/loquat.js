// Loquat as a visitor gets it: the page's own worker and client, the weights in IndexedDB.
import { EngineClient } from '../../www/engine/client.js';
import { askMemory } from './memory.js';

/** @typedef {import('../drivers/driver.js').Driver} Driver */

/**
 * What a token cost the GPU, prompts aside.
 * @param {import('../../www/protocol/messages.js').GpuStats} before @param {import('../../www/protocol/messages.js').GpuStats} after
 */
function perToken(before, after) {
  const gpu_steps = after.steps - before.steps;
  return {
    gpu_steps,
    gpu_encode_ms: (after.encode_ms - before.encode_ms) / Math.max(1, gpu_steps),
    gpu_dispatches: after.dispatches - before.dispatches,
    gpu_submits: after.submits - before.submits,
    gpu_token_bytes: after.token_bytes,
    gpu_depth: after.depth,
  };
}

/**
 * @param {string} model address
 * @param {'cpu' | 'gpu'} backend
 * @returns {Driver}
 */
export function loquatDriver(model, backend) {
  /** @type {Worker} */
  let worker;
  /** @type {EngineClient} */
  let client;
  return {
    async load(threads) {
      const start = performance.now();
      worker = new Worker('/bench/loquat-worker.js', { type: 'module' });
      client = new EngineClient(worker);
      const info = await client.load(
        { url: new URL(model, location.href).href },
        { pkg: new URL('/pkg/', location.href).href, backend, threads, context_length: 2048 },
      );
      return { ms: performance.now() - start, info: { ...info } };
    },
    async run({ prompt, newTokens, fresh }) {
      if (fresh) await client.reset();
      const before = await client.stats();
      const start = performance.now();
      let first = 0;
      let last = 0;
      const request = { prompt, max_tokens: newTokens, temperature: 0, ignore_eos: true };
      for await (const event of client.generate(request)) {
        if (event.type === 'token') {
          last = performance.now();
          first ||= last;
        } else if (event.type === 'done') {
          const after = await client.stats();
          return {
            firstMs: first - start,
            restMs: last - first,
            newTokens: event.usage.completion_tokens,
            promptTokens: event.usage.prompt_tokens,
            own: { ...event.timings, ...(before && after ? perToken(before, after) : {}) },
          };
        }
      }
      throw new Error('the answer had no end');
    },
    memory: askMemory,
    async close() {
      client.close();
    },
  };
}
