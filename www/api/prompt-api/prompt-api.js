// The browsers' Prompt API (`LanguageModel`) over an engine, for browsers without one. Text only.
// Source: https://webmachinelearning.github.io/prompt-api/

import {
  isSupported,
  LanguageModelToolCall,
  LanguageModelToolError,
  LanguageModelToolSuccess,
  messagesOf,
  notSupported,
} from './messages.js';
import { MODES, Session } from './session.js';

/**
 * @typedef {import('./messages.js').PromptMessage} PromptMessage
 * @typedef {import('./messages.js').PromptTool} PromptTool
 * @typedef {import('./session.js').EngineLike} EngineLike
 * @typedef {import('./session.js').Expected} Expected
 *
 * @typedef {object} CreateOptions
 * @property {PromptMessage[]} [initialPrompts]
 * @property {Expected['expectedInputs']} [expectedInputs]
 * @property {Expected['expectedOutputs']} [expectedOutputs]
 * @property {PromptTool[]} [tools]
 * @property {string} [samplingMode] from `most-predictable` to `most-creative`; in place of the next two
 * @property {number} [temperature]
 * @property {number} [topK]
 * @property {AbortSignal} [signal]
 * @property {(monitor: EventTarget) => void} [monitor] hears `downloadprogress`
 *
 * @typedef {object} PolyfillOptions
 * @property {(options: {signal?: AbortSignal, onProgress: (share: number) => void}) => Promise<EngineLike>} load
 * @property {() => Promise<'unavailable' | 'downloadable' | 'downloading' | 'available'>} [availability]
 */

/**
 * The class that the API calls LanguageModel.
 * @typedef {object} LanguageModelClass
 * @property {(expected?: Expected) => Promise<'unavailable' | 'downloadable' | 'downloading' | 'available'>} availability
 * @property {() => Promise<{defaultTopK: number, maxTopK: number, defaultTemperature: number, maxTemperature: number}>} params
 * @property {(options?: CreateOptions) => Promise<Session>} create
 */

/** @param {PolyfillOptions} options @returns {LanguageModelClass} */
export function makeLanguageModel({ load, availability = async () => 'downloadable' }) {
  /** @type {Promise<EngineLike> | undefined} one engine for all sessions */
  let engine;
  let ready = false;

  class LanguageModel extends Session {
    /** @param {Expected} [expected] */
    static async availability(expected) {
      if (!isSupported(expected)) return 'unavailable';
      return ready ? 'available' : availability();
    }

    static async params() {
      return { defaultTopK: 40, maxTopK: 128, defaultTemperature: 1, maxTemperature: 2 };
    }

    /** @param {CreateOptions} [options] @returns {Promise<LanguageModel>} */
    static async create(options = {}) {
      const { initialPrompts = [], tools = [], temperature, topK, samplingMode, signal, monitor } = options;
      signal?.throwIfAborted();
      if (!isSupported(options)) throw notSupported('image or audio');
      const messages = messagesOf(initialPrompts, true);
      if (samplingMode !== undefined && !(samplingMode in MODES)) {
        throw new TypeError(`There is no sampling mode ${JSON.stringify(samplingMode)}.`);
      }
      if (samplingMode !== undefined && (temperature !== undefined || topK !== undefined)) {
        throw new TypeError('samplingMode goes without temperature and topK.');
      }
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
        ...(samplingMode === undefined ? {} : { samplingMode }),
      };
      const session = new LanguageModel(made, messages, sampling, tools);
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
  if (scope.LanguageModel === undefined || force) {
    const tools = { LanguageModelToolCall, LanguageModelToolSuccess, LanguageModelToolError };
    Object.assign(scope, { LanguageModel: makeLanguageModel(options), ...tools });
  }
  return /** @type {LanguageModelClass} */ (scope.LanguageModel);
}
