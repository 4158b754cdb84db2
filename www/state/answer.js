// Asking and answering: what the person sends, and the engine's stream into the message that answers it.
import { isAbort } from '../engine/protocol.js';
import { addMessage, patchConversation, patchMessage, shownPath } from './chat.js';
import { fitContext } from './context.js';

/**
 * @typedef {import('./chat.js').Chat} Chat
 * @typedef {import('./chat.js').Message} Message
 * @typedef {import('./settings.js').Settings} Settings
 * @typedef {import('../engine/protocol.js').GenerateRequest} GenerateRequest
 * @typedef {import('../engine/protocol.js').DoneEvent} DoneEvent
 */

const SAVE_EVERY = 1000; // ms, while an answer is written
const RESERVE = 512; // tokens of context kept for the answer

/** @param {Settings} settings @returns {GenerateRequest} */
export function samplingOf(settings) {
  const { temperature, topK, topP, minP, repetitionPenalty } = settings;
  return {
    max_tokens: settings.maxTokens,
    temperature,
    ...(temperature > 0 && topK > 0 ? { top_k: topK } : {}),
    ...(temperature > 0 && topP < 1 ? { top_p: topP } : {}),
    ...(temperature > 0 && minP > 0 ? { min_p: minP } : {}),
    ...(repetitionPenalty === 1 ? {} : { repetition_penalty: repetitionPenalty }),
    ...(settings.confidence ? { logprobs: 1 } : {}),
  };
}

/** @param {DoneEvent} done @returns {Partial<Message>} */
function resultOf({ reason, usage, timings }) {
  const { predicted_n, predicted_ms } = timings;
  return {
    status: reason === 'stop' ? 'done' : reason === 'cancelled' ? 'stopped' : 'cut',
    stats: {
      tokens: usage.completion_tokens,
      promptTokens: usage.prompt_tokens,
      cachedTokens: usage.cached_tokens,
      tokensPerSecond: predicted_ms > 0 ? (predicted_n * 1000) / predicted_ms : 0,
    },
  };
}

/**
 * @param {import('./app.js').Context} context
 * @param {ReturnType<typeof import('./model.js').createModel>} model
 * @param {(chat: Chat, messages?: Message[]) => Promise<void>} save
 */
export function createAnswers({ store, fail }, model, save) {
  /** @type {AbortController | undefined} */
  let running;

  /** @param {string} id @param {Partial<Message>} patch */
  const patch = (id, patch) => store.set(({ chat }) => ({ chat: patchMessage(chat, id, patch) }));

  /** @param {string} id */
  const saveMessage = (id) => {
    const { chat } = store.get();
    const message = chat.messages[id];
    return message ? save(chat, [message]) : Promise.resolve();
  };

  /** @param {Message} message @param {AbortSignal} signal @returns {Promise<GenerateRequest>} */
  async function requestFor(message, signal) {
    const client = await model.ready(signal);
    const { chat, settings, model: state } = store.get();
    const path = shownPath(chat);
    const until = path.findIndex(({ id }) => id === message.id);
    const carryOn = message.text !== '';
    const said = path.slice(0, carryOn ? until + 1 : until);
    const limit = state.info?.context_length ?? 2048;
    const { messages, omitted, shortened } = await fitContext(settings.system, said, {
      limit: chat.conversation.keepAll ? Infinity : limit,
      reserve: Math.min(RESERVE, settings.maxTokens, Math.floor(limit / 4)),
      count: async (text) => (await client.tokenize(text)).length,
    });
    store.set(({ context }) => ({ context: { ...context, omitted, shortened } }));
    return {
      messages,
      ...samplingOf(settings),
      ...(carryOn ? { continue_final: true, add_generation_prompt: false } : {}),
    };
  }

  /** @param {Message} message @param {AbortSignal} signal */
  async function stream(message, signal) {
    const request = await requestFor(message, signal);
    const client = await model.ready(signal);
    const { id } = message;
    const generation = { message: id, done: 0, total: 0, tokensPerSecond: 0 };
    let { text } = message;
    /** @type {Array<[string, number]>} */
    const words = [...(message.words ?? [])];
    let saved = performance.now();
    let first = 0;
    let tokens = 0;
    patch(id, { status: 'streaming' });
    for await (const event of client.generate(request, { signal })) {
      if (signal.aborted && event.type !== 'done') continue; // was on its way when the person pressed stop
      if (event.type === 'begin') {
        store.set({
          generation: { ...generation, phase: 'prefill', done: event.cached_n, total: event.prompt_n },
        });
      } else if (event.type === 'prefill') {
        store.set({ generation: { ...generation, phase: 'prefill', done: event.done, total: event.total } });
      } else if (event.type === 'token') {
        const now = performance.now();
        if (tokens++ === 0) first = now;
        text += event.text;
        if (event.logprob !== undefined) words.push([event.text, Math.exp(event.logprob)]);
        const tokensPerSecond = now > first ? ((tokens - 1) * 1000) / (now - first) : 0;
        store.set(({ chat }) => ({
          chat: patchMessage(chat, id, { text }),
          generation: { ...generation, phase: 'decode', tokensPerSecond },
        }));
        if (now - saved > SAVE_EVERY) {
          saved = now;
          void saveMessage(id);
        }
      } else {
        patch(id, {
          ...resultOf(event),
          text: text + event.text,
          ...(words.length > 0 ? { words } : {}),
        });
        store.set(({ context }) => ({ context: { ...context, used: event.usage.total_tokens } }));
      }
    }
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

  /** Writes (or goes on writing) an answer. @param {Message} message */
  async function write(message) {
    const mine = (running = new AbortController());
    store.set({
      generation: { message: message.id, phase: 'wait', done: 0, total: 0, tokensPerSecond: 0 },
      notice: null,
    });
    try {
      await stream(message, mine.signal);
    } catch (error) {
      const { status, text } = store.get().chat.messages[message.id] ?? {};
      const open = status === 'streaming' || status === 'waiting';
      if (isAbort(error)) {
        if (open) patch(message.id, { status: 'stopped' });
      } else {
        patch(message.id, { status: text ? 'stopped' : 'failed' }); // what was written can go on
        fail(error, wayOut(error, message.id));
      }
    }
    if (running === mine) {
      running = undefined;
      store.set({ generation: null });
    }
    await saveMessage(message.id);
  }

  /** @param {Chat} chat @param {string | null} parent */
  function answerTo(chat, parent) {
    const added = addMessage(chat, { parent, role: 'assistant', text: '', status: 'waiting' });
    store.set({ chat: added.chat });
    return added;
  }

  /** @param {string | null} parent @param {string} text */
  async function ask(parent, text) {
    stop();
    const cleared = patchConversation(store.get().chat, { draft: '' });
    const question = addMessage(cleared, { parent, role: 'user', text });
    const { chat, message } = answerTo(question.chat, question.message.id);
    await Promise.all([save(chat, [question.message, message]), write(message)]);
  }

  function stop() {
    if (!running) return;
    running.abort();
    running = undefined;
    const { generation, chat } = store.get();
    store.set({ generation: null });
    // What is written stays; a change of conversation must not wait for the engine to notice.
    const message = generation && chat.messages[generation.message];
    if (message && (message.status === 'waiting' || message.status === 'streaming')) {
      patch(message.id, { status: 'stopped' });
      void saveMessage(message.id);
    }
  }

  /** Another answer beside this one. @param {string} id */
  async function regenerate(id) {
    stop();
    const { chat } = store.get();
    const { parent } = chat.messages[id];
    const added = answerTo(chat, parent);
    await Promise.all([save(added.chat, [added.message]), write(added.message)]);
  }

  /** Goes on with an answer that was cut or stopped. @param {string} id */
  async function carryOn(id) {
    stop();
    await write(store.get().chat.messages[id]);
  }

  return {
    stop,
    regenerate,
    carryOn,
    /** @param {string} text */
    send(text) {
      const path = shownPath(store.get().chat);
      return ask(path[path.length - 1]?.id ?? null, text);
    },
    /** Asks something else in its place; the old branch stays. @param {string} id @param {string} text */
    edit: (id, text) => ask(store.get().chat.messages[id].parent, text),
  };
}
