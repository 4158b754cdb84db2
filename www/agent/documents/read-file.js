// One file to what is kept of it: its passages and index, as the wasm module gives them, and what could not be read.
import { LoquatError } from '../../protocol/messages.js';

/**
 * @typedef {object} Reading
 * @property {AbortSignal} [signal]
 * @property {(done: number, total: number, scan?: boolean, pictures?: boolean) => void} [progress] pages; `scan`: none so far has text; `pictures`: their text is being recognised
 * @property {(pages: number, all: number, bytes: number) => Promise<boolean>} [pictures] asks whether the text of so many pages is to be recognised, by a download of so many bytes
 * @property {(wrong: boolean) => Promise<string | null>} [password] asks for it; null: there is none
 *
 * @typedef {{call: (method: string, ...given: unknown[]) => Promise<any>, free: () => Promise<void>}} WasmObject
 */

/** Text in an old encoding as UTF-8, which is what the module reads. @param {string} name @param {Uint8Array} bytes */
function asUtf8(name, bytes) {
  if (/\.(docx|pptx|epub)$/i.test(name) || bytes.subarray(0, 65_536).includes(0)) return bytes;
  for (const encoding of ['utf-8', 'gb18030', 'windows-1252']) {
    try {
      const text = new TextDecoder(encoding, { fatal: true }).decode(bytes);
      return encoding === 'utf-8' ? bytes : new TextEncoder().encode(text);
    } catch {
      // the next one
    }
  }
  return bytes;
}

/** `3, 7–9`. @param {readonly number[]} numbers in order */
export function ranges(numbers) {
  /** @type {[number, number][]} */
  const found = [];
  for (const number of numbers) {
    const last = found[found.length - 1];
    if (last && last[1] === number - 1) last[1] = number;
    else found.push([number, number]);
  }
  return found.map(([from, to]) => (from === to ? `${from}` : `${from}–${to}`)).join(', ');
}

/** By its first bytes, or where those are damaged by its name. @param {{name: string, type: string, bytes: ArrayBuffer}} file */
export const isPdf = ({ name, type, bytes }) =>
  /\.pdf$/i.test(name) ||
  type === 'application/pdf' ||
  new TextDecoder('latin1').decode(bytes.slice(0, 1024)).includes('%PDF-');

/**
 * The lines of pages that are pictures, where there is something to read them with and the person wants it.
 * @param {any} document of pdf.js @param {number[]} numbers @param {string} pkg @param {Reading} reading
 * @returns {Promise<ReadonlyMap<number, import('./pdf-lines.js').Line[]>>}
 */
async function recognise(document, numbers, pkg, { pictures, progress, signal }) {
  if (!pictures) return new Map();
  const { ocrOffered, recognisePages } = await import('./ocr.js');
  const offered = await ocrOffered(pkg);
  const wanted = offered && (await pictures(numbers.length, document.numPages, offered.bytes));
  signal?.throwIfAborted();
  if (!wanted) return new Map();
  return recognisePages(document, numbers, {
    pkg,
    ...(signal ? { signal } : {}),
    progress: (done, total) => progress?.(done, total, false, true),
  });
}

/**
 * @param {{hash: string, name: string, type: string, bytes: ArrayBuffer}} file
 * @param {() => Promise<WasmObject>} fresh an empty collection of the module
 * @param {string} pkg @param {import('./kept.js').KeptStore} kept @param {Reading} reading
 * @returns {Promise<{bytes: Uint8Array, pages?: number, notices: import('./kept.js').ReadingNotice[]}>}
 */
export async function readFile(file, fresh, pkg, kept, reading) {
  const { hash, name } = file;
  const bytes = new Uint8Array(file.bytes);
  const one = await fresh();
  try {
    if (!isPdf(file)) {
      const { notices } = JSON.parse(await one.call('add_file', name, hash, asUtf8(name, bytes)));
      return { bytes: await one.call('serialize'), notices };
    }
    const [{ readPdf }, earlier] = await Promise.all([import('./pdf-open.js'), kept.pages(hash)]);
    const before = /** @type {import('./pdf-pages.js').ReadPage[]} */ (earlier.flatMap(({ pages }) => pages));
    const found = await readPdf(bytes.slice(), pkg, {
      ...reading,
      recognise: (document, numbers) => recognise(document, numbers, pkg, reading),
      before,
      // Without room for them, a reload begins anew.
      keep: (first, pages) => kept.put('pages', { hash, first, pages }).catch(() => {}),
    });
    const { title, pages, unreadable, empty } = found;
    if (unreadable.length === pages.length)
      throw new LoquatError('document_damaged', `${name}: ${pages.length}`);
    if (unreadable.length + empty.length === pages.length)
      throw new LoquatError('document_without_text', `${name}: ${pages.length}`);
    await one.call('add_pages', JSON.stringify({ name, hash, title: title ?? null, pages }));
    const which = (/** @type {number[]} */ numbers) => ({
      n: numbers.length,
      of: pages.length,
      pages: ranges(numbers),
    });
    const notices = [];
    if (unreadable.length > 0) notices.push({ code: 'document_pages_damaged', values: which(unreadable) });
    if (empty.length > 0) notices.push({ code: 'document_pages_without_text', values: which(empty) });
    return { bytes: await one.call('serialize'), pages: pages.length, notices };
  } finally {
    void one.free();
  }
}
