// Numbers in as few bytes as they need, and the marks of a knowledge file. Shared by who writes it and who reads it.

/** How a knowledge file begins: this, the length of its directory in bytes, a line's end, the directory. */
export const MARK = 'loquat-knowledge 1 ';

/** @param {number} value below 2^32 @param {number[]} to */
export function put(value, to) {
  let rest = value >>> 0;
  while (rest >= 0x80) {
    to.push((rest & 0x7f) | 0x80);
    rest >>>= 7;
  }
  to.push(rest);
}

/** Reads one number after the other. @param {Uint8Array} bytes @param {number} [at] */
export function reader(bytes, at = 0) {
  return {
    get more() {
      return at < bytes.length;
    },
    next() {
      let value = 0;
      for (let shift = 0; shift < 35; shift += 7) {
        if (at >= bytes.length) throw new Error('The list of numbers ends too early.');
        const byte = bytes[at++];
        value += (byte & 0x7f) * 2 ** shift;
        if (byte < 0x80) return value;
      }
      throw new Error('A number in the list is too long.');
    },
  };
}

/** @param {Uint8Array} bytes */
export const isGzip = (bytes) => bytes[0] === 0x1f && bytes[1] === 0x8b;
