// Serves one example as a site would: node examples/serve.mjs plain [--port 8138] [--models FOLDER]. Its files at /, the built
// package at /loquat-chat/, models at /models/. No dependency; for trying, not for a site.
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { createServer } from 'node:http';
import { extname, join, normalize, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const TYPES = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.json': 'application/json',
  '.wasm': 'application/wasm',
};
/** Threads need these: without them the engine runs on one. */
const HEADERS = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
  'X-Content-Type-Options': 'nosniff',
  'Cache-Control': 'no-cache',
  'Accept-Ranges': 'bytes',
};

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { port: { type: 'string', default: '8138' }, models: { type: 'string' } },
});
const root = fileURLToPath(new URL('..', import.meta.url));
const [name = 'plain'] = positionals;
const folders = [
  ['/loquat-chat/', join(root, 'pkg')],
  ['/models/', resolve(values.models ?? join(root, 'models'))],
  ['/', join(root, 'examples', name)],
];

/** The file that a path means, if there is one. @param {string} path */
async function find(path) {
  const [start, folder] = folders.find(([start]) => path.startsWith(start)) ?? ['', ''];
  const file = normalize(join(folder, path.slice(start.length) || 'index.html'));
  const meta = file.startsWith(folder + sep) ? await stat(file).catch(() => undefined) : undefined;
  return meta?.isFile() ? { file, size: meta.size } : undefined;
}

const server = createServer(async (request, response) => {
  const path = decodeURIComponent(new URL(request.url ?? '/', 'http://x').pathname);
  const found = await find(path).catch(() => undefined);
  if (!found) return void response.writeHead(404, HEADERS).end();
  const { file, size } = found;
  const [, from, to] = /^bytes=(\d+)-(\d*)$/.exec(request.headers.range ?? '') ?? [];
  const start = Number(from ?? 0);
  const end = Math.min(to ? Number(to) + 1 : size, size);
  const range = from === undefined ? {} : { 'Content-Range': `bytes ${start}-${end - 1}/${size}` };
  const type = TYPES[/** @type {keyof typeof TYPES} */ (extname(file))] ?? 'application/octet-stream';
  const headers = { ...HEADERS, ...range, 'Content-Type': type, 'Content-Length': end - start };
  response.writeHead(from === undefined ? 200 : 206, headers);
  if (request.method === 'HEAD' || end <= start) return void response.end();
  createReadStream(file, { start, end: end - 1 }).pipe(response);
});
server.listen(Number(values.port), '127.0.0.1', () => {
  const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
  console.log(`http://localhost:${port}/`);
});
