// The page: wires storage, settings, engine and views. Everything else is in the modules it names.
import { PKG, startEngine } from './engine/start.js';
import { createApp } from './state/app.js';
import { memoryChats, openChats } from './state/db.js';
import { goOffline, keepEngine } from './state/offline.js';
import { readSettings } from './state/settings.js';
import { loadLanguage, pickLanguage } from './ui/i18n.js';
import { mountShell } from './ui/shell.js';
import { makeRoomForKeyboard } from './ui/viewport.js';

const LAST = 'loquat-last-conversation';
const storage = (() => {
  try {
    return globalThis.localStorage;
  } catch {
    return undefined; // forbidden: settings last as long as the page
  }
})();

const settings = readSettings(storage, new URLSearchParams(location.search));
const storageFailed = /** @type {unknown[]} */ ([]);
const chats = await openChats().catch((error) => {
  storageFailed.push(error);
  return memoryChats();
});
const app = createApp({
  startEngine,
  pkg: PKG,
  base: document.baseURI,
  storage: chats,
  settings,
  ...(storage ? { settingsStorage: storage } : {}),
});

/** @type {ReturnType<typeof mountShell> | undefined} */
let shell;
let last = storage?.getItem(LAST) ?? '';

/** The browser's bars around the page, as index.html has them. */
const BARS = { light: '#fffcf6', dark: '#1a1814' };

/** The appearance that concerns the whole document. @param {import('./state/settings.js').Settings} settings */
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
async function show(language) {
  const i18n = await loadLanguage(pickLanguage(language, navigator.languages));
  document.documentElement.lang = i18n.language;
  document.documentElement.dir = i18n.direction;
  shell?.unmount();
  shell = mountShell(document.body, app, i18n);
}

app.store.subscribe((state, before) => {
  if (state.settings.theme !== before.settings.theme) applyLook(state.settings);
  if (state.settings.language !== before.settings.language) void show(state.settings.language);
  const { id, title } = state.chat.conversation;
  if (id !== last) storage?.setItem(LAST, (last = id));
  const wanted = title ? `${title} · Loquat` : 'Loquat';
  if (document.title !== wanted) document.title = wanted;
});

keepEngine(app.store, async () => (await app.model.client?.requests()) ?? []);
applyLook(settings);
await app.conversations.restore(last);
await show(settings.language);
makeRoomForKeyboard(document.body);
for (const error of storageFailed) console.warn('Conversations are kept in memory only:', error);
if (settings.agreed || settings.remote) void app.model.load();
if (matchMedia('(hover: hover)').matches) shell?.focus();

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
