// Scans: pages that are pictures are read by tesseract.js, where the operator has it (`--with ocr`) and the person wants it.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { ocrFiles } from '../../xtask/ocr.mjs';
import { checkAccess } from './axe.js';
import { FAKE, parts, setupFake } from './page.js';
import { scan } from './pdf.js';

const here = (/** @type {string} */ path) => fileURLToPath(new URL(path, import.meta.url));
const folder = join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'loquat/ocr');

/** Puts what reads scans there; no build has it otherwise. @returns {Promise<string | false>} why it can't be had */
async function missing() {
  if ([...ocrFiles(folder).values()].every((file) => existsSync(file))) return false;
  return promisify(execFile)('node', [here('../../xtask/ocr.mjs'), folder], { timeout: 180_000 }).then(
    () => false,
    (error) => `what reads scans can't be had: ${error.stderr || error.message}`,
  );
}
const skip = await missing();

/** A page with a text in large print, as a scanner would make it. @param {import('playwright-core').Page} page @param {readonly string[]} lines */
const pictureOf = (page, lines) =>
  page.evaluate(async (lines) => {
    const canvas = document.createElement('canvas');
    Object.assign(canvas, { width: 1240, height: 500 });
    const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext('2d'));
    context.fillStyle = '#fff';
    context.fillRect(0, 0, canvas.width, canvas.height);
    context.fillStyle = '#000';
    context.font = '44px sans-serif';
    lines.forEach((line, n) => context.fillText(line, 60, 100 + 70 * n));
    const blob = await new Promise((/** @type {(made: Blob) => void} */ made) =>
      canvas.toBlob((blob) => made(/** @type {Blob} */ (blob)), 'image/jpeg', 0.9),
    );
    return {
      bytes: [...new Uint8Array(await blob.arrayBuffer())],
      width: canvas.width,
      height: canvas.height,
    };
  }, lines);

test('a scan is read page by page where the operator has it and the person wants it', { skip }, async (t) => {
  const site = await setupFake(t, {
    files: Object.fromEntries([...ocrFiles(folder)].map(([name, file]) => [`/pkg/ocr/${name}`, file])),
  });
  const modules = JSON.parse(await readFile(here('../../dist/pkg/modules.json'), 'utf8'));
  site.server.pages.set('/pkg/modules.json', {
    type: 'application/json',
    body: JSON.stringify({ ...modules, ocr: { bytes: 7_800_000 } }),
  });
  const { page, errors } = await site.open(FAKE);
  const { agree, send, answer } = parts(page);
  await agree();
  const picker = page.locator('input[type=file][multiple]').first();
  const file = async () => ({
    name: 'scan.pdf',
    mimeType: 'application/pdf',
    buffer: scan([
      await pictureOf(page, ['The lighthouse of Holm was built', 'by Anna Reed in the year 1874.']),
      await pictureOf(page, ['Ships were often lost near Holm', 'before the lighthouse was built.']),
    ]),
  });
  const given = await file();
  const dialog = page.locator('dialog').getByText('2 pages of 2 in scan.pdf are pictures');

  // Not wanted: it stays a scan, and nothing was loaded.
  await picker.setInputFiles(given);
  await dialog.waitFor();
  await checkAccess(page, 'the question whether pictures are read');
  await page.getByRole('button', { name: 'Leave them out' }).click();
  await page.getByText('The document has no text').waitFor();
  assert.deepEqual(
    site.server.log.filter(({ path }) => path.startsWith('/pkg/ocr/')),
    [],
  );

  // Stopped while it is read.
  await picker.setInputFiles(given);
  await page.getByRole('button', { name: 'Recognise the text' }).click();
  await page.getByText('Recognising the text of scan.pdf').waitFor();
  await page.getByRole('button', { name: 'Stop reading' }).click();
  await page.getByText('Recognising the text of scan.pdf').waitFor({ state: 'hidden' });
  assert.equal(await page.locator('.documents .chip').count(), 0);

  await picker.setInputFiles(given);
  await page.getByRole('button', { name: 'Recognise the text' }).click();
  await page.locator('.documents .chip').getByText('scan.pdf').waitFor({ timeout: 120_000 });
  /** @type {string[]} */
  const read = await page.evaluate(async () => {
    const { documents, store } = /** @type {any} */ (globalThis).loquat.app;
    const passages = await (await documents.library()).passages(store.get().documents.list[0].hash);
    return passages.map((/** @type {any} */ { text, place }) => `${place.label}: ${text}`);
  });
  assert.deepEqual(read, [
    '1: The lighthouse of Holm was built by Anna Reed in the year 1874.',
    '2: Ships were often lost near Holm before the lighthouse was built.',
  ]);
  await send('What did Anna Reed build in 1874?');
  await answer();
  const cited = page.locator('figure.part-citation').first();
  assert.match(await cited.locator('blockquote').innerText(), /built by Anna Reed in the year 1874/);
  assert.match(await cited.locator('figcaption').innerText(), /scan\.pdf, page 1/);
  // Its data for Chinese names settings that its core has none of.
  const other = errors.filter((error) => !/Parameter not found: .*\/pkg\/ocr\//.test(error));
  assert.deepEqual(other, []);
});
