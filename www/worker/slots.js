// The models that are loaded side by side, what memory they hold, and which of them rests when another needs room.

/**
 * @typedef {import('../weights/manage/fit.js').Held} Held
 * @typedef {import('../protocol/wasm-types.js').Engine} Engine
 * @typedef {import('../protocol/wasm-types.js').Embedder} Embedder
 */

/** @type {Held} */
const NOTHING = { heap: 0, all: 0 };

/** One model of those side by side. */
export class Slot {
  /** @type {Engine | undefined} */
  engine;
  /** @type {Embedder | undefined} in the engine's place */
  embedder;
  /** @type {import('../protocol/messages.js').LoadRequest | undefined} what it was loaded by */
  loaded;
  losses = 0; // of the GPU, since a page asked for this model
  used = 0; // counts up with each call
  /** @type {Held} */
  held = NOTHING;

  unload() {
    this.engine?.free();
    this.embedder?.free();
    this.engine = this.embedder = undefined;
    this.loaded = undefined;
    this.held = NOTHING;
  }

  /** Gives the memory back; the next call loads the model again. */
  rest() {
    const { loaded } = this;
    this.unload();
    this.loaded = loaded;
  }
}

/** All of them, by name. */
export class Slots {
  /** @type {Map<string, Slot>} */
  #all = new Map();
  #clock = 0;

  /** One for a call: what is not there yet is empty, and kept by `keep` only. @param {string} name */
  use(name) {
    const slot = this.#all.get(name) ?? new Slot();
    slot.used = ++this.#clock;
    return slot;
  }

  /** @param {string} name @param {Slot} slot */
  keep(name, slot) {
    this.#all.set(name, slot);
  }

  /** @param {string} name */
  remove(name) {
    this.#all.delete(name);
  }

  /** What the models beside a slot hold together. @param {Slot} slot @returns {Held} */
  heldBeside(slot) {
    const others = [...this.#all.values()].filter((other) => other !== slot);
    const sum = (/** @type {keyof Held} */ key) => others.reduce((all, { held }) => all + held[key], 0);
    return { heap: sum('heap'), all: sum('all') };
  }

  /** Of the other models that are loaded, the one that was used longest ago rests. @param {Slot} slot @returns {boolean} whether there was one */
  makeRoom(slot) {
    const others = [...this.#all.values()].filter((other) => other !== slot && other.held !== NOTHING);
    const [oldest] = others.sort((a, b) => a.used - b.used);
    oldest?.rest();
    return oldest !== undefined;
  }
}
