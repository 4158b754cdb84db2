// The words of the page in the person's language, and numbers as that language writes them.
import { en } from './strings-en.js';

/** @typedef {keyof typeof en} Key */
/** @typedef {Record<Key, string>} Strings */
/** @typedef {(key: Key, values?: Record<string, string | number>) => string} Translate */

/** Languages with complete strings; loaded when they are wanted. @type {Record<string, () => Promise<Strings>>} */
const LANGUAGES = {
  en: async () => en,
  zh: async () => (await import('./strings-zh.js')).zh,
};

const RIGHT_TO_LEFT = /^(ar|fa|he|ur)\b/;

/**
 * @typedef {object} I18n
 * @property {string} language
 * @property {'ltr' | 'rtl'} direction
 * @property {Translate} t
 * @property {(bytes: number) => string} bytes
 * @property {(seconds: number) => string} duration
 * @property {(value: number, digits?: number) => string} number
 */

/** @param {string} wanted 'auto' or a language @param {readonly string[]} preferred what the browser asks for */
export function pickLanguage(wanted, preferred) {
  if (wanted in LANGUAGES) return wanted;
  for (const tag of preferred) {
    const language = tag.toLowerCase().split('-')[0];
    if (language in LANGUAGES) return language;
  }
  return 'en';
}

/** @param {string} language one of pickLanguage's answers @returns {Promise<I18n>} */
export async function loadLanguage(language) {
  try {
    return makeI18n(language, await (LANGUAGES[language] ?? LANGUAGES.en)());
  } catch {
    return makeI18n('en', en); // out of reach: a page in English is better than none
  }
}

/** Puts values into the places of a sentence. @param {string} sentence @param {Record<string, string | number>} values */
export const fill = (sentence, values) =>
  sentence.replace(/\{(\w+)\}/g, (_, name) => String(values[name] ?? ''));

/** @param {string} language @param {Strings} strings @returns {I18n} */
export function makeI18n(language, strings) {
  /** @type {Translate} */
  const t = (key, values = {}) => fill(strings[key], values);
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
