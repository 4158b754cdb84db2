// What docs/hosting.md says of servers, said to those servers: each configuration runs as it stands there, for a page at
// the root of a site and in a folder of it.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chmod, cp, mkdir, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';

const root = fileURLToPath(new URL('../../', import.meta.url));
const docs = await readFile(join(root, 'docs/hosting.md'), 'utf8');

/** The block of the docs for a server. @param {string} language */
function configuration(language) {
  const [, block] = new RegExp(`\`\`\`${language}\\n([^]*?)\`\`\``).exec(docs) ?? [];
  assert.ok(block, `docs/hosting.md has no block of ${language}`);
  return block;
}

/** @returns {Promise<number>} a port that is free */
const freePort = () =>
  new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = /** @type {import('node:net').AddressInfo} */ (server.address());
      server.close(() => resolve(address.port));
    });
  });

/** A site with the built page at its root and in /chat/. @param {string} folder */
async function site(folder) {
  const dist = join(root, 'dist');
  assert.ok(existsSync(join(dist, 'index.html')), 'dist/ is missing: cargo xtask build');
  const model = join(root, 'tests/fixtures/arch/llama-q4_1/model.gguf');
  for (const base of [folder, join(folder, 'chat')]) {
    await mkdir(join(base, 'models'), { recursive: true });
    for (const name of await readdir(dist))
      if (name !== 'models') await cp(join(dist, name), join(base, name), { recursive: true });
    await cp(model, join(base, 'models/m.gguf'));
    await writeFile(join(base, 'index.html.gz'), gzipSync(await readFile(join(base, 'index.html'))));
  }
}

/** @type {Array<{name: string, binary: string, start: (folder: string, port: number) => Promise<string[]>}>} */
const SERVERS = [
  {
    name: 'nginx',
    binary: '/usr/sbin/nginx',
    async start(folder, port) {
      const own = join(folder, '../nginx');
      await mkdir(own);
      const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'];
      const text = `
        daemon off; pid ${own}/pid; error_log stderr;
        events {}
        http {
          include /etc/nginx/mime.types; access_log off;
          ${temporary.map((each) => `${each}_temp_path ${own}/${each};`).join(' ')}
          server { listen 127.0.0.1:${port}; root ${folder};
            ${configuration('nginx')}
          }
        }`;
      await writeFile(join(own, 'nginx.conf'), text);
      return ['-c', join(own, 'nginx.conf'), '-p', own];
    },
  },
  {
    name: 'Caddy',
    binary: '/usr/bin/caddy',
    async start(folder, port) {
      const own = join(folder, '../Caddyfile');
      const text = `{\n  admin off\n  auto_https off\n}\nhttp://127.0.0.1:${port} {\n  root * ${folder}\n${configuration('caddy')}}\n`;
      await writeFile(own, text);
      return ['run', '--config', own, '--adapter', 'caddyfile'];
    },
  },
];

/** @param {import('node:test').TestContext} t @param {(typeof SERVERS)[number]} server @returns {Promise<string>} its address */
async function serve(t, { binary, start }) {
  const all = await mkdtemp(join(tmpdir(), 'loquat-hosting-'));
  await chmod(all, 0o755); // a server started by root reads as somebody else
  const folder = join(all, 'site');
  await site(folder);
  const port = await freePort();
  const args = await start(folder, port);
  const env = { ...process.env, HOME: all, XDG_DATA_HOME: all, XDG_CONFIG_HOME: all };
  const child = spawn(binary, args, { env, stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (data) => (said += data));
  const ended = new Promise((resolve) => child.once('exit', resolve));
  t.after(async () => {
    child.kill('SIGTERM');
    await ended;
    await rm(all, { recursive: true, force: true });
  });
  const address = `http://127.0.0.1:${port}`;
  for (;;) {
    assert.equal(child.exitCode, null, said);
    if (
      await fetch(address).then(
        ({ ok }) => ok,
        () => false,
      )
    )
      return address;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

for (const server of SERVERS) {
  test(`${server.name} as docs/hosting.md configures it, at the root and in a folder`, async (t) => {
    if (!existsSync(server.binary)) return t.skip(`${server.binary} is missing`);
    const address = await serve(t, server);
    const wasm = (await readdir(join(root, 'dist/pkg'), { recursive: true })).find((path) =>
      path.endsWith('.wasm'),
    );
    const [chunk] = await readdir(join(root, 'dist/chunks')).then((names) =>
      names.filter((name) => name.endsWith('.js')),
    );
    for (const base of [`${address}/`, `${address}/chat/`]) {
      /** @param {string} path @param {Record<string, string>} [headers] */
      const get = (path, headers = {}) =>
        fetch(base + path, { headers: { 'Accept-Encoding': 'identity', ...headers } });
      const isolated = (/** @type {Response} */ response) => {
        assert.equal(response.headers.get('cross-origin-opener-policy'), 'same-origin', response.url);
        assert.equal(response.headers.get('cross-origin-embedder-policy'), 'require-corp', response.url);
        assert.equal(response.headers.get('x-content-type-options'), 'nosniff', response.url);
      };
      for (const path of ['', 'index.html', 'sw.js', 'catalog.json', 'pkg/variants.json']) {
        const response = await get(path);
        assert.equal(response.status, 200, base + path);
        assert.equal(response.headers.get('cache-control'), 'no-cache', base + path);
        isolated(response);
      }
      for (const [path, type] of [
        [`pkg/${wasm}`, /^application\/wasm/],
        [`chunks/${chunk}`, /^(text|application)\/javascript/],
      ]) {
        const response = await get(String(path));
        assert.equal(response.status, 200, `${base}${path}`);
        assert.match(response.headers.get('content-type') ?? '', /** @type {RegExp} */ (type));
        assert.match(
          response.headers.get('cache-control') ?? '',
          /^public, max-age=31536000, immutable$/,
          String(path),
        );
        isolated(response);
      }
      const range = await get('models/m.gguf', { Range: 'bytes=0-3' });
      assert.equal(range.status, 206);
      assert.equal(await range.text(), 'GGUF');
      assert.match(range.headers.get('content-range') ?? '', /^bytes 0-3\/\d+$/);
      assert.ok(range.headers.get('etag') || range.headers.get('last-modified'));
      const model = await get('models/m.gguf', { 'Accept-Encoding': 'gzip, br' });
      assert.equal(model.headers.get('content-encoding'), null);
      assert.equal(model.headers.get('content-type'), 'application/octet-stream');
      assert.match(model.headers.get('cache-control') ?? '', /immutable/);
      assert.equal(model.headers.get('access-control-allow-origin'), '*');
      assert.match(
        model.headers.get('access-control-expose-headers') ?? '',
        /Content-Range, ETag, Retry-After/,
      );
      const packed = await get('index.html', { 'Accept-Encoding': 'gzip' });
      assert.equal(packed.headers.get('content-encoding'), 'gzip', 'the .gz beside a file is sent');
      assert.match(await packed.text(), /<!doctype html>/i);
      assert.equal((await get('models/none.gguf')).status, 404);
    }
  });
}
