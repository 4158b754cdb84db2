// Python run by Pyodide, CPython compiled to WebAssembly, in a worker of its own or in Node.js. Of what is around it a program
// has nothing left but a way to write (`closeScope` and the prelude); bounded in memory and output. Time is the page's to watch:
// it ends the worker. Starts no worker.
import { outputOf } from './outputs.js';
import { PRELUDE } from './python-prelude.js';

/**
 * @typedef {{memory: number, files: number, output: number}} Limits bytes above what the interpreter has itself, bytes of files, characters
 * @typedef {import('./sandbox.js').Output} Output
 * @typedef {import('./sandbox.js').Ending} Ending
 * @typedef {(source: string, emit: (output: Output) => void) => Ending} Runner
 */

/** @type {Limits} */
export const LIMITS = { memory: 64 << 20, files: 16 << 20, output: 100_000 };

const PAGE = 65_536; // bytes of WebAssembly memory
const NO_SPACE = 51; // as WASI numbers it

/** What the interpreter itself uses while a program runs; a scope has much more. */
const KEPT =
  /^(Object|Function|Array|Number|Boolean|String|Symbol|Date|Promise|RegExp|Math|JSON|Map|Set|WeakMap|WeakSet|WeakRef|FinalizationRegistry|Proxy|Reflect|Atomics|BigInt|\w*Array|ArrayBuffer|DataView|\w*Error|Infinity|NaN|undefined|parse(Int|Float)|is(NaN|Finite)|(en|de)codeURI(Component)?|globalThis|WebAssembly|Iterator|AggregateError|Text(En|De)coder|performance|crypto|console|clear(Timeout|Interval)|queueMicrotask|MessageChannel|AbortController|AbortSignal|DOMException|Event|EventTarget)$/;

/** Takes the network, storage, other workers and the page away from all code of a worker, for good. @param {typeof globalThis} scope */
export function closeScope(scope) {
  const later = scope.setTimeout;
  for (let from = scope; from && from !== Object.prototype; from = Object.getPrototypeOf(from))
    for (const name of Object.getOwnPropertyNames(from))
      if (!KEPT.test(name) && name !== 'constructor') Reflect.deleteProperty(from, name);
  // Not of a text, which a worker without a policy of its own would take for code.
  const soon = (/** @type {unknown} */ call, /** @type {number} */ ms) =>
    typeof call === 'function' ? later(/** @type {() => void} */ (call), ms) : undefined;
  Object.defineProperty(scope, 'setTimeout', { value: soon });
}

/** In place of what makes code of a text, where no policy refuses it: such code could import from anywhere. Once, for all that runs here. @param {typeof globalThis} scope */
export function closeCode(scope) {
  function refuse() {
    throw new EvalError('A program makes no code of a text.');
  }
  refuse.prototype = Function.prototype;
  for (const made of [function () {}, async function () {}, function* () {}, async function* () {}])
    Object.defineProperty(Object.getPrototypeOf(made), 'constructor', { value: refuse });
  Object.defineProperty(scope, 'Function', { value: refuse });
}

/** No more memory, and no more files, than that. @param {any} python @param {Limits} limits */
function bound(python, limits) {
  const most = python._module.HEAPU8.length + limits.memory;
  const { grow } = WebAssembly.Memory.prototype;
  /** @this {WebAssembly.Memory} @param {number} pages */
  function growWithin(pages) {
    if (this.buffer.byteLength + Number(pages) * PAGE > most) throw new RangeError('out of memory');
    return grow.call(this, pages);
  }
  Object.defineProperty(WebAssembly.Memory.prototype, 'grow', { value: growWithin });
  const { MEMFS } = python.FS.filesystems;
  let left = limits.files;
  const take = (/** @type {number} */ bytes) => {
    left -= Math.max(bytes, 0);
    if (left < 0) throw new python.FS.ErrnoError(NO_SPACE);
  };
  for (const name of ['expandFileStorage', 'resizeFileStorage']) {
    const before = MEMFS[name];
    MEMFS[name] = (/** @type {any} */ node, /** @type {number} */ size) => {
      take(size - node.contents.length);
      return before.call(MEMFS, node, size);
    };
  }
  // The first words of a file are taken as they are, past both.
  const { stream } = MEMFS.ops_table.file;
  const { write } = stream;
  stream.write = (/** @type {any[]} */ ...given) => {
    const [{ node }, , , length] = given;
    if (node.usedBytes === 0) take(length);
    return write(...given);
  };
}

/**
 * Loads the interpreter for one program.
 * @param {any} loader the module `pyodide.mjs` @param {string} [folder] address of its files @param {Limits} [limits]
 * @returns {Promise<Runner>}
 */
export async function loadPython(loader, folder, limits = LIMITS) {
  const python = await loader.loadPyodide({
    ...(folder ? { indexURL: folder } : {}),
    jsglobals: {}, // what `import js` would give
    checkAPIVersion: false,
    stdin: () => undefined,
    stdout: () => {},
    stderr: () => {},
  });
  const prepare = python.runPython(PRELUDE);
  return (source, emit) => {
    let left = limits.output;
    let isOver = false;
    const run = prepare((/** @type {string} */ kind, /** @type {string} */ json) => {
      left -= json.length;
      if (left >= 0) return emit(outputOf(kind, JSON.parse(json)));
      isOver = true;
      throw new RangeError('the program writes without end');
    });
    bound(python, limits);
    try {
      const ending = JSON.parse(run(source));
      return isOver ? { ended: 'output' } : ending;
    } catch (error) {
      // The interpreter itself gave up.
      const { name = 'Error', message = '' } = /** @type {Error} */ (error);
      if (isOver) return { ended: 'output' };
      if (/out of memory/.test(message)) return { ended: 'memory' };
      return { ended: 'failed', error: { name, message: message.trim().split('\n').pop() ?? '' } };
    }
  };
}
