// The leader's side: many tabs' calls to one engine worker, answers back to who asked. Runs no engine itself.

/**
 * @typedef {import('../engine/protocol.js').ToWorker} ToWorker
 * @typedef {import('../engine/protocol.js').FromWorker} FromWorker
 * @typedef {import('../engine/client.js').Port} Port
 * @typedef {(message: FromWorker) => void} Reply
 * @typedef {{tab: string, id: number, reply: Reply}} Asker
 */

export class Switchboard {
  #port;
  #next = 1;
  /** @type {Map<number, Asker[]>} by the worker's call number; more than one asker when tabs load the same model */
  #open = new Map();
  /** @type {{key: string, number: number, answer?: FromWorker} | undefined} the model that is loaded or loading */
  #loaded;

  /** @param {Port} port the engine's worker */
  constructor(port) {
    this.#port = port;
    port.addEventListener('message', (event) => this.#answer(event.data));
  }

  /** @param {string} tab @param {ToWorker} message @param {Reply} reply @param {number} tabs how many there are */
  ask(tab, message, reply, tabs) {
    if (message.type === 'cancel') return this.#cancel(tab, message.id);
    const asker = { tab, id: message.id, reply };
    if (message.type === 'load') {
      const key = keyOf(message);
      if (this.#loaded?.key === key) {
        const { answer, number } = this.#loaded;
        if (answer) reply({ ...answer, id: message.id });
        else this.#open.get(number)?.push(asker);
        return;
      }
      this.#loaded = { key, number: this.#next };
    } else if (message.type === 'unload') {
      // Others still talk to it.
      if (tabs > 1) return reply({ type: 'result', id: message.id, value: undefined });
      this.#loaded = undefined;
    }
    const number = this.#next++;
    this.#open.set(number, [asker]);
    this.#port.postMessage({ ...message, id: number });
  }

  /** A tab is gone: what it asked for is not wanted any more. @param {string} tab */
  forget(tab) {
    for (const askers of this.#open.values())
      for (const asker of [...askers]) if (asker.tab === tab) this.#cancel(tab, asker.id);
  }

  /** @param {string} tab @param {number} id */
  #cancel(tab, id) {
    for (const [number, askers] of this.#open) {
      const asker = askers.find((a) => a.tab === tab && a.id === id);
      if (!asker) continue;
      if (askers.length === 1) return this.#port.postMessage({ type: 'cancel', id: number });
      askers.splice(askers.indexOf(asker), 1); // the other tabs still want the model
      const error = { name: 'AbortError', code: 'aborted', message: 'cancelled', remedy: '' };
      return asker.reply({ type: 'error', id, error });
    }
  }

  /** @param {FromWorker} message */
  #answer(message) {
    const askers = this.#open.get(message.id) ?? [];
    if (message.type !== 'event') {
      this.#open.delete(message.id);
      const loaded = this.#loaded;
      if (loaded?.number === message.id) {
        if (loaded && message.type === 'result') loaded.answer = message;
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
