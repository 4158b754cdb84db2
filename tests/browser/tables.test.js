// Tables in the built page under its own policy: attached, asked in two languages, changed and undone, drawn, exported,
// opened again; and files that are made to break a reader.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { deflateRawSync } from 'node:zlib';
import { checkAccess } from './axe.js';
import { FAKE, parts, setupFake } from './page.js';
import { readXlsx, zipOf } from './workbook.js';

const SALES = `Region,City,Order date,Ship date,Units,Sales
East,Boston,2024-01-05,2024-01-09,3,120.50
East,Boston,2024-01-19,2024-01-22,1,40.10
West,Denver,2024-02-01,2024-02-03,7,310.00
West,Portland,2024-02-11,2024-02-12,2,89.40
East,Albany,2024-03-02,2024-03-05,5,200.00
East,Albany,2024-03-02,2024-03-05,5,200.00
`;
const SALES_ZH = `地区,城市,销售额,数量
华东,上海,1200.5,12
华东,杭州,800.25,9
华北,北京,1500,20
华南,广州,950,7
华南,深圳,1700,15
`;
const csv = (/** @type {string} */ name, /** @type {string} */ text) => ({
  name,
  mimeType: 'text/csv',
  buffer: Buffer.from(text),
});

/** @param {import('playwright-core').Page} page */
const on = (page) => ({
  ...parts(page),
  attach: (/** @type {{name: string, mimeType: string, buffer: Buffer}[]} */ files) =>
    page.locator('input[type=file][multiple]').first().setInputFiles(files),
  chip: (/** @type {string} */ name) =>
    page.locator('.documents li').getByRole('button', { name, exact: true }),
  panel: page.locator('.table-panel'),
  grid: page.getByRole('grid'),
  cell: (/** @type {number} */ row, /** @type {number} */ column) =>
    page.locator(`[role=gridcell][data-row='${row}'][data-column='${column}']`),
});

/** @param {import('node:test').TestContext} t @param {{name: string, mimeType: string, buffer: Buffer}[]} files */
async function opened(t, files) {
  const { open } = await setupFake(t);
  const { page, errors } = await open(FAKE);
  const at = on(page);
  await at.agree();
  await at.attach(files);
  for (const { name } of files) await at.chip(name).waitFor();
  return { page, errors, ...at };
}

/** Questions with what the sentence must say: worked out by hand from the tables above. */
const ENGLISH = [
  ['How many rows have the city Boston?', /2/],
  ['What is the sum of sales in the region East?', /560\.6/],
  ['Which city has the highest sales?', /Denver/],
  ['What is the average of units?', /3\.83/],
  ['total sales by region', /East.*560\.6/],
  ['What is the region of Portland?', /West/],
  ['How many units were sold in Denver?', /7/],
  ['Which city has the lowest sales?', /Boston/],
  ['What is the difference between the sales of Denver and Portland?', /220\.6/],
  ['top 2 by units', /2 rows/],
];
const CHINESE = [
  ['城市为上海的销售额合计是多少？', /1200\.5/],
  ['哪个城市的销售额最高？', /深圳/],
  ['华南的销售额合计是多少？', /2650/],
  ['有多少个地区为华东的城市？', /2/],
  ['各地区的销售额合计', /华南.*2650/],
  ['数量最少的城市是哪个？', /广州/],
  ['销售额的平均值是多少？', /1230\.15/],
  ['北京的数量是多少？', /20/],
  ['广州在哪个地区？', /华南/],
  ['数量大于10的城市有哪些？', /上海.*北京.*深圳/s],
];

test('ten questions each in English and Chinese are answered with sentences whose numbers are the table’s', async (t) => {
  const { page, errors, send, answer, answers } = await opened(t, [
    csv('sales.csv', SALES),
    csv('销售.csv', SALES_ZH),
  ]);
  for (const [question, wanted] of [...ENGLISH, ...CHINESE]) {
    await send(/** @type {string} */ (question));
    assert.match(await answer(), /** @type {RegExp} */ (wanted), String(question));
  }
  // Where a number comes from: the rows of the file.
  await page.goto(page.url());
  await send('What is the sum of sales in the region East?');
  await answer();
  await answers.last().locator('details.plan > summary').click();
  await answers.last().getByRole('button', { name: 'Where does this come from?' }).click();
  const evidence = answers.last().locator('.evidence tbody tr');
  await evidence.nth(3).waitFor();
  assert.equal(await evidence.count(), 4);
  assert.deepEqual(await evidence.locator('th').allInnerTexts(), ['2', '3', '6', '7']);
  assert.deepEqual(errors, []);
});

test('a word that fits two columns asks back, and a change is done only when the person agrees', async (t) => {
  const { errors, send, answer, answers, panel, cell, page, button } = await opened(t, [
    csv('sales.csv', SALES),
  ]);
  await send('sort by date');
  await answer();
  await answers.last().getByRole('button', { name: 'Ship date' }).click();
  await answers.nth(1).getByRole('button', { name: 'Make the change' }).waitFor();
  await answers.nth(1).getByRole('button', { name: 'Leave it' }).click();
  await page.getByText('Nothing was changed.').waitFor();

  await send('remove duplicates');
  assert.match(await answer(), /Of 6 rows 5 would be left/);
  await answers.last().getByRole('button', { name: 'Make the change' }).click();
  await panel.getByText('5 of 6 rows').waitFor();
  await button('Undo').click();
  await panel.getByText('6 of 6 rows').waitFor();
  await button('Redo').click();
  await panel.getByText('5 of 6 rows').waitFor();
  await cell(0, 1).getByText('Boston').waitFor();
  assert.deepEqual(errors, []);
});

test('by hand: filter, edit the step, sort, marks of changed cells, keys, and copying', async (t) => {
  const { page, errors, chip, panel, grid, cell, button } = await opened(t, [csv('sales.csv', SALES)]);
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
  await chip('sales.csv').click();
  await cell(0, 0).waitFor();
  assert.equal(await grid.getAttribute('aria-rowcount'), '7');
  await checkAccess(page, 'a table beside the chat');
  await panel.getByRole('combobox', { name: 'Change the table' }).selectOption('filter');
  await checkAccess(page, 'a step by hand');
  await panel.getByRole('combobox', { name: 'Column' }).selectOption('City');
  await panel.getByRole('textbox', { name: 'Value' }).fill('Albany');
  await panel.locator('.step-form .said').getByText('Keep rows where City is “Albany”. 6 → 2 rows').waitFor();
  await button('Apply').click();
  await panel.getByText('2 of 6 rows').waitFor();
  await panel.locator('.steps summary').click();
  await panel.getByRole('button', { name: /^Edit: Keep rows where City/ }).click();
  await panel.getByRole('textbox', { name: 'Value' }).fill('Boston');
  await panel.locator('.step-form .said').getByText('Keep rows where City is “Boston”. 6 → 2 rows').waitFor();
  await button('Apply').click();
  await cell(0, 1).getByText('Boston').waitFor();
  // Changed cells are marked.
  await panel.getByRole('combobox', { name: 'Change the table' }).selectOption('clean');
  await panel.getByRole('combobox', { name: 'Column' }).selectOption('City');
  await panel.getByRole('combobox', { name: 'How' }).selectOption('upper');
  await button('Apply').click();
  await cell(0, 1).getByText('BOSTON', { exact: true }).waitFor();
  assert.match((await cell(0, 1).getAttribute('class')) ?? '', /changed/);
  assert.doesNotMatch((await cell(0, 0).getAttribute('class')) ?? '', /changed/);
  await button('Profile').click();
  await panel.getByText('rows that occur more than once: 0').waitFor();
  await checkAccess(page, 'a profile');
  // Keys move, select and copy.
  await grid.focus();
  await page.keyboard.press('Control+Home');
  await page.keyboard.press('Shift+ArrowRight');
  await page.keyboard.press('Shift+ArrowDown');
  await page.keyboard.press('Control+c');
  await page.getByText('4 cells were copied.').first().waitFor();
  assert.equal(await page.evaluate(() => navigator.clipboard.readText()), 'East\tBOSTON\nEast\tBOSTON');
  assert.deepEqual(errors, []);
});

test('a chart is drawn from a question, has its sentence and table, and is saved as PNG and SVG', async (t) => {
  const { page, errors, send, answer, answers } = await opened(t, [csv('sales.csv', SALES)]);
  await send('draw a bar chart of sales by region');
  await answer();
  const figure = answers.last().locator('figure.chart');
  await figure.locator('figcaption').getByText('Highest: East (560.6); lowest: West (399.4).').waitFor();
  await checkAccess(page, 'a chart in an answer');
  const drawn = () => {
    const canvas = /** @type {HTMLCanvasElement} */ (document.querySelector('figure.chart canvas'));
    const pixels = canvas.getContext('2d')?.getImageData(0, 0, canvas.width, canvas.height).data ?? [];
    return new Set(Array.from(pixels).filter((_, i) => i % 4 === 0)).size > 2;
  };
  await page.waitForFunction(drawn);
  const saved = async (/** @type {string} */ name) => {
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      figure.getByRole('button', { name }).click(),
    ]);
    return readFile(await download.path());
  };
  assert.deepEqual([...(await saved('Save as PNG')).subarray(0, 4)], [0x89, 0x50, 0x4e, 0x47]);
  const svg = (await saved('Save as SVG')).toString();
  assert.match(svg, /^<svg/);
  assert.match(svg, />East</);
  assert.deepEqual(errors, []);
});

test('an export opens in another reader with the cells that it had, and its formulas are text', async (t) => {
  const evil = csv('evil.csv', 'Name,Amount,Day\n"=HYPERLINK(""x"")",1.25,2024-02-29\n+cmd,-3,2023-12-31\n');
  const { page, errors, chip, panel, cell } = await opened(t, [evil]);
  await chip('evil.csv').click();
  await cell(0, 0).waitFor();
  const saved = async (/** @type {string} */ format) => {
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      panel.getByRole('combobox', { name: 'Save as' }).selectOption(format),
    ]);
    return readFile(await download.path());
  };
  const { cells, formulas } = readXlsx(await saved('xlsx'));
  assert.deepEqual(cells, [
    ['Name', 'Amount', 'Day'],
    ['=HYPERLINK("x")', '1.25', '45351'],
    ['+cmd', '-3', '45291'],
  ]);
  assert.equal(formulas, 0);
  const text = (await saved('csv')).toString();
  assert.match(text, /'=HYPERLINK/);
  assert.match(text, /'\+cmd,-3,2023-12-31/);
  assert.deepEqual(JSON.parse((await saved('json')).toString()).steps, []);
  assert.deepEqual(errors, []);
});

test('a table is there after a reload, and is opened from what was kept', async (t) => {
  const { page, errors, chip, panel } = await opened(t, [csv('sales.csv', SALES)]);
  await page.reload();
  await chip('sales.csv').click();
  await panel.getByText('6 of 6 rows').waitFor();
  assert.deepEqual(errors, []);
});

const LAUGHS =
  '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">]><worksheet>&b;</worksheet>';
const WIDE =
  '<?xml version="1.0"?><worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><dimension ref="A1:XFD1048576"/><sheetData><row r="1"><c r="A1" t="str"><v>Name</v></c></row><row r="2"><c r="A2" t="str"><v>=1+1</v></c></row></sheetData></worksheet>';

test('damaged and hostile files end in a clear error, and the page goes on', async (t) => {
  const { open } = await setupFake(t);
  const { page } = await open(FAKE);
  const { attach, chip, panel, cell } = on(page);
  const xlsx = (/** @type {string} */ name, /** @type {Buffer} */ buffer) => ({ name, mimeType: '', buffer });
  const cases = [
    [
      xlsx('bomb.xlsx', zipOf({ 'xl/worksheets/sheet1.xml': Buffer.alloc(120 << 20, 32) })),
      'holds more than can be read',
    ],
    [
      xlsx('laughs.xlsx', zipOf({ 'xl/worksheets/sheet1.xml': Buffer.from(LAUGHS) })),
      'files are that attack a reader',
    ],
    [
      xlsx('cut.xlsx', zipOf({ 'xl/worksheets/sheet1.xml': Buffer.from(WIDE) }).subarray(0, 400)),
      'The spreadsheet is damaged',
    ],
    [
      xlsx(
        'noise.xls',
        Buffer.from([0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1, ...deflateRawSync(WIDE)]),
      ),
      'The spreadsheet is damaged',
    ],
    [xlsx('no.xlsx', Buffer.from([0, 1, 2, 3, 0, 0, 5, 0])), 'This is no spreadsheet'],
  ];
  for (const [file, words] of cases) {
    await attach([/** @type {ReturnType<typeof xlsx>} */ (file)]);
    await page.getByText(/** @type {string} */ (words)).waitFor({ timeout: 20_000 });
    await page.getByRole('button', { name: 'Dismiss' }).click();
  }
  // A sheet that only declares all cells there can be is as small as it is, and text is no formula.
  await attach([xlsx('wide.xlsx', zipOf({ 'xl/worksheets/sheet1.xml': Buffer.from(WIDE) }))]);
  await chip('wide.xlsx').click();
  await panel.getByText('1 of 1 row').waitFor();
  await cell(0, 0).getByText('=1+1').waitFor();
});
