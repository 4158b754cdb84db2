// A browser that refuses threads, shared memory or more memory: the next smaller configuration and a notice, or a clear
// error, never a hang. The page's own worker runs, over a module that spoils what it needs first.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { MODEL, MODEL_PATH, setup } from './harness.js';

const TINY = '/models/tiny.gguf';
const FILE = fileURLToPath(new URL('../fixtures/arch/llama-q4_1/model.gguf', import.meta.url));

/**
 * Loads a model in a worker that `spoil` has run in, and asks for four tokens.
 * @param {import('node:test').TestContext} t
 * @param {{spoil: string, model?: string, threads?: number}} task
 * @returns {Promise<any>} the load's info or error, notices, and the answer's ids
 */
async function run(t, { spoil, model = TINY, threads = 2 }) {
  const { server, open } = await setup(t, {
    files: { [TINY]: FILE, ...(MODEL ? { [MODEL_PATH]: MODEL } : {}) },
  });
  server.pages.set('/blank', { type: 'text/html', body: '<!doctype html><link rel="icon" href="data:,">' });
  server.pages.set('/spoil.js', { type: 'text/javascript', body: spoil });
  server.pages.set('/spoiled.js', {
    type: 'text/javascript',
    body: `import '/spoil.js'; import '/worker/worker.js';`,
  });
  server.pages.set('/dead-thread.js', {
    type: 'text/javascript',
    body: 'throw new Error("no threads today");',
  });
  const { page } = await open('/blank');
  return page.evaluate(
    async ({ model, threads }) => {
      const worker = new Worker('/spoiled.js', { type: 'module' });
      /** @type {any[]} */
      const events = [];
      const call = (/** @type {any} */ message) =>
        new Promise((resolve, reject) => {
          worker.onerror = (event) => reject(new Error(event.message));
          worker.onmessage = ({ data }) => {
            if (data.type === 'event') events.push(data.event);
            else resolve(data.type === 'result' ? { value: data.value } : { error: data.error });
          };
          worker.postMessage(message);
        });
      const source = { type: 'url', url: new URL(model, location.href).href };
      const options = { backend: 'cpu', context_length: 128, threads, storage: 'memory' };
      const load = /** @type {any} */ (
        await call({ id: 1, type: 'load', source, options, pkg: `${location.origin}/pkg/` })
      );
      const notices = events.filter(({ type }) => type === 'notice').map(({ notice }) => notice);
      if (load.error) return { error: load.error, notices };
      events.length = 0;
      const request = { ids: [1, 2, 3], max_tokens: 4, temperature: 0, ignore_eos: true };
      await call({ id: 2, type: 'generate', request });
      worker.terminate();
      return { info: load.value, notices, ids: events.filter((e) => e.type === 'token').map((e) => e.id) };
    },
    { model, threads },
  );
}

/** @type {number[] | undefined} */
let reference;

test('without a fault the engine runs on the threads it was given', async (t) => {
  const { info, notices, ids, error } = await run(t, { spoil: '' });
  assert.equal(error, undefined);
  assert.deepEqual(notices, []);
  assert.ok(info.threads >= 1);
  assert.equal(ids.length, 4);
  reference = ids;
});

test('a thread that cannot start is told, and the engine answers without it', async (t) => {
  const spoil = `const Real = Worker;
    globalThis.Worker = class { constructor(url, options) { return new Real('/dead-thread.js', options); } };`;
  const { info, notices, ids, error } = await run(t, { spoil, threads: 3 });
  assert.equal(error, undefined);
  assert.equal(info.threads, 1);
  assert.equal(notices.length, 1);
  assert.equal(notices[0].code, 'fewer_threads');
  assert.match(notices[0].message, /thread 2 of 3: .*no threads today/);
  assert.match(notices[0].message, /thread 3 of 3: .*no threads today/);
  assert.ok(notices[0].remedy);
  assert.deepEqual(ids, reference);
});

test('where workers cannot be made at all, the engine answers alone', async (t) => {
  const spoil = `globalThis.Worker = class { constructor() { throw new Error('workers are forbidden'); } };`;
  const { info, notices, ids } = await run(t, { spoil });
  assert.equal(info.threads, 1);
  assert.match(notices[0].message, /workers are forbidden/);
  assert.deepEqual(ids, reference);
});

test('refused shared memory leads to the build without threads', async (t) => {
  const spoil = `const Real = WebAssembly.Memory;
    WebAssembly.Memory = function (what) {
      if (what.shared) throw new RangeError('could not allocate memory');
      return new Real(what);
    };`;
  const { info, notices, ids } = await run(t, { spoil });
  assert.equal(info.threads, 1);
  assert.equal(notices[0].code, 'fewer_threads');
  assert.match(notices[0].message, /no threads: RangeError: could not allocate memory/);
  assert.deepEqual(ids, reference);
});

test('refused growth of memory is an error that says what did not fit', async (t) => {
  if (!MODEL) return t.skip('the default model is not there');
  // 40 MB in all: enough to read the header, not for 98 MB of weights.
  const spoil = `const Real = WebAssembly.Memory;
    WebAssembly.Memory = function (what) { return new Real({ ...what, ...(what.shared ? { maximum: 640 } : {}) }); };`;
  const { error } = await run(t, { spoil, model: MODEL_PATH });
  assert.equal(error.code, 'out_of_memory');
  assert.match(error.message, /needs \d+ bytes/);
  assert.match(error.remedy, /smaller model/);
});
