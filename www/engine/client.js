// The page's side of the engine: calls become promises and async iterators, an AbortSignal becomes a cancel message.
import { fromWireError, LoquatError, MAIN_SLOT } from '../protocol/messages.js';
import { Calls } from './calls.js';

/**
 * @typedef {import('../protocol/messages.js').Call} Call
 * @typedef {import('../protocol/messages.js').GenerateEvent} GenerateEvent
 * @typedef {import('../protocol/messages.js').EngineInfo} EngineInfo
 */

/** @typedef {import('./calls.js').Port} Port */

const closed = () => new LoquatError('engine_closed', 'The engine was closed.', 'Load the model again.');

export class EngineClient {
  #calls;
  #slot;
  /** @type {{onNotice?: ((notice: Error) => void) | undefined, onEngine?: ((info: EngineInfo) => void) | undefined}} */
  #listener = {};
  #loading = 0; // the number of the last load
  #left = false;

  /** @param {Port | Calls} port the worker; or the calls of another client, to share its worker @param {{slot?: string, patience?: number}} [options] `slot`: which of its models; `patience`: ms that a cancelled call may take to end by itself */
  constructor(port, { slot = MAIN_SLOT, patience } = {}) {
    this.#calls = port instanceof Calls ? port : new Calls(port, patience);
    this.#slot = slot;
  }

  /** Another model beside this one, in the same worker: what it loads takes nothing from this one. @param {string} name */
  slot(name) {
    return new EngineClient(this.#calls, { slot: name });
  }

  /**
   * @template T
   * @param {import('./calls.js').WithoutId<Call>} call
   * @param {Parameters<Calls['start']>[1]} [options]
   * @returns {Promise<T>}
   */
  #call(call, options) {
    if (this.#left) return Promise.reject(closed());
    return /** @type {Promise<T>} */ (this.#calls.start({ ...call, slot: this.#slot }, options).answer);
  }

  /**
   * @param {import('../protocol/messages.js').ModelSource} source
   * @param {import('../protocol/messages.js').LoadOptions & {pkg: string, builds?: import('../worker/variant.js').Variant[], signal?: AbortSignal, onProgress?: (progress: import('../protocol/messages.js').LoadProgress) => void, onNotice?: (notice: Error) => void, onEngine?: (info: EngineInfo) => void}} options `onNotice` also tells what happens in answers; `onEngine`: another engine has taken over
   * @returns {Promise<EngineInfo>}
   */
  load(source, { pkg, builds, signal, onProgress, onNotice, onEngine, ...options }) {
    this.#listener = { onNotice, onEngine };
    /** @type {import('./calls.js').Pending['onEvent']} */
    const onEvent = (event) => {
      if (event.type === 'progress') onProgress?.(event.progress);
      else if (event.type === 'notice') onNotice?.(fromWireError(event.notice));
    };
    if (this.#left) return Promise.reject(closed());
    const { id, answer } = this.#calls.start(
      { type: 'load', source, options, pkg, slot: this.#slot, ...(builds ? { builds } : {}) },
      { signal, onEvent },
    );
    // The whole file is checked when the engine already answers.
    this.#calls.listenOn(id, this.#loading, (event) => {
      if (event.type === 'notice') onEvent(event);
    });
    this.#loading = id;
    return /** @type {Promise<EngineInfo>} */ (answer);
  }

  /** The download of the load under way stops; what has arrived is kept. */
  pause() {
    this.#calls.tell('pause', this.#loading);
  }

  /** It goes on with what is missing. */
  resume() {
    this.#calls.tell('resume', this.#loading);
  }

  /**
   * Streams one answer. Aborting ends it with an AbortError after its `done` event (reason `cancelled`) was yielded;
   * leaving the loop early cancels too.
   * @param {import('../protocol/messages.js').GenerateRequest} request
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

  /**
   * What of a request's messages goes to the model; generating from just these tokenizes nothing again.
   * @param {import('../protocol/messages.js').GenerateRequest} request
   * @param {Partial<import('../protocol/messages.js').Budget>} budget
   * @returns {Promise<import('../protocol/messages.js').ContextPlan>}
   */
  plan(request, budget) {
    return this.#call({ type: 'plan', request, budget });
  }

  /** @param {ArrayLike<number>} ids @returns {Promise<string>} */
  detokenize(ids) {
    return this.#call({ type: 'detokenize', ids });
  }

  /**
   * @param {import('../protocol/messages.js').ChatMessage[]} messages
   * @param {import('../protocol/engine-types.js').TemplateOptions} [options]
   * @returns {Promise<string>} the prompt's text
   */
  template(messages, options = {}) {
    return this.#call({ type: 'template', messages, options });
  }

  /**
   * Vectors of texts, where an encoder is loaded (task `embed`).
   * @param {Array<string | ArrayLike<number>>} inputs texts, or ids of texts
   * @param {import('../protocol/messages.js').EmbedOptions & {signal?: AbortSignal}} [options]
   * @returns {Promise<import('../protocol/messages.js').Embeddings>}
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

  /** Counters of the GPU; undefined where the CPU computes. @returns {Promise<import('../protocol/messages.js').GpuStats | undefined>} */
  stats() {
    return this.#call({ type: 'stats' });
  }

  /** @returns {Promise<void>} */
  unload() {
    return this.#call({ type: 'unload' });
  }

  /** What the worker asked of the network so far, and who keeps it to its page's policy. @returns {Promise<import('../protocol/messages.js').NetworkReport>} */
  network() {
    return this.#call({ type: 'network' });
  }

  /** Ends the worker, and with it all models in it; calls that are open, and later ones, are rejected. */
  close() {
    this.#calls.end(closed());
  }

  /** No more calls to this model; the worker and its other models go on. */
  leave() {
    this.#left = true;
  }
}
