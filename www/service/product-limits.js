// What a question says of a product's numbers: under, over, between. Rules only; pure.

/**
 * @typedef {import('./knowledge-types.js').Products} Products
 * @typedef {import('./product-plan.js').Filter} Filter
 */

const NUMBER = String.raw`[€$£¥]?\s?(\d+(?:[.,]\d+)?)\s?(?:€|\$|£|¥|%|[a-z]+|元|块|克|公斤|升)?`;
const BELOW = new RegExp(
  String.raw`(?:under|below|less than|cheaper than|at most|up to|max(?:imum)?|no more than|lighter than|不超过|低于|少于|最多|小于)\s*(?:of )?${NUMBER}`,
);
const ABOVE = new RegExp(
  String.raw`(?:over|above|more than|at least|from|min(?:imum)?|heavier than|高于|超过|至少|大于)\s*(?:of )?${NUMBER}`,
);
const BETWEEN = new RegExp(String.raw`(?:between |from )?${NUMBER}\s*(?:and|to|-|到|至)\s*${NUMBER}`);
const AFTER = /(\d+(?:\.\d+)?)\s?(元|块|欧|克|公斤|升|€)?(?:钱)?\s?(以下|以内|之内|以上|起)/;

/** @param {string} text */
const number = (text) =>
  Number(/^\d+,\d{1,2}$/.test(text) ? text.replace(',', '.') : text.replaceAll(',', ''));

/** The column of a number: by its unit, else the price. @param {Products} products @param {string} words @param {number} price */
function numberColumn(products, words, price) {
  const unit = /\d\s?(kg|g|l|ml|cm|mm|克|公斤|升)(?![a-z])/.exec(words)?.[1];
  const units = /** @type {Record<string, string>} */ ({ 克: 'g', 公斤: 'kg', 升: 'l' });
  const found = unit ? products.columns.findIndex((column) => column.unit === (units[unit] ?? unit)) : -1;
  return found >= 0 ? found : price;
}

/**
 * What it says of numbers is taken out of the question.
 * @param {{text: string, take: (pattern: RegExp) => RegExpExecArray | null}} read @param {Products} products
 * @param {number} price the column of prices; -1: there is none
 * @returns {Filter[]}
 */
export function limits(read, products, price) {
  /** @type {Filter[]} */
  const filters = [];
  /** @param {RegExp} pattern @param {(found: RegExpExecArray) => Array<['below' | 'above', string]>} meaning */
  const look = (pattern, meaning) => {
    const found = read.take(pattern);
    if (!found) return;
    const column = numberColumn(products, found[0], price);
    if (column < 0) return;
    for (const [is, value] of meaning(found))
      filters.push({ column, is, value: number(value), words: found[0].trim() });
  };
  look(AFTER, ([, value, , way]) => [[/上|起/.test(way) ? 'above' : 'below', value]]);
  look(BELOW, ([, value]) => [['below', value]]);
  if (/between|到|至|\d\s?-\s?\d|from .* to /.test(read.text))
    look(BETWEEN, ([, low, high]) => [
      ['above', low],
      ['below', high],
    ]);
  look(ABOVE, ([, value]) => [['above', value]]);
  return filters;
}
