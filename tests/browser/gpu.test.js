// WebGPU in Chromium, on its software adapter: the same ids as the CPU, a small wasm heap, honest refusals.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { TINY, arch, here, run } from './gpu-run.js';
import { MODEL, MODEL_PATH, setup } from './harness.js';

for (const name of ['smollm2-tied-q4_0', 'llama-q4_k_m', 'gemma2-q8_0']) {
  test(`${name} gives the reference's ids on WebGPU`, async (t) => {
    const expected = JSON.parse(await readFile(join(arch, name, 'expected.json'), 'utf8'));
    const short = expected.cases.find((/** @type {{name: string}} */ c) => c.name === 'short');
    const { value, error } = await run(t, {
      model: `/models/${name}.gguf`,
      files: { [`/models/${name}.gguf`]: join(arch, name, 'model.gguf') },
      backend: 'gpu',
      request: {
        ids: short.input_ids,
        max_tokens: short.greedy_ids.length,
        temperature: 0,
        ignore_eos: true,
      },
    });
    assert.equal(error, undefined);
    assert.equal(value.info.backend, 'gpu');
    assert.deepEqual(value.ids, short.greedy_ids);
  });
}

test('tokens that the GPU draws are those that the CPU would choose', async (t) => {
  const draw = async (/** @type {object} */ more) => {
    const request = {
      ids: [1, 2, 3],
      max_tokens: 24,
      temperature: 1.2,
      presence_penalty: 0.5,
      seed: 11,
      ignore_eos: true,
    };
    const { value } = await run(t, {
      model: '/models/tiny.gguf',
      files: TINY,
      backend: 'gpu',
      request: { ...request, ...more },
    });
    assert.equal(value.info.backend, 'gpu');
    assert.doesNotMatch(value.info.reason, /chosen on the CPU/);
    return value.ids;
  };
  // Who asks for probabilities has the CPU choose.
  const [drawn, chosen] = [await draw({}), await draw({ logprobs: 0 })];
  assert.equal(drawn.length, 24);
  assert.deepEqual(drawn, chosen);
});

test('a context that the GPU has no room for becomes a shorter one, and the reason is told', async (t) => {
  const request = { ids: [1, 2, 3], max_tokens: 5, temperature: 0, ignore_eos: true };
  const task = { model: '/models/tiny.gguf', files: TINY, backend: 'gpu', request };
  const roomy = (await run(t, { ...task, context: 4096 })).value;
  assert.equal(roomy.info.context_length, 4096);
  const perToken = roomy.info.kv_bytes_per_token / roomy.info.n_layers;
  const { value, error } = await run(t, { ...task, context: 4096, memory: 1500 * 2 * perToken });
  assert.equal(error, undefined);
  assert.equal(value.info.backend, 'gpu');
  assert.equal(value.info.context_length, 1024);
  assert.match(value.info.reason, /1024 tokens long, because memory is short for 4096/);
  assert.deepEqual(value.ids, roomy.ids);
  const none = await run(t, { ...task, context: 4096, memory: 300 * 2 * perToken });
  assert.equal(none.error.code, 'out_of_memory');
  assert.equal(none.error.backend, 'gpu', 'who loads it knows to try the CPU');
  assert.match(none.error.message, /keys and values, on the GPU, needs \d+ bytes/);
});

test('loading and unloading twenty times keeps nothing', async (t) => {
  const { value } = await run(t, {
    model: '/models/tiny.gguf',
    files: TINY,
    backend: 'gpu',
    request: { ids: [1, 2, 3], max_tokens: 3, temperature: 0, ignore_eos: true },
    times: 20,
    remember: true,
  });
  const { peaks, ends } = value;
  assert.deepEqual(ends, Array(20).fill('destroyed'), 'every device was given back');
  assert.equal(peaks[19], peaks[9], `the wasm heap after each load: ${peaks}`);
});

test('what one load found out about the GPU, the next one does not test again', async (t) => {
  const task = {
    model: '/models/tiny.gguf',
    files: TINY,
    backend: 'gpu',
    request: { ids: [1, 2, 3], max_tokens: 5, temperature: 0, ignore_eos: true },
    times: 2,
  };
  const { value } = await run(t, { ...task, remember: true });
  assert.ok(value.tested[0] > 5, `the self-test's submissions: ${value.tested}`);
  assert.equal(value.tested[1], 0);
  assert.equal(value.learned, undefined, 'nothing new was learned');
  const forgetful = (await run(t, task)).value;
  assert.equal(forgetful.tested[1], forgetful.tested[0]);
  assert.deepEqual(forgetful.ids, value.ids);
});

test("sums within subgroups give the reference's ids", async (t) => {
  const name = 'smollm2-tied-q4_0';
  const { cases } = JSON.parse(await readFile(join(arch, name, 'expected.json'), 'utf8'));
  const { value, error } = await run(t, {
    model: `/models/${name}.gguf`,
    files: { [`/models/${name}.gguf`]: join(arch, name, 'model.gguf') },
    backend: 'gpu',
    request: { ids: cases[0].input_ids, max_tokens: 16, temperature: 0, ignore_eos: true },
    times: 2,
    remember: true,
    subgroups: true,
    shape: { workgroup: 64, lanes: 4, rows: 4, tiles: false, subgroups: true }, // this adapter's are of 4
  });
  assert.equal(error, undefined);
  assert.equal(value.info.backend, 'gpu');
  assert.ok(value.shaders.some((/** @type {string} */ text) => text.includes('subgroupShuffleXor')));
  assert.deepEqual(value.ids, cases[0].greedy_ids);
});

test('where devices have subgroups this adapter swaps within quads, unless the numbers become wrong', async (t) => {
  const name = 'smollm2-tied-q4_0';
  const { cases } = JSON.parse(await readFile(join(arch, name, 'expected.json'), 'utf8'));
  const task = {
    model: `/models/${name}.gguf`,
    files: { [`/models/${name}.gguf`]: join(arch, name, 'model.gguf') },
    backend: 'gpu',
    request: { ids: cases[0].input_ids, max_tokens: 16, temperature: 0, ignore_eos: true },
    subgroups: true,
  };
  for (const flaw of [undefined, 'swaps', 'quads']) {
    const { value, error } = await run(t, { ...task, flaw });
    assert.equal(error, undefined, flaw);
    assert.equal(value.info.backend, 'gpu', `${flaw}: ${value.info.reason}`);
    assert.equal(
      value.info.reason.includes('subgroups are off, because'),
      flaw !== undefined,
      value.info.reason,
    );
    assert.ok(
      value.shaders.some((/** @type {string} */ text) => text.includes('@builtin(subgroup_invocation_id)')),
      flaw,
    );
    assert.deepEqual(value.ids, cases[0].greedy_ids, flaw);
  }
});

test('a software adapter is never chosen by itself, and the reason is told', async (t) => {
  const { value } = await run(t, {
    model: '/models/tiny.gguf',
    files: TINY,
    backend: 'auto',
    request: { ids: [1, 2, 3], max_tokens: 2, temperature: 0, ignore_eos: true },
  });
  assert.equal(value.info.backend, 'cpu');
  assert.match(value.info.reason, /computes on the CPU/);
});

test('without an adapter a GPU that was asked for is replaced by the CPU, and the reason is told', async (t) => {
  const { value } = await run(t, {
    model: '/models/tiny.gguf',
    files: TINY,
    gpu: false,
    backend: 'gpu',
    request: { ids: [1], max_tokens: 1 },
  });
  assert.equal(value.ids.length, 1);
  assert.equal(value.info.backend, 'cpu');
  assert.match(value.info.reason, /although it was asked for, because: .*no adapter/);
});

/** Goes before the engine's worker: destroys its device with the tokens that are named. @param {number[]} losses */
const destroyer = (losses) => `
  let device, tokens = 0;
  if (globalThis.GPUAdapter) {
    const { requestDevice } = GPUAdapter.prototype;
    GPUAdapter.prototype.requestDevice = async function (...args) {
      return (device = await requestDevice.apply(this, args));
    };
  }
  const post = self.postMessage.bind(self);
  self.postMessage = (message, transfer) => {
    post(message, transfer);
    if (message.event?.type === 'token' && ${JSON.stringify(losses)}.includes(++tokens)) device.destroy();
  };
`;

/**
 * The page with a tiny model on a GPU that is lost; what it answers and what it says.
 * @param {import('node:test').TestContext} t @param {number[]} losses @param {boolean} [gpu]
 */
async function answerOfPage(t, losses, gpu = true) {
  // Plain floats: so the CPU gives the reference's ids too.
  const name = 'llama-headdim-f16';
  const { cases } = JSON.parse(await readFile(join(arch, name, 'expected.json'), 'utf8'));
  const { server, open } = await setup(t, {
    gpu,
    files: { '/models/tiny.gguf': join(arch, name, 'model.gguf') },
  });
  const worker = await readFile(join(here, '../../dist/worker/worker.js'), 'utf8');
  server.pages.set('/worker/worker.js', { type: 'text/javascript', body: destroyer(losses) + worker });
  const { page } = await open('/?model=models/tiny.gguf');
  await page.waitForFunction(() => /** @type {any} */ (globalThis).loquat);
  const answer = await page.evaluate(async (ids) => {
    const { app } = /** @type {any} */ (globalThis).loquat;
    app.change({ backend: 'gpu' });
    await app.model.load();
    const before = app.store.get().model.info;
    const client = await app.model.ready(new AbortController().signal);
    const request = { ids, max_tokens: 16, temperature: 0, ignore_eos: true };
    const got = [];
    for await (const event of client.generate(request)) if (event.type === 'token') got.push(event.id);
    const { errors, model } = app.store.get();
    return { ids: got, before, after: model.info, codes: errors.map((/** @type {any} */ e) => e.code) };
  }, cases[0].input_ids);
  return { ...answer, page, want: cases[0].greedy_ids };
}

test('a device that is destroyed in the middle of an answer is replaced, and the answer is the same', async (t) => {
  const { ids, want, before, after, codes, page } = await answerOfPage(t, [5]);
  assert.deepEqual(ids, want);
  assert.deepEqual([before.backend, after.backend], ['gpu', 'gpu']);
  assert.deepEqual(codes, ['gpu_lost']);
  assert.match((await page.locator('.notice').textContent()) ?? '', /The GPU was lost.*goes on by itself/s);
});

test('after a second loss the CPU finishes the answer', async (t) => {
  const { ids, want, before, after, codes, page } = await answerOfPage(t, [3, 9]);
  assert.deepEqual(ids, want);
  assert.deepEqual([before.backend, after.backend], ['gpu', 'cpu']);
  assert.deepEqual(codes, ['gpu_lost', 'gpu_lost_again']);
  assert.match(await page.locator('.topbar .chip').innerText(), /cpu/);
});

test('the page says why a GPU that was asked for is not used', async (t) => {
  const { ids, want, after, codes, page } = await answerOfPage(t, [], false);
  assert.deepEqual(ids, want);
  assert.equal(after.backend, 'cpu');
  assert.deepEqual(codes, ['gpu_unavailable']);
  assert.match((await page.locator('.notice').textContent()) ?? '', /runs on the processor.*no adapter/s);
});

test('SmolLM2 answers on WebGPU as the reference does, and its weights stay out of the wasm heap', async (t) => {
  if (!MODEL) return t.skip('LOQUAT_MODEL is not set');
  const expected = JSON.parse(await readFile(join(here, '../fixtures/smollm2/expected.json'), 'utf8'));
  const [capital, , conversation] = expected.cases;
  const { value, error } = await run(t, {
    model: MODEL_PATH,
    backend: 'gpu',
    request: { messages: capital.messages, max_tokens: 12, temperature: 0 },
    then: { messages: conversation.messages, max_tokens: 12, temperature: 0 },
  });
  assert.equal(error, undefined);
  assert.equal(value.text, capital.greedy_text.replace('<|im_end|>', ''));
  assert.ok(value.then.length > 30, value.then);
  assert.ok(conversation.greedy_text.startsWith(value.then), value.then);
  t.diagnostic(
    `heap ${value.heaps} bytes, largest tensor ${value.largest}, ${JSON.stringify(value.timings)}`,
  );
  const [, , , loaded] = value.heaps;
  assert.ok(loaded <= (64 << 20) + value.largest, `the wasm heap after each stage: ${value.heaps} bytes`);
});
