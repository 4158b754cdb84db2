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

/**
 * @typedef {'javascript' | 'python'} Language
 * @typedef {{signal?: AbortSignal, onOutput?: (outputs: Output[]) => void, time?: number}} Options aborting it ends the program, with what it has written
 */

const stopped = () => new LoquatError('module_stopped', 'The interpreter stopped.', 'Try again.');

/** @param {string} source @param {Options & {pkg?: string}} [options] @returns {Promise<RunPart>} */
export function runJavaScript(source, { pkg = BESIDE, ...options } = {}) {
  const worker = new Worker(new URL('./run-worker.js', import.meta.url), {
    type: 'module',
    name: 'loquat-program',
  });
  return runIn(worker, 'javascript', { source, files: new URL('quickjs/', pkg).href }, options);
}

/** @param {string} source @param {string} files address of the interpreter's folder @param {Options} [options] @returns {Promise<RunPart>} */
export function runPython(source, files, options = {}) {
  const worker = new Worker(new URL('./python-worker.js', import.meta.url), {
    type: 'module',
    name: 'loquat-program',
  });
  return runIn(worker, 'python', { source, files }, options);
}

/**
 * @param {Worker} worker @param {Language} language @param {{source: string, files: string}} job @param {Options} options
 * @returns {Promise<RunPart>}
 */
function runIn(worker, language, job, { signal, onOutput, time = TIME }) {
  /** @type {Output[]} */
  const outputs = [];
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;
  return new Promise((resolve, reject) => {
    const end = (/** @type {Pick<RunPart, 'ended' | 'value' | 'error'>} */ ending) =>
      resolve({ type: 'run', language, outputs, ...ending });
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
    heldToPage(worker).postMessage(job);
  }).finally(() => {
    clearTimeout(timer);
    worker.terminate();
  });
}
