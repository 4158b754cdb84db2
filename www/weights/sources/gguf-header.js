// The shape of a GGUF header: where its metadata and tensor entries lie. For joining split files and for what a model will need; the engine reads GGUF itself (src/gguf.rs).
// Format: the GGUF specification of the ggml project, versions 2 and 3, little-endian.

import { CacheError } from '../../protocol/weights-error.js';
import { hasMagic } from '../store/integrity.js';

/** Bytes of a value by GGUF type number; 8 is a string, 9 an array. @type {Record<number, number>} */
const SIZES = { 0: 1, 1: 1, 2: 2, 3: 2, 4: 4, 5: 4, 6: 4, 7: 1, 10: 8, 11: 8, 12: 8 };

/**
 * @typedef {object} Header
 * @property {number} version
 * @property {Array<{key: string, start: number, end: number, value: number | undefined}>} metadata bytes start..end-1 of the entry; value of a whole number
 * @property {Array<{start: number, offsetAt: number, offset: number}>} tensors bytes start..offsetAt-1, then the u64 offset in the data
 * @property {number} alignment
 * @property {number} dataStart
 */

class Short extends Error {}

/**
 * @param {Uint8Array} bytes the file's start @param {string} name for messages @param {boolean} [part] as much of it as there is will do
 * @returns {Header | undefined} undefined: more bytes are needed
 */
export function parseHeader(bytes, name, part = false) {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let at = 0;
  const need = (/** @type {number} */ n) => {
    if (at + n > bytes.length) throw new Short();
    at += n;
    return at - n;
  };
  const u32 = () => view.getUint32(need(4), true);
  const u64 = () => {
    const n = Number(view.getBigUint64(need(8), true));
    if (!Number.isSafeInteger(n))
      throw new CacheError('not_gguf', `${name}: absurd number ${n} at byte ${at - 8} of the header.`);
    return n;
  };
  const string = () => {
    const length = u64();
    const start = need(length);
    return bytes.subarray(start, start + length);
  };
  /** @param {number} type @returns {number | undefined} */
  const value = (type, depth = 0) => {
    if (type === 8) {
      string();
    } else if (type === 9 && depth < 4) {
      const inner = u32();
      const count = u64();
      if (SIZES[inner]) need(count * SIZES[inner]);
      else for (let i = 0; i < count; i++) value(inner, depth + 1);
    } else if (SIZES[type]) {
      const start = need(SIZES[type]);
      if (type === 2) return view.getUint16(start, true);
      if (type === 4) return view.getUint32(start, true);
      if (type === 5) return view.getInt32(start, true);
      if (type === 10) return Number(view.getBigUint64(start, true));
    } else {
      throw new CacheError('not_gguf', `${name}: unknown metadata type ${type} at byte ${at}.`);
    }
    return undefined;
  };
  /** @type {Header | undefined} */
  let begun;
  try {
    if (!hasMagic(bytes)) {
      if (bytes.length < 4) return undefined;
      throw new CacheError('not_gguf', `${name}: no GGUF file.`);
    }
    need(4);
    const version = u32();
    if (version !== 2 && version !== 3)
      throw new CacheError('not_gguf', `${name}: GGUF version ${version}, want 2 or 3.`);
    const tensorCount = u64();
    const metadataCount = u64();
    /** @type {Header} */
    const header = (begun = { version, metadata: [], tensors: [], alignment: 32, dataStart: 0 });
    for (let i = 0; i < metadataCount; i++) {
      const start = at;
      const key = new TextDecoder().decode(string());
      const found = value(u32());
      header.metadata.push({ key, start, end: at, value: found });
      if (key === 'general.alignment' && found && found > 0) header.alignment = found;
    }
    for (let i = 0; i < tensorCount; i++) {
      const start = at;
      string();
      const dims = u32();
      need(dims * 8 + 4);
      const offsetAt = at;
      header.tensors.push({ start, offsetAt, offset: u64() });
    }
    header.dataStart = align(at, header.alignment);
    return header;
  } catch (e) {
    if (e instanceof Short) return part ? begun : undefined;
    throw e;
  }
}

/**
 * What the start of a file says of the memory its context takes. The sizes stand before the vocabulary, so a few kB are enough.
 * @param {Uint8Array} head @param {string} name @returns {{contextLength: number, kvBytesPerToken: number} | undefined} keys and values of all layers in f16
 */
export function contextFacts(head, name) {
  /** @type {Header['metadata']} */
  let metadata = [];
  try {
    metadata = parseHeader(head, name, true)?.metadata ?? [];
  } catch {
    // Damaged, or newer than this: the engine says which.
  }
  const of = (/** @type {string} */ what) =>
    metadata.find(({ key }) => key.slice(key.indexOf('.') + 1) === what)?.value;
  const contextLength = of('context_length');
  const layers = of('block_count');
  const heads = of('attention.head_count');
  const dim = of('embedding_length');
  if (!contextLength || !layers || !heads || !dim) return undefined;
  const keyLength = of('attention.key_length') ?? Math.ceil(dim / heads);
  const valueLength = of('attention.value_length') ?? keyLength;
  return {
    contextLength,
    kvBytesPerToken: layers * (of('attention.head_count_kv') ?? heads) * (keyLength + valueLength) * 2,
  };
}

/** @param {number} n @param {number} to */
export function align(n, to) {
  return Math.ceil(n / to) * to;
}

/**
 * One header for all parts: the first part's metadata without its split.* entries, everyone's tensors, with offsets as
 * if the parts' data followed each other.
 * @param {Array<{header: Header, bytes: Uint8Array, dataSize: number}>} parts in order; bytes reach to the header's end
 * @returns {{bytes: Uint8Array<ArrayBuffer>, bases: number[], size: number}} header bytes; where each part's data begins after them; bytes of all
 */
export function mergeHeaders(parts) {
  const { header: first, bytes: source } = parts[0];
  const metadata = first.metadata.filter(({ key }) => !key.startsWith('split.'));
  /** @type {number[]} */
  const bases = [];
  let data = 0;
  for (const { dataSize } of parts) {
    bases.push(data);
    data = align(data + dataSize, first.alignment);
  }
  const tensors = parts.flatMap(({ header, bytes }, i) =>
    header.tensors.map((t) => ({ bytes: bytes.subarray(t.start, t.offsetAt), offset: bases[i] + t.offset })),
  );
  const length =
    24 +
    metadata.reduce((n, m) => n + m.end - m.start, 0) +
    tensors.reduce((n, t) => n + t.bytes.length + 8, 0);
  const out = new Uint8Array(align(length, first.alignment));
  const view = new DataView(out.buffer);
  out.set(source.subarray(0, 8));
  view.setBigUint64(8, BigInt(tensors.length), true);
  view.setBigUint64(16, BigInt(metadata.length), true);
  let at = 24;
  for (const { start, end } of metadata) {
    out.set(source.subarray(start, end), at);
    at += end - start;
  }
  for (const t of tensors) {
    out.set(t.bytes, at);
    at += t.bytes.length;
    view.setBigUint64(at, BigInt(t.offset), true);
    at += 8;
  }
  return { bytes: out, bases, size: out.length + data };
}
