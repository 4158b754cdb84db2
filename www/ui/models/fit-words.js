// Why a model doesn't fit this device, and what would, in the person's language. Loaded with the lists of models.
import { fill } from '../../locales/fill.js';
import { loadWords } from '../../locales/tables.js';

/** What puts a misfit in words, once the words are there. @typedef {Awaited<ReturnType<typeof loadFitWords>>} FitWords */

/** @param {import('../lib/i18n.js').I18n} i18n */
export async function loadFitWords(i18n) {
  const { language, words } = await loadWords(i18n.language, 'fit');
  /** @type {(why: import('../../weights/manage/fit.js').Misfit, instead?: ReturnType<typeof import('../../weights/manage/fit.js').instead>) => string} */
  return (why, instead) => fitWords(i18n, language, words, why, instead);
}

/**
 * @param {import('../lib/i18n.js').I18n} i18n @param {string} language @param {import('../../locales/tables.js').Fit} words
 * @param {import('../../weights/manage/fit.js').Misfit} why @param {ReturnType<typeof import('../../weights/manage/fit.js').instead>} [instead]
 */
function fitWords({ bytes, number }, language, words, why, instead) {
  const { what, name, contextLength, needed, there } = why;
  const sentence = fill(language, words[what], {
    name,
    context: number(contextLength),
    needed: bytes(needed),
    there: bytes(there),
  });
  if (!instead) return sentence;
  const { other } = instead;
  const remedy = instead.contextLength
    ? fill(language, words.shorter, { context: number(instead.contextLength) })
    : other
      ? fill(language, words.other, {
          name: other.name,
          quantization: other.quantization,
          size: bytes(other.approx_mb * 1e6),
        })
      : words.none;
  return fill(language, words.join, { sentence, remedy });
}
