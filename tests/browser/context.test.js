// The context never hits a wall: a cut answer goes on, a full context is told and can be undone, the system prompt stays.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FAKE, parts, setupFake } from './page.js';

const lines = (/** @type {string} */ text) =>
  (text.match(/Line \d+\./g) ?? []).map((line) => parseInt(line.slice(5)));
const upTo = (/** @type {number} */ n) => Array.from({ length: n }, (_, i) => i + 1);

test('a cut answer goes on where it ended, as the same message, also after a reload', async (t) => {
  const { open } = await setupFake(t);
  const { page, errors } = await open(`${FAKE}&maxTokens=30`);
  const { agree, send, answer, answers, button } = parts(page);
  await agree();
  await send('count to 40');
  assert.deepEqual(lines(await answer()), upTo(15));
  await answers.getByText('The answer reached its length limit.').waitFor();
  await button('Continue').click();
  assert.deepEqual(lines(await answer()), upTo(30));
  await page.reload();
  await page.locator('.topbar .chip').waitFor();
  await button('Continue').click();
  assert.deepEqual(lines(await answer()), upTo(40));
  assert.equal(await answers.count(), 1);
  assert.equal(await button('Continue').count(), 0, 'it has come to its end');
  assert.deepEqual(errors, []);
});

test('an answer that breaks in the middle keeps its words and goes on with “Try again”', async (t) => {
  const { open } = await setupFake(t);
  const { page } = await open(FAKE);
  const { agree, send, answer, answers, button } = parts(page);
  await agree();
  await send('count to 40, break at 20');
  await page.locator('.notice.error code').getByText('internal').waitFor({ state: 'attached' });
  assert.deepEqual(lines(await answer()), upTo(10));
  assert.equal(await answers.getByText('No answer.').count(), 0);
  await button('Try again').click();
  assert.deepEqual(lines(await answer()), upTo(40));
  assert.equal(await answers.count(), 1);
  assert.equal(await page.locator('.notice').count(), 0);
});

test('an answer longer than the context goes on from its last part, and the page says so', async (t) => {
  const { open } = await setupFake(t); // 512 tokens of context
  const { page, errors } = await open(`${FAKE}&maxTokens=300`);
  const { agree, send, answer, button } = parts(page);
  await agree();
  await send('count to 400');
  await answer();
  await button('Continue').click();
  assert.deepEqual(lines(await answer()), upTo(300));
  await button('Continue').click();
  await page.getByText('The answer has grown longer than the model’s context').waitFor();
  assert.deepEqual(lines(await answer()), upTo(400), 'nothing twice, nothing left out');
  assert.equal(await page.locator('.notice').count(), 0);
  assert.deepEqual(errors, []);
});

test('a meter fills, what is left out is marked, sending everything is tried and taken back', async (t) => {
  const { open } = await setupFake(t);
  const { page, errors } = await open(FAKE);
  const { agree, send, answer, button, answers } = parts(page);
  await agree();
  await page.evaluate(() =>
    /** @type {any} */ (globalThis).loquat.app.change({ system: 'You are a lighthouse keeper.' }),
  );
  const meter = page.getByRole('meter', { name: 'How full the context is' });
  const full = () => meter.evaluate((node) => /** @type {HTMLMeterElement} */ (node).value);
  await send(`count to 60 ${'word '.repeat(20)}`);
  await answer();
  const before = await full();
  assert.ok(before > 0.2 && before < 0.6, `${before}`);
  await page.reload();
  await page.locator('.topbar .chip').waitFor();
  assert.equal(await full(), before, 'a reload does not forget it');
  for (let i = 0; i < 2; i++) {
    await send(`count to 60 ${'word '.repeat(20)}`);
    await answer();
  }
  await send('Tell me what you were told.');
  assert.equal(await answer(), 'I was told: You are a lighthouse keeper.', 'the system prompt stays');
  await page.getByText(/first \d+ messages no longer fit/).waitFor();
  const left = page.locator('article.left-out');
  assert.ok((await left.count()) >= 2);
  assert.equal((await left.count()) % 2, 0, 'whole pairs');
  await button('Send everything anyway').click();
  await page.getByText('Everything is sent').waitFor();
  await send(`count to 60 ${'word '.repeat(60)}`);
  await page.locator('.notice.error code').getByText('context_full').waitFor({ state: 'attached' });
  await page.locator('.notice').getByRole('button', { name: 'Leave them out again' }).click();
  assert.deepEqual(lines(await answer()), upTo(60));
  await page.getByText(/first \d+ messages no longer fit/).waitFor();
  assert.equal(await answers.last().getByText('No answer.').count(), 0);
  assert.deepEqual(errors, []);
});

test('words the model was unsure of are marked in the answer, not by those of its thoughts', async (t) => {
  const { open } = await setupFake(t);
  const { page, errors } = await open(FAKE);
  const { agree, send, answer, button } = parts(page);
  const marked = () =>
    page.evaluate(() => {
      const ranges = [.../** @type {any} */ (CSS.highlights.get('loquat-unsure') ?? [])];
      return ranges.map(({ startContainer, startOffset, endOffset }) => {
        const text = startContainer.textContent;
        return [text.slice(startOffset, endOffset), startContainer.parentElement.tagName];
      });
    });
  await agree();
  await send('unsure');
  await answer();
  assert.deepEqual(await marked(), [], 'off by default');
  await button('Settings').first().click();
  await page.getByLabel('Mark words').check();
  await page.keyboard.press('Escape');
  await send('unsure');
  assert.equal(await answer(), 'It is maybe on Tuesday, or maybe not.');
  assert.deepEqual(await marked(), [
    ['maybe', 'STRONG'],
    ['maybe', 'P'],
  ]);
  await page.reload();
  await page.locator('.topbar .chip').waitFor();
  await page.waitForFunction(() => /** @type {any} */ (CSS).highlights.get('loquat-unsure')?.size === 2);
  await button('New chat').first().click();
  await send('ponder');
  assert.equal(await answer(), 'It is maybe the time.');
  assert.deepEqual(await marked(), [['maybe', 'P']]);
  await button('Settings').first().click();
  await page.getByLabel('Mark words').uncheck();
  await page.waitForFunction(() => /** @type {any} */ (CSS).highlights.get('loquat-unsure').size === 0);
  assert.deepEqual(errors, []);
});

test('thinking is told while it goes on, and is not copied', async (t) => {
  const { open, context } = await setupFake(t);
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  const { page, errors } = await open(FAKE);
  const { agree, send, answer, answers } = parts(page);
  await agree();
  await send('ponder');
  await page.locator('.reasoning.open summary').getByText('Thinking').waitFor();
  await answer();
  const folded = answers.locator('.reasoning');
  assert.equal(await folded.locator('summary').innerText(), 'Reasoning');
  assert.equal(await folded.evaluate((node) => /** @type {HTMLDetailsElement} */ (node).open), false);
  await answers.getByRole('button', { name: 'Copy' }).click();
  const copied = () => page.evaluate(() => navigator.clipboard.readText());
  assert.equal(await copied(), 'It is maybe the time.');
  const spoken = await page.getByRole('log').innerText();
  assert.doesNotMatch(spoken, /takes the time/, 'nor read out by screen readers');
  assert.match(spoken, /It is maybe the time/);
  assert.deepEqual(errors, []);
});
