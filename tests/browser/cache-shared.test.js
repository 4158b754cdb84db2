// Two pages, the real model: one download, one engine, and an answer that outlives the page whose engine it came from.

import assert from 'node:assert/strict';
import { stat } from 'node:fs/promises';
import { test } from 'node:test';
import { MODEL, MODEL_PATH, setup } from './harness.js';
import { parts } from './page.js';

const skip = MODEL ? false : 'LOQUAT_MODEL names no model: run by `cargo xtask test`';
const ADDRESS = '/?temperature=0&repetitionPenalty=1&maxTokens=90';

test(
  'two pages: one download, both chat; the owner closes in the middle of an answer in the other',
  { skip },
  async (t) => {
    const { server, open } = await setup(t);
    const sent = () => server.requests(MODEL_PATH).reduce((n, { sent }) => n + sent, 0);
    const a = await open(ADDRESS);
    await a.page.locator('.offer .primary').click();
    // The second page comes while the first is still downloading; it has no engine of its own.
    const b = await open(ADDRESS);
    for (const { page } of [a, b]) await page.locator('.topbar .chip').waitFor({ timeout: 120_000 });
    const { size } = await stat(MODEL);
    assert.equal(sent(), size, 'every byte of the model once');
    const workers = () =>
      [a, b].map(({ page }) => page.workers().filter((w) => w.url().includes('worker/worker')).length);
    assert.deepEqual(workers(), [1, 0]);

    const first = parts(a.page);
    const second = parts(b.page);
    await Promise.all([first.send('What is the capital of France?'), second.send('What is 2 + 2?')]);
    assert.match(await first.answer(), /France|Paris/);
    assert.match(await second.answer(), /2|4|four/);

    await second.send('Write a long story about a lighthouse keeper and the sea.');
    const story = second.answers.nth(1); // the first may still be the last
    const text = async () => (await story.locator('.body').allInnerTexts()).join('');
    while ((await text()).length < 60) await b.page.waitForTimeout(20);
    const before = await text();
    await a.page.close();
    const whole = await second.answer();
    assert.ok(
      whole.startsWith(before.slice(0, -20)),
      `${JSON.stringify(whole)} should begin with ${JSON.stringify(before)}`,
    );
    assert.ok(whole.length > before.length + 40, 'it went on');
    const { status, notice, usage } = await b.page.evaluate(() => {
      const state = /** @type {any} */ (globalThis).loquat.app.store.get();
      const { stats } = /** @type {any} */ (Object.values(state.chat.messages).pop());
      return { status: state.model.status, notice: state.notice, usage: stats };
    });
    t.diagnostic(JSON.stringify(usage));
    assert.deepEqual([status, notice], ['ready', null]);
    await second.send('Thank you.');
    assert.ok((await second.answer()).length > 0);
    assert.equal(sent(), size, 'the new owner took the weights from IndexedDB');
    assert.deepEqual([...a.errors, ...b.errors], []);
  },
);
