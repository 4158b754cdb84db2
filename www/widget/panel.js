// What opens in <loquat-chat>: the page's own views and state, with the site's options. Loaded when first opened.
import { holdModules } from '../agent/open-modules.js';
import { BUILDS } from '../worker/builds.js';
import { PKG, startEngine } from '../engine/start.js';
import { createApp } from '../app/app.js';
import { addMessage, shownPath } from '../app/chat-tree.js';
import { memoryChats, openChats } from '../app/db.js';
import { readPolicy } from '../app/policy-file.js';
import { DEFAULTS } from '../app/settings.js';
import { loadLanguage, pickLanguage } from '../ui/lib/i18n.js';
import { mountShell } from '../ui/chat/shell.js';
import { h, setProps } from '../ui/lib/dom.js';
import { icon } from '../ui/lib/icons.js';
import { sheetOf } from '../ui/lib/style-sheet.js';
import { presets } from '../ui/settings/persona-face.js';
import { HEAD_STYLE } from './head-style.js';

/**
 * @typedef {import('./options.js').WidgetOptions} WidgetOptions
 * @typedef {import('./panel-types.js').Host} Host
 */

const AGREED = 'loquat-widget-agreed';
const LAST = 'loquat-widget-last';

/** Where the site's default model is, beside the widget. */
const BASE = new URL('../', PKG).href;

/** @returns {Storage | undefined} */
function localStore() {
  try {
    return globalThis.localStorage;
  } catch {
    return undefined;
  }
}

/** Asked only when the visitor has opened the chat, and only for the header. @param {string} address */
async function sizeOf(address) {
  const response = await fetch(address, { method: 'HEAD' }).catch(() => undefined);
  return Number(response?.ok ? response.headers.get('Content-Length') : 0) || undefined;
}

/** @param {WidgetOptions} options @returns {import('../app/settings.js').Settings} */
function settingsOf(options) {
  const { model, persona = '', theme = 'auto', language = 'auto', backend = 'auto' } = options;
  const { remote, remoteModel = '' } = options;
  const address = model ? new URL(model, document.baseURI).href : DEFAULTS.model;
  const remoteUrl = remote ? new URL(remote, document.baseURI).href : '';
  const server = { remote: remoteUrl !== '', remoteUrl, remoteModel };
  return {
    ...DEFAULTS,
    ...server,
    ...{ model: address, persona, theme, language, backend },
    // Small models repeat themselves, and a visitor of a shop wants a short answer.
    maxTokens: options.maxTokens ?? 512,
    temperature: options.temperature ?? DEFAULTS.temperature,
    repetitionPenalty: options.repetitionPenalty ?? 1.1,
  };
}

/** What the site's texts say; their reader is loaded where there are any. @param {readonly string[]} knowledge @param {(error: unknown) => void} onError @returns {Promise<string[]>} */
async function textsFor(knowledge, onError) {
  if (knowledge.length === 0) return [];
  const { textsOf } = await import('./knowledge.js');
  return textsOf([...knowledge], document.baseURI, onError);
}

/** The system prompt for a question; what chooses it is loaded with the first that a model answers. @param {string} role @param {readonly string[]} texts */
function systemOf(role, texts) {
  /** @type {Promise<ReturnType<typeof import('./passages.js').systemChooser>> | undefined} */
  let choosing;
  // Who wrote the texts is told, not the visitor.
  const told = (/** @type {number} */ tokens, /** @type {number} */ most) =>
    console.warn(
      `<loquat-chat>: system prompt and knowledge have ${tokens} tokens; this model’s context has room for ${most}. Each question gets the passages that share words with it.`,
    );
  /** @type {NonNullable<import('../app/app.js').AppOptions['systemFor']>} */
  return async (question, room) => {
    choosing ??= import('./passages.js').then(({ systemChooser }) => systemChooser(role, texts, told));
    choosing.catch(() => (choosing = undefined)); // out of reach: the next question tries again
    return (await choosing)(question, room);
  };
}

/** Safari has no idle callbacks. @type {(run: () => void) => void} */
const whenIdle = globalThis.requestIdleCallback ?? ((run) => setTimeout(run, 200));

/** @param {() => Promise<import('../engine/client.js').EngineClient>} start */
async function withBuilds(start) {
  const client = await start();
  if (!BUILDS) return client;
  const load = client.load.bind(client);
  client.load = (source, options) => load(source, { ...options, builds: BUILDS });
  return client;
}

/**
 * @param {HTMLElement} frame
 * @param {ShadowRoot} root
 * @param {WidgetOptions} given
 * @param {Host} host
 */
export async function createPanel(frame, root, given, { emit, close, element }) {
  const tools = () => element?.tools ?? given.tools ?? [];
  // What waits for nothing is asked for first: each step below is a way to the server and back.
  const sheetComing = sheetOf(new URL('../ui/chat/chat.css', import.meta.url).href);
  sheetComing.catch(() => {}); // told where it is awaited
  const sizeComing = given.modelSize ?? (given.model ? sizeOf(settingsOf(given).model) : undefined);
  const serves =
    given.config !== undefined ||
    tools().length > 0 ||
    (given.knowledge ?? []).some((entry) => /\.loquat(\?|$)/.test(entry));
  const served = serves ? await import('./service-panel.js') : undefined;
  const made = await served?.configured(given, document.baseURI);
  const options = made?.options ?? given;
  const settings = settingsOf(options);
  const { policy } = options;
  const language = pickLanguage(settings.language, navigator.languages);
  const i18n = await loadLanguage(language);
  const preset = settings.persona
    ? (await presets(i18n)).find(({ id }) => id === settings.persona)
    : undefined;
  const role = options.system ?? preset?.prompt ?? settings.system;
  const [sheet, texts, size] = await Promise.all([
    sheetComing,
    textsFor(options.knowledge ?? [], (error) => emit('error', error)),
    sizeComing,
  ]);
  const headSheet = new CSSStyleSheet();
  headSheet.replaceSync(HEAD_STYLE);
  root.adoptedStyleSheets = [...root.adoptedStyleSheets, headSheet, sheet];
  const keeps = options.history !== false;
  const storage = keeps ? await openChats('loquat-widget').catch(() => memoryChats()) : memoryChats();
  // As long as the site says, and no longer.
  const days = made?.config.retention ?? 0;
  if (days > 0)
    for (const { id, updated } of await storage.list())
      if (updated < Date.now() - days * 86_400_000) await storage.remove(id);
  const letGo = holdModules();
  const site = made && served?.createSiteService(made.config, made.knowledge, language, tools, size);
  const app = createApp({
    startEngine: () => withBuilds(startEngine),
    pkg: PKG,
    base: BASE,
    storage,
    settings: { ...settings, system: role },
    ...(policy === undefined ? {} : { policy: () => readPolicy(policy === 'default' ? '' : policy) }),
    siteSettings: true,
    goesOn: true,
    ...(options.documents
      ? keeps
        ? {}
        : { documents: /** @type {const} */ ('memory') }
      : { documents: /** @type {const} */ (false) }),
    ...(site ? { service: site.service } : {}),
    ...(site ? { sampling: { temperature: 0, repetition_penalty: settings.repetitionPenalty } } : {}),
    systemFor: systemOf(role, texts),
  });
  site?.attach(app);
  /** What the visitor agrees to: a download, or that words leave the device. */
  const agreed = `${AGREED}:${settings.remote ? settings.remoteUrl : settings.model}`;
  const local = keeps ? localStore() : undefined;
  const last = `${LAST}:${settings.model}${options.id ? `#${options.id}` : ''}`;
  await app.conversations.restore(local?.getItem(last) ?? '');

  const shown = new Set(shownPath(app.store.get().chat).map(({ id }) => id));
  const { greeting, quickReplies } = options;
  const title = options.title ?? 'Loquat';
  const clear = () => app.conversations.start();
  const t = i18n.t;
  const button = (/** @type {string} */ name, /** @type {Node} */ face, /** @type {() => void} */ run) =>
    h('button', { type: 'button', 'aria-label': name, title: name, onclick: run }, face);
  const about = site
    ? h('button', { type: 'button', hidden: true, onclick: () => void showAbout() }, icon('shield'))
    : null;
  const head = h(
    'header',
    { class: 'head', part: 'head' },
    h('h2', null, title),
    about,
    button(t('newChat'), icon('plus'), () => (clear(), shell.focus())),
    close ? button(t('close'), icon('close'), close) : null,
  );
  const body = h('div', { class: 'body', part: 'body' });
  frame.replaceChildren(head, body);
  const shell = mountShell(body, app, i18n, {
    site: site?.ui ?? { rates: false },
    welcome: {
      title,
      ...(greeting ? { greeting } : {}),
      ...(quickReplies ? { replies: quickReplies } : {}),
      ...(size ? { size } : {}),
      ...(options.modelName ? { modelName: options.modelName } : {}),
      ...(site?.welcome ?? {}),
      ...(options.face ? { face: options.face } : {}),
    },
  });

  /** @type {(() => void) | undefined} */
  let forget;
  /** What the engine has read goes over to the next page. */
  async function keepReading() {
    const { keepSession } = await import('../app/kept-session.js');
    if (!gone) forget ??= keepSession(app, options.id ?? '', { days });
  }
  let gone = false;

  const stop = app.store.subscribe((state, before) => {
    if (state.model.status === 'loading' && before.model.status !== 'loading' && keeps && !settings.remote)
      void keepReading().catch(() => {});
    if (state.model.status !== before.model.status && state.model.status === 'ready') {
      local?.setItem(agreed, 'yes');
      emit('ready', { model: state.model.info });
    }
    if (state.notice !== before.notice && state.notice?.kind === 'error') emit('error', state.notice);
    if (state.chat === before.chat) return;
    if (state.chat.conversation.id !== before.chat.conversation.id) {
      local?.setItem(last, state.chat.conversation.id);
    }
    for (const { id, role, text, status } of shownPath(state.chat)) {
      if (shown.has(id) || status === 'streaming' || status === 'waiting') continue;
      shown.add(id);
      emit('message', { role, text, status });
    }
  });
  local?.setItem(last, app.store.get().chat.conversation.id);
  whenIdle(() => void finish().catch(() => {}));
  // Agreed before on this site: the weights are in the cache.
  if (local?.getItem(agreed)) void app.model.load();

  /** What the first view does without. */
  async function finish() {
    site?.warm();
    (await import('./option-check.js')).warnOf(options.attributes ?? []);
    if (!about || !site) return;
    const name = await site.aboutWords();
    setProps(about, { 'aria-label': name, title: name, hidden: false });
  }

  async function showAbout() {
    const dialog = await site?.about(i18n);
    if (!dialog) return;
    shell.root.append(dialog);
    dialog.showModal();
  }

  return {
    app,
    report: () => site?.report() ?? Promise.resolve(undefined),
    focusInput: () => shell.focus(),
    clear,
    /** @param {string} text */
    sendMessage: (text) => app.answers.send(text),
    /** @param {{role: 'user' | 'assistant', text: string}} message */
    async addMessage({ role, text }) {
      const { chat } = app.store.get();
      const path = shownPath(chat);
      const added = addMessage(chat, { parent: path[path.length - 1]?.id ?? null, role, text });
      app.store.set({ chat: added.chat });
      await app.conversations.save(added.chat, [added.message]);
    },
    /** Ends the worker, and with it all memory that the engine took. */
    async destroy() {
      letGo();
      stop();
      gone = true;
      forget?.();
      app.answers.stop();
      shell.unmount();
      frame.replaceChildren();
      root.adoptedStyleSheets = root.adoptedStyleSheets.filter(
        (each) => each !== sheet && each !== headSheet,
      );
      app.model.close(); // also while it loads: then there is an engine, but no client yet
    },
  };
}
