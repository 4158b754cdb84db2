// Keeping order, and keeping secrets: folders and the archive, temporary chats, the passphrase, memory, and deleting it all.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FAKE, parts, setupFake } from './page.js';

/** All that the page has stored, as one text. @param {import('playwright-core').Page} page */
const stored = (page) =>
  page.evaluate(async () => {
    const text = (/** @type {unknown} */ value) =>
      JSON.stringify(value, (_, each) =>
        each instanceof ArrayBuffer || ArrayBuffer.isView(each) ? `(${each.byteLength} bytes)` : each,
      );
    let all = text({ ...localStorage }) + text({ ...sessionStorage });
    for (const { name = '' } of await indexedDB.databases()) {
      if (/weights/.test(name)) continue;
      const db = await new Promise((resolve, reject) => {
        const request = indexedDB.open(name);
        request.onsuccess = () => resolve(request.result);
        request.onerror = () => reject(request.error);
      });
      for (const store of db.objectStoreNames) {
        const rows = await new Promise((resolve) => {
          const request = db.transaction(store).objectStore(store).getAll();
          request.onsuccess = () => resolve(request.result);
        });
        all += text(rows);
      }
      db.close();
    }
    return all;
  });

/** @param {import('playwright-core').Page} page @param {import('playwright-core').Locator} row @param {string} name */
async function tool(page, row, name) {
  await row.hover();
  const button = row.getByRole('button', { name, exact: true });
  if (!(await button.isVisible())) await row.locator('.more').click();
  await button.click();
}

test('conversations go into folders and into the archive, and are found there', async (t) => {
  const { open } = await setupFake(t);
  const { page, errors } = await open(FAKE);
  const { agree, answer, button, rows, send } = parts(page);
  await agree();
  for (const text of ['about apples', 'about pears', 'about taxes']) {
    await button('New chat').first().click();
    await send(text);
    await answer();
  }
  await tool(page, rows.filter({ hasText: 'apples' }), 'Folder');
  await page.keyboard.type('Fruit');
  await page.keyboard.press('Enter');
  const folder = page.locator('.sidebar details.folder');
  await folder.getByRole('heading', { name: 'Fruit' }).waitFor();
  await tool(page, rows.filter({ hasText: 'pears' }), 'Folder');
  assert.equal(await page.locator('.sidebar datalist option[value=Fruit]').count(), 1, 'it is offered');
  await page.keyboard.type('Fruit');
  await page.keyboard.press('Enter');
  await folder.locator('li').nth(1).waitFor();
  await folder.locator('summary').click();
  await rows.filter({ hasText: 'pears' }).waitFor({ state: 'hidden' });
  await folder.locator('summary').click();

  await tool(page, rows.filter({ hasText: 'taxes' }), 'Archive');
  await page.getByText('Archived “about taxes”.').waitFor();
  assert.equal(await rows.count(), 2);
  await button('Undo').click();
  await rows.filter({ hasText: 'taxes' }).waitFor();
  await tool(page, rows.filter({ hasText: 'taxes' }), 'Archive');
  await page.getByRole('searchbox').fill('taxes');
  await rows.filter({ hasText: 'taxes' }).waitFor(); // the search finds it
  await page.getByRole('searchbox').fill('');
  await page.reload();
  await folder.locator('li').nth(1).waitFor();
  assert.equal(await rows.count(), 2, 'it is all kept');
  await button('Archive (1)').click();
  await tool(page, rows.filter({ hasText: 'taxes' }), 'Take out of the archive');
  await page.getByRole('heading', { name: 'Today' }).waitFor();
  await tool(page, rows.filter({ hasText: 'apples' }), 'Folder');
  await page.keyboard.press('Delete');
  await page.keyboard.press('Enter');
  await folder.locator('li').nth(1).waitFor({ state: 'detached' });
  assert.deepEqual(errors, []);
});

test('a temporary chat leaves nothing, not even what was not sent', async (t) => {
  const { open } = await setupFake(t);
  const { page, errors } = await open(FAKE);
  const { agree, answer, button, field, rows, send } = parts(page);
  await agree();
  await field.fill('half a SECRETWORD');
  await page.waitForTimeout(600); // the draft is kept
  await button('Temporary chat').click();
  await page.locator('.topbar .badge').getByText('Temporary chat').waitFor();
  assert.equal(await field.inputValue(), 'half a SECRETWORD');
  await send('the whole SECRETWORD');
  await answer();
  await field.fill('another SECRETWORD');
  await page.waitForTimeout(600);
  assert.equal(await rows.count(), 0);
  assert.doesNotMatch(await stored(page), /SECRETWORD/);
  await field.fill('a last SECRETWORD');
  await button('New chat').first().click();
  assert.equal(await field.inputValue(), '');
  assert.doesNotMatch(await stored(page), /SECRETWORD/);
  await button('Temporary chat').click();
  await send('count to 400 SECRETWORD');
  await page.waitForTimeout(300);
  await page.reload();
  await field.waitFor();
  await page.waitForTimeout(300);
  assert.doesNotMatch(await stored(page), /SECRETWORD/);
  await send('plain words');
  await answer();
  assert.match(await stored(page), /plain words/, 'what is not temporary is stored, so this test can tell');
  assert.deepEqual(errors, []);
});

test('under a passphrase nothing that was said can be read without it', async (t) => {
  const { open } = await setupFake(t);
  const { page, errors } = await open(FAKE);
  const { agree, answer, button, field, rows, send } = parts(page);
  await agree();
  await send('about the SECRETWORD');
  await answer();
  await button('Settings').first().click();
  await page.getByLabel('New passphrase').fill('short');
  await button('Encrypt with this passphrase').click();
  await page.getByText('At least 8 characters.').waitFor();
  await page.getByLabel('New passphrase').fill('eight loquats');
  await page.getByLabel('Once more').fill('eight loquats');
  await button('Encrypt with this passphrase').click();
  await page.getByText('Your conversations are encrypted').waitFor();
  assert.doesNotMatch(await stored(page), /SECRETWORD/);
  await page.getByLabel('Passphrase').fill('nine loquats');
  await button('Unlock').click();
  await page.getByText('That is not the passphrase.').waitFor();
  await page.getByLabel('Passphrase').fill('eight loquats');
  await button('Unlock').click();
  await rows.filter({ hasText: 'SECRETWORD' }).click();
  assert.match(await answer(), /SECRETWORD/);
  await send('more of the OTHERWORD');
  await answer();
  await field.fill('a draft of the THIRDWORD');
  await page.waitForTimeout(600);
  assert.doesNotMatch(await stored(page), /SECRETWORD|OTHERWORD|THIRDWORD/);
  await page.getByRole('searchbox').fill('otherword');
  await rows.filter({ hasText: 'OTHERWORD' }).waitFor(); // the search sees it
  await page.getByRole('searchbox').fill('');
  await button('Settings').first().click();
  await Promise.all([page.waitForEvent('load'), button('Stop encrypting').click()]);
  await rows.filter({ hasText: 'SECRETWORD' }).waitFor(); // the page, without a question
  assert.match(await stored(page), /OTHERWORD/);
  assert.deepEqual(errors, []);
});

test('what is remembered is a list that the person writes, off at first, and shown where it was used', async (t) => {
  const { open } = await setupFake(t);
  const { page, errors } = await open(FAKE);
  const { agree, answer, answers, button, send } = parts(page);
  await agree();
  const settings = async () => {
    await button('Settings').first().click();
    await page.locator('fieldset.memory').waitFor();
  };
  await settings();
  await page.getByLabel('Something to remember').fill('I live in Lisbon.');
  await page.locator('.memory').getByRole('button', { name: 'Add' }).click();
  await page.getByLabel('Something to remember').fill('I am vegetarian.');
  await page.locator('.memory').getByRole('button', { name: 'Add' }).click();
  await page.getByLabel('Fact 2').waitFor();
  await page.keyboard.press('Escape');
  await send('say what you were told');
  assert.doesNotMatch(await answer(), /Lisbon/, 'off until it is switched on');
  await settings();
  await page.getByLabel('Tell the model what is listed here').check();
  await page.getByLabel('Fact 2').fill('I eat no meat.');
  await button('Remove “I live in Lisbon.”').click();
  await page.getByLabel('Fact 2').waitFor({ state: 'detached' });
  await page.getByLabel('Something to remember').fill('I live in Porto.');
  await page.locator('.memory').getByRole('button', { name: 'Add' }).click();
  await page.getByLabel('Fact 2').waitFor();
  await page.keyboard.press('Escape');
  await send('say what you were told');
  const said = await answer();
  assert.match(said, /I eat no meat\.[^]*I live in Porto\./);
  assert.doesNotMatch(said, /Lisbon/);
  await answers.last().getByRole('button', { name: '2 remembered facts were used' }).click();
  await page.locator('fieldset.memory').waitFor();
  await page.keyboard.press('Escape');
  await button('New chat').first().click();
  await button('Temporary chat').click();
  await send('say what you were told');
  assert.doesNotMatch(await answer(), /Porto/, 'a temporary chat knows nobody');
  assert.deepEqual(errors, []);
});

test('everything can be deleted, and then it is gone', async (t) => {
  const { open } = await setupFake(t);
  const { page, errors } = await open(FAKE);
  const { agree, answer, button, rows, send } = parts(page);
  await agree();
  await send('about the SECRETWORD');
  await answer();
  await button('Settings').first().click();
  await page.locator('.erase').getByRole('button', { name: 'Delete everything' }).click();
  await page.getByLabel('The downloaded models, too').check();
  await button('Yes, delete it all').click();
  await page.locator('.offer').waitFor();
  assert.equal(await rows.count(), 0);
  assert.doesNotMatch(await stored(page), /SECRETWORD/);
  const models = () =>
    page.evaluate(async () => (await indexedDB.databases()).filter(({ name }) => /weights/.test(name ?? '')));
  assert.deepEqual(await models(), []);
  assert.deepEqual(errors, []);
});
