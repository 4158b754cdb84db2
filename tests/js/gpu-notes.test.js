// What is remembered about a GPU: by adapter and browser, for a week, and never in the way.
import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import 'fake-indexeddb/auto';
import { findAdapter, readNotes, writeNotes } from '../../www/worker/gpu-notes.js';
import { changeWebGpu, restoreWebGpu } from '../../www/worker/webgpu-changes.js';

const WEEK = 7 * 24 * 3600 * 1000;

/** @param {object | null} info @returns {any} */
const gpuOf = (info) => ({ requestAdapter: async () => info && { info, features: new Set(['subgroups']) } });

test('notes are kept apart by adapter and browser', async () => {
  const info = { vendor: 'amd', architecture: 'rdna-3', device: '', description: '' };
  const adapters = [
    await findAdapter(gpuOf(info), 'Browser 1'),
    await findAdapter(gpuOf({ ...info, architecture: 'rdna-2' }), 'Browser 1'),
    await findAdapter(gpuOf(info), 'Browser 2'),
  ];
  const names = adapters.map((adapter) => adapter?.name ?? '');
  assert.equal(new Set(names).size, 3);
  for (const [i, name] of names.entries()) await writeNotes(name, `note ${i}`);
  for (const [i, name] of names.entries()) assert.equal(await readNotes(name), `note ${i}`);
});

test('without WebGPU or an adapter there is no name', async () => {
  assert.equal(await findAdapter(undefined, 'Browser'), undefined);
  assert.equal(await findAdapter(gpuOf(null), 'Browser'), undefined);
  const broken = /** @type {any} */ ({ requestAdapter: () => Promise.reject(new Error('no')) });
  assert.equal(await findAdapter(broken, 'Browser'), undefined);
});

test('notes are forgotten after a week, and swept out by the next', async () => {
  await writeNotes('old', 'one', 1000);
  assert.equal(await readNotes('old', 1000 + WEEK - 1), 'one');
  assert.equal(await readNotes('old', 1000 + WEEK), undefined);
  await writeNotes('new', 'two', 1000 + WEEK);
  assert.equal(await readNotes('old', 1001), undefined);
  assert.equal(await readNotes('new', 1000 + WEEK), 'two');
});

test('without storage nothing is known and nothing fails', async () => {
  const { open } = indexedDB;
  indexedDB.open = () => {
    throw new DOMException('not in a private window', 'SecurityError');
  };
  try {
    await writeNotes('adapter', 'note');
    assert.equal(await readNotes('adapter'), undefined);
  } finally {
    indexedDB.open = open;
  }
});

test('devices are asked for with subgroups where the adapter has them', async (t) => {
  /** @type {any[]} */
  const asked = [];
  class Adapter {
    info = {};
    /** @param {string[]} features */
    constructor(features) {
      this.features = new Set(features);
    }
    /** @param {object} [wanted] */
    async requestDevice(wanted) {
      asked.push(wanted);
    }
  }
  const { requestDevice } = Adapter.prototype;
  changeWebGpu(() => {}, { GPUAdapter: Adapter });
  changeWebGpu(() => {}, { GPUAdapter: Adapter }); // once is enough
  t.after(restoreWebGpu);
  for (const features of [['shader-f16', 'subgroups'], ['shader-f16']]) {
    const adapter = new Adapter(features);
    const gpu = /** @type {any} */ ({ requestAdapter: async () => adapter });
    assert.equal((await findAdapter(gpu, 'B'))?.subgroups, features.includes('subgroups'));
    await adapter.requestDevice({ label: 'x', requiredFeatures: ['shader-f16'] });
  }
  assert.deepEqual(asked, [
    { label: 'x', requiredFeatures: ['shader-f16', 'subgroups'] },
    { label: 'x', requiredFeatures: ['shader-f16'] },
  ]);
  restoreWebGpu();
  assert.equal(Adapter.prototype.requestDevice, requestDevice, 'as it was');
});

test('nothing of WebGPU is changed anywhere else', async () => {
  const www = new URL('../../www/', import.meta.url);
  for (const name of await readdir(www, { recursive: true })) {
    if (!name.endsWith('.js') || name === join('worker', 'webgpu-changes.js')) continue;
    const source = await readFile(new URL(name, www), 'utf8');
    assert.doesNotMatch(source, /GPU\w+\??\.prototype|\.prototype\.\w+ = /, name);
  }
});
