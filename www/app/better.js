// A better model that arrives while a smaller one already answers. When it is here, and between two questions, the page
// changes to it: once, visibly, and with a way back. It waits where the connection is paid by the byte.
import { loadCatalog, sourceOf } from '../weights/sources/catalog.js';
import { openModel } from '../weights/read/open-model.js';
import { isAbort } from '../protocol/messages.js';

/**
 * @typedef {import('../weights/manage/fit.js').CatalogEntry} CatalogEntry
 * @typedef {{id: string, name: string, status: 'arriving' | 'paused' | 'here', loaded: number, total: number}} Better
 */

/** @typedef {EventTarget & {saveData?: boolean, type?: string}} Connection */
const connection = () =>
  /** @type {{connection?: Connection}} */ (/** @type {unknown} */ (globalThis.navigator ?? {})).connection;
const isMetered = () => connection()?.saveData === true || connection()?.type === 'cellular';

/** As the settings name it. @param {CatalogEntry} entry */
const addressOf = ({ hub, id }) => (hub ? `hub:${hub}` : `cached:${id}`);

/**
 * @param {import('./app.js').Context} context
 * @param {ReturnType<typeof import('./model.js').createModel>} model
 */
export function createBetter({ store, change, fail, options }, model) {
  /** @type {AbortController | undefined} */
  let running;

  /** @param {Partial<Better>} patch */
  const patch = (patch) => store.set(({ better }) => (better ? { better: { ...better, ...patch } } : {}));

  function forget() {
    running?.abort();
    running = undefined;
    store.set({ better: null });
    if (store.get().settings.better) change({ better: '' });
  }

  /** @param {CatalogEntry} entry @param {boolean} [anyway] even where the connection is metered */
  async function fetchIt(entry, anyway = false) {
    running?.abort();
    const mine = (running = new AbortController());
    const { id, name } = entry;
    const total = entry.size ?? entry.approx_mb * 1e6;
    const waits = isMetered() && !anyway;
    store.set({ better: { id, name, status: waits ? 'paused' : 'arriving', loaded: 0, total } });
    if (waits) return connection()?.addEventListener('change', () => void resume(), { once: true });
    try {
      const opened = await openModel(sourceOf(entry, options.base), {
        signal: mine.signal,
        onProgress: ({ loaded, total }) => patch({ loaded, ...(total ? { total } : {}) }),
      });
      await opened.done.finally(opened.close);
      if (mine !== running) return undefined;
      patch({ status: 'here' });
      moveWhenIdle(entry);
    } catch (error) {
      if (isAbort(error) || mine !== running) return undefined;
      store.set({ better: null }); // what has arrived is kept; the next visit goes on
      fail(error, { label: 'retry', run: () => void fetchIt(entry, anyway) }, 'warning');
    }
    return undefined;
  }

  /** @param {CatalogEntry} entry */
  function moveWhenIdle(entry) {
    const idle = () => {
      const { generation, marks, model, better } = store.get();
      if (better?.id !== entry.id) return true; // taken back meanwhile
      if (generation || Object.values(marks).includes('busy') || model.status !== 'ready') return false;
      void move(entry);
      return true;
    };
    if (idle()) return;
    const stop = store.subscribe(() => idle() && stop());
  }

  /** @param {CatalogEntry} entry */
  async function move(entry) {
    const before = store.get().settings.model;
    const address = addressOf(entry);
    forget();
    if (before === address) return;
    await model.choose(address, sourceOf(entry, options.base));
    if (store.get().settings.model !== address) return; // it could not be loaded, which is told
    store.set({
      notice: {
        kind: 'info',
        code: 'model_moved',
        message: entry.name,
        remedy: '',
        action: { label: 'undo', run: () => void model.choose(before) },
      },
    });
  }

  /** What was begun at another visit, or waits for the connection. @param {boolean} [anyway] */
  async function resume(anyway = false) {
    const { better: id } = store.get().settings;
    if (!id) return;
    const { models } = await loadCatalog(new URL('catalog.json', options.base));
    const entry = models.find((each) => each.id === id);
    if (entry) await fetchIt(entry, anyway);
    else forget();
  }

  return {
    /** @param {CatalogEntry} entry */
    start(entry) {
      change({ better: entry.id });
      return fetchIt(entry);
    },
    resume,
    stop: forget,
  };
}
