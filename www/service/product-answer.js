// An answer out of the products: cards, a comparison, what goes with what, and facts of one, as they stand in the table.
import { conceptTerms } from './concepts.js';
import { columnOf, planOf, rowsOf } from './product-plan.js';

/**
 * @typedef {import('./knowledge-types.js').Products} Products
 * @typedef {import('./knowledge-types.js').Column} Column
 * @typedef {import('./knowledge-types.js').Cell} Cell
 * @typedef {import('./product-plan.js').Plan} Plan
 * @typedef {import('../protocol/parts.js').Part} Part
 * @typedef {(key: string, values?: Record<string, string | number>) => string} Say
 * @typedef {{name: string, price?: string, picture?: string, address?: string, facts: Array<[string, string]>}} Card
 * @typedef {{parts: Part[], plan: Plan, rows: number[], sure: boolean}} ProductAnswer `sure`: nothing of the question is left over
 */

/** Cards that are shown at once. */
const MOST = 4;
/** Questions on these are on how the shop works, not on what it sells. */
const POLICY = new Set(
  'delivery return refund exchange cancel order track payment card paypal invoice instalment voucher warranty defect repair wash care iron dryer opening contact human account delete privacy newsletter wholesale late pickup express customs terms job'
    .split(' ')
    .map((name) => `@${name}`),
);
const WISH =
  /\b(show|recommend|suggest|looking for|search|need|want|have you|do you (have|sell)|is there|are there|anything|something|which|what|any|list|find|best|gift|present)\b|推荐|想要|想买|有没有|有什么|找|哪些|哪款|什么|适合|看看/;

/** @param {Products} products @param {string} language @param {Say} say */
export function productView(products, language, say) {
  const { columns, rows } = products;
  /** A column's words in this language, where it has any. @param {number} column */
  const own = (column) => {
    const { name } = columns[column];
    const other = columns.findIndex((each) => each.of === name && each.language === language);
    return other >= 0 ? other : column;
  };
  const at = (/** @type {string} */ role) => columnOf(products, role);
  /** @param {number} column */
  const label = (column) => {
    const { name, labels } = columns[column];
    return labels?.[language] ?? labels?.en ?? name.replace(/_(kg|g|l|ml|cm|mm)$/, '').replaceAll('_', ' ');
  };
  const currency = (/** @type {number} */ row) => String(rows[row][at('currency')] ?? '');
  /** @param {number} row @param {number} column @returns {string} */
  const words = (row, column) => {
    const cell = rows[row][own(column)];
    const { type, unit } = columns[column];
    if (cell === null || cell === undefined) return '';
    if (typeof cell === 'boolean') return say(cell ? 'yes' : 'no');
    if (Array.isArray(cell)) return cell.join(', ');
    if (typeof cell !== 'number') return cell;
    if (type !== 'price') return unit ? `${cell} ${unit}` : String(cell);
    try {
      return new Intl.NumberFormat(language, { style: 'currency', currency: currency(row) || 'EUR' }).format(
        cell,
      );
    } catch {
      return `${cell} ${currency(row)}`.trim();
    }
  };
  const name = (/** @type {number} */ row) => words(row, at('name'));
  /** Columns that say something of a product to people. */
  const facts = columns.flatMap((column, i) => {
    const plain = !column.of && ['text', 'number', 'yes-no', 'list'].includes(column.type);
    return plain && !['id', 'name', 'currency', 'goesWith'].some((role) => at(role) === i) ? [i] : [];
  });
  return {
    facts,
    label,
    words,
    name,
    /** @param {number} row @param {readonly number[]} shown columns @returns {Card} */
    card(row, shown) {
      const text = (/** @type {string} */ role) => (at(role) >= 0 ? words(row, at(role)) : '');
      return {
        name: name(row),
        ...(text('price') ? { price: text('price') } : {}),
        ...(text('picture') ? { picture: text('picture') } : {}),
        ...(text('address') ? { address: text('address') } : {}),
        facts: shown.flatMap((column) => (words(row, column) ? [[label(column), words(row, column)]] : [])),
      };
    },
  };
}

/** The products that a product's row names by id. @param {Products} products @param {number} row @returns {number[]} */
function partners(products, row) {
  const [id, goes] = [columnOf(products, 'id'), columnOf(products, 'goesWith')];
  const cell = goes >= 0 ? products.rows[row][goes] : null;
  if (id < 0 || !Array.isArray(cell)) return [];
  return cell.flatMap((wanted) => {
    const found = products.rows.findIndex((other) => other[id] === wanted);
    return found >= 0 ? [found] : [];
  });
}

/** Whether a plan is of products at all. @param {Plan} plan @param {string} question */
function isOfProducts(plan, question) {
  const terms = conceptTerms(question).map(({ text }) => text);
  if (terms.some((term) => POLICY.has(term))) return plan.compare && plan.named.length > 1;
  if (plan.named.length > 0) return true;
  const wished = WISH.test(question.toLowerCase()) || conceptTerms(plan.rest).length === 0;
  return plan.filters.length > 1 || (plan.filters.length > 0 && (plan.order !== undefined || wished));
}

/**
 * @param {string} question @param {Products} products @param {string} language @param {Say} say
 * @returns {ProductAnswer | undefined} nothing: it is no question on products
 */
export function answerFromProducts(question, products, language, say) {
  const plan = planOf(question, products);
  if (!isOfProducts(plan, question)) return undefined;
  const left = conceptTerms(plan.rest).filter(({ text }) => !text.startsWith('@'));
  const sure = left.length === 0;
  const view = productView(products, language, say);
  const price = columnOf(products, 'price');
  const shown = (/** @type {number[]} */ more) =>
    [
      ...new Set([...plan.filters.map(({ column }) => baseOf(products, column)), ...plan.asked, ...more]),
    ].filter((column) => column !== price && view.facts.includes(column));
  /** @param {string} text @param {number[]} rows @param {number[]} [columns] @returns {ProductAnswer} */
  const cards = (text, rows, columns = []) => ({
    plan,
    rows,
    sure,
    parts: [
      { type: 'text', text },
      { type: 'products', items: rows.slice(0, MOST).map((row) => view.card(row, shown(columns))) },
    ],
  });
  if (plan.named.length > 1 && (plan.compare || plan.asked.length > 0 || plan.named.length === 2)) {
    const [first, ...others] = plan.named.slice(0, 3);
    const rows = [first, ...others];
    const columns = [...(price >= 0 ? [price] : []), ...view.facts].filter((column) =>
      rows.some((row) => view.words(row, column)),
    );
    const table = {
      type: 'table',
      columns: ['', ...rows.map(view.name)],
      rows: columns.map((column) => [
        view.label(column),
        ...rows.map((row) => view.words(row, column) || '–'),
      ]),
      total_rows: columns.length,
    };
    return {
      plan,
      rows,
      sure: true,
      parts: [{ type: 'text', text: say('compared', { names: rows.map(view.name).join(', ') }) }, table],
    };
  }
  if (plan.named.length > 0) {
    const [row] = plan.named;
    if (plan.goesWith) {
      const rows = partners(products, row);
      if (rows.length > 0) return cards(say('goesWith', { name: view.name(row) }), rows);
    }
    const asked = plan.asked.filter((column) => column === price || view.facts.includes(column));
    if (asked.length === 0 && (!sure || plan.goesWith)) return undefined; // what it asks is in no column: the pages may know
    const told = asked.map((column) => `${view.label(column)}: ${view.words(row, column) || '–'}`);
    const text =
      told.length > 0
        ? `**${view.name(row)}** – ${told.join('; ')}`
        : say('thisOne', { name: view.name(row) });
    return cards(text, [row], asked.length > 0 ? [] : view.facts);
  }
  const rows = rowsOf(products, plan);
  if (rows.length > 0) {
    const text =
      rows.length > MOST
        ? say('productsMore', { n: rows.length, shown: MOST })
        : say('productsFound', { n: rows.length });
    return cards(text, rows);
  }
  // Nothing has it all: without the limits of numbers, the nearest to them.
  const without = { ...plan, filters: plan.filters.filter(({ is }) => is === 'same') };
  const limit = plan.filters.find(({ is }) => is !== 'same');
  const nearest = limit ? rowsOf(products, without) : [];
  nearest.sort(
    (a, b) =>
      Math.abs(Number(products.rows[a][limit?.column ?? 0]) - Number(limit?.value)) -
      Math.abs(Number(products.rows[b][limit?.column ?? 0]) - Number(limit?.value)),
  );
  if (nearest.length > 0) return cards(say('productsNearest'), nearest.slice(0, 2));
  return { plan, rows: [], sure, parts: [{ type: 'text', text: say('productsNone') }] };
}

/** @param {Products} products @param {number} column the one that it is the words of */
function baseOf({ columns }, column) {
  const { of } = columns[column];
  const base = of ? columns.findIndex(({ name }) => name === of) : -1;
  return base >= 0 ? base : column;
}
