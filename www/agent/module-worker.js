// The worker around one wasm module: makes objects of its classes, calls their methods, says what went wrong. A panic
// leaves the memory of wasm in no known state, so that the page then starts another worker.
import { LoquatError, toWireError } from '../protocol/messages.js';
import { watchNetwork } from '../worker/network.js';

/** @typedef {import('./modules.js').ModuleCall} ModuleCall */

/** @type {Map<number, any>} */
const objects = new Map();
let nextObject = 1;
/** @type {Promise<any> | undefined} */
let loading;

/** @param {import('./modules.js').ModuleFiles} files */
async function load({ glue, wasm }) {
  const exports = await import(/* webpackIgnore: true */ glue);
  await exports.default({ module_or_path: wasm });
  return exports;
}

/** @param {unknown} error */
function wire(error) {
  if (error instanceof WebAssembly.RuntimeError)
    return toWireError(new LoquatError('module_stopped', error.message, 'Try again.'));
  // Modules throw `{code, values}` as JSON.
  if (typeof error === 'string' && error.startsWith('{')) {
    const { code = 'internal', values = {}, message = error, remedy = '' } = JSON.parse(error);
    return { ...toWireError(new LoquatError(code, message, remedy)), values };
  }
  return toWireError(error);
}

/** @param {ModuleCall} call */
async function answer({ make, on, call, free, network: asked, args = [] }) {
  if (asked) return { value: await network.report() };
  const exports = await loading;
  if (make) {
    objects.set(nextObject, new exports[make](...args));
    return { object: nextObject++ };
  }
  if (free) {
    objects.get(free)?.free?.();
    objects.delete(free);
    return {};
  }
  const target = on ? objects.get(on) : exports;
  return { value: await target[/** @type {string} */ (call)](...args) };
}

const network = watchNetwork(globalThis);

/** What a module calls while it is at something long. @param {number} share from 0 to 1 */
const progress = (share) => self.postMessage({ id: current, progress: share });
let current = 0;
Object.assign(globalThis, { loquatProgress: progress });

self.onmessage = async ({ data }) => {
  if (data.type === 'hold') return network.hold(data.sources);
  if ('glue' in data) {
    loading = load(data);
    loading.catch((error) => self.postMessage({ id: 0, error: wire(error) }));
    return;
  }
  try {
    await loading; // so that what follows is not awaited, and is this call's
    current = data.id;
    self.postMessage({ id: data.id, ...(await answer(data)) });
  } catch (error) {
    self.postMessage({ id: data.id, error: wire(error) });
  }
};
