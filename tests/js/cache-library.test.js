// What surrounds a download: sources, the catalog, fit, split files, the manager, export and import.

import 'fake-indexeddb/auto';
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { after, test } from 'node:test';
import { entryFor, sourceOf } from '../../www/weights/sources/catalog.js';
import { bestFit, checkFit, memoryNeeded, needOf, whyNot } from '../../www/weights/manage/fit.js';
import { contextFacts, parseHeader } from '../../www/weights/sources/gguf-header.js';
import {
  deleteModel,
  describeModel,
  keepModel,
  listModels,
  verifyModel,
} from '../../www/weights/manage/manager.js';
import { REMEDIES } from '../../www/protocol/weights-error.js';
import { parseContentRange, sameVersion } from '../../www/weights/fetch/ranges.js';
import { backoff, parseRetryAfter } from '../../www/weights/fetch/retry.js';
import { Sha256 } from '../../www/weights/store/sha256.js';
import {
  parseAddress,
  parseHub,
  sourceId,
  splitNames,
  targetsOf,
  withFacts,
} from '../../www/weights/sources/sources.js';
import { Store } from '../../www/weights/store/chunk-store.js';
import { exportModel, importModel } from '../../www/weights/manage/gguf-files.js';
import { openModel } from '../../www/weights/read/open-model.js';
import { serve, sha256Of, syntheticModel } from './cache-server.js';

/** @type {import('../../www/weights/manage/fit.js').Catalog} */
const catalog = JSON.parse(await readFile(new URL('../../www/catalog.json', import.meta.url), 'utf8'));
const server = await serve({});
after(() => server.close());
const CHUNK = 64 * 1024;

test('every entry of the catalog is whole, and its memory is what its numbers make', () => {
  assert.equal(catalog.models.filter((entry) => entry.default).length, 1);
  assert.equal(new Set(catalog.models.map((entry) => entry.id)).size, catalog.models.length);
  for (const entry of catalog.models) {
    assert.ok(entry.url || parseHub(entry.hub ?? ''), entry.id);
    for (const key of /** @type {const} */ (['name', 'licence', 'quantization', 'architecture']))
      assert.ok(entry[key], `${entry.id} ${key}`);
    assert.ok(entry.languages.length > 0);
    const need = memoryNeeded({ ...needOf(entry, 4096), contextLength: 4096 }) / 1e6;
    assert.ok(
      Math.abs(entry.min_memory_mb - need) <= 50,
      `${entry.id}: ${entry.min_memory_mb} said, ${need} computed`,
    );
    if (entry.size) assert.equal(Math.round(entry.size / 1e6), entry.approx_mb);
    if (entry.sha256) assert.match(entry.sha256, /^[0-9a-f]{64}$/);
  }
  assert.ok(catalog.models.some((entry) => entry.languages.includes('zh') && entry.approx_mb < 500));
});

test('a catalog entry is a source, and a file is recognised as an entry', () => {
  const entry = catalog.models[0];
  const source = sourceOf(entry, 'https://example.org/chat/');
  assert.deepEqual(source, {
    url: 'https://example.org/chat/models/SmolLM2-135M-Instruct.Q4_1.gguf',
    id: 'SmolLM2-135M-Instruct.Q4_1',
    name: entry.name,
    size: entry.size,
    sha256: entry.sha256,
  });
  const name = 'smollm2-135m-instruct.q4_1.GGUF';
  assert.equal(entryFor(catalog, { name, size: 98_362_432 })?.id, entry.id);
  assert.equal(entryFor(catalog, { name, size: 98_362_431 }), undefined);
});

test('addresses', () => {
  assert.deepEqual(parseAddress(' hub:a/b/c.gguf '), { hub: 'a/b/c.gguf' });
  assert.deepEqual(parseAddress('https://huggingface.co/a/b/blob/main/x/c.gguf?download=true'), {
    hub: 'a/b/x/c.gguf',
  });
  assert.deepEqual(parseAddress('https://huggingface.co/a/b/resolve/abc/c.gguf'), { hub: 'a/b@abc/c.gguf' });
  assert.deepEqual(parseAddress('https://example.org/m.gguf'), { url: 'https://example.org/m.gguf' });
  for (const bad of ['', 'm.gguf', 'ftp://x/m.gguf', 'javascript:alert(1)'])
    assert.throws(() => parseAddress(bad), { code: 'bad_source' });
  for (const bad of ['a/b', 'a/b/c.bin', 'a/b/../c.gguf', '../b/c.gguf/'])
    assert.throws(() => targetsOf({ hub: bad }), { code: 'bad_source' }, bad);
  assert.equal(sourceId({ hub: 'a/b/c.gguf' }), 'hub:a/b/c.gguf');
  const [target] = targetsOf({ hub: 'a/b/sub dir/c.gguf' });
  assert.equal(target.url, 'https://huggingface.co/a/b/resolve/main/sub%20dir/c.gguf');
});

test('an extension and an app have addresses of their own, and no one else’s', (t) => {
  for (const page of ['app://chat/index.html', 'chrome-extension://abcdef/panel.html']) {
    Object.defineProperty(globalThis, 'location', { value: new URL(page), configurable: true });
    t.after(() => Reflect.deleteProperty(globalThis, 'location'));
    const own = new URL('m.gguf', page).href;
    assert.equal(sourceId({ url: own }), own);
    for (const bad of ['app://other/m.gguf', 'file:///m.gguf', 'data:,x', 'javascript:alert(1)'])
      assert.throws(() => sourceId({ url: bad }), { code: 'bad_source' }, bad);
  }
});

test('split names', () => {
  assert.deepEqual(splitNames('m-00002-of-00003.gguf'), [
    'm-00001-of-00003.gguf',
    'm-00002-of-00003.gguf',
    'm-00003-of-00003.gguf',
  ]);
  assert.deepEqual(splitNames('m-00004-of-00003.gguf'), ['m-00004-of-00003.gguf']);
  assert.deepEqual(splitNames('m.gguf'), ['m.gguf']);
  assert.throws(() => splitNames('m-00001-of-99999.gguf'), { code: 'bad_source' });
});

test('the hub’s description gives size, hash and commit', async (t) => {
  const sha256 = 'ab'.repeat(32);
  const commit = 'c'.repeat(40);
  /** @type {string[]} */
  const asked = [];
  let up = true;
  t.mock.method(globalThis, 'fetch', async (/** @type {string} */ url) => {
    if (!up) return new Response('down', { status: 503 });
    asked.push(url);
    return Response.json({
      sha: commit,
      siblings: [
        { rfilename: 'README.md', size: 3 },
        { rfilename: 'c.gguf', size: 100, lfs: { size: 100, sha256 } },
      ],
    });
  });
  const source = { hub: 'a/b/c.gguf' };
  const [target] = await withFacts(source, targetsOf(source));
  assert.deepEqual(asked, ['https://huggingface.co/api/models/a/b/revision/main?blobs=true']);
  assert.deepEqual(
    [target.size, target.sha256, target.url],
    [100, sha256, `https://huggingface.co/a/b/resolve/${commit}/c.gguf`],
  );
  up = false;
  assert.deepEqual(
    await withFacts(source, targetsOf(source)),
    targetsOf(source),
    'without an answer the plain address has to do',
  );
});

test('Content-Range, ETags and Retry-After', () => {
  assert.deepEqual(parseContentRange('bytes 0-99/1000'), { start: 0, end: 100, total: 1000 });
  assert.deepEqual(parseContentRange('bytes 5-5/*'), { start: 5, end: 6, total: undefined });
  for (const bad of [null, '', 'bytes */9', 'bytes 9-5/10', 'bytes 0-99/50', 'items 0-1/2'])
    assert.equal(parseContentRange(bad), undefined);
  assert.ok(sameVersion({ etag: '"a"' }, { etag: 'W/"a"' }));
  assert.ok(!sameVersion({ etag: '"a"' }, { etag: '"b"' }));
  assert.ok(sameVersion({ etag: '"a"' }, {}));
  assert.ok(!sameVersion({ lastModified: 'x' }, { lastModified: 'y' }));
  assert.equal(parseRetryAfter('3', 0), 3000);
  assert.equal(parseRetryAfter('Thu, 01 Jan 1970 00:00:10 GMT', 4000), 6000);
  assert.equal(parseRetryAfter('soon', 0), undefined);
  const policy = { attempts: 9, baseMs: 100, capMs: 1000, maxRetryAfterMs: 0, random: () => 1 };
  assert.deepEqual(
    [0, 1, 2, 3, 9].map((n) => backoff(n, policy)),
    [100, 200, 400, 800, 1000],
  );
  assert.equal(backoff(2, { ...policy, random: () => 0 }), 200);
});

test('SHA-256 in pieces, at every length around a block', () => {
  for (const n of [0, 1, 55, 56, 57, 63, 64, 65, 119, 120, 128, 1000]) {
    const bytes = syntheticModel(Math.max(8, n)).subarray(0, n);
    const hash = new Sha256();
    for (let at = 0; at < n; at += 37) hash.update(bytes.subarray(at, at + 37));
    assert.equal(hash.digest(), sha256Of(bytes), `${n} bytes`);
  }
});

test('a model that does not fit is refused with its numbers and one that fits is named', () => {
  const big = catalog.models.find((entry) => entry.id === 'qwen3-4b-q4_k_m');
  assert.ok(big);
  const phone = { memoryBytes: 2 * 2 ** 30 };
  assert.throws(
    () => checkFit(needOf(big, 4096), phone, catalog),
    (e) => {
      const error = /** @type {import('../../www/protocol/weights-error.js').CacheError} */ (e);
      assert.equal(error.code, 'wont_fit');
      const named = catalog.models.find((entry) => entry.id === error.suggestion);
      assert.ok(named && error.remedy.includes(named.name));
      assert.ok(named.languages.includes('zh'), 'in the same languages');
      assert.equal(whyNot(needOf(named, 4096), phone), undefined);
      return true;
    },
  );
  const small = needOf(catalog.models[0], 4096);
  checkFit(small, phone, catalog);
  assert.throws(() => checkFit({ ...small, contextLength: 131072 }, phone, catalog), {
    code: 'wont_fit',
    remedy: /context of/,
  });
  assert.throws(() => checkFit(small, { roomBytes: 1e6 }, catalog), { code: 'wont_fit' });
  assert.equal(bestFit(catalog, { memoryBytes: 1e6 }, { contextLength: 4096 }), undefined);
});

test('the start of a GGUF says what its context needs, whole header or not', async () => {
  const file = new Uint8Array(
    await readFile(new URL('../fixtures/arch/llama-q4_1/model.gguf', import.meta.url)),
  );
  const whole = contextFacts(file, 'x');
  const { provenance } = JSON.parse(
    await readFile(new URL('../fixtures/arch/llama-q4_1/expected.json', import.meta.url), 'utf8'),
  );
  const { hf_config } = provenance;
  const { num_hidden_layers, num_key_value_heads, num_attention_heads, hidden_size } = hf_config;
  assert.deepEqual(whole, {
    contextLength: hf_config.max_position_embeddings,
    kvBytesPerToken: num_hidden_layers * num_key_value_heads * (hidden_size / num_attention_heads) * 2 * 2,
  });
  const upTo = new TextDecoder('latin1').decode(file).indexOf('tokenizer.ggml.tokens');
  assert.ok(upTo > 0);
  assert.deepEqual(contextFacts(file.subarray(0, upTo + 40), 'x'), whole);
  assert.equal(contextFacts(file.subarray(0, 30), 'x'), undefined);
});

test('every error code that is thrown has a remedy', async () => {
  const { readdir } = await import('node:fs/promises');
  const folder = new URL('../../www/weights/', import.meta.url);
  const names = (await readdir(folder, { recursive: true })).filter((name) => name.endsWith('.js'));
  assert.ok(names.length > 20);
  for (const name of names) {
    const source = await readFile(new URL(name, folder), 'utf8');
    for (const [, code] of source.matchAll(/new CacheError\(\s*'(\w+)'/g))
      assert.ok(REMEDIES[code], `${name}: ${code}`);
  }
});

// ---- split files ----

/** A tiny GGUF with string and number metadata and one tensor's data. @param {{no: number, count: number, tensors: Array<[string, Uint8Array]>}} part */
function gguf({ no, count, tensors }) {
  /** @type {number[]} */
  const out = [];
  const u32 = (/** @type {number} */ n) => out.push(n & 255, (n >> 8) & 255, (n >> 16) & 255, n >>> 24);
  const u64 = (/** @type {number} */ n) => (u32(n), u32(0));
  const string = (/** @type {string} */ s) => (u64(s.length), out.push(...Buffer.from(s)));
  out.push(...Buffer.from('GGUF'));
  u32(3);
  u64(tensors.length);
  u64(no === 0 ? 4 : 2);
  if (no === 0) {
    string('general.name');
    u32(8);
    string('split test');
    string('words');
    u32(9);
    u32(8);
    u64(2);
    string('a');
    string('bc');
  }
  for (const [key, n] of /** @type {const} */ ([
    ['split.no', no],
    ['split.count', count],
  ])) {
    string(key);
    u32(2);
    out.push(n, 0);
  }
  let offset = 0;
  for (const [name, data] of tensors) {
    string(name);
    u32(1);
    u64(data.length / 4);
    u32(0);
    u64(offset);
    offset += Math.ceil(data.length / 32) * 32;
  }
  const pad = () => {
    while (out.length % 32) out.push(0);
  };
  pad();
  for (const [, data] of tensors) {
    for (const b of data) out.push(b);
    pad();
  }
  return new Uint8Array(out);
}

const data = [1, 2, 3].map((seed) => syntheticModel(100_000 + 4 * seed, seed));
const parts = [
  gguf({
    no: 0,
    count: 2,
    tensors: [
      ['first', data[0]],
      ['second', data[1]],
    ],
  }),
  gguf({ no: 1, count: 2, tensors: [['third', data[2]]] }),
];

/** @param {import('../../www/weights/read/open-model.js').Model} model */
async function checkJoined(model) {
  const head = await model.read(0, 1000);
  const header = parseHeader(head, 'joined');
  assert.ok(header);
  assert.deepEqual(
    header.metadata.map((m) => m.key),
    ['general.name', 'words'],
  );
  assert.equal(header.tensors.length, 3);
  for (const [i, tensor] of header.tensors.entries()) {
    /** @type {number} */
    const at = header.dataStart + tensor.offset;
    assert.equal(at % 32, 0);
    assert.deepEqual(Buffer.from(await model.read(at, data[i].length)), Buffer.from(data[i]), `tensor ${i}`);
  }
  assert.equal((await model.read(0, model.size)).length, model.size);
}

test('a split model arrives as one file, and is one model in the manager', async () => {
  server.files['/s-00001-of-00002.gguf'] = { bytes: parts[0] };
  server.files['/s-00002-of-00002.gguf'] = { bytes: parts[1] };
  const store = new Store({ name: 'split' });
  const url = `${server.origin}/s-00001-of-00002.gguf`;
  /** @type {import('../../www/weights/fetch/download-speed.js').Progress[]} */
  const seen = [];
  const model = await openModel({ url }, { store, chunkSize: CHUNK, onProgress: (p) => seen.push(p) });
  await checkJoined(model);
  await model.done;
  await model.verified;
  model.close();
  const total = parts[0].length + parts[1].length;
  assert.equal(seen.filter((p) => p.phase === 'download').at(-1)?.loaded, total);
  const asked = server.log.length;
  const again = await openModel({ url }, { store });
  assert.equal(again.fromCache, true);
  await checkJoined(again);
  assert.equal(server.log.length, asked);
  const [listed] = await listModels({ store });
  assert.deepEqual(
    [listed.id, listed.size, listed.stored, listed.complete, listed.files],
    [url, total, total, true, 2],
  );
  const files = await exportModel(url, { store });
  assert.deepEqual(
    files.map((f) => f.name),
    ['s-00001-of-00002.gguf', 's-00002-of-00002.gguf'],
  );
  await deleteModel(url, { store });
  assert.deepEqual(await listModels({ store }), []);
});

test('split files dropped in, in any order; parts that do not belong together are refused', async () => {
  const file = (/** @type {number} */ i, name = `s-0000${i + 1}-of-00002.gguf`) => new File([parts[i]], name);
  await checkJoined(await openModel({ file: [file(1), file(0)] }));
  await assert.rejects(openModel({ file: [file(0), file(0, 'z.gguf')] }), { code: 'split_mismatch' });
});

test('absurd headers are errors, not hangs', () => {
  const bytes = parts[0].slice(0, 200);
  assert.equal(parseHeader(bytes.subarray(0, 60), 'x'), undefined, 'more is needed');
  const huge = bytes.slice();
  huge.fill(255, 8, 16);
  assert.throws(() => parseHeader(huge, 'x'), { code: 'not_gguf' });
  const type = bytes.slice();
  type.set([99], 24 + 8 + 12);
  assert.throws(() => parseHeader(type, 'x'), { code: 'not_gguf' });
});

// ---- the manager, export and import ----

test('describe before, list, keep, verify, mend, delete', async () => {
  const bytes = syntheticModel(5 * CHUNK + 7);
  server.files['/managed.gguf'] = { bytes };
  const store = new Store({ name: 'managed' });
  const url = `${server.origin}/managed.gguf`;
  const before = await describeModel({ url }, { store });
  assert.deepEqual([before.size, before.stored, before.complete], [bytes.length, 0, false]);
  assert.equal(server.sent('/managed.gguf'), 0);
  const model = await openModel({ url }, { store, chunkSize: CHUNK });
  await model.verified;
  assert.deepEqual((await describeModel({ url }, { store })).complete, true);
  await keepModel(url, true, { store });
  const [listed] = await listModels({ store });
  assert.deepEqual(
    [listed.keep, listed.verified, listed.sha256, listed.name],
    [true, 'learned', sha256Of(bytes), 'managed.gguf'],
  );
  assert.deepEqual(await verifyModel(url, { store }), { ok: true, damaged: 0, sha256: sha256Of(bytes) });
  const chunk = await store.getChunk(url, 2);
  assert.ok(chunk);
  new Uint8Array(chunk.bytes)[5] ^= 4;
  await store.putChunk(url, 2, chunk);
  assert.deepEqual(await verifyModel(url, { store }), { ok: false, damaged: 1, sha256: undefined });
  server.log.length = 0;
  await (
    await openModel({ url }, { store })
  ).done;
  assert.deepEqual(
    server.log.map((l) => l.start),
    [2 * CHUNK],
  );
  assert.equal((await verifyModel(url, { store })).ok, true);
  await deleteModel(url, { store });
  await assert.rejects(deleteModel(url, { store }), { code: 'model_missing' });
  assert.equal((await store.chunkIndexes(url)).size, 0);
});

test('a model travels: exported to a file, imported elsewhere, used without a network', async () => {
  const bytes = syntheticModel(5 * CHUNK + 7, 9);
  server.files['/travels.gguf'] = { bytes };
  const url = `${server.origin}/travels.gguf`;
  const here = new Store({ name: 'here' });
  const there = new Store({ name: 'there' });
  const model = await openModel({ url }, { store: here, chunkSize: CHUNK });
  await assert.rejects(exportModel('nothing', { store: here }), { code: 'model_missing' });
  await model.done;
  const [exported] = await exportModel(url, { store: here });
  const file = new File([await new Response(exported.stream).blob()], exported.name);
  assert.deepEqual([file.name, file.size, exported.size], ['travels.gguf', bytes.length, bytes.length]);
  const as = { id: url, name: 'Travels', size: bytes.length, sha256: sha256Of(bytes) };
  assert.deepEqual(await importModel(file, { as, store: there, chunkSize: CHUNK }), {
    id: url,
    sha256: sha256Of(bytes),
  });
  server.log.length = 0;
  const again = await openModel({ url, ...as }, { store: there });
  assert.equal(again.fromCache, true);
  assert.deepEqual(Buffer.from(await again.read(0, bytes.length)), Buffer.from(bytes));
  assert.equal(server.log.length, 0);
  const wrong = new File([syntheticModel(bytes.length, 10)], 'travels.gguf');
  await assert.rejects(importModel(wrong, { as, store: new Store({ name: 'elsewhere' }) }), {
    code: 'hash_mismatch',
  });
  const dropped = await importModel(new File([bytes], 'dropped.gguf'), { store: there, chunkSize: CHUNK });
  const { cached } = /** @type {{cached: string}} */ (parseAddress(`cached:${dropped.id}`));
  const offline = await openModel({ cached }, { store: there });
  assert.deepEqual([offline.fromCache, offline.name], [true, 'dropped.gguf']);
  assert.deepEqual(Buffer.from(await offline.read(0, bytes.length)), Buffer.from(bytes));
  await assert.rejects(openModel({ cached: 'no such' }, { store: there }), { code: 'model_missing' });
  await assert.rejects(importModel(new File(['<html>'], 'x.gguf'), { store: there }), {
    code: 'html_instead',
  });
});

test('an export notices damage instead of spreading it', async () => {
  const bytes = syntheticModel(3 * CHUNK, 11);
  const store = new Store({ name: 'damaged' });
  const { id } = await importModel(new File([bytes], 'd.gguf'), { store, chunkSize: CHUNK });
  const chunk = await store.getChunk(id, 1);
  assert.ok(chunk);
  new Uint8Array(chunk.bytes)[5] ^= 4;
  await store.putChunk(id, 1, chunk);
  const [exported] = await exportModel(id, { store });
  await assert.rejects(new Response(exported.stream).arrayBuffer(), { code: 'chunk_corrupt' });
});

test('a file from disk is read where it is', async () => {
  const bytes = syntheticModel(100_000, 12);
  const model = await openModel({ file: new File([bytes], 'local.gguf') });
  assert.deepEqual(Buffer.from(await model.read(50_000, 100)), Buffer.from(bytes.subarray(50_000, 50_100)));
  await assert.rejects(model.read(99_999, 2), { code: 'read_out_of_range' });
  await assert.rejects(openModel({ file: new File(['hello'], 'x.gguf') }), { code: 'not_gguf' });
});
