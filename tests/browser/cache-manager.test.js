// The model manager in the page: what is kept here, checked, saved, deleted, copied in; and what is on offer.

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { FAKE, parts, setupFake } from './page.js';

const TINY = await readFile(
  fileURLToPath(new URL('../fixtures/arch/llama-q4_1/model.gguf', import.meta.url)),
);

/** @param {import('playwright-core').Page} page */
async function openManager(page) {
  await page.getByRole('button', { name: 'Settings' }).first().click();
  await page.locator('dialog').getByRole('button', { name: 'Manage models' }).click();
  await page.locator('.manager:not([aria-busy])').waitFor();
  return {
    said: page.locator('.manager [role=status]'),
    here: page.locator('.manager .here li'),
    more: page.locator('.manager .more li'),
    press: (/** @type {string} */ name) =>
      page.locator('.manager .here').getByRole('button', { name, exact: true }).click(),
  };
}

test('a cached model is listed, checked, mended, kept, saved and deleted', async (t) => {
  const { open } = await setupFake(t);
  const { page, errors } = await open(FAKE);
  await parts(page).agree();
  const { here, said, press } = await openManager(page);
  assert.equal(await here.count(), 1);
  assert.match(await here.innerText(), /tiny\.gguf[\s\S]*kB/);
  await press('Check');
  await said.filter({ hasText: 'is sound' }).waitFor();
  assert.match(await here.innerText(), /as first stored/);

  // A byte flips in IndexedDB: the check finds it and throws the piece away.
  await page.evaluate(
    () =>
      new Promise((resolve, reject) => {
        const opening = indexedDB.open('loquat-weights');
        opening.onerror = () => reject(opening.error);
        opening.onsuccess = () => {
          const tx = opening.result.transaction('chunks', 'readwrite');
          tx.objectStore('chunks').openCursor().onsuccess = ({ target }) => {
            const cursor = /** @type {IDBRequest<IDBCursorWithValue>} */ (target).result;
            new Uint8Array(cursor.value.bytes)[100] ^= 1;
            cursor.update(cursor.value);
          };
          tx.oncomplete = () => (opening.result.close(), resolve(undefined));
        };
      }),
  );
  await press('Check');
  await said.filter({ hasText: '1 damaged' }).waitFor();
  assert.match(await here.innerText(), /0 kB of/);
  await press('Download the rest');
  await said.filter({ hasText: 'is kept here now' }).waitFor();
  await press('Check');
  await said.filter({ hasText: 'is sound' }).waitFor();

  await page.evaluate(() => Reflect.deleteProperty(globalThis, 'showSaveFilePicker')); // it can't be answered here
  const saving = page.waitForEvent('download');
  await press('Save as a file');
  const saved = await saving;
  assert.equal(saved.suggestedFilename(), 'tiny.gguf');
  assert.ok((await readFile(await saved.path())).equals(TINY));

  await here.getByRole('checkbox').check();
  await page.locator('.manager .here').getByRole('button', { name: 'Delete' }).waitFor({ state: 'detached' });
  await here.getByRole('checkbox').uncheck();
  await press('Delete');
  await said.filter({ hasText: 'was deleted' }).waitFor();
  assert.equal(await here.count(), 0);
  assert.deepEqual(errors, []);
});

test('a file is copied in, survives a reload without its server, and is the one that is used', async (t) => {
  const { open, server } = await setupFake(t);
  const { page, errors } = await open(FAKE);
  const { here, said } = await openManager(page);
  const file = { name: 'from-a-stick.gguf', mimeType: 'application/octet-stream', buffer: TINY };
  await page.locator('.manager input[type=file]').setInputFiles(file);
  await said.filter({ hasText: 'is kept here now' }).waitFor();
  assert.match(await here.innerText(), /from-a-stick\.gguf/);
  const wrong = { ...file, name: 'page.gguf', buffer: Buffer.from('<html>no</html>') };
  await page.locator('.manager input[type=file]').setInputFiles(wrong);
  await said.filter({ hasText: 'web page' }).waitFor();
  server.faults.set('/models/tiny.gguf', { status: 500 });
  await page.goto(`${server.origin}/`);
  const manager = await openManager(page);
  await manager.press('Use');
  await page.locator('.topbar .chip').waitFor();
  await page.reload();
  await page.locator('.topbar .chip').waitFor();
  assert.equal(server.requests('/models/tiny.gguf').length, 0);
  assert.deepEqual(errors, []);
});

test('the catalog offers models with their size and licence, and says which do not fit', async (t) => {
  const { open, server, context } = await setupFake(t);
  await context.addInitScript(() => {
    Object.defineProperty(Navigator.prototype, 'deviceMemory', { get: () => 1, configurable: true });
  });
  const { page, errors } = await open(FAKE);
  const { more } = await openManager(page);
  const text = (/** @type {string} */ id) => page.locator(`.manager .more li[data-id="${id}"]`).innerText();
  assert.ok((await more.count()) > 8);
  assert.match(await text('SmolLM2-135M-Instruct.Q4_1'), /Apache-2\.0[\s\S]*Download and use \(98 MB\)/);
  const big = await text('qwen3-4b-q4_k_m');
  assert.match(big, /Chinese[\s\S]*this device has about 1\.07 GB/);
  assert.doesNotMatch(big, /Download and use/);
  assert.ok(
    server.log.every(({ path }) => !path.endsWith('.gguf')),
    'nothing is fetched before a click',
  );
  assert.deepEqual(errors, []);
});

/** Sentences in English: two of its words, one after the other. Names and licences are no sentences. @param {import('playwright-core').Page} page @param {string} place */
const english = (page, place) =>
  page.locator(place).evaluate((root) => {
    const names = /Instruct|License|Terms of Use|Gemma|Llama|Chat\b|OpenAI|Content-Security-Policy/;
    /** @type {string[]} */
    const found = [];
    const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      const { parentElement, textContent: text = '' } = node;
      if (parentElement?.closest('code, .visually-hidden, option') || names.test(text ?? '')) continue;
      if (/[a-z]{2,} [a-z]{2,}/i.test(text ?? '')) found.push(text ?? '');
    }
    return found;
  });

test('in Chinese every sentence is: on the page, in the settings, why a model does not fit', async (t) => {
  const { open, context } = await setupFake(t);
  await context.addInitScript(() => {
    Object.defineProperty(Navigator.prototype, 'deviceMemory', { get: () => 1, configurable: true });
  });
  const { page } = await open(`${FAKE}&language=zh`);
  await page.locator('.offer .primary').waitFor();
  assert.deepEqual(await english(page, '.loquat'), []);
  await page.locator('.offer .primary').click();
  await page.locator('.topbar .chip').waitFor();
  await page.evaluate(() => {
    // What the engine says where a GPU was looked at and found slower, or none was there.
    const { app } = /** @type {any} */ (globalThis).loquat;
    const { model } = app.store.get();
    const slower = { code: 'layer_times', values: { gpu: 1.2, cpu: 0.4 } };
    const reasons = [{ code: 'no_gpu', values: { because: slower } }];
    app.store.set({ model: { ...model, info: { ...model.info, reasons } } });
  });
  await page.getByRole('button', { name: '设置' }).first().click();
  await page
    .getByText('没有使用显卡，因为计算一层，显卡需要 1.2 毫秒，处理器需要 0.4 毫秒')
    .waitFor({ state: 'attached' });
  await page.keyboard.press('Escape');
  await page.evaluate(() => {
    // What the library says where there is none, as it was read in Chromium.
    const { app } = /** @type {any} */ (globalThis).loquat;
    const { model } = app.store.get();
    const none = {
      code: 'no_adapter',
      values: { said: 'No suitable graphics adapter found; webgpu found no adapters' },
    };
    const reasons = [{ code: 'no_gpu', values: { because: none } }];
    app.store.set({ model: { ...model, info: { ...model.info, reasons } } });
  });
  await page.getByRole('button', { name: '设置' }).first().click();
  await page.getByText('原因：没有使用显卡，因为这个浏览器没有提供显卡。').waitFor({ state: 'attached' });
  await page.locator('dialog .models .why').first().waitFor({ state: 'attached' });
  await page.locator('dialog details summary').first().click();
  assert.deepEqual(await english(page, 'dialog'), []);
  assert.match(await page.locator('dialog .why').first().innerText(), /内存，而这台设备总共约有 1\.07 GB/);
  await page.locator('dialog').getByRole('button', { name: '模型管理' }).click();
  await page.locator('.manager:not([aria-busy])').waitFor();
  const text = await page.locator('.manager').innerText();
  assert.match(text, /可下载的模型/);
  assert.match(text, /需要 [\d.,]+ [MG]B 内存，而这台设备总共约有 1\.07 GB。.*放得下。/);
  assert.deepEqual(await english(page, 'dialog'), []);
  await page.keyboard.press('Escape');
  await page.evaluate(() => /** @type {any} */ (document.activeElement)?.blur());
  await page.keyboard.press('?');
  await page.getByRole('dialog', { name: '键盘快捷键' }).waitFor();
  assert.deepEqual(await english(page, 'dialog'), []);
});

for (const colorScheme of /** @type {const} */ (['light', 'dark'])) {
  test(`axe finds nothing wrong in the manager, ${colorScheme}, and a phone shows it whole`, async (t) => {
    const viewport = { width: 320, height: 640 };
    const { open } = await setupFake(t, { viewport, context: { colorScheme, reducedMotion: 'reduce' } });
    const { page } = await open(FAKE);
    await parts(page).agree();
    await openManager(page);
    await page.evaluate(
      await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8'),
    );
    const violations = await page.evaluate(async () => {
      const { violations } = await /** @type {any} */ (globalThis).axe.run('dialog', {
        resultTypes: ['violations'],
      });
      return violations.map((/** @type {any} */ { id, nodes }) =>
        [id, ...nodes.map((/** @type {any} */ n) => `${n.html} ${n.failureSummary}`)].join('\n'),
      );
    });
    assert.deepEqual(violations, []);
    const overflow = await page.evaluate(() => {
      const dialog = /** @type {HTMLElement} */ (document.querySelector('dialog'));
      return dialog.scrollWidth - dialog.clientWidth;
    });
    assert.ok(overflow <= 0, `${overflow} pixels too wide`);
  });
}
