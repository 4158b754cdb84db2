// Products from rows of text: columns with types, by what stands in them.
import { fold } from '../terms.js';

/**
 * @typedef {import('../knowledge-types.js').Products} Products
 * @typedef {import('../knowledge-types.js').Column} Column
 * @typedef {import('../knowledge-types.js').ColumnType} ColumnType
 * @typedef {import('../knowledge-types.js').Cell} Cell
 * @typedef {Record<string, Record<string, string>>} Labels names of columns by language
 */

const YES = /^(yes|true|1|ja|是|有|✓|x)$/i;
const NO = /^(no|false|0|nein|否|无|-|)$/i;
const NUMBER = /^-?\d+(?:[.,]\d+)?$/;
const LISTED = /^(sizes?|colou?rs?|goes_with|tags|related|accessories|matches)$/;

/** `Weight (g)` → weight_g. @param {string} name */
const tidy = (name) =>
  fold(name)
    .trim()
    .replace(/[^\p{L}\p{N}]+/gu, '_')
    .replace(/^_+|_+$/g, '');

/** @param {string} name @param {readonly string[]} values that are not empty @returns {ColumnType} */
function typeOf(name, values) {
  if (/^(price|cost)(_|$)/.test(name)) return 'price';
  if (/^(url|link|address|page)$/.test(name)) return 'address';
  if (/^(image|picture|photo|img)$/.test(name)) return 'picture';
  if (LISTED.test(name) || values.some((value) => /\S[|;]\s*\S/.test(value))) return 'list';
  if (/^(id|sku|article|item)$/.test(name)) return 'text';
  if (values.length > 0 && values.every((value) => YES.test(value) || NO.test(value))) return 'yes-no';
  if (values.length > 0 && values.every((value) => NUMBER.test(value))) return 'number';
  return 'text';
}

/** @param {ColumnType} type @param {string} value @returns {Cell} */
function cellOf(type, value) {
  if (type === 'yes-no') return YES.test(value);
  if (value === '') return null;
  if (type === 'list') return value.split(/\s*[|;,、]\s*/).filter(Boolean);
  if (type !== 'number' && type !== 'price') return value;
  const bare = value.replace(/[^\d.,-]/g, '');
  const number = Number(
    /,\d{1,2}$/.test(bare) ? bare.replace(/\./g, '').replace(',', '.') : bare.replaceAll(',', ''),
  );
  return Number.isFinite(number) && bare !== '' ? number : null;
}

/**
 * @param {ReadonlyArray<Record<string, string>>} records @param {Labels} [labels]
 * @returns {Products | undefined}
 */
export function productsFrom(records, labels = {}) {
  if (records.length === 0) return undefined;
  const written = [...new Set(records.flatMap((record) => Object.keys(record)))];
  const tidied = written.map(tidy);
  /** @type {Column[]} */
  const columns = written.map((name, i) => {
    const values = records.map((record) => (record[name] ?? '').trim()).filter((value) => value !== '');
    const tidyName = tidied[i];
    const [, of, language] = /^(.+)_(en|zh|ja)$/.exec(tidyName) ?? [];
    const base = of && tidied.includes(of) ? of : undefined;
    const unit = /_(kg|g|l|ml|cm|mm)$/.exec(tidyName)?.[1];
    return {
      name: tidyName,
      type: typeOf(base ?? tidyName, values),
      ...(labels[tidyName] ? { labels: labels[tidyName] } : {}),
      ...(unit ? { unit } : {}),
      ...(base ? { of: base, language } : {}),
    };
  });
  const rows = records.map((record) =>
    columns.map(({ type }, i) => cellOf(type, (record[written[i]] ?? '').trim())),
  );
  return { columns, rows };
}
