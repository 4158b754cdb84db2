// The client and the host over a real message channel, with a fake engine: calls, streams, cancelling, errors.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CacheError } from '../../www/cache/errors.js';
import { EngineClient } from '../../www/engine/client.js';
import { EngineHost } from '../../www/engine/host.js';
import { loadEncoder, loadModel } from '../../www/engine/load.js';
import {
  fromWireError,
  isFromWorker,
  isToWorker,
  LoquatError,
  toWireError,
} from '../../www/engine/protocol.js';
import { chooseVariant, FEATURES } from '../../www/engine/variant.js';
import { ANSWERS, Loader } from './fake-engine.js';

/** @typedef {import('../../www/engine/protocol.js').GenerateEvent} GenerateEvent */

/** What the worker says of an encoder. */
const EMPTY = { backend: 'cpu', variant: '', threads: 1, reason: '' };

const FILE = {
  name: 'fake.gguf',
  size: 64,
  read: async (/** @type {number} */ _, /** @type {number} */ n) => new Uint8Array(n),
};

/**
 * @param {import('node:test').TestContext} t @param {Partial<typeof FILE>} [file]
 * @param {(call: import('../../www/engine/protocol.js').LoadRequest) => void} [onLoad] may fail
 */
async function connect(t, file = {}, onLoad = () => {}) {
  const { port1, port2 } = new MessageChannel();
  const host = new EngineHost({
    post: (message, transfer = []) => port2.postMessage(message, transfer),
    async load(call, { onProgress }, signal) {
      onLoad(call);
      const how = call.options.task === 'embed' ? loadEncoder : loadModel;
      const engine = await how(new Loader(), { ...FILE, ...file }, onProgress, signal);
      return { engine, info: { ...EMPTY, ...engine.info() } };
    },
  });
  port2.onmessage = (event) => host.receive(event.data);
  port1.start();
  t.after(() => port1.close());
  return new EngineClient(
    /** @type {import('../../www/engine/client.js').Port} */ (/** @type {unknown} */ (port1)),
  );
}

/** @param {AsyncIterable<GenerateEvent>} events */
async function collect(events) {
  let text = '';
  /** @type {GenerateEvent | undefined} */
  let last;
  for await (const event of events) {
    if (event.type === 'token') text += event.text;
    last = event;
  }
  return { text, last };
}

const load = (/** @type {EngineClient} */ client, more = {}) =>
  client.load({ url: 'http://x/fake.gguf' }, { pkg: '/', ...more });
const say = (/** @type {string} */ content) => ({
  messages: [{ role: /** @type {const} */ ('user'), content }],
});

test('a model loads tensor by tensor and tells its progress', async (t) => {
  const client = await connect(t);
  /** @type {number[]} */
  const loaded = [];
  const info = await load(client, {
    onProgress: (/** @type {{loaded: number}} */ p) => loaded.push(p.loaded),
  });
  assert.equal(info.name, 'Fake 1M');
  assert.deepEqual(loaded, [32, 40, 64]);
});

test('progress is told some fifty times, however many tensors there are', async () => {
  const tensors = Array.from({ length: 1000 }, (_, i) => ({ index: i, name: `t${i}`, offset: i, size: 1 }));
  const loader = /** @type {any} */ ({
    header: () => 0,
    tensors: () => tensors,
    tensor() {},
    finish: async () => ({}),
  });
  const file = { name: 'many', size: 1000, read: async () => new Uint8Array(1) };
  /** @type {number[]} */
  const told = [];
  await loadModel(
    loader,
    file,
    ({ phase, loaded }) => phase === 'read' && told.push(loaded),
    new AbortController().signal,
  );
  assert.equal(told.at(-1), 1000);
  assert.ok(told.length >= 40 && told.length <= 51, `${told.length} times`);
});

test('a load is paused and resumed; its progress says so', async (t) => {
  const { port1, port2 } = new MessageChannel();
  t.after(() => port1.close());
  const host = new EngineHost({
    post: (message) => port2.postMessage(message),
    async load(_, { onProgress, gate }, signal) {
      for (let loaded = 0; loaded < 3; loaded++) {
        await gate.pass(signal);
        onProgress({ phase: 'download', loaded, total: 3 });
        await new Promise((resolve) => setTimeout(resolve));
      }
      const engine = await loadModel(new Loader(), FILE, () => {}, signal);
      return { engine, info: engine.info() };
    },
  });
  port2.onmessage = (event) => host.receive(event.data);
  port1.start();
  const client = new EngineClient(/** @type {any} */ (port1));
  /** @type {number[]} */
  const loaded = [];
  let held = 0;
  const loading = load(client, {
    onProgress(/** @type {import('../../www/engine/protocol.js').LoadProgress} */ progress) {
      if (!progress.paused) return void loaded.push(progress.loaded);
      const before = loaded.length;
      setTimeout(() => {
        assert.equal(loaded.length, before, 'nothing goes on while it is paused');
        held++;
        client.resume();
      }, 20);
    },
  });
  client.pause();
  assert.equal((await loading).name, 'Fake 1M');
  assert.equal(held, 1);
  assert.equal(loaded.at(-1), 2);
});

test('an answer streams word by word and ends with done', async (t) => {
  const client = await connect(t);
  await load(client);
  const { text, last } = await collect(client.generate(say('a table')));
  assert.equal(text, ANSWERS.table);
  assert.ok(last?.type === 'done' && last.reason === 'stop' && last.usage.completion_tokens > 10);
});

test('abort cancels between tokens; the next answer is whole', async (t) => {
  const client = await connect(t);
  await load(client);
  const abort = new AbortController();
  let tokens = 0;
  const run = async () => {
    for await (const event of client.generate(say('count to 500'), { signal: abort.signal })) {
      if (event.type === 'token' && ++tokens === 3) abort.abort();
    }
  };
  await assert.rejects(run(), { name: 'AbortError' });
  assert.ok(tokens < 20, `${tokens} tokens came after all`);
  assert.match((await collect(client.generate(say('hello')))).text, /^You said: hello/);
});

test('leaving the loop early cancels, and does not leave the engine busy', async (t) => {
  const client = await connect(t);
  await load(client);
  for await (const event of client.generate(say('count to 500'))) if (event.type === 'token') break;
  assert.match((await collect(client.generate(say('hello')))).text, /^You said: hello/);
});

test('a call that waits in the queue can be cancelled before it begins', async (t) => {
  const client = await connect(t);
  await load(client);
  const abort = new AbortController();
  const first = collect(client.generate(say('count to 5')));
  const second = collect(client.generate(say('count to 5'), { signal: abort.signal }));
  setTimeout(() => abort.abort(), 5);
  await assert.rejects(second, { name: 'AbortError' });
  assert.match((await first).text, /Line 5/);
});

test('an engine error arrives with its code and remedy, and the engine goes on', async (t) => {
  const client = await connect(t);
  await load(client);
  await assert.rejects(collect(client.generate(say('explode'))), {
    code: 'prompt_exploded',
    message: 'The prompt exploded at token 7.',
    remedy: 'Ask something else.',
  });
  assert.deepEqual([...(await client.tokenize('two words'))], [4, 5]);
});

test('a call without a model says so', async (t) => {
  const client = await connect(t);
  await assert.rejects(client.tokenize('x'), { code: 'not_loaded' });
});

test('a file that ends inside its header or a tensor is named with its size', async (t) => {
  await assert.rejects(load(await connect(t, { size: 8 })), {
    code: 'gguf_truncated',
    message: /fake\.gguf ends after 8 bytes/,
  });
  await assert.rejects(load(await connect(t, { size: 36 })), {
    code: 'gguf_truncated',
    message: /Tensor b ends at byte 40.*36/,
  });
});

test('an encoder embeds, several texts at once or none of them; what only writers do it refuses', async (t) => {
  const client = await connect(t);
  await load(client, { task: 'embed' });
  const { vectors, tokens } = await client.embed(['one', 'two words', [7, 8, 9]]);
  assert.deepEqual(
    vectors.map((vector) => [...vector]),
    [
      [1, 3],
      [2, 5],
      [3, 9],
    ],
  );
  assert.equal(tokens, 6);
  assert.deepEqual([...(await client.tokenize('two words'))], [4, 5]);
  await assert.rejects(collect(client.generate(say('hello'))), { code: 'not_a_decoder' });
  await assert.rejects(client.save(), { code: 'not_a_decoder' });
  const abort = new AbortController();
  const many = client.embed(
    Array.from({ length: 300_000 }, () => 'x'),
    { signal: abort.signal },
  );
  setTimeout(() => abort.abort(), 5);
  await assert.rejects(many, { name: 'AbortError' });
  await load(client);
  await assert.rejects(client.embed(['x']), { code: 'not_an_encoder' });
});

test('closing rejects what is still open', async (t) => {
  const client = await connect(t);
  const open = client.tokenize('x');
  client.close();
  await assert.rejects(open, { code: 'engine_closed' });
});

test('the protocol is closed: unknown messages are none of ours', () => {
  for (const wrong of [
    null,
    1,
    'load',
    {},
    { type: 'load' },
    { type: 'evil', id: 1 },
    { type: 'load', id: '1' },
  ]) {
    assert.equal(isToWorker(wrong), false, JSON.stringify(wrong));
    assert.equal(isFromWorker(wrong), false, JSON.stringify(wrong));
  }
  assert.equal(isToWorker({ type: 'cancel', id: 3 }), true);
  assert.equal(isFromWorker({ type: 'cancel', id: 3 }), false);
});

test('errors cross the wire with name, code and remedy', () => {
  const back = fromWireError(toWireError(new LoquatError('a_code', 'what', 'do')));
  assert.ok(
    back instanceof LoquatError && back.code === 'a_code' && back.message === 'what' && back.remedy === 'do',
  );
  assert.equal(fromWireError(toWireError(new DOMException('no', 'AbortError'))).name, 'AbortError');
  assert.equal(toWireError('text').code, 'internal');
  const offered = new CacheError('room_too_small', 'full', { offer: 'memory', remedy: 'Make room.' });
  const { code, offer, hint } = /** @type {any} */ (fromWireError(toWireError(offered)));
  assert.deepEqual([code, offer, hint], ['room_too_small', 'memory', 'Make room.']);
});

test('the first wasm build whose features are all here is taken, with the reason', async () => {
  const variants = [
    { name: 'fast', needs: ['simd', 'threads'], glue: 'fast/loquat.js', wasm: 'fast/x.wasm' },
    { name: 'plain', needs: ['simd'], glue: 'plain/loquat.js', wasm: 'plain/x.wasm' },
  ];
  const can = { simd: () => true, threads: () => false };
  const choice = await chooseVariant(variants, 'http://h/sub/pkg/', can);
  assert.equal(choice.glue, 'http://h/sub/pkg/plain/loquat.js');
  assert.match(choice.reason, /no threads for fast/);
  await assert.rejects(chooseVariant(variants, 'http://h/', { simd: () => false }), {
    code: 'engine_unsupported',
  });
  assert.equal(await FEATURES.simd(), true, 'Node compiles SIMD, so the probe must be a valid module');
});

/** A client whose loads and notices are written down. @param {import('node:test').TestContext} t @param {(load: number) => void} [onLoad] */
async function watched(t, onLoad = () => {}) {
  /** @type {Array<string | undefined>} */
  const backends = [];
  /** @type {string[]} */
  const notices = [];
  let engines = 0;
  const client = await connect(t, {}, ({ options }) => {
    backends.push(options.backend);
    onLoad(backends.length);
  });
  await load(client, {
    backend: 'gpu',
    onNotice: (/** @type {Error & {code: string}} */ { code }) => notices.push(code),
    onEngine: () => (engines += 1),
  });
  return { client, backends, notices, engines: () => engines };
}

test('a device that is lost in an answer is replaced, and the answer is the same', async (t) => {
  const { client, backends, notices, engines } = await watched(t);
  const whole = await collect(client.generate(say('a table, but lose the GPU at 7')));
  assert.equal(whole.text, ANSWERS.table);
  assert.deepEqual(backends, ['gpu', 'gpu']);
  assert.deepEqual(notices, ['gpu_lost']);
  assert.equal(engines(), 1);
});

test('after a second loss the CPU finishes the answer, and says so', async (t) => {
  const { client, backends, notices } = await watched(t);
  const whole = await collect(client.generate(say('a table, but lose the GPU at 7,12')));
  assert.equal(whole.text, ANSWERS.table);
  assert.deepEqual(backends, ['gpu', 'gpu', 'cpu']);
  assert.deepEqual(notices, ['gpu_lost', 'gpu_lost_again']);
  assert.equal((await collect(client.generate(say('a table')))).text, ANSWERS.table);
  await load(client, { backend: 'gpu' });
  assert.equal(backends.at(-1), 'gpu', 'who asks for the GPU again gets it');
});

test('a device that is lost while a model loads costs a second try, then the CPU is taken', async (t) => {
  const lost = () => Object.assign(new Error('lost'), { code: 'device_lost', remedy: 'Reload.' });
  const { client, backends, notices } = await watched(t, (load) => {
    if (load < 3) throw lost();
  });
  assert.deepEqual(backends, ['gpu', 'gpu', 'cpu']);
  assert.deepEqual(notices, ['gpu_lost', 'gpu_lost_again']);
  assert.equal((await collect(client.generate(say('a table')))).text, ANSWERS.table);
});

test('where the model could not be loaded again, the next question tries once more', async (t) => {
  const gone = () => Object.assign(new Error('gone'), { code: 'offline', remedy: 'Connect.' });
  const { client, backends } = await watched(t, (load) => {
    if (load === 2) throw gone();
  });
  await assert.rejects(collect(client.generate(say('a table, but lose the GPU at 7'))), { code: 'offline' });
  assert.equal((await collect(client.generate(say('a table')))).text, ANSWERS.table);
  assert.deepEqual(backends, ['gpu', 'gpu', 'gpu']);
});

test('a model that the GPU cannot take is loaded on the CPU, and the reason is told', async (t) => {
  const tooLarge = () =>
    Object.assign(new Error('out of memory: token_embd.weight, on the GPU, needs 9 bytes'), {
      code: 'out_of_memory',
      remedy: 'Close other tabs.',
      onGpu: true,
    });
  const { client, backends, notices } = await watched(t, (load) => {
    if (load === 1) throw tooLarge();
  });
  assert.deepEqual(backends, ['gpu', 'cpu']);
  assert.deepEqual(notices, ['gpu_unavailable']);
  assert.equal((await collect(client.generate(say('a table')))).text, ANSWERS.table);
  await assert.rejects(
    watched(t, () => {
      throw tooLarge();
    }),
    { code: 'out_of_memory' },
  );
});

test('an answer that is stopped while its device is replaced ends there, and the next one is whole', async (t) => {
  const stop = new AbortController();
  const { client } = await watched(t, (load) => {
    if (load === 2) stop.abort();
  });
  const stopped = collect(client.generate(say('a table, but lose the GPU at 7'), { signal: stop.signal }));
  await assert.rejects(stopped, { name: 'AbortError' });
  assert.equal((await collect(client.generate(say('a table')))).text, ANSWERS.table);
});
