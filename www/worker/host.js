// Serves the protocol's calls from the models that are loaded, one call at a time. Knows neither Worker nor window.
import { Gate } from '../weights/fetch/retry.js';
import { heldBy } from '../weights/manage/fit.js';
import { embedAll } from './vectors.js';
import { isCommand, isToWorker, LoquatError, slotOf, toWireError } from '../protocol/messages.js';
import { Slots } from './slots.js';
import { Turns } from './turns.js';

/**
 * @typedef {import('../protocol/messages.js').Call} Call
 * @typedef {import('../protocol/messages.js').FromWorker} FromWorker
 * @typedef {import('../protocol/wasm-types.js').Engine} Engine
 * @typedef {import('../protocol/wasm-types.js').Embedder} Embedder
 * @typedef {import('./slots.js').Slot} Slot
 */

/**
 * @typedef {object} HostOptions
 * @property {(message: FromWorker, transfer?: Transferable[]) => void} post
 * @property {(call: import('../protocol/messages.js').LoadRequest, tell: LoadListener, signal: AbortSignal) => Promise<{engine: Engine | Embedder, info: import('../protocol/messages.js').EngineInfo}>} load
 * @property {() => Promise<import('../protocol/messages.js').NetworkReport>} [network] what this thread asked for so far
 *
 * @typedef {object} LoadListener
 * @property {(progress: import('../protocol/messages.js').LoadProgress) => void} onProgress
 * @property {(notice: Error) => void} onNotice what was handled, but a person should know
 * @property {Gate} gate what the download passes; closed while the load is paused
 * @property {Held} held by the other models that are loaded
 * @typedef {import('../weights/manage/fit.js').Held} Held
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
const isTooLarge = (error) =>
  ['wont_fit', 'out_of_memory'].includes(String(/** @type {{code?: unknown} | undefined} */ (error)?.code));

const silent = () => ({ onProgress() {}, onNotice() {}, gate: new Gate() });

/** @param {unknown} error */
const isLoss = (error) => /** @type {{code?: unknown} | undefined} */ (error)?.code === 'device_lost';

export class EngineHost {
  #slots = new Slots();
  /** @type {Map<number, AbortController>} calls queued or running */
  #calls = new Map();
  /** @type {Map<number, {gate: Gate, progress?: import('../protocol/messages.js').LoadProgress}>} loads queued or running */
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
    // Who asks what leaves this thread is told while it loads or answers, too.
    if (call.type === 'network') return void this.#answer(call, abort.signal);
    this.#queue = this.#queue.then(() => this.#answer(call, abort.signal));
  }

  /** @param {import('../protocol/messages.js').Command} command */
  #command({ type, id }) {
    if (type === 'cancel') return this.#calls.get(id)?.abort();
    const load = this.#loads.get(id);
    if (!load) return;
    if (type === 'pause') load.gate.pause();
    else load.gate.resume();
    if (load.progress) this.#tell(id, load.progress);
  }

  /** @param {number} id of the load @param {import('../protocol/messages.js').LoadProgress} progress */
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
    const name = slotOf(call);
    const slot = this.#slots.use(name);
    if (call.type === 'load') {
      this.#slots.keep(name, slot);
      return this.#load(slot, call, signal);
    }
    if (call.type === 'unload') {
      this.#slots.remove(name);
      return slot.unload();
    }
    if (call.type === 'network')
      return this.#options.network?.() ?? { requests: [], counted: false, policy: 'none' };
    // An engine whose device was lost, and that could not be loaded again then.
    if (!slot.engine && !slot.embedder && slot.loaded) await this.#open(slot, slot.loaded, silent(), signal);
    const { engine, embedder } = slot;
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
        return this.#generate(slot, engine, call, signal);
      case 'tokenize':
        return engine.tokenize(call.text, call.special);
      case 'detokenize':
        return engine.detokenize(Uint32Array.from(call.ids));
      case 'template':
        return engine.template(call.messages, call.options);
      case 'plan':
        return engine.plan(call.request, call.budget);
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

  /** @param {Slot} slot @param {import('../protocol/messages.js').LoadRequest} call @param {AbortSignal} signal */
  async #load(slot, call, signal) {
    slot.unload();
    const { id } = call;
    slot.losses = 0;
    const info = await this.#open(
      slot,
      call,
      {
        gate: this.#loads.get(id)?.gate ?? new Gate(),
        onProgress: (progress) => this.#tell(id, progress),
        onNotice: (notice) =>
          this.#options.post({ type: 'event', id, event: { type: 'notice', notice: toWireError(notice) } }),
      },
      signal,
    );
    slot.loaded = call;
    return info;
  }

  /**
   * Loads, again if the GPU is lost meanwhile, on the CPU if the GPU can't take the model, with others resting if there is
   * no room beside them.
   * @param {Slot} slot @param {import('../protocol/messages.js').LoadRequest} call @param {Omit<LoadListener, 'held'>} tell @param {AbortSignal} signal */
  async #open(slot, call, tell, signal) {
    for (let refused = false; ;) {
      const onCpu = refused || slot.losses >= MOST_LOSSES;
      const options = onCpu ? { ...call.options, backend: CPU } : call.options;
      try {
        const held = this.#slots.heldBeside(slot);
        const { engine, info } = await this.#options.load({ ...call, options }, { ...tell, held }, signal);
        slot.held = heldBy(info);
        if ('embed' in engine) slot.embedder = engine;
        else slot.engine = engine;
        return info;
      } catch (error) {
        if (signal.aborted) throw error;
        if (isTooLarge(error) && this.#slots.makeRoom(slot)) continue;
        if (onCpu) throw error;
        if (isLoss(error)) tell.onNotice(this.#lost(slot, error));
        else if (isGpus(error)) tell.onNotice(new LoquatError('gpu_unavailable', error.message, REFUSED));
        else throw error;
        refused = !isLoss(error);
      }
    }
  }

  /** Counts a loss of the GPU. @param {Slot} slot @param {unknown} error @returns {Error} what to say about it */
  #lost(slot, error) {
    slot.losses += 1;
    const again = slot.losses < MOST_LOSSES;
    return new LoquatError(
      again ? 'gpu_lost' : 'gpu_lost_again',
      error instanceof Error ? error.message : String(error),
      again
        ? 'Nothing is needed: the model is loaded again and the answer goes on.'
        : 'The answer goes on, on the processor. Reload the page to try the GPU again.',
    );
  }

  /** @param {Slot} slot @param {Engine} engine @param {import('../protocol/messages.js').GenerateCall} call @param {AbortSignal} signal */
  async #generate(slot, engine, call, signal) {
    /** @param {import('../protocol/messages.js').GenerateEvent | import('../protocol/messages.js').RecoveryEvent} event */
    const emit = (event) => this.#options.post({ type: 'event', id: call.id, event });
    const onAbort = () => slot.engine?.cancel();
    emit({ type: 'begin', ...engine.begin(call.request) });
    const turns = new Turns();
    signal.addEventListener('abort', onAbort, { once: true });
    try {
      for (;;) {
        const event = await this.#step(slot, emit, signal);
        emit(event);
        if (event.type === 'done') return event;
        await turns.next();
      }
    } finally {
      turns.close();
      signal.removeEventListener('abort', onAbort);
    }
  }

  /** A step; a lost device is replaced and the answer goes on. @param {Slot} slot @param {(event: import('../protocol/messages.js').RecoveryEvent) => void} emit @param {AbortSignal} signal @returns {ReturnType<Engine['step']>} */
  async #step(slot, emit, signal) {
    for (;;) {
      if (!slot.engine) throw notLoaded();
      try {
        return await slot.engine.step();
      } catch (error) {
        const { loaded } = slot;
        const unfinished = isLoss(error) && slot.engine.suspend();
        if (!unfinished || !loaded) throw error;
        await this.#recover(slot, unfinished, loaded, error, emit);
        if (signal.aborted) slot.engine?.cancel();
      }
    }
  }

  /**
   * @param {Slot} slot @param {import('../protocol/wasm-types.js').Unfinished} unfinished @param {import('../protocol/messages.js').LoadRequest} loaded
   * @param {unknown} error @param {(event: import('../protocol/messages.js').RecoveryEvent) => void} emit
   */
  async #recover(slot, unfinished, loaded, error, emit) {
    const onNotice = (/** @type {Error} */ notice) => emit({ type: 'notice', notice: toWireError(notice) });
    onNotice(this.#lost(slot, error));
    slot.unload();
    // Stopping the answer does not stop this: the next question needs an engine too.
    const whole = new AbortController().signal;
    slot.loaded = loaded;
    try {
      const info = await this.#open(slot, loaded, { onProgress() {}, onNotice, gate: new Gate() }, whole);
      emit({ type: 'engine', info });
    } catch (failure) {
      unfinished.free();
      throw failure;
    }
    slot.engine?.resume(unfinished);
  }
}
