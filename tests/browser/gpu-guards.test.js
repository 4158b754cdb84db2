// WebGPU in Chromium when something is wrong with it, and what the token loop must not do.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { TINY, here, run } from './gpu-run.js';
import { setup } from './harness.js';
import { parts } from './page.js';

const TASK = {
  model: '/models/tiny.gguf',
  files: TINY,
  backend: 'gpu',
  request: { ids: [1, 2, 3], max_tokens: 24, temperature: 0, ignore_eos: true },
};

test('a driver that computes wrong numbers is found out, and the CPU answers', async (t) => {
  const right = (await run(t, { ...TASK, backend: 'cpu' })).value;
  const { value, error } = await run(t, { ...TASK, flaw: 'numbers' });
  assert.equal(error, undefined);
  assert.equal(value.info.backend, 'cpu');
  assert.match(value.info.reason, /fails the self-test: its logits differ from the CPU's by [\d.e-]+/);
  assert.deepEqual(value.ids, right.ids);
});

test('a compiler that refuses a shader is heard, and the CPU answers', async (t) => {
  const { value, error } = await run(t, { ...TASK, flaw: 'compiler' });
  assert.equal(error, undefined);
  assert.equal(value.info.backend, 'cpu');
  assert.match(value.info.reason, /fails the self-test: .*refused/s);
  assert.equal(value.ids.length, 24);
});

/** In front of the engine's worker: a compiler that finds something in every shader, and goes on. */
const WARNS = `{
  const { createShaderModule } = GPUDevice.prototype;
  GPUDevice.prototype.createShaderModule = function (wanted) {
    const code = wanted.code + '\\nfn late() -> u32 { return 1u; return 2u; }';
    return createShaderModule.call(this, { ...wanted, code });
  };
}
`;

test('a warning of the shader compiler is told, and there is none without a cause', async (t) => {
  const { server, open } = await setup(t, { gpu: true, files: TINY });
  const path = '/worker/worker.js';
  const reason = async (again = false) => {
    const { page } = await open(`/?backend=gpu&model=/models/tiny.gguf`);
    if (!again) await parts(page).agree();
    const ready = () => /** @type {any} */ (globalThis).loquat?.app.store.get().model.status === 'ready';
    await page.waitForFunction(ready, undefined, { timeout: 120_000 });
    const info = await page.evaluate(() => /** @type {any} */ (globalThis).loquat.app.store.get().model.info);
    await page.close();
    assert.equal(info.backend, 'gpu');
    return info.reason;
  };
  assert.doesNotMatch(await reason(), /compiler/);
  const worker = await readFile(join(here, '../../dist', path), 'utf8');
  server.pages.set(path, { type: 'text/javascript', body: WARNS + worker });
  assert.match(await reason(true), /the shader compiler says: warning in \w+, line \d+: .*unreachable/s);
});

test('the token loop makes no buffer, no bind group and no pipeline', async (t) => {
  const { value } = await run(t, TASK);
  assert.equal(value.info.backend, 'gpu');
  assert.equal(value.made.length, 24);
  assert.ok(value.made[0].createBuffer > 10, 'what is made before is counted');
  for (const made of value.made) assert.deepEqual(made, value.made[0]);
});

test('a prompt is read in chunks that are told, and stops after the one under way', async (t) => {
  const ids = Array.from({ length: 700 }, (_, i) => (i * 7) % 200);
  const long = { ...TASK, context: 1024, request: { ...TASK.request, ids, max_tokens: 4 } };
  const whole = (await run(t, long)).value;
  assert.equal(whole.info.backend, 'gpu');
  assert.equal(whole.chunks.at(-1), 700);
  assert.ok(whole.chunks.length > 5, `chunks ended at ${whole.chunks}`);
  const stopped = (await run(t, { ...long, cancelAfter: 3 })).value;
  assert.equal(stopped.reason, 'cancelled');
  assert.deepEqual(stopped.chunks, whole.chunks.slice(0, 3));
  assert.deepEqual(stopped.ids, []);
});

test('the page says what it runs on and why, and runs on the GPU when it is told to', async (t) => {
  const { open } = await setup(t, { gpu: true, files: TINY });
  const { page, errors } = await open('/?model=models/tiny.gguf');
  const { agree, button } = parts(page);
  await agree();
  await button('Settings').first().click();
  const told = page.locator('.note').filter({ hasText: 'Now:' });
  await page.locator('dialog summary').getByText('Advanced', { exact: true }).click();
  await told.waitFor();
  assert.match(await told.innerText(), /Now: cpu, .*computes on the processor/s);
  await page.getByLabel('Runs on').selectOption('gpu');
  await page.keyboard.press('Escape');
  await page.evaluate(() => /** @type {any} */ (globalThis).loquat.app.model.load());
  await button('Settings').first().click();
  await page.locator('dialog summary').getByText('Advanced', { exact: true }).click();
  await told.waitFor();
  assert.match(await told.innerText(), /Now: gpu, WebGPU/);
  assert.deepEqual(errors, []);
});
