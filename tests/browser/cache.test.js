// The weights cache in Chromium, in a worker, against a server that misbehaves: tabs that close, bytes that flip, storage that fills up.

import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { chromium } from 'playwright-core';
import { serve, sha256Of, syntheticModel } from '../js/cache-server.js';
import { launch } from './harness.js';

const CHUNK = 256 * 1024;
const SIZE = 12 * CHUNK + 999; // 13 chunks
const bytes = syntheticModel(SIZE);
const sha256 = sha256Of(bytes);

/** @param {string} entry */
async function bundle(entry) {
  const entryPoints = [fileURLToPath(new URL(entry, import.meta.url))];
  const { outputFiles } = await build({ entryPoints, bundle: true, write: false, format: 'esm' });
  return { type: 'text/javascript', body: outputFiles[0].text };
}
const page_script = `
  const worker = new Worker('/worker.js', { type: 'module' });
  const open = new Map();
  let next = 0;
  worker.onmessage = ({ data }) => { open.get(data.id)(data); open.delete(data.id); };
  worker.onerror = (e) => console.error('worker: ' + e.message);
  window.ask = (operation, args) => new Promise((resolve) => { const id = next++; open.set(id, resolve); worker.postMessage({ id, operation, args }); });
`;
/** @type {Record<string, {type: string, body: string, headers?: Record<string, string>}>} */
const pages = {
  '/': {
    type: 'text/html',
    body: '<!doctype html><title>cache</title><script type="module" src="/page.js"></script>',
  },
  '/page.js': { type: 'text/javascript', body: page_script },
  '/worker.js': await bundle('./cache-worker.js'),
  '/verify-worker.js': await bundle('../../www/weights/store/verify-worker.js'),
  '/chunk-worker.js': await bundle('../../www/weights/read/chunk-worker.js'),
};

/** One browser for all: each server has its own port, so each test its own storage. */
const browser = await launch();
after(() => browser.close());

/** A server with one model. @param {import('node:test').TestContext} t @param {Partial<import('../js/cache-server.js').Behaviour>} [how] */
async function setup(t, how = {}) {
  const server = await serve({ '/m.gguf': { bytes, etag: '"v1"', ...how } }, pages);
  t.after(() => server.close());
  const { context } = browser;
  t.after(() => Promise.all(context.pages().map((page) => page.close())));
  const url = `${server.origin}/m.gguf`;
  return { server, context, url, file: server.files['/m.gguf'], tab: () => openTab(context, server.origin) };
}

/** @param {import('playwright-core').BrowserContext} context @param {string} origin */
async function openTab(context, origin) {
  const page = await context.newPage();
  await page.goto(origin);
  await page.waitForFunction(() => 'ask' in window);
  /** @param {string} operation @param {any} [args] @returns {Promise<any>} */
  const ask = async (operation, args) => {
    const { value, error } = await page.evaluate(
      ([o, a]) => /** @type {any} */ (window).ask(o, a),
      [operation, args],
    );
    if (error) throw Object.assign(new Error(error.message), error);
    return value;
  };
  return {
    page,
    ask,
    reload: async () => (await page.reload(), await page.waitForFunction(() => 'ask' in window)),
  };
}

/** @param {import('../js/cache-server.js').Server} server */
const starts = (server) =>
  server.log
    .filter((l) => l.path === '/m.gguf' && l.method === 'GET')
    .map((l) => l.start / CHUNK)
    .sort((a, b) => a - b);
/** @param {() => unknown} what */
async function until(what) {
  for (let i = 0; i < 1500; i++) {
    if (await what()) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  assert.fail(`never happened: ${what}`);
}

test('arrives, is verified, and is there after a reload with the server refusing', async (t) => {
  const { tab, url, file, server } = await setup(t);
  const { ask, reload } = await tab();
  assert.deepEqual(await ask('open', { source: { url, sha256 } }), {
    size: SIZE,
    fromCache: false,
    stored: true,
  });
  assert.equal(await ask('readAll'), sha256);
  assert.equal(await ask('verified'), 'published');
  const { phases } = await ask('seen');
  assert.ok(phases.includes('verify'), 'the whole file was hashed in its own worker');
  assert.deepEqual(starts(server), [...Array(13).keys()]);
  file.status = 500;
  server.log.length = 0;
  await reload();
  assert.deepEqual(await ask('open', { source: { url, sha256 } }), {
    size: SIZE,
    fromCache: true,
    stored: true,
  });
  assert.equal(await ask('readAll'), sha256);
  assert.deepEqual(server.log, []);
});

for (const [
  name,
  how,
  args,
] of /** @type {Array<[string, Partial<import('../js/cache-server.js').Behaviour>, any]>} */ ([
  ['connections cut after N bytes', { cutAfter: 100_000, times: 8 }, {}],
  ['stalls', { stallAfter: 100_000, times: 3 }, { stallMs: 400 }],
  ['wrong ranges', { wrongRange: 11, times: 1 }, {}],
  ['only wrong ranges', { wrongRange: 11 }, {}],
  ['no ranges', { ranges: false }, {}],
  ['no ranges and no length', { ranges: false, noLength: true }, {}],
  ['gzip', { gzip: true }, {}],
  ['429 with Retry-After', { status: 429, headers: { 'Retry-After': '1' }, times: 2 }, {}],
  ['5xx', { status: 502, times: 2 }, {}],
  ['a slow line', { bytesPerSecond: 3e6 }, {}],
])) {
  test(`arrives through ${name}`, async (t) => {
    const { tab, url } = await setup(t, how);
    const { ask } = await tab();
    await ask('open', { source: { url }, ...args });
    assert.equal(await ask('readAll'), sha256);
    await ask('done');
    assert.equal((await ask('chunks', { id: url })).length, 13);
  });
}

test('a sign-in page in the model’s place is refused, also in the middle, and nothing of it stays', async (t) => {
  const { tab, url, file, server } = await setup(t, { html: '<!DOCTYPE html><title>Sign in</title>' });
  const { ask, reload } = await tab();
  await assert.rejects(ask('open', { source: { url } }), { code: 'html_instead' });
  assert.deepEqual(await ask('chunks', { id: url }), []);
  Object.assign(file, { html: undefined, bytesPerSecond: 1e6 });
  await ask('open', { source: { url } });
  await until(async () => (await ask('chunks', { id: url })).length > 2);
  file.html = '<!DOCTYPE html><title>Sign in</title>';
  await assert.rejects(ask('readAll'), { code: 'html_instead' });
  await reload();
  const have = await ask('chunks', { id: url });
  assert.ok(have.length > 2, 'what had arrived is still there');
  Object.assign(file, { html: undefined, bytesPerSecond: undefined });
  server.log.length = 0;
  await ask('open', { source: { url } });
  assert.equal(await ask('readAll'), sha256);
  assert.equal(starts(server).length, 13 - have.length);
});

for (const [
  name,
  leave,
] of /** @type {Array<[string, (page: import('playwright-core').Page) => Promise<unknown>]>} */ ([
  ['closed', (page) => page.close()],
  ['crashed', (page) => page.goto('chrome://crash').catch(() => {})],
])) {
  test(`a tab that is ${name} in the middle: the next asks for the missing chunks only`, async (t) => {
    const { tab, url, file, server } = await setup(t, { bytesPerSecond: 500_000 });
    const first = await tab();
    await first.ask('open', { source: { url } });
    await until(async () => (await first.ask('chunks', { id: url })).length >= 4);
    await leave(first.page);
    await until(() => server.log.every((l) => l.ended));
    file.bytesPerSecond = undefined;
    const second = await tab();
    const have = await second.ask('chunks', { id: url });
    assert.ok(have.length >= 4 && have.length < 13, `${have.length} chunks`);
    server.log.length = 0;
    assert.equal((await second.ask('open', { source: { url } })).fromCache, false);
    assert.equal(await second.ask('readAll'), sha256);
    assert.deepEqual(
      starts(server),
      [...Array(13).keys()].filter((i) => !have.includes(i)),
    );
    assert.ok(
      server.log.every((l) => l.ifRange === '"v1"'),
      'same origin: asked for this version',
    );
  });
}

test('a file that was replaced upstream is noticed and never mixed', async (t) => {
  const { tab, url, file } = await setup(t, { bytesPerSecond: 500_000 });
  const { ask, reload } = await tab();
  await ask('open', { source: { url } });
  await until(async () => (await ask('chunks', { id: url })).length >= 3);
  await reload();
  const next = syntheticModel(SIZE, 2);
  Object.assign(file, { bytes: next, etag: '"v2"', bytesPerSecond: undefined });
  await ask('open', { source: { url } });
  assert.equal(await ask('readAll'), sha256Of(next));
  assert.deepEqual((await ask('seen')).notices, ['weights_changed']);
});

for (const [name, served, threads] of /** @type {const} */ ([
  ['on threads of their own', true, 2],
  ['on the engine’s, where the file of those threads is not served', false, 0],
])) {
  test(`stored chunks are read and checked ${name}`, async (t) => {
    const { tab, url, server } = await setup(t);
    const { ask, reload, page } = await tab();
    await ask('open', { source: { url } });
    await ask('done');
    await reload();
    const thread = pages['/chunk-worker.js'];
    t.after(() => (pages['/chunk-worker.js'] = thread));
    const hello = "new BroadcastChannel('threads').postMessage('here');";
    if (served) pages['/chunk-worker.js'] = { ...thread, body: hello + thread.body };
    else delete pages['/chunk-worker.js'];
    await page.evaluate(() => {
      Object.assign(window, { threads: 0 });
      new BroadcastChannel('threads').onmessage = () => /** @type {any} */ (window).threads++;
    });
    await ask('flip', { id: url, index: 7, at: 1234 });
    server.log.length = 0;
    await ask('open', { source: { url } });
    assert.equal(await ask('readAll'), sha256);
    assert.deepEqual(starts(server), [7], 'the damage is seen');
    await until(async () => (await page.evaluate('window.threads')) === threads);
  });
}

test('a byte flipped in IndexedDB costs one chunk', async (t) => {
  const { tab, url, server } = await setup(t);
  const { ask, reload } = await tab();
  await ask('open', { source: { url } });
  await ask('done');
  await ask('flip', { id: url, index: 7, at: 1234 });
  server.log.length = 0;
  await reload();
  assert.equal((await ask('open', { source: { url } })).fromCache, true);
  assert.equal(await ask('readAll'), sha256);
  assert.deepEqual(starts(server), [7]);
  assert.deepEqual((await ask('seen')).notices, ['chunk_corrupt']);
  server.log.length = 0;
  await reload();
  await ask('open', { source: { url } });
  assert.equal(await ask('readAll'), sha256);
  assert.deepEqual(server.log, [], 'it is mended for good');
});

test('too little room is said before the download, with the way out', async (t) => {
  const { tab, url } = await setup(t);
  const { ask } = await tab();
  // Chromium's estimate() does not show a quota set by the debug protocol (it says usage + 10 GiB), so it is replaced.
  await ask('estimate', { quota: 34e6, usage: 1e6 });
  await assert.rejects(ask('open', { source: { url } }), (e) => {
    const { code, message, remedy } = /** @type {any} */ (e);
    assert.equal(code, 'room_too_small');
    assert.match(message, /needs 3\.1 MB more and the browser has room for 1\.0 MB/);
    assert.match(remedy, /memory/);
    return true;
  });
  assert.deepEqual(await ask('chunks', { id: url }), []);
  await ask('open', { source: { url }, storage: 'memory' });
  assert.equal(await ask('readAll'), sha256);
  assert.deepEqual(await ask('chunks', { id: url }), []);
});

test('storage that fills up in the middle: the model runs from memory and the room is given back', async (t) => {
  const { tab, url, server, context } = await setup(t);
  const { ask, page } = await tab();
  const debug = await context.newCDPSession(page);
  await debug.send('Storage.overrideQuotaForOrigin', { origin: server.origin, quotaSize: 1_500_000 });
  await ask('open', { source: { url } });
  assert.equal(await ask('readAll'), sha256);
  const { stored, notices } = await ask('seen');
  assert.deepEqual([stored, notices], [false, ['quota_exceeded']]);
  await until(async () => (await ask('chunks', { id: url })).length === 0);
});

test('site data cleared while the model is open: what is read after that is fetched again', async (t) => {
  const { tab, url, server, context } = await setup(t);
  const { ask, page } = await tab();
  await ask('open', { source: { url } });
  await ask('done');
  const debug = await context.newCDPSession(page);
  await debug.send('Storage.clearDataForOrigin', { origin: server.origin, storageTypes: 'indexeddb' });
  assert.equal(await ask('readAll'), sha256);
});

test('two pages, one download', async (t) => {
  const { tab, url, file, server } = await setup(t, { bytesPerSecond: 1e6 });
  const [a, b] = [await tab(), await tab()];
  await a.ask('open', { source: { url } });
  const following = b.ask('open', { source: { url } });
  await new Promise((resolve) => setTimeout(resolve, 300));
  file.bytesPerSecond = undefined;
  assert.equal(await a.ask('readAll'), sha256);
  assert.equal((await following).fromCache, true);
  assert.equal(await b.ask('readAll'), sha256);
  assert.deepEqual(starts(server), [...Array(13).keys()], 'each chunk once');
  assert.ok((await b.ask('seen')).phases.includes('download'), 'the follower showed progress');
});

test('two pages, and the one that downloads is closed: the other goes on with the rest', async (t) => {
  const { tab, url, file, server } = await setup(t, { bytesPerSecond: 500_000 });
  const [a, b] = [await tab(), await tab()];
  await a.ask('open', { source: { url } });
  const following = b.ask('open', { source: { url } });
  await until(async () => (await a.ask('chunks', { id: url })).length >= 4);
  const before = [...server.log];
  await a.page.close();
  await until(() => before.every((l) => l.ended));
  file.bytesPerSecond = undefined;
  assert.equal((await following).fromCache, false);
  assert.equal(await b.ask('readAll'), sha256);
  const whole = server.log.filter((l) => l.sent === CHUNK).map((l) => l.start);
  assert.equal(new Set(whole).size, whole.length, 'no whole chunk twice');
});

test('other origins: with CORS, with hidden headers, compressed, refused, forbidden by the page, down', async (t) => {
  const { tab, server } = await setup(t);
  const padded = Buffer.concat([bytes, Buffer.alloc(SIZE)]);
  const other = await serve({
    '/exposed.gguf': { bytes, etag: '"a"', cors: 'exposed' },
    '/hidden.gguf': { bytes, etag: '"a"', cors: true },
    '/hidden-no-head.gguf': { bytes, etag: '"a"', cors: true, noLength: true },
    '/moved.gguf': { bytes, cors: true, redirect: '/hidden.gguf' },
    '/refused.gguf': { bytes },
    // Content-Length is then that of the compressed file, and Content-Encoding is not to be seen.
    '/gzip.gguf': { bytes, cors: true, gzip: true },
    '/gzip-shorter.gguf': { bytes: padded, cors: true, gzip: true },
  });
  t.after(() => other.close());
  const { ask } = await tab();
  for (const path of ['/exposed.gguf', '/hidden.gguf', '/hidden-no-head.gguf', '/moved.gguf']) {
    await ask('open', { source: { url: other.origin + path } });
    assert.equal(await ask('readAll'), sha256, path);
  }
  assert.equal(
    other.log.filter((l) => l.path === '/hidden.gguf' && l.method === 'GET' && l.status === 206).length,
    2 * 13,
  );
  await assert.rejects(ask('open', { source: { url: `${other.origin}/refused.gguf` } }), {
    code: 'cors_refused',
  });
  for (const path of ['/gzip.gguf', '/gzip-shorter.gguf']) {
    await ask('open', { source: { url: other.origin + path } });
    await assert.rejects(ask('readAll'), { code: 'compressed' }, path);
    const whole = path === '/gzip.gguf' ? bytes : padded;
    await ask('open', { source: { url: other.origin + path, id: path, size: whole.length } });
    assert.equal(await ask('readAll'), sha256Of(whole), 'with its size in the catalog it arrives');
  }
  await other.close();
  const gone = ask('open', { source: { url: `${other.origin}/gone.gguf` }, attempts: 2 });
  await assert.rejects(gone, { code: 'unreachable' });
  server.pages['/'].headers = { 'Content-Security-Policy': "connect-src 'self'" };
  server.pages['/worker.js'].headers = { 'Content-Security-Policy': "connect-src 'self'" };
  t.after(() => {
    delete server.pages['/'].headers;
    delete server.pages['/worker.js'].headers;
  });
  const strict = await tab();
  const blocked = strict.ask('open', { source: { url: `${other.origin}/forbidden.gguf` }, attempts: 2 });
  await assert.rejects(blocked, { code: 'blocked_by_page' });
});

test('a database that is newer, and one that hangs: the model runs from memory and says why', async (t) => {
  const { tab, url } = await setup(t);
  const first = await tab();
  await first.page.evaluate(
    () =>
      new Promise((resolve) => {
        const opening = indexedDB.open('loquat-weights', 99);
        opening.onsuccess = () => (opening.result.close(), resolve(undefined));
      }),
  );
  await first.ask('open', { source: { url } });
  assert.equal(await first.ask('readAll'), sha256);
  assert.deepEqual((await first.ask('seen')).notices, ['storage_newer']);
  await first.page.evaluate(
    () =>
      new Promise((resolve) => {
        // A connection that never lets go, and a deletion that waits for it: whoever opens now waits too.
        const opening = indexedDB.open('loquat-weights', 99);
        opening.onsuccess = () => {
          Object.assign(window, { held: opening.result });
          indexedDB.deleteDatabase('loquat-weights').onblocked = () => resolve(undefined);
        };
      }),
  );
  const second = await tab();
  await second.ask('open', { source: { url } });
  assert.equal(await second.ask('readAll'), sha256);
  assert.deepEqual((await second.ask('seen')).notices, ['storage_blocked']);
});

test('an upgrade in another tab is not held up by us', async (t) => {
  const { tab, url } = await setup(t);
  const { ask, page } = await tab();
  await ask('open', { source: { url } });
  await ask('done');
  const upgraded = await page.evaluate(
    () =>
      new Promise((resolve) => {
        const opening = indexedDB.open('loquat-weights', 2);
        opening.onsuccess = () => resolve(true);
        setTimeout(() => resolve(false), 5000);
      }),
  );
  assert.equal(upgraded, true);
  assert.equal(await ask('readAll'), sha256, 'and this tab still reads, from the network if need be');
});

test('a private window works', async (t) => {
  const server = await serve({ '/m.gguf': { bytes } }, pages);
  t.after(() => server.close());
  const fresh = await chromium.launch({
    executablePath: process.env.LOQUAT_CHROMIUM ?? '/usr/bin/chromium',
    args: ['--no-sandbox'],
  });
  t.after(() => fresh.close());
  const { ask } = await openTab(await fresh.newContext(), server.origin);
  await ask('open', { source: { url: `${server.origin}/m.gguf` } });
  assert.equal(await ask('readAll'), sha256);
});

test('a browser that is killed in the middle: its profile goes on where it was', async (t) => {
  const profile = await mkdtemp(join(tmpdir(), 'loquat-killed-'));
  t.after(() => rm(profile, { recursive: true, force: true, maxRetries: 3 }));
  const server = await serve({ '/m.gguf': { bytes, etag: '"v1"', bytesPerSecond: 500_000 } }, pages);
  t.after(() => server.close());
  const url = `${server.origin}/m.gguf`;
  const first = await launch({ profile });
  const a = await openTab(first.context, server.origin);
  await a.ask('open', { source: { url } });
  await until(async () => (await a.ask('chunks', { id: url })).length >= 4);
  await first.close();
  server.files['/m.gguf'].bytesPerSecond = undefined;
  const second = await launch({ profile });
  t.after(second.close);
  const b = await openTab(second.context, server.origin);
  const have = await b.ask('chunks', { id: url });
  assert.ok(have.length >= 4 && have.length < 13, `${have.length} chunks`);
  server.log.length = 0;
  await b.ask('open', { source: { url } });
  assert.equal(await b.ask('readAll'), sha256);
  assert.deepEqual(
    starts(server),
    [...Array(13).keys()].filter((i) => !have.includes(i)),
  );
});
