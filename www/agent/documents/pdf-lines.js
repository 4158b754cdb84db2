// What pdf.js finds on a page to lines in reading order: columns one after the other, words joined, headings told by
// their size. Pure.
import { plainText } from './plain-text.js';

/**
 * @typedef {{str: string, dir: string, transform: number[], width: number, height: number, hasEOL: boolean}} Item
 * @typedef {{text: string, x: number, y: number, width: number, size: number}} Line in the page's upright direction
 * @typedef {{line: number, level: number, title: string}} Section `line`: before which it begins
 */

/** An item turned upright: where it begins, how far it goes, how large it is. @param {Item} item */
function upright({ transform: [a = 0, b = 0, , , e = 0, f = 0], width, height }) {
  const length = Math.hypot(a, b) || 1;
  const [cos, sin] = [a / length, b / length];
  return { x: e * cos + f * sin, y: f * cos - e * sin, width, size: height || length, cos, sin };
}

/**
 * Items to lines, in the order of the file, which is the reading order of nearly all files. A line ends where the next
 * item is on another height or far to the side.
 * @param {readonly Item[]} items @returns {Line[]}
 */
export function linesOf(items) {
  /** @type {Line[]} */
  const lines = [];
  /** @type {(ReturnType<typeof upright> & {end: number}) | undefined} */
  let before;
  for (const item of items) {
    const text = plainText(item.str);
    if (text === '') continue;
    const at = upright(item);
    const line = lines[lines.length - 1];
    const size = Math.max(at.size, before?.size ?? 0) || 1;
    const turned = before && Math.abs(at.cos - before.cos) + Math.abs(at.sin - before.sin) > 0.1;
    const ahead = before ? (item.dir === 'rtl' ? before.x - (at.x + at.width) : at.x - before.end) : 0;
    const same = before && line && !turned && Math.abs(at.y - before.y) < 0.6 * size;
    // Superscripts are a little higher; another column is far to the side or behind.
    if (same && ahead < 3 * size && (ahead > -2 * size || item.dir === 'rtl')) {
      const gap = ahead > 0.18 * size && !/\s$/.test(line.text) && !/^\s/.test(text);
      line.text += (gap ? ' ' : '') + text;
      line.width = Math.max(line.width, at.x + at.width - line.x);
      line.size = Math.max(line.size, at.size);
    } else if (text.trim() !== '') {
      lines.push({ text, x: at.x, y: at.y, width: at.width, size: at.size });
    } else continue;
    before = { ...at, end: at.x + at.width };
  }
  return lines;
}

/** The size of most of the text. @param {readonly Line[]} lines */
export function bodySize(lines) {
  /** @type {Map<number, number>} */
  const weights = new Map();
  for (const { size, text } of lines) {
    const rounded = Math.round(size * 2) / 2;
    weights.set(rounded, (weights.get(rounded) ?? 0) + text.length);
  }
  return [...weights].sort((a, b) => b[1] - a[1])[0]?.[0] ?? 0;
}

/**
 * Lines with an empty one between paragraphs, and which of them are headings.
 * @param {readonly Line[]} lines @param {number} body size of the document's running text
 * @param {ReadonlyMap<number, import('./pdf-outline.js').Start[]>} [starts] sections of the outline, by their first line
 * @returns {{lines: string[], headings: Record<string, number>, sections: Section[]}}
 */
export function paragraphs(lines, body, starts = new Map()) {
  /** @type {string[]} */
  const out = [];
  /** @type {Record<string, number>} */
  const headings = {};
  /** @type {Section[]} */
  const sections = [];
  /** Lines up to here show the title of a section, which is its heading. */
  let titled = 0;
  const begin = (/** @type {number} */ n) => {
    for (const { title, level, lines: shown } of starts.get(n) ?? []) {
      if (out.length > 0 && out[out.length - 1] !== '') out.push('');
      sections.push({ line: out.length, level, title });
      titled = Math.max(titled, n + shown);
    }
  };
  const widest = Math.max(0, ...lines.map(({ width }) => width));
  lines.forEach((line, n) => {
    const before = lines[n - 1];
    const large = line.size > body * 1.15 && line.text.trim().length < 120 && /\p{L}/u.test(line.text);
    if (before) {
      const step = before.y - line.y;
      const gap = step > 1.7 * Math.max(line.size, before.size) || step < -2 * line.size;
      const indented = line.x - before.x > 0.8 * line.size && step > 0 && before.width < widest;
      const resized = Math.abs(line.size - before.size) > 0.15 * Math.max(line.size, before.size);
      if ((gap || indented || resized) && !(step < 0 && goesOn(before.text, line.text))) out.push('');
    }
    if (n > 0 && n === titled && out[out.length - 1] !== '') out.push('');
    begin(n);
    if (large && n >= titled) headings[String(out.length)] = line.size > body * 1.5 ? 1 : 2;
    out.push(line.text.trimEnd());
  });
  begin(lines.length);
  return { lines: out, headings, sections };
}

/** Whether a paragraph goes on at the top of the next column. @param {string} before @param {string} after */
const goesOn = (before, after) => !/[.!?。！？:：]\s*$/.test(before) && /^\s*\p{Ll}/u.test(after);
