// What a question wants of the products: named ones, filters by attributes, an order, a comparison. Rules only; pure.
import { conceptTerms } from './concepts.js';
import { limits } from './product-limits.js';
import { fold, wordsOf } from './terms.js';

/**
 * @typedef {import('./knowledge-types.js').Products} Products
 * @typedef {import('./knowledge-types.js').Column} Column
 * @typedef {import('./knowledge-types.js').Cell} Cell
 * @typedef {{column: number, is: 'same' | 'below' | 'above', value: Cell, words: string}} Filter
 * @typedef {object} Plan
 * @property {number[]} named rows that the question names
 * @property {Filter[]} filters
 * @property {{column: number, down: boolean}} [order]
 * @property {number[]} asked columns that the question asks for
 * @property {boolean} compare
 * @property {boolean} goesWith
 * @property {string} rest what was not understood, folded
 */

/** More different values are no choice. */
const MOST_VALUES = 60;
/** Columns that every shop has, by the names they go by. */
const ROLES = /** @type {Record<string, RegExp>} */ ({
  id: /^(id|sku|article|item)$/,
  name: /^(name|title|product)$/,
  price: /^(price|prices?_?eur|cost)$/,
  currency: /^currency$/,
  category: /^(category|kind|type|group)$/,
  picture: /^(image|picture|photo|img)$/,
  address: /^(url|link|address|page)$/,
  goesWith: /^(goes_with|related|accessories|matches)$/,
});

/** @param {Products} products @param {string} role @returns {number} -1: there is none */
export const columnOf = ({ columns }, role) => columns.findIndex(({ name }) => ROLES[role].test(name));

/** @param {string} text */
const isSigns = (text) => /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]/u.test(text);
const escaped = (/** @type {string} */ text) => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');

/** A text that words are taken out of, once they are understood. @param {string} question */
function reading(question) {
  let text = ` ${fold(question).replace(/[^\p{L}\p{N}.,%€$£¥-]+/gu, ' ')} `;
  return {
    get text() {
      return text;
    },
    /** @param {RegExp} pattern @returns {RegExpExecArray | null} */
    take(pattern) {
      const found = pattern.exec(text);
      if (found) text = `${text.slice(0, found.index)} ${text.slice(found.index + found[0].length)}`;
      return found;
    },
    /** @param {string} phrase whether it stands there, as words; in the plural too @returns {RegExpExecArray | null} */
    find(phrase) {
      const words = fold(phrase).trim();
      if (words === '') return null;
      if (isSigns(words)) return new RegExp(escaped(words)).exec(text);
      const flexible = words
        .split(/[^\p{L}\p{N}]+/u)
        .filter(Boolean)
        .map((word) =>
          word.length > 3 ? `${escaped(word.replace(/(?:ies|es|s|y)$/, ''))}(?:ies|es|s|y)?` : escaped(word),
        )
        .join('[ -]');
      return new RegExp(`(?<=[^\\p{L}\\p{N}])${flexible}(?=[^\\p{L}\\p{N}])`, 'u').exec(text);
    },
  };
}

/** @param {Products} products */
function choices({ columns, rows }) {
  /** @type {Array<{column: number, value: Cell, words: string}>} */
  const list = [];
  columns.forEach(({ name, type, of }, column) => {
    const base = of ?? name;
    if (!(type === 'text' || type === 'list') || ROLES.name.test(base) || ROLES.id.test(base)) return;
    if (ROLES.currency.test(base) || ROLES.goesWith.test(base)) return;
    const values = new Set(
      rows.flatMap((row) => /** @type {Cell[]} */ (Array.isArray(row[column]) ? row[column] : [row[column]])),
    );
    if (values.size > MOST_VALUES) return;
    for (const value of values)
      if (typeof value === 'string' && value.length < 40) list.push({ column, value, words: value });
  });
  return list.sort((a, b) => b.words.length - a.words.length);
}

/** Words of a name; of one in signs, its beginnings and ends. @param {string} name @returns {Set<string>} */
function wordsOfName(name) {
  const folded = fold(name);
  if (isSigns(folded)) {
    const signs = [...folded];
    return new Set(
      [2, 3].flatMap((n) => (signs.length > n ? [signs.slice(0, n).join(''), signs.slice(-n).join('')] : [])),
    );
  }
  return new Set(folded.split(/[^\p{L}\p{N}]+/u).filter((word) => word.length > 2));
}

/** Names as a question may have them: whole, or by the word that no other has. @param {Products} products */
function names(products) {
  const { columns, rows } = products;
  const places = columns.flatMap(({ name, of }, i) => (ROLES.name.test(of ?? name) ? [i] : []));
  const whole = rows.flatMap((row, number) =>
    places.map((place) => ({ number, words: String(row[place] ?? '') })).filter(({ words }) => words),
  );
  /** @type {Map<string, Set<number>>} */
  const words = new Map();
  for (const { number, words: name } of whole)
    for (const word of wordsOfName(name)) words.set(word, (words.get(word) ?? new Set()).add(number));
  const kinds = new Set(
    choices(products).flatMap(({ words: value }) => [fold(value), fold(value).replace(/s$/, '')]),
  );
  const unique = [...words].filter(
    ([word, found]) => found.size === 1 && !/^\d+$/.test(word) && !kinds.has(word),
  );
  return {
    whole: whole.sort((a, b) => b.words.length - a.words.length),
    // The words that a name begins and ends with: "Alder" and "tent" of "Alder camping tent".
    ends: unique
      .map(([word, [number]]) => ({ number, words: word }))
      .filter(({ number, words: word }) =>
        places.some((place) => {
          const name = fold(String(rows[number][place] ?? ''));
          return name.startsWith(word) || name.endsWith(word);
        }),
      ),
  };
}

/** @param {Column} column @returns {string[]} */
const namesOfColumn = ({ name, labels = {} }) => [name.replaceAll('_', ' '), ...Object.values(labels)];

/** Concepts that ask for a column. @param {Products} products @param {string} question */
function askedColumns(products, question) {
  const terms = conceptTerms(question).map(({ text }) => text);
  /** @type {Record<string, RegExp>} */
  const meant = {
    '@price': ROLES.price,
    '@size': /^sizes?$/,
    '@light': /weight/,
    '@material': /material|fabric/,
    '@waterproof': /waterproof/,
    '@stock': /stock|available/,
    '@origin': /origin|made_in/,
    '@warm': /warm|insulat/,
  };
  return products.columns.flatMap((column, i) => {
    const byConcept = terms.some((term) => meant[term]?.test(column.name));
    const byName = namesOfColumn(column).some((name) => reading(question).find(name));
    return (byConcept || byName) && !column.of ? [i] : [];
  });
}

/** @param {string} question @param {Products} products @returns {Plan} */
export function planOf(question, products) {
  const read = reading(question);
  const compare = /\bcompar|\bdifferen|\bversus\b|\bvs\b|\bbetter\b|比较|对比|区别|哪个好|还是/.test(
    read.text,
  );
  const goesWith = /goes? (?:well )?with|match(?:es|ing)? |accessor|combine|wear with|搭配|配什么|配件/.test(
    read.text,
  );
  /** @type {number[]} */
  const named = [];
  const known = names(products);
  for (const { number, words } of [...known.whole, ...known.ends]) {
    const found = read.find(words);
    if (!found) continue;
    read.take(new RegExp(escaped(found[0])));
    if (!named.includes(number)) named.push(number);
  }
  const filters = limits(read, products, columnOf(products, 'price'));
  for (const { column, value, words } of choices(products)) {
    // A size of one letter is one only beside the word.
    const short = fold(words).length < 3 && !isSigns(words);
    const found = short
      ? new RegExp(
          `(?:size |码|尺码 ?)${escaped(fold(words))}(?![\\p{L}\\p{N}])|(?<![\\p{L}\\p{N}])${escaped(fold(words))} ?(?:码|号)`,
          'u',
        ).exec(read.text)
      : read.find(words);
    if (!found) continue;
    read.take(new RegExp(escaped(found[0])));
    filters.push({ column, is: 'same', value, words: found[0].trim() });
  }
  products.columns.forEach((column, i) => {
    if (column.type !== 'yes-no') return;
    const found = namesOfColumn(column)
      .map((name) => read.find(name))
      .find(Boolean);
    const concept = !found && conceptTerms(read.text).some(({ text }) => text === `@${column.name}`);
    if (!found && !concept) return;
    const before = read.text.slice(0, found?.index ?? 0);
    const no = /(?:\bnot|\bno|\bnon|\bwithout|isn't|不是|不|非|无)[ -]?$/.test(before.trimEnd());
    if (found) read.take(new RegExp(escaped(found[0])));
    filters.push({ column: i, is: 'same', value: !no, words: found?.[0] ?? column.name });
  });
  const weight = products.columns.findIndex(({ name }) => /weight/.test(name));
  const price = columnOf(products, 'price');
  /** @type {Array<[RegExp, number, boolean]>} */
  const orders = [
    [/cheapest|least expensive|lowest price|最便宜|最低价/, price, false],
    [/most expensive|dearest|priciest|最贵/, price, true],
    [/lightest|最轻/, weight, false],
    [/heaviest|最重/, weight, true],
  ];
  const order = orders.find(([pattern, column]) => column >= 0 && read.take(pattern));
  return {
    named,
    filters,
    ...(order ? { order: { column: order[1], down: order[2] } } : {}),
    asked: askedColumns(products, question),
    compare,
    goesWith,
    rest: read.text.trim(),
  };
}

/** Whether a text has a word of the products: of a name, or a kind. @param {Products} products @returns {(text: string) => boolean} */
export function productWords(products) {
  const stems = new Set();
  /** @type {Set<string>} */
  const signs = new Set();
  const category = columnOf(products, 'category');
  products.columns.forEach(({ name, of }, i) => {
    const base = of ?? name;
    if (!ROLES.name.test(base) && base !== products.columns[category]?.name) return;
    for (const row of products.rows) {
      const text = fold(String(row[i] ?? ''));
      if (isSigns(text)) for (const word of wordsOfName(text)) signs.add(word);
      else for (const stem of wordsOf(text)) if (stem.length > 2) stems.add(stem);
    }
  });
  return (text) =>
    wordsOf(fold(text)).some((stem) => stems.has(stem)) ||
    [...signs].some((word) => fold(text).includes(word));
}

/** Rows that pass, in the order that is wanted. @param {Products} products @param {Plan} plan @returns {number[]} */
export function rowsOf({ columns, rows }, { filters, order }) {
  /** Filters on columns that are one in several languages, or that offer several values, are one choice. @type {Map<string, Filter[]>} */
  const groups = new Map();
  for (const filter of filters) {
    const key = `${columns[filter.column].of ?? columns[filter.column].name} ${filter.is}`;
    groups.set(key, [...(groups.get(key) ?? []), filter]);
  }
  /** @param {Cell[]} row @param {Filter} filter */
  const passes = (row, { column, is, value }) => {
    const cell = row[column];
    if (is === 'below') return typeof cell === 'number' && cell <= Number(value);
    if (is === 'above') return typeof cell === 'number' && cell >= Number(value);
    if (typeof value === 'boolean') return (cell ?? false) === value;
    return Array.isArray(cell) ? cell.includes(/** @type {string} */ (value)) : cell === value;
  };
  const found = rows.flatMap((row, number) =>
    [...groups.values()].every((group) => group.some((filter) => passes(row, filter))) ? [number] : [],
  );
  if (!order) return found;
  const { column, down } = order;
  const at = (/** @type {number} */ row) => Number(rows[row][column] ?? NaN);
  return found.filter((row) => !Number.isNaN(at(row))).sort((a, b) => (down ? at(b) - at(a) : at(a) - at(b)));
}
