// The page's words by language and section. A language is a file in this folder and nothing else: the bundler finds it,
// and makes each section of it a module of its own, so that the page loads the language it shows and only what it needs of it.

/**
 * @typedef {typeof import('./en.js')} Table English has every key; the type check and a test hold the others to it
 * @typedef {keyof typeof import('./en.js').page} Key
 * @typedef {Readonly<Record<Key, string>>} Page
 * @typedef {Readonly<Record<keyof typeof import('./en.js').panels, string>>} Panels
 * @typedef {Readonly<Record<keyof typeof import('./en.js').notices, string>>} Notices
 * @typedef {Readonly<Record<keyof typeof import('./en.js').parts, string>>} Parts
 * @typedef {Readonly<Record<string, readonly [says: string, remedy: string]>>} Errors
 * @typedef {Readonly<Record<keyof typeof import('./en.js').manager, string>>} Manager
 * @typedef {Readonly<Record<keyof typeof import('./en.js').documents, string>>} Documents
 * @typedef {Readonly<Record<keyof typeof import('./en.js').fit, string>>} Fit
 * @typedef {Readonly<Record<keyof typeof import('./en.js').reasons, string>>} Reasons
 * @typedef {Readonly<Record<keyof typeof import('./en.js').writing, string>>} WritingWords
 * @typedef {Readonly<Record<keyof typeof import('./en.js').service, string>>} Service
 * @typedef {Readonly<Record<keyof typeof import('./en.js').configurator, string>>} Configurator
 * @typedef {Readonly<Record<keyof typeof import('./en.js').feedback, string>>} Feedback
 * @typedef {Readonly<Record<keyof typeof import('./en.js').code, string>>} Code
 * @typedef {Readonly<Record<keyof typeof import('./en.js').maps, string>>} Maps
 * @typedef {Readonly<Record<keyof typeof import('./en.js').tables, string>>} Tables
 * @typedef {Readonly<Record<keyof typeof import('./en.js').launcher, string>>} Launcher
 */

/** Sections whose words go on where those of the page end. @typedef {'panels' | 'notices' | 'parts' | 'code' | 'feedback' | 'configurator'} More */

/** The languages that have a file here. */
export const LANGUAGES = typeof __LOQUAT_LANGUAGES__ === 'undefined' ? ['en'] : __LOQUAT_LANGUAGES__;

/**
 * One section of a language, loaded once. English stands in where it is out of reach.
 * @template {'page' | 'errors' | 'documents' | 'manager' | 'fit' | 'reasons' | 'maps' | 'service' | 'tables' | 'writing' | More} S
 * @param {string} language @param {S} section @returns {Promise<{language: string, words: Table[S]}>}
 */
export async function loadWords(language, section) {
  try {
    return { language, words: (await load(language, section))[section] };
  } catch (error) {
    if (language === 'en') throw error;
    return loadWords('en', section);
  }
}

/** Written out by the bundler, a line for each file and section. @param {string} language @param {string} section @returns {Promise<Table>} */
const load = (language, section) => import(`./${language}.js?${section}`);
