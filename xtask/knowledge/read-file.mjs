// One file of a merchant's folder to what the knowledge takes from it: pages and texts by the wasm module `documents`, PDFs
// by pdf.js, CSV and questions here.
import Papa from 'papaparse';
import { readHtmlPage } from '../../www/service/build/html-page.js';
import { readPages } from '../../www/agent/documents/pdf-pages.js';
import { fold } from '../../www/service/terms.js';

/**
 * @typedef {import('../../www/service/build/gather.js').Source} Source
 * @typedef {{source?: Source, why?: string}} Read `why`: it is left out
 * @typedef {{read: (name: string, bytes: Uint8Array) => import('../../www/service/build/gather.js').RawPassage[] & {title?: string},
 *   readPaged: (paged: string) => import('../../www/service/build/gather.js').RawPassage[]}} Documents
 */

const utf8 = (/** @type {Uint8Array} */ bytes) => new TextDecoder().decode(bytes);

/** Front matter of Markdown: `key: value` lines between two lines of dashes. @param {string} text */
function frontMatter(text) {
  const found = /^---\r?\n([\s\S]*?)\r?\n---\r?\n/.exec(text);
  /** @type {Record<string, string>} */
  const values = {};
  for (const line of found?.[1].split(/\r?\n/) ?? []) {
    const [, key, value] = /^([\w-]+):\s*["']?(.*?)["']?\s*$/.exec(line) ?? [];
    if (key) values[key.toLowerCase()] = value;
  }
  return { values, body: found ? text.slice(found[0].length) : text };
}

/** `## A question?` and what stands below it. @param {string} text */
export function markdownQuestions(text) {
  /** @type {Array<{question: string, answer: string}>} */
  const found = [];
  const parts = text.split(/^#{1,6}\s+(.+?)\s*#*\s*$/m);
  for (let i = 1; i < parts.length; i += 2) {
    const answer = parts[i + 1].trim();
    if (/[?？]$/.test(parts[i]) && answer) found.push({ question: parts[i], answer });
  }
  return found;
}

/** @param {string} text @returns {Array<Record<string, string>>} */
function csvRows(text) {
  const { data } = Papa.parse(text.replace(/^\uFEFF/, ''), { header: true, skipEmptyLines: 'greedy' });
  return /** @type {Array<Record<string, string>>} */ (data).map((row) =>
    Object.fromEntries(Object.entries(row).filter(([name, value]) => name && typeof value === 'string')),
  );
}

/** @param {Array<Record<string, any>>} rows of question and answer @returns {Source['faq']} */
const pairs = (rows) =>
  rows.flatMap((row) => {
    const get = (/** @type {string} */ name) => row[Object.keys(row).find((key) => fold(key) === name) ?? ''];
    const [question, answer, also, address, language] = ['question', 'answer', 'also', 'url', 'language'].map(
      get,
    );
    if (typeof question !== 'string' || typeof answer !== 'string' || !question.trim() || !answer.trim())
      return [];
    const ways = Array.isArray(also)
      ? also.map(String)
      : String(also ?? '')
          .split('|')
          .map((each) => each.trim())
          .filter(Boolean);
    return [
      {
        question,
        answer,
        ...(ways.length > 0 ? { also: ways } : {}),
        ...(address ? { address } : {}),
        ...(language ? { language } : {}),
      },
    ];
  });

/** @param {string} name @param {Uint8Array} bytes @param {string} address @param {Documents} documents @returns {Promise<Read>} */
export async function readSource(name, bytes, address, documents) {
  const extension = /\.([a-z0-9]+)$/i.exec(name)?.[1].toLowerCase() ?? '';
  if (extension === 'csv') {
    const rows = csvRows(utf8(bytes));
    const columns = Object.keys(rows[0] ?? {}).map(fold);
    if (columns.includes('question') && columns.includes('answer'))
      return { source: { name, address, faq: pairs(rows) } };
    if (columns.includes('name') && columns.some((each) => each.startsWith('price')))
      return { source: { name, address, products: rows } };
    return { why: 'a CSV file needs columns “question” and “answer”, or “name” and “price”' };
  }
  if (extension === 'json') {
    let found;
    try {
      found = JSON.parse(utf8(bytes));
    } catch (error) {
      return { why: `no JSON: ${/** @type {Error} */ (error).message}` };
    }
    const faq = Array.isArray(found) ? pairs(found) : [];
    return faq?.length ? { source: { name, address, faq } } : { why: 'no list of {question, answer}' };
  }
  if (extension === 'html' || extension === 'htm') {
    const page = readHtmlPage(utf8(bytes));
    if (page.hidden) return { why: 'it says noindex' };
    const own = page.address && URL.canParse(page.address) ? new URL(page.address).pathname : page.address;
    const { faq, products, title, date, language } = page;
    const known = new Set(faq.map(({ answer }) => fold(answer).replace(/\s+/g, ' ')));
    const passages = documents
      .read(name, new TextEncoder().encode(`<!doctype html>${page.html}`))
      .filter(({ text }) => !known.has(fold(text).replace(/\s+/g, ' ')));
    return {
      source: {
        name,
        address: own ?? address,
        title,
        ...(date ? { date } : {}),
        ...(language ? { language } : {}),
        passages,
        faq,
        products,
      },
    };
  }
  if (extension === 'md' || extension === 'markdown') {
    const { values, body } = frontMatter(utf8(bytes));
    const more = {
      address: values.url ?? values.address ?? address,
      ...(values.date ? { date: values.date } : {}),
      ...((values.lang ?? values.language) ? { language: values.lang ?? values.language } : {}),
    };
    if (/(^|\/)(faq|questions)[^/]*$/i.test(name)) {
      const faq = markdownQuestions(body);
      if (faq.length > 0)
        return {
          source: {
            name,
            ...more,
            faq: faq.map((each) => ({ ...each, ...(values.url ? { address: values.url } : {}) })),
          },
        };
    }
    const title = values.title ?? /^#\s+(.+)$/m.exec(body)?.[1] ?? '';
    return {
      source: { name, ...more, title, passages: documents.read(name, new TextEncoder().encode(body)) },
    };
  }
  if (extension === 'pdf') {
    const pages = await readPdf(bytes);
    const paged = JSON.stringify({ name, title: pages.title, ...pages });
    return {
      source: {
        name,
        address,
        ...(pages.title ? { title: pages.title } : {}),
        passages: documents.readPaged(paged),
      },
    };
  }
  if (['docx', 'txt'].includes(extension)) {
    const passages = documents.read(name, bytes);
    return { source: { name, address, title: passages.title ?? '', passages } };
  }
  return { why: `files of this kind are not read (${extension || 'no ending'})` };
}

/** @param {Uint8Array} bytes */
async function readPdf(bytes) {
  // Node 20 lacks what pdf.js takes for granted.
  /** @type {any} */ (Promise).withResolvers ??= () => {
    /** @type {any} */
    const made = {};
    made.promise = new Promise((resolve, reject) => Object.assign(made, { resolve, reject }));
    return made;
  };
  const pdf = await import('pdfjs-dist/legacy/build/pdf.mjs').catch(() => {
    throw new Error('PDF files need pdf.js: npm install pdfjs-dist');
  });
  const folder = new URL('.', import.meta.resolve('pdfjs-dist/package.json')).pathname;
  const task = pdf.getDocument({
    data: Uint8Array.from(bytes),
    cMapUrl: `${folder}cmaps/`,
    standardFontDataUrl: `${folder}standard_fonts/`,
    useSystemFonts: false,
    verbosity: 0,
  });
  try {
    return await readPages(await task.promise);
  } finally {
    await task.destroy();
  }
}
