// Opens a large spreadsheet in the built page and says how long it takes and how much memory: once from the file, once from
// what was kept. Run by hand: `node bench/tables.js [csv|xlsx] [rows] [columns]` after `cargo xtask build`.
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { crc32, createDeflateRaw } from 'node:zlib';
import { launch, open } from '../tests/browser/harness.js';
import { FAKE, parts, serveFakeEngine, TINY } from '../tests/browser/page.js';
import { startServer } from '../tests/browser/server.js';
import { FRAME, zipOfPacked } from '../tests/browser/workbook.js';

const [format = 'xlsx', rowCount = '1000000', columnCount = '12'] = process.argv.slice(2);
const rows = Number(rowCount);
const columns = Number(columnCount);
const seconds = (/** @type {number} */ from) => ((performance.now() - from) / 1000).toFixed(1);

/** Text, money, whole numbers and days by turns; the same in every run. @param {number} row @param {number} column */
function cell(row, column) {
  const mixed = (row * 2654435761 + column * 40503) >>> 0;
  switch (column % 4) {
    case 0:
      return ['East', 'West', 'North', 'South', 'Centre'][mixed % 5];
    case 1:
      return (mixed % 1_000_000) / 100;
    case 2:
      return mixed % 10_000;
    default:
      return `${2000 + (mixed % 25)}-${String(1 + (mixed % 12)).padStart(2, '0')}-${String(1 + (mixed % 28)).padStart(2, '0')}`;
  }
}
const names = Array.from({ length: columns }, (_, c) => `Column ${c + 1}`);

/** A column's name in a sheet. @param {number} column @returns {string} */
const letters = (column) =>
  (column < 26 ? '' : letters(Math.floor(column / 26) - 1)) + String.fromCharCode(65 + (column % 26));

/** @param {string} path */
async function writeCsv(path) {
  const out = createWriteStream(path);
  out.write(`${names.join(',')}\n`);
  for (let row = 0; row < rows; row++) {
    const line = `${names.map((_, c) => cell(row, c)).join(',')}\n`;
    if (!out.write(line)) await once(out, 'drain');
  }
  out.end();
  await once(out, 'close');
}

/** @param {string} path */
async function writeXlsx(path) {
  const deflate = createDeflateRaw({ level: 6 });
  /** @type {Buffer[]} */
  const packed = [];
  deflate.on('data', (piece) => packed.push(piece));
  let [sum, size] = [0, 0];
  /** @param {string} text */
  async function write(text) {
    const piece = Buffer.from(text);
    sum = crc32(piece, sum);
    size += piece.length;
    if (!deflate.write(piece)) await once(deflate, 'drain');
  }
  /** @param {readonly (string | number)[]} values @param {number} row */
  const line = (values, row) =>
    `<row r="${row}">${values
      .map((v, c) => `<c r="${letters(c)}${row}"${typeof v === 'number' ? '' : ' t="str"'}><v>${v}</v></c>`)
      .join('')}</row>`;
  await write(
    `<?xml version="1.0"?><worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><dimension ref="A1:XFD${rows + 1}"/><sheetData>${line(names, 1)}`,
  );
  for (let row = 0; row < rows; row++)
    await write(
      line(
        names.map((_, c) => cell(row, c)),
        row + 2,
      ),
    );
  await write('</sheetData></worksheet>');
  deflate.end();
  await once(deflate, 'end');
  const sheet = { data: Buffer.concat(packed), size, crc: sum };
  await writeFile(path, zipOfPacked({ ...FRAME, 'xl/worksheets/sheet1.xml': sheet }));
}

const folder = await mkdtemp(join(tmpdir(), 'loquat-tables-'));
const path = join(folder, `large.${format}`);
const server = await startServer({ files: { '/models/tiny.gguf': TINY } });
const browser = await launch();
try {
  await (format === 'csv' ? writeCsv : writeXlsx)(path);
  console.log(`${format}, ${rows} × ${columns}: ${((await stat(path)).size / 1e6).toFixed(0)} MB`);
  await serveFakeEngine(server);
  const { page, errors } = await open(browser.context, server.origin + FAKE);
  await parts(page).agree();
  let begun = performance.now();
  await page.locator('input[type=file][multiple]').first().setInputFiles(path);
  const chip = page.locator('.documents li').getByRole('button', { name: `large.${format}`, exact: true });
  await chip.waitFor({ timeout: 300_000 });
  console.log(`read and kept: ${seconds(begun)} s`);
  const shown = page
    .locator("[role=gridcell][data-row='0'][data-column='0']")
    .getByText(/East|West|North|South|Centre/);
  await chip.click();
  await shown.waitFor({ timeout: 60_000 });
  const memory = await page.evaluate(async () => {
    const measured = await /** @type {any} */ (performance).measureUserAgentSpecificMemory?.();
    return measured?.bytes ?? 0;
  });
  console.log(
    `memory of the page and its workers: ${(memory / 1e6).toFixed(0)} MB (packed columns: ${((rows * columns * 7) / 1e6).toFixed(0)} MB)`,
  );
  await page.reload();
  begun = performance.now();
  await chip.click();
  await shown.waitFor({ timeout: 60_000 });
  console.log(`opened again from what was kept: ${seconds(begun)} s`);
  if (errors.length > 0) console.log(errors);
} finally {
  await browser.close();
  await server.stop();
  await rm(folder, { recursive: true, force: true });
}
