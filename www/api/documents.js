// `engine.documents`: files that are read on the device, searched, and asked; every answer quotes where it stands.
// The readers are loaded with the first file.
import { answer } from '../agent/loop.js';

/**
 * @typedef {import('../agent/documents/library.js').Attached} DocumentInfo
 * @typedef {import('../agent/documents/library.js').Passage} Passage
 * @typedef {import('../agent/documents/library.js').ReadingNotice} ReadingNotice
 * @typedef {import('../protocol/parts.js').Part} Part
 * @typedef {import('../protocol/parts.js').CitationPart} Citation
 * @typedef {File | {name: string, data: string | ArrayBuffer | ArrayBufferView<ArrayBuffer> | Blob}} DocumentFile
 *
 * @typedef {object} AddOptions
 * @property {AbortSignal} [signal]
 * @property {(progress: {done: number, total: number, scan: boolean}) => void} [onProgress] pages of a PDF; `scan`: none so far has text
 * @property {(wrong: boolean) => string | null | Promise<string | null>} [password] of an encrypted file; `wrong`: the one before was
 *
 * @typedef {{text: string, parts: Part[], citations: Citation[], refused: boolean, sources: readonly string[]}} DocumentAnswer
 *   `refused`: it is not in the documents; then the citations are the nearest passages
 * @typedef {{document: string, hash?: string, place: {label: string, anchor: any}, headings: string[], text: string, score: number}} Hit
 */

/** @param {DocumentFile} file */
const asFile = (file) => (file instanceof File ? file : new File([file.data], file.name));

/**
 * @param {import('../agent/loop.js').Model} model @param {string} name of the model
 * @param {string} files address of the package's files
 * @param {import('../agent/guard.js').Guard} [guard] a policy on what is asked and answered
 */
export function createDocumentsApi(model, name, files, guard) {
  /** @type {readonly DocumentInfo[]} */
  let list = [];
  let keeps = true;
  /** @type {Promise<import('../agent/documents/skill.js').Library> | undefined} */
  let loading;
  const library = () =>
    (loading ??= import('../agent/documents/library.js').then(({ createLibrary }) => {
      const made = createLibrary(files);
      if (!keeps) made.keepNothing();
      return made;
    }));

  return {
    /**
     * Reads a file, unless it was read before: what was read is kept in IndexedDB by the file's SHA-256.
     * @param {DocumentFile} file @param {AddOptions} [options]
     * @returns {Promise<DocumentInfo & {notices: readonly ReadingNotice[]}>}
     */
    async add(file, { signal, onProgress, password } = {}) {
      const all = await library();
      const added = await all.add(asFile(file), {
        ...(signal ? { signal } : {}),
        ...(onProgress ? { progress: (done, total, scan = false) => onProgress({ done, total, scan }) } : {}),
        password: async (wrong) => (await password?.(wrong)) ?? null,
      });
      if (!list.some(({ hash }) => hash === added.hash)) list = [...list, added];
      return { ...added, notices: await all.notices(added.hash) };
    },

    /** Those that are asked. */
    list: () => list,

    /** Asks a document no more, and deletes what was kept of it. @param {string} hash */
    async remove(hash) {
      list = list.filter((document) => document.hash !== hash);
      const all = await library();
      all.changed();
      await all.forget(hash);
    },

    /** From now on nothing is kept after the visit. */
    async keepNothing() {
      keeps = false;
      list = [];
      (await loading)?.keepNothing();
    },

    /** A document as it was read, in order. @param {string} hash @returns {Promise<Passage[]>} */
    passages: async (hash) => (await library()).passages(hash),

    /** The best passages for some words, without a model. @param {string} query @param {{limit?: number}} [options] @returns {Promise<Hit[]>} */
    async search(query, { limit = 10 } = {}) {
      const read = await library();
      const all = await read.collection(list);
      return JSON.parse(await all.call('search', query, limit, await read.vector(all, query)));
    },

    /**
     * An answer from the documents: the passages that it rests on are quoted in `citations`. What is no question to the
     * documents is answered by the model, without citations.
     * @param {string} question @param {{signal?: AbortSignal, before?: string, onDraft?: (parts: Part[]) => void}} [options]
     *   `before`: the question before it, which this one may refer to; `onDraft`: how far a summary has got
     * @returns {Promise<DocumentAnswer>}
     */
    async ask(question, { signal, before, onDraft } = {}) {
      const [all, { documentsSkill }, { partsText }] = await Promise.all([
        library(),
        import('../agent/documents/skill.js'),
        import('../agent/part-texts.js'),
      ]);
      const messages = [before, question].flatMap((content) =>
        content === undefined ? [] : [{ role: /** @type {const} */ ('user'), content }],
      );
      const asked = { text: question, messages, today: '', model: { name }, pkg: files };
      const events = answer(
        model,
        { messages: messages.slice(-1) },
        {
          skills: [documentsSkill(all, () => list)],
          question: asked,
          ...(guard ? { guard } : {}),
          ...(signal ? { signal } : {}),
        },
      );
      /** @type {Part[]} */
      const parts = [];
      let text = '';
      let [refused, sources] = [false, /** @type {readonly string[]} */ ([])];
      for await (const event of events) {
        if (event.type === 'part') parts.push(event.part);
        else if (event.type === 'draft') onDraft?.(event.parts);
        else if (event.type === 'token' || event.type === 'done') text += event.text;
        else if (event.type === 'answered') [refused, sources] = [event.refused, event.sources];
      }
      signal?.throwIfAborted();
      if (text) parts.push({ type: 'text', text });
      const citations = parts.filter(({ type }) => type === 'citation');
      return {
        text: partsText(parts),
        parts,
        citations: /** @type {Citation[]} */ (citations),
        refused,
        sources,
      };
    },
  };
}
