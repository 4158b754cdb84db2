// An open workbook: the class `TableBook` of the wasm module `tables`, in a worker of its own, so that its memory is free
// when it is closed. JSON in and out is made and read here.
import { LoquatError } from '../../protocol/messages.js';
import { startModule } from '../modules.js';

/**
 * @typedef {import('../../protocol/parts.js').TableStep} TableStep
 * @typedef {import('../../protocol/parts.js').TableChart} TableChart
 * @typedef {{steps: TableStep[], sheet?: string}} Plan
 * @typedef {'empty' | 'bool' | 'number' | 'date' | 'time' | 'duration' | 'text' | 'mixed'} Kind
 * @typedef {{name: string, kind: Kind, unit: string | null, new: boolean}} Column
 * @typedef {Record<'en' | 'zh' | 'ja', string[]>} Words of the steps, by language
 * @typedef {{name: string, hidden: boolean, rows: number, columns: number, cells: number}} SheetInfo
 * @typedef {{name: string, format: string, dialect: {delimiter: string, quote: string, encoding: string} | null, sheets: SheetInfo[], sheet: string}} Info
 * @typedef {object} State of the sheet that is looked at
 * @property {string} sheet
 * @property {Column[]} columns
 * @property {number} rows
 * @property {number} all_rows as the file has them
 * @property {number} totals rows of totals below, kept out of sums
 * @property {TableStep[]} steps
 * @property {{before: number, after: number}[]} step_rows
 * @property {TableChart | null} chart
 * @property {number} undo how often
 * @property {number} redo how often
 * @property {Words} words
 * @typedef {{words: Words, question: boolean, step_rows: {before: number, after: number}[], columns: Column[], rows: number, cells: string[][], chart: TableChart | null}} Preview
 * @typedef {{from: number, left: number, cells: string[][], origin: (number | null)[], changed: number[][]}} Window
 * @typedef {{columns: string[], rows: number, cells: string[][], origin: (number | null)[]}} Evidence
 * @typedef {object} ColumnProfile
 * @property {string} name
 * @property {Kind} kind
 * @property {string | null} unit
 * @property {number} missing
 * @property {number} errors
 * @property {number | null} different
 * @property {string[] | null} commonest
 * @property {string | null} least
 * @property {string | null} most
 * @property {number[]} outliers rows
 * @property {number[]} suspicious rows
 * @typedef {{rows: number, duplicates: number, totals: string[][], columns: ColumnProfile[]}} Profile
 * @typedef {{signal?: AbortSignal | undefined, progress?: ((share: number) => void) | undefined}} Reading
 */

/** @typedef {Awaited<ReturnType<typeof openBook>>} Book */

/**
 * Reads a file, or what `pack` gave before.
 * @param {string} pkg address of the wasm builds @param {string} name @param {Uint8Array<ArrayBuffer>} bytes are given away
 * @param {Reading} [reading]
 */
export async function openBook(pkg, name, bytes, { signal, progress } = {}) {
  const module = await startModule('tables', pkg);
  const stop = () => module.close(signal?.reason);
  signal?.addEventListener('abort', stop);
  try {
    signal?.throwIfAborted();
    const options = { transfer: [bytes.buffer], ...(progress ? { onProgress: progress } : {}) };
    return bookOf(module, await module.makeOf('TableBook', [name, bytes], options));
  } catch (error) {
    module.close();
    signal?.throwIfAborted();
    // What stops the module while it reads is the file.
    if (/** @type {Partial<LoquatError>} */ (error).code !== 'module_stopped') throw error;
    throw new LoquatError('table_damaged', `${name}: ${/** @type {Error} */ (error).message}`);
  } finally {
    signal?.removeEventListener('abort', stop);
  }
}

/** @param {import('../modules.js').Module} module @param {Awaited<ReturnType<import('../modules.js').Module['make']>>} book */
function bookOf(module, { call }) {
  const json = async (/** @type {string} */ method, /** @type {unknown[]} */ ...given) =>
    JSON.parse(await call(method, ...given));
  const plan = (/** @type {Plan} */ given) => JSON.stringify(given);
  return {
    get closed() {
      return module.closed;
    },
    close: () => module.close(),
    /** @returns {Promise<Uint8Array<ArrayBuffer>>} */
    pack: () => call('pack'),
    /** @returns {Promise<Info>} */
    info: () => json('info'),
    /** @param {string} sheet @returns {Promise<State>} */
    choose: (sheet) => json('choose', sheet),
    /** Cells of the file as it has them. @param {string} sheet @param {number} top @param {number} left @param {number} rows @param {number} columns @returns {Promise<{cells: string[][], merges: [number, number, number, number][]}>} */
    cells: (sheet, top, left, rows, columns) => json('cells', sheet, top, left, rows, columns),
    /** @param {number} from @param {number} count @param {number} left @param {number} columns @returns {Promise<Window>} */
    window: (from, count, left, columns) => json('window', from, count, left, columns),
    /** @returns {Promise<State>} */
    state: () => json('state'),
    /** Null, or why it cannot be done. @param {Plan} given @returns {Promise<{code: string, values: Record<string, unknown>, message: string} | null>} */
    check: (given) => json('check', plan(given)),
    /** @param {Plan} given @param {boolean} [whole] of the table as the file has it @returns {Promise<Preview>} */
    preview: (given, whole = false) => json('preview', plan(given), whole),
    /** @param {Plan} given @returns {Promise<State>} */
    apply: (given) => json('apply', plan(given)),
    /** In place of all steps before. @param {Plan} given @returns {Promise<State>} */
    replace: (given) => json('replace', plan(given)),
    /** @returns {Promise<State>} */
    undo: () => json('undo'),
    /** @returns {Promise<State>} */
    redo: () => json('redo'),
    /** @param {string} question @returns {Promise<number>} words of it that the workbook has too */
    mentions: (question) => call('mentions', question),
    /** @param {{text: string, with_model?: boolean, may_ask?: boolean}} question @returns {Promise<import('../skills.js').Step>} */
    ask: (question) => json('ask', JSON.stringify(question)),
    /** @param {string} [reply] @returns {Promise<import('../skills.js').Step>} */
    next: (reply) => json('next', reply),
    /** The rows that an answer comes from. @param {import('../../protocol/parts.js').TablePlan} answer @param {number} from @param {number} count @returns {Promise<Evidence>} */
    evidence: (answer, from, count) => json('evidence', JSON.stringify(answer), from, count),
    /** @param {'csv' | 'xlsx' | 'json'} format @returns {Promise<Uint8Array<ArrayBuffer>>} */
    export: (format) => call('export', format),
    /** @returns {Promise<Profile>} */
    profile: () => json('profile'),
  };
}
