// What the model manager acts on: the catalog, the models that are cached and the room there is. Draws nothing; loaded with its panel.
import { cacheIdOf, entryFor, loadCatalog, sourceOf } from '../cache/catalog.js';
import { instead, misfit, needOf, thisDevice } from '../cache/fit.js';
import { deleteModel, keepModel, listModels, verifyModel } from '../cache/manager.js';
import { askToPersist, measureRoom } from '../cache/quota.js';
import { exportModel, importModel } from '../cache/transfer.js';
import { openModel } from '../cache/weights.js';
import { DEFAULTS } from './settings.js';

/** Tokens of context that "it fits" means, when the settings don't say. */
const CONTEXT = 4096;

/**
 * @typedef {import('../cache/fit.js').CatalogEntry} CatalogEntry
 * @typedef {import('../cache/fit.js').Misfit} Misfit
 * @typedef {import('../cache/manager.js').CachedModel} CachedModel
 * @typedef {import('../cache/progress.js').OnProgress} OnProgress
 *
 * @typedef {object} Library
 * @property {CachedModel[]} cached last used first
 * @property {Array<{entry: CatalogEntry, why?: Misfit, instead?: ReturnType<typeof instead>}>} offered what isn't here yet; `why` it
 *   won't run, and what would
 * @property {import('../cache/quota.js').Room} room
 */

/** @param {import('./app.js').App} app @param {string} base what the catalog's addresses are relative to */
export function createLibrary(app, base) {
  const catalog = loadCatalog(new URL('catalog.json', base)).catch(() => ({ note: '', models: [] }));

  /** @param {CatalogEntry} entry @param {import('../cache/quota.js').Room} room */
  async function fit(entry, room) {
    const need = needOf(entry, app.store.get().settings.contextLength || CONTEXT);
    const device = { ...thisDevice(), roomBytes: room.free };
    const why = misfit(need, device);
    return why ? { entry, why, instead: instead(need, device, await catalog) } : { entry };
  }

  return {
    /** @returns {Promise<Library>} */
    async read() {
      const [cached, room, { models }] = await Promise.all([listModels(), measureRoom(), catalog]);
      const here = new Set(cached.map(({ id }) => id));
      const missing = models.filter((entry) => !here.has(cacheIdOf(entry, base)));
      return { cached, room, offered: await Promise.all(missing.map((entry) => fit(entry, room))) };
    },

    /** Loads a cached model, and next time too. @param {CachedModel} model */
    async use({ id }) {
      const { models } = await catalog;
      const entry = models.find((each) => cacheIdOf(each, base) === id);
      const address = entry?.default ? DEFAULTS.model : /^(hub:|https?:)/.test(id) ? id : `cached:${id}`;
      app.change({ model: address, agreed: true });
      await app.model.load();
    },

    /** Fetches what is missing of a model; no engine is needed for that. @param {string} id @param {OnProgress} onProgress */
    async complete(id, onProgress) {
      const model = await openModel({ cached: id }, { onProgress });
      await model.done.finally(model.close);
      return model.stored;
    },

    /** Downloads a model of the catalog and loads it; the click is the agreement. @param {CatalogEntry} entry */
    async get(entry) {
      void askToPersist();
      const source = sourceOf(entry, base);
      const address = entry.default
        ? DEFAULTS.model
        : 'hub' in source
          ? `hub:${source.hub}`
          : `cached:${entry.id}`;
      app.change({ model: address, agreed: true });
      await app.model.loadSource(source);
    },

    /** Copies a file into the cache, as the model of the catalog that it is. @param {File} file @param {OnProgress} onProgress */
    async add(file, onProgress) {
      const entry = entryFor(await catalog, file);
      const source = entry && sourceOf(entry, base);
      const as = entry &&
        source && { ...source, id: cacheIdOf(entry, base), url: 'url' in source ? source.url : '' };
      return importModel(file, { ...(as ? { as } : {}), onProgress });
    },

    verify: (/** @type {string} */ id, /** @type {OnProgress} */ onProgress) =>
      verifyModel(id, { onProgress }),
    export: (/** @type {string} */ id, /** @type {OnProgress} */ onProgress) =>
      exportModel(id, { onProgress }),
    keep: (/** @type {string} */ id, /** @type {boolean} */ keep) => keepModel(id, keep),
    remove: (/** @type {string} */ id) => deleteModel(id),
    persist: () => askToPersist(),
  };
}
