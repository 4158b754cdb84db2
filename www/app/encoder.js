// Search by meaning: a small model that makes vectors of passages and questions, beside the one that writes. Loaded with the
// panel of documents, or where it was asked for at an earlier visit. Without it words alone are looked for.
import { encodeWith } from '../agent/documents/vectors.js';
import { LoquatError } from '../protocol/messages.js';
import { loadCatalog, sourceOf } from '../weights/sources/catalog.js';
import { WANTED } from './documents.js';

/** @typedef {import('../weights/manage/fit.js').CatalogEncoder} CatalogEncoder */

/**
 * @param {import('./app.js').Context} context
 * @param {{engine: () => Promise<import('../engine/client.js').EngineClient>}} model
 * @param {ReturnType<typeof import('./documents.js').createDocuments>} documents
 */
export function createEncoder({ options }, { engine }, documents) {
  const { storage } = documents;
  /** @type {Promise<CatalogEncoder | undefined> | undefined} */
  let listed;
  /** @type {import('../engine/client.js').EngineClient | undefined} its slot */
  let slot;

  /** What the operator's catalog offers; a page without one searches by words. */
  const offered = () =>
    (listed ??= loadCatalog(new URL('catalog.json', options.base)).then(
      ({ encoder }) => encoder,
      () => (listed = undefined), // out of reach: asked again the next time
    ));

  return {
    offered,

    /** Whether it works by now. */
    running: () => slot !== undefined,

    wanted: () => storage?.getItem(WANTED) === 'yes',

    /**
     * Fetches the model, the first time from the network, and has all passages encoded in the background.
     * @param {{signal?: AbortSignal, onProgress?: (loaded: number, total: number) => void}} [how]
     */
    async start({ signal, onProgress } = {}) {
      const entry = await offered();
      if (!entry) throw new LoquatError('module_missing', 'The catalog lists no encoder.');
      const mine = (await engine()).slot('encoder');
      await mine.load(sourceOf(entry, options.base), {
        pkg: options.pkg,
        task: 'embed',
        ...(signal ? { signal } : {}),
        onProgress: ({ loaded, total }) => onProgress?.(loaded, total ?? 0),
      });
      storage?.setItem(WANTED, 'yes');
      slot = mine;
      await documents.useEncoder({ name: entry.id, encode: encodeWith(mine) });
    },

    /** Words alone again; the weights stay in the cache until they are deleted in the list of models. */
    async stop() {
      storage?.removeItem(WANTED);
      await documents.useEncoder(undefined);
      await slot?.unload();
      slot = undefined;
    },
  };
}
