// Pages that are pictures to lines of text, by tesseract.js: where the operator has it served beside the other files, and
// the person wants it. Its code, core and data come from our own folder; the pictures leave the page for its worker only.
import { LoquatError } from '../../protocol/messages.js';
import { plainText } from './plain-text.js';

/**
 * @typedef {import('./pdf-lines.js').Line} Line
 * @typedef {{text: string, bbox: {x0: number, y0: number, x1: number, y1: number}}} Recognised a line, in dots of the picture
 * @typedef {object} OcrOptions
 * @property {string} pkg address of the folder with the wasm builds; ocr/ is below it
 * @property {AbortSignal} [signal]
 * @property {(done: number, total: number) => void} [progress]
 */

/** Dots to an inch: fewer are read worse, more are slow. */
const DOTS = 200;
/** Dots of a picture at the most, whatever size a page says it has. */
const MOST = 12e6;
/** Both at once: a document may have words of the other. */
const LANGUAGES = ['eng', 'chi_sim'];
/** Lines that are so much higher than most are headings; what is less is how a line's letters happen to be. */
const LARGE = 1.6;
const BETWEEN =
  /(?<=[\p{Script=Han}\u3000-\u303F\uFF00-\uFFEF]) +(?=[\p{Script=Han}\u3000-\u303F\uFF00-\uFFEF])/gu;

/** What the operator has to read scans with; nothing where there is none. @param {string} pkg @returns {Promise<{bytes: number} | undefined>} */
export async function ocrOffered(pkg) {
  try {
    const response = await fetch(new URL('modules.json', pkg));
    return response.ok ? (await response.json()).ocr : undefined;
  } catch {
    return undefined;
  }
}

/** The spaces that are put between Chinese characters are none. @param {string} text */
const joined = (text) => plainText(text.replace(BETWEEN, '')).trim();

/**
 * What was recognised as lines of a page, `scale` dots to a unit.
 * @param {readonly Recognised[]} found @param {number} height of the picture @param {number} scale
 * @returns {Line[]}
 */
export function linesOfPicture(found, height, scale) {
  const heights = found.map(({ bbox }) => bbox.y1 - bbox.y0).sort((a, b) => a - b);
  const usual = heights[Math.floor(heights.length / 2)] ?? 0;
  return found.flatMap(({ text, bbox: { x0, y0, x1, y1 } }) => {
    const line = joined(text);
    if (!/[\p{L}\p{N}]/u.test(line)) return [];
    const size = y1 - y0 > LARGE * usual ? y1 - y0 : usual;
    return [
      { text: line, x: x0 / scale, y: (height - y1) / scale, width: (x1 - x0) / scale, size: size / scale },
    ];
  });
}

/** A page as a picture. @param {any} document of pdf.js @param {number} number */
async function pictureOf(document, number) {
  const page = await document.getPage(number);
  const plain = page.getViewport({ scale: 1 });
  const scale = Math.min(DOTS / 72, Math.sqrt(MOST / (plain.width * plain.height)));
  const viewport = page.getViewport({ scale });
  const canvas = globalThis.document.createElement('canvas');
  canvas.width = Math.ceil(viewport.width);
  canvas.height = Math.ceil(viewport.height);
  try {
    await page.render({ canvas, viewport, background: '#fff' }).promise;
    page.cleanup();
    const picture = await new Promise((/** @type {(made: Blob | null) => void} */ done) =>
      canvas.toBlob(done),
    );
    if (!picture) throw new LoquatError('document_damaged', `page ${number}`);
    return { picture, height: canvas.height, scale };
  } finally {
    canvas.width = canvas.height = 0; // its memory is free at once
  }
}

/** @param {string} pkg */
async function startTesseract(pkg) {
  const at = (/** @type {string} */ path) => new URL(`ocr/${path}`, pkg).href;
  const missing = (/** @type {unknown} */ error) =>
    new LoquatError('module_missing', `OCR: ${error instanceof Error ? error.message : error}`);
  try {
    const { default: tesseract } = await import(/* webpackIgnore: true */ at('tesseract.esm.min.js'));
    return await tesseract.createWorker(LANGUAGES, tesseract.OEM.LSTM_ONLY, {
      workerPath: at('worker.min.js'),
      workerBlobURL: false,
      corePath: at('tesseract-core-simd-lstm.js'),
      langPath: at('').replace(/\/$/, ''),
      cacheMethod: 'none', // the browser keeps files that are served
      errorHandler: () => {}, // the promise tells
    });
  } catch (error) {
    throw missing(error);
  }
}

/**
 * Reads some pages of a PDF, one after the other. A page that fails stays without lines.
 * @param {any} document of pdf.js @param {readonly number[]} numbers from 1 @param {OcrOptions} options
 * @returns {Promise<Map<number, Line[]>>}
 */
export async function recognisePages(document, numbers, { pkg, signal, progress }) {
  /** @type {Map<number, Line[]>} */
  const made = new Map();
  progress?.(0, numbers.length);
  const starting = startTesseract(pkg);
  /** @type {(reason: unknown) => void} */
  let stop = () => {};
  const stopped = new Promise((_, reject) => (stop = () => reject(signal?.reason)));
  stopped.catch(() => {});
  signal?.addEventListener('abort', stop, { once: true });
  try {
    const tesseract = await Promise.race([starting, stopped]);
    for (const number of numbers) {
      signal?.throwIfAborted();
      const { picture, height, scale } = await pictureOf(document, number);
      const reading = tesseract.recognize(picture, {}, { text: false, blocks: true });
      const found = await Promise.race([reading, stopped]).catch((error) => {
        signal?.throwIfAborted();
        console.warn(`Page ${number} was not recognised:`, error);
      });
      /** @type {any[]} */
      const blocks = found?.data.blocks ?? [];
      const lines = blocks.flatMap(({ paragraphs }) =>
        paragraphs.flatMap((/** @type {any} */ paragraph) => paragraph.lines),
      );
      made.set(number, linesOfPicture(lines, height, scale));
      progress?.(made.size, numbers.length);
    }
    return made;
  } finally {
    signal?.removeEventListener('abort', stop);
    // Also one that starts after it was stopped.
    void starting.then((tesseract) => tesseract.terminate()).catch(() => {});
  }
}
