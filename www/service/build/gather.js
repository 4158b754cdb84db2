// Pages, questions and products into one knowledge, in an order that does not depend on who listed the files; with a report
// of what was left out and of what contradicts itself. Pure.
import { columnOf } from '../product-plan.js';
import { fold, languageOf, sentencesOf } from '../terms.js';
import { productsFrom } from './products.js';

/**
 * @typedef {import('../knowledge-types.js').Knowledge} Knowledge
 * @typedef {{number: number, headings?: string[], place?: {label: string, anchor: any}, text: string}} RawPassage
 * @typedef {object} Source one file, or page
 * @property {string} name as the merchant knows it
 * @property {string} address on the site
 * @property {string} [title]
 * @property {string} [date]
 * @property {string} [language]
 * @property {RawPassage[]} [passages]
 * @property {Array<{question: string, answer: string, also?: string[], address?: string, language?: string}>} [faq]
 * @property {Array<Record<string, string>>} [products]
 *
 * @typedef {object} KnowledgeConfig
 * @property {string} [name]
 * @property {string[]} [languages]
 * @property {Record<string, Record<string, string>>} [columns] names of the products' columns by language
 * @property {import('../knowledge-types.js').HandoverRule[]} [handover]
 *
 * @typedef {{leftOut: Array<{name: string, why: string}>, contradictions: Array<{about: string, places: string[]}>}} Report
 */

/** What stands on a page and on no other is worth more than so many signs of it. */
const SHORTEST = 12;

const squeeze = (/** @type {string} */ text) => fold(text).replace(/\s+/g, ' ').trim();

/** @param {Source} source @param {RawPassage} passage @returns {string} */
const languageOfPassage = (source, passage) => source.language ?? languageOf(passage.text);

/** Two answers to one question. @param {Knowledge['faq']} faq @param {Report} report */
function compareAnswers(faq, report) {
  /** @type {Map<string, Knowledge['faq'][number]>} */
  const seen = new Map();
  return faq.filter((each) => {
    const key = squeeze(each.question);
    const other = seen.get(key);
    if (!other) {
      seen.set(key, each);
      return true;
    }
    if (squeeze(other.answer) !== squeeze(each.answer))
      report.contradictions.push({
        about: `two answers to “${each.question}”`,
        places: [`${other.id}: ${other.answer.slice(0, 80)}`, `${each.id}: ${each.answer.slice(0, 80)}`],
      });
    return false;
  });
}

/** @param {Source[]} sources @param {Report} report @returns {Array<Record<string, string>>} */
function mergeProducts(sources, report) {
  /** @type {Map<string, {record: Record<string, string>, from: string}>} */
  const byKey = new Map();
  for (const { name: from, products = [] } of sources)
    for (const record of products) {
      const key = squeeze(record.id ?? record.sku ?? record.name ?? '');
      const other =
        byKey.get(key) ??
        [...byKey.values()].find((each) => squeeze(each.record.name ?? '') === squeeze(record.name ?? ''));
      if (!other) {
        byKey.set(key, { record, from });
        continue;
      }
      const [a, b] = [other.record.price, record.price].map((price) =>
        Number(String(price ?? '').replace(',', '.')),
      );
      if (record.price && other.record.price && a !== b)
        report.contradictions.push({
          about: `two prices of ${other.record.name}`,
          places: [`${other.from}: ${other.record.price}`, `${from}: ${record.price}`],
        });
      for (const [name, value] of Object.entries(record)) other.record[name] ||= value;
    }
  return [...byKey.values()].map(({ record }) => record);
}

/** Prices that pages say of products. @param {Knowledge} knowledge @param {Report} report */
function comparePrices({ products, passages, pages }, report) {
  if (!products) return;
  const [name, price] = ['name', 'price'].map((role) => columnOf(products, role));
  if (name < 0 || price < 0) return;
  for (const row of products.rows) {
    const called = fold(String(row[name] ?? ''));
    if (!called || typeof row[price] !== 'number') continue;
    for (const { text, page } of passages) {
      if (!fold(text).includes(called)) continue;
      const sentence = sentencesOf(text).find((each) => fold(each).includes(called)) ?? '';
      // One amount right in its sentence; several may be of others.
      const amounts = [
        ...sentence.matchAll(
          /(?:[€$£¥]\s?|(?:EUR|USD|CNY)\s?)(\d+(?:[.,]\d+)?)|(\d+(?:[.,]\d+)?)\s?(?:[€$£]|euros?|元|dollars?)/gi,
        ),
      ];
      if (amounts.length !== 1) continue;
      const amount = Number((amounts[0][1] ?? amounts[0][2]).replace(',', '.'));
      if (amount !== row[price])
        report.contradictions.push({
          about: `two prices of ${row[name]}`,
          places: [`products: ${row[price]}`, `${pages[page].address}: ${amounts[0][0]}`],
        });
    }
  }
}

/**
 * @param {Source[]} unsorted @param {KnowledgeConfig} config @param {Report} report to which it adds
 * @returns {Knowledge}
 */
export function gather(unsorted, config, report) {
  const sources = [...unsorted].sort((a, b) => (a.name < b.name ? -1 : 1));
  /** @type {Knowledge} */
  const knowledge = {
    site: { name: config.name ?? '', languages: [] },
    faq: [],
    pages: [],
    passages: [],
    handover: config.handover ?? [],
  };
  /** @type {Map<string, string>} */
  const seen = new Map();
  for (const source of sources) {
    const kept = (source.passages ?? []).filter((passage) => {
      const text = squeeze(passage.text);
      const heading = squeeze((passage.headings ?? []).join(' '));
      if (text.length < SHORTEST || heading.endsWith(text)) return false;
      const other = seen.get(text);
      if (other === undefined) {
        seen.set(text, source.name);
        return true;
      }
      if (other !== source.name)
        report.leftOut.push({
          name: source.name,
          why: `says the same as ${other}: “${passage.text.slice(0, 60)}…”`,
        });
      return false;
    });
    if (kept.length === 0 && (source.passages ?? []).length > 0 && !source.faq?.length)
      report.leftOut.push({ name: source.name, why: 'nothing in it that is on no other page' });
    if (kept.length > 0) {
      const page = knowledge.pages.length;
      const language = languageOfPassage(source, kept[0]);
      knowledge.pages.push({
        address: source.address,
        title: source.title || source.name,
        language,
        ...(source.date ? { date: source.date } : {}),
      });
      for (const { headings = [], place, text } of kept) {
        const at = place?.anchor?.page ? `page=${place.anchor.page}` : '';
        const inner = headings.filter((heading) => heading !== source.title);
        // The heading is not told twice.
        const lines = text.split('\n');
        if (lines.length > 1 && headings.includes(lines[0])) lines.shift();
        knowledge.passages.push({
          page,
          ...(inner.length > 0 ? { headings: inner } : {}),
          ...(at ? { place: at } : {}),
          text: lines.join('\n'),
        });
      }
    }
    (source.faq ?? []).forEach(({ question, answer, also, address, language }, i) =>
      knowledge.faq.push({
        id: `${source.name}#${i + 1}`,
        question: question.trim(),
        ...(also?.length ? { also } : {}),
        answer: answer.trim(),
        ...((address ?? (source.passages && source.address)) ? { address: address ?? source.address } : {}),
        language: language ?? languageOf(question),
      }),
    );
  }
  knowledge.faq = compareAnswers(knowledge.faq, report);
  const products = productsFrom(mergeProducts(sources, report), config.columns);
  if (products) knowledge.products = products;
  comparePrices(knowledge, report);
  const found = new Set([...knowledge.pages, ...knowledge.faq].map(({ language }) => language));
  knowledge.site.languages = config.languages ?? [...found].sort();
  return knowledge;
}
