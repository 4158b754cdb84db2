// The whole file's SHA-256 from chunks that pass by once, in about their order: for models that are stored nowhere.
import { Sha256 } from './sha256.js';

export class OrderedHash {
  #hash = new Sha256();
  #next = 0;
  /** @type {Map<number, ArrayBuffer>} arrived before one that comes first; as many as are fetched at a time */
  #early = new Map();

  /** @param {number} index @param {ArrayBuffer} bytes */
  add(index, bytes) {
    if (index < this.#next) return; // fetched again
    this.#early.set(index, bytes);
    for (let next = this.#early.get(this.#next); next; next = this.#early.get(this.#next)) {
      this.#hash.update(new Uint8Array(next));
      this.#early.delete(this.#next++);
    }
  }

  /** @param {number} count of chunks @returns {string | undefined} undefined: not all have passed */
  digest(count) {
    return this.#next === count ? this.#hash.digest() : undefined;
  }
}
