// The leader's side: many tabs' calls to one engine worker, answers back to who asked. Runs no engine itself.

import { isCommand, slotOf } from '../protocol/messages.js';

/**
 * @typedef {import('../protocol/messages.js').ToWorker} ToWorker
 * @typedef {import('../protocol/messages.js').FromWorker} FromWorker
 * @typedef {import('../protocol/messages.js').LoadRequest} LoadRequest
 * @typedef {import('./client.js').Port} Port
 * @typedef {(message: FromWorker) => void} Reply
 * @typedef {{tab: string, id: number, reply: Reply}} Asker
 * @typedef {{key: string, number: number, askers: Asker[], answer?: FromWorker}} Loaded the model that is loaded or loading, and for whom
 */

export class Switchboard {
  #port;
  #next = 1;
  /** @type {Map<number, Asker[]>} by the worker's call number; more than one asker when tabs load the same model */
  #open = new Map();
  /** @type {Map<string, Loaded>} by slot */
  #loaded = new Map();
  /** @type {Map<string, Map<string, {key: string, load: LoadRequest}>>} the models that each tab talks to, by tab and slot */
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
    const slot = slotOf(message);
    const wants = this.#wants.get(tab) ?? new Map();
    if (message.type === 'load') {
      const key = keyOf(message);
      this.#wants.set(tab, wants.set(slot, { key, load: message }));
      return this.#load(key, message, asker);
    }
    if (message.type === 'unload') {
      wants.delete(slot);
      // Others still talk to it.
      if (tabs > 1) return reply({ type: 'result', id: message.id, value: undefined });
      this.#loaded.delete(slot);
    } else {
      // Another tab has changed the model: this one's answers must still come from its own.
      const want = wants.get(slot);
      if (want && want.key !== this.#loaded.get(slot)?.key) this.#load(want.key, want.load);
    }
    this.#post(message, [asker]);
  }

  /** @param {string} key @param {LoadRequest} load @param {Asker} [asker] */
  #load(key, load, asker) {
    const slot = slotOf(load);
    const loaded = this.#loaded.get(slot);
    if (asker && loaded?.key === key) loaded.askers.push(asker);
    if (loaded?.key !== key) {
      this.#loaded.set(slot, { key, number: this.#next, askers: asker ? [asker] : [] });
      this.#post(load, asker ? [asker] : []);
    } else if (asker && loaded.answer) {
      asker.reply({ ...loaded.answer, id: asker.id });
    } else if (asker) {
      this.#open.get(loaded.number)?.push(asker);
    }
  }

  /** @param {import('../protocol/messages.js').Call} message @param {Asker[]} askers */
  #post(message, askers) {
    const number = this.#next++;
    this.#open.set(number, askers);
    this.#port.postMessage({ ...message, id: number }, []);
  }

  /** A tab is gone: what it asked for is not wanted any more. @param {string} tab */
  forget(tab) {
    this.#wants.delete(tab);
    for (const loaded of this.#loaded.values())
      loaded.askers = loaded.askers.filter((asker) => asker.tab !== tab);
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

  /** What one tab says of a load holds for all that wait for it. @param {string} tab @param {import('../protocol/messages.js').Command} command */
  #command(tab, { type, id }) {
    for (const [number, askers] of this.#open) {
      if (askers.some((asker) => asker.tab === tab && asker.id === id))
        this.#port.postMessage({ type, id: number }, []);
    }
  }

  /** @param {FromWorker} message */
  #answer(message) {
    const [slot, loaded] = [...this.#loaded].find(([, each]) => each.number === message.id) ?? [];
    const askers = loaded?.answer ? loaded.askers : (this.#open.get(message.id) ?? []);
    if (message.type !== 'event') {
      this.#open.delete(message.id);
      if (loaded && message.type === 'result') loaded.answer = message;
      else if (loaded && slot !== undefined) this.#loaded.delete(slot);
    }
    for (const { id, reply } of askers) reply({ ...message, id });
  }
}

/** Two loads with the same key want the same engine. @param {import('../protocol/messages.js').LoadRequest} load */
function keyOf({ source, options }) {
  return JSON.stringify([source, options], (_, value) =>
    value instanceof File ? [value.name, value.size, value.lastModified] : value,
  );
}
