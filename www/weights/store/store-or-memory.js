// A store that is given up at its first failure, with a notice: the model is then used from memory.

import { CacheError } from '../../protocol/weights-error.js';

/** @typedef {import('./chunk-store.js').Store} Store */

export class StoreOrMemory {
  /** @type {Store | undefined} undefined: memory only */
  store;
  #notice;

  /** @param {Store | undefined} store @param {(notice: CacheError) => void} notice */
  constructor(store, notice) {
    this.store = store;
    this.#notice = notice;
  }

  /** @template T @param {(store: Store) => Promise<T>} ask @returns {Promise<T | undefined>} */
  async ask(ask) {
    if (!this.store) return undefined;
    try {
      return await ask(this.store);
    } catch (e) {
      this.store = undefined;
      const says = e instanceof Error ? e.message : e;
      this.#notice(
        e instanceof CacheError
          ? e
          : new CacheError('storage_unavailable', `Storage failed: ${says}`, { cause: e }),
      );
      return undefined;
    }
  }
}
