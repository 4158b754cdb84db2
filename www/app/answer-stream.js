// One answer: what the model is told for it, and its stream into the message. Loaded with the first question.
import { isUnsure, wordsOfAnswer } from '../agent/confidence.js';
import { answer, allSkills, allTools, repeatsFrom } from '../agent/answering.js';
import { partsText } from '../agent/part-texts.js';
import { incomplete } from '../protocol/messages.js';
import { patchConversation, patchMessage, shownPath } from './chat-tree.js';
import { fitContext } from './context-window.js';
import { mayHear } from './disclosure.js';
import { readFacts, withFacts } from './memory.js';
import { createPolicy } from './policy.js';
import { roleOf, settingsOf } from './own-settings.js';

/**
 * @typedef {import('./chat-tree.js').Message} Message
 * @typedef {import('./settings.js').Settings} Settings
 * @typedef {import('../protocol/messages.js').GenerateRequest} GenerateRequest
 * @typedef {import('../protocol/messages.js').DoneEvent} DoneEvent
 * @typedef {import('../protocol/parts.js').Part} Part
 * @typedef {{temperature?: number}} Sampling
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
 * Text goes on in the last part, or begins one.
 * @param {readonly Part[]} parts @param {string} text @returns {Part[]}
 */
function withText(parts, text) {
  const last = parts[parts.length - 1];
  if (text === '') return [...parts];
  if (last?.type !== 'text') return [...parts, { type: 'text', text }];
  return [...parts.slice(0, -1), { type: 'text', text: last.text + text }];
}

/**
 * @param {import('./app.js').Context} context
 * @param {ReturnType<typeof import('./model.js').createModel>} model
 * @param {(message: Message) => Promise<void>} saveMessage as it is by now
 * @param {ReturnType<typeof import('./reading-time.js').createReadingTime>} readingTime
 */
export function createStream({ store, options, fail, chats, prompts }, model, saveMessage, readingTime) {
  const guardFor = createPolicy(options, fail);

  /** @param {Message} message @param {Partial<Message>} patch */
  const patch = ({ id, conversation }, patch) =>
    chats.scope(conversation).set(({ chat }) => ({ chat: patchMessage(chat, id, patch) }));

  /** @param {Message} message @param {AbortSignal} signal @param {Sampling} [sampling] @returns {Promise<{request: GenerateRequest, client: import('../api/remote/remote-client.js').ChatClient}>} */
  async function requestFor(message, signal, sampling) {
    const client = await model.ready(signal);
    const here = chats.scope(message.conversation);
    await mayHear(here, client.server, message.id, signal);
    const { chat, model: state } = here.get();
    const settings = settingsOf(here.get());
    const path = shownPath(chat);
    const until = path.findIndex(({ id }) => id === message.id);
    const carryOn = message.text !== '' && !message.drafted;
    const said = path.slice(0, carryOn ? until + 1 : until);
    const limit = state.info?.context_length ?? 2048;
    const count = async (/** @type {string} */ text) => (await client.tokenize(text)).length;
    const question = said.filter(({ role }) => role === 'user').pop()?.text ?? '';
    const facts = await remembered(chat.conversation, client);
    const role = roleOf(settings.system, store.get());
    const system =
      (await options.systemFor?.(question, { limit, count })) ??
      withFacts(role, store.get().memoryIntro ?? '', facts);
    const rest = samplingOf({ ...settings, ...sampling });
    // How sure the model is costs next to nothing here; a GPU would have to hand over all its logits for it.
    if (rest.logprobs === undefined && !client.server && state.info?.backend === 'cpu') rest.logprobs = 0;
    const { messages, omitted, shortened, first } = await fitContext(client, system, said, {
      limit: chat.conversation.keepAll ? Infinity : limit,
      reserve: Math.min(RESERVE, settings.maxTokens, Math.floor(limit / 4)),
      request: rest,
      ...(chat.conversation.first ? { first: chat.conversation.first } : {}),
    });
    if (first !== chat.conversation.first)
      here.set((state) => ({ chat: patchConversation(state.chat, { first }) })); // stored with the answer
    here.set(({ context }) => ({ context: { ...context, omitted, shortened } }));
    patch(message, { model: state.name, ...(facts.length > 0 ? { remembered: facts } : {}) });
    const request = {
      messages,
      ...rest,
      ...(carryOn ? { continue_final: true, add_generation_prompt: false } : {}),
    };
    return { request, client }; // this client: whoever takes its place meanwhile was not asked about
  }

  /**
   * Never for a site, in a temporary chat, or to a server: what is remembered does not leave the device.
   * @param {import('./chat-tree.js').Conversation} conversation @param {{server?: string | undefined}} client
   */
  async function remembered({ temporary }, { server }) {
    const { memory } = store.get().settings;
    if (!memory || temporary || server || options.siteSettings) return [];
    return readFacts(options.storage);
  }

  /** What skills are told of a question. @param {GenerateRequest} request @returns {import('../agent/skills.js').Question} */
  function questionOf({ messages = [] }) {
    const { model: state } = store.get();
    const { name, info } = state;
    return {
      text: messages[messages.length - 1]?.content ?? '',
      messages,
      today: new Date().toLocaleDateString('sv'), // year-month-day, in this place's time
      model: { name, ...(info ? { parameters: info.parameters, fast: info.backend === 'gpu' } : {}) },
      pkg: options.pkg,
    };
  }

  /** The template that the question is, filled in. @param {Message} message */
  const formOf = ({ conversation, parent }) =>
    /** @type {import('../protocol/parts.js').FormPart | undefined} */ (
      chats
        .scope(conversation)
        .get()
        .chat.messages[parent ?? '']?.parts?.find(({ type }) => type === 'form')
    );

  /** @param {Message} message @param {import('../protocol/parts.js').FormPart} form @param {AbortSignal} signal */
  async function draft(message, form, signal) {
    const client = await model.ready(signal);
    await mayHear(chats.scope(message.conversation), client.server, message.id, signal);
    const { parameters } = store.get().model.info ?? {};
    const guard = await guardFor();
    patch(message, { status: 'streaming' });
    const { writeDraft } = await import('./drafts.js').catch(incomplete);
    await writeDraft({
      client,
      form,
      message,
      signal,
      ...(parameters ? { parameters } : {}),
      ...(guard ? { guard } : {}),
      patch: (change) => patch(message, change),
      save: () => saveMessage(message),
    });
  }

  /**
   * The policy's notice stands below what was written, however the answer has ended.
   * @param {Message} message @param {Part} notice @param {readonly Part[]} parts @param {string} text
   */
  function withNotice(message, notice, parts, text) {
    const written = parts.length === 0 ? withText([], text) : parts;
    const shown = [...written.filter((part) => part.type !== 'notice' || part.code !== 'policy'), notice];
    patch(message, { parts: shown, text: partsText(shown) });
  }

  /** @param {Message} message @param {AbortSignal} signal @param {Sampling} [sampling] other than the settings' */
  async function stream(message, signal, sampling) {
    const form = formOf(message);
    if (form) return draft(message, form, signal);
    const { request, client } = await requestFor(message, signal, sampling);
    const { id } = message;
    prompts.set(id, request.messages ?? []);
    const here = chats.scope(message.conversation);
    const goesOn = message.text !== '' && !message.drafted;
    /** @type {Part[]} empty as long as there is nothing but text */
    let parts = message.drafted ? [] : [...(message.parts ?? [])];
    const generation = { message: id, done: 0, total: 0, tokensPerSecond: 0 };
    let text = message.drafted ? '' : message.text;
    /** @type {Part | undefined} */
    let notice;
    /** @type {Array<[string, number]>} */
    const words = [...(message.words ?? [])];
    let saved = performance.now();
    let first = 0;
    let tokens = 0;
    patch(message, { status: 'streaming' });
    const how = goesOn ? {} : { question: questionOf(request), skills: allSkills(), tools: allTools() };
    /** @param {string} more */
    const written = (more) => {
      if (parts.length === 0) return { text: (text += more) };
      parts = withText(parts, more);
      return { parts, text: (text = partsText(parts)) };
    };
    const guard = await guardFor();
    try {
      for await (const event of answer(client, request, { signal, ...how, ...(guard ? { guard } : {}) })) {
        if (signal.aborted && event.type !== 'done') continue; // was on its way when the person pressed stop
        if (event.type === 'begin') {
          here.set({
            generation: { ...generation, phase: 'prefill', done: event.cached_n, total: event.prompt_n },
          });
        } else if (event.type === 'prefill') {
          here.set({ generation: { ...generation, phase: 'prefill', done: event.done, total: event.total } });
        } else if (event.type === 'token') {
          const now = performance.now();
          if (tokens++ === 0) first = now;
          const patched = written(event.text);
          if (event.logprob !== undefined) words.push([event.text, Math.exp(event.logprob)]);
          const tokensPerSecond = now > first ? ((tokens - 1) * 1000) / (now - first) : 0;
          here.set(({ chat }) => ({
            chat: patchMessage(chat, id, patched),
            generation: { ...generation, phase: 'decode', tokensPerSecond },
          }));
          if (now - saved > SAVE_EVERY) {
            saved = now;
            void saveMessage(message);
          }
          const again = parts.length === 0 && /[.!?。！？\n]\s*$/.test(event.text) ? repeatsFrom(text) : -1;
          // Leaving ends it.
          if (again >= 0)
            return patch(message, { status: 'done', text: (text = text.slice(0, again).trimEnd()) });
        } else if (event.type === 'draft') {
          const shown = [...parts, ...event.parts];
          patch(message, { parts: shown, text: partsText(shown), drafted: event.parts.length > 0 });
          if (performance.now() - saved > SAVE_EVERY) {
            saved = performance.now();
            void saveMessage(message);
          }
        } else if (event.type === 'part' && event.part.type === 'notice' && event.part.code === 'policy') {
          notice = event.part;
        } else if (event.type === 'part') {
          if (parts.length === 0) parts = withText([], text);
          parts = [...parts, event.part];
          patch(message, { parts, text: (text = partsText(parts)), drafted: false });
        } else if (event.type === 'answered') {
          notice = undefined; // the guard's own words, or what stands in documents and tables
          patch(message, { status: 'done', ...(event.refused ? { refused: true } : {}) });
        } else if (event.type === 'done') {
          readingTime.learn(store.get().model, event.timings);
          const { messages = [] } = request;
          const unsure =
            !goesOn && isUnsure(messages[messages.length - 1]?.content ?? '', wordsOfAnswer(words));
          patch(message, {
            ...resultOf(event),
            ...written(event.text),
            ...(words.length > 0 && request.logprobs ? { words } : {}),
            ...(unsure && event.reason === 'stop' && parts.length === 0 && !notice ? { unsure } : {}),
          });
          here.set(({ context }) => ({ context: { ...context, used: event.usage.total_tokens } }));
        }
      }
    } finally {
      if (notice && text !== '') withNotice(message, notice, parts, text);
    }
  }

  return stream;
}
