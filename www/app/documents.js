// The documents of the page: which are asked, which is being read, which passage is looked at. Reading and asking are in
// agent/documents, loaded with the first document; the list of all that is kept is in documents-shelf.js.
/**
 * @typedef {import('../agent/documents/library.js').Attached} Attached
 * @typedef {import('../protocol/parts.js').CitationPart} CitationPart
 * @typedef {Pick<CitationPart, 'document' | 'hash'> & Partial<CitationPart>} Shown a citation, or a document's beginning
 * @typedef {object} DocumentsState
 * @property {readonly Attached[]} list
 * @property {{name: string, done: number, total: number, scan: boolean, pictures: boolean} | null} reading `scan`: no page so far has text; `pictures`: their text is being recognised
 * @property {Shown | null} shown
 * @property {boolean} known whether there have been documents, which may be kept
 *
 * @typedef {object} Asks what the person is asked while a file is read
 * @property {(wrong: boolean, name: string) => Promise<string | null>} password
 * @property {(name: string, pages: number, all: number, bytes: number) => Promise<boolean>} pictures whether their text is to be recognised
 *
 * @typedef {ReturnType<typeof import('../agent/documents/library.js').createLibrary>} Library
 */

const KEPT = 'loquat-documents';
const NOT_KEPT = 'loquat-documents-not-kept';
/** Whether search by meaning was asked for. */
export const WANTED = 'loquat-documents-encoder';

/** @type {DocumentsState} */
export const NO_DOCUMENTS = { list: [], reading: null, shown: null, known: false };

/** @param {import('./app.js').Context} context @param {() => Promise<{start: () => Promise<void>}>} encoder what makes vectors; loaded when it is asked for */
export function createDocuments({ store, options, fail }, encoder) {
  /** @type {Promise<Library> | undefined} */
  let loading;
  /** @type {AbortController | undefined} */
  let running;
  /** @type {Asks | undefined} */
  let asks;

  const list = () => store.get().documents.list;
  /** @param {Partial<DocumentsState>} patch */
  const set = (patch) => store.set(({ documents }) => ({ documents: { ...documents, ...patch } }));

  const library = () =>
    (loading ??= Promise.all([
      import('../agent/documents/library.js'),
      import('../agent/documents/skill.js'),
    ]).then(([{ createLibrary }, { registerDocuments }]) => {
      const made = createLibrary(options.pkg);
      // Where conversations are sealed, no text of a document lies open beside them.
      if (options.documents === 'memory' || options.seal || !keeps()) made.keepNothing();
      registerDocuments(made, list);
      if (options.settingsStorage?.getItem(WANTED) === 'yes')
        void encoder()
          .then((found) => found.start())
          .catch((error) => console.warn('Words alone are looked for:', error));
      return made;
    }));

  /** Whether documents are kept after the visit. */
  const keeps = () => options.settingsStorage?.getItem(NOT_KEPT) !== 'yes';

  /** @param {readonly Attached[]} next */
  async function change(next) {
    set({ list: next, known: true });
    const all = await library();
    all.changed();
    all.prepare(next);
    try {
      if (keeps()) options.settingsStorage?.setItem(KEPT, JSON.stringify(next));
    } catch {
      // no room or not allowed: the list lasts as long as the page
    }
  }

  /** What a file's password is asked by. @param {string} name */
  const passwordFor = (name) => async (/** @type {boolean} */ wrong) =>
    (await asks?.password(wrong, name)) ?? null;

  /**
   * Reads one after the other; one that can't be read keeps no other from it.
   * @param {readonly {name: string, read: (reading: import('../agent/documents/library.js').Reading) => Promise<Attached | undefined>}[]} files
   */
  async function readAll(files) {
    const controller = (running = new AbortController());
    const { signal } = controller;
    for (const { name, read } of files) {
      const progress = (
        /** @type {number} */ done,
        /** @type {number} */ total,
        scan = false,
        pictures = false,
      ) => signal.aborted || set({ reading: { name, done, total, scan, pictures } });
      progress(0, 0);
      try {
        const added = await read({
          signal,
          progress,
          password: passwordFor(name),
          pictures: async (...found) => (await asks?.pictures(name, ...found)) ?? false,
        });
        if (signal.aborted) return;
        if (added && !list().some(({ hash }) => hash === added.hash)) await change([...list(), added]);
        const [first] = added ? await (await library()).notices(added.hash) : [];
        if (first) {
          const { n, of, pages } = first.values;
          const detail = pages ? `${name}: ${pages} (${n}/${of})` : name;
          fail(Object.assign(new Error(detail), { code: first.code }), undefined, 'warning');
        }
      } catch (error) {
        if (signal.aborted) return;
        fail(error);
      }
    }
    if (running === controller) set({ reading: null });
  }

  const documents = {
    /** Those of the last visit; what a reload broke off goes on. */
    async restore() {
      try {
        const kept = JSON.parse(options.settingsStorage?.getItem(KEPT) ?? 'null');
        if (!Array.isArray(kept)) return;
        set({ list: kept, known: true });
        const all = await library();
        const unfinished = await all.unfinished();
        await readAll(
          unfinished.map(({ hash, name }) => ({ name, read: (reading) => all.readAgain(hash, reading) })),
        );
      } catch (error) {
        fail(error);
      }
    },

    /** Whether documents may be added here. */
    allowed: options.documents !== false,
    storage: options.settingsStorage,
    library,
    change,
    readAll,
    passwordFor,
    keeps,

    /** Whether what is added from now on is kept after the visit. @param {boolean} kept */
    async keep(kept) {
      if (kept) options.settingsStorage?.removeItem(NOT_KEPT);
      else options.settingsStorage?.setItem(NOT_KEPT, 'yes');
      if (!kept) options.settingsStorage?.removeItem(KEPT);
      (await library()).keepNothing(!kept);
      set({ list: [] });
    },

    /** Who asks the person. @param {Asks} given */
    onAsk(given) {
      asks = given;
    },

    /** @param {readonly File[]} files */
    async add(files) {
      if (options.documents === false) return;
      if (options.settingsStorage?.getItem(KEPT) === null) await change(list()); // so that a reload looks for it
      const read = (/** @type {File} */ file) => ({
        name: file.name,
        read: async (/** @type {import('../agent/documents/library.js').Reading} */ reading) =>
          (await library()).add(file, reading),
      });
      await readAll(files.map(read));
    },

    /** Ends reading. */
    stop() {
      running?.abort();
      set({ reading: null });
    },

    /** It is asked no more; it stays kept until it is deleted. @param {string} hash */
    remove: (hash) => change(list().filter((document) => document.hash !== hash)),

    /** From now on passages and questions have vectors of this encoder too, made in the background. @param {import('../agent/documents/vectors.js').Encoder | undefined} encoder */
    async useEncoder(encoder) {
      const all = await library();
      all.useEncoder(encoder);
      all.prepare(list());
    },

    /** The passage that is looked at. @param {Shown | null} shown */
    show: (shown) => set({ shown }),
  };
  return documents;
}
