// Nothing that was written is lost, and nothing that was deleted comes back.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FAKE, parts, setupFake } from './page.js';

test('what is written before the first question is there after a reload, and in the next new chat', async (t) => {
  const { open } = await setupFake(t);
  const { page, errors } = await open(FAKE);
  const { agree, send, answer, button, field, rows } = parts(page);
  await field.fill('a first thought');
  await page.reload(); // at once: no timer has run
  await field.waitFor();
  assert.equal(await field.inputValue(), 'a first thought');
  await agree();
  await button('New chat').first().click();
  assert.equal(await field.inputValue(), 'a first thought', 'a new chat was open already');
  await send('said');
  await answer();
  await page.reload();
  await page.locator('.topbar .chip').waitFor();
  await button('New chat').first().click();
  assert.equal(await field.inputValue(), '', 'what was sent is no draft any more');
  await field.fill('a second thought');
  await rows.first().locator('.open').click();
  await page.waitForFunction(() => document.querySelector('textarea')?.value === '');
  await button('New chat').first().click();
  assert.equal(await field.inputValue(), 'a second thought');
  assert.deepEqual(errors, []);
});

test('a draft stays with its conversation, however quickly one changes to another', async (t) => {
  const { open } = await setupFake(t);
  const { page, errors } = await open(FAKE);
  const { agree, send, answer, button, field, rows } = parts(page);
  await agree();
  for (const text of ['apples', 'pears']) {
    await button('New chat').first().click();
    await send(text);
    await answer();
  }
  const value = (/** @type {string} */ text) =>
    page.waitForFunction((text) => document.querySelector('textarea')?.value === text, text);
  await field.fill('and pear trees?');
  await rows.getByText('apples').click();
  await value('');
  await field.fill('and apple trees?');
  await rows.getByText('pears').click();
  await value('and pear trees?');
  await rows.getByText('apples').click();
  await value('and apple trees?');
  assert.deepEqual(errors, []);
});

test('a conversation that is deleted while its answer is written stays deleted, and undo brings back its words', async (t) => {
  const { open } = await setupFake(t);
  const { page, errors } = await open(FAKE);
  const { agree, send, answers, button, rows, field } = parts(page);
  await agree();
  await send('count to 400');
  await answers.getByText('Line 20.').waitFor();
  await rows.first().hover();
  await rows.first().getByRole('button', { name: 'Delete' }).click();
  await page.getByText('Deleted “count to 400”.').waitFor();
  assert.equal(await rows.count(), 0);
  await button('Undo').click();
  await answers.getByText('Line 20.').waitFor();
  await answers.getByText('Stopped.').waitFor();
  await rows.first().hover();
  await rows.first().getByRole('button', { name: 'Delete' }).click();
  await page.getByText('Deleted “count to 400”.').waitFor();
  await page.reload();
  await field.waitFor();
  await page.locator('.topbar .chip').waitFor();
  assert.equal(await rows.count(), 0, 'gone after a reload, too');
  assert.deepEqual(errors, []);
});

test('ChatGPT’s export and Markdown are imported by the button and by dropping them', async (t) => {
  const { open } = await setupFake(t);
  const { page, errors } = await open(FAKE);
  const { button, rows, answers, questions } = parts(page);
  const said = (/** @type {string} */ role, /** @type {string} */ text) => ({
    author: { role },
    content: { content_type: 'text', parts: [text] },
  });
  const theirs = [
    {
      title: 'Trip',
      create_time: 1_700_000_000,
      current_node: 'c',
      mapping: {
        a: { parent: null, children: ['b', 'c'], message: said('user', 'Where to?') },
        b: { parent: 'a', children: [], message: said('assistant', 'To the hills.') },
        c: { parent: 'a', children: [], message: said('assistant', 'To the **sea**.') },
      },
    },
  ];
  await button('Settings').first().click();
  const file = page.locator('.transfer input[type=file]');
  await file.setInputFiles({
    name: 'conversations.json',
    mimeType: 'application/json',
    buffer: Buffer.from(JSON.stringify(theirs)),
  });
  await page.locator('dialog').getByText('1 conversation was imported.').waitFor();
  const markdown = '# Notes\n\n**You:**\n\nHello\n\n**Loquat:**\n\n# Well\n\nHi there.\n';
  await file.setInputFiles({ name: 'notes.md', mimeType: 'text/markdown', buffer: Buffer.from(markdown) });
  await page.waitForFunction(() => document.querySelectorAll('.sidebar li').length === 2);
  await page.keyboard.press('Escape');
  await rows.getByText('Trip').click();
  await answers.getByText('To the sea.').waitFor();
  await button('Previous version').click();
  await answers.getByText('To the hills.').waitFor();
  await rows.getByText('Notes').click();
  await answers.getByRole('heading', { name: 'Well' }).waitFor();
  assert.equal(await questions.locator('.body').innerText(), 'Hello');
  const dropped = await page.evaluateHandle(() => {
    const transfer = new DataTransfer();
    transfer.items.add(new File(['# More\n\n**You:**\n\nDropped\n'], 'more.md'));
    return transfer;
  });
  await page.dispatchEvent('.loquat', 'drop', { dataTransfer: dropped });
  await rows.getByText('More').click();
  await questions.getByText('Dropped').waitFor();
  assert.deepEqual(errors, []);
});
