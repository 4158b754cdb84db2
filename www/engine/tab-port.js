// What a page talks to instead of an engine worker: the same messages, wherever the engine is. This tab starts the worker when it leads, asks the leading tab when it follows, and takes over when that one goes.

import { isCommand, PROTOCOL, slotOf } from '../protocol/messages.js';
import { OpenCall } from './tab-resume.js';
import { Switchboard } from './tab-switchboard.js';
import { joinLeadership, watchTab } from './tab-leader.js';

/**
 * @typedef {import('../protocol/messages.js').ToWorker} ToWorker
 * @typedef {import('../protocol/messages.js').FromWorker} FromWorker
 * @typedef {import('./client.js').Port} Port
 *
 * Between tabs. `to` is a tab, 'leader' or 'all'.
 * @typedef {{to: string, from: string, type: 'hello' | 'lead'} | {to: string, from: string, type: 'call', message: ToWorker} | {to: string, from: string, type: 'answer', message: FromWorker} | {to: string, from: string, type: 'failed', text: string}} Envelope
 */

/**
 * @typedef {object} SharedEngineOptions
 * @property {() => Port} start makes the engine's worker; called when this tab leads
 * @property {string} [name]
 * @property {number} [protocol] for tests; tabs with another one have an engine of their own
 * @property {(role: 'lead' | 'follow') => void} [onRole]
 * @property {number} [silenceMs] a leader that does not answer for so long is replaced
 * @property {LockManager} [locks] for tests
 */

/** @typedef {Pick<BroadcastChannel, 'onmessage' | 'postMessage' | 'close'>} Channel */

/** Where storage is blocked there may be no channel either: such a tab is on its own. @param {string} name @returns {Channel} */
function openChannel(name) {
  try {
    return new BroadcastChannel(name);
  } catch {
    return { onmessage: null, postMessage() {}, close() {} };
  }
}

/** A Port for EngineClient; several tabs' ports share one worker. */
export class SharedEnginePort {
  #tab = crypto.randomUUID?.() ?? String(Math.random()); // only secure addresses have the first
  #o;
  #locks;
  /** @type {Channel | undefined} */
  #channel;
  /** @type {ReturnType<typeof joinLeadership> | undefined} */
  #membership;
  #whole = new AbortController();
  /** @type {string | undefined} why no worker can be had here */
  #broken;
  #life = new AbortController();
  /** @type {Map<string, Array<(event: any) => void>>} */
  #listeners = new Map();
  /** @type {Map<number, OpenCall>} */
  #open = new Map();
  /** @type {Map<string, import('../protocol/messages.js').LoadRequest>} the models that this page has loaded, by slot */
  #loads = new Map();
  /** @type {string | undefined} */
  #leader;
  /** @type {{port: Port, board: Switchboard, tabs: Set<string>} | undefined} when this tab leads */
  #own;

  #heard = 0; // when the leader last said something
  #asked = 0; // when it was last asked whether it is there
  /** @type {ReturnType<typeof setInterval> | undefined} */
  #watch;

  /** @param {SharedEngineOptions} options */
  constructor(options) {
    const { name: what = 'loquat-engine', protocol = PROTOCOL } = options;
    this.#o = { silenceMs: 30_000, ...options, name: `${what}@${protocol}` };
    this.#locks = options.locks ?? globalThis.navigator?.locks;
    const { signal } = this.#whole;
    const onPage = (/** @type {string} */ type, /** @type {() => void} */ run) =>
      globalThis.addEventListener?.(
        type,
        (event) => /** @type {PageTransitionEvent} */ (event).persisted && run(),
        { signal },
      );
    onPage('pagehide', () => this.sleep());
    onPage('pageshow', () => this.wake());
    this.#join();
  }

  /** Takes part in what the tabs share. */
  #join() {
    const { name, silenceMs, onRole } = this.#o;
    this.#life = new AbortController();
    const { signal } = this.#life;
    this.#heard = Date.now();
    this.#asked = 0;
    this.#watch = setInterval(() => this.#listen(), silenceMs / 4);
    this.#channel = openChannel(name);
    this.#channel.onmessage = (event) => this.#hear(event.data);
    // Held as long as this tab lives, so that the leader notices when it goes.
    const alive = () => new Promise((resolve) => signal.addEventListener('abort', resolve));
    Promise.resolve()
      .then(() => this.#locks?.request(`${name}:${this.#tab}`, { signal }, alive))
      .catch(() => {});
    this.#membership = joinLeadership({
      name,
      locks: this.#locks,
      onLead: () => this.#lead(),
      onFailed: (error) => {
        this.#broken = error instanceof Error ? error.message : String(error);
        queueMicrotask(() => this.#emit('error', { message: this.#broken }));
      },
      onLost: () => {
        this.#own?.port.terminate?.();
        this.#own = undefined;
        this.#leader = undefined;
      },
      onFollow: () => {
        onRole?.('follow');
        this.#send({ to: 'leader', type: 'hello' });
      },
    });
  }

  /** Leaves the others: no worker, lock, channel or timer stays behind. */
  #part() {
    this.#life.abort();
    clearInterval(this.#watch);
    this.#membership?.leave();
    this.#own?.port.terminate?.();
    this.#own = undefined;
    this.#leader = undefined;
    this.#channel?.close();
  }

  /** A page that the browser keeps asleep for the way back must hold nothing that others wait for. */
  sleep() {
    if (!this.#whole.signal.aborted) this.#part();
  }

  /** What was loaded and asked is asked again of whoever leads then. */
  wake() {
    if (!this.#whole.signal.aborted && this.#life.signal.aborted) this.#join();
  }

  /** @param {unknown} data a ToWorker message */
  postMessage(data) {
    const message = /** @type {ToWorker} */ (data);
    if (this.#broken !== undefined)
      return queueMicrotask(() => this.#emit('error', { message: this.#broken }));
    if (!isCommand(message)) this.#open.set(message.id, new OpenCall(message));
    this.#pass(message);
  }

  /** @param {string} type 'message' or 'error' @param {(event: any) => void} listener */
  addEventListener(type, listener) {
    this.#listeners.set(type, [...(this.#listeners.get(type) ?? []), listener]);
  }

  terminate() {
    this.#whole.abort();
    this.#part();
    this.#open.clear();
  }

  /** @param {ToWorker} message */
  #pass(message) {
    if (this.#own)
      this.#own.board.ask(this.#tab, message, (answer) => this.#deliver(answer), this.#own.tabs.size + 1);
    else if (this.#leader) this.#send({ to: this.#leader, type: 'call', message });
    // Without a leader the call waits in #open: whoever leads next is told.
  }

  #lead() {
    const port = this.#o.start();
    this.#own = { port, board: new Switchboard(port), tabs: new Set() };
    this.#leader = this.#tab;
    port.addEventListener('error', (event) => {
      this.#emit('error', event);
      this.#send({ to: 'all', type: 'failed', text: String(event?.message ?? '') });
    });
    this.#o.onRole?.('lead');
    this.#askAgain();
    this.#send({ to: 'all', type: 'lead' });
  }

  /** A tab that sleeps keeps its lock: while something is wanted of it, the leader must answer. */
  #listen() {
    const now = Date.now();
    if (this.#own || this.#open.size === 0) return;
    const unanswered = this.#asked > this.#heard;
    if (unanswered && now - this.#asked > this.#o.silenceMs) {
      this.#heard = now;
      this.#membership?.steal();
    } else if (!unanswered && now - this.#heard > this.#o.silenceMs / 2) {
      this.#asked = now;
      this.#send({ to: 'leader', type: 'hello' });
    }
  }

  /** A new engine knows nothing: first the model, then what is still open. */
  #askAgain() {
    const open = [...this.#open.values()];
    for (const [slot, load] of this.#loads) {
      if (!open.some(({ call }) => call.type === 'load' && slotOf(call) === slot)) this.#pass(load);
    }
    for (const call of open) this.#pass(call.again());
  }

  /** @param {any} envelope */
  #send(envelope) {
    if (!this.#life.signal.aborted) this.#channel?.postMessage({ ...envelope, from: this.#tab });
  }

  /** @param {Envelope} envelope */
  #hear(envelope) {
    const { to, from } = envelope;
    if (from === this.#leader || envelope.type === 'lead') this.#heard = Date.now();
    if (to !== this.#tab && to !== 'all' && !(to === 'leader' && this.#own)) return;
    if (envelope.type === 'hello') {
      this.#meet(from);
      this.#send({ to: from, type: 'lead' });
    } else if (envelope.type === 'lead') {
      if (this.#own || this.#leader === from) return;
      this.#leader = from;
      this.#send({ to: from, type: 'hello' });
      this.#askAgain();
    } else if (envelope.type === 'call') {
      this.#meet(from);
      this.#own?.board.ask(
        from,
        envelope.message,
        (message) => this.#send({ to: from, type: 'answer', message }),
        this.#own.tabs.size + 1,
      );
    } else if (envelope.type === 'answer') {
      if (from === this.#leader) this.#deliver(envelope.message);
    } else if (envelope.type === 'failed') {
      this.#emit('error', { message: envelope.text });
    }
  }

  /** @param {string} tab */
  #meet(tab) {
    const own = this.#own;
    if (!own || !this.#locks || own.tabs.has(tab)) return;
    own.tabs.add(tab);
    const gone = () => {
      own.tabs.delete(tab);
      own.board.forget(tab);
    };
    watchTab(`${this.#o.name}:${tab}`, gone, this.#life.signal, this.#locks);
  }

  /** @param {FromWorker} message */
  #deliver(message) {
    const open = this.#open.get(message.id);
    if (!open) {
      // Of the reloading of a model after a change of leader only what it has to say is of interest.
      const said = message.type === 'event' && message.event.type === 'notice';
      const mine = [...this.#loads.values()].some(({ id }) => id === message.id);
      if (said && mine) this.#emit('message', { data: message });
      return;
    }
    const seen = open.hear(message);
    if (message.type !== 'event') {
      this.#open.delete(message.id);
      if (message.type === 'result' && open.call.type === 'load')
        this.#loads.set(slotOf(open.call), open.call);
      if (message.type === 'result' && open.call.type === 'unload') this.#loads.delete(slotOf(open.call));
    }
    if (seen) this.#emit('message', { data: seen });
  }

  /** @param {string} type @param {unknown} event */
  #emit(type, event) {
    for (const listener of this.#listeners.get(type) ?? []) listener(event);
  }
}
