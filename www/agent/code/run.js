// Runs a program of an answer in a worker of its own, which is ended from here whatever the program does. Loaded with the
// first program.
import { heldToPage } from '../../engine/hold-worker.js';
import { fromWireError, LoquatError } from '../../protocol/messages.js';
import { BESIDE } from '../modules.js';

/**
 * @typedef {import('../../protocol/parts.js').ProgramOutput} Output
 * @typedef {import('../../protocol/parts.js').RunPart} RunPart
 */

/** ms that a program may be over its time before its worker is ended: it is the interpreter that looks at the clock. */
const GRACE = 1_000;
const TIME = 5_000; // as in sandbox.js

/** Languages of code blocks that are run. */
export const RUNS = /^(javascript|js|mjs|node)$/;

const stopped = () => new LoquatError('module_stopped', 'The interpreter stopped.', 'Try again.');

/**
 * @param {string} source
 * @param {{signal?: AbortSignal, onOutput?: (outputs: Output[]) => void, pkg?: string, time?: number}} [options] aborting it ends the program, with what it has written
 * @returns {Promise<RunPart>}
 */
export function runJavaScript(source, { signal, onOutput, pkg = BESIDE, time = TIME } = {}) {
  const worker = new Worker(new URL('./run-worker.js', import.meta.url), {
    type: 'module',
    name: 'loquat-program',
  });
  /** @type {Output[]} */
  const outputs = [];
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;
  return new Promise((resolve, reject) => {
    const end = (/** @type {Pick<RunPart, 'ended' | 'value' | 'error'>} */ ending) =>
      resolve({ type: 'run', language: 'javascript', outputs, ...ending });
    const stop = () => end({ ended: 'stopped' });
    worker.onmessage = ({ data }) => {
      const report = /** @type {any} */ (data);
      if (report.begins) timer = setTimeout(() => end({ ended: 'time' }), time + GRACE);
      else if (report.outputs) {
        outputs.push(...report.outputs);
        onOutput?.(report.outputs);
      } else if (report.ending) end(report.ending);
      else if (report.error) reject(fromWireError(report.error));
    };
    worker.onerror = (event) => {
      event.preventDefault();
      reject(stopped());
    };
    if (signal?.aborted) return stop();
    signal?.addEventListener('abort', stop, { once: true });
    heldToPage(worker).postMessage({ source, files: new URL('quickjs/', pkg).href });
  }).finally(() => {
    clearTimeout(timer);
    worker.terminate();
  });
}
