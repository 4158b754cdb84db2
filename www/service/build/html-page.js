// What a knowledge is built from of one HTML page: its main part without navigation, and what it says of itself (title, date,
// language, address), with the questions and products that it names for search engines (schema.org).
import { DomUtils, parseDocument } from 'htmlparser2';

/**
 * @typedef {import('domhandler').Element} Element
 * @typedef {{title: string, date?: string, language?: string, address?: string, html: string,
 *   faq: Array<{question: string, answer: string}>, products: Array<Record<string, string>>, hidden: boolean}} HtmlPage
 */

/** What is on every page of a site, and no part of what it says. */
const AROUND = new Set([
  'nav',
  'header',
  'footer',
  'aside',
  'script',
  'style',
  'noscript',
  'template',
  'form',
  'svg',
  'iframe',
  'dialog',
]);
const ROLES = new Set(['navigation', 'banner', 'contentinfo', 'search', 'complementary']);

/** @param {Element} element */
const isAround = ({ name, attribs }) =>
  AROUND.has(name) ||
  ROLES.has(attribs.role ?? '') ||
  'hidden' in attribs ||
  attribs['aria-hidden'] === 'true';

/** @param {string} html */
export const textOf = (html) => DomUtils.textContent(parseDocument(html)).replace(/\s+/g, ' ').trim();

/** @param {string} text JSON @returns {Array<Record<string, any>>} each thing it describes */
function described(text) {
  try {
    const found = JSON.parse(text);
    const list = Array.isArray(found) ? found : (found['@graph'] ?? [found]);
    return list.filter((/** @type {unknown} */ each) => each && typeof each === 'object');
  } catch {
    return []; // a page's mistake is no reason to leave its words out
  }
}

/** @param {Record<string, any>} thing @returns {Array<{question: string, answer: string}>} */
function questionsOf(thing) {
  if (thing['@type'] !== 'FAQPage') return [];
  return [thing.mainEntity ?? []].flat().flatMap((each) => {
    const [question, answer] = [each?.name, each?.acceptedAnswer?.text];
    return typeof question === 'string' && typeof answer === 'string'
      ? [{ question: textOf(question), answer: textOf(answer) }]
      : [];
  });
}

/** @param {Record<string, any>} thing @returns {Array<Record<string, string>>} */
function productOf(thing) {
  if (thing['@type'] !== 'Product' || typeof thing.name !== 'string') return [];
  const offer = [thing.offers ?? {}].flat()[0];
  const values = {
    id: thing.sku,
    name: thing.name,
    category: thing.category,
    price: offer.price ?? offer.lowPrice,
    currency: offer.priceCurrency,
    image: [thing.image ?? []].flat()[0],
    url: thing.url ?? offer.url,
  };
  return [
    Object.fromEntries(
      Object.entries(values)
        .filter(([, value]) => typeof value === 'string' || typeof value === 'number')
        .map(([name, value]) => [name, String(value)]),
    ),
  ];
}

/** @param {string} source @returns {HtmlPage} */
export function readHtmlPage(source) {
  const document = parseDocument(source);
  const all = (/** @type {string} */ name) => DomUtils.getElementsByTagName(name, document, true);
  const meta = (/** @type {RegExp} */ name) =>
    all('meta').find(({ attribs }) => name.test(attribs.name ?? attribs.property ?? ''))?.attribs.content;
  const things = all('script')
    .filter(({ attribs }) => attribs.type === 'application/ld+json')
    .flatMap((script) => described(DomUtils.textContent(script)));
  const heading = all('h1')[0];
  const title = (heading && DomUtils.textContent(heading)) || DomUtils.textContent(all('title'));
  const date =
    meta(/^(article:modified_time|last-modified|dateModified|date)$/i) ??
    all('time').find(({ attribs }) => attribs.datetime)?.attribs.datetime;
  const canonical = all('link').find(({ attribs }) => attribs.rel === 'canonical')?.attribs.href;
  const language = all('html')[0]?.attribs.lang;
  const body = all('main')[0] ?? all('article')[0] ?? all('body')[0];
  const around = DomUtils.filter((node) => 'attribs' in node && isAround(node), body ?? document, true);
  for (const node of around) if (node !== body) DomUtils.removeElement(node);
  return {
    title: title.replace(/\s+/g, ' ').trim(),
    ...(date ? { date: date.slice(0, 10) } : {}),
    ...(language ? { language: language.slice(0, 2).toLowerCase() } : {}),
    ...(canonical ? { address: canonical } : {}),
    html: body ? DomUtils.getOuterHTML(body) : source,
    faq: things.flatMap(questionsOf),
    products: things.flatMap(productOf),
    hidden: /noindex/i.test(meta(/^robots$/i) ?? ''),
  };
}
