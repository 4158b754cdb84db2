// The words of the service in a question's language, which may be another than the page's.
import { fill } from '../locales/fill.js';
import { loadWords } from '../locales/tables.js';

/** @type {Map<string, Promise<import('./product-answer.js').Say>>} */
const known = new Map();

/** @param {string} language @returns {Promise<import('./product-answer.js').Say>} */
export function serviceWords(language) {
  let words = known.get(language);
  if (!words) {
    words = loadWords(language, 'service').then(
      ({ language: had, words: table }) =>
        (key, values = {}) =>
          fill(had, table[/** @type {keyof typeof table} */ (key)] ?? key, values),
    );
    known.set(language, words);
    words.catch(() => known.delete(language));
  }
  return words;
}
