// The given files of all kinds, dropped into the built page: each fact is found, at its page.
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { FAKE, parts, setupFake } from './page.js';

const folder = fileURLToPath(new URL('../../../shared/cases/documents/files/', import.meta.url));
const missing = !existsSync(folder) && 'the cases are not beside the checkout';

/** @typedef {{file: string, page?: number, slide?: number, heading?: string, part?: string, password?: string, text: string | null}} Fact */

/** White space aside. @param {string} text */
const squeezed = (text) => text.replace(/\s+/g, '');

test('each fact of the given files is found at its page or slide', { skip: missing }, async (t) => {
  const lines = (await readFile(`${folder}facts.jsonl`, 'utf8')).trim().split('\n');
  /** @type {Fact[]} */
  const facts = lines.map((line) => JSON.parse(line));
  const { open } = await setupFake(t);
  const { page, errors } = await open(FAKE);
  await parts(page).agree();
  const picker = page.locator('input[type=file][multiple]').first();
  const readable = [...new Set(facts.filter(({ text }) => text !== null).map(({ file }) => file))];

  // A page that is an image has no text, and that is said.
  await picker.setInputFiles(`${folder}issue7200.pdf`);
  await page.getByText('The document has no text').waitFor();

  // An encrypted file asks for its password, again if it was wrong, and takes no for an answer.
  const dialog = page.locator('dialog.password');
  await picker.setInputFiles(`${folder}issue6010_1.pdf`);
  await dialog.getByRole('button', { name: 'Skip this file' }).click();
  await page.getByText('The document is encrypted, and the password was not given.').waitFor();
  await picker.setInputFiles(`${folder}issue6010_1.pdf`);
  await dialog.getByLabel('Password', { exact: true }).fill('wrong');
  await page.keyboard.press('Enter');
  await dialog.getByText('That is not the password of issue6010_1.pdf.').waitFor();
  await dialog.getByLabel('Password', { exact: true }).fill('abc');
  await page.keyboard.press('Enter');
  await page.locator('.documents .chip').getByText('issue6010_1.pdf').waitFor();

  await picker.setInputFiles(
    readable.filter((name) => name !== 'issue6010_1.pdf').map((name) => folder + name),
  );
  await page.waitForFunction(
    (count) => /** @type {any} */ (globalThis).loquat.app.store.get().documents.list.length === count,
    readable.length,
    { timeout: 180_000 },
  );
  /** @type {Record<string, import('../../www/agent/documents/library.js').Passage[]>} */
  const read = await page.evaluate(async () => {
    const { documents, store } = /** @type {any} */ (globalThis).loquat.app;
    const library = await documents.library();
    const all = store
      .get()
      .documents.list.map(async (/** @type {any} */ { name, hash }) => [name, await library.passages(hash)]);
    return Object.fromEntries(await Promise.all(all));
  });
  let checked = 0;
  for (const fact of facts) {
    if (fact.text === null) continue;
    const { page: number, slide, heading } = fact;
    const place = (
      /** @type {import('../../www/agent/documents/library.js').Passage} */ { place: { anchor }, headings },
    ) =>
      (number === undefined || anchor.page === number) &&
      (slide === undefined || anchor.slide === slide) &&
      (heading === undefined || headings?.includes(heading));
    const text = read[fact.file].filter(place).map((passage) => passage.text);
    assert.ok(squeezed(text.join('\n')).includes(squeezed(fact.text)), JSON.stringify(fact));
    checked += 1;
  }
  assert.ok(checked > 40, `${checked}`);
  // Each opens in its reader, the PDF files as pages.
  for (const name of [
    'tracemonkey.pdf',
    'rotation.pdf',
    'bug65738.docx',
    'SampleShow.pptx',
    'wasteland.epub',
  ]) {
    await page.locator('.documents .open', { hasText: name }).click();
    const shown = page.locator('.document-pane').getByRole('heading', { name, level: 2 });
    await shown.waitFor();
    await page
      .locator(name.endsWith('.pdf') ? '.document-pane .textLayer span' : '.text-view section')
      .first()
      .waitFor();
  }
  assert.deepEqual(errors, []);
});
