// The browsers' Prompt API (`LanguageModel`) over an engine, for browsers without one. Text only.
// Source: https://webmachinelearning.github.io/prompt-api/

/**
 * @typedef {{role: 'system' | 'user' | 'assistant', content: string | Array<{type: string, value: string}>, prefix?: boolean}} PromptMessage
 * @typedef {string | PromptMessage[]} PromptInput
 * @typedef {{signal?: AbortSignal, responseConstraint?: object | RegExp | boolean, omitResponseConstraintInput?: boolean}} PromptOptions
 * @typedef {import('./openai-types.js').Message} Message
 * @typedef {import('./openai-types.js').ResponseFormat} ResponseFormat
 *
 * What the polyfill needs of an engine: that of `loadEngine()`, or `remoteEngine()`.
 * @typedef {object} EngineLike
 * @property {import('./openai.js').OpenAiApi['chat']} chat
 * @property {{context_length: number}} [info]
 * @property {(text: string) => Promise<ArrayLike<number>>} [tokenize]
 *
 * @typedef {object} CreateOptions
 * @property {PromptMessage[]} [initialPrompts]
 * @property {number} [temperature]
 * @property {number} [topK]
 * @property {AbortSignal} [signal]
 * @property {(monitor: EventTarget) => void} [monitor] hears `downloadprogress`
 *
 * @typedef {object} PolyfillOptions
 * @property {(options: {signal?: AbortSignal, onProgress: (share: number) => void}) => Promise<EngineLike>} load
 * @property {() => Promise<'unavailable' | 'downloadable' | 'downloading' | 'available'>} [availability]
 */

const CONTEXT = 4096; // tokens, where an engine does not say

/** @param {PromptMessage['content']} content */
function textOf(content) {
  if (typeof content === 'string') return content;
  return content
    .map(({ type, value }) => {
      if (type === 'text') return value;
      throw new DOMException(`Content of type "${type}" is not supported.`, 'NotSupportedError');
    })
    .join('');
}

/** @param {PromptInput} input @returns {Message[]} */
function messagesOf(input) {
  if (typeof input === 'string') return [{ role: 'user', content: input }];
  if (!Array.isArray(input)) throw new TypeError('A prompt is a text or a list of messages.');
  return input.map(({ role, content }) => ({ role, content: textOf(content) }));
}

/** @param {PromptOptions['responseConstraint']} constraint @returns {{response_format?: ResponseFormat}} */
function formatOf(constraint) {
  if (constraint === undefined || constraint === null) return {};
  if (constraint instanceof RegExp) return { response_format: { type: 'regex', regex: constraint.source } };
  const schema = /** @type {Record<string, unknown>} */ (constraint === true ? {} : constraint);
  return { response_format: { type: 'json_schema', json_schema: { schema } } };
}

/** One conversation. `makeLanguageModel()` makes them. */
export class Session extends EventTarget {
  #engine;
  /** @type {Message[]} */
  #messages;
  #sampling;
  #usage = 0;
  #life = new AbortController();
  /** @type {Promise<unknown>} prompts of one session wait for each other */
  #queue = Promise.resolve();

  /** @param {EngineLike} from @param {Message[]} messages @param {{temperature?: number, topK?: number}} sampling */
  constructor(from, messages, sampling) {
    super();
    this.#engine = from;
    this.#messages = messages;
    this.#sampling = sampling;
  }

  get contextWindow() {
    return this.#engine.info?.context_length ?? CONTEXT;
  }

  get contextUsage() {
    return this.#usage;
  }

  get temperature() {
    return this.#sampling.temperature ?? 1;
  }

  get topK() {
    return this.#sampling.topK ?? 40;
  }

  /** @param {PromptInput} input @param {PromptOptions} [options] @returns {AsyncGenerator<string, void, void>} */
  async *#answer(input, { signal, responseConstraint } = {}) {
    const signals = signal ? [signal, this.#life.signal] : [this.#life.signal];
    const all = AbortSignal.any(signals);
    const before = this.#queue;
    let finish = () => {};
    this.#queue = new Promise((resolve) => (finish = () => resolve(undefined)));
    try {
      await before;
      all.throwIfAborted();
      const asked = messagesOf(input);
      const last = Array.isArray(input) ? input[input.length - 1] : undefined;
      const { temperature, topK } = this.#sampling;
      const stream = await this.#engine.chat.completions.create(
        {
          messages: [...this.#messages, ...asked],
          stream: true,
          stream_options: { include_usage: true },
          ...(last?.role === 'assistant' && last.prefix ? { continue_final_message: true } : {}),
          ...(temperature === undefined ? {} : { temperature }),
          ...(topK === undefined ? {} : { top_k: topK }),
          ...formatOf(responseConstraint),
        },
        { signal: all },
      );
      let text = '';
      for await (const chunk of stream) {
        const piece = chunk.choices[0]?.delta.content ?? '';
        text += piece;
        this.#usage = chunk.usage?.total_tokens ?? this.#usage;
        if (piece) yield piece;
      }
      const prefix = last?.role === 'assistant' && last.prefix ? asked.pop()?.content : '';
      this.#messages = [...this.#messages, ...asked, { role: 'assistant', content: `${prefix}${text}` }];
    } catch (error) {
      const { code, message } = /** @type {{code?: unknown, message?: string}} */ (error);
      if (code !== 'context_full') throw error;
      this.dispatchEvent(new Event('contextoverflow'));
      throw new DOMException(message, 'QuotaExceededError');
    } finally {
      finish();
    }
  }

  /** @param {PromptInput} input @param {PromptOptions} [options] @returns {Promise<string>} */
  async prompt(input, options) {
    let text = '';
    for await (const piece of this.#answer(input, options)) text += piece;
    return text;
  }

  /** @param {PromptInput} input @param {PromptOptions} [options] @returns {ReadableStream<string>} */
  promptStreaming(input, options) {
    const pieces = this.#answer(input, options);
    return new ReadableStream({
      async pull(controller) {
        try {
          const { value, done } = await pieces.next();
          if (done) controller.close();
          else controller.enqueue(value);
        } catch (error) {
          controller.error(error);
        }
      },
      cancel: async () => void (await pieces.return(undefined)),
    });
  }

  /** Adds to the conversation without asking for an answer. @param {PromptInput} input @param {{signal?: AbortSignal}} [options] */
  async append(input, { signal } = {}) {
    await this.#queue;
    this.#life.signal.throwIfAborted();
    signal?.throwIfAborted();
    this.#messages = [...this.#messages, ...messagesOf(input)];
  }

  /** A session that goes its own way from here. @param {{signal?: AbortSignal}} [options] @returns {Promise<Session>} */
  async clone({ signal } = {}) {
    await this.#queue;
    this.#life.signal.throwIfAborted();
    signal?.throwIfAborted();
    const Same = /** @type {typeof Session} */ (this.constructor);
    const copy = new Same(this.#engine, [...this.#messages], this.#sampling);
    copy.#usage = this.#usage;
    return copy;
  }

  /** Tokens that a prompt would take; without a tokenizer a guess of four characters a token. @param {PromptInput} input */
  async measureContextUsage(input) {
    const text = messagesOf(input)
      .map(({ content }) => content)
      .join('\n');
    return (await this.#engine.tokenize?.(text))?.length ?? Math.ceil(text.length / 4);
  }

  destroy() {
    this.#life.abort(new DOMException('The session was destroyed.', 'AbortError'));
  }
}

/**
 * The class that the API calls LanguageModel.
 * @typedef {object} LanguageModelClass
 * @property {() => Promise<'unavailable' | 'downloadable' | 'downloading' | 'available'>} availability
 * @property {() => Promise<{defaultTopK: number, maxTopK: number, defaultTemperature: number, maxTemperature: number}>} params
 * @property {(options?: CreateOptions) => Promise<Session>} create
 */

/** @param {PolyfillOptions} options @returns {LanguageModelClass} */
export function makeLanguageModel({ load, availability = async () => 'downloadable' }) {
  /** @type {Promise<EngineLike> | undefined} one engine for all sessions */
  let engine;
  let ready = false;

  class LanguageModel extends Session {
    static async availability() {
      return ready ? 'available' : availability();
    }

    static async params() {
      return { defaultTopK: 40, maxTopK: 128, defaultTemperature: 1, maxTemperature: 2 };
    }

    /** @param {CreateOptions} [options] @returns {Promise<LanguageModel>} */
    static async create({ initialPrompts = [], temperature, topK, signal, monitor } = {}) {
      signal?.throwIfAborted();
      const system = initialPrompts.findIndex(({ role }) => role === 'system');
      if (system > 0) throw new TypeError('A system prompt must come first.');
      const events = new EventTarget();
      monitor?.(events);
      const onProgress = (/** @type {number} */ loaded) =>
        events.dispatchEvent(Object.assign(new Event('downloadprogress'), { loaded, total: 1 }));
      onProgress(0);
      engine ??= load({ ...(signal ? { signal } : {}), onProgress });
      const made = await engine.catch((error) => {
        engine = undefined;
        throw error;
      });
      ready = true;
      onProgress(1);
      const sampling = {
        ...(temperature === undefined ? {} : { temperature }),
        ...(topK === undefined ? {} : { topK }),
      };
      const session = new LanguageModel(made, messagesOf(initialPrompts), sampling);
      signal?.addEventListener('abort', () => session.destroy(), { once: true });
      return session;
    }
  }
  return LanguageModel;
}

/**
 * Puts the polyfill into the global scope; steps aside where the browser has its own, unless `force` is set.
 * @param {PolyfillOptions & {force?: boolean}} options
 */
export function installLanguageModel({ force = false, ...options }) {
  const scope = /** @type {{LanguageModel?: unknown}} */ (globalThis);
  if (scope.LanguageModel === undefined || force) scope.LanguageModel = makeLanguageModel(options);
  return /** @type {LanguageModelClass} */ (scope.LanguageModel);
}
