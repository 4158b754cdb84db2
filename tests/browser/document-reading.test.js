// Reading that takes long or goes wrong: a reload in the middle, a stop, damaged pages, a long file, no network; and what
// is kept of documents, what is deleted, and what is kept of none.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkAccess } from './axe.js';
import { FAKE, parts, setupFake } from './page.js';
import { pdf } from './pdf.js';

/** @param {string} name @param {Buffer} buffer */
const file = (name, buffer) => ({
  name,
  mimeType: name.endsWith('.pdf') ? 'application/pdf' : 'text/plain',
  buffer,
});

/** @param {import('playwright-core').Page} page */
const state = (page) => page.evaluate(() => /** @type {any} */ (globalThis).loquat.app.store.get().documents);

/** @param {import('node:test').TestContext} t */
async function started(t) {
  const site = await setupFake(t);
  const { page, errors } = await site.open(FAKE);
  await parts(page).agree();
  return {
    ...site,
    page,
    errors,
    ...parts(page),
    picker: page.locator('input[type=file][multiple]').first(),
  };
}

/** A year's log, a page a day, for more than 2,000 days. */
const DAYS = 2100;
const LOG = pdf(
  Array.from({ length: DAYS }, (_, n) => [
    'Log of the lighthouse keeper',
    `On day ${n + 1} the keeper of Holm wrote about the weather and the ships that passed.`,
    n === 1776
      ? 'A green whale was seen near the harbour by Mr Osgood.'
      : 'Nothing else was seen from the tower.',
    `Page ${n + 1}`,
  ]),
);

test('a file of more than 2,000 pages is read on after a reload, asked, and opened at the page', async (t) => {
  const { page, errors, picker, send, answer } = await started(t);
  await picker.setInputFiles(file('log.pdf', LOG));
  await page.waitForFunction(
    () => /** @type {any} */ (globalThis).loquat.app.store.get().documents.reading?.done >= 300,
    undefined,
    { timeout: 120_000 },
  );
  await page.reload();
  // The first page that is read now is none that was kept before.
  const first = await page.waitForFunction(
    () => /** @type {any} */ (globalThis).loquat?.app.store.get().documents.reading?.done || undefined,
    undefined,
    { timeout: 60_000 },
  );
  const done = await first.jsonValue();
  assert.ok(done > 250, `reading began anew: page ${done}`);
  await page.locator('.documents .chip').getByText('log.pdf').waitFor({ timeout: 240_000 });
  await page.locator('.topbar .chip').waitFor();

  await send('What did Mr Osgood see near the harbour?');
  await answer();
  const cited = page.locator('figure.part-citation').first();
  assert.match(
    await cited.locator('blockquote').innerText(),
    /A green whale was seen near the harbour by Mr Osgood\./,
  );
  assert.match(await cited.locator('figcaption').innerText(), /log\.pdf, page 1777/);
  await cited.getByRole('button').click();
  const pane = page.locator('.document-pane');
  await pane.locator('[data-page="1777"] mark.cited').getByText('A green whale').waitFor();
  assert.ok((await pane.locator('canvas').count()) <= 10, 'pages out of sight are freed');
  await page.keyboard.press('Escape');

  // The second time, nothing is read.
  await page.getByRole('button', { name: 'Remove “log.pdf”' }).click();
  await page.evaluate(() => {
    const { store } = /** @type {any} */ (globalThis).loquat.app;
    /** @type {any} */ (globalThis).pagesRead = 0;
    store.subscribe((/** @type {any} */ { documents }) => {
      if (documents.reading?.done) /** @type {any} */ (globalThis).pagesRead = documents.reading.done;
    });
  });
  await picker.setInputFiles(file('log.pdf', LOG));
  await page.locator('.documents .chip').getByText('log.pdf').waitFor();
  assert.equal(await page.evaluate(() => /** @type {any} */ (globalThis).pagesRead), 0);
  assert.deepEqual(errors, []);
});

test('damaged pages are named and the others are read; one file that fails keeps no other from it; reading stops', async (t) => {
  const { page, picker } = await started(t);
  // The second page's dictionary is cut off.
  const broken = Buffer.from(
    pdf(['The first page tells of apples.', 'lost', 'The third page tells of plums.'])
      .toString('latin1')
      .replace('12 0 obj <</Type /Page /Parent 2 0 R', '12 0 obj <</Type /Nothing /Was (2 0 R'),
    'latin1',
  );
  await picker.setInputFiles([
    file('not.pdf', Buffer.from('%PDF-1.4\nnothing')),
    file('broken.pdf', broken),
    file('scan.pdf', pdf(['The cover has text.', '', ''])),
    file('plain.txt', Buffer.from('Pears are green.')),
  ]);
  await page.locator('.documents .chip').nth(2).waitFor();
  assert.deepEqual(await page.locator('.documents .chip .open').allTextContents(), [
    'broken.pdf',
    'scan.pdf',
    'plain.txt',
  ]);
  await page.getByRole('button', { name: 'Choose and manage documents' }).click();
  const shelf = page.locator('dialog .shelf');
  await shelf.locator('li', { hasText: 'broken.pdf' }).getByText('Damaged and not read: 2').waitFor();
  await shelf.locator('li', { hasText: 'scan.pdf' }).getByText('Pictures without text: 2–3').waitFor();
  await checkAccess(page, 'the list of documents');
  await page.keyboard.press('Escape');

  await picker.setInputFiles(file('log.pdf', LOG));
  await page.waitForFunction(
    () => /** @type {any} */ (globalThis).loquat.app.store.get().documents.reading?.done > 10,
  );
  await page.getByRole('button', { name: 'Stop reading' }).click();
  await page.reload();
  await page.locator('.documents .chip').nth(2).waitFor();
  assert.equal((await state(page)).reading, null, 'what was stopped does not go on');
  assert.equal((await state(page)).list.length, 3);
});

test('documents are kept, collected, deleted; and kept nowhere where that is wanted', async (t) => {
  const { page, picker, send, answer } = await started(t);
  await picker.setInputFiles([
    file('pears.txt', Buffer.from('Pears ripen in August in the garden of Holm.')),
    file('plums.txt', Buffer.from('Plums ripen in September in the garden of Holm.')),
  ]);
  await page.locator('.documents .chip').nth(1).waitFor();
  // Named, only that one is asked.
  await send('When do they ripen in the garden of Holm, in plums.txt?');
  await answer();
  assert.deepEqual(await page.locator('figure.part-citation blockquote').allTextContents(), [
    'Plums ripen in September in the garden of Holm.',
  ]);
  const manage = () => page.getByRole('button', { name: 'Choose and manage documents' }).click();
  const shelf = page.locator('dialog .shelf');
  await manage();
  await shelf.getByText('2 documents are kept in this browser').waitFor();
  await shelf.getByLabel('Name of a collection').fill('Fruit');
  await shelf.getByRole('button', { name: 'Save the ticked ones' }).click();
  await shelf.getByText('Saved as Fruit.').waitFor();
  await shelf.getByLabel('pears.txt', { exact: true }).uncheck();
  await shelf.getByLabel('plums.txt', { exact: true }).uncheck();
  await page.waitForFunction(() => document.querySelectorAll('.documents .chip').length === 0);
  await page.reload();
  await manage();
  await shelf.getByRole('button', { name: 'Use: Fruit' }).click();
  await page.waitForFunction(() => document.querySelectorAll('.documents .chip').length === 2);
  await shelf.getByRole('button', { name: 'Read again: pears.txt' }).click();
  await shelf.getByText('pears.txt was read again.').waitFor();
  await shelf.getByRole('button', { name: 'Delete: pears.txt' }).click();
  await shelf.getByText('pears.txt was deleted.').waitFor();
  await shelf.getByText('1 document is kept in this browser').waitFor();

  await shelf.getByLabel('Keep documents in this browser').uncheck();
  await shelf.getByText('No documents are kept in this browser.').waitFor();
  await page.keyboard.press('Escape');
  await picker.setInputFiles(file('secret.txt', Buffer.from('The treasure lies under the third oak.')));
  await page.locator('.documents .chip').getByText('secret.txt').waitFor();
  await send('Where does the treasure lie?');
  await answer();
  await page.locator('blockquote').getByText('under the third oak').waitFor();
  const stores = await page.evaluate(
    () =>
      new Promise((resolve, reject) => {
        const opening = indexedDB.open('loquat-documents');
        opening.onerror = () => reject(opening.error);
        opening.onsuccess = () => {
          const db = opening.result;
          const names = [...db.objectStoreNames];
          const read = db.transaction(names).objectStore('files').getAll();
          read.onsuccess = () => (
            db.close(),
            resolve(read.result.map((/** @type {any} */ each) => each.name))
          );
        };
      }),
  );
  assert.deepEqual(stores, ['plums.txt'], 'a file that is not to be kept is in no store');
  assert.ok(!(await page.evaluate(() => JSON.stringify(localStorage))).includes('secret.txt'));
});

/** How many replies are kept of long work. @param {import('playwright-core').Page} page @returns {Promise<number>} */
const workKept = (page) =>
  page.evaluate(
    () =>
      new Promise((resolve) => {
        const opening = indexedDB.open('loquat-documents');
        opening.onsuccess = () => {
          const count = opening.result.transaction('work').objectStore('work').count();
          count.onsuccess = () => (opening.result.close(), resolve(count.result));
        };
      }),
  );

test('a summary shows how far it has got, stops, and goes on from there after a reload', async (t) => {
  const { page, errors, picker, send, answers, answer, button } = await started(t);
  // "count to" makes the scripted engine write much, and nothing that the text bears out: then the text is quoted.
  const text = Array.from(
    { length: 12 },
    (_, n) =>
      `# Part ${n + 1}\n\nBed ${n + 1} of the garden of Holm grows plums for the inn, and children count to 3000 there.`,
  );
  await picker.setInputFiles(file('garden.md', Buffer.from(text.join('\n\n'))));
  await page.locator('.documents .chip').waitFor();
  await send('Summarize this document');
  await answers
    .last()
    .getByText(/ of 12 pieces so far/)
    .waitFor();
  await page.waitForFunction(() =>
    /[1-9] of 12 pieces/.test(document.querySelector('article.assistant')?.textContent ?? ''),
  );
  await button('Stop').click();
  await answers.last().getByText('Stopped.').waitFor();
  assert.match(await answer(), /no summary of the whole yet/);
  const before = await workKept(page);
  assert.ok(before >= 1 && before < 13, `${before}`);
  await page.reload();
  await page.locator('.topbar .chip').waitFor();
  await answers.last().getByText('no summary of the whole yet').waitFor();
  await button('Answer again').last().click();
  await answers.last().getByText('Summary of garden.md.').waitFor({ timeout: 60_000 });
  assert.match(await answer(), /Bed 12 of the garden of Holm grows plums for the inn/);
  assert.equal(await answers.last().locator('figure.part-citation').count(), 12);
  assert.equal(await workKept(page), 13, 'each piece was asked once, and the whole');
  assert.deepEqual(errors, []);
});

test('with the server gone, documents are asked, opened and read', async (t) => {
  const { server, page, picker, send, answer } = await started(t);
  await page.evaluate(() => navigator.serviceWorker.ready);
  await page.reload(); // from now on through the worker
  await page.locator('.topbar .chip').waitFor();
  const first = pdf(['The harbour office opens at nine in the morning.']);
  await picker.setInputFiles(file('office.pdf', first));
  await page.locator('.documents .chip').waitFor();
  await send('When does the harbour office open?');
  await answer();
  await page.locator('figure.part-citation button').click();
  await page.locator('.document-pane mark.cited').first().waitFor();
  await server.stop();
  await page.reload();
  await page.locator('.topbar .chip').waitFor();
  await picker.setInputFiles(file('inn.pdf', pdf(['The inn of Holm serves fish soup on Fridays.'])));
  await page.locator('.documents .chip').nth(1).waitFor();
  await send('What does the inn of Holm serve on Fridays?');
  await answer();
  await page.locator('figure.part-citation button').last().click();
  await page.locator('.document-pane mark.cited').getByText('fish soup').waitFor();
});
