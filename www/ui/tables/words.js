// The words of tables, loaded with the first of them, and a plan's own words as elements.
import { fill } from '../../locales/fill.js';
import { loadWords } from '../../locales/tables.js';
import { h } from '../lib/dom.js';

/** @typedef {keyof import('../../locales/tables.js').Tables} Key */
/** @typedef {(key: Key, values?: Record<string, string | number>) => string} TableWords */

/** @param {string} language @returns {Promise<TableWords>} */
export async function loadTableWords(language) {
  const found = await loadWords(language, 'tables');
  return (key, values = {}) => fill(found.language, found.words[key], values);
}

/** Names of columns stand between asterisks, expressions between backticks. @param {string} words @returns {Node[]} */
export const inElements = (words) =>
  words
    .split(/(\*[^*]+\*|`[^`]+`)/)
    .filter(Boolean)
    .map((piece) => {
      if (/^\*.+\*$/.test(piece)) return h('em', { dir: 'auto' }, piece.slice(1, -1));
      if (/^`.+`$/.test(piece)) return h('code', null, piece.slice(1, -1));
      return document.createTextNode(piece);
    });

/** A plan's words in the language of the page. @param {import('../../agent/tables/book.js').Words} words @param {string} language */
export const planWords = (words, language) => words[/** @type {'en' | 'zh' | 'ja'} */ (language)] ?? words.en;

/** Why a step cannot be done. @param {TableWords} w @param {unknown} error @returns {string} */
export function problemWords(w, error) {
  const {
    code = '',
    values = {},
    message = String(error),
  } = /** @type {{code?: string, values?: Record<string, any>, message?: string}} */ (error ?? {});
  const list = (/** @type {unknown} */ names) => (Array.isArray(names) ? names.join(', ') : '');
  switch (code) {
    case 'plan_no_column':
      return values.nearest?.length
        ? w('noColumnNear', { column: values.column, nearest: list(values.nearest) })
        : w('noColumn', { column: values.column });
    case 'plan_column_taken':
      return w('columnTaken', { column: values.column });
    case 'plan_wrong_type':
      return w('wrongType', {
        column: values.column,
        found: kindWord(w, values.found),
        wanted: kindWord(w, values.wanted),
      });
    case 'plan_expression':
      return w('wrongExpression', { at: Number(values.at) + 1, problem: values.problem });
    case 'plan_empty':
      return w('fieldEmpty');
    case 'plan_bad_value':
      return w('badValue', { value: values.value });
    case 'plan_too_many':
      return w('tooMuch', { found: values.found, limit: values.limit });
    default:
      return message;
  }
}

const KINDS = new Set(['empty', 'bool', 'number', 'date', 'time', 'duration', 'text', 'mixed']);

/** @param {TableWords} w @param {string} kind */
export const kindWord = (w, kind) => (KINDS.has(kind) ? w(/** @type {Key} */ (`kind_${kind}`)) : kind);
