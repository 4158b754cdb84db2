// A PDF's outline (its bookmarks) as sections: where on which page each begins, and how deep it is.
import { plainText } from './plain-text.js';

/**
 * @typedef {{title: string, level: number, page: number, left?: number, top?: number}} Mark `page` from 1; `left`, `top` in the page's units
 * @typedef {{title: string, level: number, lines: number}} Start of a section; `lines`: so many show its title
 * @typedef {{title: string, dest: unknown, items?: OutlineItem[]}} OutlineItem of pdf.js
 * @typedef {object} Outlined of pdf.js, as far as it is used
 * @property {() => Promise<OutlineItem[] | null>} [getOutline]
 * @property {(name: string) => Promise<unknown>} [getDestination]
 * @property {(ref: any) => Promise<number>} [getPageIndex]
 */

/** More entries are no outline that anybody reads. */
const MOST = 5000;
/** Lines that a title may go over. */
const OVER = 3;

/** Entries in order, with their depth from 1. @param {readonly OutlineItem[]} items @param {number} level @returns {(OutlineItem & {level: number})[]} */
const flat = (items, level = 1) =>
  items.flatMap((item) => [{ ...item, level }, ...flat(item.items ?? [], level + 1)]);

/**
 * The entries that lead to a page. A damaged one is left out.
 * @param {Outlined} document @returns {Promise<Mark[]>}
 */
export async function outlineOf(document) {
  const items = (await document.getOutline?.().catch(() => null)) ?? [];
  /** Many entries lead to the same page. @type {Map<string, Promise<number>>} */
  const pages = new Map();
  /** @param {any} ref */
  const pageOf = (ref) => {
    if (typeof ref === 'number') return ref;
    const key = JSON.stringify(ref);
    const known = pages.get(key) ?? /** @type {Promise<number>} */ (document.getPageIndex?.(ref));
    pages.set(key, known);
    return known;
  };
  const found = await Promise.all(
    flat(items)
      .slice(0, MOST)
      .map(async ({ title, dest, level }) => {
        try {
          const place = typeof dest === 'string' ? await document.getDestination?.(dest) : dest;
          if (!Array.isArray(place)) return [];
          const [ref, kind, first, second] = place;
          const text = plainText(title).replace(/\s+/g, ' ').trim();
          const page = await pageOf(ref);
          if (!/[\p{L}\p{N}]/u.test(text) || !Number.isInteger(page)) return [];
          const [left, top] = kind?.name === 'XYZ' ? [first, second] : [undefined, first];
          const number = (/** @type {string} */ key, /** @type {unknown} */ value) =>
            typeof value === 'number' ? { [key]: value } : {};
          return [{ title: text, level, page: page + 1, ...number('left', left), ...number('top', top) }];
        } catch {
          return [];
        }
      }),
  );
  return found.flat();
}

/** @param {string} text */
const bare = (text) => text.toLowerCase().replace(/[^\p{L}\p{N}]/gu, '');

/** What stands before a title: `3.1`, `IV`, `Chapter 3`, `第三章`. */
const NUMBER =
  /^((chapter|part|section|appendix)?(\d+|[ivxlc]+|[a-z])|第[\d〇一二三四五六七八九十百]+[章节節部篇])$/;
/** A line of nothing but that. */
const ALONE = /^((chapter|part|section|appendix) \S{1,5}|第\S{1,4}[章节節部篇])$/i;

/** The lines at `n` that show a title, with its number if that stands there. @param {readonly {text: string}[]} lines @param {number} n @param {string} wanted */
function shown(lines, n, wanted) {
  let text = '';
  for (let count = 1; count <= OVER && n + count <= lines.length; count += 1) {
    text = `${text} ${lines[n + count - 1]?.text.trim()}`.trim();
    const found = bare(text);
    if (found === wanted) return { text, count };
    if (found.endsWith(wanted) && NUMBER.test(found.slice(0, -wanted.length))) return { text, count };
    if (found.length > wanted.length + 20) return undefined;
  }
  return undefined;
}

/**
 * Where sections begin among a page's lines: at the line that shows the title, or else where the entry points to.
 * @param {readonly import('./pdf-lines.js').Line[]} lines @param {readonly Mark[]} marks of this page
 * @param {string} [label] what is printed as the page's number, which is no number of a section
 * @returns {Map<number, Start[]>} by the line's number
 */
export function sectionsOn(lines, marks, label = '') {
  /** @type {Map<number, Start[]>} */
  const starts = new Map();
  for (const { title, level, left, top } of marks) {
    const wanted = bare(title);
    const far = (/** @type {number} */ n) => (top === undefined ? 0 : Math.abs((lines[n]?.y ?? 0) - top));
    const hits = lines.flatMap((_, n) => {
      const hit = lines[n]?.text.trim() === label ? undefined : shown(lines, n, wanted);
      return hit ? [{ n, ...hit }] : [];
    });
    const hit = hits.sort((a, b) => a.count - b.count || far(a.n) - far(b.n) || a.n - b.n)[0];
    /** @type {Start} */
    let start = { title, level, lines: 0 };
    let at = 0;
    if (hit) {
      const before = lines[hit.n - 1]?.text.trim() ?? '';
      const alone = ALONE.test(before) && !wanted.startsWith(bare(before));
      at = alone ? hit.n - 1 : hit.n;
      start = { title: alone ? `${before} ${hit.text}` : hit.text, level, lines: hit.count + Number(alone) };
    } else if (top !== undefined) {
      at = lines.findIndex(({ x, y }) => y <= top && x >= (left ?? 0) - 20);
      if (at < 0) at = lines.length;
    }
    starts.set(at, [...(starts.get(at) ?? []), start]);
  }
  return starts;
}
