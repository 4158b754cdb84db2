// The ground browser tests stand on: isolation, the wasm builds, the GPU switch, and the server's faults are what they say.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setup } from './harness.js';

// An icon, or Chromium asks for one.
const BLANK = { type: 'text/html', body: '<!doctype html><link rel="icon" href="data:,">' };

test('isolation is on by default and can be left out', async (t) => {
  for (const isolation of [true, false]) {
    const { server, open } = await setup(t, { isolation });
    server.pages.set('/blank', BLANK);
    const { page } = await open('/blank');
    assert.equal(await page.evaluate(() => crossOriginIsolated), isolation);
  }
});

test('every wasm build starts in the browser', async (t) => {
  const { server, open } = await setup(t);
  server.pages.set('/blank', BLANK);
  const { page, errors } = await open('/blank');
  const exports = await page.evaluate(async () => {
    const { variants } = await (await fetch('/pkg/variants.json')).json();
    /** @type {Record<string, string[]>} */
    const found = {};
    for (const { name, glue, wasm } of variants) {
      const module = await import(`/pkg/${glue}`);
      await module.default({ module_or_path: new URL(`/pkg/${wasm}`, location.href) });
      found[name] = Object.keys(module);
    }
    return found;
  });
  assert.ok(Object.keys(exports).includes('simd'), JSON.stringify(exports));
  for (const names of Object.values(exports)) assert.ok(names.includes('initSync'), names.join());
  assert.deepEqual(errors, []);
});

test('the GPU switch gives an adapter or none', async (t) => {
  for (const gpu of [true, false]) {
    const { server, open } = await setup(t, { gpu });
    server.pages.set('/blank', BLANK);
    const { page } = await open('/blank');
    const adapter = await page.evaluate(async () => {
      const { gpu } = /** @type {{gpu: {requestAdapter(): Promise<unknown>}}} */ (
        /** @type {unknown} */ (navigator)
      );
      return (await gpu.requestAdapter()) !== null;
    });
    assert.equal(adapter, gpu);
  }
});

test('errors in a page are collected', async (t) => {
  const { server, open } = await setup(t);
  server.pages.set('/blank', BLANK);
  const { page, errors } = await open('/blank');
  await page.evaluate(() => {
    console.error('said');
    setTimeout(() => {
      throw new Error('thrown');
    });
  });
  await page.waitForTimeout(50);
  assert.equal(errors.length, 2, errors.join('\n'));
  assert.match(errors.join('\n'), /said[^]*thrown|thrown[^]*said/);
});
