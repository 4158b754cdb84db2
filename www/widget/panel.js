// What opens in <loquat-chat>: the page's own views and state, with the site's options. Loaded when first opened.
import { BUILDS } from '../engine/builds.js';
import { PKG, startEngine } from '../engine/start.js';
import { createApp } from '../state/app.js';
import { addMessage, shownPath } from '../state/chat.js';
import { memoryChats, openChats } from '../state/db.js';
import { DEFAULTS } from '../state/settings.js';
import { loadLanguage, pickLanguage } from '../ui/i18n.js';
import { mountShell } from '../ui/shell.js';
import { h } from '../ui/dom.js';
import { icon } from '../ui/icons.js';
import { personaPrompt } from '../ui/personas.js';
import { withKnowledge } from './knowledge.js';

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

/** @param {string} address */
async function sheetOf(address) {
  const response = await fetch(address);
  if (!response.ok) throw new Error(`${address} answered ${response.status}.`);
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(await response.text());
  return sheet;
}

/** Asked only when the visitor has opened the chat, and only for the header. @param {string} address */
async function sizeOf(address) {
  const response = await fetch(address, { method: 'HEAD' }).catch(() => undefined);
  return Number(response?.ok ? response.headers.get('Content-Length') : 0) || undefined;
}

/** @param {WidgetOptions} options @returns {import('../state/settings.js').Settings} */
function settingsOf(options) {
  const { model, persona = '', theme = 'auto', language = 'auto', backend = 'auto' } = options;
  const { remote, remoteModel = '' } = options;
  const address = model ? new URL(model, document.baseURI).href : DEFAULTS.model;
  const remoteUrl = remote ? new URL(remote, document.baseURI).href : '';
  const server = { remote: remoteUrl !== '', remoteUrl, remoteModel };
  return { ...DEFAULTS, ...server, model: address, persona, theme, language, backend };
}

/** @param {() => import('../engine/client.js').EngineClient} start */
function withBuilds(start) {
  const client = start();
  if (!BUILDS) return client;
  const load = client.load.bind(client);
  client.load = (source, options) => load(source, { ...options, builds: BUILDS });
  return client;
}

/**
 * @param {HTMLElement} frame
 * @param {ShadowRoot} root
 * @param {WidgetOptions} options
 * @param {Host} host
 */
export async function createPanel(frame, root, options, { emit, close }) {
  const settings = settingsOf(options);
  const language = pickLanguage(settings.language, navigator.languages);
  const i18n = await loadLanguage(language);
  const role = options.system ?? personaPrompt(i18n.t, settings.persona) ?? settings.system;
  const [sheet, system, size] = await Promise.all([
    sheetOf(new URL('../ui/chat.css', import.meta.url).href),
    withKnowledge(role, options.knowledge ?? [], document.baseURI, (error) => emit('error', error)),
    options.modelSize ?? (options.model ? sizeOf(settings.model) : undefined),
  ]);
  root.adoptedStyleSheets = [...root.adoptedStyleSheets, sheet];
  const keeps = options.history !== false;
  const storage = keeps ? await openChats('loquat-widget').catch(() => memoryChats()) : memoryChats();
  const app = createApp({
    startEngine: () => withBuilds(startEngine),
    pkg: PKG,
    base: BASE,
    storage,
    settings: { ...settings, system },
  });
  /** What the visitor agrees to: a download, or that words leave the device. */
  const agreed = `${AGREED}:${settings.remote ? settings.remoteUrl : settings.model}`;
  const local = keeps ? localStore() : undefined;
  await app.conversations.restore(local?.getItem(`${LAST}:${settings.model}`) ?? '');

  const shown = new Set(shownPath(app.store.get().chat).map(({ id }) => id));
  const { greeting, quickReplies } = options;
  const title = options.title ?? 'Loquat';
  const clear = () => app.conversations.start();
  const t = i18n.t;
  const button = (/** @type {string} */ name, /** @type {Node} */ face, /** @type {() => void} */ run) =>
    h('button', { type: 'button', 'aria-label': name, title: name, onclick: run }, face);
  const head = h(
    'header',
    { class: 'head', part: 'head' },
    h('h2', null, title),
    button(t('newChat'), icon('plus'), () => (clear(), shell.focus())),
    close ? button(t('close'), icon('close'), close) : null,
  );
  const body = h('div', { class: 'body', part: 'body' });
  frame.replaceChildren(head, body);
  const shell = mountShell(body, app, i18n, {
    sidebar: false,
    topbar: false,
    welcome: {
      title,
      ...(greeting ? { greeting } : {}),
      ...(quickReplies ? { replies: quickReplies } : {}),
      ...(size ? { size } : {}),
    },
  });

  const stop = app.store.subscribe((state, before) => {
    if (state.model.status !== before.model.status && state.model.status === 'ready') {
      local?.setItem(agreed, 'yes');
      emit('ready', { model: state.model.info });
    }
    if (state.notice !== before.notice && state.notice?.kind === 'error') emit('error', state.notice);
    if (state.chat === before.chat) return;
    if (state.chat.conversation.id !== before.chat.conversation.id) {
      local?.setItem(`${LAST}:${settings.model}`, state.chat.conversation.id);
    }
    for (const { id, role, text, status } of shownPath(state.chat)) {
      if (shown.has(id) || status === 'streaming' || status === 'waiting') continue;
      shown.add(id);
      emit('message', { role, text, status });
    }
  });
  local?.setItem(`${LAST}:${settings.model}`, app.store.get().chat.conversation.id);
  // Agreed before on this site: the weights are in the cache.
  if (local?.getItem(agreed)) void app.model.load();

  return {
    app,
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
      stop();
      app.answers.stop();
      app.model.cancel();
      shell.unmount();
      frame.replaceChildren();
      root.adoptedStyleSheets = root.adoptedStyleSheets.filter((each) => each !== sheet);
      app.model.client?.close();
    },
  };
}
