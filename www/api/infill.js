// Filling a gap in a text: the package's own call, and one of the shape of llama.cpp's server (`POST /infill`). Which tokens
// ask the model for it is the engine's.
import { invalidRequest, toApiError } from './openai/api-error.js';
import { commonOf } from './openai/request.js';

/**
 * @typedef {import('../protocol/messages.js').GenerateRequest} GenerateRequest
 * @typedef {import('../protocol/messages.js').GenerateEvent} GenerateEvent
 * @typedef {Extract<GenerateEvent, {type: 'done'}>} Done
 * @typedef {{signal?: AbortSignal}} RequestOptions
 * @typedef {(request: GenerateRequest, options?: RequestOptions) => AsyncIterable<GenerateEvent>} Generate
 *
 * @typedef {Pick<GenerateRequest, 'max_tokens' | 'temperature' | 'top_k' | 'top_p' | 'min_p' | 'seed' | 'stop'>} Choosing
 * @typedef {import('../protocol/engine-types.js').Infill & Choosing} InfillRequest
 * @typedef {{text: string, stop_reason: Done['reason'], usage: Done['usage'], timings: Done['timings']}} Filled
 *
 * @typedef {object} ServerInfill a request of llama.cpp's server
 * @property {string} [input_prefix]
 * @property {string} [input_suffix]
 * @property {Array<{filename?: string, text: string}>} [input_extra]
 * @property {string} [prompt] how the answer begins
 * @property {number} [n_predict] tokens at most; -1 for as many as fit
 * @property {number} [temperature]
 * @property {number} [top_k]
 * @property {number} [top_p]
 * @property {number} [min_p]
 * @property {number} [seed] -1 for another each time
 * @property {number} [repeat_penalty]
 * @property {number} [frequency_penalty]
 * @property {number} [presence_penalty]
 * @property {string[]} [stop]
 * @property {boolean} [stream]
 *
 * @typedef {object} ServerFilled the last, or only, answer of that shape
 * @property {string} content
 * @property {true} stop
 * @property {'eos' | 'limit'} stop_type
 * @property {string} model
 * @property {number} tokens_predicted
 * @property {number} tokens_evaluated
 * @property {number} tokens_cached
 * @property {Done['timings']} timings
 *
 * @typedef {{content: string, stop: false}} ServerPiece
 */

/** Tokens that a gap gets unless told otherwise: some lines of code. */
const MOST = 128;

/** @param {Record<string, unknown>} request @param {string[]} names */
function needTexts(request, names) {
  for (const name of names) {
    const value = request[name];
    if (value === undefined || value === null || typeof value === 'string') continue;
    throw invalidRequest(name, `${name} is ${JSON.stringify(value)}.`, `Give ${name} as a text.`);
  }
}

/** @param {string} field @param {unknown} list @param {string} name the field of a file's name */
function needFiles(field, list, name) {
  const isFile = (/** @type {any} */ file) =>
    typeof file?.text === 'string' && (file[name] === undefined || typeof file[name] === 'string');
  if (list === undefined || list === null || (Array.isArray(list) && list.every(isFile))) return;
  throw invalidRequest(field, `${field} is no list of files.`, `Give [{ ${name}: "…", text: "…" }].`);
}

/** The likeliest text, unless told otherwise: what completes code is not drawn by lot. @param {InfillRequest} request @returns {GenerateRequest} */
export function infillOf(request) {
  const { prefix = '', suffix = '', path, repository, files, ...choosing } = request;
  needTexts({ prefix, suffix, path, repository }, ['prefix', 'suffix', 'path', 'repository']);
  needFiles('files', files, 'path');
  return {
    max_tokens: MOST,
    temperature: 0,
    ...commonOf(/** @type {any} */ (choosing)),
    infill: {
      prefix,
      suffix,
      ...(path === undefined ? {} : { path }),
      ...(repository === undefined ? {} : { repository }),
      ...(files ? { files: files.map(({ path, text }) => ({ path: path ?? 'file', text })) } : {}),
    },
  };
}

/** @param {ServerInfill} body @returns {GenerateRequest} */
export function serverInfillOf(body) {
  const { input_prefix = '', input_suffix = '', input_extra, prompt = '', n_predict, repeat_penalty } = body;
  needTexts({ input_prefix, input_suffix, prompt }, ['input_prefix', 'input_suffix', 'prompt']);
  needFiles('input_extra', input_extra, 'filename');
  const { temperature, top_k, top_p, min_p, seed, stop, frequency_penalty, presence_penalty } = body;
  const { max_tokens: _, ...request } = infillOf({
    prefix: input_prefix + prompt,
    suffix: input_suffix,
    ...(input_extra
      ? { files: input_extra.map(({ filename = 'file', text }) => ({ path: filename, text })) }
      : {}),
    .../** @type {any} */ ({
      temperature: temperature ?? 0.8,
      top_k,
      top_p,
      min_p,
      stop,
      seed: seed === -1 ? undefined : seed,
      repetition_penalty: repeat_penalty,
      frequency_penalty,
      presence_penalty,
    }),
  });
  if (n_predict === undefined || n_predict === null || n_predict === -1) return request;
  return { ...request, ...commonOf(/** @type {any} */ ({ max_tokens: n_predict })) };
}

/** @param {Generate} generate @param {InfillRequest} request @param {RequestOptions} [options] @returns {Promise<Filled>} */
export async function infill(generate, request, options = {}) {
  try {
    let text = '';
    for await (const event of generate(infillOf(request), options)) {
      if (event.type === 'token') text += event.text;
      else if (event.type === 'done') {
        const { reason: stop_reason, usage, timings } = event;
        return { text: text + event.text, stop_reason, usage, timings };
      }
    }
    throw new Error('The engine ended a text without its counts.');
  } catch (error) {
    throw options.signal?.aborted ? options.signal.reason : toApiError(error);
  }
}

/** @param {Done} done @param {string} content @param {string} model @returns {ServerFilled} */
const served = (done, content, model) => ({
  content,
  stop: true,
  stop_type: done.reason === 'stop' ? 'eos' : 'limit',
  model,
  tokens_predicted: done.usage.completion_tokens,
  tokens_evaluated: done.usage.prompt_tokens,
  tokens_cached: done.usage.cached_tokens,
  timings: done.timings,
});

/** @param {Generate} generate @param {string} model @param {GenerateRequest} request @param {RequestOptions} options @returns {AsyncGenerator<ServerPiece | ServerFilled, void, void>} */
async function* pieces(generate, model, request, options) {
  try {
    for await (const event of generate(request, options)) {
      if (event.type === 'token' && event.text) yield { content: event.text, stop: false };
      else if (event.type === 'done') yield served(event, event.text, model);
    }
  } catch (error) {
    throw options.signal?.aborted ? options.signal.reason : toApiError(error);
  }
}

/**
 * @param {Generate} generate @param {string} model @param {ServerInfill} body @param {RequestOptions} [options]
 * @returns {Promise<ServerFilled | AsyncGenerator<ServerPiece | ServerFilled, void, void>>} with `stream` the pieces, the last with the counts
 */
export async function serverInfill(generate, model, body, options = {}) {
  const all = pieces(generate, model, serverInfillOf(body), options);
  if (body.stream) return all;
  let content = '';
  for await (const piece of all) {
    content += piece.content;
    if (piece.stop) return { ...piece, content };
  }
  throw toApiError(new Error('The engine ended a text without its counts.'));
}
