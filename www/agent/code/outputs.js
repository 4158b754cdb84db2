// What a program sends out, held to its form: a program can break its own console, and must not send more by it than text,
// tables and numbers. Pure.

/** @typedef {import('../../protocol/parts.js').ProgramOutput} Output */

const LINES = ['log', 'warn', 'error'];
const CHARTS = ['bar', 'line', 'area', 'scatter', 'pie'];

/** @param {unknown} list @returns {string[]} */
const texts = (list) => (Array.isArray(list) ? list.map((each) => String(each)) : []);

/** @param {unknown} list @returns {(number | null)[]} */
const numbers = (list) =>
  Array.isArray(list) ? list.map((each) => (Number.isFinite(each) ? Number(each) : null)) : [];

/** @param {unknown} list @returns {unknown[]} */
const items = (list) => (Array.isArray(list) ? list : []);

/** @param {string} kind @param {any} value of JSON @returns {Output} */
export function outputOf(kind, value) {
  if (kind === 'table')
    return { kind, columns: texts(value?.columns), rows: items(value?.rows).map((row) => texts(row)) };
  if (kind === 'plot') {
    const series = items(value?.series).map(
      (each) =>
        /** @type {[string, (number | null)[]]} */ ([String(items(each)[0]), numbers(items(each)[1])]),
    );
    const chart = {
      kind: CHARTS.includes(value?.kind) ? value.kind : 'line',
      x: String(value?.x ?? 'x'),
      labels: texts(value?.labels),
      series,
    };
    return { kind, chart };
  }
  const line = /** @type {'log' | 'warn' | 'error'} */ (LINES.includes(kind) ? kind : 'log');
  return { kind: line, text: typeof value === 'string' ? value : JSON.stringify(value) };
}
