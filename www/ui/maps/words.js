// The words of maps in the page's language, loaded with the first one.
import { fill } from '../../locales/fill.js';
import { loadWords } from '../../locales/tables.js';

/** @typedef {import('../../locales/tables.js').Maps} Maps */
/** @typedef {(key: keyof Maps, values?: Record<string, string | number>) => string} MapWords */

/** @param {string} language @returns {Promise<MapWords>} */
export async function mapWords(language) {
  const table = await loadWords(language, 'maps');
  return (key, values = {}) => fill(table.language, table.words[key], values);
}
