// A table beside the chat: the grid, what can be done to it by hand, its plan, its profile and its chart. Loaded with the
// first table that is looked at.
import { h, setChildren, setProps, setText } from '../lib/dom.js';
import { saveBytes } from '../lib/download.js';
import { explain } from '../lib/error-words.js';
import { icon } from '../lib/icons.js';
import { adoptSheet } from '../lib/style-sheet.js';
import { createForm } from './form.js';
import { createGrid } from './grid.js';
import { OPERATIONS } from './operations.js';
import { createProfile } from './profile.js';
import { createSteps } from './steps.js';
import { loadTableWords, problemWords } from './words.js';

/**
 * @typedef {import('../../agent/tables/book.js').Book} Book
 * @typedef {import('../../agent/tables/book.js').State} State
 * @typedef {import('../../protocol/parts.js').TableStep} TableStep
 * @typedef {import('./words.js').Key} Key
 */

const EXPORTS = /** @type {const} */ ([
  ['xlsx', 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet'],
  ['csv', 'text/csv'],
  ['json', 'application/json'],
]);

/** @param {import('../lib/view.js').Ui} ui */
export async function createTablePanel(ui) {
  const { app, i18n } = ui;
  const w = await loadTableWords(i18n.language);
  const { number } = i18n;
  /** @type {Book | undefined} */
  let book;
  /** @type {State | undefined} */
  let state;
  /** @type {string[]} */
  let sheets = [];
  let hash = '';
  let name = '';
  let changed = -1;
  /** @type {{root: HTMLElement, leave: () => void} | undefined} */
  let chart;

  const title = h('h2', { dir: 'auto', tabindex: -1 });
  const said = h('p', { class: 'said', role: 'status' });
  const rowsNote = h('p', { class: 'note' });
  const place = h('div', { class: 'table-work' });
  const grid = createGrid({
    words: {
      label: '',
      row: w('rowNumber'),
      resize: w('resize'),
      copied: (n) => w('copied', { n }),
      tooMany: (n) => w('tooManyToCopy', { n }),
    },
    announce: say,
    onColumn: (column) => columnBar(column),
  });
  const steps = createSteps({
    w,
    language: i18n.language,
    edit: (at) => editStep(at),
    remove: (at) => void act(() => replaced((state?.steps ?? []).filter((_, i) => i !== at))),
  });

  /** @param {string} text */
  function say(text) {
    setText(said, text);
    ui.announce(text);
  }

  /** @param {Key} key @param {() => void} onclick @param {import('../lib/icons.js').IconName} [picture] */
  const button = (key, onclick, picture) =>
    h('button', { type: 'button', class: 'quiet', onclick }, picture ? icon(picture) : null, w(key));
  const undo = button('undo', () => void act(() => book?.undo()));
  const redo = button('redo', () => void act(() => book?.redo()));
  const sheetChoice = h('select', { 'aria-label': w('field_table') });
  sheetChoice.addEventListener('change', () => void act(() => book?.choose(sheetChoice.value)));
  const tools = h(
    'select',
    { class: 'tools', 'aria-label': w('tools') },
    h('option', { value: '' }, w('tools')),
    ...['rows', 'columns', 'cells', 'shape'].map((group) =>
      h(
        'optgroup',
        { label: w(/** @type {Key} */ (`group_${group}`)) },
        ...OPERATIONS.filter((each) => each.group === group).map(({ op }) =>
          h('option', { value: op }, w(/** @type {Key} */ (`op_${op}`))),
        ),
      ),
    ),
  );
  tools.addEventListener('change', () => {
    const op = tools.value;
    tools.value = '';
    if (op) newStep(op);
  });
  const exportChoice = h(
    'select',
    { 'aria-label': w('export') },
    h('option', { value: '' }, w('export')),
    ...EXPORTS.map(([format]) => h('option', { value: format }, w(/** @type {Key} */ (`export_${format}`)))),
  );
  exportChoice.addEventListener('change', () => {
    const format = exportChoice.value;
    exportChoice.value = '';
    if (format) void exported(/** @type {'xlsx' | 'csv' | 'json'} */ (format));
  });
  const bar = h(
    'div',
    { class: 'table-tools' },
    undo,
    redo,
    tools,
    button('profile', () => void profile()),
    button('op_chart', () => newStep('chart')),
    exportChoice,
    sheetChoice,
  );
  const close = h(
    'button',
    {
      type: 'button',
      class: 'icon-button',
      'aria-label': w('closeTable'),
      title: w('closeTable'),
      onclick: leave,
    },
    icon('close'),
  );
  const root = h(
    'section',
    { class: 'table-panel', 'aria-label': w('table') },
    h('header', null, title, rowsNote, close),
    bar,
    said,
    place,
    steps.root,
    grid.root,
  );
  root.addEventListener('keydown', (event) => {
    if (event.key !== 'Escape' || event.defaultPrevented) return;
    if (place.firstChild) clear();
    else leave();
    event.stopPropagation();
  });

  function leave() {
    app.tables.show(null);
    ui.focusInput();
  }

  function clear() {
    chart?.leave();
    chart = undefined;
    place.replaceChildren();
    grid.root.focus();
  }

  /** @param {HTMLElement} view */
  function put(view) {
    chart?.leave();
    chart = undefined;
    setText(said, '');
    setChildren(place, [view]);
  }

  /** Runs what changes the table, and draws what has become of it. @param {() => Promise<State | undefined> | undefined} run */
  async function act(run) {
    try {
      const next = await run();
      if (!next) return;
      draw(next);
      app.tables.changed(hash, next);
      changed = app.store.get().tables.changed;
    } catch (error) {
      await failed(error);
    }
  }

  /** @param {unknown} error */
  async function failed(error) {
    const { code = '', message = String(error) } = /** @type {{code?: string, message?: string}} */ (error);
    if (code.startsWith('plan_')) return say(problemWords(w, error));
    const { says, remedy } = await explain(i18n.language, { code, message, remedy: '' });
    say(`${says} ${remedy}`);
  }

  /** @param {readonly TableStep[]} all */
  const replaced = (all) => book?.replace({ steps: [...all] });

  /** @param {State} next */
  function draw(next) {
    const drawn = next.chart && next.chart !== state?.chart ? next.chart : undefined;
    const before = JSON.stringify(state?.chart ?? null);
    state = next;
    const { rows, all_rows: all, columns, sheet, totals } = next;
    grid.label(w('gridLabel', { name, rows, columns: columns.length }));
    grid.show({
      columns,
      rows,
      source: (from, count, left, n) => /** @type {Book} */ (book).window(from, count, left, n),
    });
    const parts = [w('rowsOf', { rows, all }), w('columnsAre', { n: columns.length })];
    if (totals > 0) parts.push(w('totalsAre', { n: totals }));
    setText(rowsNote, parts.join(' · '));
    undo.disabled = next.undo === 0;
    redo.disabled = next.redo === 0;
    sheetChoice.hidden = sheets.length < 2;
    sheetChoice.value = sheet;
    steps.update(next);
    if (drawn && before !== JSON.stringify(drawn)) void showChart();
  }

  async function showChart() {
    const drawn = state?.chart;
    if (!drawn) return;
    const { createChart } = await import('./chart.js');
    const made = createChart(drawn, { w, i18n, report: (error) => app.report(error) });
    put(h('div', null, made.root, button('close', clear)));
    chart = made;
  }

  const around = () => ({
    columns: state?.columns ?? [],
    sheets: sheets.filter((each) => each !== state?.sheet),
    w,
  });

  /** @param {string} op @param {Record<string, any>} [from] */
  function newStep(op, from) {
    const form = createForm({
      op,
      from: from ?? fromColumn(op),
      around: around(),
      i18n,
      preview: async (step) => ({
        preview: await /** @type {Book} */ (book).preview({ steps: [step] }),
        at: 0,
      }),
      apply: async (step) => {
        const next = await book?.apply({ steps: [step] });
        done(next);
      },
      cancel: clear,
    });
    put(form.root);
    form.focus();
  }

  /** @param {State | undefined} next */
  function done(next) {
    clear();
    void act(() => Promise.resolve(next));
  }

  /** The column that has the focus, as what a step begins with. @param {string} op @returns {Record<string, any>} */
  function fromColumn(op) {
    const column = state?.columns[grid.column()]?.name;
    if (!column) return {};
    switch (op) {
      case 'sort':
        return { by: [{ column }] };
      case 'filter':
        return { conditions: [{ column }] };
      case 'group':
        return { by: [column] };
      case 'drop':
        return { columns: [column] };
      case 'chart':
        return { x: column };
      default:
        return { column };
    }
  }

  /** @param {number} at */
  function editStep(at) {
    const all = state?.steps ?? [];
    const { op, ...from } = all[at];
    // The columns are those that the step gets, which the steps before it make.
    void (
      /** @type {Book} */ (book)
        .preview({ steps: all.slice(0, at) }, true)
        .then(({ columns }) => {
          const withStep = (/** @type {TableStep} */ step) => all.map((each, i) => (i === at ? step : each));
          const form = createForm({
            op,
            from,
            around: { ...around(), columns },
            i18n,
            preview: async (step) => ({
              preview: await /** @type {Book} */ (book).preview({ steps: withStep(step) }, true),
              at,
            }),
            apply: async (step) => done(await replaced(withStep(step))),
            cancel: clear,
          });
          put(form.root);
          form.focus();
        })
        .catch(failed)
    );
  }

  /** What can be done to a column at once. @param {number} at */
  function columnBar(at) {
    const column = state?.columns[at];
    if (!column) return;
    const sorted = (/** @type {boolean} */ descending) => () =>
      void act(() => book?.apply({ steps: [{ op: 'sort', by: [{ column: column.name, descending }] }] }));
    const frozen = grid.frozen() === at + 1;
    const freeze = () => {
      grid.freeze(frozen ? 0 : at + 1);
      columnBar(at);
    };
    const view = h(
      'div',
      { class: 'column-bar', role: 'group', 'aria-label': column.name },
      h('strong', { dir: 'auto' }, column.name),
      button('sortUp', sorted(false)),
      button('sortDown', sorted(true)),
      ...['filter', 'group', 'rename', 'fill', 'clean', 'cast', 'drop'].map((op) =>
        button(/** @type {Key} */ (`op_${op}`), () => newStep(op)),
      ),
      button(frozen ? 'unfreeze' : 'freeze', freeze),
      button('fit', () => grid.fit(at)),
      button('close', clear),
    );
    put(view);
    /** @type {HTMLElement | null} */ (view.querySelector('button'))?.focus();
  }

  async function profile() {
    try {
      say(w('working'));
      const found = await /** @type {Book} */ (book).profile();
      const goTo = (/** @type {number} */ row, /** @type {number} */ column) => grid.focusCell(row, column);
      put(createProfile(found, { w, i18n, goTo, close: clear }));
    } catch (error) {
      await failed(error);
    }
  }

  /** @param {'xlsx' | 'csv' | 'json'} format */
  async function exported(format) {
    try {
      const bytes = await /** @type {Book} */ (book).export(format);
      const type = EXPORTS.find(([each]) => each === format)?.[1] ?? '';
      const base = name.replace(/\.\w+$/, '');
      saveBytes(`${base}.${format === 'json' ? 'plan.json' : format}`, type, bytes);
      say(w('exported', { size: i18n.bytes(bytes.length) }));
    } catch (error) {
      await failed(error);
    }
  }

  /** Opens the file that is to be shown. @param {string} wanted */
  async function open(wanted) {
    hash = wanted;
    name = app.store.get().tables.list.find((each) => each.hash === wanted)?.name ?? '';
    setText(title, name);
    clear();
    setProps(root, { 'aria-busy': 'true' });
    try {
      say(w('opening'));
      const opened = await app.tables.book(wanted);
      if (hash !== wanted || !opened) return;
      book = opened;
      const info = await book.info();
      sheets = info.sheets.map((sheet) => sheet.name);
      sheetChoice.replaceChildren(
        ...info.sheets.map((sheet) =>
          h('option', { value: sheet.name }, sheet.hidden ? `${sheet.name} (${w('hidden')})` : sheet.name),
        ),
      );
      state = undefined;
      draw(await book.state());
      setText(said, '');
    } catch (error) {
      await failed(error);
    } finally {
      setProps(root, { 'aria-busy': null });
    }
  }

  return {
    root,
    async adopt() {
      await adoptSheet(root, new URL('./tables.css', import.meta.url).href).catch(() => {});
    },
    focus: () => title.focus(),
    /** @param {import('../../app/app.js').AppState} next */
    update({ tables }) {
      const { shown } = tables;
      if (!shown) return;
      if (shown.hash !== hash) {
        changed = tables.changed;
        void open(shown.hash);
      } else if (tables.changed !== changed) {
        changed = tables.changed;
        void refresh();
      }
    },
    leave() {
      chart?.leave();
      grid.leave();
    },
  };

  /** Somebody else has changed the table. */
  async function refresh() {
    try {
      if (book && !book.closed) draw(await book.state());
    } catch (error) {
      await failed(error);
    }
  }
}
