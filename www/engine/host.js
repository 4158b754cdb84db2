// Serves the protocol's calls from one engine, one generation at a time. Knows neither Worker nor window.
import { isToWorker, toWireError } from './protocol.js';

/**
 * @typedef {import('./protocol.js').Call} Call
 * @typedef {import('./protocol.js').FromWorker} FromWorker
 * @typedef {import('./engine-types.js').Engine} Engine
 */

/**
 * @typedef {object} HostOptions
 * @property {(message: FromWorker, transfer?: Transferable[]) => void} post
 * @property {(call: import('./protocol.js').LoadRequest, tell: LoadListener, signal: AbortSignal) => Promise<{engine: Engine, info: import('./protocol.js').EngineInfo}>} load
 * @property {() => import('./protocol.js').NetworkRequest[]} [requests] of this thread so far
 *
 * @typedef {object} LoadListener
 * @property {(progress: import('./protocol.js').LoadProgress) => void} onProgress
 * @property {(notice: Error) => void} onNotice what was handled, but a person should know
 */

/** Lets messages that wait in the queue run: `step()` may resolve without ever leaving the microtask queue. */
export function yieldToMessages() {
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      resolve(undefined);
    };
    port2.postMessage(0);
  });
}

/** @returns {Error & {code: string, remedy: string}} */
function notLoaded() {
  return Object.assign(new Error('No model is loaded.'), {
    code: 'not_loaded',
    remedy: 'Load a model first.',
  });
}

export class EngineHost {
  /** @type {Engine | undefined} */
  #engine;
  /** @type {Map<number, AbortController>} calls queued or running */
  #calls = new Map();
  #queue = Promise.resolve();
  #options;

  /** @param {HostOptions} options */
  constructor(options) {
    this.#options = options;
  }

  /** @param {unknown} data a message from the page */
  receive(data) {
    if (!isToWorker(data)) return;
    if (data.type === 'cancel') {
      this.#calls.get(data.id)?.abort();
      return;
    }
    const call = data;
    const abort = new AbortController();
    this.#calls.set(call.id, abort);
    this.#queue = this.#queue.then(() => this.#answer(call, abort.signal));
  }

  /** @param {Call} call @param {AbortSignal} signal */
  async #answer(call, signal) {
    try {
      signal.throwIfAborted();
      const value = await this.#run(call, signal);
      const transfer = value instanceof Uint8Array ? [/** @type {ArrayBuffer} */ (value.buffer)] : [];
      this.#options.post({ type: 'result', id: call.id, value }, transfer);
    } catch (error) {
      this.#options.post({ type: 'error', id: call.id, error: toWireError(error) });
    } finally {
      this.#calls.delete(call.id);
    }
  }

  /** @param {Call} call @param {AbortSignal} signal @returns {Promise<unknown>} */
  async #run(call, signal) {
    if (call.type === 'load') return this.#load(call, signal);
    if (call.type === 'unload') return this.#unload();
    if (call.type === 'requests') return this.#options.requests?.() ?? [];
    const engine = this.#engine;
    if (!engine) throw notLoaded();
    switch (call.type) {
      case 'generate':
        return this.#generate(engine, call, signal);
      case 'tokenize':
        return engine.tokenize(call.text, call.special);
      case 'detokenize':
        return engine.detokenize(Uint32Array.from(call.ids));
      case 'template':
        return engine.template(call.messages, call.options);
      case 'save':
        return engine.save();
      case 'restore':
        return engine.restore(call.bytes);
      case 'reset':
        return engine.reset();
    }
  }

  /** @param {import('./protocol.js').LoadRequest} call @param {AbortSignal} signal */
  async #load(call, signal) {
    this.#unload();
    /** @param {import('./protocol.js').LoadEvent} event */
    const emit = (event) => this.#options.post({ type: 'event', id: call.id, event });
    const { engine, info } = await this.#options.load(
      call,
      {
        onProgress: (progress) => emit({ type: 'progress', progress }),
        onNotice: (notice) => emit({ type: 'notice', notice: toWireError(notice) }),
      },
      signal,
    );
    this.#engine = engine;
    return info;
  }

  #unload() {
    this.#engine?.free();
    this.#engine = undefined;
  }

  /** @param {Engine} engine @param {import('./protocol.js').GenerateCall} call @param {AbortSignal} signal */
  async #generate(engine, call, signal) {
    /** @param {import('./protocol.js').GenerateEvent} event */
    const emit = (event) => this.#options.post({ type: 'event', id: call.id, event });
    const onAbort = () => engine.cancel();
    emit({ type: 'begin', ...engine.begin(call.request) });
    signal.addEventListener('abort', onAbort, { once: true });
    try {
      for (;;) {
        const event = await engine.step();
        emit(event);
        if (event.type === 'done') return event;
        await yieldToMessages();
      }
    } finally {
      signal.removeEventListener('abort', onAbort);
    }
  }
}
