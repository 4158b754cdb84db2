// A document that pdf.js has opened to pages of lines: a few pages are under way at a time, each freed when it is read.
// Reading can go on where it was broken off.
import { inColumns } from './pdf-columns.js';
import { bodySize, linesOf, paragraphs } from './pdf-lines.js';
import { outlineOf, sectionsOn } from './pdf-outline.js';

/**
 * @typedef {{page: number, label?: string, lines: string[], headings: Record<string, number>, sections?: import('./pdf-lines.js').Section[]}} PageText
 * @typedef {{lines: import('./pdf-lines.js').Line[], values: unknown[], failed?: true}} ReadPage before paragraphs are told apart
 * @typedef {object} PdfPage of pdf.js, as far as it is used
 * @property {() => Promise<{items: any[]}>} getTextContent
 * @property {() => Promise<{fieldValue?: unknown, subtype?: string}[]>} getAnnotations
 * @property {() => void} cleanup
 * @typedef {PdfPages & import('./pdf-outline.js').Outlined} PdfDocument
 * @typedef {object} PdfPages
 * @property {number} numPages
 * @property {(page: number) => Promise<PdfPage>} getPage
 * @property {() => Promise<string[] | null>} getPageLabels
 * @property {() => Promise<{info: object}>} getMetadata
 *
 * @typedef {object} PagesOptions
 * @property {AbortSignal} [signal]
 * @property {(done: number, total: number, scan: boolean) => void} [progress] `scan`: no page so far has text
 * @property {readonly ReadPage[]} [before] the first pages, where they were read earlier
 * @property {(first: number, pages: ReadPage[]) => Promise<void>} [keep] pages as they come, to go on from
 * @property {(document: PdfDocument, numbers: number[]) => Promise<ReadonlyMap<number, import('./pdf-lines.js').Line[]>>} [recognise] reads pages that are pictures
 */

/** Pages from which the size of running text is told before the first is split into paragraphs. */
const SAMPLE = 20;
/** Pages that are asked for at a time, so that neither thread waits for the other. */
const AHEAD = 4;
/** Pages that are kept at a time. */
const BATCH = 50;
/** Pages without text after which a file is said to be a scan while it is still read. */
const SCAN = 5;

/** What was typed into the form. @param {PdfPage} page */
async function fieldValues(page) {
  const annotations = await page.getAnnotations().catch(() => []);
  const values = annotations.map(({ fieldValue }) => fieldValue);
  return values.filter((value) => typeof value === 'string' && value.trim() !== '' && value !== 'Off');
}

/** @param {PdfDocument} document @param {number} number @returns {Promise<ReadPage>} */
async function readPage(document, number) {
  try {
    const page = await document.getPage(number);
    const [{ items }, values] = await Promise.all([page.getTextContent(), fieldValues(page)]);
    const lines = inColumns(linesOf(items.filter((item) => typeof item.str === 'string')));
    page.cleanup();
    return { lines, values };
  } catch {
    return { lines: [], values: [], failed: true };
  }
}

/** @param {ReadPage} page */
const isEmpty = ({ lines, values }) => lines.length === 0 && values.length === 0;

/**
 * @param {PdfDocument} document @param {PagesOptions} [options]
 * @returns {Promise<{title?: string, pages: PageText[], unreadable: number[], empty: number[]}>} `empty`: pages without text
 */
export async function readPages(document, { signal, progress, before = [], keep, recognise } = {}) {
  const labels = await document.getPageLabels().catch(() => null);
  const { info } = await document.getMetadata().catch(() => ({ info: {} }));
  const title = /** @type {{Title?: unknown}} */ (info).Title;
  const read = before.slice(0, document.numPages);
  let kept = read.length;
  let empty = read.every(isEmpty);
  /** @type {Promise<ReadPage>[]} */
  const ahead = [];
  for (let asked = read.length; read.length < document.numPages;) {
    signal?.throwIfAborted();
    while (ahead.length < AHEAD && asked < document.numPages) ahead.push(readPage(document, ++asked));
    const page = await /** @type {Promise<ReadPage>} */ (ahead.shift());
    signal?.throwIfAborted(); // a file that is closed fails page by page
    read.push(page);
    empty &&= isEmpty(page);
    progress?.(read.length, document.numPages, empty && read.length >= Math.min(SCAN, document.numPages));
    if (keep && read.length - kept >= BATCH) {
      await keep(kept, read.slice(kept));
      kept = read.length;
    }
  }
  const numbers = (/** @type {(page: ReadPage) => boolean} */ wanted) =>
    read.flatMap((page, n) => (wanted(page) ? [n + 1] : []));
  const pictures = numbers((page) => !page.failed && isEmpty(page));
  if (recognise && pictures.length > 0)
    for (const [number, lines] of await recognise(document, pictures))
      read[number - 1] = { lines, values: [] };
  const outline = await outlineOf(document);
  signal?.throwIfAborted();
  const body = bodySize(read.slice(0, SAMPLE).flatMap(({ lines }) => lines));
  const pages = read.map(({ lines, values }, n) => {
    const label = labels?.[n];
    const marks = outline.filter(({ page }) => page === n + 1);
    const starts = sectionsOn(lines, marks, label ?? `${n + 1}`);
    const { lines: text, headings, sections } = paragraphs(lines, body, starts);
    for (const value of values) text.push('', String(value));
    const page = { page: n + 1, ...(label ? { label } : {}), lines: text, headings };
    return sections.length > 0 ? { ...page, sections } : page;
  });
  return {
    ...(typeof title === 'string' && title.trim() ? { title } : {}),
    pages,
    unreadable: numbers((page) => page.failed === true),
    empty: numbers((page) => !page.failed && isEmpty(page)),
  };
}
