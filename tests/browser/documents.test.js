// Documents in the built page under its own policy: added, asked, cited, opened at the passage, kept over a reload.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FAKE, parts, setupFake, TINY } from './page.js';
import { pdf } from './pdf.js';

const REPORT = pdf([
  'The harbour office opens at nine in the morning.',
  'Anna Reed drew the plans. The lighthouse of Holm is 41 metres high.',
]);
const NOTES = Buffer.from(
  '# Ferry\n\nThe ferry to Holm leaves twice a day from pier seven.\n\n# Food\n\nThe inn serves fish soup.',
);

test('a question is answered from the documents, with the passage where it stands', async (t) => {
  const { open } = await setupFake(t);
  const { page, errors } = await open(FAKE);
  const { send, agree } = parts(page);
  await agree();
  const files = [
    { name: 'report.pdf', mimeType: 'application/pdf', buffer: REPORT },
    { name: 'notes.md', mimeType: 'text/markdown', buffer: NOTES },
  ];
  await page.locator('input[type=file][multiple]').first().setInputFiles(files);
  await page.locator('.documents li').nth(1).waitFor();

  await send('How high is the lighthouse of Holm?');
  const cited = page.locator('figure.part-citation');
  await cited.waitFor();
  assert.equal(await cited.locator('blockquote').innerText(), 'The lighthouse of Holm is 41 metres high.');
  assert.match(await cited.locator('figcaption').innerText(), /report\.pdf, page 2/);
  await cited.getByRole('button').click();
  const shown = page.locator('.document-pane');
  await shown.locator('.sheet[data-page="2"] mark.cited').getByText('41 metres high').waitFor();
  await page.getByRole('button', { name: 'Close' }).click();

  await send('Which football club did Zidane coach in Madrid?');
  await page.getByText('This is not in your documents.', { exact: true }).waitFor();

  await page.reload();
  await page.locator('.documents li').nth(1).waitFor();
  await page.locator('.topbar .chip').waitFor();
  await send('From which pier does the ferry to Holm leave?');
  await page.locator('blockquote').getByText('pier seven').waitFor();
  assert.deepEqual(errors, []);
});

test('a scan and a file of another kind are told as such', async (t) => {
  const { open } = await setupFake(t);
  const { page } = await open(FAKE);
  const input = page.locator('input[type=file][multiple]').first();
  await input.setInputFiles([{ name: 'scan.pdf', mimeType: 'application/pdf', buffer: pdf(['']) }]);
  await page.getByText('The document has no text').waitFor();
  await input.setInputFiles([
    { name: 'a.doc', mimeType: '', buffer: Buffer.from([0xd0, 0xcf, 0x11, 0xe0, 0, 0]) },
  ]);
  await page.getByText('Files of this kind are not read here.').waitFor();
  assert.equal(await page.locator('.documents li').count(), 0);
});

test('search by meaning is offered by the catalog, loads its model once, and is there after a reload', async (t) => {
  const { open, server } = await setupFake(t, { files: { '/models/encoder.gguf': TINY } });
  const { page, errors } = await open(FAKE);
  const { agree } = parts(page);
  const box = page.getByLabel('Search by meaning, too');
  const manage = page.getByRole('button', { name: 'Choose and manage documents' });
  const notes = { name: 'notes.md', mimeType: 'text/markdown', buffer: NOTES };
  await agree();
  await page.locator('input[type=file][multiple]').first().setInputFiles([notes]);
  await page.locator('.documents li').first().waitFor();
  await manage.click();
  await page.locator('.shelf li').first().waitFor();
  assert.equal(await box.isVisible(), false, 'this catalog lists no encoder');

  const encoder = { id: 'tiny', name: 'Tiny', url: 'models/encoder.gguf', approx_mb: 1, licence: 'MIT' };
  const body = JSON.stringify({ note: '', models: [], encoder: { ...encoder, languages: ['en'] } });
  server.pages.set('/catalog.json', { type: 'application/json', body });
  await page.reload();
  await page.locator('.topbar .chip').waitFor();
  await manage.click();
  await box.check();
  await page.getByText('Passages are being prepared').waitFor();
  /** Whose vectors are kept beside the document, if any are. @returns {Promise<string>} */
  const encoded = () =>
    page.evaluate(async () => {
      /** @param {IDBRequest} asked @returns {Promise<any>} */
      const result = (asked) => new Promise((done) => (asked.onsuccess = () => done(asked.result)));
      const db = await result(indexedDB.open('loquat-documents'));
      const [row] = await result(db.transaction('documents').objectStore('documents').getAll());
      db.close();
      return row?.vectors?.encoder ?? '';
    });
  while ((await encoded()) !== 'tiny') await page.waitForTimeout(50);

  const asked = () => server.requests('/models/encoder.gguf').length;
  const before = asked();
  await page.reload();
  await page.locator('.topbar .chip').waitFor();
  await manage.click();
  await page.locator('.shelf li').first().waitFor();
  assert.equal(await box.isChecked(), true);
  const running = () =>
    /** @type {any} */ (globalThis).loquat.app
      .encoder()
      .then((/** @type {any} */ encoder) => encoder.running());
  await page.waitForFunction(running);
  assert.equal(asked(), before, 'its weights come from the cache');
  await box.uncheck();
  await page.waitForFunction(() => localStorage.getItem('loquat-documents-encoder') === null);
  assert.deepEqual(errors, []);
});
