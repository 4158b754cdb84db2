// Starts a wasm build with shared memory and its helper threads. Fewer threads than asked for is no error: the engine
// runs on those that came, and the notes say why there are not more.

/** @typedef {import('../protocol/wasm-types.js').EngineModule} EngineModule */

/** How long a thread may take to start before the engine goes on without it, in milliseconds. */
const PATIENCE = 10_000;
/** More threads than this only heat phones: decoding is limited by memory. */
const MOST = 8;

/**
 * How many threads to try. The engine measures while it reads prompts, and may use fewer.
 * @param {number} [asked]
 */
export function threadCount(asked) {
  const cores = globalThis.navigator?.hardwareConcurrency || 1;
  return Math.max(1, Math.min(asked ?? Math.min(cores, MOST), 64));
}

/**
 * @param {Worker} worker
 * @param {object} message
 * @returns {Promise<string>} the problem, or '' when the thread serves
 */
function ready(worker, message) {
  return new Promise((resolve) => {
    const timer = setTimeout(() => resolve(`it did not start within ${PATIENCE / 1000} s`), PATIENCE);
    /** @param {string} problem */
    const done = (problem) => {
      clearTimeout(timer);
      resolve(problem);
    };
    worker.onmessage = ({ data }) => done(data.ready ? '' : data.problem);
    worker.onerror = (event) => {
      event.preventDefault?.(); // or it would reach the page as an error of the whole engine
      done(event.message || 'its script could not be loaded');
    };
    worker.postMessage(message);
  });
}

/**
 * Instantiates the build and starts `count - 1` helpers.
 * @param {EngineModule} engine the build's glue, not yet initialized
 * @param {{glue: string, wasm: string}} variant
 * @param {number} count threads, this one included
 * @param {() => Worker} [start] makes a worker that runs helper-thread.js
 * @returns {Promise<{threads: number, notes: string[], stop: () => void}>} threads there are, what went wrong, and a way to end the helpers
 */
export async function startThreads(engine, variant, count, start = startThread) {
  const response = await fetch(variant.wasm);
  if (!response.ok) throw new Error(`${variant.wasm} answered ${response.status}`);
  const module = await WebAssembly.compileStreaming(response);
  const { memory } = /** @type {{memory: WebAssembly.Memory}} */ (
    await engine.default({ module_or_path: module })
  );
  /** @type {Worker[]} */
  const workers = [];
  /** @type {string[]} */
  const notes = [];
  await Promise.all(
    Array.from({ length: count - 1 }, async (_, i) => {
      let problem = '';
      try {
        const worker = start();
        problem = await ready(worker, { glue: variant.glue, module, memory });
        if (problem) worker.terminate();
        else workers.push(worker);
      } catch (error) {
        problem = String(error);
      }
      if (problem) notes.push(`thread ${i + 2} of ${count}: ${problem}`);
    }),
  );
  const stop = () => workers.forEach((worker) => worker.terminate());
  return { threads: workers.length + 1, notes, stop };
}

function startThread() {
  return new Worker(new URL('./helper-thread.js', import.meta.url), {
    type: 'module',
    name: 'loquat-thread',
  });
}
