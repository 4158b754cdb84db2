// openModel() against a server that misbehaves, in Node: what arrives is the file, what can't arrive is explained.

import 'fake-indexeddb/auto';
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { Store } from '../../www/weights/store/chunk-store.js';
import { openModel } from '../../www/weights/read/open-model.js';
import { serve, sha256Of, syntheticModel } from './cache-server.js';

const CHUNK = 64 * 1024;
const SIZE = 10 * CHUNK + 1234; // 11 chunks, the last one short
const bytes = syntheticModel(SIZE);
const server = await serve({});
after(() => server.close());
let count = 0;

/** A model of its own for each test. @param {Partial<import('./cache-server.js').Behaviour>} how */
function publish(how = {}) {
  const path = `/m${++count}.gguf`;
  const file = { bytes, etag: '"v1"', ...how };
  server.files[path] = file;
  return { path, url: server.origin + path, file, store: new Store({ name: `test-${count}` }) };
}

/** @param {Store} store @param {import('../../www/weights/read/open-model.js').OpenOptions} [more] */
function options(store, more = {}) {
  // Only servers that fall silent are given up early: this machine may be busy.
  const stalls =
    Object.values(server.files).at(-1)?.stallAfter !== undefined ||
    Object.values(server.files).at(-1)?.wrongLength;
  return {
    store,
    chunkSize: CHUNK,
    remote: {
      retry: { attempts: 4, baseMs: 1, capMs: 4, maxRetryAfterMs: 3000, random: () => 0.5 },
      stallMs: stalls ? 150 : 10_000,
    },
    ...more,
  };
}

/** @param {import('../../www/weights/read/open-model.js').Model} model */
async function readAll(model) {
  const parts = [];
  for (let at = 0; at < model.size; at += 100_001)
    parts.push(await model.read(at, Math.min(100_001, model.size - at)));
  return Buffer.concat(parts);
}

/** @param {Promise<unknown>} promise @param {string} code */
async function rejects(promise, code) {
  await assert.rejects(promise, (e) => {
    const error = /** @type {import('../../www/protocol/weights-error.js').CacheError} */ (e);
    assert.equal(error.code, code, error.stack ?? '');
    assert.ok(error.remedy.length > 10, 'a remedy');
    return true;
  });
}

/** Opens, reads everything and checks it, twice: from the network and then from the cache without it. @param {Partial<import('./cache-server.js').Behaviour>} how */
async function arrives(how) {
  const { url, path, store } = publish(how);
  const model = await openModel({ url }, options(store));
  assert.deepEqual(await readAll(model), Buffer.from(how.bytes ?? bytes));
  await model.done;
  model.close();
  const asked = server.log.length;
  const again = await openModel({ url }, options(store));
  assert.equal(again.fromCache, true);
  assert.deepEqual(await readAll(again), Buffer.from(how.bytes ?? bytes));
  assert.equal(server.log.length, asked, 'nothing asked for once it is stored');
  return { url, path, store, model };
}

test('arrives in ranges, each asked for once', async () => {
  const { path } = await arrives({});
  const asked = server.log.filter((l) => l.path === path);
  assert.equal(asked.length, 11);
  assert.equal(new Set(asked.map((l) => l.range)).size, 11);
  assert.equal(server.sent(path), SIZE);
});

test('arrives from a server without ranges', async () => {
  const { path } = await arrives({ ranges: false });
  assert.equal(server.sent(path), SIZE);
});

test('arrives without ranges and without a length', () =>
  arrives({ ranges: false, noLength: true }).then(() => {}));
test('arrives gzipped', () => arrives({ gzip: true }).then(() => {}));
test('arrives without an ETag', () => arrives({ etag: undefined }).then(() => {}));
test('arrives when it is an exact number of chunks', () =>
  arrives({ bytes: bytes.subarray(0, 4 * CHUNK) }).then(() => {}));
test('arrives when it is smaller than a chunk', () =>
  arrives({ bytes: bytes.subarray(0, 1000) }).then(() => {}));
test('arrives through connections that are cut', () =>
  arrives({ cutAfter: 20_000, times: 9 }).then(() => {}));
test('arrives through cuts without ranges', () =>
  arrives({ ranges: false, cutAfter: 150_000, times: 2 }).then(() => {}));
test('arrives through stalls', () => arrives({ stallAfter: 20_000, times: 3 }).then(() => {}));
test('arrives after server errors', () => arrives({ status: 503, times: 3 }).then(() => {}));
test('arrives after a 429 with Retry-After', () =>
  arrives({ status: 429, headers: { 'Retry-After': '1' }, times: 1 }).then(() => {}));
test('arrives after some wrong ranges', () => arrives({ wrongRange: 7, times: 1 }).then(() => {}));
test('arrives whole when every range is wrong', () => arrives({ wrongRange: 7 }).then(() => {}));

test('arrives through a redirect', async () => {
  const { path } = publish();
  await arrives({ redirect: path, bytes });
});

test('a cut range goes on in its middle', async () => {
  const { path } = await arrives({ cutAfter: 20_000, times: 1 });
  assert.ok(
    server.log.some((l) => l.path === path && l.range?.startsWith(`bytes=${20_000}-`)),
    JSON.stringify(server.log.filter((l) => l.path === path)),
  );
  assert.equal(server.sent(path), SIZE);
});

for (const [
  name,
  how,
  code,
] of /** @type {Array<[string, Partial<import('./cache-server.js').Behaviour>, string]>} */ ([
  ['a page with 200', { html: '<!doctype html><title>Sign in</title>' }, 'html_instead'],
  [
    'a page that claims to be data',
    { bytes: new TextEncoder().encode('<html>Error</html>'.repeat(100)) },
    'html_instead',
  ],
  ['a file of another kind', { bytes: new Uint8Array(1000).fill(7) }, 'not_gguf'],
  ['an empty file', { bytes: new Uint8Array(0), ranges: false }, 'not_gguf'],
  ['403', { status: 403 }, 'forbidden'],
  ['404', { status: 404 }, 'not_found'],
  ['429 for hours', { status: 429, headers: { 'Retry-After': '7200' } }, 'rate_limited'],
  ['500 for ever', { status: 500 }, 'server_error'],
  ['silence', { stallAfter: 0 }, 'stalled'],
  ['bytes that are promised and never come', { ranges: false, wrongLength: 100 }, 'stalled'],
])) {
  test(`explains ${name}, and stores nothing of it`, async () => {
    const { url, store } = publish(how);
    const done = async () => {
      const model = await openModel({ url }, options(store));
      await readAll(model);
      await model.done;
    };
    await rejects(done(), code);
    if (!how.wrongLength) assert.equal((await store.chunkIndexes(url)).size, 0);
  });
}

test('a published size that differs is refused before a byte is stored', async () => {
  const { url, store } = publish();
  await rejects(openModel({ url, size: SIZE - 1 }, options(store)), 'wrong_length');
});

test('resumes with the missing chunks only', async () => {
  const { url, path, file, store } = publish({ bytesPerSecond: 2e6 });
  const life = new AbortController();
  const model = await openModel({ url }, options(store, { signal: life.signal }));
  await model.read(0, 3 * CHUNK);
  life.abort();
  await assert.rejects(model.done, { name: 'AbortError' });
  await assert.rejects(model.read(SIZE - 10, 10), { name: 'AbortError' });
  await new Promise((resolve) => setTimeout(resolve, 50));
  const have = await store.chunkIndexes(url);
  assert.ok(have.size >= 3 && have.size < 11, `${have.size} stored`);
  file.bytesPerSecond = undefined;
  server.log.length = 0;
  const again = await openModel({ url }, options(store));
  assert.deepEqual(await readAll(again), Buffer.from(bytes));
  const starts = server.log.filter((l) => l.path === path).map((l) => l.start / CHUNK);
  assert.deepEqual(
    starts.sort((a, b) => a - b),
    [...Array(11).keys()].filter((i) => !have.has(i)),
  );
  assert.ok(
    server.log.every((l) => l.path !== path || l.ifRange === undefined),
    'another origin: no preflight',
  );
});

test('a changed file is never mixed: the download starts over', async () => {
  const { url, file, store } = publish({ bytesPerSecond: 2e6 });
  const life = new AbortController();
  const model = await openModel({ url }, options(store, { signal: life.signal }));
  await model.read(0, 2 * CHUNK);
  life.abort();
  await model.done.catch(() => {});
  const next = syntheticModel(SIZE, 2);
  Object.assign(file, { bytes: next, etag: '"v2"', bytesPerSecond: undefined });
  /** @type {string[]} */
  const notices = [];
  const again = await openModel({ url }, options(store, { onNotice: (n) => notices.push(n.code) }));
  assert.deepEqual(await readAll(again), Buffer.from(next));
  assert.deepEqual(notices, ['weights_changed']);
});

test('a file that changes during the download fails, and the next try gets the new one', async () => {
  const { url, file, store } = publish({ bytesPerSecond: 1e6 });
  const model = await openModel({ url }, options(store));
  const next = syntheticModel(SIZE, 3);
  Object.assign(file, { bytes: next, etag: '"v2"', bytesPerSecond: undefined });
  await rejects(readAll(model), 'weights_changed');
  const again = await openModel({ url }, options(store));
  assert.deepEqual(await readAll(again), Buffer.from(next));
});

test('a reader that goes through the file has every chunk out of storage once', async () => {
  const { url, store } = publish();
  const first = await openModel({ url }, options(store));
  await first.verified; // which reads everything too
  first.close();
  /** @type {number[]} */
  const got = [];
  const getChunk = store.getChunk.bind(store);
  store.getChunk = (id, index) => (got.push(index), getChunk(id, index));
  const model = await openModel({ url }, options(store));
  // The start twice and then what goes over four chunks, as an engine reads a header and a vocabulary's embedding.
  for (const [at, end] of [
    [0, 0.5],
    [0.2, 3.6],
    [3.6, 4.1],
    [4.1, 4.9],
    [4.9, 8],
    [8, SIZE / CHUNK],
  ])
    await model.read(Math.floor(at * CHUNK), Math.floor(end * CHUNK) - Math.floor(at * CHUNK));
  assert.deepEqual(got, [...Array(11).keys()]);
});

test('a flipped byte costs one chunk', async () => {
  const { url, path, store } = await arrives({});
  const chunk = await store.getChunk(url, 4);
  assert.ok(chunk);
  new Uint8Array(chunk.bytes)[77] ^= 1;
  await store.putChunk(url, 4, chunk);
  server.log.length = 0;
  /** @type {string[]} */
  const notices = [];
  const model = await openModel({ url }, options(store, { onNotice: (n) => notices.push(n.code) }));
  assert.deepEqual(await readAll(model), Buffer.from(bytes));
  assert.deepEqual(
    server.log.map((l) => [l.path, l.start]),
    [[path, 4 * CHUNK]],
  );
  assert.deepEqual(notices, ['chunk_corrupt']);
});

test('a flipped byte of a file that has changed upstream without saying so is not mended with the new bytes', async () => {
  const { url, path, store } = await arrives({ etag: undefined });
  const chunk = await store.getChunk(url, 4);
  assert.ok(chunk);
  new Uint8Array(chunk.bytes)[77] ^= 1;
  await store.putChunk(url, 4, chunk);
  server.files[path].bytes = syntheticModel(SIZE, 4);
  await rejects(readAll(await openModel({ url }, options(store))), 'weights_changed');
});

test('chunks evicted behind our back are fetched again', async () => {
  const { url, path, store } = await arrives({});
  const model = await openModel({ url }, options(store));
  await store.deleteModel(url);
  server.log.length = 0;
  assert.deepEqual(await readAll(model), Buffer.from(bytes));
  assert.ok(server.sent(path) > 0);
});

test('a wrong whole-file hash deletes the file', async () => {
  const { url, store } = publish();
  const model = await openModel({ url, sha256: '0'.repeat(64) }, options(store));
  await readAll(model);
  await rejects(model.verified, 'hash_mismatch');
  assert.equal(await store.getModel(url), undefined);
});

test('a right whole-file hash is remembered; an unknown one is learned and pinned', async () => {
  const known = publish();
  const model = await openModel({ url: known.url, sha256: sha256Of(bytes) }, options(known.store));
  assert.equal(await model.verified, 'published');
  assert.equal((await known.store.getModel(known.url))?.verified, true);
  const { url, file, store } = publish();
  assert.equal(await (await openModel({ url }, options(store))).verified, 'learned');
  assert.equal((await store.getPin(url))?.sha256, sha256Of(bytes));
  await store.deleteModel(url);
  file.bytes = syntheticModel(SIZE, 5);
  await rejects((await openModel({ url }, options(store))).verified, 'pin_mismatch');
});

test('a full disk in the middle: goes on from memory and frees what was stored', async () => {
  const { url, store } = publish();
  const put = store.putChunk.bind(store);
  store.putChunk = (id, index, chunk) =>
    index >= 3 ? Promise.reject(new DOMException('full', 'QuotaExceededError')) : put(id, index, chunk);
  /** @type {string[]} */
  const notices = [];
  const model = await openModel({ url }, options(store, { onNotice: (n) => notices.push(n.code) }));
  assert.deepEqual(await readAll(model), Buffer.from(bytes));
  assert.deepEqual(await readAll(model), Buffer.from(bytes), 'also a second time');
  assert.equal(model.stored, false);
  assert.deepEqual(notices, ['quota_exceeded']);
  for (let i = 0; i < 50 && (await store.chunkIndexes(url)).size > 0; i++)
    await new Promise((resolve) => setTimeout(resolve, 10));
  await new Promise((resolve) => setTimeout(resolve, 30)); // what lands late would lie there for good
  assert.equal((await store.chunkIndexes(url)).size, 0);
});

test('memory only: works, keeps nothing, fetches no further ahead than its window', async () => {
  const big = syntheticModel(40 * CHUNK, 6);
  const { url, path, store } = publish({ bytes: big });
  const model = await openModel({ url }, options(store, { storage: 'memory' }));
  await model.read(0, 100);
  await new Promise((resolve) => setTimeout(resolve, 100));
  assert.ok(server.sent(path) <= 12 * CHUNK, `${server.sent(path) / CHUNK} chunks`);
  assert.deepEqual(await readAll(model), Buffer.from(big));
  assert.deepEqual(await model.read(5, CHUNK), big.slice(5, 5 + CHUNK), 'what was dropped is fetched again');
  assert.equal((await store.listModels()).length, 0);
});

for (const [name, how] of /** @type {Array<[string, object]>} */ ([
  ['in ranges', {}],
  ['as one body', { ranges: false }],
])) {
  test(`a model that is only in memory is held to its published hash, ${name}`, async () => {
    const { url, store } = publish(how);
    const memory = options(store, { storage: 'memory' });
    const model = await openModel({ url, sha256: sha256Of(bytes) }, memory);
    assert.deepEqual(await readAll(model), Buffer.from(bytes));
    await model.done;
    assert.equal(await model.verified, 'published');
    /** @type {string[]} */
    const notices = [];
    const onNotice = (/** @type {{code: string}} */ { code }) => notices.push(code);
    const other = await openModel({ url, sha256: '0'.repeat(64) }, { ...memory, onNotice });
    await readAll(other);
    await rejects(other.verified, 'hash_mismatch');
    assert.deepEqual(notices, ['hash_mismatch']);
  });
}

test('pause stops the bytes, resume goes on', async () => {
  const { url, path, store } = publish({ bytesPerSecond: 500_000 });
  const model = await openModel({ url }, options(store));
  model.pause();
  await new Promise((resolve) => setTimeout(resolve, 300));
  const chunks = server.log.filter((l) => l.path === path).length;
  await new Promise((resolve) => setTimeout(resolve, 200));
  assert.equal(server.log.filter((l) => l.path === path).length, chunks);
  assert.ok(chunks < 11);
  model.resume();
  server.files[path].bytesPerSecond = undefined;
  await model.done;
  assert.deepEqual(await readAll(model), Buffer.from(bytes));
});

test('progress adds up', async () => {
  const { url, store } = publish();
  /** @type {import('../../www/weights/fetch/download-speed.js').Progress[]} */
  const seen = [];
  const model = await openModel({ url }, options(store, { onProgress: (p) => seen.push(p) }));
  await model.done;
  const last = seen.filter((p) => p.phase === 'download').at(-1);
  assert.deepEqual([last?.loaded, last?.total, last?.fromNetwork], [SIZE, SIZE, SIZE]);
  assert.equal(seen[0].phase, 'check');
});

test('reads outside the file are refused with their numbers', async () => {
  const { url, store } = publish();
  const model = await openModel({ url }, options(store));
  await rejects(model.read(SIZE - 1, 2), 'read_out_of_range');
  await model.done;
  model.close();
  await rejects(model.read(0, 1), 'closed');
});

test('while the device is offline nothing is tried; it goes on when the network is back', async (t) => {
  const events = new EventTarget();
  const device = { onLine: false };
  for (const [name, value] of Object.entries({
    navigator: device,
    addEventListener: events.addEventListener.bind(events),
    removeEventListener: events.removeEventListener.bind(events),
  })) {
    const before = Object.getOwnPropertyDescriptor(globalThis, name);
    Object.defineProperty(globalThis, name, { value, configurable: true, writable: true });
    t.after(() =>
      before ? Object.defineProperty(globalThis, name, before) : Reflect.deleteProperty(globalThis, name),
    );
  }
  const { url, path, store } = publish({ status: 503, times: 1 });
  /** @type {string[]} */
  const notices = [];
  const opening = openModel({ url }, options(store, { onNotice: (n) => notices.push(n.code) }));
  while (notices.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
  await new Promise((resolve) => setTimeout(resolve, 50));
  assert.equal(server.log.filter((l) => l.path === path).length, 1);
  device.onLine = true;
  events.dispatchEvent(new Event('online'));
  assert.deepEqual(await readAll(await opening), Buffer.from(bytes));
  assert.deepEqual(notices, ['offline']);
});

test('a server that asks for a longer wait: the person is told', async () => {
  const { url, store } = publish({ status: 429, headers: { 'Retry-After': '4' }, times: 1 });
  /** @type {string[]} */
  const notices = [];
  const life = new AbortController();
  const retry = { attempts: 4, baseMs: 1, capMs: 4, maxRetryAfterMs: 5000, random: () => 0 };
  const onNotice = (/** @type {Error} */ n) => (notices.push(n.message), life.abort());
  const opening = openModel({ url }, { store, onNotice, signal: life.signal, remote: { retry } });
  await assert.rejects(opening, { name: 'AbortError' });
  assert.match(notices[0], /429.*wait for 4 s/);
});

test('storage that fails when it is asked: the model is used from memory', async () => {
  const { url, store } = publish();
  store.chunkIndexes = () => Promise.reject(new DOMException('disk gone', 'UnknownError'));
  store.putModel = () => Promise.reject(new DOMException('disk gone', 'UnknownError'));
  /** @type {string[]} */
  const notices = [];
  const model = await openModel({ url }, options(store, { onNotice: (n) => notices.push(n.code) }));
  assert.deepEqual(await readAll(model), Buffer.from(bytes));
  assert.deepEqual([model.stored, notices], [false, ['storage_unavailable']]);
});

test('an address without crypto.subtle (http on a local network) hashes all the same', async (t) => {
  const before = Object.getOwnPropertyDescriptor(globalThis, 'crypto');
  Object.defineProperty(globalThis, 'crypto', { value: {}, configurable: true });
  t.after(() => before && Object.defineProperty(globalThis, 'crypto', before));
  await arrives({});
});
