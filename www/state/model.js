// Loads the chosen model and holds the engine that runs it. Answers wait here until there is one.
import { fileName, parseAddress } from '../cache/sources.js';
import { isAbort } from '../engine/protocol.js';
import { DEFAULTS, DEFAULT_MODEL } from './settings.js';

/**
 * @typedef {import('../engine/client.js').EngineClient} EngineClient
 * @typedef {import('../engine/protocol.js').ModelSource} ModelSource
 */

/** @param {string} address @param {string} base @returns {ModelSource} */
export function sourceOf(address, base) {
  if (address === DEFAULTS.model) {
    const { id, title, size, sha256 } = DEFAULT_MODEL;
    return { url: new URL(address, base).href, id, name: title, size, sha256 };
  }
  if (/^[\w.-]+(\/[\w.-]+)*\.gguf$/.test(address)) return { url: new URL(address, base).href };
  const source = parseAddress(address);
  return 'url' in source ? { url: new URL(source.url, base).href } : source;
}

/** @param {ModelSource} source */
function nameOf(source) {
  if ('file' in source) return (Array.isArray(source.file) ? source.file[0] : source.file).name;
  if ('cached' in source) return source.cached.split(':')[1] ?? source.cached;
  if ('name' in source && source.name) return source.name;
  const address = 'hub' in source ? source.hub : 'urls' in source ? source.urls[0] : source.url;
  return fileName(address).replace(/\.gguf$/i, '');
}

/** A promise with its ends outside; Promise.withResolvers() is too young for some browsers. */
function deferred() {
  let resolve = (/** @type {unknown} */ _value) => {};
  let reject = (/** @type {unknown} */ _reason) => {};
  const promise = new Promise((yes, no) => {
    resolve = yes;
    reject = no;
  });
  return { promise, resolve, reject };
}

/** @param {import('./app.js').Context} context */
export function createModel({ store, options, fail, stop }) {
  /** @type {EngineClient | undefined} */
  let client;
  /** @type {AbortController | undefined} */
  let loading;
  let gate = deferred();

  /** @param {ModelSource} source */
  async function loadSource(source) {
    loading?.abort();
    if (store.get().model.status === 'ready') stop(); // an answer that only waits goes on waiting
    const mine = (loading = new AbortController());
    const name = nameOf(source);
    if (store.get().model.status === 'ready') gate = deferred();
    store.set({ model: { status: 'loading', name }, notice: null });
    try {
      client ??= options.startEngine();
      const { backend, contextLength } = store.get().settings;
      const info = await client.load(source, {
        pkg: options.pkg,
        backend,
        ...(contextLength > 0 ? { context_length: contextLength } : {}),
        signal: mine.signal,
        onProgress: (progress) =>
          mine === loading && store.set({ model: { status: 'loading', name, progress } }),
        onNotice: fail,
        onEngine: (info) => mine === loading && store.set({ model: { status: 'ready', name, info } }),
      });
      if (mine !== loading) return;
      store.set({ model: { status: 'ready', name, info } });
      gate.resolve(undefined);
    } catch (error) {
      if (mine !== loading) return;
      store.set({ model: { status: isAbort(error) ? 'none' : 'failed', name } });
      if (isAbort(error)) return;
      // Whatever state the worker is in, the next try starts with a new one.
      client?.close();
      client = undefined;
      fail(error, { label: 'retry', run: () => void loadSource(source) });
    }
  }

  return {
    loadSource,
    /** The model of the settings; asks nobody, so the download must have been agreed to. */
    load() {
      try {
        return loadSource(sourceOf(store.get().settings.model, options.base));
      } catch (error) {
        fail(error);
        return Promise.resolve();
      }
    },
    cancel: () => loading?.abort(),
    /** The engine, as soon as a model is ready. @param {AbortSignal} signal @returns {Promise<EngineClient>} */
    async ready(signal) {
      signal.throwIfAborted();
      const aborted = deferred();
      const leave = () => aborted.reject(signal.reason);
      signal.addEventListener('abort', leave, { once: true });
      await Promise.race([gate.promise, aborted.promise]).finally(() =>
        signal.removeEventListener('abort', leave),
      );
      return /** @type {EngineClient} */ (client);
    },
    get client() {
      return client;
    },
  };
}
