// Text completions of OpenAI's shape. Chat is elsewhere.
import { finishOf, logprobOf, stamp, usageOf } from './chunks.js';
import { textRequestOf } from './request.js';

/**
 * @typedef {import('../../protocol/openai-types.js').TextRequest} TextRequest
 * @typedef {import('../../protocol/openai-types.js').TextChunk} TextChunk
 * @typedef {import('../../protocol/openai-types.js').TextLogprobs} TextLogprobs
 */

/** @param {import('../../protocol/openai-types.js').TokenLogprob} from @param {number} offset @returns {TextLogprobs} */
function listed({ token, logprob, top_logprobs }, offset) {
  const top = Object.fromEntries(top_logprobs.map((choice) => [choice.token, choice.logprob]));
  return { tokens: [token], token_logprobs: [logprob], top_logprobs: [top], text_offset: [offset] };
}

/**
 * @param {import('./openai.js').Client} client
 * @param {string} model
 * @param {TextRequest} request
 * @param {boolean} withUsage
 * @param {AbortSignal} [signal]
 * @returns {AsyncGenerator<TextChunk, void, void>}
 */
export async function* textChunks(client, model, request, withUsage, signal) {
  const wanted = textRequestOf(request);
  const base = { ...stamp('cmpl'), object: /** @type {const} */ ('text_completion'), model };
  const echo = request.echo && typeof wanted.prompt === 'string' ? wanted.prompt : '';
  let offset = echo.length;
  if (echo) yield { ...base, choices: [{ index: 0, text: echo, logprobs: null, finish_reason: null }] };
  for await (const event of client.generate(wanted, { signal })) {
    if (event.type === 'token') {
      const logprob = request.logprobs ? logprobOf(event, request.logprobs) : undefined;
      const logprobs = logprob ? listed(logprob, offset) : null;
      offset += event.text.length;
      if (!event.text && !logprobs) continue;
      yield { ...base, choices: [{ index: 0, text: event.text, logprobs, finish_reason: null }] };
    } else if (event.type === 'done') {
      const choice = { index: 0, text: event.text, logprobs: null, finish_reason: finishOf(event) };
      yield { ...base, choices: [choice], timings: event.timings };
      if (withUsage) yield { ...base, choices: [], usage: usageOf(event), timings: event.timings };
    }
  }
}

/** @param {AsyncIterable<TextChunk>} chunks @returns {Promise<import('../../protocol/openai-types.js').TextCompletion>} */
export async function wholeText(chunks) {
  let text = '';
  /** @type {'stop' | 'length' | 'content_filter'} */
  let finish_reason = 'stop';
  /** @type {TextLogprobs} */
  const all = { tokens: [], token_logprobs: [], top_logprobs: [], text_offset: [] };
  /** @type {TextChunk | undefined} */
  let last;
  for await (const chunk of chunks) {
    last = chunk;
    const [choice] = chunk.choices;
    if (!choice) continue;
    text += choice.text;
    finish_reason = choice.finish_reason ?? finish_reason;
    for (const name of /** @type {Array<keyof TextLogprobs>} */ (Object.keys(all))) {
      /** @type {unknown[]} */ (all[name]).push(...(choice.logprobs?.[name] ?? []));
    }
  }
  if (!last?.usage || !last.timings) throw new Error('The engine ended a text without its counts.');
  const { id, object, created, model, usage, timings } = last;
  const logprobs = all.tokens.length > 0 ? all : null;
  return {
    id,
    object,
    created,
    model,
    choices: [{ index: 0, text, logprobs, finish_reason }],
    usage,
    timings,
  };
}
