// The state of one chat UI and the actions on it. Joins engine, storage and settings; draws nothing.
import { incomplete } from '../protocol/messages.js';
import { newChat } from './chat-tree.js';
import { createAnswers } from './answer.js';
import { createConversations } from './conversations.js';
import { createDocuments, NO_DOCUMENTS } from './documents.js';
import { createModel } from './model.js';
import { createOpenChats } from './open-chats.js';
import { ownPart, settingsOf } from './own-settings.js';
import { createStore } from './observable.js';
import { createReadingTime } from './reading-time.js';
import { createRequests } from './requests.js';
import { createTablesOf, NO_TABLES } from './tables.js';
import { DEFAULT_MODEL, DEFAULTS, writeSettings } from './settings.js';

/**
 * @typedef {import('./settings.js').Settings} Settings
 * @typedef {import('../protocol/messages.js').LoadProgress} LoadProgress
 * @typedef {import('../engine/client.js').EngineClient} EngineClient
 *
 * @typedef {object} ModelState
 * @property {'none' | 'loading' | 'ready' | 'failed'} status
 * @property {string} name
 * @property {LoadProgress} [progress]
 * @property {import('../protocol/messages.js').EngineInfo} [info]
 * @property {boolean} [local] from a file of this device
 *
 * @typedef {object} Generation
 * @property {string} message id of the answer being written
 * @property {'wait' | 'prefill' | 'decode'} phase
 * @property {number} done prompt tokens processed
 * @property {number} total prompt tokens
 * @property {number} tokensPerSecond
 * @property {boolean} [queued] another answer is written first
 *
 * @typedef {object} Notice
 * @property {'error' | 'warning' | 'info'} kind a warning was handled already
 * @property {string} code stable, snake_case
 * @property {string} message
 * @property {string} remedy
 * @property {Record<string, number>} [values] numbers of it
 * @property {string} [hint] the remedy, where it is one for this very case
 * @property {boolean} [local] of a file of this device, not a server's
 * @property {{label: 'undo' | 'askIt' | 'keepFile' | 'retry' | 'memory' | 'trust' | 'anyway' | 'keepLess', run: () => void}} [action]
 *
 * @typedef {object} AppState
 * @property {ModelState} model
 * @property {import('./chat-tree.js').Chat} chat
 * @property {import('./chat-tree.js').Conversation[]} list newest first
 * @property {Generation | null} generation in the open conversation
 * @property {Readonly<Record<string, 'busy' | 'done'>>} marks conversations that are not open, and an answer is written in them, or has been
 * @property {Notice | null} notice
 * @property {Notice[]} errors the last ones, for the diagnostics
 * @property {{used: number, omitted: readonly string[], shortened: boolean}} context tokens of the last request; ids of messages it
 *   left out; whether an answer that goes on was sent without its beginning
 * @property {import('./disclosure.js').Disclosure | null} disclosure waits for the person
 * @property {Settings} settings
 * @property {import('./documents.js').DocumentsState} documents
 * @property {import('./tables.js').TablesState} tables
 * @property {(() => void) | null} install installs the page as an app, where the browser can
 * @property {import('./better.js').Better | null} better the model that arrives in the background
 * @property {string} [standardRole] in the person's language
 * @property {string} [memoryIntro] what stands before what is remembered, in the person's language
 *
 * @typedef {object} AppOptions
 * @property {() => EngineClient | Promise<EngineClient>} startEngine
 * @property {string} pkg address of the wasm builds
 * @property {string} base what relative model addresses are relative to
 * @property {import('./db.js').ChatStorage} storage
 * @property {Settings} settings
 * @property {Storage} [settingsStorage]
 * @property {(question: string, room: {limit: number, count: (text: string) => Promise<number>}) => Promise<string>} [systemFor] the system prompt for a question, in place of that of the settings
 * @property {() => Promise<string | object | undefined>} [policy] reads the site's policy on answers; nothing read is the default one, and without this there is none
 * @property {false | 'memory'} [documents] whether a person may add documents, and whether they last as long as the page only
 * @property {{remove: (notes: readonly string[]) => Promise<void>}} [seal] what is stored is encrypted, and nothing that was said is kept beside it; `remove` has it plain again
 * @property {import('./served.js').Service} [service] a site's own, which is asked before any model
 * @property {import('../protocol/messages.js').GenerateRequest} [sampling] how a model phrases what the service found
 * @property {boolean} [goesOn] an answer that was being written when the page was left goes on on the next
 * @property {boolean} [siteSettings] they are a site's, and none of them belongs to a conversation
 *
 * @typedef {object} Context what the parts of the app share
 * @property {import('./observable.js').Store<AppState>} store
 * @property {AppOptions} options
 * @property {(error: unknown, action?: Notice['action'], kind?: Notice['kind']) => void} fail shows an error and remembers it
 * @property {(conversation?: string) => void} stop ends the answer that is being written; without a conversation, in all of them
 * @property {ReturnType<typeof import('./open-chats.js').createOpenChats>} chats
 * @property {Map<string, import('../protocol/messages.js').ChatMessage[]>} prompts what the model was told for the last answers, by their ids
 * @property {() => void} resume begins the answer that still waits in the open conversation
 * @property {(patch: Partial<Settings>) => void} change of settings, kept
 */

const ERRORS_KEPT = 20;

/** @param {unknown} error @returns {Notice} */
export function noticeOf(error) {
  const { code, message, remedy, hint, local } = /** @type {Partial<Record<keyof Notice, unknown>>} */ (
    error ?? {}
  );
  return {
    kind: 'error',
    code: typeof code === 'string' ? code : 'internal',
    message: typeof message === 'string' ? message : String(error),
    remedy: typeof remedy === 'string' ? remedy : '',
    ...(typeof hint === 'string' ? { hint } : {}),
    ...(local === true ? { local } : {}),
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
      marks: {},
      notice: null,
      errors: [],
      context: { used: 0, omitted: [], shortened: false },
      disclosure: null,
      settings: options.settings,
      documents: NO_DOCUMENTS,
      tables: NO_TABLES,
      better: null,
      install: null,
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
    chats: createOpenChats(store),
    prompts: new Map(),
    stop: (conversation) => answers.end(conversation),
    resume: () => void answers.resume(),
    change(patch) {
      store.set(({ settings }) => ({ settings: { ...settings, ...patch } }));
      void conversations.own(ownPart(patch));
      writeSettings(options.settingsStorage, patch);
    },
  };
  const readingTime = createReadingTime(options.settingsStorage);
  const model = createModel(context);
  const conversations = createConversations(context);
  const answers = createAnswers(context, model, conversations.save, readingTime);
  /** Export and import, loaded with the first. */
  const transfer = async () =>
    (await import('./exchange/backup.js').catch(incomplete)).createTransfer(context, conversations);
  /** @type {Promise<ReturnType<typeof import('./encoder.js').createEncoder>> | undefined} */
  let encoding;
  /** What searches documents by meaning. */
  const encoder = () =>
    (encoding ??= import('./encoder.js').then(
      ({ createEncoder }) => createEncoder(context, model, documents),
      incomplete,
    ));
  const documents = createDocuments(context, encoder);
  const tables = createTablesOf(context);
  /** @type {Promise<ReturnType<typeof import('./better.js').createBetter>> | undefined} */
  let better;
  return {
    store,
    model,
    /** Seconds that a text takes to be read before its answer begins. @param {string} text */
    readingTime: (text) => readingTime.estimate(store.get().model, text),
    documents,
    tables,
    /** What becomes of files; loaded with the first. */
    files: async () =>
      (await import('./files.js').catch(incomplete)).createFiles(
        context,
        model,
        transfer,
        documents,
        conversations,
        tables,
      ),
    /** The model that arrives in the background; loaded with the first. */
    better: () =>
      (better ??= import('./better.js').then(({ createBetter }) => createBetter(context, model), incomplete)),
    encoder,
    /** Address of the wasm builds. */
    pkg: options.pkg,
    conversations,
    answers,
    requests: createRequests(store, options.base, () => model.client),
    transfer,
    /** What a view could not do. @param {unknown} error @param {Notice['kind']} [kind] */
    report: (error, kind) => context.fail(error, undefined, kind),
    base: options.base,
    /** What the model was told for an answer of this visit. @param {string} message */
    promptOf: (message) => context.prompts.get(message),
    /** SHA-256 of the model's file, where it is known. */
    fingerprint() {
      const { model: state, settings } = store.get();
      return state.status === 'ready' && settings.model === DEFAULTS.model ? DEFAULT_MODEL.sha256 : undefined;
    },
    /** @param {{prompt: () => Promise<unknown>} | undefined} offer of the browser */
    offerInstall: (offer) =>
      store.set({
        install: offer ? () => void offer.prompt().then(() => store.set({ install: null })) : null,
      }),
    dismiss: () => store.set({ notice: null }),
    change: context.change,
    /** What the model is told, in the person's language. @param {{standardRole: string, memoryIntro: string}} words */
    setOwnWords: (words) => store.set(words),
    storage: options.storage,
    seal: options.seal,
    /** The settings as they are for the open conversation. */
    settings: () => settingsOf(store.get()),
  };
}
