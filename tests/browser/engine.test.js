// The wasm engine's own interface, in a real browser, on tiny models: answers, saved sessions, embeddings, errors.
// What the page makes of it is tested elsewhere.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { setup } from './harness.js';

const folder = fileURLToPath(new URL('../fixtures/arch/', import.meta.url));
const NAMES = ['llama3-rope-q8_0', 'smollm2-tied-q4_0', 'bert-q8_0'];

/** @param {string} name */
async function firstCase(name) {
  return JSON.parse(await readFile(`${folder}${name}/expected.json`, 'utf8')).cases[0];
}

/** @param {import('node:test').TestContext} t a page with `open(name, options)` for tiny models */
async function enginePage(t) {
  const files = Object.fromEntries(
    NAMES.map((name) => [`/tiny/${name}.gguf`, `${folder}${name}/model.gguf`]),
  );
  const { server, open } = await setup(t, { files });
  server.pages.set('/blank.html', { type: 'text/html', body: '<!doctype html><title>engine</title>' });
  const { page, errors } = await open('/blank.html');
  await page.evaluate(async () => {
    const { variants } = await (await fetch('/pkg/variants.json')).json();
    const { glue, wasm } = variants.find((/** @type {{name: string}} */ { name }) => name === 'simd');
    const module = await import(`/pkg/${glue}`);
    await module.default({ module_or_path: new URL(`/pkg/${wasm}`, location.href) });
    const scope = /** @type {any} */ (globalThis);
    scope.module = module;
    scope.open = async (/** @type {string} */ name, /** @type {object} */ options) => {
      const bytes = new Uint8Array(await (await fetch(`/tiny/${name}.gguf`)).arrayBuffer());
      const loader = new module.Loader({ context_length: 128, file_size: bytes.length, ...options });
      let wanted = 1000;
      while (wanted > 0) wanted = loader.header(bytes.subarray(0, wanted));
      // Last first: any order will do.
      for (const { index, offset, size } of loader.tensors().reverse())
        loader.tensor(index, bytes.subarray(offset, offset + size));
      return loader;
    };
    scope.answer = async (/** @type {any} */ engine, /** @type {object} */ request) => {
      const begun = engine.begin(request);
      const ids = [];
      for (;;) {
        const event = await engine.step();
        if (event.type === 'token') ids.push(event.id);
        if (event.type === 'done') return { begun, ids, done: event };
      }
    };
    scope.codeOf = async (/** @type {() => unknown} */ f) => {
      try {
        await f();
      } catch (error) {
        const { code, remedy } = /** @type {any} */ (error);
        return error instanceof Error && remedy ? code : `no coded error: ${error}`;
      }
      return 'nothing was thrown';
    };
  });
  return { page, errors };
}

test('an engine in the browser answers as the reference does, and its cache can be saved', async (t) => {
  const { page } = await enginePage(t);
  const { input_ids, greedy_ids } = await firstCase('llama3-rope-q8_0');
  const result = await page.evaluate(async (input) => {
    const { open, answer } = /** @type {any} */ (globalThis);
    const request = { ids: Uint32Array.from(input), max_tokens: 16, temperature: 0, ignore_eos: true };
    const engine = await (await open('llama3-rope-q8_0', { backend: 'scalar' })).finish();
    const first = await answer(engine, request);
    const saved = await engine.save();
    engine.reset();
    const fresh = await answer(engine, request);
    engine.reset();
    engine.restore(saved);
    const restored = await answer(engine, request);
    engine.begin(request);
    engine.cancel();
    const cancelled = (await engine.step()).reason;
    const info = engine.info();
    engine.free();
    return { first, fresh, restored, cancelled, info };
  }, input_ids);
  assert.deepEqual(result.first.ids, greedy_ids);
  assert.deepEqual(result.first.begun, { prompt_n: input_ids.length, cached_n: 0 });
  assert.equal(result.fresh.begun.cached_n, 0);
  assert.equal(result.restored.begun.cached_n, input_ids.length - 1);
  assert.deepEqual(result.restored.ids, greedy_ids);
  assert.equal(result.cancelled, 'cancelled');
  assert.equal(result.info.backend, 'scalar');
  assert.equal(result.info.context_length, 128);
  assert.equal(result.first.done.usage.completion_tokens, 16);
});

test('an encoder in the browser embeds as the reference does', async (t) => {
  const { page } = await enginePage(t);
  const { input_ids, mean_pooled_l2 } = await firstCase('bert-q8_0');
  const [ofIds, ofText] = await page.evaluate(async (ids) => {
    const { open } = /** @type {any} */ (globalThis);
    const embedder = await (await open('bert-q8_0', { task: 'embed' })).embedder();
    const options = { pooling: 'mean', normalize: true };
    return [Array.from(embedder.embed(ids, options)), Array.from(embedder.embed('a text'))];
  }, input_ids);
  assert.equal(ofIds.length, mean_pooled_l2.length);
  const worst = Math.max(...ofIds.map((x, i) => Math.abs(x - mean_pooled_l2[i])));
  assert.ok(worst < 1e-4, `off by ${worst}`);
  assert.ok(Math.abs(Math.hypot(...ofText) - 1) < 1e-5);
});

test('an encoder behind the package’s API: vectors as the reference has them, in OpenAI’s shape', async (t) => {
  const { input_ids, mean_pooled_l2 } = await firstCase('bert-q8_0');
  const files = Object.fromEntries(NAMES.map((name) => [`/${name}.gguf`, `${folder}${name}/model.gguf`]));
  const { server, open } = await setup(t, {
    files,
    dist: fileURLToPath(new URL('../../pkg', import.meta.url)),
  });
  server.pages.set('/blank.html', { type: 'text/html', body: '<!doctype html><title>engine</title>' });
  const { page } = await open('/blank.html');
  const result = await page.evaluate(async (ids) => {
    const path = '/index.js'; // served to this page
    const { loadEngine } = /** @type {typeof import('../../www/api/index.js')} */ (await import(path));
    const encoder = await loadEngine({ model: '/bert-q8_0.gguf', task: 'embed' });
    const own = await encoder.embed([ids], { pooling: 'mean' });
    const response = await encoder.embeddings.create({ model: 'x', input: ['a text', 'b'] });
    const chat = encoder.chat.completions.create({ messages: [{ role: 'user', content: 'x' }] });
    const refused = await chat.catch((error) => error.code);
    const { backend, architecture } = encoder.info;
    await encoder.close();
    const writer = await loadEngine({ model: '/smollm2-tied-q4_0.gguf' });
    const codes = [refused, await writer.embeddings.create({ input: 'x' }).catch((error) => error.code)];
    const task = loadEngine({ model: '/bert-q8_0.gguf' }).catch((error) => error.code);
    return {
      own: Array.from(own.vectors[0]),
      tokens: own.tokens,
      response,
      codes,
      backend,
      architecture,
      task: await task,
    };
  }, input_ids);
  const worst = Math.max(...result.own.map((x, i) => Math.abs(x - mean_pooled_l2[i])));
  assert.ok(worst < 1e-4, `off by ${worst}`);
  assert.equal(result.tokens, input_ids.length);
  const { data, usage, object, model } = result.response;
  assert.equal(object, 'list');
  assert.ok(model);
  assert.deepEqual(
    data.map(({ index, object, embedding }) => [index, object, embedding.length]),
    [0, 1].map((index) => [index, 'embedding', mean_pooled_l2.length]),
  );
  for (const { embedding } of data) assert.ok(Math.abs(Math.hypot(...embedding) - 1) < 1e-5);
  assert.ok(usage.prompt_tokens > 2 && usage.prompt_tokens === usage.total_tokens);
  assert.deepEqual(result.codes, ['not_a_decoder', 'not_an_encoder']);
  assert.equal(result.task, 'unsupported_architecture');
  assert.equal(result.backend, 'cpu');
  assert.equal(result.architecture, 'bert');
});

test('mistakes are errors with a code and a remedy, and the engine goes on', async (t) => {
  const { page } = await enginePage(t);
  const codes = await page.evaluate(async () => {
    const { module, open, answer, codeOf } = /** @type {any} */ (globalThis);
    const engine = await (await open('smollm2-tied-q4_0', { backend: 'cpu' })).finish();
    const found = [
      await codeOf(() => open('smollm2-tied-q4_0', { backend: 'abacus' })),
      await codeOf(() => new module.Loader({ context_length: 'long' })),
      await codeOf(() => new module.Loader({}).header(new TextEncoder().encode('<!doctype html>'))),
      await codeOf(() => new module.Loader({}).tensors()),
      await codeOf(() => open('bert-q8_0', {})),
      await codeOf(() => open('smollm2-tied-q4_0', { task: 'embed' })),
      await codeOf(() => engine.begin({ messages: [] })),
      await codeOf(() => engine.begin({ ids: [1, 100000] })),
      await codeOf(() => engine.begin({ prompt: 'a '.repeat(500) })),
      await codeOf(() => engine.begin({ prompt: 'a', top_p: 7 })),
      await codeOf(() => engine.step()),
      await codeOf(() => engine.restore(new Uint8Array(9))),
    ];
    const { done } = await answer(engine, { messages: [{ role: 'user', content: 'Hi' }], max_tokens: 2 });
    return [...found, done.reason];
  });
  assert.deepEqual(codes, [
    'bad_parameter',
    'bad_parameter',
    'not_gguf',
    'state',
    'unsupported_architecture',
    'unsupported_architecture',
    'empty_prompt',
    'token_out_of_range',
    'context_full',
    'bad_parameter',
    'state',
    'session',
    'length',
  ]);
});
