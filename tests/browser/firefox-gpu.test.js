// WebGPU in Firefox, on the software driver of Linux: another browser's shader compiler, f16 keys and values, slow readings.
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import puppeteer from 'puppeteer-core';
import { startServer } from './server.js';

const arch = fileURLToPath(new URL('../fixtures/arch', import.meta.url));
const FIREFOX = process.env.LOQUAT_FIREFOX ?? '/usr/bin/firefox-esr';
const DRIVER = '/usr/share/vulkan/icd.d/lvp_icd.x86_64.json';
const missing = [FIREFOX, DRIVER].filter((path) => !existsSync(path));
const skip =
  missing.length > 0 && `no ${missing.join(', no ')}: apt-get install firefox-esr mesa-vulkan-drivers`;

for (const name of ['llama-headdim-f16', 'smollm2-tied-q4_0']) {
  test(`Firefox: ${name} gives the reference's ids on WebGPU`, { skip }, async (t) => {
    const { cases } = JSON.parse(await readFile(join(arch, name, 'expected.json'), 'utf8'));
    const server = await startServer({ files: { '/models/tiny.gguf': join(arch, name, 'model.gguf') } });
    t.after(() => server.stop());
    const browser = await puppeteer.launch({
      browser: 'firefox',
      executablePath: FIREFOX,
      headless: true,
      env: { ...process.env, VK_ICD_FILENAMES: DRIVER },
      extraPrefsFirefox: {
        'dom.webgpu.enabled': true,
        'dom.webgpu.workers.enabled': true,
        'gfx.webgpu.ignore-blocklist': true,
      },
    });
    t.after(() => browser.close());
    const page = await browser.newPage();
    await page.goto(`${server.origin}/?model=models/tiny.gguf`);
    await page.waitForFunction(() => /** @type {any} */ (globalThis).loquat);
    const { ids, info, errors, stats } = await page.evaluate(async (ids) => {
      const { app } = /** @type {any} */ (globalThis).loquat;
      app.change({ backend: 'gpu' });
      await app.model.load();
      const client = await app.model.ready(new AbortController().signal);
      const request = { ids, max_tokens: 16, temperature: 0, ignore_eos: true };
      const got = [];
      for await (const event of client.generate(request)) if (event.type === 'token') got.push(event.id);
      const { errors, model } = app.store.get();
      return { ids: got, info: model.info, errors, stats: await client.stats() };
    }, cases[0].input_ids);
    assert.deepEqual(errors, []);
    assert.equal(info.backend, 'gpu');
    assert.match(
      info.variant,
      /f16 cache/,
      'lavapipe has shader-f16, the software adapter of Chromium has not',
    );
    t.diagnostic(`${info.variant}, ${info.reason}; ${JSON.stringify(stats)}`);
    assert.deepEqual(ids, cases[0].greedy_ids);
  });
}
