// A counter of how many may work at once. Used for connections, shared by the parts of a split model.

import { abortError } from '../../protocol/weights-error.js';

export class Slots {
  #free;
  /** @type {Array<() => void>} */
  #waiting = [];

  /** @param {number} count */
  constructor(count) {
    this.#free = count;
  }

  /** @param {AbortSignal} [signal] @returns {Promise<void>} */
  async acquire(signal) {
    if (signal?.aborted) throw abortError(signal);
    if (this.#free > 0) {
      this.#free--;
      return;
    }
    await new Promise((resolve, reject) => {
      const stop = () => {
        this.#waiting = this.#waiting.filter((w) => w !== go);
        reject(abortError(signal));
      };
      const go = () => {
        signal?.removeEventListener('abort', stop);
        resolve(undefined);
      };
      signal?.addEventListener('abort', stop, { once: true });
      this.#waiting.push(go);
    });
  }

  release() {
    const next = this.#waiting.shift();
    if (next) next();
    else this.#free++;
  }
}
