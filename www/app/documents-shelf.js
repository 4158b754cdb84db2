// All documents that are kept, and collections of them under a name: to be asked again without being read again.

/**
 * @typedef {import('./documents.js').Attached} Attached
 * @typedef {{name: string, list: readonly Attached[]}} Collection
 */

const COLLECTIONS = 'loquat-collections';

/** @param {ReturnType<typeof import('./documents.js').createDocuments>} documents @param {() => readonly Attached[]} list those that are asked */
export function createShelf(documents, list) {
  const { storage } = documents;

  /** @returns {Collection[]} */
  function collections() {
    try {
      const kept = JSON.parse(storage?.getItem(COLLECTIONS) ?? '[]');
      return Array.isArray(kept) ? kept.filter(({ name, list: of }) => name && Array.isArray(of)) : [];
    } catch {
      return [];
    }
  }
  const write = (/** @type {Collection[]} */ all) => storage?.setItem(COLLECTIONS, JSON.stringify(all));

  return {
    collections,
    stored: async () => (await documents.library()).stored(),

    /** Keeps those that are asked under a name, in place of what had it. @param {string} name */
    save: (name) => write([...collections().filter((each) => each.name !== name), { name, list: list() }]),
    /** @param {string} name */
    drop: (name) => write(collections().filter((each) => each.name !== name)),

    /** Asks a collection's documents, without those that were deleted. @param {string} name */
    async use(name) {
      const found = collections().find((each) => each.name === name);
      const stored = new Set((await (await documents.library()).stored()).map(({ hash }) => hash));
      if (found) await documents.change(found.list.filter(({ hash }) => stored.has(hash)));
    },

    /** Asks a document, or asks it no more. @param {Attached} document @param {boolean} asked */
    async ask({ name, hash, size }, asked) {
      const others = list().filter((each) => each.hash !== hash);
      await documents.change(asked ? [...others, { name, hash, size }] : others);
    },

    /** Reads a file anew, as after an update of this page. @param {Attached} document */
    again: async ({ name, hash }) => {
      const library = await documents.library();
      await documents.readAll([{ name, read: (reading) => library.readAgain(hash, reading) }]);
      library.changed();
    },

    /** @param {string} hash */
    async remove(hash) {
      await documents.change(list().filter((each) => each.hash !== hash));
      await (await documents.library()).forget(hash);
      write(
        collections()
          .map(({ name, list: of }) => ({ name, list: of.filter((each) => each.hash !== hash) }))
          .filter(({ list: of }) => of.length > 0),
      );
    },
  };
}
