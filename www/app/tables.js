// The spreadsheets of the page: which are there, which is being read, which is looked at beside the chat. Reading and
// asking are in agent/tables, loaded with the first one.
/**
 * @typedef {import('../agent/tables/library.js').Attached} Attached
 * @typedef {import('../agent/tables/book.js').Book} Book
 * @typedef {object} TablesState
 * @property {readonly Attached[]} list the last looked at first
 * @property {{name: string, share: number} | null} reading
 * @property {{hash: string} | null} shown beside the chat
 * @property {number} changed counts changes of open tables
 */

const KEPT = 'loquat-tables';
/** Steps by file and sheet: the files themselves are never changed. */
const STEPS = 'loquat-table-steps';

/** @type {TablesState} */
export const NO_TABLES = { list: [], reading: null, shown: null, changed: 0 };

/** What is read as a table. */
export const TABLE_FILE = /\.(xlsx|xlsm|xlsb|xls|ods|csv|tsv|tab|json|jsonl|ndjson)$/i;

/** @param {import('./app.js').Context} context */
export function createTablesOf({ store, options, fail }) {
  /** @type {Promise<ReturnType<typeof import('../agent/tables/library.js').createTables>> | undefined} */
  let loading;
  /** @type {AbortController | undefined} */
  let running;

  const list = () => store.get().tables.list;
  /** @param {Partial<TablesState>} patch */
  const set = (patch) => store.set(({ tables }) => ({ tables: { ...tables, ...patch } }));

  const library = () =>
    (loading ??= import('../agent/tables/library.js').then(({ createTables, registerTables }) => {
      const made = createTables(options.pkg);
      registerTables(list, (file) => bookOf(file.hash));
      return made;
    }));

  /** An open workbook, with the steps of the last visit. @param {string} hash @returns {Promise<Book | undefined>} */
  async function bookOf(hash) {
    const file = list().find((each) => each.hash === hash);
    if (!file) return undefined;
    const book = await (await library()).book(file);
    // A plan that no longer runs, as of an older version, is left out.
    if (!restored.has(book)) await doAgain(hash, book).catch(() => {});
    return book;
  }

  /** @param {string} key @param {unknown} value */
  function keep(key, value) {
    try {
      options.settingsStorage?.setItem(key, JSON.stringify(value));
    } catch {
      // no room or not allowed: it lasts as long as the page
    }
  }

  /** @param {readonly Attached[]} next */
  function change(next) {
    set({ list: next });
    keep(KEPT, next);
  }

  /** @returns {Record<string, Record<string, import('../protocol/parts.js').TableStep[]>>} */
  function keptSteps() {
    try {
      return JSON.parse(options.settingsStorage?.getItem(STEPS) ?? '{}');
    } catch {
      return {};
    }
  }

  /** Books whose steps of the last visit have been done. @type {WeakSet<Book>} */
  const restored = new WeakSet();

  /** @param {string} hash @param {Book} book */
  async function doAgain(hash, book) {
    restored.add(book);
    const { sheet: first } = await book.info();
    for (const [sheet, steps] of Object.entries(keptSteps()[hash] ?? {})) {
      if (steps.length === 0) continue;
      await book.choose(sheet);
      await book.replace({ steps });
      await book.choose(first);
    }
  }

  return {
    /** Those of the last visit. */
    async restore() {
      try {
        const kept = JSON.parse(options.settingsStorage?.getItem(KEPT) ?? '[]');
        if (!Array.isArray(kept) || kept.length === 0) return;
        set({ list: kept });
        await library();
      } catch (error) {
        fail(error);
      }
    },

    /** @param {readonly File[]} files */
    async add(files) {
      const controller = (running = new AbortController());
      const { signal } = controller;
      try {
        for (const file of files) {
          const progress = (/** @type {number} */ share) => set({ reading: { name: file.name, share } });
          progress(0);
          const added = await (await library()).add(file, { signal, progress });
          if (signal.aborted) return;
          change([added, ...list().filter(({ hash }) => hash !== added.hash)]);
        }
      } catch (error) {
        if (!signal.aborted) fail(error);
      } finally {
        if (running === controller) set({ reading: null });
      }
    },

    /** Ends reading. */
    stop() {
      running?.abort();
      set({ reading: null });
    },

    /** @param {string} hash */
    async remove(hash) {
      if (store.get().tables.shown?.hash === hash) set({ shown: null });
      change(list().filter((table) => table.hash !== hash));
      const { [hash]: _, ...others } = keptSteps();
      keep(STEPS, others);
      await (await library()).forget(hash).catch(fail);
    },

    /** Beside the chat. @param {TablesState['shown']} shown */
    show(shown) {
      const file = list().find(({ hash }) => hash === shown?.hash);
      if (file) change([file, ...list().filter((each) => each !== file)]);
      set({ shown: shown && file ? shown : null });
    },

    book: bookOf,

    /** Somebody has changed an open table. @param {string} hash @param {{sheet: string, steps: import('../protocol/parts.js').TableStep[]}} state */
    changed(hash, { sheet, steps }) {
      const all = keptSteps();
      keep(STEPS, { ...all, [hash]: { ...all[hash], [sheet]: steps } });
      set({ changed: store.get().tables.changed + 1 });
    },
  };
}
