// From a model's address, as the settings have it, to where it is fetched from. Loaded with the first model.
import { parseAddress } from '../weights/sources/sources.js';
import { DEFAULTS, DEFAULT_MODEL } from './settings.js';

/** @typedef {import('../protocol/messages.js').ModelSource} ModelSource */

/** @param {string} address @param {string} base @returns {ModelSource} */
export function sourceOf(address, base) {
  if (address === DEFAULTS.model) {
    const { id, title, size, sha256 } = DEFAULT_MODEL;
    return { url: new URL(address, base).href, id, name: title, size, sha256 };
  }
  if (/^[\w.-]+(\/[\w.-]+)*\.gguf$/.test(address)) return { url: new URL(address, base).href };
  const source = parseAddress(address);
  return 'url' in source ? { url: new URL(source.url, base).href } : source;
}
