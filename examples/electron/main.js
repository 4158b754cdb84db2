// A window with the page of ../plain in it. The page has an origin of its own, app://chat, with the headers that threads need;
// it gets nothing of Node.
import { readFile } from 'node:fs/promises';
import { dirname, extname, join, normalize, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { app, BrowserWindow, protocol } from 'electron';

const here = dirname(fileURLToPath(import.meta.url));
const FOLDERS = [
  ['/loquat-chat/', join(here, 'node_modules/loquat-chat')],
  ['/models/', join(here, '../../models')],
  ['/', join(here, '../plain')],
];
const TYPES = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.json': 'application/json',
  '.wasm': 'application/wasm',
};
const HEADERS = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
};

/** What the page asks of app://chat, out of three folders and no other. */
async function answer({ url }) {
  const path = decodeURIComponent(new URL(url).pathname);
  const [start, folder] = FOLDERS.find(([start]) => path.startsWith(start));
  const file = normalize(join(folder, path.slice(start.length) || 'index.html'));
  const bytes = file.startsWith(folder + sep) ? await readFile(file).catch(() => undefined) : undefined;
  if (!bytes) return new Response(null, { status: 404, headers: HEADERS });
  const type = TYPES[extname(file)] ?? 'application/octet-stream';
  return new Response(bytes, { headers: { ...HEADERS, 'Content-Type': type } });
}

protocol.registerSchemesAsPrivileged([
  {
    scheme: 'app',
    privileges: { standard: true, secure: true, supportFetchAPI: true, stream: true },
  },
]);

app.whenReady().then(() => {
  protocol.handle('app', answer);
  const window = new BrowserWindow({ webPreferences: { sandbox: true, contextIsolation: true } });
  window.loadURL('app://chat/index.html');
});
app.on('window-all-closed', () => app.quit());
