// The page: wires storage, settings, engine and views. Everything else is in the modules it names.
import { PKG, loadEngine, startEngine } from './engine/start.js';
import { createApp } from './app/app.js';
import { isEmpty } from './app/chat-tree.js';
import { memoryChats, openChats } from './app/db.js';
import { goOffline, keepEngine } from './app/offline.js';
import { readPolicy } from './app/policy-file.js';
import { hasAgreed, readSettings } from './app/settings.js';
import { loadLanguage, pickLanguage } from './ui/lib/i18n.js';
import { MESSAGE_STYLE } from './ui/chat/message-list.js';
import { mountShell } from './ui/chat/shell.js';
import { createSidebar } from './ui/chat/sidebar.js';
import { createTopbar } from './ui/chat/topbar.js';
import { sheetOf } from './ui/lib/style-sheet.js';
import { makeRoomForKeyboard } from './ui/lib/viewport.js';

const LAST = 'loquat-last-conversation';
const storage = (() => {
  try {
    return globalThis.localStorage;
  } catch {
    return undefined; // forbidden: settings last as long as the page
  }
})();

/** The browser's bars around the page, as index.html has them. */
const BARS = { light: '#fffcf6', dark: '#1a1814' };

/** The appearance that concerns the whole document. @param {import('./app/settings.js').Settings} settings */
function applyLook({ theme }) {
  if (theme === 'auto') delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme;
  for (const bar of /** @type {NodeListOf<HTMLMetaElement>} */ (
    document.querySelectorAll('meta[name=theme-color]')
  ))
    bar.content =
      BARS[theme === 'light' || theme === 'dark' ? theme : /dark/.test(bar.media) ? 'dark' : 'light'];
}

/** @param {string} language */
const wordsOf = (language) => loadLanguage(pickLanguage(language, navigator.languages));

const settings = readSettings(storage, new URLSearchParams(location.search));
// Its code comes along while the conversations are read.
if (hasAgreed(settings) && !settings.remote) void loadEngine().catch(() => {});
const storageFailed = /** @type {unknown[]} */ ([]);
const plain = await openChats().catch((error) => {
  storageFailed.push(error);
  return memoryChats();
});
const { chats, seal } = await unsealed(plain);

// Set or taken away in another tab: what is stored reads otherwise from now on.
addEventListener(
  'storage',
  (event) => /** @type {StorageEvent} */ (event).key === 'loquat-lock' && location.reload(),
);

/** Who has set a passphrase is asked for it. @param {import('./app/db.js').ChatStorage} stored */
async function unsealed(stored) {
  if (!storage?.getItem('loquat-lock')) return { chats: stored };
  const { readLock, sealedStorage, unlock } = await import('./app/seal.js');
  const lock = readLock(storage);
  if (!lock) return { chats: stored };
  const { askPassphrase } = await import('./ui/chat/unlock.js');
  applyLook(settings);
  const key = await askPassphrase(document.body, await wordsOf(settings.language), lock, stored);
  const remove = (/** @type {readonly string[]} */ notes) => unlock(stored, key, storage, notes);
  return { chats: sealedStorage(stored, key), seal: { remove } };
}

/** A site names its policy on answers, or asks for the one that comes along. */
const policy = document.querySelector('meta[name=loquat-policy]')?.getAttribute('content') ?? '';
const app = createApp({
  startEngine,
  pkg: PKG,
  base: document.baseURI,
  storage: chats,
  settings,
  ...(storage ? { settingsStorage: storage } : {}),
  ...(seal ? { seal } : {}),
  ...(policy ? { policy: () => readPolicy(policy === 'default' ? '' : policy) } : {}),
});
void app.documents.restore();
void app.tables.restore();

/** What browsers say of a part of the page that could not be loaded when it was wanted. */
const MISSING = /dynamically imported module|Importing a module script failed/;
addEventListener('unhandledrejection', ({ reason }) => {
  if (!(reason instanceof TypeError) || !MISSING.test(reason.message)) return;
  app.report(Object.assign(new Error(reason.message), { code: 'page_incomplete' }));
});

// Shown where it is seen, and not in a bar that comes by itself.
addEventListener('beforeinstallprompt', (event) => {
  event.preventDefault();
  app.offerInstall(/** @type {Event & {prompt: () => Promise<unknown>}} */ (event));
});
addEventListener('appinstalled', () => app.offerInstall(undefined));

/** @type {ReturnType<typeof mountShell> | undefined} */
let shell;
let last = storage?.getItem(LAST) ?? '';

/** @param {string} language */
async function show(language) {
  const i18n = await wordsOf(language);
  document.documentElement.lang = i18n.language;
  document.documentElement.dir = i18n.direction;
  shell?.unmount();
  shell = mountShell(document.body, app, i18n, { sidebar: createSidebar, topbar: createTopbar });
}

/** How it looks on paper, loaded when there is something to print. */
const paper = Object.assign(document.createElement('link'), {
  rel: 'stylesheet',
  media: 'print',
  href: new URL('./ui/chat/print.css', import.meta.url).href,
});

/** Letters that not every model reads. */
const OTHER_LETTERS = /[\u0400-\u04ff\u0600-\u06ff\u0900-\u097f\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]/;

/** When an answer has ended. @param {string} id of its message */
function answered(id) {
  const { chat, settings } = app.store.get();
  const message = chat.messages[id];
  if (settings.remote || message?.status !== 'done') return;
  if (OTHER_LETTERS.test(chat.messages[message.parent ?? '']?.text ?? ''))
    void import('./app/suggestion.js').then(({ suggestModel }) => suggestModel(app, message)).catch(() => {});
}

app.store.subscribe((state, before) => {
  if (before.generation && !state.generation) answered(before.generation.message);
  if (!paper.isConnected && !isEmpty(state.chat)) document.head.append(paper);
  if (state.settings.theme !== before.settings.theme) applyLook(state.settings);
  if (state.settings.language !== before.settings.language) void show(state.settings.language);
  const { id, title, temporary } = state.chat.conversation;
  if (id !== last && !temporary) storage?.setItem(LAST, (last = id));
  const wanted = title ? `${title} · Loquat` : 'Loquat';
  if (document.title !== wanted) document.title = wanted;
});

keepEngine(app.store, async () => (await app.model.client?.network().catch(() => undefined))?.requests ?? []);
applyLook(settings);
// What was said last is shown as it will look.
await Promise.all([app.conversations.restore(last), last && sheetOf(MESSAGE_STYLE).catch(() => {})]);
await show(settings.language);
makeRoomForKeyboard(document.body);
if (storageFailed.length > 0) {
  const message = String(/** @type {Error} */ (storageFailed[0])?.message ?? storageFailed[0]);
  app.report(Object.assign(new Error(message), { code: 'conversations_in_memory' }), 'warning');
}
if (hasAgreed(settings) || settings.remote) {
  const loaded = app.model.load();
  // After the one that answers now, which needs the connection more.
  if (settings.better) void loaded.then(async () => (await app.better()).resume()).catch(() => {});
}
if (matchMedia('(hover: hover)').matches) shell?.focus();

const arrivals = () => import('./app/arrivals.js');
const to = { app, insert: (/** @type {string} */ text) => shell?.insert(text) };
const wish = new URLSearchParams(location.search).get('do');
if (wish) {
  const address = new URL(location.href);
  address.searchParams.delete('do'); // once
  history.replaceState(null, '', address);
  void arrivals().then(({ obey }) => obey(wish, to), app.report);
}
/** @type {{launchQueue?: {setConsumer: (take: (launch: object) => void) => void}}} */ (
  globalThis
).launchQueue?.setConsumer(
  (launch) => void arrivals().then(({ takeLaunch }) => takeLaunch(launch, to), app.report),
);

void goOffline(new URL('./sw.js', import.meta.url), () => {
  const { model, chat } = app.store.get();
  return (
    model.status === 'none' &&
    Object.keys(chat.messages).length === 0 &&
    !document.querySelector('textarea')?.value
  );
});

// For tests and for the curious: the same objects the page uses.
Object.assign(globalThis, { loquat: { app } });
