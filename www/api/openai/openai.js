// OpenAI's API over the engine: chat, text, embeddings, models. Requests and chunks are shaped in modules beside this.
import { ApiStream, collect, finishOf, logprobOf, stamp, usageOf } from './chunks.js';
import { invalidRequest, toApiError } from './api-error.js';
import { chatOf, textRequestOf } from './request.js';
import { embeddings } from './embeddings.js';
import { moderations } from './moderations.js';
import { textChunks, wholeText } from './text-completions.js';
import {
  asPlainMessages,
  callConstraint,
  callId,
  chooseTools,
  toolFormat,
  ToolReader,
} from '../../agent/tool-use.js';

/**
 * @typedef {import('../../protocol/openai-types.js').ChatRequest} ChatRequest
 * @typedef {import('../../protocol/openai-types.js').ChatChunk} ChatChunk
 * @typedef {import('../../protocol/openai-types.js').ChatCompletion} ChatCompletion
 * @typedef {import('../../protocol/openai-types.js').Delta} Delta
 * @typedef {import('../../protocol/openai-types.js').TextRequest} TextRequest
 * @typedef {import('../../protocol/openai-types.js').TextCompletion} TextCompletion
 * @typedef {import('../../protocol/openai-types.js').TextChunk} TextChunk
 * @typedef {import('../../protocol/openai-types.js').Tool} Tool
 * @typedef {import('../../protocol/messages.js').GenerateRequest} GenerateRequest
 * @typedef {{signal?: AbortSignal}} RequestOptions
 */

/**
 * What this needs of an EngineClient; a test double fits too.
 * @typedef {Pick<import('../../engine/client.js').EngineClient, 'generate' | 'template' | 'tokenize' | 'embed'>} Client
 */

/**
 * Errors as OpenAI's API has them; whoever aborts gets the reason that was given, as everywhere on the platform.
 * @template T
 * @param {Promise<T>} promise
 * @param {AbortSignal | undefined} signal
 * @param {string} [constraint] where one comes from
 * @returns {Promise<T>}
 */
const shaped = (promise, signal, constraint) =>
  promise.catch((error) => {
    throw signal?.aborted ? signal.reason : toApiError(error, constraint);
  });

/** @returns {Promise<never>} */
const missingModerate = () =>
  Promise.reject(invalidRequest('model', 'There is no moderation here.', 'Use an engine of this package.'));

/** The field that constrains an answer. @param {ChatRequest} request */
const constraintField = ({ tools, tool_choice }) =>
  chooseTools(tools ?? [], tool_choice).required ? 'tools' : 'response_format';

/**
 * @param {Client} client
 * @param {{id: string, created: number}} model `created` in seconds
 * @param {import('./moderations.js').Moderate} [moderate] where the module for it is at hand
 */
export function openAi(client, model, moderate) {
  /** @type {Promise<import('../../agent/tool-use.js').ToolFormat> | undefined} */
  let format;

  /** @param {ChatRequest} request @returns {Promise<{request: GenerateRequest, tools: Tool[]}>} */
  async function prepare(request) {
    const base = chatOf(request);
    const { tools, required } = chooseTools(request.tools ?? [], request.tool_choice);
    if (required && tools.length === 0) {
      const message = 'tool_choice asks for a tool that is not among tools.';
      throw invalidRequest('tool_choice', message, 'Name one of the functions in tools.');
    }
    const asked = base.messages ?? [];
    if (tools.length === 0) return { request: base, tools };
    const how = await (format ??= toolFormat(client));
    const parallel = request.parallel_tool_calls !== false;
    return {
      tools,
      request: {
        ...base,
        ...(how === 'prompt' ? { messages: asPlainMessages(asked, tools) } : { tools }),
        ...(required ? { constraint: callConstraint(tools, how, parallel) } : {}),
      },
    };
  }

  /**
   * @param {ChatRequest} request
   * @param {boolean} withUsage
   * @param {AbortSignal} [signal]
   * @returns {AsyncGenerator<ChatChunk, void, void>}
   */
  async function* chatChunks(request, withUsage, signal) {
    const { request: wanted, tools } = await prepare(request);
    const base = /** @type {const} */ ({
      ...stamp('chatcmpl'),
      object: 'chat.completion.chunk',
      model: model.id,
    });
    /** @param {Delta} delta @param {Partial<import('../../protocol/openai-types.js').ChunkChoice>} [more] @returns {ChatChunk} */
    const chunk = (delta, more = {}) => ({
      ...base,
      choices: [{ index: 0, delta, logprobs: null, finish_reason: null, ...more }],
      ...(withUsage ? { usage: null } : {}),
    });
    const reader = tools.length > 0 ? new ToolReader(tools) : undefined;
    yield chunk({ role: 'assistant', content: '' });
    for await (const event of client.generate(wanted, { signal })) {
      if (event.type === 'token') {
        const content = reader ? reader.push(event.text) : event.text;
        const logprob = request.logprobs ? logprobOf(event, request.top_logprobs ?? 0) : undefined;
        const logprobs = logprob ? { content: [logprob], refusal: null } : null;
        if (content || logprobs) yield chunk(content ? { content } : {}, { logprobs });
      } else if (event.type === 'done') {
        const said = (reader?.push(event.text) ?? event.text) || '';
        const rest = reader?.end() ?? { text: '', calls: [] };
        const content = said + rest.text;
        if (content) yield chunk({ content });
        const calls = request.parallel_tool_calls === false ? rest.calls.slice(0, 1) : rest.calls;
        for (const [index, call] of calls.entries()) {
          yield chunk({ tool_calls: [{ index, id: callId(), type: 'function', function: call }] });
        }
        // A call that the limit has cut is missing: who asked must know.
        const ended = finishOf(event);
        const finish_reason = calls.length > 0 && ended === 'stop' ? 'tool_calls' : ended;
        yield { ...chunk({}, { finish_reason }), timings: event.timings };
        if (withUsage) yield { ...base, choices: [], usage: usageOf(event), timings: event.timings };
      }
    }
  }

  /** @template T @param {AsyncGenerator<T, void, void>} source @param {AbortSignal} signal @param {string} [constraint] @returns {AsyncGenerator<T, void, void>} */
  async function* shapedChunks(source, signal, constraint) {
    try {
      yield* source;
    } catch (error) {
      throw signal.aborted ? signal.reason : toApiError(error, constraint);
    }
  }

  /**
   * @overload @param {ChatRequest & {stream: true}} request @param {RequestOptions} [options] @returns {Promise<ApiStream<ChatChunk>>}
   */
  /**
   * @overload @param {ChatRequest & {stream?: false | null}} request @param {RequestOptions} [options] @returns {Promise<ChatCompletion>}
   */
  /** @param {ChatRequest} request @param {RequestOptions} [options] @returns {Promise<ApiStream<ChatChunk> | ChatCompletion>} */
  async function createChat(request, { signal } = {}) {
    chatOf(request); // a bad request fails here, before anything streams
    const field = constraintField(request);
    if (!request.stream) return shaped(collect(chatChunks(request, true, signal)), signal, field);
    const withUsage = request.stream_options?.include_usage === true;
    return new ApiStream((all) => shapedChunks(chatChunks(request, withUsage, all), all, field), signal);
  }

  /**
   * @overload @param {TextRequest & {stream: true}} request @param {RequestOptions} [options] @returns {Promise<ApiStream<TextChunk>>}
   */
  /**
   * @overload @param {TextRequest & {stream?: false | null}} request @param {RequestOptions} [options] @returns {Promise<TextCompletion>}
   */
  /** @param {TextRequest} request @param {RequestOptions} [options] @returns {Promise<ApiStream<TextChunk> | TextCompletion>} */
  async function createText(request, { signal } = {}) {
    textRequestOf(request);
    if (!request.stream)
      return shaped(wholeText(textChunks(client, model.id, request, true, signal)), signal);
    const withUsage = request.stream_options?.include_usage === true;
    return new ApiStream(
      (all) => shapedChunks(textChunks(client, model.id, request, withUsage, all), all),
      signal,
    );
  }

  /** @type {import('../../protocol/openai-types.js').ModelEntry} */
  const entry = { id: model.id, object: 'model', created: model.created, owned_by: 'local' };
  return {
    chat: { completions: { create: createChat } },
    completions: { create: createText },
    embeddings: {
      /** @param {import('../../protocol/openai-types.js').EmbeddingRequest} request @param {RequestOptions} [options] */
      create: (request, options) => shaped(embeddings(client, model.id, request, options), options?.signal),
    },
    moderations: moderations(moderate ?? missingModerate),
    models: {
      list: async () => ({ object: /** @type {const} */ ('list'), data: [entry] }),
    },
  };
}

/** @typedef {ReturnType<typeof openAi>} OpenAiApi */
