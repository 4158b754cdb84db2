// A session of the Prompt API over an engine: one conversation, its tools, and what happens when it grows too long.
import { CallPieces } from '../openai/call-pieces.js';
import { callsOf, formatOf, messagesOf, runTools, toolsOf } from './messages.js';

/**
 * @typedef {import('./messages.js').PromptMessage} PromptMessage
 * @typedef {import('./messages.js').PromptInput} PromptInput
 * @typedef {import('./messages.js').PromptContent} PromptContent
 * @typedef {import('./messages.js').PromptTool} PromptTool
 * @typedef {{signal?: AbortSignal, responseConstraint?: object | RegExp | boolean, omitResponseConstraintInput?: boolean}} PromptOptions
 * @typedef {import('../../protocol/openai-types.js').Message} Message
 * @typedef {import('../../protocol/openai-types.js').ToolCall} ToolCall
 * @typedef {{temperature?: number, topK?: number, samplingMode?: string | null}} Sampling
 * @typedef {{expectedInputs?: Array<{type: string, languages?: string[]}>, expectedOutputs?: Array<{type: string, languages?: string[]}>}} Expected
 *
 * What the polyfill needs of an engine: that of `loadEngine()`, or `remoteEngine()`.
 * @typedef {object} EngineLike
 * @property {import('../openai/openai.js').OpenAiApi['chat']} chat
 * @property {{context_length: number}} [info]
 * @property {(text: string) => Promise<ArrayLike<number>>} [tokenize]
 */

const CONTEXT = 4096; // tokens, where an engine does not say

/** Rounds of tools in one answer, so that a model that only ever calls comes to an end. */
const ROUNDS = 8;
/** What the named modes mean for the sampler. @type {Record<string, number>} */
export const MODES = {
  'most-predictable': 0,
  predictable: 0.2,
  'slightly-predictable': 0.5,
  balanced: 0.8,
  'slightly-creative': 1,
  creative: 1.2,
  'most-creative': 1.5,
};

/** The oldest exchange that is no system prompt goes. @param {Message[]} messages @returns {Message[] | undefined} nothing, if there is none to go */
function withoutOldest(messages) {
  const from = messages[0]?.role === 'system' ? 1 : 0;
  if (messages.length <= from) return undefined;
  const next = messages.findIndex(({ role }, i) => i > from && role === 'user');
  return [...messages.slice(0, from), ...(next < 0 ? [] : messages.slice(next))];
}

/** @param {unknown} error an engine's @returns {unknown} as the API has it */
function shapedError(error) {
  const { code, message } = /** @type {{code?: unknown, message?: string}} */ (error);
  if (code === 'bad_grammar') return new DOMException(message, 'NotSupportedError');
  if (code === 'context_full') return new DOMException(message, 'QuotaExceededError');
  return error;
}

/** One conversation. `makeLanguageModel()` makes them. */
export class Session extends EventTarget {
  #engine;
  /** @type {Message[]} */
  #messages;
  #sampling;
  #tools;
  #usage = 0;
  #life = new AbortController();
  /** @type {Promise<unknown>} prompts of one session wait for each other */
  #queue = Promise.resolve();
  /** @type {((event: Event) => void) | null} */
  oncontextoverflow = null;

  /** @param {EngineLike} from @param {Message[]} messages @param {Sampling} sampling @param {PromptTool[]} [tools] */
  constructor(from, messages, sampling, tools = []) {
    super();
    this.#engine = from;
    this.#messages = messages;
    this.#sampling = sampling;
    this.#tools = tools;
    this.addEventListener('contextoverflow', (event) => this.oncontextoverflow?.(event));
  }

  get contextWindow() {
    return this.#engine.info?.context_length ?? CONTEXT;
  }

  get contextUsage() {
    return this.#usage;
  }

  get samplingMode() {
    const { temperature, topK, samplingMode } = this.#sampling;
    return samplingMode ?? (temperature === undefined && topK === undefined ? 'balanced' : null);
  }

  get temperature() {
    return this.#sampling.temperature ?? 1;
  }

  get topK() {
    return this.#sampling.topK ?? 40;
  }

  /**
   * One answer of the model; the text is yielded as it comes.
   * @param {Message[]} asked @param {Omit<Partial<import('../../protocol/openai-types.js').ChatRequest>, 'stream'>} how @param {AbortSignal} signal
   * @returns {AsyncGenerator<string, {text: string, calls: ToolCall[]}, void>}
   */
  async *#round(asked, how, signal) {
    for (;;) {
      try {
        const stream = await this.#engine.chat.completions.create(
          {
            messages: [...this.#messages, ...asked],
            stream: true,
            stream_options: { include_usage: true },
            ...how,
          },
          { signal },
        );
        let text = '';
        let cut = false;
        const calls = new CallPieces();
        for await (const chunk of stream) {
          const [choice] = chunk.choices ?? [];
          const piece = choice?.delta?.content ?? '';
          text += piece;
          cut ||= choice?.finish_reason === 'length';
          calls.add(choice?.delta?.tool_calls);
          this.#usage = chunk.usage?.total_tokens ?? this.#usage;
          if (piece) yield piece;
        }
        if (cut && how.response_format) {
          throw new DOMException('The answer was cut before it met its constraint.', 'SyntaxError');
        }
        return { text, calls: calls.list() };
      } catch (error) {
        const full = /** @type {{code?: unknown}} */ (error).code === 'context_full';
        const shorter = full ? withoutOldest(this.#messages) : undefined;
        if (full) this.dispatchEvent(new Event('contextoverflow'));
        if (!shorter) throw shapedError(error);
        this.#messages = shorter;
      }
    }
  }

  /** @param {PromptInput} input @param {PromptOptions} [options] @returns {AsyncGenerator<string, PromptContent[] | undefined, void>} what the page has to do, if anything */
  async *#answer(input, { signal, responseConstraint, omitResponseConstraintInput } = {}) {
    const all = AbortSignal.any(signal ? [signal, this.#life.signal] : [this.#life.signal]);
    const before = this.#queue;
    let finish = () => {};
    this.#queue = new Promise((resolve) => (finish = () => resolve(undefined)));
    try {
      await before;
      all.throwIfAborted();
      const asked = messagesOf(input, this.#messages.length === 0);
      const last = Array.isArray(input) ? input[input.length - 1] : undefined;
      const prefix = last?.role === 'assistant' && last.prefix === true;
      const { topK, samplingMode } = this.#sampling;
      const temperature = samplingMode ? MODES[samplingMode] : this.#sampling.temperature;
      const how = {
        ...(temperature === undefined ? {} : { temperature }),
        ...(topK === undefined ? {} : { top_k: topK }),
        ...(this.#tools.length > 0 ? { tools: toolsOf(this.#tools) } : {}),
        ...formatOf(responseConstraint, omitResponseConstraintInput),
      };
      for (let round = 0; ; round++) {
        const goesOn = prefix && round === 0;
        const { text, calls } = yield* this.#round(
          asked,
          goesOn ? { ...how, continue_final_message: true } : how,
          all,
        );
        const begun = goesOn ? asked.pop()?.content : '';
        asked.push({
          role: 'assistant',
          content: `${begun}${text}`,
          ...(calls.length > 0 ? { tool_calls: calls } : {}),
        });
        const known = calls.every(
          ({ function: { name } }) => this.#tools.find((each) => each.name === name)?.execute,
        );
        if (calls.length === 0 || !known || round === ROUNDS) {
          this.#messages = [...this.#messages, ...asked];
          return calls.length === 0
            ? undefined
            : [...(text ? [{ type: /** @type {const} */ ('text'), value: text }] : []), ...callsOf(calls)];
        }
        asked.push(...(await runTools(this.#tools, calls)));
        all.throwIfAborted();
      }
    } finally {
      finish();
    }
  }

  /**
   * @param {PromptInput} input @param {PromptOptions} [options]
   * @returns {Promise<any>} a text; where the model calls tools that the page runs itself, a list with the calls
   */
  async prompt(input, options) {
    const pieces = this.#answer(input, options);
    let text = '';
    for (;;) {
      const { value, done } = await pieces.next();
      if (done) return value ?? text;
      text += value;
    }
  }

  /** @param {PromptInput} input @param {PromptOptions} [options] @returns {ReadableStream<any>} of texts, and of calls at the end */
  promptStreaming(input, options) {
    // The answer goes on whether or not it is read: what is never read must not keep the session from the next prompt.
    const leave = new AbortController();
    const signal = options?.signal ? AbortSignal.any([options.signal, leave.signal]) : leave.signal;
    const pieces = this.#answer(input, { ...options, signal });
    return new ReadableStream({
      async start(controller) {
        const run = async () => {
          try {
            for (;;) {
              const { value, done } = await pieces.next();
              if (leave.signal.aborted) return;
              if (!done) {
                controller.enqueue(value);
                continue;
              }
              for (const part of value ?? []) if (part.type === 'tool-call') controller.enqueue(part);
              return controller.close();
            }
          } catch (error) {
            if (!leave.signal.aborted) controller.error(error);
          }
        };
        void run();
      },
      cancel: () => leave.abort(new DOMException('The stream was cancelled.', 'AbortError')),
    });
  }

  /** Adds to the conversation without asking for an answer. @param {PromptInput} input @param {{signal?: AbortSignal}} [options] */
  async append(input, { signal } = {}) {
    await this.#queue;
    this.#life.signal.throwIfAborted();
    signal?.throwIfAborted();
    this.#messages = [...this.#messages, ...messagesOf(input, this.#messages.length === 0)];
  }

  /** A session that goes its own way from here. @param {{signal?: AbortSignal}} [options] @returns {Promise<Session>} */
  async clone({ signal } = {}) {
    await this.#queue;
    this.#life.signal.throwIfAborted();
    signal?.throwIfAborted();
    const Same = /** @type {typeof Session} */ (this.constructor);
    const copy = new Same(this.#engine, [...this.#messages], this.#sampling, this.#tools);
    copy.#usage = this.#usage;
    return copy;
  }

  /** Tokens that a prompt would take; without a tokenizer a guess of four characters a token. @param {PromptInput} input */
  async measureContextUsage(input) {
    const text = messagesOf(input, true)
      .map(({ content }) => content)
      .join('\n');
    return (await this.#engine.tokenize?.(text))?.length ?? Math.ceil(text.length / 4);
  }

  destroy() {
    this.#life.abort(new DOMException('The session was destroyed.', 'AbortError'));
  }
}
