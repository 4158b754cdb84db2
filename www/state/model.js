// Loads the chosen model and holds the engine that runs it. Answers wait here until there is one.
import { fileName, parseAddress } from '../cache/sources.js';
import { isAbort } from '../engine/protocol.js';
import { DEFAULTS, DEFAULT_MODEL, remoteAddress } from './settings.js';

/**
 * @typedef {import('../engine/client.js').EngineClient} EngineClient
 * @typedef {import('../engine/remote-client.js').ChatClient} ChatClient
 * @typedef {import('../engine/protocol.js').EngineInfo} EngineInfo
 * @typedef {import('../engine/protocol.js').ModelSource} ModelSource
 * @typedef {Pick<import('../engine/protocol.js').LoadOptions, 'storage' | 'fit'>} How
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
export function createModel({ store, options, change, fail, stop }) {
  /** @type {EngineClient | undefined} this device's */
  let engine;
  /** @type {ChatClient | undefined} who answers: this device's engine, or a server */
  let client;
  /** @type {AbortController | undefined} */
  let loading;
  let gate = deferred();

  /**
   * @param {string} name
   * @param {(mine: AbortController, tell: (info: EngineInfo) => void) => Promise<{client: ChatClient, info: EngineInfo}>} connect
   * @param {(error: unknown) => import('./app.js').Notice['action']} wayOut what may be done when it fails
   */
  async function begin(name, connect, wayOut) {
    loading?.abort();
    if (store.get().model.status === 'ready') stop(); // an answer that only waits goes on waiting
    const mine = (loading = new AbortController());
    if (store.get().model.status === 'ready') gate = deferred();
    store.set({ model: { status: 'loading', name }, notice: null });
    const tell = (/** @type {EngineInfo} */ info) => {
      if (mine === loading) store.set({ model: { status: 'ready', name: name || info.name, info } });
    };
    try {
      const made = await connect(mine, tell);
      if (mine !== loading) return;
      client = made.client;
      tell(made.info);
      gate.resolve(undefined);
    } catch (error) {
      if (mine !== loading) return;
      store.set({ model: { status: isAbort(error) ? 'none' : 'failed', name } });
      if (isAbort(error)) return;
      closeEngine(); // whatever state the worker is in, the next try starts with a new one
      fail(error, wayOut(error));
    }
  }

  function closeEngine() {
    engine?.close();
    engine = client = undefined;
  }

  /** What an error offers in place of trying the same again. @param {ModelSource} source @param {unknown} error @param {How} [how] it was loaded @returns {import('./app.js').Notice['action']} */
  function wayOut(source, error, how = {}) {
    const { offer, address } = /** @type {Partial<import('../engine/protocol.js').WireError>} */ (
      error ?? {}
    );
    if (offer === 'memory')
      return { label: offer, run: () => void loadSource(source, { storage: 'memory' }) };
    if (offer === 'anyway')
      return { label: offer, run: () => void loadSource(source, { ...how, fit: false }) };
    if (offer === 'trust' && address) return { label: offer, run: () => void trust(source, address) };
    return undefined;
  }

  /** The publisher's new file in place of the one that was first downloaded. @param {ModelSource} source @param {string} address */
  async function trust(source, address) {
    try {
      const { forgetPin } = await import('../cache/manager.js');
      await forgetPin(address);
      await engine?.unload(); // or the load would find its model loaded already
    } catch (error) {
      return fail(error);
    }
    await loadSource(source);
  }

  /** @param {ModelSource} source @param {How} [how] */
  function loadSource(source, how = {}) {
    const name = nameOf(source);
    if (store.get().settings.remote) change({ remote: false }); // who opens a model wants its answers
    return begin(
      name,
      async (mine, tell) => {
        const made = (engine ??= options.startEngine());
        const { backend, contextLength } = store.get().settings;
        const info = await made.load(source, {
          pkg: options.pkg,
          backend,
          ...how,
          ...(contextLength > 0 ? { context_length: contextLength } : {}),
          signal: mine.signal,
          onProgress: (progress) =>
            mine === loading && store.set({ model: { status: 'loading', name, progress } }),
          onNotice: (notice) => fail(notice, wayOut(source, notice), 'warning'),
          onEngine: tell,
        });
        return { client: made, info };
      },
      (error) => wayOut(source, error, how) ?? { label: 'retry', run: () => void loadSource(source, how) },
    );
  }

  /** @param {URL} address */
  function loadRemote(address) {
    closeEngine(); // its memory is for what runs here
    const { remoteModel: model, remoteKey: apiKey, contextLength } = store.get().settings;
    return begin(
      model,
      async ({ signal }) => {
        const { connectRemote } = await import('../engine/remote-client.js');
        return connectRemote({ baseURL: address.href, model, apiKey, contextLength, signal });
      },
      () => ({ label: 'retry', run: () => void loadRemote(address) }),
    );
  }

  /** What the settings say; asks nobody, so the download, or that words leave, must have been agreed to. */
  function load() {
    try {
      const { settings } = store.get();
      const address = remoteAddress(settings, options.base);
      return address ? loadRemote(address) : loadSource(sourceOf(settings.model, options.base));
    } catch (error) {
      fail(error);
      return Promise.resolve();
    }
  }

  return {
    loadSource,
    load,
    /**
     * Has a server answer from now on, or this device again.
     * @param {{remoteUrl: string, remoteModel: string, remoteKey: string} | undefined} server
     */
    useRemote(server) {
      change({ remote: server !== undefined, ...server });
      if (server || store.get().settings.agreed) return load();
      // No model was agreed to yet: the page asks, as on a first visit.
      loading?.abort();
      stop();
      if (store.get().model.status === 'ready') gate = deferred();
      client = undefined;
      store.set({ model: { status: 'none', name: '' }, notice: null });
      return Promise.resolve();
    },
    /** Ends a load. Whoever stops a download does not want it to begin by itself at the next visit. */
    cancel() {
      if (store.get().model.progress?.phase === 'download') change({ agreed: false });
      loading?.abort();
    },
    pause() {
      change({ agreed: false });
      engine?.pause();
    },
    resume() {
      change({ agreed: true });
      engine?.resume();
    },
    /** The engine, as soon as a model is ready. @param {AbortSignal} signal @returns {Promise<ChatClient>} */
    async ready(signal) {
      signal.throwIfAborted();
      const aborted = deferred();
      const leave = () => aborted.reject(signal.reason);
      signal.addEventListener('abort', leave, { once: true });
      await Promise.race([gate.promise, aborted.promise]).finally(() =>
        signal.removeEventListener('abort', leave),
      );
      return /** @type {ChatClient} */ (client);
    },
    get client() {
      return client;
    },
  };
}
