// Calls to the engine's worker as promises: numbers them, hands answers and events to who asked, and leaves none
// pending when the worker is gone. Knows no models.
import { fromWireError, isFromWorker, LoquatError } from '../protocol/messages.js';

/**
 * @typedef {import('../protocol/messages.js').Call} Call
 * @typedef {import('../protocol/messages.js').EventMessage['event']} CallEvent
 */

/** @template T @typedef {T extends unknown ? Omit<T, 'id'> : never} WithoutId */

/**
 * What is needed of a Worker; a MessagePort or a test double fits too.
 * @typedef {object} Port
 * @property {(message: unknown, transfer: Transferable[]) => void} postMessage
 * @property {(type: string, listener: (event: any) => void) => void} addEventListener
 * @property {() => void} [terminate]
 */

/**
 * @typedef {object} Pending
 * @property {(value: any) => void} resolve
 * @property {(error: unknown) => void} reject
 * @property {(event: CallEvent) => void} onEvent
 */

/** A step of reading a prompt takes less; what takes longer goes on in the worker, and nobody waits for it. */
const PATIENCE = 10_000; // ms

export class Calls {
  #port;
  #nextId = 1;
  /** @type {Map<number, Pending>} */
  #pending = new Map();
  /** @type {Map<number, Pending['onEvent']>} whom events concern that come when their call has ended */
  #late = new Map();
  /** @type {Error | undefined} why there are no more calls */
  #ended;
  #terminated = false;

  #patience;

  /** @param {Port} port @param {number} [patience] ms that a cancelled call may take to end by itself */
  constructor(port, patience = PATIENCE) {
    this.#port = port;
    this.#patience = patience;
    port.addEventListener('message', (event) => this.#receive(event.data));
    port.addEventListener('error', (event) => {
      const what = event.message || 'its script could not be loaded';
      const failure = new LoquatError(
        'worker_failed',
        `The engine's worker failed: ${what}.`,
        'Reload the page.',
      );
      if (!event.message) this.#ended ??= failure; // it never ran, and never will
      this.#failAll(failure);
    });
    port.addEventListener('messageerror', () =>
      this.#failAll(
        new LoquatError('worker_failed', 'An answer of the engine could not be read.', 'Reload the page.'),
      ),
    );
  }

  /** @param {unknown} data */
  #receive(data) {
    if (!isFromWorker(data)) return;
    const pending = this.#pending.get(data.id);
    if (!pending) {
      if (data.type === 'event') this.#late.get(data.id)?.(data.event);
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
   * @param {{signal?: AbortSignal | undefined, onEvent?: Pending['onEvent'], transfer?: Transferable[]}} [options]
   * @returns {{id: number, answer: Promise<T>}}
   */
  start(call, { signal, onEvent = () => {}, transfer = [] } = {}) {
    const id = this.#nextId++;
    if (this.#ended) return { id, answer: Promise.reject(this.#ended) };
    if (signal?.aborted) return { id, answer: Promise.reject(signal.reason) };
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    let timer;
    /** @type {Promise<T>} */
    const answer = new Promise((resolve, reject) => this.#pending.set(id, { resolve, reject, onEvent }));
    const cancel = () => {
      this.tell('cancel', id);
      timer = setTimeout(() => this.#pending.get(id)?.reject(signal?.reason), this.#patience);
    };
    signal?.addEventListener('abort', cancel, { once: true });
    try {
      this.#port.postMessage({ ...call, id }, transfer);
    } catch (error) {
      // What can't be sent (a function in a request, a detached buffer) is the caller's to know.
      this.#pending.get(id)?.reject(error);
      this.#pending.delete(id);
    }
    const done = answer.finally(() => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', cancel);
      this.#pending.delete(id);
    });
    done.catch(() => {}); // whoever awaits it hears; one that nobody waits for any more is no fault
    return { id, answer: done };
  }

  /** Something about a call. @param {'cancel' | 'pause' | 'resume'} type @param {number} id */
  tell(type, id) {
    if (this.#ended) return;
    try {
      this.#port.postMessage({ type, id }, []);
    } catch {
      // Whoever waits is told otherwise.
    }
  }

  /** Who hears events that come after a call's end; one listener a key. @param {number} id @param {number} before the one it takes the place of @param {Pending['onEvent']} onEvent */
  listenOn(id, before, onEvent) {
    this.#late.delete(before);
    this.#late.set(id, onEvent);
  }

  /** Ends the worker; calls that are open, and all later ones, are rejected. @param {Error} error */
  end(error) {
    if (this.#terminated) return;
    this.#terminated = true;
    this.#ended = error;
    this.#port.terminate?.();
    this.#failAll(error);
  }
}
