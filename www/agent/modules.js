// Wasm modules beside the engine (numbers, documents, …): each in a worker of its own, started at first use. What they
// compute is theirs; a module that stops at a bug is replaced by a new one at the next call.
import { heldToPage } from '../engine/hold-worker.js';
import { fromWireError, LoquatError } from '../protocol/messages.js';
import { MODULE_FILES } from './module-files.js';
import { open } from './open-modules.js';

/**
 * @typedef {{id: number, make?: string, on?: number, call?: string, free?: number, network?: true, args?: unknown[]}} ModuleCall
 * @typedef {{id: number, value?: unknown, object?: number, progress?: number, error?: import('../protocol/messages.js').WireError}} ModuleAnswer `progress`: from 0 to 1, of a call that goes on
 * @typedef {{glue: string, wasm: string}} ModuleFiles addresses
 */

/** One worker around one module. */
export class Module {
  /** @type {Map<number, {resolve: (value: any) => void, reject: (error: unknown) => void, onProgress?: ((share: number) => void) | undefined}>} */
  #pending = new Map();
  #nextId = 1;
  #worker;
  #onClosed;
  closed = false;

  /** @param {Worker} worker @param {ModuleFiles} files @param {() => void} [onClosed] */
  constructor(worker, files, onClosed = () => {}) {
    this.#worker = worker;
    this.#onClosed = onClosed;
    worker.onmessage = ({ data }) => this.#receive(data);
    worker.onerror = (event) => {
      event.preventDefault();
      this.close(new LoquatError('module_stopped', event.message || 'A module stopped.', 'Try again.'));
    };
    heldToPage(worker).postMessage(files);
  }

  /** @param {ModuleAnswer} answer */
  #receive({ id, error, value, object, progress }) {
    const pending = this.#pending.get(id);
    if (progress !== undefined) return pending?.onProgress?.(progress);
    this.#pending.delete(id);
    if (!error) return pending?.resolve(object ?? value);
    // Id 0: the module could not be loaded. After a panic its memory is in no known state.
    if (id === 0 || error.code === 'module_stopped') this.close(fromWireError(error));
    const { values } = /** @type {{values?: Record<string, unknown>}} */ (error);
    pending?.reject(Object.assign(fromWireError(error), values ? { values } : {}));
  }

  /** @param {Omit<ModuleCall, 'id'>} call @param {Transferable[]} [transfer] @param {(share: number) => void} [onProgress] @returns {Promise<any>} */
  #send(call, transfer = [], onProgress = undefined) {
    if (this.closed)
      return Promise.reject(new LoquatError('module_stopped', 'The module is closed.', 'Try again.'));
    const id = this.#nextId++;
    return new Promise((resolve, reject) => {
      this.#pending.set(id, { resolve, reject, onProgress });
      this.#worker.postMessage({ ...call, id }, transfer);
    });
  }

  /** Calls a function of the module. @param {string} name @param {...unknown} args */
  call(name, ...args) {
    return this.#send({ call: name, args });
  }

  /** Makes an object of one of the module's classes. @param {string} name @param {...unknown} args */
  make(name, ...args) {
    return this.makeOf(name, args);
  }

  /**
   * The same, of what is given away, and with word of how far it is.
   * @param {string} name @param {unknown[]} args @param {{transfer?: Transferable[], onProgress?: (share: number) => void}} [options]
   */
  async makeOf(name, args, { transfer, onProgress } = {}) {
    const on = /** @type {number} */ (await this.#send({ make: name, args }, transfer, onProgress));
    return {
      /** @param {string} method @param {...unknown} given @returns {Promise<any>} */
      call: (method, ...given) => this.#send({ on, call: method, args: given }),
      free: () => (this.closed ? Promise.resolve() : this.#send({ free: on })),
    };
  }

  /** What its worker asked of the network. @returns {Promise<import('../protocol/messages.js').NetworkReport>} */
  network() {
    return this.#send({ network: true });
  }

  /** @param {unknown} [error] */
  close(error = new LoquatError('module_stopped', 'The module was closed.', 'Try again.')) {
    this.closed = true;
    this.#onClosed();
    this.#worker.terminate();
    for (const { reject } of this.#pending.values()) reject(error);
    this.#pending.clear();
  }
}

/** The folder that this code is in, as a bundler leaves it. */
const here = import.meta.url;
export const BESIDE = here.slice(0, here.lastIndexOf('/') + 1);

/** @param {string} name @param {string} pkg address of the folder with modules.json @returns {Promise<ModuleFiles>} */
async function filesOf(name, pkg) {
  const known = pkg === BESIDE ? MODULE_FILES?.[name] : undefined;
  if (known) return known;
  const response = await fetch(new URL('modules.json', pkg));
  if (!response.ok)
    throw new LoquatError('module_missing', `modules.json: HTTP ${response.status}`, 'Reload.');
  const { modules } = await response.json();
  const files = modules[name];
  if (!files)
    throw new LoquatError('module_missing', `This build has no module ${name}.`, 'Reload the page.');
  const at = (/** @type {string} */ path) => new URL(path, pkg).href;
  return { glue: at(files.glue), wasm: at(files.wasm) };
}

/** @param {string} name @param {string} pkg @param {() => void} [closed] */
async function start(name, pkg, closed = () => {}) {
  const files = await filesOf(name, pkg);
  const worker = new Worker(new URL('./module-worker.js', import.meta.url), {
    type: 'module',
    name: `loquat-${name}`,
  });
  return new Module(worker, files, closed);
}

/** The module of this name, started if it isn't. @param {string} name @param {string} pkg @returns {Promise<Module>} */
export async function openModule(name, pkg) {
  const key = `${pkg} ${name}`;
  const before = await open.get(key)?.catch(() => undefined);
  if (before && !before.closed) return before;
  const starting = start(name, pkg);
  open.set(key, starting);
  return starting.catch((error) => {
    open.delete(key);
    throw error;
  });
}

let alone = 0;

/** A module in a worker that nobody else shares: it ends, and its memory is free, when it is closed. @param {string} name @param {string} pkg @returns {Promise<Module>} */
export async function startModule(name, pkg) {
  const key = `${pkg} ${name} ${(alone += 1)}`;
  const starting = start(name, pkg, () => open.delete(key));
  open.set(key, starting);
  return starting.catch((error) => {
    open.delete(key);
    throw error;
  });
}

/** What the modules that run asked of the network, for the page's proof of privacy. */
export async function modulesNetwork() {
  const running = await Promise.all([...open.values()].map((each) => each.catch(() => undefined)));
  return Promise.all(running.flatMap((module) => (module && !module.closed ? [module.network()] : [])));
}

/**
 * A skill whose state machine is a class of a wasm module: made with the question as JSON.
 * @param {string} module @param {string} className @param {import('./skills.js').Question} question
 * @returns {Promise<import('./skills.js').Running>}
 */
export async function moduleSkill(module, className, question) {
  const running = await (await openModule(module, question.pkg)).make(className, JSON.stringify(question));
  return {
    next: async (reply) => JSON.parse(await running.call('next', reply)),
    free: running.free,
  };
}
