// Serves the protocol's calls from one engine, one generation at a time. Knows neither Worker nor window.
import { Gate } from '../cache/retry.js';
import { embedAll } from './embed.js';
import { isCommand, isToWorker, LoquatError, toWireError } from './protocol.js';
import { Turns } from './turns.js';

/**
 * @typedef {import('./protocol.js').Call} Call
 * @typedef {import('./protocol.js').FromWorker} FromWorker
 * @typedef {import('./engine-types.js').Engine} Engine
 * @typedef {import('./engine-types.js').Embedder} Embedder
 */

/**
 * @typedef {object} HostOptions
 * @property {(message: FromWorker, transfer?: Transferable[]) => void} post
 * @property {(call: import('./protocol.js').LoadRequest, tell: LoadListener, signal: AbortSignal) => Promise<{engine: Engine | Embedder, info: import('./protocol.js').EngineInfo}>} load
 * @property {() => import('./protocol.js').NetworkRequest[]} [requests] of this thread so far
 *
 * @typedef {object} LoadListener
 * @property {(progress: import('./protocol.js').LoadProgress) => void} onProgress
 * @property {(notice: Error) => void} onNotice what was handled, but a person should know
 * @property {Gate} gate what the download passes; closed while the load is paused
 */

const CPU = /** @type {const} */ ('cpu');
const MOST_LOSSES = 2; // of the GPU, then the CPU computes

const notWriting = () =>
  new LoquatError(
    'not_a_decoder',
    'The model that is loaded makes vectors of texts; it writes none.',
    'Load a model that writes, without the task "embed".',
  );
const notEncoding = () =>
  new LoquatError(
    'not_an_encoder',
    'The model that is loaded writes text; it makes no vectors.',
    'Load an encoder, such as a BERT model for sentence embeddings as GGUF, with the task "embed".',
  );
const notLoaded = () => new LoquatError('not_loaded', 'No model is loaded.', 'Load a model first.');

const REFUSED = 'Nothing is needed: the model runs on the processor, more slowly.';

/** Whether the GPU could not take a model, for want of memory for instance. @param {unknown} error @returns {error is Error} */
const isGpus = (error) =>
  error instanceof Error && /** @type {{onGpu?: unknown}} */ (/** @type {unknown} */ (error)).onGpu === true;

/** @param {unknown} error */
const isLoss = (error) => /** @type {{code?: unknown} | undefined} */ (error)?.code === 'device_lost';

export class EngineHost {
  /** @type {Engine | undefined} */
  #engine;
  /** @type {Embedder | undefined} in the engine's place */
  #embedder;
  /** @type {import('./protocol.js').LoadRequest | undefined} what the engine was loaded by */
  #loaded;
  #losses = 0; // of the GPU, since a page asked for this model
  /** @type {Map<number, AbortController>} calls queued or running */
  #calls = new Map();
  /** @type {Map<number, {gate: Gate, progress?: import('./protocol.js').LoadProgress}>} loads queued or running */
  #loads = new Map();
  #queue = Promise.resolve();
  #options;

  /** @param {HostOptions} options */
  constructor(options) {
    this.#options = options;
  }

  /** @param {unknown} data a message from the page */
  receive(data) {
    if (!isToWorker(data)) return;
    if (isCommand(data)) return this.#command(data);
    const call = data;
    const abort = new AbortController();
    this.#calls.set(call.id, abort);
    if (call.type === 'load') this.#loads.set(call.id, { gate: new Gate() });
    this.#queue = this.#queue.then(() => this.#answer(call, abort.signal));
  }

  /** @param {import('./protocol.js').Command} command */
  #command({ type, id }) {
    if (type === 'cancel') return this.#calls.get(id)?.abort();
    const load = this.#loads.get(id);
    if (!load) return;
    if (type === 'pause') load.gate.pause();
    else load.gate.resume();
    if (load.progress) this.#tell(id, load.progress);
  }

  /** @param {number} id of the load @param {import('./protocol.js').LoadProgress} progress */
  #tell(id, progress) {
    const load = this.#loads.get(id);
    if (load) load.progress = progress;
    const paused = load?.gate.paused ? { paused: true } : {};
    this.#options.post({
      type: 'event',
      id,
      event: { type: 'progress', progress: { ...progress, ...paused } },
    });
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
      this.#loads.delete(call.id);
    }
  }

  /** @param {Call} call @param {AbortSignal} signal @returns {Promise<unknown>} */
  async #run(call, signal) {
    if (call.type === 'load') return this.#load(call, signal);
    if (call.type === 'unload') return this.#unload();
    if (call.type === 'requests') return this.#options.requests?.() ?? [];
    // An engine whose device was lost, and that could not be loaded again then.
    if (!this.#engine && !this.#embedder && this.#loaded)
      await this.#open(this.#loaded, { onProgress() {}, onNotice() {}, gate: new Gate() }, signal);
    const engine = this.#engine;
    const embedder = this.#embedder;
    if (!engine && !embedder) throw notLoaded();
    if (call.type === 'embed') {
      if (!embedder) throw notEncoding();
      const turns = new Turns();
      return embedAll(embedder, call.inputs, call.options, async () => {
        await turns.next();
        signal.throwIfAborted();
      }).finally(() => turns.close());
    }
    if (embedder && call.type === 'tokenize') return embedder.tokenize(call.text);
    if (!engine) throw notWriting();
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
      case 'stats':
        return engine.stats?.();
    }
  }

  /** @param {import('./protocol.js').LoadRequest} call @param {AbortSignal} signal */
  async #load(call, signal) {
    this.#unload();
    const { id } = call;
    this.#losses = 0;
    const info = await this.#open(
      call,
      {
        gate: this.#loads.get(id)?.gate ?? new Gate(),
        onProgress: (progress) => this.#tell(id, progress),
        onNotice: (notice) =>
          this.#options.post({ type: 'event', id, event: { type: 'notice', notice: toWireError(notice) } }),
      },
      signal,
    );
    this.#loaded = call;
    return info;
  }

  /** Loads, again if the GPU is lost meanwhile, on the CPU if the GPU can't take the model. @param {import('./protocol.js').LoadRequest} call @param {LoadListener} tell @param {AbortSignal} signal */
  async #open(call, tell, signal) {
    for (let refused = false; ;) {
      const onCpu = refused || this.#losses >= MOST_LOSSES;
      const options = onCpu ? { ...call.options, backend: CPU } : call.options;
      try {
        const { engine, info } = await this.#options.load({ ...call, options }, tell, signal);
        if ('embed' in engine) this.#embedder = engine;
        else this.#engine = engine;
        return info;
      } catch (error) {
        if (onCpu || signal.aborted) throw error;
        if (isLoss(error)) tell.onNotice(this.#lost(error));
        else if (isGpus(error)) tell.onNotice(new LoquatError('gpu_unavailable', error.message, REFUSED));
        else throw error;
        refused = !isLoss(error);
      }
    }
  }

  /** Counts a loss of the GPU. @param {unknown} error @returns {Error} what to say about it */
  #lost(error) {
    this.#losses += 1;
    const again = this.#losses < MOST_LOSSES;
    return new LoquatError(
      again ? 'gpu_lost' : 'gpu_lost_again',
      error instanceof Error ? error.message : String(error),
      again
        ? 'Nothing is needed: the model is loaded again and the answer goes on.'
        : 'The answer goes on, on the processor. Reload the page to try the GPU again.',
    );
  }

  #unload() {
    this.#engine?.free();
    this.#embedder?.free();
    this.#engine = this.#embedder = undefined;
    this.#loaded = undefined;
  }

  /** @param {Engine} engine @param {import('./protocol.js').GenerateCall} call @param {AbortSignal} signal */
  async #generate(engine, call, signal) {
    /** @param {import('./protocol.js').GenerateEvent | import('./protocol.js').RecoveryEvent} event */
    const emit = (event) => this.#options.post({ type: 'event', id: call.id, event });
    const onAbort = () => this.#engine?.cancel();
    emit({ type: 'begin', ...engine.begin(call.request) });
    const turns = new Turns();
    signal.addEventListener('abort', onAbort, { once: true });
    try {
      for (;;) {
        const event = await this.#step(emit, signal);
        emit(event);
        if (event.type === 'done') return event;
        await turns.next();
      }
    } finally {
      turns.close();
      signal.removeEventListener('abort', onAbort);
    }
  }

  /** A step; a lost device is replaced and the answer goes on. @param {(event: import('./protocol.js').RecoveryEvent) => void} emit @param {AbortSignal} signal @returns {ReturnType<Engine['step']>} */
  async #step(emit, signal) {
    for (;;) {
      if (!this.#engine) throw notLoaded();
      try {
        return await this.#engine.step();
      } catch (error) {
        const loaded = this.#loaded;
        const unfinished = isLoss(error) && this.#engine.suspend();
        if (!unfinished || !loaded) throw error;
        await this.#recover(unfinished, loaded, error, emit);
        if (signal.aborted) this.#engine.cancel();
      }
    }
  }

  /**
   * @param {import('./engine-types.js').Unfinished} unfinished @param {import('./protocol.js').LoadRequest} loaded
   * @param {unknown} error @param {(event: import('./protocol.js').RecoveryEvent) => void} emit
   */
  async #recover(unfinished, loaded, error, emit) {
    const onNotice = (/** @type {Error} */ notice) => emit({ type: 'notice', notice: toWireError(notice) });
    onNotice(this.#lost(error));
    this.#unload();
    // Stopping the answer does not stop this: the next question needs an engine too.
    const whole = new AbortController().signal;
    this.#loaded = loaded;
    try {
      const info = await this.#open(loaded, { onProgress() {}, onNotice, gate: new Gate() }, whole);
      emit({ type: 'engine', info });
    } catch (failure) {
      unfinished.free();
      throw failure;
    }
    this.#engine?.resume(unfinished);
  }
}
