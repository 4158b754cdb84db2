// The words of writing by templates and of the commands, loaded with them.
import { fill } from '../../locales/fill.js';
import { loadWords } from '../../locales/tables.js';

/** @typedef {keyof import('../../locales/tables.js').WritingWords} WritingKey */
/** @typedef {(key: WritingKey, values?: Record<string, string | number>) => string} Words */

/**
 * @param {string} language
 * @returns {Promise<{w: Words, has: (key: string) => key is WritingKey}>}
 */
export async function writingWords(language) {
  const found = await loadWords(language, 'writing');
  return {
    w: (key, values = {}) => fill(found.language, found.words[key], values),
    has: /** @returns {key is WritingKey} */ (key) => key in found.words,
  };
}
