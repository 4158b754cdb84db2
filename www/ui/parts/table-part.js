// Rows and columns, in a region that scrolls sideways by itself; where they come from a plan, the plan in words, the rows
// that the answer rests on, its chart, and the buttons that do a change that was asked for.
import { h, setChildren } from '../lib/dom.js';
import { adoptSheet } from '../lib/style-sheet.js';
import { inElements, loadTableWords, problemWords } from '../tables/words.js';

/**
 * @typedef {import('../../protocol/parts.js').TablePart} TablePart
 * @typedef {import('../../protocol/parts.js').TablePlan} TablePlan
 * @typedef {import('../lib/view.js').PartUi} Ui
 */

const EVIDENCE = 20; // rows that are shown at first

/** @param {readonly string[]} columns @param {readonly (readonly string[])[]} rows @param {string} label @param {readonly string[]} [heads] of rows */
function tableOf(columns, rows, label, heads) {
  const names = heads ? ['#', ...columns] : columns;
  const head = h('tr', null, ...names.map((name) => h('th', { scope: 'col', dir: 'auto' }, name)));
  const body = rows.map((cells, i) =>
    h(
      'tr',
      null,
      heads ? h('th', { scope: 'row' }, heads[i]) : null,
      ...cells.map((cell) => h('td', { dir: 'auto' }, cell)),
    ),
  );
  return h(
    'div',
    { class: 'table', tabindex: 0, role: 'region', 'aria-label': label },
    h('table', null, h('thead', null, head), h('tbody', null, ...body)),
  );
}

/** @param {TablePart} part @param {Ui} ui */
export function createPart(part, ui) {
  const { columns, rows, total_rows: total, plan } = part;
  const { t } = ui.i18n;
  const label = t('tableOf', { rows: total, columns: columns.length });
  // One value is said in the sentence above, and a chart has a table of its own.
  const single =
    plan !== undefined && ((columns.length === 1 && rows.length <= 1) || plan.chart !== undefined);
  const caption = total > rows.length ? t('tableShown', { shown: rows.length, rows: total }) : label;
  const root = h(
    'figure',
    null,
    single ? null : tableOf(columns, rows, label),
    single ? null : h('figcaption', null, caption),
  );
  if (plan?.words) void explain(root, plan, ui);
  return { root };
}

/** @param {HTMLElement} root @param {TablePlan} plan @param {Ui} ui */
async function explain(root, plan, ui) {
  const { app, i18n } = ui;
  const w = await loadTableWords(i18n.language);
  // By now it is in the page, which takes the style.
  await adoptSheet(root, new URL('../tables/tables.css', import.meta.url).href).catch(() => {});
  const { hash = '' } = plan;
  const there = () => app.store.get().tables.list.some((table) => table.hash === hash);
  const steps = plan.words.map((words, i) => {
    const { before = 0, after = 0 } = plan.rows?.[i] ?? {};
    return h('li', null, ...inElements(words), ' ', h('small', null, w('rowsTo', { before, after })));
  });
  const place = h('div', { class: 'evidence' });
  const button = (/** @type {string} */ text, /** @type {() => void} */ onclick, kind = 'quiet') =>
    h('button', { type: 'button', class: kind, onclick }, text);

  /** The rows before they were added up, with their numbers in the file. @param {number} count */
  async function evidence(count) {
    try {
      const book = there() ? await app.tables.book(hash) : undefined;
      if (!book) return setChildren(place, [h('p', null, w('tableGone'))]);
      const found = await book.evidence(plan, 0, count);
      const heads = found.origin.map((row) => (row === null ? '' : String(row + 1)));
      const more = found.rows > found.cells.length;
      setChildren(place, [
        h('p', null, w('evidence', { n: found.rows, file: plan.file ?? '' })),
        tableOf(found.columns, found.cells, w('evidenceTable'), heads),
        ...(more ? [button(w('moreRows'), () => void evidence(count * 5))] : []),
      ]);
    } catch (error) {
      app.report(error);
    }
  }

  if (plan.chart) {
    try {
      const { createChart } = await import('../tables/chart.js');
      root.prepend(createChart(plan.chart, { w, i18n, report: (error) => app.report(error) }).root);
    } catch (error) {
      app.report(error);
    }
  }
  const open = () => app.tables.show({ hash });
  const kept = there() ? [button(w('openTable'), open)] : [];
  if (plan.proposed) {
    root.append(proposal(plan, ui, w, kept));
    return;
  }
  const from = [plan.file, plan.sheet].filter(Boolean).join(' · ');
  root.append(
    h(
      'details',
      { class: 'plan' },
      h('summary', null, w('workedOut')),
      from ? h('p', { dir: 'auto' }, from) : null,
      h('ol', null, ...steps),
      h(
        'div',
        { class: 'row' },
        button(w('showRows'), () => void evidence(EVIDENCE)),
        ...kept,
      ),
      place,
    ),
  );
}

/** A change that waits for the person. @param {TablePlan} plan @param {Ui} ui @param {import('../tables/words.js').TableWords} w @param {Node[]} kept */
function proposal({ plan, base = [], hash = '', sheet }, { app }, w, kept) {
  const said = h('p', { role: 'status' });
  const agree = h('button', { type: 'button', class: 'primary' }, w('applyChange'));
  const not = h('button', { type: 'button', class: 'quiet' }, w('notNow'));
  const row = h('div', { class: 'row' }, agree, not, ...kept);
  const end = (/** @type {string} */ words) => {
    agree.remove();
    not.remove();
    said.textContent = words;
  };
  agree.addEventListener('click', async () => {
    try {
      const book = await app.tables.book(hash);
      if (!book) return end(w('tableGone'));
      const state = sheet === undefined ? await book.state() : await book.choose(sheet);
      // What was shown is what is done: not where the table has changed since.
      if (JSON.stringify(state.steps) !== JSON.stringify(base)) return end(w('changedSince'));
      app.tables.changed(hash, await book.apply(plan));
      end(w('changeDone'));
      app.tables.show({ hash });
    } catch (error) {
      end(problemWords(w, error));
    }
  });
  not.addEventListener('click', () => end(w('changeNotDone')));
  return h('div', { class: 'proposal' }, row, said);
}
