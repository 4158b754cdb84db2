// Whether a model with its context can run on this device, and which one of the catalog can if it can't. Arithmetic on what the browser says; measures no speed.

import { CacheError, megabytes } from './errors.js';

/**
 * @typedef {object} CatalogEntry
 * @property {string} id
 * @property {string} name
 * @property {string} [url] relative to the page
 * @property {string} [hub]
 * @property {boolean} [default]
 * @property {number} [size] bytes, a checked fact
 * @property {string} [sha256]
 * @property {number} parameters
 * @property {number} approx_mb 10^6 bytes
 * @property {string} licence
 * @property {string[]} languages
 * @property {string} quantization
 * @property {string} architecture
 * @property {number} context_length tokens
 * @property {number} kv_bytes_per_token f16
 * @property {number} min_memory_mb
 * @property {boolean} [thinks] writes its reasoning before the answer
 *
 * @typedef {{note: string, models: CatalogEntry[]}} Catalog
 *
 * @typedef {object} Need
 * @property {string} name
 * @property {number} weightBytes
 * @property {number} kvBytesPerToken
 * @property {number} contextLength tokens
 * @property {string[]} [languages] a suggestion should speak them
 *
 * @typedef {object} Device
 * @property {number} [memoryBytes] what the device has; browsers say at most 8 GB, some nothing
 * @property {number} [heapBytes] the most that wasm memory may grow to
 * @property {boolean} [gpu] weights go to the GPU instead of the wasm heap
 * @property {number} [gpuBufferBytes] the largest buffer; weights are split, but one layer's KV must fit
 * @property {number} [roomBytes] free storage; undefined when the model is cached or used from memory
 */

/** 32-bit wasm; a little is needed by the engine itself. */
const HEAP = 4 * 2 ** 30;
const ENGINE = 250e6;
/** How much of a device's memory one tab may take before it is likely to be killed. */
const SHARE = 0.6;

/** What this browser says of its device. @returns {Device} */
export function thisDevice() {
  const gigabytes = /** @type {{deviceMemory?: number} | undefined} */ (globalThis.navigator)?.deviceMemory;
  return { heapBytes: HEAP, ...(gigabytes ? { memoryBytes: gigabytes * 2 ** 30 } : {}) };
}

/**
 * Bytes of memory for weights (repacking adds a little), context and engine.
 * @param {Need} need
 */
export function memoryNeeded({ weightBytes, kvBytesPerToken, contextLength }) {
  return Math.ceil(weightBytes * 1.1 + kvBytesPerToken * contextLength + ENGINE);
}

/**
 * Why it doesn't fit; undefined when it does, as far as the browser says.
 * @param {Need} need @param {Device} device @returns {string | undefined}
 */
export function whyNot(need, device) {
  const bytes = memoryNeeded(need);
  const heap = device.heapBytes ?? HEAP;
  if (!device.gpu && bytes > heap)
    return `${need.name} needs ${megabytes(bytes)} with a context of ${need.contextLength}, and a page may use ${megabytes(heap)}.`;
  if (device.memoryBytes !== undefined && bytes > device.memoryBytes * SHARE) {
    return `${need.name} needs ${megabytes(bytes)} of memory with a context of ${need.contextLength}; this device has about ${megabytes(device.memoryBytes)} for everything.`;
  }
  if (
    device.gpu &&
    device.gpuBufferBytes !== undefined &&
    need.kvBytesPerToken * need.contextLength > device.gpuBufferBytes
  ) {
    return `A context of ${need.contextLength} needs ${megabytes(need.kvBytesPerToken * need.contextLength)} and the GPU’s largest buffer is ${megabytes(device.gpuBufferBytes)}.`;
  }
  if (device.roomBytes !== undefined && need.weightBytes > device.roomBytes) {
    return `${need.name} is ${megabytes(need.weightBytes)} and the browser has room for ${megabytes(device.roomBytes)}.`;
  }
  return undefined;
}

/** @param {CatalogEntry} entry @param {number} contextLength @returns {Need} */
export function needOf(entry, contextLength) {
  return {
    name: entry.name,
    weightBytes: entry.size ?? entry.approx_mb * 1e6,
    kvBytesPerToken: entry.kv_bytes_per_token,
    contextLength: Math.min(contextLength, entry.context_length),
    languages: entry.languages,
  };
}

/**
 * The largest model of the catalog that fits and speaks the languages; else the largest that fits.
 * @param {Catalog} catalog @param {Device} device @param {{contextLength: number, languages?: string[]}} wish
 * @returns {CatalogEntry | undefined}
 */
export function bestFit(catalog, device, { contextLength, languages = [] }) {
  const fitting = catalog.models
    .filter((entry) => whyNot(needOf(entry, contextLength), device) === undefined)
    .sort((a, b) => b.approx_mb - a.approx_mb);
  return fitting.find((entry) => languages.every((l) => entry.languages.includes(l))) ?? fitting[0];
}

/**
 * Before the first byte of a model: throws `wont_fit` with the numbers and the name of one that will.
 * @param {Need} need @param {Device} device @param {Catalog} catalog
 */
export function checkFit(need, device, catalog) {
  const why = whyNot(need, device);
  if (why === undefined) return;
  // The same model with less context, if that helps, is what people want most.
  for (let contextLength = need.contextLength / 2; contextLength >= 1024; contextLength /= 2) {
    if (whyNot({ ...need, contextLength }, device)) continue;
    throw new CacheError('wont_fit', why, {
      remedy: `It fits with a context of ${contextLength}.`,
      ...(memoryNeeded(need) <= (device.heapBytes ?? HEAP) ? { offer: /** @type {const} */ ('anyway') } : {}),
    });
  }
  const other = bestFit(catalog, device, need);
  // Browsers say little of the device's memory, but wasm's limit is certain.
  const maybe = device.gpu === true || memoryNeeded(need) <= (device.heapBytes ?? HEAP);
  throw new CacheError('wont_fit', why, {
    remedy: other
      ? `${other.name} (${other.quantization}, about ${other.approx_mb} MB) will fit.`
      : 'Close other tabs, or use a device with more memory.',
    suggestion: other?.id,
    ...(maybe ? { offer: /** @type {const} */ ('anyway') } : {}),
  });
}
