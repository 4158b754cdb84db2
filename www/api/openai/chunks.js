// The engine's events to chunks of OpenAI's shape, and chunks to one whole response. Knows no tools and no requests.
import { CallPieces } from './call-pieces.js';

/**
 * @typedef {import('../../protocol/messages.js').TokenEvent} TokenEvent
 * @typedef {import('../../protocol/messages.js').DoneEvent} DoneEvent
 * @typedef {import('../../protocol/openai-types.js').TokenLogprob} TokenLogprob
 * @typedef {import('../../protocol/openai-types.js').ChatChunk} ChatChunk
 */

const encoder = new TextEncoder();

/** @param {string} kind @returns {{id: string, created: number}} `created` in seconds */
export function stamp(kind) {
  const random = crypto.getRandomValues(new Uint8Array(12));
  const id = Array.from(random, (byte) => byte.toString(16).padStart(2, '0')).join('');
  return { id: `${kind}-${id}`, created: Math.floor(Date.now() / 1000) };
}

/** @param {DoneEvent} done @returns {import('../../protocol/openai-types.js').ApiUsage} */
export function usageOf({ usage }) {
  const { prompt_tokens, completion_tokens, total_tokens, cached_tokens } = usage;
  return { prompt_tokens, completion_tokens, total_tokens, prompt_tokens_details: { cached_tokens } };
}

/** A full context ends an answer as a limit does. @param {DoneEvent} done @returns {'stop' | 'length' | 'content_filter'} */
export function finishOf({ reason }) {
  if (reason === 'filtered') return 'content_filter';
  return reason === 'length' || reason === 'context' ? 'length' : 'stop';
}

/** @param {string} token @param {number} logprob @param {number[]} [bytes] its own, which may be half a character */
const entry = (token, logprob, bytes) => ({ token, logprob, bytes: bytes ?? [...encoder.encode(token)] });

/**
 * A token's own text is what the alternatives list under its id; the stream's text may be held back until a
 * character or a stop string is decided.
 * @param {TokenEvent} event
 * @param {number} count alternatives to list
 * @returns {TokenLogprob | undefined}
 */
export function logprobOf({ text, id, logprob, bytes, top = [] }, count) {
  if (logprob === undefined) return undefined;
  const own = top.find((choice) => choice.id === id);
  const alternatives = top.slice(0, count).map((choice) => entry(choice.text, choice.logprob, choice.bytes));
  return { ...entry(own?.text ?? text, logprob, bytes ?? own?.bytes), top_logprobs: alternatives };
}

/**
 * Puts the pieces of one answer together, as the streaming helpers do.
 * @param {AsyncIterable<ChatChunk>} chunks
 * @returns {Promise<import('../../protocol/openai-types.js').ChatCompletion>}
 */
export async function collect(chunks) {
  let content = '';
  const pieces = new CallPieces();
  /** @type {TokenLogprob[]} */
  const logprobs = [];
  /** @type {import('../../protocol/openai-types.js').FinishReason} */
  let finish_reason = 'stop';
  /** @type {ChatChunk | undefined} */
  let last;
  for await (const chunk of chunks) {
    last = chunk;
    const [choice] = chunk.choices;
    if (!choice) continue;
    content += choice.delta.content ?? '';
    pieces.add(choice.delta.tool_calls);
    logprobs.push(...(choice.logprobs?.content ?? []));
    finish_reason = choice.finish_reason ?? finish_reason;
  }
  if (!last?.usage || !last.timings) throw new Error('The engine ended an answer without its counts.');
  const { id, created, model, usage, timings } = last;
  /** @type {import('../../protocol/openai-types.js').AnswerMessage} */
  const message = { role: 'assistant', content, refusal: null };
  const calls = pieces.list();
  if (calls.length > 0) Object.assign(message, { content: content || null, tool_calls: calls });
  const all = logprobs.length > 0 ? { content: logprobs, refusal: null } : null;
  const choices = [{ index: 0, message, logprobs: all, finish_reason }];
  return { id, object: 'chat.completion', created, model, choices, usage, timings };
}

/**
 * An async iterable that can also be had as a stream of JSON lines, which the official client's helpers read.
 * @template T
 */
export class ApiStream {
  #source;
  /** Ends the answer. */
  controller = new AbortController();

  /**
   * @param {(signal: AbortSignal) => AsyncGenerator<T, void, void>} start
   * @param {AbortSignal} [signal]
   */
  constructor(start, signal) {
    const all = signal ? AbortSignal.any([signal, this.controller.signal]) : this.controller.signal;
    this.#source = start(all);
  }

  [Symbol.asyncIterator]() {
    return this.#source;
  }

  /** @returns {ReadableStream<Uint8Array>} */
  toReadableStream() {
    const source = this.#source;
    return new ReadableStream({
      async pull(controller) {
        try {
          const { value, done } = await source.next();
          if (done) controller.close();
          else controller.enqueue(encoder.encode(`${JSON.stringify(value)}\n`));
        } catch (error) {
          controller.error(error);
        }
      },
      cancel: async () => {
        await source.return(undefined);
      },
    });
  }
}
