// What a person can do to a table by hand: each operation's fields, in the order in which they are asked for. Pure.

/**
 * @typedef {'column' | 'columns' | 'numeric' | 'text' | 'count' | 'flag' | 'conditions' | 'names' | 'filling' | 'sheet'} FieldKind
 * @typedef {{name: string, kind: FieldKind, initial?: unknown, optional?: boolean} | {name: string, kind: 'choice', of: readonly string[], initial?: string}} Field
 * @typedef {object} Operation
 * @property {string} op
 * @property {'rows' | 'columns' | 'cells' | 'shape'} group
 * @property {readonly Field[]} fields
 * @property {(values: Record<string, any>) => Record<string, any>} [step] from what the fields hold to the step's own; without it they are the same
 * @property {(step: Record<string, any>) => Record<string, any>} [values] the way back
 */

export const TESTS = [
  'equal',
  'not_equal',
  'contains',
  'not_contains',
  'more',
  'at_least',
  'less',
  'at_most',
  'starts_with',
  'ends_with',
  'empty',
  'not_empty',
];
export const FUNCTIONS = [
  'sum',
  'mean',
  'count',
  'count_distinct',
  'median',
  'min',
  'max',
  'range',
  'deviation',
  'first',
  'last',
];
export const CHARTS = /** @type {const} */ (['bar', 'line', 'area', 'scatter', 'pie']);

/** @param {Record<string, any>} v */
const aggregateOf = ({ function: name, value }) => ({
  function: name,
  ...(value && !(name === 'count' && value === '') ? { column: value } : {}),
});

/** @type {readonly Operation[]} */
export const OPERATIONS = [
  {
    op: 'filter',
    group: 'rows',
    fields: [
      { name: 'conditions', kind: 'conditions' },
      { name: 'any', kind: 'flag' },
    ],
    step: ({ conditions, any }) => ({ conditions, ...(any ? { any } : {}) }),
  },
  {
    op: 'sort',
    group: 'rows',
    fields: [
      { name: 'column', kind: 'column' },
      { name: 'descending', kind: 'flag' },
    ],
    step: ({ column, descending }) => ({ by: [{ column, ...(descending ? { descending } : {}) }] }),
    values: ({ by }) => ({ column: by?.[0]?.column, descending: by?.[0]?.descending }),
  },
  { op: 'top', group: 'rows', fields: [{ name: 'count', kind: 'count', initial: 10 }] },
  { op: 'deduplicate', group: 'rows', fields: [{ name: 'columns', kind: 'columns', optional: true }] },
  {
    op: 'sample',
    group: 'rows',
    fields: [
      { name: 'count', kind: 'count', initial: 100 },
      { name: 'seed', kind: 'count', initial: 1 },
    ],
  },
  {
    op: 'derive',
    group: 'columns',
    fields: [
      { name: 'name', kind: 'text' },
      { name: 'expression', kind: 'text' },
    ],
  },
  {
    op: 'rename',
    group: 'columns',
    fields: [
      { name: 'column', kind: 'column' },
      { name: 'name', kind: 'text' },
    ],
  },
  { op: 'select', group: 'columns', fields: [{ name: 'columns', kind: 'columns' }] },
  { op: 'drop', group: 'columns', fields: [{ name: 'columns', kind: 'columns' }] },
  {
    op: 'split',
    group: 'columns',
    fields: [
      { name: 'column', kind: 'column' },
      { name: 'separator', kind: 'text', initial: ',' },
      { name: 'into', kind: 'names' },
    ],
  },
  {
    op: 'merge',
    group: 'columns',
    fields: [
      { name: 'columns', kind: 'columns' },
      { name: 'separator', kind: 'text', initial: ' ', optional: true },
      { name: 'name', kind: 'text' },
    ],
  },
  {
    op: 'fill',
    group: 'cells',
    fields: [
      { name: 'column', kind: 'column' },
      { name: 'with', kind: 'filling' },
    ],
  },
  {
    op: 'clean',
    group: 'cells',
    fields: [
      { name: 'column', kind: 'column' },
      { name: 'how', kind: 'choice', of: ['trim', 'lower', 'upper', 'title', 'digits'] },
    ],
  },
  {
    op: 'cast',
    group: 'cells',
    fields: [
      { name: 'column', kind: 'column' },
      { name: 'to', kind: 'choice', of: ['number', 'text', 'date', 'bool'] },
    ],
  },
  {
    op: 'group',
    group: 'shape',
    fields: [
      { name: 'by', kind: 'columns' },
      { name: 'function', kind: 'choice', of: FUNCTIONS },
      { name: 'value', kind: 'numeric', optional: true },
    ],
    step: ({ by, ...rest }) => ({ by, aggregates: [aggregateOf(rest)] }),
    values: ({ by, aggregates }) => ({
      by,
      function: aggregates?.[0]?.function,
      value: aggregates?.[0]?.column ?? '',
    }),
  },
  {
    op: 'pivot',
    group: 'shape',
    fields: [
      { name: 'rows', kind: 'columns' },
      { name: 'column', kind: 'column' },
      { name: 'function', kind: 'choice', of: FUNCTIONS },
      { name: 'value', kind: 'numeric', optional: true },
    ],
    step: ({ rows, column, ...rest }) => ({ rows, column, value: aggregateOf(rest) }),
    values: ({ rows, column, value }) => ({
      rows,
      column,
      function: value?.function,
      value: value?.column ?? '',
    }),
  },
  {
    op: 'unpivot',
    group: 'shape',
    fields: [
      { name: 'keep', kind: 'columns' },
      { name: 'name', kind: 'text', initial: 'name' },
      { name: 'value', kind: 'text', initial: 'value' },
    ],
  },
  {
    op: 'join',
    group: 'shape',
    fields: [
      { name: 'table', kind: 'sheet' },
      { name: 'left', kind: 'column' },
      { name: 'right', kind: 'text' },
      { name: 'keep', kind: 'flag' },
    ],
    step: ({ table, left, right, keep }) => ({ table, on: [[left, right || left]], keep: keep === true }),
    values: ({ table, on, keep }) => ({ table, left: on?.[0]?.[0], right: on?.[0]?.[1], keep }),
  },
  {
    op: 'chart',
    group: 'shape',
    fields: [
      { name: 'kind', kind: 'choice', of: CHARTS },
      { name: 'x', kind: 'column' },
      { name: 'y', kind: 'columns' },
    ],
  },
];

/** @param {string} op */
export const operationOf = (op) => OPERATIONS.find((each) => each.op === op);
