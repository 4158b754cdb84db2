// A document beside the chat: opened at the passage that is cited, from one citation to the next, searched; by keyboard,
// on a phone, by axe-core's rules. Nothing of it is loaded before.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkAccess } from './axe.js';
import { FAKE, parts, setupFake } from './page.js';
import { pdf } from './pdf.js';

const REPORT = pdf([
  'The harbour office opens at nine in the morning.',
  [
    'Anna Reed drew the plans of the light-',
    'house. The lighthouse of Holm is 41 me-',
    'tres high. A lighthouse needs oil.',
  ],
]);
const NOTES = Buffer.from(
  '# Ferry\n\nThe ferry to Holm leaves twice a day from pier seven.\n\n# Food\n\nThe inn serves fish soup.',
);
const FILES = [
  { name: 'report.pdf', mimeType: 'application/pdf', buffer: REPORT },
  { name: 'notes.md', mimeType: 'text/markdown', buffer: NOTES },
];

/** The page with two documents and an answer from each. @param {import('node:test').TestContext} t @param {Parameters<typeof setupFake>[1]} [options] */
async function asked(t, options) {
  const site = await setupFake(t, options);
  const { page, errors } = await site.open(FAKE);
  const { agree, answer } = parts(page);
  const field = page.locator('textarea.field');
  await agree();
  const before = site.server.log.filter(({ path }) => /pdfjs|documents\.css|modules\/documents/.test(path));
  assert.deepEqual(before, [], 'loaded before there is a document');
  await page.locator('input[type=file][multiple]').first().setInputFiles(FILES);
  await page.locator('.documents li').nth(1).waitFor();
  for (const question of [
    'How high is the lighthouse of Holm?',
    'From which pier does the ferry to Holm leave?',
  ]) {
    await field.fill(question);
    await field.press('Enter');
    await answer();
  }
  await page.locator('figure.part-citation').nth(1).waitFor();
  return {
    page,
    errors,
    pane: page.locator('.document-pane'),
    cited: page.locator('figure.part-citation button'),
  };
}

/** What is marked, as it reads. @param {import('playwright-core').Locator} pane @param {string} name */
const marked = async (pane, name) => {
  await pane.locator(`mark.${name}`).first().waitFor();
  return (await pane.locator(`mark.${name}`).allTextContents()).join('|');
};

test('a citation opens its document at the passage, and one goes on from there by keyboard', async (t) => {
  const { page, errors, pane, cited } = await asked(t);
  await cited.first().focus();
  await page.keyboard.press('Enter');
  // The file parts "metres" at the end of a line; the quotation does not.
  assert.equal(await marked(pane, 'cited'), 'The lighthouse of Holm is 41 me|tres high.');
  assert.equal(await pane.locator('[data-page="2"] mark.cited').count(), 2);
  assert.equal(await pane.getByLabel('Page', { exact: true }).inputValue(), '2');
  await pane.getByText('1 of 2', { exact: true }).waitFor();
  assert.ok(await page.locator('main textarea').isVisible(), 'the chat is beside it');

  await page.keyboard.press('n');
  await pane.getByRole('heading', { name: 'notes.md' }).waitFor();
  assert.equal(await marked(pane, 'cited'), 'The ferry to Holm leaves twice a day from pier seven.');
  assert.ok(await pane.getByRole('button', { name: 'Next cited passage' }).isDisabled());
  await page.keyboard.press('p');
  await pane.getByRole('heading', { name: 'report.pdf' }).waitFor();
  await pane.locator('mark.cited').first().waitFor();

  await pane.getByRole('searchbox').fill('Lighthouse');
  await page.keyboard.press('Enter');
  await pane.getByText('1 of 3', { exact: true }).waitFor();
  assert.equal(await marked(pane, 'found'), 'light|house');
  await page.keyboard.press('Enter');
  await page.waitForFunction(() => document.querySelector('mark.found')?.textContent === 'lighthouse');
  await page.keyboard.press('Shift+Enter');
  await pane.getByText('1 of 3', { exact: true }).waitFor();
  await pane.getByRole('searchbox').fill('submarine');
  await page.keyboard.press('Enter');
  await pane.getByText('Not found').waitFor();

  await page.keyboard.press('Escape');
  await pane.waitFor({ state: 'hidden' });
  assert.ok(await cited.first().evaluate((node) => node === document.activeElement), 'the focus comes back');
  // A document's own name opens its beginning.
  await page.locator('.documents .open').first().click();
  await pane.locator('[data-page="1"] .textLayer').getByText('The harbour office').waitFor();
  await page.getByRole('button', { name: 'Remove “report.pdf”' }).click();
  await pane.waitFor({ state: 'hidden' });
  assert.deepEqual(errors, []);
});

for (const colorScheme of /** @type {const} */ (['light', 'dark'])) {
  test(`axe finds nothing wrong in a document beside the chat, ${colorScheme}`, async (t) => {
    const { page, pane, cited } = await asked(t, { context: { colorScheme, reducedMotion: 'reduce' } });
    await cited.first().click();
    await pane.locator('mark.cited').first().waitFor();
    await checkAccess(page, 'a PDF');
    await cited.nth(1).click();
    await pane.locator('.text-view mark.cited').waitFor();
    await checkAccess(page, 'a text');
  });
}

test('on a phone it is a sheet over the chat, which takes no part meanwhile', async (t) => {
  const context = { hasTouch: true, isMobile: true, locale: 'zh-CN' };
  const { page, errors, pane, cited } = await asked(t, { viewport: { width: 390, height: 844 }, context });
  await cited.first().tap();
  await pane.locator('mark.cited').first().waitFor();
  assert.ok(await pane.evaluate((node) => node.matches(':modal')));
  const small = await pane.evaluate((node) =>
    [...node.querySelectorAll('button, input')]
      .filter((each) => each.getClientRects().length > 0 && each.getBoundingClientRect().height < 44)
      .map((each) => each.outerHTML),
  );
  assert.deepEqual(small, [], 'fingers need 44 pixels');
  await checkAccess(page, 'phone');
  await page.setViewportSize({ width: 1200, height: 844 }); // a tablet that is turned
  await page.waitForFunction(() => document.querySelector('.document-pane')?.matches(':modal') === false);
  await page.setViewportSize({ width: 200, height: 400 });
  await page.waitForFunction(() => document.querySelector('.document-pane')?.matches(':modal'));
  const overflow = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
  assert.ok(overflow <= 0, `the page is ${overflow} pixels too wide`);
  await pane.getByRole('button', { name: '关闭' }).tap();
  await pane.waitFor({ state: 'hidden' });
  assert.deepEqual(errors, []);
});
