// An error's code to a sentence and a remedy in the person's language. The tables are loaded with the first error.

/** @typedef {{code: string, message: string, remedy: string, hint?: string}} Fault `hint`: a remedy for this very case */
/** @typedef {{says: string, remedy: string, detail: string}} Explained `detail`: the names and numbers, as the engine gave them */

/** @type {Record<string, () => Promise<{errors: import('./errors-en.js').ErrorTexts}>>} */
const TEXTS = {
  en: () => import('./errors-en.js'),
  zh: () => import('./errors-zh.js'),
};

/**
 * A code that no table knows (a newer engine's, or a site's own) speaks for itself.
 * @param {string} language @param {Fault} fault @returns {Promise<Explained>}
 */
export async function explain(language, { code, message, remedy, hint = '' }) {
  // Without a network the table may be out of reach; the error's own words are not.
  const texts = await (TEXTS[language] ?? TEXTS.en)().catch(() => undefined);
  const found = texts?.errors[code];
  if (!found) return { says: message, remedy, detail: '' };
  return { says: found[0], remedy: found[1], detail: `${message} ${hint}`.trim() };
}
