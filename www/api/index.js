// What `import … from 'loquat-chat'` gives: an engine in a worker, under OpenAI's API, the Prompt API and its own.
import { BESIDE } from '../agent/modules.js';
import { answer } from '../agent/loop.js';
import { allSkills } from '../agent/skills.js';
import { SharedEnginePort } from '../engine/tab-port.js';
import { parseAddress } from '../weights/sources/sources.js';
import { BUILDS } from '../worker/builds.js';
import { EngineClient } from '../engine/client.js';
import { LoquatError } from '../protocol/messages.js';
import { heldToPage } from '../engine/hold-worker.js';
import { createGuard, moderate } from '../agent/guard.js';
import { guardedGenerate } from '../agent/guarded.js';
import { createDocumentsApi } from './documents.js';
import { infill, serverInfill } from './infill.js';
import { openAi } from './openai/openai.js';
import { tablesApi } from './tables/tables.js';

export { ApiError } from './openai/api-error.js';
export { isAbort, LoquatError } from '../protocol/messages.js';

/**
 * @typedef {import('../protocol/messages.js').ModelSource} ModelSource
 * @typedef {import('../protocol/messages.js').LoadProgress} LoadProgress
 * @typedef {import('../protocol/messages.js').EngineInfo} EngineInfo
 * @typedef {import('../protocol/messages.js').GenerateRequest} GenerateRequest
 * @typedef {import('../protocol/messages.js').GenerateEvent} GenerateEvent
 * @typedef {import('../protocol/messages.js').Constraint} Constraint
 * @typedef {import('../protocol/messages.js').Embeddings} Embeddings
 * @typedef {import('./infill.js').InfillRequest} InfillRequest
 * @typedef {import('./infill.js').ServerInfill} ServerInfill
 * @typedef {import('./openai/openai.js').OpenAiApi} OpenAiApi
 * @typedef {import('./tables/tables.js').Table} Table
 * @typedef {import('./tables/tables.js').TableAnswer} TableAnswer
 *
 * @typedef {object} EngineOptions
 * @property {string | ModelSource} model an address of a GGUF file, absolute or relative to the page; `hub:owner/repo/file`; files
 * @property {import('../protocol/messages.js').Backend} [backend]
 * @property {'chat' | 'embed'} [task] `embed` for encoders, which make vectors of texts
 * @property {number} [contextLength] tokens; by default the model's own, up to what fits
 * @property {number} [threads]
 * @property {string} [assets] folder with this package's files, where a bundler moved this module away from them
 * @property {Engine} [beside] another engine, to share its worker and memory: each keeps its model, whichever is closed first
 * @property {boolean} [shared] one engine for all tabs of the site that ask for the same
 * @property {string | object} [policy] a policy file on what is answered, as text or object (docs/safety.md); `default` for the one that comes along
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
  return new Worker(new URL('../worker/worker.js', import.meta.url), {
    type: 'module',
    name: 'loquat-engine',
  });
}

/** The clients of engines that are open, for those that are loaded beside them. @type {WeakMap<Engine, {client: EngineClient, open: {models: number}}>} */
const clients = new WeakMap();
let slots = 0;

/**
 * @typedef {import('../agent/loop.js').AgentEvent} AgentEvent
 * @typedef {import('../agent/tools.js').RunnableTool} RunnableTool
 */

/** The engine's own calls, and OpenAI's. @implements {OpenAiApi} */
export class Engine {
  #client;
  #files;
  #generate;
  #guard;

  /**
   * @param {EngineClient} client @param {EngineInfo} info @param {string} id
   * @param {string} files address of the package's files
   * @param {{models: number}} [open] how many models are in the client's worker
   * @param {string | object} [policy] on what is answered
   */
  constructor(client, info, id, files, open = { models: 1 }, policy) {
    this.#client = client;
    this.#files = files;
    const rules = policy === 'default' ? '' : policy;
    this.#guard = policy === undefined ? undefined : createGuard(rules, files);
    this.#generate = this.#guard ? guardedGenerate(client, this.#guard) : client.generate.bind(client);
    clients.set(this, { client, open });
    /** The model, and how it runs. */
    this.info = info;
    const guarded = {
      generate: this.#generate,
      template: client.template.bind(client),
      tokenize: client.tokenize.bind(client),
      embed: client.embed.bind(client),
    };
    const created = Math.floor(Date.now() / 1000);
    const api = openAi(guarded, { id, created }, (text) => moderate(text, rules, files));
    this.chat = api.chat;
    this.completions = api.completions;
    this.embeddings = api.embeddings;
    this.models = api.models;
    this.moderations = api.moderations;
    /** @type {Promise<typeof fetch> | undefined} */
    let http;
    /**
     * OpenAI's API as HTTP, answered by this engine: `new OpenAI({ apiKey: '-', fetch: engine.fetch })`.
     * @param {RequestInfo | URL} input @param {RequestInit} [init] @returns {Promise<Response>}
     */
    this.fetch = async (input, init) =>
      (await (http ??= import('./openai/http.js').then(({ httpOf }) => httpOf(api))))(input, init);
    /** Files that are read, searched and asked on the device. */
    this.documents = createDocumentsApi(client, info.name, files, this.#guard);
    /** Spreadsheets: opened, asked, changed by plans, saved. */
    this.tables = tablesApi(guarded, files);
  }

  /** The events of one answer, as the engine gives them. @param {GenerateRequest} request @param {{signal?: AbortSignal}} [options] */
  generate(request, options) {
    return this.#generate(request, options ?? {});
  }

  /**
   * Fills the gap between two texts, with a model that has tokens for it (`info.infill`).
   * @param {InfillRequest} request @param {{signal?: AbortSignal}} [options]
   */
  infill(request, options) {
    return infill(this.#generate, request, options);
  }

  /**
   * As llama.cpp's server answers `POST /infill`: its fields in, its fields out.
   * @param {ServerInfill} body @param {{signal?: AbortSignal}} [options]
   */
  postInfill(body, options) {
    return serverInfill(this.#generate, this.info.name, body, options);
  }

  /**
   * One answer as the page gives it: skills that compute or know their limits come first, then the model, which may call
   * your tools. Ends with an event `answered` (a skill's answer, in parts) or `done` (the model's).
   * @param {GenerateRequest} request with `messages`
   * @param {{tools?: RunnableTool[], skills?: boolean, signal?: AbortSignal}} [options] `skills: false`: the model and its tools only
   * @returns {AsyncGenerator<AgentEvent, void, void>}
   */
  agent(request, { tools = [], skills = true, signal } = {}) {
    const messages = request.messages ?? [];
    const question = {
      text: messages[messages.length - 1]?.content ?? '',
      messages,
      today: new Date().toLocaleDateString('sv'), // year-month-day, in this place's time
      model: { name: this.info.name, parameters: this.info.parameters },
      pkg: this.#files,
    };
    const asked = skills ? { skills: allSkills(), question } : {};
    const guard = this.#guard ? { guard: this.#guard } : {};
    return answer(this.#client, request, { ...asked, ...guard, tools, ...(signal ? { signal } : {}) });
  }

  /** Exact tools for `agent`: arithmetic, percentages, units, dates, equations, counting and sorting. @returns {Promise<RunnableTool[]>} */
  async numberTools() {
    const { numberTools } = await import('../agent/number-tools.js');
    return numberTools(this.#files);
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
   * @param {import('../protocol/messages.js').ChatMessage[]} messages
   * @param {{tools?: unknown[], add_generation_prompt?: boolean}} [options]
   */
  template(messages, options) {
    return this.#client.template(messages, options);
  }

  /**
   * Vectors of texts, where an encoder was loaded (`task: 'embed'`): one Float32Array a text, in order.
   * @param {Array<string | ArrayLike<number>>} inputs texts, or the ids of texts
   * @param {import('../protocol/messages.js').EmbedOptions & {signal?: AbortSignal}} [options]
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

  /** Frees the model's memory; the worker ends with the last of the models in it. */
  async close() {
    const open = clients.get(this)?.open;
    clients.delete(this);
    if (!open) return; // closed before
    // Others may share the engine: they are told, but an answer that is being written is not waited for.
    const soon = new Promise((resolve) => setTimeout(resolve, 500));
    await Promise.race([this.#client.unload().catch(() => {}), soon]);
    open.models -= 1;
    if (open.models === 0) this.#client.close();
    else this.#client.leave();
  }
}

/**
 * Starts a worker and loads a model into it. The weights are downloaded once and kept in IndexedDB.
 * @param {EngineOptions} options
 * @returns {Promise<Engine>}
 */
export async function loadEngine(options) {
  const {
    model,
    backend,
    task,
    contextLength,
    threads,
    assets,
    shared,
    beside,
    policy,
    signal,
    onProgress,
    onNotice,
  } = options;
  if (typeof Worker === 'undefined')
    throw new LoquatError(
      'engine_unsupported',
      'There are no workers here: loquat-chat runs in web pages, not in Node or on a server.',
      'Call it in the browser; elsewhere, loquat-chat/remote talks to a server of OpenAI’s API.',
    );
  const base = assets === undefined ? undefined : new URL(assets, globalThis.document?.baseURI).href;
  const start = () => heldToPage(startWorker(base));
  const host = beside && clients.get(beside);
  if (beside && !host)
    throw new LoquatError('engine_closed', 'The engine to be beside was closed.', 'Load that one again.');
  const client = host
    ? host.client.slot(`beside-${(slots += 1)}`)
    : new EngineClient(shared ? new SharedEnginePort({ start }) : start());
  const open = host?.open ?? { models: 0 };
  open.models += 1;
  const pkg = base ?? BESIDE;
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
    return new Engine(client, info, info.name || 'loquat', pkg, open, policy);
  } catch (error) {
    open.models -= 1;
    if (open.models === 0) client.close();
    else client.leave();
    throw error;
  }
}
