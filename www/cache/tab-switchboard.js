// The leader's side: many tabs' calls to one engine worker, answers back to who asked. Runs no engine itself.

import { isCommand } from '../engine/protocol.js';

/**
 * @typedef {import('../engine/protocol.js').ToWorker} ToWorker
 * @typedef {import('../engine/protocol.js').FromWorker} FromWorker
 * @typedef {import('../engine/protocol.js').LoadRequest} LoadRequest
 * @typedef {import('../engine/client.js').Port} Port
 * @typedef {(message: FromWorker) => void} Reply
 * @typedef {{tab: string, id: number, reply: Reply}} Asker
 */

export class Switchboard {
  #port;
  #next = 1;
  /** @type {Map<number, Asker[]>} by the worker's call number; more than one asker when tabs load the same model */
  #open = new Map();
  /** @type {{key: string, number: number, askers: Asker[], answer?: FromWorker} | undefined} the model that is loaded or loading, and for whom */
  #loaded;
  /** @type {Map<string, {key: string, load: LoadRequest}>} the model that each tab talks to */
  #wants = new Map();

  /** @param {Port} port the engine's worker */
  constructor(port) {
    this.#port = port;
    port.addEventListener('message', (event) => this.#answer(event.data));
  }

  /** @param {string} tab @param {ToWorker} message @param {Reply} reply @param {number} tabs how many there are */
  ask(tab, message, reply, tabs) {
    if (message.type === 'cancel') return this.#cancel(tab, message.id);
    if (isCommand(message)) return this.#command(tab, message);
    const asker = { tab, id: message.id, reply };
    if (message.type === 'load') {
      const key = keyOf(message);
      this.#wants.set(tab, { key, load: message });
      return this.#load(key, message, asker);
    }
    if (message.type === 'unload') {
      this.#wants.delete(tab);
      // Others still talk to it.
      if (tabs > 1) return reply({ type: 'result', id: message.id, value: undefined });
      this.#loaded = undefined;
    } else {
      // Another tab has changed the model: this one's answers must still come from its own.
      const want = this.#wants.get(tab);
      if (want && want.key !== this.#loaded?.key) this.#load(want.key, want.load);
    }
    this.#post(message, [asker]);
  }

  /** @param {string} key @param {LoadRequest} load @param {Asker} [asker] */
  #load(key, load, asker) {
    const loaded = this.#loaded;
    if (asker && loaded?.key === key) loaded.askers.push(asker);
    if (loaded?.key !== key) {
      this.#loaded = { key, number: this.#next, askers: asker ? [asker] : [] };
      this.#post(load, asker ? [asker] : []);
    } else if (asker && loaded.answer) {
      asker.reply({ ...loaded.answer, id: asker.id });
    } else if (asker) {
      this.#open.get(loaded.number)?.push(asker);
    }
  }

  /** @param {import('../engine/protocol.js').Call} message @param {Asker[]} askers */
  #post(message, askers) {
    const number = this.#next++;
    this.#open.set(number, askers);
    this.#port.postMessage({ ...message, id: number }, []);
  }

  /** A tab is gone: what it asked for is not wanted any more. @param {string} tab */
  forget(tab) {
    this.#wants.delete(tab);
    if (this.#loaded) this.#loaded.askers = this.#loaded.askers.filter((asker) => asker.tab !== tab);
    for (const askers of this.#open.values())
      for (const asker of [...askers]) if (asker.tab === tab) this.#cancel(tab, asker.id);
  }

  /** @param {string} tab @param {number} id */
  #cancel(tab, id) {
    for (const [number, askers] of this.#open) {
      const asker = askers.find((a) => a.tab === tab && a.id === id);
      if (!asker) continue;
      if (askers.length === 1) return this.#port.postMessage({ type: 'cancel', id: number }, []);
      askers.splice(askers.indexOf(asker), 1); // the other tabs still want the model
      const error = { name: 'AbortError', code: 'aborted', message: 'cancelled', remedy: '' };
      return asker.reply({ type: 'error', id, error });
    }
  }

  /** What one tab says of a load holds for all that wait for it. @param {string} tab @param {import('../engine/protocol.js').Command} command */
  #command(tab, { type, id }) {
    for (const [number, askers] of this.#open) {
      if (askers.some((asker) => asker.tab === tab && asker.id === id))
        this.#port.postMessage({ type, id: number }, []);
    }
  }

  /** @param {FromWorker} message */
  #answer(message) {
    const loaded = this.#loaded;
    const late = loaded?.answer && loaded.number === message.id;
    const askers = late ? loaded.askers : (this.#open.get(message.id) ?? []);
    if (message.type !== 'event') {
      this.#open.delete(message.id);
      if (loaded?.number === message.id) {
        if (message.type === 'result') loaded.answer = message;
        else this.#loaded = undefined;
      }
    }
    for (const { id, reply } of askers) reply({ ...message, id });
  }
}

/** Two loads with the same key want the same engine. @param {import('../engine/protocol.js').LoadRequest} load */
function keyOf({ source, options }) {
  return JSON.stringify([source, options], (_, value) =>
    value instanceof File ? [value.name, value.size, value.lastModified] : value,
  );
}
