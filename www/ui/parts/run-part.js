// What a program wrote: its lines, tables and plots, how it ended, and the way back to the model when it failed.
import { h, setChildren, setText } from '../lib/dom.js';
import { withWords } from '../lib/i18n.js';
import { writtenBy } from '../../agent/code/failure.js';
import { loadTableWords } from '../tables/words.js';

/**
 * @typedef {import('../../protocol/parts.js').RunPart} RunPart
 * @typedef {import('../lib/view.js').PartUi} Ui
 */

/** How it ended, where it has no error to say so. */
const ENDINGS = /** @type {const} */ ({
  failed: 'endedByError',
  time: 'timeLimit',
  memory: 'memoryLimit',
  output: 'outputLimit',
  stopped: 'endedByPerson',
});

/** @param {Extract<RunPart['outputs'][number], {kind: 'table'}>} table @param {string} label */
function tableOf({ columns, rows }, label) {
  const cells = (/** @type {'th' | 'td'} */ tag, /** @type {readonly string[]} */ row) =>
    h(
      'tr',
      null,
      ...row.map((cell) => h(tag, { dir: 'auto', ...(tag === 'th' ? { scope: 'col' } : {}) }, cell)),
    );
  return h(
    'div',
    { class: 'table', tabindex: 0, role: 'region', 'aria-label': label },
    h(
      'table',
      null,
      h('thead', null, cells('th', columns)),
      h('tbody', null, ...rows.map((row) => cells('td', row))),
    ),
  );
}

/** @param {HTMLElement} place @param {RunPart} part @param {Ui} ui */
async function drawPlots(place, { outputs }, { app, i18n }) {
  const plots = outputs.flatMap((output) => (output.kind === 'plot' ? [output.chart] : []));
  if (plots.length === 0) return;
  const [{ createChart }, w] = await Promise.all([
    import('../tables/chart.js'),
    loadTableWords(i18n.language),
  ]);
  const options = { w, i18n, report: (/** @type {unknown} */ error) => app.report(error) };
  setChildren(
    place,
    plots.map((chart) => createChart(chart, options).root),
  );
}

/** @param {RunPart} part @param {Ui} ui */
export function createPart(part, ui) {
  const { app, i18n } = ui;
  const title = h('h3', null);
  const ending = h('p', { class: 'ending', role: 'status' });
  const plots = h('div', { class: 'plots' });
  const body = h('div', null);
  const row = h('div', { class: 'row' });
  const root = h(
    'div',
    { role: 'group', tabindex: -1, class: part.ended === 'done' ? '' : 'failed' },
    title,
    body,
    plots,
    ending,
    row,
  );

  const filled = withWords(i18n, 'code').then(async ({ t }) => {
    setText(title, part.block ? t('outputOf', { n: part.block + 1 }) : t('output'));
    root.setAttribute('aria-label', title.textContent ?? '');
    const text = writtenBy(part);
    const tables = part.outputs.flatMap((output) => (output.kind === 'table' ? [output] : []));
    setChildren(body, [
      ...(text
        ? [h('pre', { dir: 'auto', tabindex: 0, 'aria-label': t('output'), role: 'group' }, text)]
        : []),
      ...tables.map((table) =>
        tableOf(table, i18n.t('tableOf', { rows: table.rows.length, columns: table.columns.length })),
      ),
    ]);
    const { error, ended, outputs } = part;
    if (error) {
      const line = error.line ? ` ${t('atLine', { n: error.line })}` : '';
      setText(ending, `${error.name}: ${error.message}${line}`);
    } else if (ended !== 'done') setText(ending, t(ENDINGS[ended]));
    else if (!text && outputs.length === 0) setText(ending, t('nothingWritten'));
    ending.hidden = ending.textContent === '';
    const runs = await app.answers.runs();
    if (runs.isFresh(part)) root.focus({ preventScroll: false });
    if (ended === 'done' || ended === 'stopped') return;
    const fix = h('button', { type: 'button', class: 'quiet' }, t('fixIt'));
    const stop = h('button', { type: 'button', class: 'quiet', hidden: true }, t('stopFixing'));
    stop.addEventListener('click', () => {
      runs.stop();
      app.answers.stop();
    });
    fix.addEventListener('click', async () => {
      fix.disabled = true;
      stop.hidden = false;
      try {
        await runs.repair(part, (failure) => t('fixAsk', { failure }));
      } catch (failed) {
        app.report(failed);
      } finally {
        fix.disabled = false;
        stop.hidden = true;
      }
    });
    setChildren(row, [fix, stop]);
  });
  filled.catch((error) => app.report(error));
  drawPlots(plots, part, ui).catch((error) => app.report(error));
  return { root };
}
