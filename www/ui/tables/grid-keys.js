// Keys, mouse and clipboard of a grid: moving, selecting, copying as TSV, widths of columns.
import { toTsv } from './layout.js';

/** @typedef {import('./grid.js').Place} Place */

/**
 * @typedef {object} GridActions what the grid lets these do
 * @property {import('./grid.js').GridWords} words
 * @property {(text: string) => void} announce
 * @property {(column: number) => void} onColumn
 * @property {(place: Place, extend?: boolean) => void} goTo
 * @property {(from: Place, to: Place) => void} select
 * @property {(column: number, width: number) => void} setWidth
 * @property {(column: number) => void} fit
 * @property {(column: number) => number} width
 * @property {() => Place} active
 * @property {() => Place} anchor
 * @property {() => {rows: number, columns: number, page: number}} size
 * @property {(top: number, left: number, bottom: number, right: number) => Promise<string[][]>} cells
 * @property {() => string[]} names of columns
 */

/** More than a clipboard should take. */
const MOST_COPIED = 500_000; // cells
const WIDER = 24; // pixels, by a key

/** @param {HTMLElement} root @param {GridActions} grid */
export function listenToGrid(root, grid) {
  /** Where a key leads, if it moves. @param {KeyboardEvent} event @returns {Place | undefined} */
  function target({ key, ctrlKey, metaKey }) {
    const { row, column } = grid.active();
    const { rows, columns, page } = grid.size();
    const far = ctrlKey || metaKey;
    switch (key) {
      case 'ArrowUp':
        return { row: far ? 0 : row - 1, column };
      case 'ArrowDown':
        return { row: far ? rows - 1 : row + 1, column };
      case 'ArrowLeft':
        return { row, column: far ? 0 : column - 1 };
      case 'ArrowRight':
        return { row, column: far ? columns - 1 : column + 1 };
      case 'PageUp':
        return { row: Math.max(0, row - page), column };
      case 'PageDown':
        return { row: row + page, column };
      case 'Home':
        return { row: far ? 0 : row, column: 0 };
      case 'End':
        return { row: far ? rows - 1 : row, column: columns - 1 };
      default:
        return undefined;
    }
  }

  async function copy() {
    const [a, b] = [grid.anchor(), grid.active()];
    const [top, bottom] = [Math.min(a.row, b.row), Math.max(a.row, b.row)];
    const [left, right] = [Math.min(a.column, b.column), Math.max(a.column, b.column)];
    const count = (bottom - Math.max(0, top) + 1) * (right - left + 1);
    if (count > MOST_COPIED) return grid.announce(grid.words.tooMany(MOST_COPIED));
    const { rows, columns } = grid.size();
    // With the header where it is in the selection, or all is.
    const all = top <= 0 && left === 0 && bottom === rows - 1 && right === columns - 1 && rows > 1;
    const head = top < 0 || all ? [grid.names().slice(left, right + 1)] : [];
    const body = bottom < 0 ? [] : await grid.cells(Math.max(0, top), left, bottom, right);
    await navigator.clipboard.writeText(toTsv([...head, ...body]));
    grid.announce(grid.words.copied(Math.max(1, count)));
  }

  root.addEventListener('keydown', (event) => {
    const { key, altKey, shiftKey } = event;
    const { row, column } = grid.active();
    const command = event.ctrlKey || event.metaKey;
    const to = altKey ? undefined : target(event);
    if (to) grid.goTo(to, shiftKey);
    else if (altKey && (key === 'ArrowLeft' || key === 'ArrowRight'))
      grid.setWidth(column, grid.width(column) + (key === 'ArrowLeft' ? -WIDER : WIDER));
    else if (command && key.toLowerCase() === 'a') {
      const { rows, columns } = grid.size();
      grid.select({ row: 0, column: 0 }, { row: rows - 1, column: columns - 1 });
    } else if (command && key.toLowerCase() === 'c') void copy().catch(() => {});
    else if (key === 'Enter' || (key === ' ' && row < 0)) grid.onColumn(column);
    else return;
    event.preventDefault();
    event.stopPropagation();
  });

  /** @param {EventTarget | null} node @returns {{row: number | undefined, column: number | undefined, edge: number | undefined} | undefined} */
  function under(node) {
    if (!(node instanceof Element)) return undefined;
    const edge = node.closest('[data-edge]')?.getAttribute('data-edge');
    const cell = node.closest('[data-row], [data-column]');
    const number = (/** @type {string | null | undefined} */ text) => (text ? Number(text) : undefined);
    return {
      row: number(cell?.getAttribute('data-row')),
      column: number(cell?.getAttribute('data-column')),
      edge: number(edge),
    };
  }

  /** Drags the edge of a header. @param {PointerEvent} event @param {number} column */
  function drag(event, column) {
    event.preventDefault();
    const [from, width] = [event.clientX, grid.width(column)];
    const sign = getComputedStyle(root).direction === 'rtl' ? -1 : 1;
    const move = (/** @type {PointerEvent} */ { clientX }) =>
      grid.setWidth(column, width + sign * (clientX - from));
    const end = () => {
      removeEventListener('pointermove', move);
      removeEventListener('pointerup', end);
    };
    addEventListener('pointermove', move);
    addEventListener('pointerup', end);
  }

  root.addEventListener('pointerdown', (event) => {
    if (event.button !== 0) return;
    const at = under(event.target);
    if (at?.edge !== undefined) return drag(event, at.edge);
    if (!at || event.pointerType === 'touch') return; // a touch may be the start of scrolling
    const { columns } = grid.size();
    if (at.row !== undefined && at.column === undefined)
      grid.select({ row: at.row, column: 0 }, { row: at.row, column: columns - 1 });
    else if (at.row !== undefined && at.column !== undefined) {
      event.preventDefault(); // what is marked here is cells, not text
      root.focus({ preventScroll: true });
      grid.goTo({ row: at.row, column: at.column }, event.shiftKey);
      const scope = /** @type {Document | ShadowRoot} */ (root.getRootNode());
      const over = (/** @type {PointerEvent} */ { clientX, clientY }) => {
        const to = under(scope.elementFromPoint(clientX, clientY));
        if (to?.row !== undefined && to.column !== undefined)
          grid.goTo({ row: to.row, column: to.column }, true);
      };
      const end = () => {
        removeEventListener('pointermove', over);
        removeEventListener('pointerup', end);
      };
      addEventListener('pointermove', over);
      addEventListener('pointerup', end);
    }
  });
  root.addEventListener('click', (event) => {
    const at = under(event.target);
    if (!at || at.edge !== undefined || at.column === undefined) return;
    root.focus();
    if (at.row === undefined) {
      grid.goTo({ row: -1, column: at.column });
      grid.onColumn(at.column);
    } else if (/** @type {PointerEvent} */ (event).pointerType === 'touch')
      grid.goTo({ row: at.row, column: at.column });
  });
  root.addEventListener('dblclick', (event) => {
    const at = under(event.target);
    if (at?.edge !== undefined) grid.fit(at.edge);
  });
}
