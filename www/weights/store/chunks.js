// Arithmetic of fixed-size chunks: which bytes a chunk covers and which chunks a read needs. No IO.

const MIB = 1024 * 1024;

/**
 * Bytes of a stored chunk. See the measurements in docs/hosting.md; the size a model was stored with is kept in
 * its record, so this may change without losing anyone's download.
 */
export const CHUNK_SIZE = 8 * MIB;

/** @param {number} size file bytes @param {number} chunkSize */
export function chunkCount(size, chunkSize) {
  return Math.ceil(size / chunkSize);
}

/**
 * @param {number} index @param {number} size file bytes @param {number} chunkSize
 * @returns {{start: number, end: number, length: number}} bytes start..end-1 of the file
 */
export function chunkBounds(index, size, chunkSize) {
  const start = index * chunkSize;
  const end = Math.min(size, start + chunkSize);
  return { start, end, length: end - start };
}

/**
 * The pieces of chunks that make up the bytes offset..offset+length-1.
 * @param {number} offset @param {number} length @param {number} chunkSize
 * @returns {Array<{index: number, from: number, to: number}>} from..to-1 within each chunk
 */
export function spans(offset, length, chunkSize) {
  const out = [];
  for (let at = offset; at < offset + length;) {
    const index = Math.floor(at / chunkSize);
    const from = at - index * chunkSize;
    const to = Math.min(chunkSize, from + (offset + length - at));
    out.push({ index, from, to });
    at += to - from;
  }
  return out;
}

/** Indices below count that are not in have, ascending. @param {number} count @param {ReadonlySet<number>} have */
export function missingChunks(count, have) {
  const out = [];
  for (let i = 0; i < count; i++) if (!have.has(i)) out.push(i);
  return out;
}
