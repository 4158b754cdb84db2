// The client and the host over a real message channel, with a fake engine: calls, streams, cancelling, errors.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CacheError } from '../../www/protocol/weights-error.js';
import { EngineClient } from '../../www/engine/client.js';
import { EngineHost } from '../../www/worker/host.js';
import { loadEncoder, loadModel } from '../../www/worker/load.js';
import {
  fromWireError,
  isFromWorker,
  isToWorker,
  LoquatError,
  toWireError,
} from '../../www/protocol/messages.js';
import { chooseVariant, FEATURES } from '../../www/worker/variant.js';
import { Gate } from '../../www/weights/fetch/retry.js';
import { beside, heldBy, misfit } from '../../www/weights/manage/fit.js';
import { ANSWERS, Engine as FakeEngine, Loader } from './fake-engine.js';

/** @typedef {import('../../www/protocol/messages.js').GenerateEvent} GenerateEvent */

/** What the worker says of an encoder. */
const EMPTY = { backend: 'cpu', variant: '', threads: 1, reason: '' };

const FILE = {
  name: 'fake.gguf',
  size: 64,
  read: async (/** @type {number} */ _, /** @type {number} */ n) => new Uint8Array(n),
};

/**
 * @param {import('node:test').TestContext} t @param {Partial<typeof FILE>} [file]
 * @param {(call: import('../../www/protocol/messages.js').LoadRequest, held: import('../../www/weights/manage/fit.js').Held) => void} [onLoad] may fail
 */
async function connect(t, file = {}, onLoad = () => {}) {
  const { port1, port2 } = new MessageChannel();
  const host = new EngineHost({
    post: (message, transfer = []) => port2.postMessage(message, transfer),
    async load(call, { onProgress, held }, signal) {
      onLoad(call, held);
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
    onProgress(/** @type {import('../../www/protocol/messages.js').LoadProgress} */ progress) {
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

test('several models side by side: each call names its own, and unloading one leaves the others', async (t) => {
  const client = await connect(t);
  const encoder = client.slot('embed');
  await load(client);
  await load(encoder, { task: 'embed' });
  const { text } = await collect(client.generate(say('hello')));
  assert.ok(text.length > 0);
  assert.equal((await encoder.embed(['one'])).vectors.length, 1);
  await assert.rejects(client.embed(['one']), { code: 'not_an_encoder' });
  await encoder.unload();
  await assert.rejects(encoder.embed(['one']), { code: 'not_loaded' });
  assert.equal((await collect(client.generate(say('hello')))).text, text);
});

test('where there is no room for one more model, the one that was used longest ago rests, and comes back', async (t) => {
  /** @type {string[]} */
  const loads = [];
  const room = 2; // models
  const client = await connect(t, {}, ({ slot = 'main' }, { heap, all }) => {
    const one = heldBy({ ...EMPTY, ...new FakeEngine().info() }).heap;
    assert.equal(heap, all);
    assert.equal(heap % one, 0, 'the memory of whole models is counted');
    loads.push(`${slot} beside ${heap / one}`);
    if (heap / one >= room) throw new LoquatError('wont_fit', 'No room.', 'Less.');
  });
  const [second, third] = ['second', 'third'].map((name) => client.slot(name));
  await load(client);
  await load(second);
  assert.ok(await second.tokenize('x'));
  assert.ok(await client.tokenize('x')); // the second is the one that was used longest ago
  await load(third);
  assert.deepEqual(loads, ['main beside 0', 'second beside 1', 'third beside 2', 'third beside 1']);
  assert.ok(await third.tokenize('x'));
  loads.length = 0;
  assert.ok((await collect(second.generate(say('hello')))).text, 'it is loaded again by itself');
  assert.deepEqual(loads, ['second beside 2', 'second beside 1'], 'and the first rests');
  await third.unload();
  await client.unload();
  await assert.rejects(client.tokenize('x'), { code: 'not_loaded' });
});

test('what models hold is taken from the device before another is checked', () => {
  const info = {
    ...EMPTY,
    ...new FakeEngine().info(),
    weight_bytes: 1e9,
    infill: false,
    kv_bytes_per_token: 1000,
    context_length: 4096,
  };
  const held = heldBy(info);
  assert.deepEqual(held, { heap: 1e9 * 1.1 + 4096e3, all: 1e9 * 1.1 + 4096e3 });
  assert.equal(heldBy({ ...info, backend: 'gpu' }).heap, 0);
  assert.equal(heldBy({ ...info, reasons: [{ code: 'encoder' }] }).all, 1.1e9);
  const need = { name: 'm', weightBytes: 2.8e9, kvBytesPerToken: 0, contextLength: 1 };
  assert.equal(misfit(need, { heapBytes: 2 ** 32 }), undefined);
  assert.equal(misfit(need, beside({ heapBytes: 2 ** 32 }, held))?.what, 'heap');
  assert.equal(misfit(need, beside({ memoryBytes: 6e9 }, held))?.what, 'heap');
  assert.equal(misfit(need, beside({ memoryBytes: 6e9, heapBytes: 1e12 }, held))?.what, 'memory');
});

test('a call that cannot be sent, and every call after the end, is rejected and never pending', async (t) => {
  const client = await connect(t);
  await load(client);
  const unsendable = /** @type {any} */ ([{ role: 'user', content: () => {} }]);
  await assert.rejects(client.template(unsendable), { name: 'DataCloneError' });
  assert.ok((await client.tokenize('x')).length > 0, 'the next call is answered');
  client.close();
  const later = [client.tokenize('x'), client.save(), client.unload(), client.network(), client.stats()];
  for (const call of later) await assert.rejects(call, { code: 'engine_closed' });
  await assert.rejects(collect(client.generate(say('hello'))), { code: 'engine_closed' });
  await assert.rejects(load(client), { code: 'engine_closed' });
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

/** Every call that a client has. @type {Record<string, (client: EngineClient, signal?: AbortSignal) => Promise<unknown>>} */
const CALLS = {
  plan: (engine) => engine.plan({ messages: [] }, {}),
  load: (client, signal) => client.load({ url: 'x' }, { pkg: '', ...(signal ? { signal } : {}) }),
  generate: (client, signal) => collect(client.generate(say('a table'), signal ? { signal } : {})),
  tokenize: (client) => client.tokenize('x'),
  detokenize: (client) => client.detokenize([1]),
  template: (client) => client.template([]),
  embed: (client, signal) => client.embed(['x'], signal ? { signal } : {}),
  save: (client) => client.save(),
  restore: (client) => client.restore(new Uint8Array(1)),
  reset: (client) => client.reset(),
  stats: (client) => client.stats(),
  unload: (client) => client.unload(),
  network: (client) => client.network(),
};

/** @param {Promise<unknown>} call */
const ended = (call) =>
  Promise.race([
    call.then(
      () => 'answered',
      (error) => error.code ?? error.name,
    ),
    new Promise((resolve) => setTimeout(resolve, 2000, 'pending')),
  ]);

/** A worker that never answers. @param {{refuse?: boolean}} [how] */
function mute({ refuse = false } = {}) {
  /** @type {Map<string, (event: any) => void>} */
  const listeners = new Map();
  /** @type {any[]} */
  const heard = [];
  return {
    heard,
    port: {
      postMessage(/** @type {unknown} */ message) {
        if (refuse) throw new DOMException('could not be cloned', 'DataCloneError');
        heard.push(message);
      },
      addEventListener: (/** @type {string} */ type, /** @type {any} */ run) => void listeners.set(type, run),
    },
    emit: (/** @type {string} */ type, /** @type {any} */ event) => listeners.get(type)?.(event),
  };
}

test('the list of calls is whole', () => {
  const own = Object.getOwnPropertyNames(EngineClient.prototype);
  const others = ['constructor', 'slot', 'pause', 'resume', 'leave', 'close'];
  assert.deepEqual(own.filter((name) => !others.includes(name)).sort(), Object.keys(CALLS).sort());
});

for (const [name, call] of Object.entries(CALLS)) {
  test(`no call is left pending: ${name}`, async (t) => {
    const closed = new EngineClient(mute().port);
    closed.close();
    assert.equal(await ended(call(closed)), 'engine_closed', 'closed before');
    const closing = new EngineClient(mute().port);
    const open = ended(call(closing));
    await new Promise((resolve) => setTimeout(resolve, 1));
    closing.close();
    closing.close();
    assert.equal(await open, 'engine_closed', 'closed meanwhile');

    const dead = mute();
    const orphan = new EngineClient(dead.port);
    const before = ended(call(orphan));
    await new Promise((resolve) => setTimeout(resolve, 1));
    dead.emit('error', { type: 'error' });
    assert.equal(await before, 'worker_failed', 'the worker never ran');
    assert.equal(await ended(call(orphan)), 'worker_failed', 'and never will');
    const unread = mute();
    const garbled = new EngineClient(unread.port);
    const reading = ended(call(garbled));
    await new Promise((resolve) => setTimeout(resolve, 1));
    unread.emit('messageerror', {});
    assert.equal(await reading, 'worker_failed', 'an answer that can’t be read');

    assert.equal(
      await ended(call(new EngineClient(mute({ refuse: true }).port))),
      25,
      'what can’t be sent (DataCloneError)',
    );

    const stop = new AbortController();
    const slow = new EngineClient(mute().port, { patience: 20 });
    const cancelled = ended(call(slow, stop.signal));
    setTimeout(() => stop.abort(), 5);
    if (/signal/.test(call.toString()))
      assert.equal(await cancelled, 20, 'aborted (AbortError), and the worker is silent');
    else slow.close();
    await cancelled;

    const client = await connect(t, {}, () => {
      throw new LoquatError('no_such_file', 'gone');
    });
    await assert.rejects(client.load({ url: 'x' }, { pkg: '' }), { code: 'no_such_file' });
    assert.notEqual(await ended(call(client)), 'pending', 'after a load that failed');
  });
}

test('a call that is answered leaves no listener on its signal', async (t) => {
  const client = await connect(t);
  const { signal } = new AbortController();
  let listeners = 0;
  const { addEventListener, removeEventListener } = signal;
  signal.addEventListener = (/** @type {any[]} */ ...given) => (
    listeners++,
    /** @type {any} */ (addEventListener).apply(signal, given)
  );
  signal.removeEventListener = (/** @type {any[]} */ ...given) => (
    listeners--,
    /** @type {any} */ (removeEventListener).apply(signal, given)
  );
  await client.load({ url: 'x' }, { pkg: '', signal });
  await collect(client.generate(say('a table'), { signal }));
  assert.equal(listeners, 0);
});

test('a download that is stopped while it is paused leaves nobody waiting at its gate', async () => {
  const gate = new Gate();
  gate.pause();
  const stop = new AbortController();
  const passing = gate.pass(stop.signal);
  await new Promise((resolve) => setTimeout(resolve, 1));
  assert.equal(gate.waiting, 1);
  stop.abort();
  await assert.rejects(passing, { name: 'AbortError' });
  assert.equal(gate.waiting, 0);
});
