// Tables without a page: where cells lie, what is copied, what a form's fields make, charts in words.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createBlocks } from '../../www/ui/tables/blocks.js';
import { configOf, slices } from '../../www/ui/tables/chart-config.js';
import { chartSentence } from '../../www/ui/tables/chart-words.js';
import { columnAt, rowScale, starts, TALLEST, toTsv } from '../../www/ui/tables/layout.js';
import { OPERATIONS, operationOf } from '../../www/ui/tables/operations.js';
import { problemWords } from '../../www/ui/tables/words.js';
import { tables as words } from '../../www/locales/en.js';
import { fill } from '../../www/locales/fill.js';

/** @type {import('../../www/ui/tables/words.js').TableWords} */
const w = (key, values = {}) => fill('en', words[key], values);

test('a column is found by its place, and all rows by the bar', () => {
  const begin = starts([50, 100, 70]);
  assert.deepEqual(begin, [0, 50, 150, 220]);
  assert.deepEqual(
    [0, 49, 50, 149, 150, 400].map((x) => columnAt(begin, x)),
    [0, 0, 1, 1, 2, 2],
  );
  const small = rowScale(10, 30, 200);
  assert.deepEqual([small.bar, small.offset(60), small.scrolled(60)], [300, 60, 60]);
  // A million rows are taller than an element may be; the end of the bar is still the last row.
  const large = rowScale(1_000_000, 32, 600);
  assert.equal(large.bar, TALLEST);
  assert.ok(Math.abs(large.offset(TALLEST - 600) - (32_000_000 - 600)) < 0.01);
  assert.ok(Math.abs(large.scrolled(large.offset(1000)) - 1000) < 1e-6);
});

test('what is copied reads as the same cells', () => {
  assert.equal(
    toTsv([
      ['a', 'b\tc'],
      ['d "e"', 'f\ng'],
    ]),
    'a\t"b\tc"\n"d ""e"""\t"f\ng"',
  );
});

test('cells are asked for by blocks, each once, and a large rectangle in pieces', async () => {
  /** @type {number[][]} */
  const asked = [];
  let arrived = 0;
  const source = async (
    /** @type {number} */ from,
    /** @type {number} */ count,
    /** @type {number} */ left,
    /** @type {number} */ columns,
  ) => {
    asked.push([from, count, left, columns]);
    const cells = Array.from({ length: Math.min(count, 1000 - from) }, (_, r) =>
      Array.from({ length: columns }, (_, c) => `${from + r}/${left + c}`),
    );
    return { from, left, cells, origin: cells.map((_, r) => from + r + 1), changed: cells.map(() => [1]) };
  };
  const blocks = createBlocks(source, () => (arrived += 1));
  assert.equal(blocks.cell(70, 1), undefined);
  assert.equal(blocks.cell(71, 2), undefined);
  await new Promise((resolve) => setTimeout(resolve));
  assert.deepEqual([asked, arrived], [[[64, 64, 0, 32]], 1]);
  assert.deepEqual(blocks.cell(70, 1), { text: '70/1', changed: true });
  assert.deepEqual([blocks.cell(70, 0)?.changed, blocks.origin(70)], [false, 71]);
  const rows = await blocks.rectangle(0, 0, 999, 99);
  assert.deepEqual([rows.length, rows[999]?.[99]], [1000, '999/99']);
  assert.ok(asked.every(([, count, , columns]) => count * columns <= 20_000));
});

test('every operation has words, and its fields give back the step that they hold', () => {
  for (const { op, group, fields } of OPERATIONS) {
    assert.ok(`op_${op}` in words && `group_${group}` in words, op);
    for (const field of fields) {
      assert.ok(`field_${field.name}` in words, `${op} ${field.name}`);
      if (field.kind === 'choice')
        for (const each of field.of) assert.ok(`${field.name}_${each}` in words, `${field.name}_${each}`);
    }
  }
  const steps = [
    { op: 'sort', by: [{ column: 'a', descending: true }] },
    { op: 'group', by: ['a'], aggregates: [{ function: 'sum', column: 'b' }] },
    { op: 'group', by: ['a'], aggregates: [{ function: 'count' }] },
    { op: 'pivot', rows: ['a'], column: 'b', value: { function: 'max', column: 'c' } },
    { op: 'join', table: 's', on: [['a', 'b']], keep: true },
  ];
  for (const { op, ...step } of steps) {
    const operation = operationOf(op);
    assert.deepEqual(operation?.step?.(operation.values?.(step) ?? {}), step, op);
  }
});

test('a chart is a sentence with its own numbers, and a pie has few slices', () => {
  const labels = Array.from({ length: 20 }, (_, i) => `L${i}`);
  const values = labels.map((_, i) => i);
  const chart = /** @type {const} */ ({ kind: 'pie', x: 'Label', labels, series: [['Sum', values]] });
  const given = /** @type {import('../../www/protocol/parts.js').TableChart} */ (
    /** @type {unknown} */ (chart)
  );
  assert.equal(
    chartSentence(given, w, 'en'),
    'Pie chart: Sum by Label, 20 values. Highest: L19 (19); lowest: L0 (0).',
  );
  const cut = slices(given);
  assert.equal(cut.labels.length, 12);
  assert.equal(
    cut.values.reduce((a, b) => a + b),
    190,
  );
  const config = configOf(
    { ...given, kind: 'scatter', labels: ['1', '2.5'], series: [['y', [3, null]]] },
    ['#000', '#ccc', '#f00'],
    {},
  );
  assert.deepEqual(config.data.datasets[0].data, [
    { x: 1, y: 3 },
    { x: 2.5, y: null },
  ]);
});

test('why a step cannot be done is said with the names that would do', () => {
  const error = { code: 'plan_no_column', values: { column: 'Amounts', nearest: ['Amount'] }, message: '' };
  assert.equal(problemWords(w, error), 'There is no column “Amounts”. The nearest: Amount.');
  assert.equal(problemWords(w, new Error('else')), 'else');
});
