// A client that answers from a script: what the OpenAI-shaped API needs of the engine, without an engine.
import { LoquatError } from '../../www/protocol/messages.js';

/**
 * @typedef {import('../../www/protocol/messages.js').GenerateRequest} GenerateRequest
 * @typedef {import('../../www/protocol/messages.js').GenerateEvent} GenerateEvent
 * @typedef {import('../../www/protocol/messages.js').TokenEvent} TokenEvent
 */

/**
 * @param {Array<string | Partial<TokenEvent>> | ((asked: number) => Array<string | Partial<TokenEvent>>)} script what is answered, whatever is asked, or to the how manieth question
 * @param {{reason?: import('../../www/protocol/messages.js').StopReason, fail?: Error | ((request: GenerateRequest) => Error | undefined), template?: string}} [options]
 */
export function scripted(script, { reason = 'stop', fail, template = '' } = {}) {
  /** @type {GenerateRequest[]} */
  const requests = [];
  const state = { cancelled: false };
  return {
    requests,
    state,
    /** @param {GenerateRequest} request @param {{signal?: AbortSignal}} [options] @returns {AsyncGenerator<GenerateEvent, void, void>} */
    async *generate(request, { signal } = {}) {
      requests.push(request);
      const failure = typeof fail === 'function' ? fail(request) : fail;
      if (failure) throw failure;
      const tokens = typeof script === 'function' ? script(requests.length - 1) : script;
      yield { type: 'begin', prompt_n: 7, cached_n: 3 };
      yield { type: 'prefill', done: 7, total: 7 };
      let n = 0;
      try {
        for (const token of tokens) {
          await new Promise((resolve) => setTimeout(resolve, 0));
          signal?.throwIfAborted();
          n++;
          yield { type: 'token', id: n, text: '', ...(typeof token === 'string' ? { text: token } : token) };
        }
        n = -n;
      } finally {
        state.cancelled = n > 0;
      }
      const made = tokens.length;
      const usage = {
        prompt_tokens: 7,
        completion_tokens: made,
        total_tokens: 7 + made,
        cached_tokens: 3,
      };
      const timings = { prompt_n: 4, prompt_ms: 2, predicted_n: made, predicted_ms: 10, cached_n: 3 };
      yield { type: 'done', reason, text: '', usage, timings };
    },
    /** Names the tools only where the script has a template for them. */
    template: async () => template,
    embed: async () => {
      throw new LoquatError('not_an_encoder', 'It writes text.', 'Load an encoder.');
    },
    /** @param {string} text */
    tokenize: async (text) => Uint32Array.from(text, (c) => c.charCodeAt(0)),
  };
}
