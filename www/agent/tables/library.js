// The spreadsheets that questions are answered from: read once, kept by their hash, opened when they are asked or looked
// at. Each that is open has a worker of its own.
import { LoquatError } from '../../protocol/messages.js';
import { hashOf, openKept } from './kept.js';
import { registerSkill } from '../skills.js';
import { openBook } from './book.js';

/**
 * @typedef {{name: string, hash: string, size: number}} Attached
 * @typedef {import('./book.js').Book} Book
 * @typedef {import('./book.js').Reading} Reading
 * @typedef {import('../skills.js').Step} Step
 */

/** More than a tab can hold beside its cells. */
const LARGEST = 512 * 2 ** 20; // bytes

/** @param {string} pkg address of the wasm builds @param {Promise<import('./kept.js').KeptStore>} [opening] */
export function createTables(pkg, opening = openKept()) {
  /** Those that are open, by hash. @type {Map<string, Promise<Book>>} */
  const open = new Map();

  /** @param {Attached} attached */
  async function reopened({ hash, name }) {
    const found = await (await opening).get(hash);
    if (!found) throw new LoquatError('table_store', name);
    return openBook(pkg, name, /** @type {Uint8Array<ArrayBuffer>} */ (found.bytes));
  }

  /** @param {string} hash */
  function close(hash) {
    void open
      .get(hash)
      ?.then((book) => book.close())
      .catch(() => {});
    open.delete(hash);
  }

  return {
    /** Reads a file unless it is known. @param {File} file @param {Reading} [reading] @returns {Promise<Attached>} */
    async add(file, reading = {}) {
      const { name, size } = file;
      if (size > LARGEST) throw new LoquatError('table_too_large', `${name}: ${size} > ${LARGEST}`);
      const bytes = await file.arrayBuffer();
      const hash = await hashOf(bytes);
      const kept = await opening;
      if (!(await kept.get(hash))) {
        const book = await openBook(pkg, name, new Uint8Array(bytes), reading);
        close(hash);
        open.set(hash, Promise.resolve(book));
        // It works from memory where there is no room to keep it.
        await kept.put({ hash, name, bytes: await book.pack() }).catch((error) => {
          console.warn('The table could not be kept:', error);
        });
      }
      return { name, hash, size };
    },

    /** An attached file, open; its worker may have stopped since. @param {Attached} attached @returns {Promise<Book>} */
    async book(attached) {
      const before = await open.get(attached.hash)?.catch(() => undefined);
      if (before && !before.closed) return before;
      const opened = reopened(attached);
      open.set(attached.hash, opened);
      opened.catch(() => open.delete(attached.hash));
      return opened;
    },

    close,

    /** @param {string} hash */
    async forget(hash) {
      close(hash);
      await (await opening).remove(hash);
    },
  };
}

/**
 * The file that a question is about: the one that has most of its words; of equals the last that was looked at.
 * @param {readonly Attached[]} attached the last looked at first @param {(file: Attached) => Promise<Book | undefined>} open
 * @param {string} text
 */
async function askedOf(attached, open, text) {
  /** @type {{file: Attached, book: Book, words: number} | undefined} */
  let best;
  for (const file of attached) {
    const book = await open(file);
    if (!book) continue;
    const words = attached.length > 1 ? await book.mentions(text) : 0;
    if (!best || words > best.words) best = { file, book, words };
  }
  return best;
}

/** The answer's tables with the file that they come from. @param {Step} step @param {Attached} file @returns {Step} */
function withFile(step, { hash, name }) {
  if (step.type !== 'done') return step;
  const parts = step.parts.map((part) => {
    if (part.type !== 'table' || !part.plan) return part;
    return { ...part, plan: { .../** @type {object} */ (part.plan), hash, file: name } };
  });
  return { ...step, parts: /** @type {import('../../protocol/parts.js').Part[]} */ (parts) };
}

/** Models from this size on choose better between two plans than the order in which they are ranked. */
const CHOOSES = 1e9; // parameters

/**
 * The skill that asks them, while there are any. It comes before the others: what a table says needs no guess.
 * @param {() => readonly Attached[]} attached the last looked at first @param {(file: Attached) => Promise<Book | undefined>} open
 */
export const registerTables = (attached, open) =>
  registerSkill(
    {
      name: 'tables',
      wants: () => attached().length > 0,
      async start({ text, model }) {
        const asked = await askedOf(attached(), open, text);
        if (!asked) return { next: async () => ({ type: 'pass' }) };
        const { file, book } = asked;
        let begun = false;
        return {
          async next(reply) {
            const question = { text, with_model: (model.parameters ?? 0) >= CHOOSES, may_ask: true };
            const step = begun ? await book.next(reply) : await book.ask(question);
            begun = true;
            return withFile(step, file);
          },
        };
      },
    },
    { first: true },
  );
