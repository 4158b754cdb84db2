// What a site's configuration and knowledge change in the open chat: who answers, what is offered, and the ways to a person.
// Loaded with the first chat that has either.
import { shownPath } from '../app/chat-tree.js';
import { greetingFor, isOpen, repliesFor, textIn } from '../service/config.js';
import { fetchConfig } from '../service/config-file.js';
import { serviceWords } from '../service/words.js';
import { pickLanguage } from '../ui/lib/i18n.js';

/**
 * @typedef {import('./options.js').WidgetOptions} WidgetOptions
 * @typedef {import('../service/config.js').ServiceConfig} ServiceConfig
 */

/** An address of a file that `knowledge build` made. @param {string} entry */
export const isKnowledgeFile = (entry) => /^\S+\.loquat(\?\S*)?$/.test(entry.trim());

/**
 * @param {WidgetOptions} options @param {string} base
 * @returns {Promise<{options: WidgetOptions, config: ServiceConfig, knowledge?: string | Blob}>} options as the configuration fills them: attributes count more
 */
export async function configured(options, base) {
  const at = (/** @type {string} */ address, /** @type {string} */ from = base) =>
    new URL(address, from).href;
  const address = typeof options.config === 'string' ? at(options.config) : '';
  /** @type {ServiceConfig} */
  let config = typeof options.config === 'object' ? options.config : { version: 1 };
  if (address) {
    // What is wrong with it is told to whoever wrote it; the visitor gets a chat without it.
    const told = (/** @type {string} */ what) => console.warn(`<loquat-chat>: ${what}`);
    const read = await fetchConfig(address).catch((error) => told(`${error.message} ${error.remedy ?? ''}`));
    if (read) config = read.config;
    for (const { line, reason } of read?.problems ?? []) told(`${address}, line ${line}: ${reason}`);
  }
  const wanted = options.language ?? 'auto';
  const language = pickLanguage(wanted, navigator.languages, config.languages);
  const built = (options.knowledge ?? []).filter(isKnowledgeFile);
  const here = { path: options.page ?? location.pathname, language };
  const greeting = greetingFor(config, here);
  const quickReplies = repliesFor(config, here);
  const title = textIn(config.name, language);
  const from = address || base;
  return {
    config,
    ...(options.knowledgeFile
      ? { knowledge: options.knowledgeFile }
      : built[0]
        ? { knowledge: at(built[0]) }
        : config.knowledge
          ? { knowledge: at(config.knowledge, from) }
          : {}),
    options: {
      ...(greeting ? { greeting } : {}),
      ...(quickReplies ? { quickReplies } : {}),
      ...(config.policy ? { policy: config.policy === 'default' ? 'default' : at(config.policy, from) } : {}),
      ...(config.retention === 0 ? { history: false } : {}),
      ...(wanted === 'auto' && config.languages ? { language } : {}),
      ...options,
      ...(title && (!options.title || options.title === 'Loquat') ? { title } : {}),
      knowledge: (options.knowledge ?? []).filter((entry) => !isKnowledgeFile(entry)),
    },
  };
}

/** Only after the visitor has agreed, for each rating. @param {string} action */
const senderOf = (action) => async (/** @type {import('../app/feedback.js').Rating} */ rating) => {
  const headers = { 'Content-Type': 'application/json' };
  const answer = await fetch(action, { method: 'POST', headers, body: JSON.stringify(rating) }).catch(
    () => undefined,
  );
  return answer?.ok ?? false;
};

/**
 * @param {ServiceConfig} config @param {string | Blob | undefined} knowledge @param {string} language
 * @param {() => readonly import('../service/site-tools.js').SiteTool[]} [tools] by the first question @param {number} [modelSize] bytes
 */
export function createSiteService(config, knowledge, language, tools = () => [], modelSize = 0) {
  /** @type {Array<{kind: string, question: string, sources: string[]}>} */
  const answered = [];
  /** What answers: loaded when the chat has been drawn, or with the first question. @type {Promise<import('../service/service.js').SiteService> | undefined} */
  let loading;
  const load = () => {
    loading ??= import('../service/service.js').then(({ createService }) =>
      createService({
        config,
        language,
        tools,
        ...(knowledge ? { knowledge } : {}),
        onDecision: ({ kind, sources }, question) => void answered.push({ kind, question, sources }),
      }),
    );
    loading.catch(() => (loading = undefined)); // out of reach: the next question tries again
    return loading;
  };
  /** @type {import('../app/served.js').Service} */
  const service = { answer: async (question, context) => (await load()).answer(question, context) };
  let sent = 0;
  /** @type {import('../app/app.js').App | undefined} */
  let app;
  const downloaded = () => (app?.store.get().model.status === 'ready' ? modelSize : 0);
  /** @param {string} reason */
  async function waysToPerson(reason) {
    const [{ createHandover }, { partsText }, say] = await Promise.all([
      import('./handover.js'),
      import('../agent/part-texts.js'),
      serviceWords(language),
    ]);
    const transcript = () =>
      app
        ? shownPath(app.store.get().chat)
            .filter(({ status }) => status === 'done')
            .map(
              ({ role, text, parts }) =>
                `${say(role === 'user' ? 'visitor' : 'assistant')}: ${parts ? partsText(parts) : text}`,
            )
            .join('\n\n')
        : '';
    return createHandover(config, {
      say,
      language,
      reason,
      transcript,
      open: isOpen(config),
      sent: () => sent++,
    });
  }

  return {
    service,
    /** Fetches what every question needs. */
    warm: () =>
      void load().then(
        ({ warm }) => warm(),
        () => {},
      ),
    /** For the merchant: what was asked in this visit, how it was answered, and what it took. */
    async report() {
      const { costOf } = await import('../service/cost.js');
      const state = app?.store.get();
      const { pricePerMillion, currency } = config.cost ?? {};
      const known = {
        sent,
        downloaded: downloaded(),
        ...(pricePerMillion === undefined ? {} : { pricePerMillion }),
      };
      const cost = costOf(state ? shownPath(state.chat) : [], known);
      return { answered: [...answered], cost, ...(currency ? { currency } : {}) };
    },
    /** A dialog that says what the conversation took. @param {import('../ui/lib/i18n.js').I18n} i18n */
    async about(i18n) {
      const [{ aboutChat }, say] = await Promise.all([import('./about-chat.js'), serviceWords(language)]);
      return app && aboutChat(app, i18n, say, { sent, downloaded: downloaded() });
    },
    aboutWords: async () => (await serviceWords(language))('aboutChat'),
    /** What the welcome says of it. */
    welcome: {
      serves: knowledge !== undefined,
      ...(config.disclosure ? { disclosure: textIn(config.disclosure, language) } : {}),
      ...(config.face && /^(\/|\.|https:)/.test(config.face) ? { face: config.face } : {}),
    },
    /** @param {import('../app/app.js').App} made */
    attach(made) {
      app = made;
    },
    ui: {
      waysToPerson,
      rates: config.rating === true,
      ...(config.feedback
        ? {
            sendFeedback: async (/** @type {import('../app/feedback.js').Rating} */ rating) => {
              const arrived = await senderOf(config.feedback?.action ?? '')(rating);
              if (arrived) sent++;
              return arrived;
            },
          }
        : {}),
      async runTool(/** @type {string} */ name, /** @type {Record<string, string>} */ given) {
        const say = await serviceWords(language);
        const [{ runSiteTool }, tool] = [
          await import('../service/site-tools.js'),
          tools().find((each) => each.name === name),
        ];
        return tool ? runSiteTool(tool, given, say('toolFailed')) : { text: say('toolFailed'), done: false };
      },
    },
  };
}
