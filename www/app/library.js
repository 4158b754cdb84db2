// What the model manager acts on: the catalog, the models that are cached and the room there is. Draws nothing; loaded with its panel.
import { cacheIdOf, entryFor, loadCatalog, sourceOf } from '../weights/sources/catalog.js';
import { sourceId } from '../weights/sources/sources.js';
import { sourceOf as sourceOfAddress } from './model-source.js';
import { instead, misfit, needOf, thisDevice } from '../weights/manage/fit.js';
import { deleteModel, keepModel, listModels, verifyModel } from '../weights/manage/manager.js';
import { askToPersist, measureRoom } from '../weights/store/quota.js';
import { exportModel, importModel } from '../weights/manage/gguf-files.js';
import { openModel } from '../weights/read/open-model.js';
import { agreeing, DEFAULTS } from './settings.js';

/** Tokens of context that "it fits" means, when the settings don't say. */
const CONTEXT = 4096;

/**
 * @typedef {import('../weights/manage/fit.js').CatalogEntry} CatalogEntry
 * @typedef {import('../weights/manage/fit.js').Misfit} Misfit
 * @typedef {import('../weights/manage/manager.js').CachedModel} CachedModel
 * @typedef {import('../weights/fetch/download-speed.js').OnProgress} OnProgress
 *
 * @typedef {object} Library
 * @property {CachedModel[]} cached last used first
 * @property {Array<{entry: CatalogEntry, why?: Misfit, instead?: ReturnType<typeof instead>}>} offered what isn't here yet; `why` it
 *   won't run, and what would
 * @property {import('../weights/store/quota.js').Room} room
 * @property {string} inUse id in the cache of the model that answers, or nothing
 */

/** @param {import('./app.js').App} app @param {string} base what the catalog's addresses are relative to */
export function createLibrary(app, base) {
  const catalog = loadCatalog(new URL('catalog.json', base)).catch(() => ({ note: '', models: [] }));

  /** @param {CatalogEntry} entry @param {import('../weights/store/quota.js').Room} room */
  async function fit(entry, room) {
    const need = needOf(entry, app.store.get().settings.contextLength || CONTEXT);
    const device = { ...thisDevice(), roomBytes: room.free };
    const why = misfit(need, device);
    return why ? { entry, why, instead: instead(need, device, await catalog) } : { entry };
  }

  /** Of the model that answers now. */
  function inUse() {
    const { model, settings } = app.store.get();
    if (model.status !== 'ready' || settings.remote) return '';
    try {
      const source = sourceOfAddress(settings.model, base);
      return 'cached' in source ? source.cached : 'file' in source ? '' : sourceId(source);
    } catch {
      return '';
    }
  }

  return {
    /** @returns {Promise<Library>} */
    async read() {
      const [cached, room, { models }] = await Promise.all([listModels(), measureRoom(), catalog]);
      const here = new Set(cached.map(({ id }) => id));
      const missing = models.filter((entry) => !here.has(cacheIdOf(entry, base)));
      const offered = await Promise.all(missing.map((entry) => fit(entry, room)));
      return { cached, room, offered, inUse: inUse() };
    },

    /** Loads a cached model, and next time too. @param {CachedModel} model */
    async use({ id }) {
      const { models } = await catalog;
      const entry = models.find((each) => cacheIdOf(each, base) === id);
      const address = entry?.default ? DEFAULTS.model : /^(hub:|https?:)/.test(id) ? id : `cached:${id}`;
      await app.model.choose(address, entry && !entry.default ? sourceOf(entry, base) : undefined);
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
      await app.model.choose(address, source);
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
