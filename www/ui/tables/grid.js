// A grid that scrolls any number of rows and columns: only what is in view has elements. Keys, selection and copying are
// in grid-keys.js, widths in grid-widths.js; where things lie is layout.js's matter.
import { h, onceAFrame, setProps } from '../lib/dom.js';
import { createBlocks } from './blocks.js';
import { listenToGrid } from './grid-keys.js';
import { columnAt, fitting, rowScale, starts } from './layout.js';

/**
 * @typedef {import('../../agent/tables/book.js').Column} Column
 * @typedef {{row: number, column: number}} Place row -1 is the header
 * @typedef {object} GridWords
 * @property {string} label
 * @property {(count: number) => string} tooMany cells to copy
 * @property {(count: number) => string} copied
 * @property {string} row the header of row numbers
 * @property {string} resize
 * @typedef {object} GridOptions
 * @property {GridWords} words
 * @property {(text: string) => void} announce
 * @property {(column: number) => void} onColumn a header was chosen
 */

/** Kinds whose cells stand on the right. */
const RIGHT = new Set(['number', 'duration', 'time']);
const SAMPLE = 40; // rows by which a column's width is found

let grids = 0;

/** @typedef {ReturnType<typeof createGrid>} Grid */

/** @param {GridOptions} options */
export function createGrid({ words, announce, onColumn }) {
  const id = `loquat-grid-${(grids += 1)}`;
  const view = h('div', { class: 'grid-view' });
  const sizer = h('div', { class: 'grid-sizer' }, view);
  const root = h('div', { class: 'grid', role: 'grid', tabindex: 0, 'aria-label': words.label }, sizer);
  /** @type {readonly Column[]} */
  let columns = [];
  let rows = 0;
  /** @type {ReturnType<typeof createBlocks> | undefined} */
  let blocks;
  /** @type {number[]} */
  let widths = [];
  let begin = [0];
  let frozen = 0;
  /** @type {Place} */
  let active = { row: 0, column: 0 };
  /** @type {Place} the other end of the selection */
  let anchor = active;
  let height = 32;
  let numbers = 56; // width of the row numbers

  const headHeight = () => height + 4;
  const room = () => ({
    width: Math.max(0, root.clientWidth - numbers),
    height: Math.max(0, root.clientHeight - headHeight()),
  });
  const scale = () => rowScale(rows, height, room().height);

  /** @param {string} role @param {number} x @param {number} width @param {string} text @param {import('../lib/dom.js').Props} [more] */
  function cellElement(role, x, width, text, more) {
    const cell = h('div', { role, ...more }, text);
    cell.style.transform = `translateX(${x}px)`;
    cell.style.width = `${width}px`;
    return cell;
  }

  /** Columns in view, those that are frozen first. */
  function shownColumns() {
    const left = root.scrollLeft;
    const first = columnAt(begin, begin[frozen] + left);
    const last = columnAt(begin, left + room().width);
    const shown = Array.from({ length: frozen }, (_, i) => i);
    for (let c = Math.max(frozen, first); c <= last && c < columns.length; c++) shown.push(c);
    return shown.map((column) => ({
      column,
      x: numbers + begin[column] - (column < frozen ? 0 : left),
      fixed: column < frozen,
    }));
  }

  const selected = (/** @type {number} */ row, /** @type {number} */ column) =>
    row >= Math.min(anchor.row, active.row) &&
    row <= Math.max(anchor.row, active.row) &&
    column >= Math.min(anchor.column, active.column) &&
    column <= Math.max(anchor.column, active.column);

  /** @param {ReturnType<typeof shownColumns>} shown */
  function headRow(shown) {
    const cells = shown.map(({ column, x, fixed }) => {
      const { name, new: isNew, kind } = columns[column];
      const here = active.row === -1 && active.column === column;
      const cell = cellElement('columnheader', x, widths[column], name, {
        id: `${id}-h-${column}`,
        'aria-colindex': column + 2,
        'data-column': column,
        title: name,
        class: [fixed && 'fixed', isNew && 'new', here && 'active', RIGHT.has(kind) && 'right']
          .filter(Boolean)
          .join(' '),
      });
      cell.append(h('span', { class: 'edge', 'data-edge': column, title: words.resize }));
      return cell;
    });
    const corner = cellElement('columnheader', 0, numbers, '#', {
      class: 'number fixed',
      'aria-colindex': 1,
      'aria-label': words.row,
    });
    const row = h('div', { role: 'row', class: 'head', 'aria-rowindex': 1 }, corner, ...cells);
    row.style.height = `${headHeight()}px`;
    return row;
  }

  /** @param {number} row @param {number} y @param {ReturnType<typeof shownColumns>} shown */
  function bodyRow(row, y, shown) {
    const cells = shown.map(({ column, x, fixed }) => {
      const cell = blocks?.cell(row, column);
      const here = active.row === row && active.column === column;
      return cellElement('gridcell', x, widths[column], cell?.text ?? '…', {
        id: `${id}-${row}-${column}`,
        'aria-colindex': column + 2,
        'aria-selected': selected(row, column) ? 'true' : null,
        'data-row': row,
        'data-column': column,
        dir: 'auto',
        class: [
          fixed && 'fixed',
          cell?.changed && 'changed',
          here && 'active',
          RIGHT.has(columns[column].kind) && 'right',
        ]
          .filter(Boolean)
          .join(' '),
      });
    });
    const origin = blocks?.origin(row);
    const number = cellElement('rowheader', 0, numbers, String((origin ?? row) + 1), {
      class: 'number fixed',
      'aria-colindex': 1,
      'data-row': row,
    });
    const element = h('div', { role: 'row', 'aria-rowindex': row + 2 }, number, ...cells);
    element.style.transform = `translateY(${y}px)`;
    element.style.height = `${height}px`;
    return element;
  }

  function draw() {
    if (!root.isConnected) return;
    const { height: space } = room();
    const { bar, offset } = scale();
    sizer.style.width = `${numbers + begin[begin.length - 1]}px`;
    sizer.style.height = `${headHeight() + bar}px`;
    view.style.width = `${root.clientWidth}px`;
    view.style.height = `${root.clientHeight}px`;
    const shown = shownColumns();
    const above = offset(root.scrollTop);
    const first = Math.floor(above / height);
    const last = Math.min(rows - 1, Math.floor((above + space) / height));
    const body = [];
    for (let row = first; row <= last; row++)
      body.push(bodyRow(row, headHeight() + row * height - above, shown));
    view.replaceChildren(headRow(shown), ...body);
    setProps(root, { 'aria-rowcount': rows + 1, 'aria-colcount': columns.length + 1 });
    const there = active.row < 0 ? `${id}-h-${active.column}` : `${id}-${active.row}-${active.column}`;
    setProps(root, { 'aria-activedescendant': view.querySelector(`#${there}`) ? there : null });
  }
  const later = onceAFrame(draw);

  /** Scrolls so that a cell is seen. @param {Place} place */
  function reveal({ row, column }) {
    const { width, height: space } = room();
    const { offset, scrolled } = scale();
    const above = offset(root.scrollTop);
    if (row >= 0) {
      if (row * height < above) root.scrollTop = scrolled(row * height);
      else if ((row + 1) * height > above + space) root.scrollTop = scrolled((row + 1) * height - space) + 1;
    }
    if (column < frozen) return;
    const [from, to] = [begin[column] - begin[frozen], begin[column + 1]];
    if (from < root.scrollLeft) root.scrollLeft = from;
    else if (to > root.scrollLeft + width) root.scrollLeft = to - width;
  }

  /** @param {Place} place @param {boolean} [extend] the selection */
  function goTo(place, extend = false) {
    active = {
      row: Math.max(-1, Math.min(rows - 1, place.row)),
      column: Math.max(0, Math.min(columns.length - 1, place.column)),
    };
    if (!extend) anchor = active;
    reveal(active);
    draw();
  }

  /** @param {number} column @param {number} width */
  function setWidth(column, width) {
    widths[column] = Math.round(Math.min(900, Math.max(48, width)));
    begin = starts(widths);
    later();
  }

  /** A width by the cells that are in view. @param {number} column */
  function fit(column) {
    const cells = [...view.querySelectorAll(`[role=gridcell][data-column='${column}']`)];
    setWidth(
      column,
      fitting(
        columns[column].name,
        cells.map((c) => c.textContent ?? ''),
        8,
      ),
    );
  }

  async function firstWidths() {
    const sample = await blocks?.rectangle(
      0,
      0,
      Math.min(rows, SAMPLE) - 1,
      Math.min(columns.length, 400) - 1,
    );
    columns.forEach(({ name }, c) => {
      const cells = (sample ?? []).map((row) => row[c] ?? '');
      widths[c] = fitting(name, cells, 8);
    });
    begin = starts(widths);
    later();
  }

  root.addEventListener('scroll', later, { passive: true });
  const watch = new ResizeObserver(later);
  watch.observe(root);
  listenToGrid(root, {
    words,
    announce,
    onColumn,
    goTo,
    setWidth,
    fit,
    width: (column) => widths[column],
    active: () => active,
    anchor: () => anchor,
    size: () => ({
      rows,
      columns: columns.length,
      page: Math.max(1, Math.floor(room().height / height) - 1),
    }),
    /** @param {Place} from @param {Place} to */
    select(from, to) {
      anchor = from;
      active = to;
      draw();
    },
    cells: (top, left, bottom, right) => blocks?.rectangle(top, left, bottom, right) ?? Promise.resolve([]),
    names: () => columns.map(({ name }) => name),
  });

  return {
    root,
    /** @param {{columns: readonly Column[], rows: number, source: import('./blocks.js').Source}} table */
    show(table) {
      blocks?.close();
      const same =
        table.columns.length === columns.length &&
        table.columns.every(({ name }, i) => name === columns[i]?.name);
      ({ columns, rows } = table);
      blocks = createBlocks(table.source, later);
      numbers = Math.max(56, String(rows + 1).length * 9 + 20);
      if (!same) {
        widths = columns.map(({ name }) => fitting(name, [], 8));
        begin = starts(widths);
        frozen = Math.min(frozen, columns.length);
        void firstWidths().catch(() => {});
      }
      active = { row: Math.min(active.row, rows - 1), column: Math.min(active.column, columns.length - 1) };
      if (active.column < 0) active = { ...active, column: 0 };
      anchor = active;
      later();
    },
    /** @param {number} row @param {number} column */
    focusCell(row, column) {
      root.focus();
      goTo({ row, column });
    },
    /** Columns that stay when the others scroll. @param {number} count */
    freeze(count) {
      frozen = Math.min(count, columns.length);
      draw();
    },
    frozen: () => frozen,
    column: () => active.column,
    fit,
    label: (/** @type {string} */ text) => setProps(root, { 'aria-label': text }),
    leave() {
      watch.disconnect();
      blocks?.close();
    },
  };
}
