// A program beside the chat: completed at the cursor, changed by a patch, asked about, kept in the answer.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkAccess } from './axe.js';
import { FAKE, parts, setupFake } from './page.js';

const PHONE = { width: 390, height: 844 };

/** @param {import('node:test').TestContext} t @param {Parameters<typeof setupFake>[1]} [options] */
async function opened(t, options) {
  const site = await setupFake(t, options);
  const { page, errors } = await site.open(FAKE);
  await page.locator('.offer .primary').click();
  await page.waitForFunction(
    () => /** @type {any} */ (globalThis).loquat.app.store.get().model.status === 'ready',
  );
  await parts(page).send('Write a greeting');
  const edit = page.getByRole('button', { name: 'Edit beside the chat' });
  await edit.waitFor();
  await page.waitForFunction(
    () => /** @type {any} */ (globalThis).loquat.app.store.get().generation === null,
  );
  await edit.focus();
  await page.keyboard.press('Enter');
  const desk = page.getByRole('complementary', { name: 'Code' });
  const field = desk.getByRole('textbox', { name: 'Code' });
  await field.waitFor();
  const text = () =>
    page.evaluate(() => {
      const { chat } = /** @type {any} */ (globalThis).loquat.app.store.get();
      const answers = Object.values(chat.messages).filter(({ role }) => role === 'assistant');
      return /** @type {string} */ (answers[0].text);
    });
  /** The answer, once it is so. @param {string} source */
  const kept = (source) =>
    page.waitForFunction((source) => {
      const { chat } = /** @type {any} */ (globalThis).loquat.app.store.get();
      const answers = Object.values(chat.messages).filter(({ role }) => role === 'assistant');
      return new RegExp(source).test(answers[0].text);
    }, source);
  return { ...site, page, errors, desk, field, text, kept };
}

test('what the model proposes at the cursor is taken by Tab, and left by going on', async (t) => {
  const { page, errors, desk, field, kept, text } = await opened(t);
  await field.focus();
  await page.keyboard.press('Control+a');
  await page.keyboard.type('function add(a, b) {\nreturn ');
  const ghost = desk.locator('.ghost');
  await ghost.getByText('a + b;').waitFor();
  await desk.getByText('Tab takes it').waitFor();
  await page.keyboard.press('Escape');
  await ghost.waitFor({ state: 'detached' });
  await desk.getByRole('button', { name: 'Complete', exact: true }).click();
  await ghost.waitFor();
  await page.keyboard.press('Tab');
  await kept('return a \\+ b;');
  await desk.getByText('Tab takes it').waitFor({ state: 'detached' });
  assert.doesNotMatch(await text(), /not this/, 'what follows an empty line is another matter');
  assert.doesNotMatch(await text(), /Hello/);
  await checkAccess(page, 'a program beside the chat');
  assert.deepEqual(errors, []);
});

test('a change is a patch, of which each piece is taken or left', async (t) => {
  const { page, errors, desk, field, kept } = await opened(t);
  await desk.getByRole('textbox', { name: 'What should be different?' }).fill('in French');
  await page.keyboard.press('Enter');
  await desk.getByText('2 changes to accept or reject').waitFor();
  await desk.getByRole('button', { name: 'Accept' }).first().focus();
  await page.keyboard.press('Enter');
  await desk.getByText('1 change to accept or reject').waitFor();
  await kept("'Bonjour'[\\s\\S]*'Goodbye'"); // what nobody has taken is not in the answer
  await checkAccess(page, 'a patch');
  await desk.getByRole('button', { name: 'Reject' }).first().click();
  await desk.getByRole('button', { name: 'Reject' }).waitFor({ state: 'detached' });
  await field.getByText('Goodbye').waitFor();
  await field.waitFor();
  assert.deepEqual(errors, []);
});

test('questions about a program go to the conversation; Escape goes back to the button; on a phone', async (t) => {
  const { page, errors, desk } = await opened(t, {
    viewport: PHONE,
    context: { hasTouch: true, isMobile: true },
  });
  await checkAccess(page, 'a program on a phone');
  for (const button of await desk.getByRole('button').all()) {
    const { height } = (await button.boundingBox()) ?? { height: 0 };
    assert.ok(height >= 44, `${await button.textContent()}: ${height} px`);
  }
  await desk.getByRole('combobox').selectOption('Python');
  await desk.getByRole('button', { name: 'Translate to' }).click();
  await page
    .locator('article.user', { hasText: 'Translate this code to Python' })
    .waitFor({ state: 'attached' });
  await desk.getByRole('heading').focus();
  await page.keyboard.press('Escape');
  await desk.waitFor({ state: 'detached' });
  assert.ok((await page.evaluate(() => document.documentElement.scrollWidth)) <= PHONE.width);
  assert.deepEqual(errors, []);
});
