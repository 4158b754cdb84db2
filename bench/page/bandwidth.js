// How fast this browser's wasm reads memory: one thread sums a buffer too large for any cache, 128 bits a load.

const LOADS = 8; // a round of the loop: 8 × 16 bytes into 8 sums

/** @param {number} value @returns {number[]} */
function leb(value) {
  return value < 128 ? [value] : [(value & 127) | 128, ...leb(value >>> 7)];
}

/** @param {number} id @param {number[]} body */
const section = (id, body) => [id, ...leb(body.length), ...body];
/** @param {string} text */
const name = (text) => [text.length, ...new TextEncoder().encode(text)];

/** A module with `memory` and `sum(start, end)`, which reads start..end, both multiples of 128. @param {number} pages of 64 KiB */
export function reader(pages) {
  const [i32, v128] = [0x7f, 0x7b];
  const local = (/** @type {number} */ i) => 2 + i; // after the two parameters
  const code = [
    ...[1, LOADS, v128], // LOADS locals
    ...[0x03, 0x40], // loop
    ...Array.from({ length: LOADS }, (_, i) => [
      ...[0x20, local(i), 0x20, 0], // sum i, address
      ...[0xfd, 0x00, 4, ...leb(16 * i)], // v128.load, aligned to 16
      ...[0xfd, 0xae, 0x01, 0x21, local(i)], // i32x4.add into sum i
    ]).flat(),
    ...[0x20, 0, 0x41, ...leb(16 * LOADS), 0x6a, 0x22, 0], // address += 128 (as signed LEB: two bytes)
    ...[0x20, 1, 0x49, 0x0d, 0, 0x0b], // while below the end
    ...[0x20, local(0)],
    ...Array.from({ length: LOADS - 1 }, (_, i) => [0x20, local(i + 1), 0xfd, 0xae, 0x01]).flat(),
    ...[0xfd, 0x1b, 0, 0x0b], // lane 0 of the total
  ];
  return new Uint8Array([
    ...[0, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...section(1, [1, 0x60, 2, i32, i32, 1, i32]),
    ...section(3, [1, 0]),
    ...section(5, [1, 0, ...leb(pages)]),
    ...section(7, [2, ...name('memory'), 2, 0, ...name('sum'), 0, 0]),
    ...section(10, [1, ...leb(code.length), ...code]),
  ]);
}

/**
 * Bytes a second, once for each pass.
 * @param {number} passes @param {number} [bytes]
 */
export async function measureBandwidth(passes, bytes = 256 << 20) {
  const { instance } = await WebAssembly.instantiate(reader(bytes >>> 16));
  const { memory, sum } =
    /** @type {{memory: WebAssembly.Memory, sum: (start: number, end: number) => number}} */ (
      /** @type {unknown} */ (instance.exports)
    );
  new Uint8Array(memory.buffer).fill(1); // real pages, not the kernel's one page of zeros
  const expected = (0x01010101 * (bytes / 16)) | 0;
  for (let i = 0; i < 200; i++) sum(0, 1 << 20); // until the compiler has done its best
  /** @type {number[]} */
  const rates = [];
  for (let i = 0; i < passes; i++) {
    const start = performance.now();
    const total = sum(0, bytes);
    rates.push((bytes / (performance.now() - start)) * 1000);
    if (total !== expected) throw new Error(`the reader read ${total}, not ${expected}`);
  }
  return rates;
}
