// What the bench asks of an engine. Types only.

/**
 * One generation, timed by the caller's clock as tokens arrive.
 * @typedef {object} Task
 * @property {string} prompt
 * @property {number} promptTokens how many tokens the prompt must have: an engine that counts otherwise is not comparable
 * @property {number} newTokens generated greedily, whatever end-of-text tokens come
 * @property {boolean} fresh forget what was computed before; otherwise a common beginning may be reused
 *
 * @typedef {object} Timed
 * @property {number} firstMs from the request to the first token
 * @property {number} restMs from the first token to the last
 * @property {number} newTokens
 * @property {number} promptTokens as the engine counted them
 * @property {Record<string, number>} [own] the engine's own timings, as a check
 *
 * @typedef {object} Loaded
 * @property {number} ms from nothing but cached files to ready
 * @property {Record<string, unknown>} info what the engine says of itself
 *
 * @typedef {object} Driver
 * @property {(threads: number) => Promise<Loaded>} load
 * @property {(task: Task) => Promise<Timed>} run
 * @property {() => Promise<number | undefined>} memory bytes of wasm memory, which never shrinks; undefined for a native engine
 * @property {() => Promise<void>} close
 */

export {};
