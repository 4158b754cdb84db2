// The words of the page in the person's language, and numbers as that language writes them.
import { fill } from '../../locales/fill.js';
import { LANGUAGES, loadWords } from '../../locales/tables.js';

/** @typedef {import('../../locales/tables.js').Key} Key */
/** @typedef {import('../../locales/tables.js').Page} Page */
/** @typedef {(key: Key, values?: Record<string, string | number>) => string} Translate */

/** @typedef {import('../../locales/tables.js').More} More */

const RIGHT_TO_LEFT = /^(ar|fa|he|ur)\b/;

/**
 * @typedef {object} I18n
 * @property {string} language
 * @property {'ltr' | 'rtl'} direction
 * @property {Translate} t
 * @property {(key: string) => boolean} has whether there are words under this key
 * @property {(bytes: number) => string} bytes
 * @property {(seconds: number) => string} duration
 * @property {(value: number, digits?: number) => string} number
 */

/**
 * @param {string} wanted 'auto' or a language @param {readonly string[]} preferred what the browser asks for
 * @param {readonly string[]} [known]
 */
export function pickLanguage(wanted, preferred, known = LANGUAGES) {
  if (known.includes(wanted)) return wanted;
  for (const tag of preferred) {
    const language = tag.toLowerCase().split('-')[0];
    if (known.includes(language)) return language;
  }
  return 'en';
}

/** A language in its own words. @param {string} language */
export const languageName = (language) =>
  new Intl.DisplayNames([language], { type: 'language' }).of(language) ?? language;

/** English if the language is out of reach: a page in English is better than none. @param {string} language one of pickLanguage's answers @returns {Promise<I18n>} */
export async function loadLanguage(language) {
  const found = await loadWords(language, 'page');
  return makeI18n(found.language, found.words);
}

/**
 * With the words of a section that is loaded when it is wanted.
 * @template {More} S
 * @typedef {Omit<I18n, 't'> & {t: (key: Key | keyof import('../../locales/tables.js').Table[S], values?: Record<string, string | number>) => string}} I18nWith
 */

/**
 * @template {More} S
 * @param {I18n} i18n @param {S} section @returns {Promise<I18nWith<S>>}
 */
export async function withWords(i18n, section) {
  const { language, words } = await loadWords(i18n.language, section);
  const more = /** @type {Record<PropertyKey, string>} */ (/** @type {unknown} */ (words));
  return {
    ...i18n,
    t: (key, values = {}) =>
      key in more ? fill(language, more[key], values) : i18n.t(/** @type {Key} */ (key), values),
    has: (key) => key in more || i18n.has(key),
  };
}

/** @param {string} language @param {Page} words @returns {I18n} */
export function makeI18n(language, words) {
  /** @type {Translate} */
  const t = (key, values = {}) => fill(language, words[key], values);
  /** @type {Intl.NumberFormat[]} making one is slow, and the speed is shown with every token */
  const formats = [];
  /** @param {number} value @param {number} digits */
  const number = (value, digits = 0) => {
    formats[digits] ??= new Intl.NumberFormat(language, {
      maximumFractionDigits: digits,
      minimumFractionDigits: digits,
    });
    return formats[digits].format(value);
  };
  return {
    language,
    direction: RIGHT_TO_LEFT.test(language) ? 'rtl' : 'ltr',
    t,
    has: (key) => key in words,
    number,
    bytes(bytes) {
      if (bytes >= 1e9) return `${number(bytes / 1e9, 2)} GB`;
      if (bytes >= 1e6) return `${number(bytes / 1e6, bytes < 1e7 ? 1 : 0)} MB`;
      return `${number(bytes / 1e3)} kB`;
    },
    duration(seconds) {
      if (seconds < 60) return t('seconds', { n: number(Math.max(1, Math.round(seconds))) });
      return t('minutes', { n: number(Math.round(seconds / 60)) });
    },
  };
}
