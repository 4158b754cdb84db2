// Chunks read on other threads: what they answer, and that a page without them gets its chunks all the same.

import 'fake-indexeddb/auto';
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sha256 } from '../../www/weights/store/integrity.js';
import { Store } from '../../www/weights/store/chunk-store.js';
import { ChunkReader, checkedChunk } from '../../www/weights/read/stored-chunk.js';

/** A store with four chunks of one byte each; the last has another hash than its byte. @param {string} name */
async function filled(name) {
  const store = new Store({ name });
  for (let i = 0; i < 4; i++) {
    const { buffer: bytes } = Uint8Array.of(i);
    await store.putChunk('m', i, { bytes, sha256: i < 3 ? await sha256(bytes) : '0'.repeat(64) });
  }
  return store;
}

/** Stands in for chunk-worker.js; `how` may break it. @param {Store} store @param {(worker: any) => boolean} [how] true: no answer of its own */
function fakeThread(store, how = () => false) {
  /** @type {any} */
  const worker = {
    asked: /** @type {number[]} */ ([]),
    ended: false,
    terminate: () => (worker.ended = true),
  };
  worker.postMessage = async (
    /** @type {{call: number, id: string, index: number}} */ { call, id, index },
  ) => {
    worker.asked.push(index);
    await new Promise((resolve) => setTimeout(resolve));
    if (how(worker)) return;
    worker.onmessage({ data: { call, chunk: await checkedChunk(store, id, index) } });
  };
  return worker;
}

/** @param {ChunkReader} reader @param {number[]} indexes */
const readAll = (reader, indexes) =>
  Promise.all(indexes.map(async (i) => new Uint8Array((await reader.read('m', i))?.bytes ?? []).join()));

test('two threads share the chunks; one that is missing or damaged is told apart', async () => {
  const store = await filled('threads');
  /** @type {any[]} */
  const threads = [];
  const start = () => (threads.push(fakeThread(store)), threads.at(-1));
  const reader = new ChunkReader(store, { start, cores: 8 });
  assert.deepEqual(await readAll(reader, [0, 1, 2, 3]), ['0', '1', '2', '3']);
  assert.deepEqual(
    threads.map(({ asked }) => asked),
    [
      [0, 2],
      [1, 3],
    ],
  );
  assert.equal((await reader.read('m', 2))?.sound, true);
  assert.equal((await reader.read('m', 3))?.sound, false);
  assert.equal(await reader.read('m', 4), undefined);
  assert.equal(threads.length, 2);
  reader.close();
  assert.ok(threads.every(({ ended }) => ended));
  assert.deepEqual(await readAll(reader, [1]), ['1'], 'the next read starts one again');
  reader.close();
});

test('a thread that fails, or cannot be started, costs nothing but its speed', async () => {
  const store = await filled('no-threads');
  const fails = (/** @type {any} */ worker) => (worker.onerror({ message: '404' }), true);
  const failing = new ChunkReader(store, { start: () => fakeThread(store, fails), cores: 8 });
  assert.deepEqual(await readAll(failing, [0, 1, 2]), ['0', '1', '2']);
  const refused = () => {
    throw new Error('no workers here');
  };
  const none = new ChunkReader(store, { start: refused, cores: 8 });
  assert.deepEqual(await readAll(none, [0, 1, 2]), ['0', '1', '2']);
});

test('an error of storage on a thread reaches whoever reads', async () => {
  const store = await filled('error');
  const says = { code: 'storage_blocked', message: 'another tab' };
  const start = () =>
    fakeThread(store, (worker) => (worker.onmessage({ data: { call: 0, error: says } }), true));
  const reader = new ChunkReader(store, { start, cores: 1 });
  await assert.rejects(reader.read('m', 0), says);
  reader.close();
});
