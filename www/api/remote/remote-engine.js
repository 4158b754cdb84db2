// The same API, answered by a server that speaks OpenAI's (vLLM, llama.cpp, Ollama). Off unless a site asks for it: what
// is said leaves the device then, and `leavesDevice` is there for a UI to say so.
import { policyViolation } from '../../weights/fetch/policy.js';
import { ApiError } from '../openai/api-error.js';
import { ApiStream } from '../openai/chunks.js';
import { chunksOf, failed, jsonOf } from './server-answer.js';

/**
 * @typedef {import('../../protocol/openai-types.js').ChatRequest} ChatRequest
 * @typedef {import('../../protocol/openai-types.js').ChatChunk} ChatChunk
 * @typedef {import('../../protocol/openai-types.js').ChatCompletion} ChatCompletion
 * @typedef {import('../../protocol/openai-types.js').TextRequest} TextRequest
 * @typedef {import('../../protocol/openai-types.js').TextChunk} TextChunk
 * @typedef {import('../../protocol/openai-types.js').TextCompletion} TextCompletion
 *
 * @typedef {object} RemoteOptions
 * @property {string} baseURL such as `https://my.server/v1`
 * @property {string} model as the server names it
 * @property {string} [apiKey] whoever can open the page can read it
 * @property {Record<string, string>} [headers]
 * @property {typeof fetch} [fetch]
 */

/** @param {string} base @param {unknown} error */
function unreachable(base, error) {
  return new ApiError(503, {
    message: `${base} could not be reached: ${error}`,
    type: 'server_error',
    param: null,
    code: 'remote_unreachable',
    remedy: 'Check the address, that the server runs, and that it allows this page by CORS.',
  });
}

/** @param {string} base */
function blocked(base) {
  return new ApiError(403, {
    message: `This page’s Content-Security-Policy does not allow it to connect to ${base}.`,
    type: 'invalid_request_error',
    param: null,
    code: 'remote_blocked',
    remedy: 'The owner of this page must list the server in connect-src of its Content-Security-Policy.',
  });
}

/** @param {any} body */
const hasChoices = (body) => Array.isArray(body?.choices) && body.choices.length > 0;
/** @param {any} body */
const hasData = (body) => Array.isArray(body?.data);

/** @param {RemoteOptions} options */
export function remoteEngine({ baseURL, model, apiKey, headers = {}, fetch: send = globalThis.fetch }) {
  const base = baseURL.replace(/\/+$/, '');
  const common = {
    'Content-Type': 'application/json',
    ...(apiKey ? { Authorization: `Bearer ${apiKey}` } : {}),
    ...headers,
  };

  /** @param {string} path @param {unknown} body @param {AbortSignal} [signal] */
  async function ask(path, body, signal) {
    const how = body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) };
    const forbidden = policyViolation(new URL(base, globalThis.location?.href).host);
    let response;
    try {
      response = await send(`${base}${path}`, { ...how, headers: common, ...(signal ? { signal } : {}) });
    } catch (error) {
      if (signal?.aborted) throw error;
      throw (await forbidden.seen()) ? blocked(base) : unreachable(base, error);
    } finally {
      forbidden.stop();
    }
    if (!response.ok) throw await failed(response);
    return response;
  }

  /**
   * @template C
   * @param {string} path @param {object} request @param {AbortSignal} [signal]
   * @returns {ApiStream<C>}
   */
  const stream = (path, request, signal) =>
    new ApiStream(async function* (all) {
      const response = await ask(path, { model, ...request }, all);
      yield* chunksOf(response);
    }, signal);

  /** @overload @param {ChatRequest & {stream: true}} request @param {{signal?: AbortSignal}} [options] @returns {Promise<ApiStream<ChatChunk>>} */
  /** @overload @param {ChatRequest & {stream?: false | null}} request @param {{signal?: AbortSignal}} [options] @returns {Promise<ChatCompletion>} */
  /** @param {ChatRequest} request @param {{signal?: AbortSignal}} [options] @returns {Promise<ApiStream<ChatChunk> | ChatCompletion>} */
  async function createChat(request, { signal } = {}) {
    if (request.stream) return stream('/chat/completions', request, signal);
    return jsonOf(await ask('/chat/completions', { model, ...request }, signal), hasChoices);
  }

  /** @overload @param {TextRequest & {stream: true}} request @param {{signal?: AbortSignal}} [options] @returns {Promise<ApiStream<TextChunk>>} */
  /** @overload @param {TextRequest & {stream?: false | null}} request @param {{signal?: AbortSignal}} [options] @returns {Promise<TextCompletion>} */
  /** @param {TextRequest} request @param {{signal?: AbortSignal}} [options] @returns {Promise<ApiStream<TextChunk> | TextCompletion>} */
  async function createText(request, { signal } = {}) {
    if (request.stream) return stream('/completions', request, signal);
    return jsonOf(await ask('/completions', { model, ...request }, signal), hasChoices);
  }

  return {
    /** What is said is sent to this address. */
    leavesDevice: /** @type {const} */ (true),
    baseURL: base,
    chat: { completions: { create: createChat } },
    completions: { create: createText },
    embeddings: {
      /** @param {import('../../protocol/openai-types.js').EmbeddingRequest} request @param {{signal?: AbortSignal}} [options] @returns {Promise<import('../../protocol/openai-types.js').EmbeddingResponse>} */
      create: async (request, { signal } = {}) =>
        jsonOf(await ask('/embeddings', { model, ...request }, signal), hasData),
    },
    models: {
      /** @param {{signal?: AbortSignal}} [options] @returns {Promise<{object: 'list', data: import('../../protocol/openai-types.js').ModelEntry[]}>} */
      list: async ({ signal } = {}) => jsonOf(await ask('/models', undefined, signal), hasData),
    },
    close: async () => {},
  };
}

/** @typedef {ReturnType<typeof remoteEngine>} RemoteEngine */
