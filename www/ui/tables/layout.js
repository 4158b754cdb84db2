// Where the cells of a grid lie: columns by their widths, rows by a height, a million of them under one scroll bar. Pure.

/** Browsers end an element's height near 17 million pixels; beyond this one pixel of the bar stands for several. */
export const TALLEST = 12_000_000;

/** @param {readonly number[]} widths @returns {number[]} where each column begins, and where the last ends */
export function starts(widths) {
  const places = [0];
  for (const width of widths) places.push(places[places.length - 1] + width);
  return places;
}

/** The column at a place. @param {readonly number[]} begin as `starts` gives @param {number} x */
export function columnAt(begin, x) {
  let [low, high] = [0, begin.length - 2];
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (begin[middle] <= x) low = middle;
    else high = middle - 1;
  }
  return Math.max(0, low);
}

/**
 * Rows under a scroll bar.
 * @param {number} rows @param {number} height of a row @param {number} room of the view, pixels
 */
export function rowScale(rows, height, room) {
  const total = rows * height;
  const bar = Math.min(total, TALLEST);
  const ratio = bar > room && total > bar ? (total - room) / (bar - room) : 1;
  return {
    bar,
    /** Pixels of all rows above the view. @param {number} scrolled */
    offset: (scrolled) => Math.max(0, Math.min(total - room, scrolled * ratio)),
    /** The bar's place for so many pixels above the view. @param {number} offset */
    scrolled: (offset) => offset / ratio,
  };
}

/** A width for a column, by what stands in it. @param {string} name @param {readonly string[]} cells @param {number} letter pixels of one */
export function fitting(name, cells, letter) {
  const wide = (/** @type {string} */ text) =>
    [...text.slice(0, 60)].reduce((sum, c) => sum + (/[\u1100-\uffdc]/.test(c) ? 1.8 : 1), 0);
  const longest = Math.max(wide(name) + 2, ...cells.map(wide));
  return Math.round(Math.min(360, Math.max(64, longest * letter + 24)));
}

/** Cells as text that spreadsheets take from the clipboard. @param {readonly (readonly string[])[]} rows */
export const toTsv = (rows) =>
  rows
    .map((cells) =>
      cells.map((cell) => (/[\t\n\r"]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell)).join('\t'),
    )
    .join('\n');
