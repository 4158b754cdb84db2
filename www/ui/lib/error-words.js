// An error's code to a sentence and a remedy in the person's language. The table is loaded with the first error.
import { loadWords } from '../../locales/tables.js';

/** @typedef {{code: string, message: string, remedy: string, hint?: string, local?: boolean}} Fault `hint`: a remedy for this very case; `local`: of a file on disk, not a server's */
/** @typedef {{says: string, remedy: string, detail: string}} Explained `detail`: the names and numbers, as the engine gave them */

/**
 * A code that no table knows (a newer engine's, or a site's own) speaks for itself.
 * @param {string} language @param {Fault} fault @returns {Promise<Explained>}
 */
export async function explain(language, { code, message, remedy, hint = '', local = false }) {
  // Without a network the table may be out of reach; the error's own words are not.
  const table = await loadWords(language, 'errors').catch(() => undefined);
  const found = (local ? table?.words[`${code}_file`] : undefined) ?? table?.words[code];
  if (!found) return { says: message, remedy, detail: '' };
  return { says: found[0], remedy: found[1], detail: `${message} ${hint}`.trim() };
}
