// The state of one chat UI and the actions on it. Joins engine, storage and settings; draws nothing.
import { newChat } from './chat.js';
import { createAnswers } from './answer.js';
import { createConversations } from './conversations.js';
import { createModel } from './model.js';
import { createStore } from './store.js';
import { createRequests } from './requests.js';
import { createTransfer } from './transfer.js';
import { writeSettings } from './settings.js';

/**
 * @typedef {import('./settings.js').Settings} Settings
 * @typedef {import('../engine/protocol.js').LoadProgress} LoadProgress
 *
 * @typedef {object} ModelState
 * @property {'none' | 'loading' | 'ready' | 'failed'} status
 * @property {string} name
 * @property {LoadProgress} [progress]
 * @property {import('../engine/protocol.js').EngineInfo} [info]
 *
 * @typedef {object} Generation
 * @property {string} message id of the answer being written
 * @property {'wait' | 'prefill' | 'decode'} phase
 * @property {number} done prompt tokens processed
 * @property {number} total prompt tokens
 * @property {number} tokensPerSecond
 *
 * @typedef {object} Notice
 * @property {'error' | 'warning' | 'info'} kind a warning was handled already
 * @property {string} code stable, snake_case
 * @property {string} message
 * @property {string} remedy
 * @property {string} [hint] the remedy, where it is one for this very case
 * @property {{label: 'undo' | 'retry' | 'memory' | 'trust' | 'anyway' | 'keepLess', run: () => void}} [action]
 *
 * @typedef {object} AppState
 * @property {ModelState} model
 * @property {import('./chat.js').Chat} chat
 * @property {import('./chat.js').Conversation[]} list newest first
 * @property {Generation | null} generation
 * @property {Notice | null} notice
 * @property {Notice[]} errors the last ones, for the diagnostics
 * @property {{used: number, omitted: readonly string[], shortened: boolean}} context tokens of the last request; ids of messages it
 *   left out; whether an answer that goes on was sent without its beginning
 * @property {Settings} settings
 *
 * @typedef {object} AppOptions
 * @property {() => import('../engine/client.js').EngineClient} startEngine
 * @property {string} pkg address of the wasm builds
 * @property {string} base what relative model addresses are relative to
 * @property {import('./db.js').ChatStorage} storage
 * @property {Settings} settings
 * @property {Storage} [settingsStorage]
 *
 * @typedef {object} Context what the parts of the app share
 * @property {import('./store.js').Store<AppState>} store
 * @property {AppOptions} options
 * @property {(error: unknown, action?: Notice['action'], kind?: Notice['kind']) => void} fail shows an error and remembers it
 * @property {() => void} stop ends the answer that is being written
 * @property {(patch: Partial<Settings>) => void} change of settings, kept
 */

const ERRORS_KEPT = 20;

/** @param {unknown} error @returns {Notice} */
export function noticeOf(error) {
  const { code, message, remedy, hint } = /** @type {Partial<Record<keyof Notice, unknown>>} */ (error ?? {});
  return {
    kind: 'error',
    code: typeof code === 'string' ? code : 'internal',
    message: typeof message === 'string' ? message : String(error),
    remedy: typeof remedy === 'string' ? remedy : '',
    ...(typeof hint === 'string' ? { hint } : {}),
  };
}

/** @typedef {ReturnType<typeof createApp>} App */

/** @param {AppOptions} options */
export function createApp(options) {
  const store = createStore(
    /** @type {AppState} */ ({
      model: { status: 'none', name: '' },
      chat: newChat({ persona: options.settings.persona }),
      list: [],
      generation: null,
      notice: null,
      errors: [],
      context: { used: 0, omitted: [], shortened: false },
      settings: options.settings,
    }),
  );
  /** @type {Context} */
  const context = {
    store,
    options,
    fail(error, action, kind = 'error') {
      const notice = { ...noticeOf(error), kind, ...(action ? { action } : {}) };
      store.set(({ errors }) => ({ notice, errors: [...errors, notice].slice(-ERRORS_KEPT) }));
    },
    stop: () => answers.stop(),
    change(patch) {
      store.set(({ settings }) => ({ settings: { ...settings, ...patch } }));
      writeSettings(options.settingsStorage, store.get().settings);
    },
  };
  const model = createModel(context);
  const conversations = createConversations(context);
  const answers = createAnswers(context, model, conversations.save);
  return {
    store,
    model,
    conversations,
    answers,
    requests: createRequests(store, options.base, () => model.client),
    transfer: createTransfer(context, conversations),
    /** What a view could not do. @param {unknown} error */
    report: (error) => context.fail(error),
    base: options.base,
    dismiss: () => store.set({ notice: null }),
    change: context.change,
  };
}
