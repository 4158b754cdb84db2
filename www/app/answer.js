// Asking and answering: what the person sends, and the engine's stream into the message that answers it.
import { incomplete, isAbort } from '../protocol/messages.js';
import { addMessage, patchConversation, patchMessage, shownPath } from './chat-tree.js';
import { whenUnwritten, writeAlone } from './answer-lock.js';
import { withAttached } from './attached.js';
import { saidTo } from './disclosure.js';
import { ownPart } from './own-settings.js';
import { createUnfinished } from './unfinished.js';

/**
 * @typedef {import('./chat-tree.js').Chat} Chat
 * @typedef {import('./chat-tree.js').Message} Message
 * @typedef {import('./settings.js').Settings} Settings
 * @typedef {import('../protocol/messages.js').GenerateRequest} GenerateRequest
 * @typedef {import('../protocol/messages.js').DoneEvent} DoneEvent
 * @typedef {import('../protocol/parts.js').Part} Part
 * @typedef {import('./answer-stream.js').Sampling} Sampling
 */

/** Loaded with the first question. */
const loadStream = () => import('./answer-stream.js').catch(incomplete);

/**
 * @param {import('./app.js').Context} context
 * @param {ReturnType<typeof import('./model.js').createModel>} model
 * @param {(chat: Chat, messages?: Message[]) => Promise<void>} save
 * @param {ReturnType<typeof import('./reading-time.js').createReadingTime>} readingTime
 */
export function createAnswers(context, model, save, readingTime) {
  const { store, options, fail, chats } = context;
  /** Answers under way, by conversation: each ends by itself, by its stop, or for another in the same place. @type {Map<string, {message: string, abort: AbortController}>} */
  const running = new Map();
  /** @type {Promise<ReturnType<typeof import('./answer-stream.js').createStream>> | undefined} */
  let streaming;
  /** @type {Promise<ReturnType<typeof import('./served.js').createServing>> | undefined} */
  let serving;
  /** @type {ReturnType<typeof import('./part-edits.js').createPartEdits> | undefined} */
  let editing;
  /** @type {ReturnType<typeof import('./code-runs.js').createCodeRuns> | undefined} */
  let programs;

  /** @param {Message} message @param {Partial<Message>} patch */
  const patch = ({ id, conversation }, patch) =>
    chats.scope(conversation).set(({ chat }) => ({ chat: patchMessage(chat, id, patch) }));

  /** @param {Message} message */
  const saveMessage = ({ id, conversation }) => {
    const { chat } = chats.scope(conversation).get();
    const message = chat.messages[id];
    return message ? save(chat, [message]) : Promise.resolve();
  };

  /** What the site's own service answers. @param {Message} message @param {AbortSignal} signal @returns {Promise<boolean>} whether it has */
  async function serve(message, signal) {
    const { service } = options;
    if (!service || message.text !== '') return false;
    serving ??= import('./served.js').then(
      ({ createServing }) => createServing(service, context, model, patch),
      incomplete,
    );
    serving.catch(() => (serving = undefined)); // out of reach: the next question tries again
    return (await serving)(message, signal);
  }

  /** @param {Message} message @param {AbortSignal} signal @param {Sampling | undefined} sampling */
  async function stream(message, signal, sampling) {
    if (await serve(message, signal)) return;
    streaming ??= loadStream().then(({ createStream }) =>
      createStream(context, model, saveMessage, readingTime),
    );
    streaming.catch(() => (streaming = undefined)); // out of reach: the next question tries again
    await (
      await streaming
    )(message, signal, sampling);
  }

  /** @param {unknown} error @param {string} id of the message @returns {import('./app.js').Notice['action']} */
  function wayOut(error, id) {
    const again = () => {
      const message = store.get().chat.messages[id];
      if (message) void (message.text ? carryOn(id) : regenerate(id)); // else another conversation is open by now
    };
    const { code } = /** @type {{code?: unknown}} */ (error ?? {});
    const { chat } = store.get();
    if (code !== 'context_full' || !chat.conversation.keepAll) return { label: 'retry', run: again };
    const run = () => {
      store.set({ chat: patchConversation(store.get().chat, { keepAll: false }) });
      again();
    };
    return { label: 'keepLess', run };
  }

  /** Writes (or goes on writing) an answer, unless another tab does; the engine takes one after the other. @param {Message} message @param {Sampling} [sampling] */
  async function write(message, sampling) {
    const { id, conversation } = message;
    const here = chats.scope(conversation);
    const mine = new AbortController();
    running.set(conversation, { message: id, abort: mine });
    chats.begin(conversation, { message: id, phase: 'wait', done: 0, total: 0, tokensPerSecond: 0 });
    store.set({ notice: null });
    let alone = false;
    try {
      await writeAlone(id, () => {
        alone = true;
        return stream(message, mine.signal, sampling);
      });
    } catch (error) {
      const { status, text } = here.get().chat.messages[id] ?? {};
      const open = status === 'streaming' || status === 'waiting';
      if (isAbort(error)) {
        if (open) patch(message, { status: 'stopped' });
      } else {
        patch(message, { status: text ? 'stopped' : 'failed' }); // what was written can go on
        fail(error, wayOut(error, id));
      }
    }
    const saved = alone ? saveMessage(message) : undefined;
    if (running.get(conversation)?.abort === mine) {
      running.delete(conversation);
      chats.end(conversation, !mine.signal.aborted);
    }
    await saved;
  }

  /** @param {Chat} chat @param {string | null} parent */
  function answerTo(chat, parent) {
    const added = addMessage(chat, { parent, role: 'assistant', text: '', status: 'waiting' });
    store.set({ chat: added.chat });
    return added;
  }

  /** @param {string | null} parent @param {string} text @param {Part[]} [parts] */
  async function ask(parent, text, parts) {
    stop();
    const { settings, chat: before } = store.get();
    const own = options.siteSettings ? {} : { own: { ...ownPart(settings), ...before.conversation.own } };
    const cleared = patchConversation(saidTo(before, settings, options.base), {
      draft: '',
      attached: [],
      ...own,
    });
    const question = addMessage(cleared, { parent, role: 'user', text, ...(parts ? { parts } : {}) });
    const { chat, message } = answerTo(question.chat, question.message.id);
    await Promise.all([save(chat, [question.message, message]), write(message)]);
  }

  /** At the end, with what goes with it. @param {string} text */
  function send(text) {
    const { chat } = store.get();
    const path = shownPath(chat);
    return ask(path[path.length - 1]?.id ?? null, withAttached(text, chat.conversation.attached));
  }

  /** Ends the answer of the open conversation. */
  const stop = () => end(store.get().chat.conversation.id);

  /** @param {string} [conversation] without it, all that are under way */
  function end(conversation) {
    if (conversation === undefined) return void [...running.keys()].forEach(end);
    const answer = running.get(conversation);
    if (!answer) return;
    running.delete(conversation);
    answer.abort.abort();
    // What is written stays; a change of conversation must not wait for the engine to notice.
    const message = chats.scope(conversation).get().chat.messages[answer.message];
    if (message && (message.status === 'waiting' || message.status === 'streaming')) {
      patch(message, { status: 'stopped' });
      void saveMessage(message);
    }
    chats.end(conversation, false);
  }

  /** Another answer beside this one. @param {string} id @param {Sampling} [sampling] other than the settings' */
  async function regenerate(id, sampling) {
    stop();
    const { chat } = store.get();
    const { parent } = chat.messages[id];
    const added = answerTo(chat, parent);
    await Promise.all([save(added.chat, [added.message]), write(added.message, sampling)]);
  }

  /** Goes on with an answer that was cut or stopped. @param {string} id */
  async function carryOn(id) {
    stop();
    await write(store.get().chat.messages[id]);
  }

  // A page that is left keeps the last words too.
  globalThis.addEventListener?.('pagehide', () => {
    const [[conversation, { message: id }] = ['', { message: '' }]] = running;
    const message = chats.scope(conversation).get().chat.messages[id];
    const { temporary } = chats.scope(conversation).get().chat.conversation;
    if (message?.text && !temporary && !options.seal) createUnfinished(options.settingsStorage).keep(message);
  });

  /** What edits the parts of an answer that is there. */
  const edits = () =>
    import('./part-edits.js').then(
      ({ createPartEdits }) => (editing ??= createPartEdits(context, model, saveMessage)),
      incomplete,
    );

  /** Runs the programs in answers. */
  const runs = () =>
    Promise.all([import('./code-runs.js'), edits()]).then(
      ([{ createCodeRuns }, made]) => (programs ??= createCodeRuns(context, made, { send, regenerate })),
      incomplete,
    );

  return {
    stop,
    end,
    edits,
    runs,
    /**
     * Puts an edited part in its place: in the state at once, for what is drawn meanwhile would undo the edit, and kept
     * a moment later.
     * @param {string} id of the message @param {number} at which of its parts @param {Part} part
     */
    async changePart(id, at, part) {
      const message = store.get().chat.messages[id];
      if (!message?.parts?.[at]) return;
      patch(message, { parts: message.parts.map((each, i) => (i === at ? part : each)) });
      await (await edits()).keepParts(message);
    },
    /** A question that was asked before a reload, and still waits for its answer. */
    async resume() {
      const waiting = () => {
        const { chat } = store.get();
        if (running.has(chat.conversation.id)) return undefined;
        const last = shownPath(chat).pop();
        return last?.role === 'assistant' && last.status === 'waiting' ? last : undefined;
      };
      const first = waiting();
      if (first) await whenUnwritten(first.id);
      const message = waiting(); // no other tab has answered it meanwhile
      if (message) await write(message);
    },
    regenerate,
    carryOn,
    send,
    /** Asks something else in its place; the old branch stays. @param {string} id @param {string} text */
    edit: (id, text) => ask(store.get().chat.messages[id].parent, text),
    /** Has a template written, at the end or in place of another question. @param {import('../protocol/parts.js').FormPart} form @param {string} text its words @param {string} [instead] */
    fill(form, text, instead) {
      const { chat } = store.get();
      const parent = instead ? chat.messages[instead].parent : (shownPath(chat).pop()?.id ?? null);
      return ask(parent, text, [form]);
    },
  };
}
