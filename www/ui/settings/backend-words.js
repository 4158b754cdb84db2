// Where the engine runs and why, in the person's language. Loaded with the settings.
import { fill } from '../../locales/fill.js';
import { loadWords } from '../../locales/tables.js';

/** @typedef {{code: string, values?: Record<string, any>}} Fact */

/**
 * @param {import('../lib/i18n.js').I18nWith<'panels'>} i18n
 * @param {Pick<import('../../protocol/messages.js').EngineInfo, 'backend' | 'variant' | 'threads' | 'reason' | 'reasons'>} info
 */
export async function explainBackend(i18n, { backend, variant, threads, reason, reasons }) {
  const { language, words } = await loadWords(i18n.language, 'reasons');
  /** @param {Fact} fact @returns {string} */
  const say = ({ code, values = {} }) => {
    const { because, ...own } = values;
    const first = fill(language, words[/** @type {keyof typeof words} */ (code)], own);
    return because ? fill(language, words.because, { first, second: say(because) }) : first;
  };
  const said = (reasons ?? [{ code: 'other', values: { said: reason } }]).map(say);
  const joined = said.reduce((first, second) => fill(language, words.join, { first, second }));
  return i18n.t('backendReason', { backend, variant, threads, reason: joined });
}
