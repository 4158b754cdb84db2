// `engine.tables`: spreadsheets as the page has them, without the page. Questions are answered from the result of a checked
// plan; the engine's model is asked only where a question is not clear, and only if the caller wants it.
import { runSkill } from '../../agent/loop.js';
import { partsText } from '../../agent/part-texts.js';
import { openBook } from '../../agent/tables/book.js';
import { tableTools } from './tools.js';

/**
 * @typedef {import('../../agent/tables/book.js').Book} Book
 * @typedef {import('../../agent/tables/book.js').Plan} Plan
 * @typedef {import('../../agent/tables/book.js').State} State
 * @typedef {import('../../agent/tables/book.js').Info} Info
 * @typedef {import('../../agent/tables/book.js').Profile} Profile
 * @typedef {import('../../protocol/parts.js').Part} Part
 *
 * @typedef {object} TableAnswer
 * @property {string} text the answer in a sentence, and what else there is to say, as Markdown
 * @property {string[]} values the bare values
 * @property {Plan | null} plan what was run; nothing where the question was not answered
 * @property {boolean} proposed the question asks for a change: `apply(plan)` makes it
 * @property {{label: string, send: string}[]} choices what the question may mean, where it is not clear: ask `send`
 * @property {Part[]} parts as `engine.agent()` gives them
 */

/** @param {import('../../agent/skills.js').Outcome} outcome @returns {TableAnswer} */
function answerOf({ parts, answer }) {
  const table = parts.find((part) => part.type === 'table');
  const told =
    table?.type === 'table'
      ? /** @type {import('../../protocol/parts.js').TablePlan | undefined} */ (table.plan)
      : undefined;
  const choices = /** @type {import('../../protocol/parts.js').ChoicesPart | undefined} */ (
    parts.find((part) => part.type === 'choices')
  );
  return {
    text: partsText(parts.filter(({ type }) => type === 'text')),
    values: answer ? JSON.parse(answer) : [],
    plan: told?.plan ?? null,
    proposed: told?.proposed === true,
    choices: choices?.options ?? [],
    parts,
  };
}

/** An open workbook; one sheet of it is looked at. */
export class Table {
  #book;
  #model;

  /** @param {Book} book @param {import('../../agent/loop.js').Model} model */
  constructor(book, model) {
    this.#book = book;
    this.#model = model;
  }

  /** The file and its sheets. @returns {Promise<Info>} */
  info() {
    return this.#book.info();
  }

  /** Columns, rows and steps of the sheet. @returns {Promise<State>} */
  state() {
    return this.#book.state();
  }

  /** Looks at another sheet; each keeps its steps. @param {string} sheet */
  choose(sheet) {
    return this.#book.choose(sheet);
  }

  /** Cells as they are shown, with the file's row of each. @param {number} [from] @param {number} [count] */
  async rows(from = 0, count = 100) {
    const { columns } = await this.state();
    const { cells, origin } = await this.#book.window(from, count, 0, columns.length);
    return { columns: columns.map(({ name }) => name), cells, origin };
  }

  /**
   * Answers a question about the sheet as it is now; null where it is not about it.
   * @param {string} question @param {{model?: boolean, signal?: AbortSignal}} [options] `model`: whether the model may be asked
   * @returns {Promise<TableAnswer | null>}
   */
  async ask(question, { model = false, signal } = {}) {
    const book = this.#book;
    let begun = false;
    const skill = {
      name: 'tables',
      wants: () => true,
      start: async () => ({
        async next(/** @type {string | undefined} */ reply) {
          const step = begun
            ? await book.next(reply)
            : await book.ask({ text: question, with_model: model, may_ask: true });
          begun = true;
          return step;
        },
      }),
    };
    const asked = { text: question, messages: [], today: '', model: { name: '' }, pkg: '' };
    const running = runSkill(this.#model, skill, asked, signal);
    for (;;) {
      const { done, value } = await running.next();
      if (done) return value ? answerOf(value) : null;
    }
  }

  /** Null, or why a plan cannot be run. @param {Plan} plan */
  check(plan) {
    return this.#book.check(plan);
  }

  /** What a plan would make; nothing is changed. @param {Plan} plan */
  preview(plan) {
    return this.#book.preview(plan);
  }

  /** Runs a plan's steps after those before. @param {Plan} plan */
  apply(plan) {
    return this.#book.apply(plan);
  }

  undo() {
    return this.#book.undo();
  }

  redo() {
    return this.#book.redo();
  }

  /** Kinds, blanks, outliers, odd dates, duplicates. @returns {Promise<Profile>} */
  profile() {
    return this.#book.profile();
  }

  /** The table as a file; its steps as `json`. @param {'csv' | 'xlsx' | 'json'} format */
  export(format) {
    return this.#book.export(format);
  }

  /** The same for a model that calls tools, here or elsewhere: for `engine.agent()`, or by their definitions for OpenAI's API. @returns {import('../../agent/tools.js').RunnableTool[]} */
  tools() {
    return tableTools(this);
  }

  /** Frees its memory. */
  close() {
    this.#book.close();
  }
}

/** @param {import('../../agent/loop.js').Model} model @param {string} pkg address of the package's files */
export const tablesApi = (model, pkg) => ({
  /**
   * Opens XLSX, XLSM, XLSB, XLS, ODS, CSV, TSV or JSON.
   * @param {File | {name: string, bytes: Uint8Array}} file
   * @param {{signal?: AbortSignal, onProgress?: (share: number) => void}} [options]
   * @returns {Promise<Table>}
   */
  async open(file, { signal, onProgress } = {}) {
    const bytes =
      'bytes' in file && !(file instanceof Blob)
        ? file.bytes.slice()
        : new Uint8Array(await /** @type {File} */ (file).arrayBuffer());
    return new Table(
      await openBook(pkg, file.name, /** @type {Uint8Array<ArrayBuffer>} */ (bytes), {
        signal,
        progress: onProgress,
      }),
      model,
    );
  },
});
