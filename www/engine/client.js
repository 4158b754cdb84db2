// The page's side of the engine: calls become promises and async iterators, an AbortSignal becomes a cancel message.
import { fromWireError, isFromWorker, LoquatError } from './protocol.js';

/**
 * @typedef {import('./protocol.js').Call} Call
 * @typedef {import('./protocol.js').GenerateEvent} GenerateEvent
 * @typedef {import('./protocol.js').LoadEvent} LoadEvent
 * @typedef {import('./protocol.js').RecoveryEvent} RecoveryEvent
 * @typedef {import('./protocol.js').EngineInfo} EngineInfo
 */

/** @template T @typedef {T extends unknown ? Omit<T, 'id'> : never} WithoutId */

/**
 * What the client needs of a Worker; a MessagePort or a test double fits too.
 * @typedef {object} Port
 * @property {(message: unknown, transfer: Transferable[]) => void} postMessage
 * @property {(type: string, listener: (event: any) => void) => void} addEventListener
 * @property {() => void} [terminate]
 */

/**
 * @typedef {object} Pending
 * @property {(value: any) => void} resolve
 * @property {(error: Error) => void} reject
 * @property {(event: GenerateEvent | LoadEvent | RecoveryEvent) => void} onEvent
 */

export class EngineClient {
  #port;
  #nextId = 1;
  /** @type {Map<number, Pending>} */
  #pending = new Map();
  /** @type {{onNotice?: ((notice: Error) => void) | undefined, onEngine?: ((info: EngineInfo) => void) | undefined}} */
  #listener = {};

  #loading = 0; // the number of the last load
  /** @type {Pending['onEvent']} whom notices concern that come when it has ended */
  #onLate = () => {};

  /** @param {Port} port */
  constructor(port) {
    this.#port = port;
    port.addEventListener('message', (event) => this.#receive(event.data));
    port.addEventListener('error', (event) => {
      const what = event.message || 'its script could not be loaded';
      this.#failAll(
        new LoquatError('worker_failed', `The engine's worker failed: ${what}.`, 'Reload the page.'),
      );
    });
  }

  /** @param {unknown} data */
  #receive(data) {
    if (!isFromWorker(data)) return;
    const pending = this.#pending.get(data.id);
    if (!pending) {
      if (data.type === 'event' && data.id === this.#loading) this.#onLate(data.event);
      return;
    }
    if (data.type === 'event') return pending.onEvent(data.event);
    this.#pending.delete(data.id);
    if (data.type === 'result') pending.resolve(data.value);
    else pending.reject(fromWireError(data.error));
  }

  /** @param {Error} error */
  #failAll(error) {
    for (const pending of this.#pending.values()) pending.reject(error);
    this.#pending.clear();
  }

  /**
   * @template T
   * @param {WithoutId<Call>} call
   * @param {{signal?: AbortSignal, onEvent?: Pending['onEvent'], transfer?: Transferable[]}} [options]
   * @returns {Promise<T>}
   */
  #call(call, { signal, onEvent = () => {}, transfer = [] } = {}) {
    if (signal?.aborted) return Promise.reject(signal.reason);
    const id = this.#nextId++;
    const cancel = () => this.#port.postMessage({ type: 'cancel', id }, []);
    /** @type {Promise<T>} */
    const answer = new Promise((resolve, reject) => this.#pending.set(id, { resolve, reject, onEvent }));
    signal?.addEventListener('abort', cancel, { once: true });
    this.#port.postMessage({ ...call, id }, transfer);
    return answer.finally(() => signal?.removeEventListener('abort', cancel));
  }

  /**
   * @param {import('./protocol.js').ModelSource} source
   * @param {import('./protocol.js').LoadOptions & {pkg: string, builds?: import('./variant.js').Variant[], signal?: AbortSignal, onProgress?: (progress: import('./protocol.js').LoadProgress) => void, onNotice?: (notice: Error) => void, onEngine?: (info: EngineInfo) => void}} options `onNotice` also tells what happens in answers; `onEngine`: another engine has taken over
   * @returns {Promise<EngineInfo>}
   */
  load(source, { pkg, builds, signal, onProgress, onNotice, onEngine, ...options }) {
    this.#listener = { onNotice, onEngine };
    this.#loading = this.#nextId;
    /** @type {Pending['onEvent']} */
    const onEvent = (event) => {
      if (event.type === 'progress') onProgress?.(event.progress);
      else if (event.type === 'notice') onNotice?.(fromWireError(event.notice));
    };
    // The whole file is checked when the engine already answers.
    this.#onLate = (event) => event.type === 'notice' && onEvent(event);
    return this.#call(
      { type: 'load', source, options, pkg, ...(builds ? { builds } : {}) },
      { signal, onEvent },
    );
  }

  /** The download of the load under way stops; what has arrived is kept. */
  pause() {
    this.#port.postMessage({ type: 'pause', id: this.#loading }, []);
  }

  /** It goes on with what is missing. */
  resume() {
    this.#port.postMessage({ type: 'resume', id: this.#loading }, []);
  }

  /**
   * Streams one answer. Aborting ends it with an AbortError after its `done` event (reason `cancelled`) was yielded;
   * leaving the loop early cancels too.
   * @param {import('./protocol.js').GenerateRequest} request
   * @param {{signal?: AbortSignal}} [options]
   * @returns {AsyncGenerator<GenerateEvent, void, void>}
   */
  async *generate(request, { signal } = {}) {
    signal?.throwIfAborted();
    /** @type {GenerateEvent[]} */
    const events = [];
    let wake = () => {};
    let finished = false;
    const leave = new AbortController();
    const forward = () => leave.abort(signal?.reason);
    signal?.addEventListener('abort', forward, { once: true });
    const call = this.#call(
      { type: 'generate', request },
      {
        signal: leave.signal,
        onEvent: (event) => {
          if (event.type === 'notice') this.#listener.onNotice?.(fromWireError(event.notice));
          else if (event.type === 'engine') this.#listener.onEngine?.(event.info);
          else if (event.type !== 'progress') events.push(event);
          wake();
        },
      },
    ).finally(() => {
      finished = true;
      wake();
    });
    call.catch(() => {}); // awaited below, unless the consumer leaves early
    try {
      for (;;) {
        while (events.length > 0) yield /** @type {GenerateEvent} */ (events.shift());
        if (finished) break;
        await new Promise((resolve) => (wake = () => resolve(undefined)));
      }
      await call;
      signal?.throwIfAborted();
    } finally {
      signal?.removeEventListener('abort', forward);
      if (!finished) leave.abort();
    }
  }

  /** @param {string} text @param {boolean} [special] @returns {Promise<Uint32Array>} */
  tokenize(text, special = false) {
    return this.#call({ type: 'tokenize', text, special });
  }

  /** @param {ArrayLike<number>} ids @returns {Promise<string>} */
  detokenize(ids) {
    return this.#call({ type: 'detokenize', ids });
  }

  /**
   * @param {import('./protocol.js').ChatMessage[]} messages
   * @param {{tools?: unknown[], add_generation_prompt?: boolean}} [options]
   * @returns {Promise<string>} the prompt's text
   */
  template(messages, options = {}) {
    return this.#call({ type: 'template', messages, options });
  }

  /**
   * Vectors of texts, where an encoder is loaded (task `embed`).
   * @param {Array<string | ArrayLike<number>>} inputs texts, or ids of texts
   * @param {import('./protocol.js').EmbedOptions & {signal?: AbortSignal}} [options]
   * @returns {Promise<import('./protocol.js').Embeddings>}
   */
  embed(inputs, { signal, ...options } = {}) {
    return this.#call({ type: 'embed', inputs, options }, signal ? { signal } : {});
  }

  /** @returns {Promise<Uint8Array>} the KV session */
  save() {
    return this.#call({ type: 'save' });
  }

  /** @param {Uint8Array} bytes @returns {Promise<void>} */
  restore(bytes) {
    return this.#call({ type: 'restore', bytes });
  }

  /** @returns {Promise<void>} */
  reset() {
    return this.#call({ type: 'reset' });
  }

  /** Counters of the GPU; undefined where the CPU computes. @returns {Promise<import('./protocol.js').GpuStats | undefined>} */
  stats() {
    return this.#call({ type: 'stats' });
  }

  /** @returns {Promise<void>} */
  unload() {
    return this.#call({ type: 'unload' });
  }

  /** What the worker asked of the network so far. @returns {Promise<import('./protocol.js').NetworkRequest[]>} */
  requests() {
    return this.#call({ type: 'requests' });
  }

  /** Ends the worker; calls still open are rejected. */
  close() {
    this.#port.terminate?.();
    this.#failAll(new LoquatError('engine_closed', 'The engine was closed.', 'Load the model again.'));
  }
}
