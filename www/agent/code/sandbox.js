// JavaScript run by an interpreter that is itself WebAssembly (QuickJS): a program has no network, no storage, no page and no
// origin, because nothing of the kind exists where it runs. Bounded in time, memory and output. Starts no worker.
import { newQuickJSWASMModuleFromVariant, newVariant } from 'quickjs-emscripten-core';
import { QuickJSFFI } from '@jitl/quickjs-wasmfile-release-sync/ffi';
import { outputOf } from './outputs.js';
import { PRELUDE } from './prelude.js';

/**
 * @typedef {{time: number, memory: number, output: number}} Limits ms, bytes, characters
 * @typedef {import('../../protocol/parts.js').ProgramEnd} Ended
 * @typedef {import('../../protocol/parts.js').ProgramOutput} Output
 * @typedef {import('../../protocol/parts.js').ProgramError} ProgramError
 * @typedef {{ended: Ended, value?: string, error?: ProgramError}} Ending
 * @typedef {import('quickjs-emscripten-core').QuickJSWASMModule} Interpreter
 */

/** @type {Limits} */
export const LIMITS = { time: 5_000, memory: 64 << 20, output: 100_000 };

const FILE = 'program.js';
const OUT_OF_MEMORY = /out of memory/;
/** Only modules know these at the top. */
const MODULE = /^\s*(import\b[^(]|export\b)|^\s*(?:\w[^\n]*=\s*)?await\b/m;

/** @param {unknown} loader of the interpreter's own glue @param {ArrayBuffer | undefined} [wasm] its code, where the glue does not find it by itself @returns {Promise<Interpreter>} */
export function loadInterpreter(loader, wasm) {
  /** @type {any} */
  const base = {
    type: 'sync',
    importFFI: async () => QuickJSFFI,
    importModuleLoader: async () => loader,
  };
  return newQuickJSWASMModuleFromVariant(wasm ? newVariant(base, { wasmBinary: wasm }) : base);
}

/** @param {any} error as the interpreter dumps it @returns {ProgramError} */
function described(error) {
  if (typeof error !== 'object' || error === null) return { name: 'Error', message: String(error) };
  const { name = 'Error', message = '', stack = '' } = error;
  const line = Number(new RegExp(`${FILE}:(\\d+)`).exec(stack)?.[1]);
  return { name: String(name), message: String(message), ...(line > 0 ? { line } : {}) };
}

/**
 * Runs a program to its end, or to a limit. One program an interpreter: nothing of it is freed, and the interpreter goes with
 * the worker that it runs in.
 * @param {Interpreter} interpreter @param {string} source @param {(output: Output) => void} emit @param {Limits} [limits]
 * @returns {Ending}
 */
export function runProgram(interpreter, source, emit, limits = LIMITS) {
  const runtime = interpreter.newRuntime();
  const context = runtime.newContext();
  const deadline = Date.now() + limits.time;
  let left = limits.output;
  /** @type {Ended | undefined} */
  let limit;
  runtime.setMemoryLimit(limits.memory);
  runtime.setInterruptHandler(() => {
    if (Date.now() > deadline) limit ??= 'time';
    return limit !== undefined;
  });
  /** @param {any} handle @param {string} json */
  const give = (handle, json) => {
    const kind = context.getString(handle);
    left -= json.length;
    if (left < 0) {
      limit ??= 'output';
      return;
    }
    emit(outputOf(kind, JSON.parse(json)));
  };

  /** Where there was no room even for an error, null is thrown; but programs throw that, too. */
  const isFull = () => {
    try {
      const { malloc_size: used } = context.dump(runtime.computeMemoryUsage());
      return used > limits.memory / 2;
    } catch {
      return true;
    }
  };

  /** @param {any} result @returns {Ending | undefined} */
  const failure = (result) => {
    if (!result.error) return undefined;
    const error = described(context.dump(result.error));
    if (limit) return { ended: limit };
    if (OUT_OF_MEMORY.test(error.message) || (error.message === 'null' && isFull()))
      return { ended: 'memory' };
    return { ended: 'failed', error };
  };

  try {
    const emitter = context.newFunction('emit', (kind, json) => {
      give(kind, context.getString(json));
      return context.undefined;
    });
    const prelude = context.unwrapResult(context.evalCode(PRELUDE, 'console.js', { type: 'global' }));
    const inside = context.unwrapResult(context.callFunction(prelude, context.undefined, emitter));
    const tick = context.newString('tick');

    const isModule = MODULE.test(source);
    const result = context.evalCode(source, FILE, { type: isModule ? 'module' : 'global' });
    const failed = failure(result);
    if (failed) return failed;
    const value = /** @type {any} */ (result).value;

    for (;;) {
      const jobs = runtime.executePendingJobs();
      const jobFailed = failure(jobs);
      if (jobFailed) return jobFailed;
      const more = context.callFunction(inside, context.undefined, tick);
      const timerFailed = failure(more);
      if (timerFailed) return timerFailed;
      if (!context.dump(/** @type {any} */ (more).value) && !runtime.hasPendingJob()) break;
      if (Date.now() > deadline) return { ended: 'time' };
      if (limit) return { ended: limit };
    }
    if (limit) return { ended: limit };
    if (context.typeof(value) === 'object') {
      const promise = context.getPromiseState(value);
      if (promise.type !== 'rejected' && !('notAPromise' in promise && promise.notAPromise))
        return { ended: 'done' };
      if (promise.type === 'rejected') return /** @type {Ending} */ (failure({ error: promise.error }));
    }
    const kind = context.typeof(value);
    if (isModule || kind === 'undefined' || kind === 'function') return { ended: 'done' };
    const shown = context.callFunction(inside, context.undefined, context.newString('show'), value);
    if (shown.error) return failure(shown) ?? { ended: 'done' };
    return { ended: 'done', value: context.dump(shown.value) };
  } catch (error) {
    // The interpreter itself gave up: its memory was not enough even to say so.
    if (limit) return { ended: limit };
    return OUT_OF_MEMORY.test(String(error)) || error instanceof WebAssembly.RuntimeError
      ? { ended: 'memory' }
      : { ended: 'failed', error: described(error) };
  }
}
