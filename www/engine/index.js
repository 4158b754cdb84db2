// What `import … from 'loquat'` gives: an engine in a worker, under OpenAI's API, the Prompt API and its own.
import { SharedEnginePort } from '../cache/tab-port.js';
import { parseAddress } from '../cache/sources.js';
import { BUILDS } from './builds.js';
import { EngineClient } from './client.js';
import { openAi } from './openai.js';

export { ApiError } from './openai-errors.js';
export { isAbort, LoquatError } from './protocol.js';

/**
 * @typedef {import('./protocol.js').ModelSource} ModelSource
 * @typedef {import('./protocol.js').LoadProgress} LoadProgress
 * @typedef {import('./protocol.js').EngineInfo} EngineInfo
 * @typedef {import('./protocol.js').GenerateRequest} GenerateRequest
 * @typedef {import('./protocol.js').GenerateEvent} GenerateEvent
 * @typedef {import('./protocol.js').Constraint} Constraint
 * @typedef {import('./protocol.js').Embeddings} Embeddings
 * @typedef {import('./openai.js').OpenAiApi} OpenAiApi
 *
 * @typedef {object} EngineOptions
 * @property {string | ModelSource} model an address of a GGUF file, absolute or relative to the page; `hub:owner/repo/file`; files
 * @property {import('./protocol.js').Backend} [backend]
 * @property {'chat' | 'embed'} [task] `embed` for encoders, which make vectors of texts
 * @property {number} [contextLength] tokens; by default the model's own, up to what fits
 * @property {number} [threads]
 * @property {string} [assets] folder with this package's files, where a bundler moved this module away from them
 * @property {boolean} [shared] one engine for all tabs of the site that ask for the same
 * @property {AbortSignal} [signal] ends the loading
 * @property {(progress: LoadProgress) => void} [onProgress]
 * @property {(notice: Error) => void} [onNotice] what was handled, but a person should know
 */

/** @param {EngineOptions['model']} model @returns {ModelSource} */
function sourceOf(model) {
  if (typeof model !== 'string') return model;
  if (/^(hub:|https?:)/.test(model)) return parseAddress(model);
  return { url: new URL(model, globalThis.document?.baseURI ?? globalThis.location?.href).href };
}

/** @param {string | undefined} assets @returns {Worker} */
function startWorker(assets) {
  const options = /** @type {const} */ ({ type: 'module', name: 'loquat-engine' });
  if (assets !== undefined) return new Worker(new URL('worker.js', assets), options);
  return new Worker(new URL('./worker.js', import.meta.url), { type: 'module', name: 'loquat-engine' });
}

/** The engine's own calls, and OpenAI's. @implements {OpenAiApi} */
export class Engine {
  #client;

  /** @param {EngineClient} client @param {EngineInfo} info @param {string} id */
  constructor(client, info, id) {
    this.#client = client;
    /** The model, and how it runs. */
    this.info = info;
    const api = openAi(client, { id, created: Math.floor(Date.now() / 1000) });
    this.chat = api.chat;
    this.completions = api.completions;
    this.embeddings = api.embeddings;
    this.models = api.models;
  }

  /** The events of one answer, as the engine gives them. @param {GenerateRequest} request @param {{signal?: AbortSignal}} [options] */
  generate(request, options) {
    return this.#client.generate(request, options);
  }

  /** @param {string} text @param {boolean} [special] texts of special tokens become their ids */
  tokenize(text, special) {
    return this.#client.tokenize(text, special);
  }

  /** @param {ArrayLike<number>} ids */
  detokenize(ids) {
    return this.#client.detokenize(ids);
  }

  /**
   * The prompt that the model's chat template makes.
   * @param {import('./protocol.js').ChatMessage[]} messages
   * @param {{tools?: unknown[], add_generation_prompt?: boolean}} [options]
   */
  template(messages, options) {
    return this.#client.template(messages, options);
  }

  /**
   * Vectors of texts, where an encoder was loaded (`task: 'embed'`): one Float32Array a text, in order.
   * @param {Array<string | ArrayLike<number>>} inputs texts, or the ids of texts
   * @param {import('./protocol.js').EmbedOptions & {signal?: AbortSignal}} [options]
   */
  embed(inputs, options) {
    return this.#client.embed(inputs, options);
  }

  /** What was read and written so far (the KV cache), to be restored later with the same model. */
  save() {
    return this.#client.save();
  }

  /** @param {Uint8Array} bytes what save() gave */
  restore(bytes) {
    return this.#client.restore(bytes);
  }

  /** Forgets what was read. */
  reset() {
    return this.#client.reset();
  }

  /** Ends the worker and frees all memory. */
  async close() {
    await this.#client.unload().catch(() => {});
    this.#client.close();
  }
}

/**
 * Starts a worker and loads a model into it. The weights are downloaded once and kept in IndexedDB.
 * @param {EngineOptions} options
 * @returns {Promise<Engine>}
 */
export async function loadEngine(options) {
  const { model, backend, task, contextLength, threads, assets, shared, signal, onProgress, onNotice } =
    options;
  const base = assets === undefined ? undefined : new URL(assets, globalThis.document?.baseURI).href;
  const start = () => startWorker(base);
  const client = new EngineClient(shared ? new SharedEnginePort({ start }) : start());
  const pkg = base ?? new URL('./', import.meta.url).href;
  try {
    const info = await client.load(sourceOf(model), {
      pkg,
      ...(BUILDS && !base ? { builds: BUILDS } : {}),
      ...(backend ? { backend } : {}),
      ...(task ? { task } : {}),
      ...(contextLength ? { context_length: contextLength } : {}),
      ...(threads ? { threads } : {}),
      ...(signal ? { signal } : {}),
      ...(onProgress ? { onProgress } : {}),
      ...(onNotice ? { onNotice } : {}),
    });
    return new Engine(client, info, info.name || 'loquat');
  } catch (error) {
    client.close();
    throw error;
  }
}
