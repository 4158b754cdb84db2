// The download in the page, against a server that is slow or gives another file: pause, go on, leave, come back, cancel, accept.
import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { syntheticModel } from '../js/cache-server.js';
import { parts, setupFake } from './page.js';

const CHUNK = 8 << 20;
const SIZE = 8 * CHUNK + 999; // 9 chunks
const PATH = '/models/long.gguf';
const PAGE = `/?model=${PATH.slice(1)}`;

const folder = await mkdtemp(join(tmpdir(), 'loquat-long-'));
after(() => rm(folder, { recursive: true }));

/** A model whose last tensor is at its end, so that it is ready when it has arrived. @param {number} seed @param {number} [as] the number of its file */
async function publish(seed, as = seed) {
  const bytes = syntheticModel(SIZE, seed);
  new DataView(bytes.buffer).setUint32(8, SIZE - 8, true);
  const file = join(folder, `long-${as}.gguf`);
  await writeFile(file, bytes);
  return file;
}
const long = await publish(1);

/** @param {import('node:test').TestContext} t @param {string} [file] */
async function setup(t, file = long) {
  const files = { [PATH]: file };
  const site = await setupFake(t, { files });
  const ranges = () => site.server.requests(PATH).map(({ range }) => /(\d+)-/.exec(range ?? '')?.[1]);
  return {
    ...site,
    starts: () => ranges().map((start) => Number(start) / CHUNK),
    /** The first three pieces come at once, the others not before the test is over. */
    holdBack() {
      let asked = 0;
      site.server.faults.set(PATH, {
        get bytesPerSecond() {
          return asked++ < 3 ? 1e9 : 50_000;
        },
      });
    },
  };
}

/** The indices of the pieces in IndexedDB. @param {import('playwright-core').Page} page @returns {Promise<number[]>} */
const stored = (page) =>
  page.evaluate(
    () =>
      new Promise((resolve, reject) => {
        const opening = indexedDB.open('loquat-weights');
        opening.onerror = () => reject(opening.error);
        opening.onsuccess = () => {
          const keys = opening.result.transaction('chunks').objectStore('chunks').getAllKeys();
          keys.onsuccess = () => {
            opening.result.close();
            resolve(keys.result.map((key) => /** @type {[string, number]} */ (key)[1]).sort());
          };
        };
      }),
  );

/** @param {import('playwright-core').Page} page @param {number} count */
async function arrived(page, count) {
  while ((await stored(page)).length < count) await page.waitForTimeout(50);
}

test('a download is paused, resumed, and after a reload only the missing pieces are asked for', async (t) => {
  const { open, server, starts, holdBack, context } = await setup(t);
  holdBack();
  await context.addInitScript(() => {
    // Firefox without a window never answers either.
    StorageManager.prototype.persist = () => (
      Object.assign(globalThis, { asked: true }),
      new Promise(() => {})
    );
  });
  const { page, errors } = await open(PAGE);
  const { button } = parts(page);
  const bar = page.locator('.loading');
  await page.locator('.offer .primary').click();
  await button('Pause').waitFor();
  assert.equal(await page.evaluate('globalThis.asked'), true, 'the browser is asked to keep it');
  await bar.getByText(/^\d.* MB of 67 MB · .*B\/s · .* left$/).waitFor();
  await arrived(page, 3);
  await button('Pause').click();
  await bar.getByText('Paused: long').waitFor();
  assert.match(await bar.locator('.detail').innerText(), /^\d+ MB of 67 MB$/, 'no speed, no time left');
  const asked = starts().length;
  const before = await stored(page);
  await page.waitForTimeout(500);
  assert.equal(starts().length, asked, 'nothing more is asked for');
  assert.deepEqual(await stored(page), before, 'nothing more arrives');
  await button('Resume').click();
  await bar.getByText('Downloading long').waitFor();
  const loaded = () =>
    page.evaluate(() => /** @type {any} */ (globalThis).loquat.app.store.get().model.progress.loaded);
  const at = await loaded();
  while ((await loaded()) === at) await page.waitForTimeout(50);
  assert.equal(new Set(starts()).size, starts().length, 'what was paused went on where it was');

  await button('Pause').click();
  await bar.getByText('Paused: long').waitFor();
  await page.reload();
  await page.locator('.offer .primary').waitFor(); // whoever pauses does not want it to go on by itself
  const have = await stored(page);
  assert.deepEqual(have, [0, 1, 2]);
  server.log.length = 0;
  server.faults.clear();
  await page.locator('.offer .primary').click();
  await page.locator('.topbar .chip').waitFor();
  assert.deepEqual(starts().sort(), [3, 4, 5, 6, 7, 8]);
  assert.deepEqual(errors, []);
});

test('a download that was cancelled does not begin by itself, and keeps what it has', async (t) => {
  const { open, server, starts, holdBack } = await setup(t);
  holdBack();
  const { page } = await open(PAGE);
  const { button } = parts(page);
  await page.locator('.offer .primary').click();
  await button('Pause').waitFor();
  await arrived(page, 3);
  await button('Cancel').click();
  await page.locator('.offer .primary').waitFor();
  await page.reload();
  await page.locator('.offer .primary').waitFor();
  const have = await stored(page);
  assert.deepEqual(have, [0, 1, 2]);
  server.log.length = 0;
  server.faults.clear();
  await page.locator('.offer .primary').click();
  await page.locator('.topbar .chip').waitFor();
  assert.deepEqual(starts().sort(), [3, 4, 5, 6, 7, 8]);
});

test('too little room: the page offers to use the model from memory, and keeps nothing of it', async (t) => {
  const { open, context } = await setup(t);
  await context.addInitScript(() => {
    StorageManager.prototype.estimate = async () => ({ quota: 50e6, usage: 1e6 });
  });
  const { page, errors } = await open(PAGE);
  const { send, answer, button } = parts(page);
  // The engine's worker has its own StorageManager.
  await inWorker(page, 'StorageManager.prototype.estimate = async () => ({ quota: 50e6, usage: 1e6 })');
  await page.locator('.offer .primary').click();
  await page.locator('.notice.error code').getByText('room_too_small').waitFor({ state: 'attached' });
  assert.match((await page.locator('.notice').textContent()) ?? '', /needs 67\.1 MB more/);
  await button('Use it from memory this time').click();
  await page.locator('.topbar .chip').waitFor();
  await send('hello');
  assert.match(await answer(), /You said: hello/);
  assert.deepEqual(await stored(page), []);
  assert.deepEqual(errors, []);
});

/** Runs this before the engine's worker. @param {import('playwright-core').Page} page @param {string} script */
const inWorker = (page, script) =>
  page.route('**/worker/worker.js', async (route) => {
    const response = await route.fetch();
    await route.fulfill({ response, body: `${script};\n${await response.text()}` });
  });

/** The header of a model whose every token of context takes a gigabyte. */
function greedyHeader() {
  const out = [Buffer.from('GGUF'), Buffer.from([3, 0, 0, 0])];
  const u64 = (/** @type {number} */ n) => out.push(Buffer.from(new BigUint64Array([BigInt(n)]).buffer));
  const u32 = (/** @type {number} */ n) => out.push(Buffer.from(new Uint32Array([n]).buffer));
  const facts = {
    context_length: 8192,
    block_count: 4096,
    embedding_length: 65536,
    'attention.head_count': 64,
  };
  u64(0);
  u64(Object.keys(facts).length);
  for (const [key, value] of Object.entries(facts)) {
    u64(key.length + 6);
    out.push(Buffer.from(`llama.${key}`));
    u32(4);
    u32(value);
  }
  return Buffer.concat(out);
}

test('a typed address: a model that can’t fit is refused before anything is kept, and one that fits is named', async (t) => {
  const file = join(folder, 'greedy.gguf');
  await writeFile(file, Buffer.concat([greedyHeader(), Buffer.alloc(12 << 20)]));
  const { open } = await setup(t, file);
  const { page, errors } = await open(PAGE);
  await page.locator('.offer .primary').click();
  const notice = page.locator('.notice.error');
  await notice.locator('code').getByText('wont_fit').waitFor({ state: 'attached' });
  assert.match(
    (await notice.textContent()) ?? '',
    /needs 4\d{3}\.\d\d GB with a context of 4096[^]*MB\) will fit/,
  );
  assert.deepEqual(await stored(page), []);
  assert.equal(await page.getByRole('button', { name: 'Load it anyway' }).count(), 0, 'it is certain');
  assert.deepEqual(errors, []);
});

test('a typed address: what the browser says of the memory is a guess, so the person may try', async (t) => {
  const { open } = await setup(t);
  const { page } = await open(PAGE);
  await inWorker(
    page,
    "Object.defineProperty(WorkerNavigator.prototype, 'deviceMemory', { get: () => 0.25, configurable: true })",
  );
  await page.locator('.offer .primary').click();
  await page.locator('.notice.error code').getByText('wont_fit').waitFor({ state: 'attached' });
  assert.match((await page.locator('.notice').textContent()) ?? '', /this device has about 268\.4 MB/);
  assert.deepEqual(await stored(page), []);
  await page.getByRole('button', { name: 'Load it anyway' }).click();
  await page.locator('.topbar .chip').waitFor();
});

test('a file that differs from the one first downloaded is refused until the person accepts it', async (t) => {
  const { open } = await setup(t, await publish(2));
  const { page } = await open(PAGE);
  const { agree, button } = parts(page);
  await agree();
  const confirmed = () =>
    page.evaluate(
      () =>
        new Promise((resolve) => {
          const opening = indexedDB.open('loquat-weights');
          opening.onsuccess = () => {
            const pins = opening.result.transaction('pins').objectStore('pins').count();
            pins.onsuccess = () => (opening.result.close(), resolve(pins.result));
          };
        }),
    );
  while ((await confirmed()) !== 1) await page.waitForTimeout(50);
  await page.evaluate(async () => {
    const { app } = /** @type {any} */ (globalThis).loquat;
    await app.model.client.unload();
  });
  await publish(3, 2);
  // Deleted by hand, downloaded again: another file at the same address.
  await page.getByRole('button', { name: 'Settings' }).first().click();
  await page.locator('dialog').getByRole('button', { name: 'Manage models' }).click();
  await page.locator('.manager .here').getByRole('button', { name: 'Delete', exact: true }).click();
  await page.locator('.manager [role=status]').getByText('was deleted').waitFor();
  await page.reload();
  await page.locator('.notice code').getByText('pin_mismatch').waitFor({ state: 'attached' });
  assert.match(
    (await page.locator('.notice').textContent()) ?? '',
    /differs from the one first downloaded[^]*SHA-256/,
  );
  await button('Accept the new file').click();
  await page.locator('.topbar .chip').waitFor();
  while ((await stored(page)).length < 9 || (await confirmed()) !== 1) await page.waitForTimeout(50);
  await page.reload();
  await page.locator('.topbar .chip').waitFor();
  await page.waitForTimeout(300);
  assert.equal(await page.locator('.notice').count(), 0);
});
