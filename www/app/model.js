// Loads the chosen model and holds the engine that runs it. Answers wait here until there is one.
import { fileName } from '../weights/sources/file-name.js';
import { incomplete, isAbort } from '../protocol/messages.js';
import { agreeing, DEFAULTS, DEFAULT_MODEL, remoteAddress, hasAgreed } from './settings.js';

/**
 * @typedef {import('../engine/client.js').EngineClient} EngineClient
 * @typedef {import('../api/remote/remote-client.js').ChatClient} ChatClient
 * @typedef {import('../protocol/messages.js').EngineInfo} EngineInfo
 * @typedef {import('../protocol/messages.js').ModelSource} ModelSource
 * @typedef {Pick<import('../protocol/messages.js').LoadOptions, 'storage' | 'fit'>} How
 * @typedef {(keep: boolean) => Promise<boolean>} Again
 */

/** @param {ModelSource} source */
function nameOf(source) {
  if ('file' in source) return (Array.isArray(source.file) ? source.file[0] : source.file).name;
  if ('cached' in source) return source.cached.split(':')[1] ?? source.cached;
  if ('name' in source && source.name) return source.name;
  const address = 'hub' in source ? source.hub : 'urls' in source ? source.urls[0] : source.url;
  return plainName(address);
}

/** @param {string} address of a file */
const plainName = (address) => fileName(address).replace(/\.gguf$/i, '');

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
  /** @type {Promise<EngineClient> | undefined} */
  let starting;
  /** @type {ChatClient | undefined} who answers: this device's engine, or a server */
  let client;
  /** @type {AbortController | undefined} */
  let loading;
  let gate = deferred();
  /** What answered last; a switch that fails goes back to it. @type {Again | undefined} */
  let worked;

  /**
   * @param {string} name
   * @param {(mine: AbortController, tell: (info: EngineInfo) => void) => Promise<{client: ChatClient, info: EngineInfo}>} connect
   * @param {(error: unknown) => import('./app.js').Notice['action']} wayOut what may be done when it fails
   * @param {Again} again the same once more
   * @param {boolean} [keep] what was told stays told
   * @returns {Promise<boolean>} whether it is ready
   */
  async function begin(name, connect, wayOut, again, keep = false) {
    loading?.abort();
    if (store.get().model.status === 'ready') stop(); // an answer that only waits goes on waiting
    const mine = (loading = new AbortController());
    if (store.get().model.status === 'ready') gate = deferred();
    store.set(({ notice }) => ({
      model: { status: 'loading', name },
      notice: keep ? notice : null,
    }));
    const tell = (/** @type {EngineInfo} */ info) => {
      if (mine === loading) store.set({ model: { status: 'ready', name: name || info.name, info } });
    };
    try {
      const made = await connect(mine, tell);
      if (mine !== loading) return false;
      client = made.client;
      worked = again;
      tell(made.info);
      gate.resolve(undefined);
      return true;
    } catch (error) {
      if (mine !== loading) return false;
      store.set({ model: { status: isAbort(error) ? 'none' : 'failed', name } });
      if (!isAbort(error)) {
        closeEngine(); // whatever state the worker is in, the next try starts with a new one
        fail(error, wayOut(error));
      }
      const back = worked;
      worked = undefined; // if it fails too, it is told as any other
      await back?.(true);
      return false;
    }
  }

  /** This device's engine; its code comes with the first model. */
  function startedEngine() {
    const mine = (starting ??= Promise.resolve(options.startEngine()).then((made) => {
      if (starting === mine) engine = made;
      else made.close(); // it came too late
      return made;
    }));
    return mine;
  }

  function closeEngine() {
    engine?.close();
    engine = client = starting = undefined;
  }

  /** What an error offers in place of trying the same again. @param {ModelSource} source @param {unknown} error @param {How} [how] it was loaded @returns {import('./app.js').Notice['action']} */
  function wayOut(source, error, how = {}) {
    const { offer, address } = /** @type {Partial<import('../protocol/messages.js').WireError>} */ (
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
      const { forgetPin } = await import('../weights/manage/manager.js');
      await forgetPin(address);
      await engine?.unload(); // or the load would find its model loaded already
    } catch (error) {
      return fail(error);
    }
    return loadSource(source);
  }

  /** @param {ModelSource} source @param {How} [how] @param {boolean} [keep] what was told stays told @returns {Promise<boolean>} */
  function loadSource(source, how = {}, keep = false) {
    const name = nameOf(source);
    const local = 'file' in source ? { local: true } : {};
    if (store.get().settings.remote) change({ remote: false }); // who opens a model wants its answers
    return begin(
      name,
      async (mine, tell) => {
        const made = await startedEngine();
        const { backend, contextLength } = store.get().settings;
        const info = await made
          .load(source, {
            pkg: options.pkg,
            backend,
            ...how,
            ...(contextLength > 0 ? { context_length: contextLength } : {}),
            signal: mine.signal,
            onProgress: (progress) =>
              mine === loading && store.set({ model: { status: 'loading', name, progress, ...local } }),
            onNotice: (notice) => fail(notice, wayOut(source, notice), 'warning'),
            onEngine: tell,
          })
          .catch((error) => Promise.reject(Object.assign(error, local)));
        return { client: made, info };
      },
      (error) => wayOut(source, error, how) ?? { label: 'retry', run: () => void loadSource(source, how) },
      (kept) => loadSource(source, how, kept),
      keep,
    );
  }

  /** @param {string} address as the settings have it @returns {Promise<ModelSource>} */
  const sourceOf = async (address) =>
    (await import('./model-source.js').catch(incomplete)).sourceOf(address, options.base);

  /**
   * Another model: it is the one that is loaded next time too, as soon as it has been loaded once.
   * @param {string} address as the settings have it @param {ModelSource} [source]
   */
  async function choose(address, source) {
    const chosen = () => ({ model: address, paused: '', ...agreeing(store.get().settings, address) });
    try {
      const from = source ?? (await sourceOf(address));
      if (!worked) change(chosen()); // nothing is lost if this one can't be had
      if (await loadSource(from)) change(chosen());
    } catch (error) {
      fail(error); // no address of a model
    }
  }

  /** @param {URL} address @param {boolean} [keep] what was told stays told @returns {Promise<boolean>} */
  function loadRemote(address, keep = false) {
    if (!keep) worked = undefined; // who wants a server is told when it can't be reached
    closeEngine(); // its memory is for what runs here
    const { remoteModel: model, remoteKey: apiKey, contextLength } = store.get().settings;
    return begin(
      model,
      async ({ signal }) => {
        const { connectRemote } = await import('../api/remote/remote-client.js');
        return connectRemote({ baseURL: address.href, model, apiKey, contextLength, signal });
      },
      () => ({ label: 'retry', run: () => void loadRemote(address) }),
      (kept) => loadRemote(address, kept),
      keep,
    );
  }

  /** To the model that is set, or takes it back. @param {boolean} yes @param {string} [paused] address of the model whose download waits */
  function agree(yes, paused = '') {
    const { settings } = store.get();
    change({ ...agreeing(settings, settings.model, yes), paused });
  }

  /** What the settings say; asks nobody, so the download, or that words leave, must have been agreed to. */
  async function load() {
    const { settings } = store.get();
    const address = remoteAddress(settings, options.base);
    if (address) return loadRemote(address);
    const { model } = settings;
    const name = model === DEFAULTS.model ? DEFAULT_MODEL.title : plainName(model);
    try {
      if (store.get().model.status !== 'ready') store.set({ model: { status: 'loading', name } });
      return await loadSource(await sourceOf(model));
    } catch (error) {
      store.set({ model: { status: 'failed', name } });
      fail(error); // no address of a model
      return false;
    }
  }

  return {
    loadSource,
    choose,
    load,
    agree,
    /**
     * Has a server answer from now on, or this device again.
     * @param {{remoteUrl: string, remoteModel: string, remoteKey: string} | undefined} server
     */
    useRemote(server) {
      change({ remote: server !== undefined, ...server });
      if (server || hasAgreed(store.get().settings)) return load();
      // No model was agreed to yet: the page asks, as on a first visit.
      loading?.abort();
      stop();
      if (store.get().model.status === 'ready') gate = deferred();
      client = undefined;
      worked = undefined;
      store.set({ model: { status: 'none', name: '' }, notice: null });
      return Promise.resolve(false);
    },
    /** Ends a load. Whoever stops a download does not want it to begin by itself at the next visit. */
    cancel() {
      if (store.get().model.progress?.phase === 'download' && !worked) agree(false);
      loading?.abort();
    },
    pause() {
      agree(false, store.get().settings.model);
      engine?.pause();
    },
    resume() {
      agree(true);
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
    /** This device's engine, for a model beside the one that answers. @returns {Promise<EngineClient>} */
    engine: startedEngine,
    /** Ends all: what loads, what answers, the worker, and what this tab holds of those that the tabs share. */
    close() {
      loading?.abort();
      loading = undefined;
      closeEngine();
    },
    get client() {
      return client;
    },
  };
}
