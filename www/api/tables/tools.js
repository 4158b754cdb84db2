// A table as tools that a model calls. They answer and change nothing.

/** @typedef {import('../../agent/tools.js').RunnableTool} RunnableTool */

const SHOWN = 20; // rows of a result
const SAMPLE = 3; // rows of a description

const OPERATIONS =
  'filter, derive, group, sort, top, bottom, extreme, pivot, unpivot, fill, clean, split, merge, deduplicate, select, drop, rename, cast, sample';

/** @param {import('./tables.js').Table} table @returns {RunnableTool[]} */
export const tableTools = (table) => [
  {
    name: 'describe_table',
    description: 'Names and types of the columns of the spreadsheet, its number of rows, and the first rows.',
    parameters: { type: 'object', properties: {} },
    async run() {
      const { sheet, columns, rows } = await table.state();
      const { cells } = await table.rows(0, SAMPLE);
      return { sheet, rows, columns: columns.map(({ name, kind }) => ({ name, kind })), first_rows: cells };
    },
  },
  {
    name: 'ask_table',
    description: 'Answers a question about the spreadsheet in plain words, such as “total sales by region”.',
    parameters: { type: 'object', properties: { question: { type: 'string' } }, required: ['question'] },
    async run({ question }) {
      const answer = await table.ask(String(question));
      if (!answer) return 'The spreadsheet has nothing about this.';
      return { answer: answer.text, values: answer.values, choices: answer.choices.map(({ send }) => send) };
    },
  },
  {
    name: 'query_table',
    description: `Runs steps over the spreadsheet and gives the resulting rows; the spreadsheet stays as it is. Operations: ${OPERATIONS}.`,
    parameters: {
      type: 'object',
      properties: {
        steps: {
          type: 'array',
          items: { type: 'object', properties: { op: { type: 'string' } }, required: ['op'] },
        },
      },
      required: ['steps'],
    },
    async run({ steps }) {
      const { columns, rows, cells } = await table.preview({ steps });
      return { columns: columns.map(({ name }) => name), rows, cells: cells.slice(0, SHOWN) };
    },
  },
];
