// Changing the model: in the head of the conversation, for one answer, side by side, and while a better one arrives.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FAKE, parts, setupFake, TINY } from './page.js';

const SECOND = {
  id: 'second',
  name: 'Second 2M',
  url: 'models/second.gguf',
  parameters: 2e6,
  approx_mb: 1,
  licence: 'MIT',
  languages: ['en'],
  quantization: 'Q4_1',
  architecture: 'llama',
  context_length: 512,
  infill: false,
  kv_bytes_per_token: 64,
  min_memory_mb: 1,
};

/** The page with a second model in the catalog. @param {import('node:test').TestContext} t @param {object} [options] */
async function site(t, options = {}) {
  const made = await setupFake(t, {
    ...options,
    files: { '/models/second.gguf': TINY, '/models/first.gguf': TINY },
  });
  const body = JSON.stringify({ note: '', models: [SECOND] });
  made.server.pages.set('/catalog.json', { type: 'application/json', body });
  return made;
}

test('another model is three clicks away, and answers again beside the first', async (t) => {
  const { open } = await site(t);
  const { page, errors } = await open(FAKE);
  const { agree, answer, answers, button, send } = parts(page);
  await agree();
  await send('first');
  await answer();
  const chip = page.locator('.topbar .chip');
  await chip.click();
  await page.locator('.switcher [aria-current]').getByText('answers now').waitFor();
  await button(/Download and change to it/).click();
  await chip.getByText('Second 2M').waitFor();
  await send('second');
  await answer();
  assert.match(await answers.last().locator('.stats').innerText(), /^Second 2M · /, 'who answered is said');
  await answers.last().hover();
  await answers.last().getByRole('button', { name: 'Ask another model…' }).click();
  await page.locator('.switcher li').filter({ hasText: 'tiny' }).getByRole('button').click();
  await chip.getByText('tiny').waitFor();
  await answer();
  assert.match(await answers.last().locator('.stats').innerText(), /^tiny/);
  await answers.last().hover();
  await answers.last().getByRole('button', { name: 'Side by side' }).click();
  const pair = page.locator('.pair .stats');
  for (const name of [/^Second 2M/, /^tiny/]) await pair.filter({ hasText: name }).waitFor(); // drawn a moment later
  const [left, right] = await pair.allInnerTexts();
  assert.match(left, /^Second 2M/);
  assert.match(right, /^tiny/);
  const boxes = await page
    .locator('.pair > article')
    .evaluateAll((nodes) => nodes.map((node) => node.getBoundingClientRect().top));
  assert.equal(boxes[0], boxes[1], 'beside each other');
  await page.locator('.pair').getByRole('button', { name: 'Side by side' }).last().click();
  await page.locator('.pair').waitFor({ state: 'detached' });
  await page.reload();
  await chip.getByText('tiny').waitFor();
  assert.deepEqual(errors, []);
});

test('a better model arrives while one works, takes over between two questions, once, and can be sent back', async (t) => {
  const { open, server } = await site(t);
  const { page, errors } = await open(FAKE);
  const { agree, answer, answers, button, send } = parts(page);
  await agree();
  server.faults.set('/models/second.gguf', { bytesPerSecond: 250_000 });
  const chip = page.locator('.topbar .chip');
  await chip.click();
  await button('Download while I go on; change when it is here').click();
  await page
    .locator('.topbar .badge')
    .getByText(/Second 2M: \d+ %/)
    .waitFor();
  await send('count to 400');
  await answers.getByText('Line 2.').waitFor();
  await page.waitForFunction(
    () => /** @type {any} */ (globalThis).loquat.app.store.get().better?.status === 'here',
    undefined,
    { timeout: 60_000 },
  );
  assert.match(await chip.innerText(), /tiny/, 'not in the middle of an answer');
  await button('Stop').click();
  await chip.getByText('Second 2M').waitFor();
  await page.getByText('Second 2M has arrived and answers from now on.').waitFor();
  await button('Undo').click();
  await chip.getByText('tiny').waitFor();
  await send('after');
  await answer();
  await page.reload();
  await chip.getByText('tiny').waitFor();
  await page.waitForTimeout(500);
  assert.match(await chip.innerText(), /tiny/, 'once');
  assert.deepEqual(errors, []);
});

test('what arrives goes on at the next visit, and waits where the connection is metered', async (t) => {
  const { open, server } = await site(t);
  server.faults.set('/models/second.gguf', { bytesPerSecond: 30_000 });
  const { page } = await open(FAKE);
  const { agree, button } = parts(page);
  await agree();
  const chip = page.locator('.topbar .chip');
  await chip.click();
  await button('Download while I go on; change when it is here').click();
  await page
    .locator('.topbar .badge')
    .getByText(/Second 2M/)
    .waitFor();
  await page.addInitScript(() => {
    const connection = Object.assign(new EventTarget(), { saveData: true });
    Object.defineProperty(navigator, 'connection', { value: connection });
  });
  await page.reload();
  await page.locator('.topbar .badge').getByText('Second 2M waits for an unmetered connection').waitFor();
  server.faults.clear();
  await page.evaluate(() => {
    const { connection } = /** @type {any} */ (navigator);
    connection.saveData = false;
    connection.dispatchEvent(new Event('change'));
  });
  await chip.getByText('Second 2M').waitFor({ timeout: 30_000 });
});

test('a question in a language that the model does not speak is offered to one that does', async (t) => {
  const { open, server } = await site(t);
  const first = { ...SECOND, id: 'first', name: 'First 1M', url: 'models/first.gguf' };
  const second = { ...SECOND, languages: ['zh', 'en'] };
  const body = JSON.stringify({ note: '', models: [first, second] });
  server.pages.set('/catalog.json', { type: 'application/json', body });
  const { page, errors } = await open(FAKE);
  const { agree, answer, answers, button, send } = parts(page);
  await agree();
  const chip = page.locator('.topbar .chip');
  const use = (/** @type {object} */ entry) =>
    page.evaluate(async (entry) => {
      const { app } = /** @type {any} */ (globalThis).loquat;
      const { id, name, url } = /** @type {any} */ (entry);
      await app.model.choose(`cached:${id}`, { url: new URL(url, location.href).href, id, name });
    }, entry);
  await use(second);
  await use(first);
  await chip.getByText('First 1M').waitFor();
  await send('In English');
  await answer();
  assert.equal(await button('Ask it instead').count(), 0);
  await send('天空为什么是蓝色的？');
  await answer();
  await page.getByText('Second 2M is kept here and speaks Chinese').waitFor();
  await button('Ask it instead').click();
  await chip.getByText('Second 2M').waitFor();
  await answer();
  assert.match(await answers.last().locator('.stats').innerText(), /^Second 2M/);
  await send('还有吗？');
  await answer();
  assert.equal(await button('Ask it instead').count(), 0);
  assert.deepEqual(errors, []);
});
