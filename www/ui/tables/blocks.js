// The cells of a table that is elsewhere, in blocks that are asked for when they come into view, and kept for a while.

/** Rows and columns of a block. */
export const BLOCK = { rows: 64, columns: 32 };
const MOST = 120; // blocks that are kept

/**
 * @typedef {import('../../agent/tables/book.js').Window} Window
 * @typedef {(from: number, count: number, left: number, columns: number) => Promise<Window>} Source
 * @typedef {{text: string, changed: boolean}} Cell
 */

/** @param {Source} source @param {() => void} arrived */
export function createBlocks(source, arrived) {
  /** @type {Map<string, Window | undefined>} `undefined`: on its way */
  const blocks = new Map();
  let open = true;

  /** @param {number} row @param {number} column */
  function block(row, column) {
    const key = `${row} ${column}`;
    if (blocks.has(key)) return blocks.get(key);
    blocks.set(key, undefined);
    source(row * BLOCK.rows, BLOCK.rows, column * BLOCK.columns, BLOCK.columns).then(
      (window) => {
        if (!open) return;
        blocks.delete(key); // so that it is the newest
        blocks.set(key, window);
        for (const old of blocks.keys()) {
          if (blocks.size <= MOST) break;
          blocks.delete(old);
        }
        arrived();
      },
      () => blocks.delete(key),
    );
    return undefined;
  }

  return {
    /** A cell, if it is here; it is asked for if not. @param {number} row @param {number} column @returns {Cell | undefined} */
    cell(row, column) {
      const window = block(Math.floor(row / BLOCK.rows), Math.floor(column / BLOCK.columns));
      const [y, x] = [row % BLOCK.rows, column % BLOCK.columns];
      const text = window?.cells[y]?.[x];
      return text === undefined ? undefined : { text, changed: window?.changed[y]?.includes(x) ?? false };
    },
    /** The file's row, from 0; nothing for rows that were made. @param {number} row */
    origin: (row) => block(Math.floor(row / BLOCK.rows), 0)?.origin[row % BLOCK.rows] ?? undefined,
    /** Cells of a rectangle, however large. @param {number} top @param {number} left @param {number} bottom @param {number} right both included */
    async rectangle(top, left, bottom, right) {
      const count = right - left + 1;
      const step = Math.max(1, Math.floor(20_000 / count));
      /** @type {string[][]} */
      const rows = [];
      while (rows.length <= bottom - top) {
        const from = top + rows.length;
        const { cells } = await source(from, Math.min(step, bottom - from + 1), left, count);
        if (cells.length === 0) break;
        rows.push(...cells);
      }
      return rows;
    },
    close() {
      open = false;
      blocks.clear();
    },
  };
}
