// A server in the place of the engine's worker: what a chat needs of a client, asked of `remoteEngine()`.
import { ApiError } from '../openai/api-error.js';
import { planByLength } from './plan.js';
import { remoteEngine } from './remote-engine.js';

/**
 * @typedef {import('../../protocol/messages.js').GenerateRequest} GenerateRequest
 * @typedef {import('../../protocol/messages.js').GenerateEvent} GenerateEvent
 * @typedef {Pick<import('../../engine/client.js').EngineClient, 'generate' | 'tokenize' | 'plan' | 'network' | 'close'> & {server?: string}} ChatClient what a chat needs, of whichever engine; `server`: where what is said goes
 */

/** Tokens that a server is taken to look back at, where nobody says. */
const CONTEXT = 8192;
/** A guess, where only the server has the tokenizer; too many rather than too few. */
const CHARACTERS_PER_TOKEN = 3;

/** @param {string} text @returns {number} tokens */
const guess = (text) => Math.ceil(text.length / CHARACTERS_PER_TOKEN);

/** What every such server knows; the engine's further parameters stay here. @param {GenerateRequest} request */
function parametersOf({ messages, max_tokens, temperature, top_p, seed, stop }) {
  const given = { max_tokens, temperature, top_p, seed, stop };
  return {
    messages: /** @type {import('../../protocol/openai-types.js').Message[]} */ (messages ?? []),
    ...Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)),
  };
}

/** The first model that the server lists, or the one wanted. @param {import('./remote-engine.js').RemoteEngine} engine @param {string} wanted @param {AbortSignal} signal */
async function modelOf(engine, wanted, signal) {
  try {
    const { data } = await engine.models.list({ signal });
    return wanted || data?.[0]?.id || '';
  } catch (error) {
    // Not every server lists its models; one that can't be reached or refuses the key can't answer either.
    const { status } = /** @type {{status?: number}} */ (error);
    if (status === 404 || status === 405) return wanted;
    throw error;
  }
}

/**
 * @param {{baseURL: string, model: string, apiKey?: string, contextLength?: number, signal: AbortSignal}} options
 * @returns {Promise<{client: ChatClient, info: import('../../protocol/messages.js').EngineInfo}>}
 */
export async function connectRemote({ baseURL, model: wanted, apiKey, contextLength = 0, signal }) {
  const options = { baseURL, ...(apiKey ? { apiKey } : {}) };
  const model = await modelOf(remoteEngine({ ...options, model: wanted }), wanted, signal);
  if (!model) {
    throw new ApiError(400, {
      message: `${baseURL} lists no model.`,
      type: 'invalid_request_error',
      param: 'model',
      code: 'remote_model',
      remedy: 'Name a model that the server has.',
    });
  }
  const engine = remoteEngine({ ...options, model });

  /** @param {GenerateRequest} request @param {{signal?: AbortSignal}} [options] @returns {AsyncGenerator<GenerateEvent, void, void>} */
  async function* generate(request, { signal } = {}) {
    const started = performance.now();
    yield { type: 'begin', prompt_n: 0, cached_n: 0 };
    const stream = await engine.chat.completions.create(
      { ...parametersOf(request), stream: true, stream_options: { include_usage: true } },
      signal ? { signal } : {},
    );
    let first = 0;
    let n = 0;
    let cut = false;
    /** @type {import('../../protocol/openai-types.js').ApiUsage | null | undefined} */
    let counted;
    for await (const chunk of stream) {
      counted = chunk.usage ?? counted;
      const [choice] = chunk.choices ?? [];
      cut ||= choice?.finish_reason === 'length';
      const text = choice?.delta?.content ?? '';
      if (!text) continue;
      first ||= performance.now();
      yield { type: 'token', text, id: n++ };
    }
    const { prompt_tokens = 0, completion_tokens = n, prompt_tokens_details } = counted ?? {};
    const cached = prompt_tokens_details?.cached_tokens ?? 0;
    const end = performance.now();
    yield {
      type: 'done',
      reason: cut ? 'length' : 'stop',
      text: '',
      usage: {
        prompt_tokens,
        completion_tokens,
        total_tokens: prompt_tokens + completion_tokens,
        cached_tokens: cached,
      },
      timings: {
        prompt_n: prompt_tokens - cached,
        prompt_ms: (first || end) - started,
        predicted_n: completion_tokens,
        predicted_ms: first ? end - first : 0,
        cached_n: cached,
      },
    };
  }

  return {
    client: {
      server: baseURL,
      generate,
      tokenize: async (text) => new Uint32Array(guess(text)),
      plan: async (request, budget) => planByLength(request, budget, guess),
      network: async () => ({ requests: [], counted: true, policy: 'browser' }), // the page makes them, and counts its own
      close() {},
    },
    info: {
      architecture: '',
      name: model,
      parameters: 0,
      quantization: {},
      context_length: contextLength || CONTEXT,
      vocab_size: 0,
      n_layers: 0,
      embedding_length: 0,
      weight_bytes: 0,
      chat_template: true,
      feed_forward_length: 0,
      head_count: 0,
      head_count_kv: 0,
      head_dim: 0,
      tensor_count: 0,
      infill: false,
      kv_bytes_per_token: 0,
      fingerprint: '',
      backend: 'remote',
      variant: '',
      threads: 0,
      reason: engine.baseURL,
    },
  };
}
