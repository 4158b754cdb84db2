// The ten tasks of docs/everyday.md, done as it says, and counted.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { FAKE, parts, setupFake, TINY } from './page.js';

const MOST = 3;
const table = await readFile(new URL('../../docs/everyday.md', import.meta.url), 'utf8');
/** Steps by task. */
const TOLD = new Map(
  [...table.matchAll(/^\| ([A-Z][^|]+?) \| [^|]+ \| (\d+) \|$/gm)].map(([, task, steps]) => [
    task,
    Number(steps),
  ]),
);

test(`ten everyday tasks take at most ${MOST} clicks and keys each, as many as are told`, async (t) => {
  const { open, server } = await setupFake(t, { files: { '/models/second.gguf': TINY } });
  const { page, errors } = await open(FAKE);
  const { agree, answer, answers, button, field, questions, rows } = parts(page);
  let steps = 0;
  const press = (/** @type {string} */ key) => (steps++, page.keyboard.press(key));
  const click = (/** @type {import('playwright-core').Locator} */ what) => (steps++, what.click());
  /** @type {Map<string, number>} */
  const counted = new Map();
  /** @param {string} task @param {() => Promise<unknown>} act @param {() => Promise<unknown>} done */
  async function task(task, act, done) {
    steps = 0;
    await act();
    await done();
    counted.set(task, steps);
  }
  await agree();
  await field.focus();
  const ask = async (/** @type {string} */ text) => {
    await page.keyboard.type(text);
    await press('Enter');
  };
  await task('Ask a question', () => ask('about apples'), answer);
  await task(
    'Copy the last answer',
    () => press('Control+Shift+C'),
    () => page.getByRole('log').getByText('Copied').waitFor({ state: 'attached' }),
  );
  await answers.last().hover();
  await task(
    'Have it answered again',
    () => click(answers.last().getByRole('button', { name: 'Answer again', exact: true })),
    () => answers.last().getByTitle('Version 2 of 2').waitFor(),
  );
  await answer();
  await field.focus();
  await task(
    'Mend the last question',
    async () => {
      await press('ArrowUp');
      await ask(' and pears');
    },
    () => questions.getByText('about apples and pears').waitFor(),
  );
  await answer();
  await task(
    'Begin a new chat',
    () => press('Control+Shift+O'),
    () => answers.first().waitFor({ state: 'detached' }),
  );
  await page.keyboard.type('count to 400');
  await page.keyboard.press('Enter');
  await answers.getByText('Line 2.').waitFor();
  await task(
    'Stop an answer',
    () => press('Escape'),
    () => answers.getByText('Stopped.').waitFor(),
  );
  await task(
    'Find an old conversation',
    async () => {
      await press('Control+K');
      await page.getByRole('combobox', { name: 'A chat, a command or a setting' }).waitFor();
      await page.keyboard.type('pears');
      await page.getByRole('option', { name: /apples/ }).waitFor();
      await press('Enter');
    },
    () => questions.getByText('about apples and pears').waitFor(),
  );
  const row = rows.filter({ hasText: 'apples' });
  await row.hover();
  await task(
    'Put a conversation into a folder',
    async () => {
      await click(row.locator('.more'));
      await click(row.getByRole('button', { name: 'Folder' }));
      await ask('Fruit');
    },
    () => page.locator('.sidebar details.folder').getByRole('heading', { name: 'Fruit' }).waitFor(),
  );
  await page.locator('.topbar .chip').click();
  await page.locator('dialog[open] .switcher li').first().waitFor();
  await page.keyboard.press('Escape');
  await page.locator('dialog[open]').waitFor({ state: 'detached' });
  const body = JSON.stringify({ note: '', models: [] });
  server.pages.set('/catalog.json', { type: 'application/json', body });
  await page.evaluate(() => /** @type {any} */ (globalThis).loquat.app.model.choose('models/second.gguf'));
  await page.locator('.topbar .chip').getByText('second').waitFor();
  await answers.last().hover();
  await task(
    'Ask another model for the same answer',
    async () => {
      await click(answers.last().getByRole('button', { name: 'Ask another model…' }));
      await click(page.locator('.switcher li').filter({ hasText: 'tiny' }).getByRole('button'));
    },
    () => answers.last().locator('.stats').getByText(/^tiny/).waitFor(),
  );
  const saving = page.waitForEvent('download');
  await task(
    'Save a conversation as a page to share',
    async () => {
      await click(button('This conversation'));
      await click(button('A page to share (HTML)'));
    },
    () => saving,
  );
  assert.equal(TOLD.size, 10);
  assert.deepEqual(Object.fromEntries([...counted].sort()), Object.fromEntries([...TOLD].sort()));
  for (const [what, count] of counted) assert.ok(count <= MOST, `${what}: ${count}`);
  assert.deepEqual(errors, []);
});
