// WebGPU in Chromium, on its software adapter: the same ids as the CPU, a small wasm heap, honest refusals.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { MODEL, MODEL_PATH, setup } from './harness.js';

const here = fileURLToPath(new URL('.', import.meta.url));
const arch = join(here, '../fixtures/arch');
const BLANK = { type: 'text/html', body: '<!doctype html><link rel="icon" href="data:,">' };

/**
 * Runs a task of gpu-worker.js in a fresh browser.
 * @param {import('node:test').TestContext} t
 * @param {{model: string, backend: string, request: object, files?: Record<string, string>, gpu?: boolean}} task
 * @returns {Promise<any>} what the worker posts: a value or an error
 */
async function run(t, { files, gpu = true, ...task }) {
  const { server, open } = await setup(t, { gpu, files });
  server.pages.set('/blank', BLANK);
  server.pages.set('/gpu-worker.js', {
    type: 'text/javascript',
    body: await readFile(join(here, 'gpu-worker.js'), 'utf8'),
  });
  const { page } = await open('/blank');
  return page.evaluate(async (task) => {
    const { variants } = await (await fetch('/pkg/variants.json')).json();
    const simd = variants.find((/** @type {{name: string}} */ v) => v.name === 'simd');
    const worker = new Worker('/gpu-worker.js', { type: 'module' });
    const answer = new Promise((resolve, reject) => {
      worker.onmessage = ({ data }) => resolve(data);
      worker.onerror = (event) => reject(new Error(event.message));
    });
    worker.postMessage({ ...task, glue: `/pkg/${simd.glue}`, wasm: `/pkg/${simd.wasm}` });
    const data = await answer;
    worker.terminate();
    return data;
  }, task);
}

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

test('a software adapter is never chosen by itself, and the reason is told', async (t) => {
  const { value } = await run(t, {
    model: '/models/tiny.gguf',
    files: { '/models/tiny.gguf': join(arch, 'llama-q4_1/model.gguf') },
    backend: 'auto',
    request: { ids: [1, 2, 3], max_tokens: 2, temperature: 0, ignore_eos: true },
  });
  assert.equal(value.info.backend, 'cpu');
  assert.match(value.info.reason, /computes on the CPU/);
});

test('without an adapter a GPU that was asked for is refused by name', async (t) => {
  const { error } = await run(t, {
    model: '/models/tiny.gguf',
    files: { '/models/tiny.gguf': join(arch, 'llama-q4_1/model.gguf') },
    gpu: false,
    backend: 'gpu',
    request: { ids: [1], max_tokens: 1 },
  });
  assert.equal(error.code, 'backend');
  assert.match(error.message, /no adapter/);
});

test('SmolLM2 answers on WebGPU as the reference does, and its weights stay out of the wasm heap', async (t) => {
  if (!MODEL) return t.skip('LOQUAT_MODEL is not set');
  const expected = JSON.parse(await readFile(join(here, '../fixtures/smollm2/expected.json'), 'utf8'));
  const capital = expected.cases[0];
  const { value, error } = await run(t, {
    model: MODEL_PATH,
    backend: 'gpu',
    request: { messages: capital.messages, max_tokens: 12, temperature: 0 },
  });
  assert.equal(error, undefined);
  assert.equal(value.text, capital.greedy_text.replace('<|im_end|>', ''));
  t.diagnostic(
    `heap ${value.heaps} bytes, largest tensor ${value.largest}, ${JSON.stringify(value.timings)}`,
  );
  // Most of the heap is the tokenizer's, once the header is read; weights pass through one tensor at a time.
  const [, header, , loaded] = value.heaps;
  assert.ok(
    loaded - header <= value.largest + (8 << 20),
    `the wasm heap after each stage: ${value.heaps} bytes`,
  );
});
