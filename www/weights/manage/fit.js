// Whether a model with its context can run on this device, and which one of the catalog can if it can't. Arithmetic on what the browser says; measures no speed.

import { CacheError, megabytes } from '../../protocol/weights-error.js';

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
 * @property {boolean} [recommended] false: never offered by itself, only in the list
 * @property {boolean} [thinks] writes its reasoning before the answer
 *
 * @typedef {Pick<CatalogEntry, 'id' | 'name' | 'url' | 'hub' | 'size' | 'sha256' | 'approx_mb' | 'licence' | 'languages'>} CatalogEncoder a model that searches documents by meaning
 * @typedef {{note: string, models: CatalogEntry[], encoder?: CatalogEncoder, python?: {url: string}}} Catalog `python`: the folder of Pyodide, where the operator has added it
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

/** @typedef {{heap: number, all: number}} Held bytes that models hold: in the wasm heap, and wherever */

/** What a loaded model holds. @param {import('../../protocol/messages.js').EngineInfo} info @returns {Held} */
export function heldBy({
  weight_bytes: weightBytes,
  kv_bytes_per_token: kv,
  context_length: length,
  backend,
  reasons,
}) {
  const encodes = reasons?.some(({ code }) => code === 'encoder') ?? false;
  const need = { name: '', weightBytes, kvBytesPerToken: encodes ? 0 : kv, contextLength: length };
  const all = memoryNeeded(need) - ENGINE;
  return { heap: backend === 'gpu' ? 0 : all, all };
}

/** What is left of a device beside the models that are loaded already. @param {Device} device @param {Held} held @returns {Device} */
export function beside({ heapBytes = HEAP, memoryBytes, ...device }, { heap, all }) {
  return {
    ...device,
    heapBytes: Math.max(0, heapBytes - heap),
    ...(memoryBytes === undefined ? {} : { memoryBytes: Math.max(0, memoryBytes - all / SHARE) }),
  };
}

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
 * @typedef {object} Misfit why a model doesn't fit; a page may say it in its own words
 * @property {'heap' | 'memory' | 'buffer' | 'room'} what is too small
 * @property {string} name of the model
 * @property {number} contextLength tokens
 * @property {number} needed bytes
 * @property {number} there bytes
 */

/**
 * Undefined when it fits, as far as the browser says.
 * @param {Need} need @param {Device} device @returns {Misfit | undefined}
 */
export function misfit(need, device) {
  const { name, contextLength, weightBytes } = need;
  const bytes = memoryNeeded(need);
  const kv = need.kvBytesPerToken * contextLength;
  const { heapBytes = HEAP, memoryBytes = Infinity, gpuBufferBytes = Infinity } = device;
  const { gpu = false, roomBytes = Infinity } = device;
  /** @param {Misfit['what']} what @param {number} needed @param {number} there */
  const found = (what, needed, there) => ({ what, name, contextLength, needed, there });
  if (!gpu && bytes > heapBytes) return found('heap', bytes, heapBytes);
  if (bytes > memoryBytes * SHARE) return found('memory', bytes, memoryBytes);
  if (gpu && kv > gpuBufferBytes) return found('buffer', kv, gpuBufferBytes);
  if (weightBytes > roomBytes) return found('room', weightBytes, roomBytes);
  return undefined;
}

/**
 * Why it doesn't fit, as a sentence; undefined when it does.
 * @param {Need} need @param {Device} device @returns {string | undefined}
 */
export function whyNot(need, device) {
  const found = misfit(need, device);
  if (!found) return undefined;
  const { what, name, contextLength } = found;
  const [needed, there] = [found.needed, found.there].map(megabytes);
  return {
    heap: `${name} needs ${needed} with a context of ${contextLength}, and a page may use ${there}.`,
    memory: `${name} needs ${needed} of memory with a context of ${contextLength}; this device has about ${there} for everything.`,
    buffer: `A context of ${contextLength} needs ${needed} and the GPU’s largest buffer is ${there}.`,
    room: `${name} is ${needed} and the browser has room for ${there}.`,
  }[what];
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
 * What would fit instead: the same model with less context, which people want most, or else another one.
 * @param {Need} need one that doesn't fit @param {Device} device @param {Catalog} catalog
 * @returns {{contextLength?: number, other?: CatalogEntry}}
 */
export function instead(need, device, catalog) {
  for (let contextLength = need.contextLength / 2; contextLength >= 1024; contextLength /= 2) {
    if (!misfit({ ...need, contextLength }, device)) return { contextLength };
  }
  return { other: bestFit(catalog, device, need) };
}

/**
 * Before the first byte of a model: throws `wont_fit` with the numbers and the name of one that will.
 * @param {Need} need @param {Device} device @param {Catalog} catalog
 */
export function checkFit(need, device, catalog) {
  const why = whyNot(need, device);
  if (why === undefined) return;
  const { contextLength, other } = instead(need, device, catalog);
  if (contextLength) {
    throw new CacheError('wont_fit', why, {
      remedy: `It fits with a context of ${contextLength}.`,
      ...(memoryNeeded(need) <= (device.heapBytes ?? HEAP) ? { offer: /** @type {const} */ ('anyway') } : {}),
    });
  }
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
