// Every view by axe-core's rules, by keyboard alone, and the size of what a first visit loads.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { checkAccess as check } from './axe.js';
import { FAKE, parts, setupFake } from './page.js';

const BUDGET = 60_000; // bytes, gzipped: the shell before any engine
const REQUESTS = 15; // the page's own among them

for (const colorScheme of /** @type {const} */ (['light', 'dark'])) {
  test(`axe finds nothing wrong in any view, ${colorScheme}`, async (t) => {
    const { open, server } = await setupFake(t, { context: { colorScheme, reducedMotion: 'reduce' } });
    const { page } = await open(FAKE);
    const { send, answer, answers, button } = parts(page);
    await page.locator('.offer .primary').waitFor();
    await check(page, 'welcome');
    server.faults.set('/models/tiny.gguf', { bytesPerSecond: 200_000 });
    await page.locator('.offer .primary').click();
    await page.locator('.loading progress').waitFor();
    await check(page, 'loading');
    await page.locator('.topbar .chip').waitFor();
    await send('a table');
    await answer();
    await page.locator('.hljs-keyword').first().waitFor();
    await check(page, 'answer');
    await page.locator('article.user').hover();
    await page.locator('article.user').getByRole('button', { name: 'Edit' }).click();
    await check(page, 'editing a question');
    await page.keyboard.press('Escape');
    await send('think');
    await answer();
    await page.locator('details.reasoning:not([hidden]) summary').click();
    await check(page, 'reasoning');
    await send('count to 400');
    await answers.getByText('Line 2.').waitFor();
    await button('Stop').click();
    await answers.getByText('Stopped.').waitFor();
    await check(page, 'stopped');
    await button('Answer again').last().click();
    await page.getByText('2 / 2').waitFor();
    await check(page, 'two versions, one of them being written');
    await answer();
    await send('again');
    await answer();
    await page.getByText('no longer fit').waitFor();
    await check(page, 'left out of the context');
    await send('explode');
    await page.locator('.notice.error').waitFor();
    await check(page, 'error');
    await page.locator('.sidebar li').hover();
    await page.locator('.sidebar li').getByRole('button', { name: 'Rename' }).click();
    await check(page, 'renaming');
    await page.keyboard.press('Escape');
    await page.evaluate(() => /** @type {any} */ (document.activeElement)?.blur());
    await page.keyboard.press('?');
    await page.getByRole('dialog', { name: 'Keyboard shortcuts' }).waitFor();
    await check(page, 'help');
    await page.keyboard.press('Escape');
    await page.keyboard.press('Control+K');
    await page.getByRole('option').first().waitFor();
    await check(page, 'palette');
    await page.keyboard.press('Escape');
    await page.locator('.topbar .chip').click();
    await page.locator('.switcher [aria-current]').waitFor();
    await check(page, 'changing the model');
    await page.keyboard.press('Escape');
    await button('Settings').first().click();
    await page.getByLabel('Temperature').waitFor();
    await page.locator('dialog details').first().locator('summary').click();
    await check(page, 'settings');
    await button('New persona').click();
    await check(page, 'a new persona');
    await page.getByLabel('Name', { exact: true }).fill('Sailor');
    await button('Save persona').click();
    await page.locator('.personas').getByRole('button', { name: 'Delete' }).click();
    await check(page, 'a persona deleted');
    await page.getByLabel('Language').selectOption('zh');
    await page.getByRole('textbox', { name: '消息' }).waitFor();
    await page.keyboard.press('Escape');
    await check(page, 'Chinese');
    await page.setViewportSize({ width: 390, height: 844 });
    await page.getByRole('button', { name: '显示对话列表' }).click();
    await check(page, 'phone with the list');
    await page.keyboard.press('Escape');
    await page.setViewportSize({ width: 200, height: 400 });
    await check(page, 'watch');
    const overflow = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    assert.ok(overflow <= 0, `the page is ${overflow} pixels too wide`);
  });
}

test('everything can be done by keyboard', async (t) => {
  const { open } = await setupFake(t);
  const { page } = await open(FAKE);
  const { agree, send, answer, answers, field } = parts(page);
  await agree();
  await page.keyboard.press('Escape');
  await page.evaluate(() => /** @type {HTMLElement} */ (document.activeElement)?.blur());
  await page.keyboard.press('?');
  await page.getByRole('dialog', { name: 'Keyboard shortcuts' }).waitFor();
  await page.keyboard.press('Escape');
  assert.equal(await page.locator('dialog[open]').count(), 0);
  await page.evaluate(() => /** @type {HTMLElement} */ (document.activeElement)?.blur());
  await page.keyboard.press('/');
  assert.equal(await field.evaluate((node) => node === document.activeElement), true);
  await send('count to 400');
  await answers.getByText('Line 2.').waitFor();
  await page.keyboard.press('Escape');
  await answers.getByText('Stopped.').waitFor();
  await answer();
  await page.keyboard.press('Control+Shift+O');
  assert.equal(await answers.count(), 0);
  await page.keyboard.press('Control+K');
  const finder = page.getByRole('combobox', { name: 'A chat, a command or a setting' });
  await finder.waitFor();
  await page.keyboard.type('400');
  await page.getByRole('option', { name: /count to 400/ }).waitFor();
  await page.keyboard.press('Enter');
  await answers.getByText('Line 2.').waitFor(); // the conversation that it was said in
  await page.keyboard.press('Control+K');
  await finder.waitFor();
  await page.keyboard.type('top-k');
  await page.getByRole('option', { name: 'Top-k' }).waitFor();
  await page.keyboard.press('Enter');
  await page.getByRole('dialog', { name: 'Settings' }).getByLabel('Top-k').waitFor();
  await page.keyboard.press('Escape');
  await page.keyboard.press('Control+K');
  await finder.waitFor();
  await page.keyboard.type('temporary');
  await page.getByRole('option', { name: /Temporary chat/ }).waitFor();
  await page.keyboard.press('Enter');
  await page.locator('.topbar .badge').getByText('Temporary chat').waitFor();
});

test('the focus goes through the page as one reads it, and comes back from a panel', async (t) => {
  const { open } = await setupFake(t);
  const { page } = await open(FAKE);
  await page.locator('.offer .primary').waitFor();
  await page.evaluate(() => /** @type {HTMLElement} */ (document.activeElement)?.blur());
  const names = [];
  for (let i = 0; i < 21; i++) {
    await page.keyboard.press('Tab');
    names.push(
      await page.evaluate(() => {
        const { activeElement: at } = document;
        return at?.getAttribute('aria-label') || at?.textContent?.slice(0, 12) || at?.tagName;
      }),
    );
  }
  const expected = [
    ...['New chat', 'Search conversations', 'Settings', 'Keyboard sho'],
    ...['Temporary chat', 'Settings', 'Load tiny.gg', 'Other models', 'Open a GGUF '],
    ...['AskWhy is th', 'WriteWrite a', 'SummarizeSum', 'TranslateTra', 'CodeWrite a ', 'PlanPlan a o'],
    'Add documents',
    'Message',
  ];
  const from = names.indexOf('New chat'); // after the browser's own parts
  assert.deepEqual(names.slice(from, from + expected.length), expected);
  const settings = page.locator('.sidebar .foot').getByRole('button', { name: 'Settings' });
  await settings.focus();
  await page.keyboard.press('Enter');
  await page.getByLabel('Temperature').waitFor();
  await page.keyboard.press('Escape');
  assert.equal(await settings.evaluate((node) => node === document.activeElement), true);
});

test('who wants no motion sees none', async (t) => {
  const { open } = await setupFake(t, { context: { reducedMotion: 'reduce' } });
  const { page } = await open(FAKE);
  const { agree, send, answers } = parts(page);
  await agree();
  await send('count to 400');
  await answers.getByText('Line 2.').waitFor();
  const moving = await page.evaluate(() =>
    document.getAnimations().map((animation) => /** @type {any} */ (animation).animationName ?? 'transition'),
  );
  assert.deepEqual(moving, []);
});

test('screen readers hear whole sentences, once', async (t) => {
  const { open } = await setupFake(t);
  const { page } = await open(FAKE);
  const { agree, send, answer } = parts(page);
  await agree();
  await send('count to 4');
  await answer();
  const said = await page.getByRole('log').locator('p').allInnerTexts();
  assert.equal(
    said
      .filter((line) => /Line/.test(line))
      .join(' ')
      .replace(/\s+/g, ' '),
    'Line 1. Line 2. Line 3. Line 4.',
  );
});

test(`a first visit loads at most ${BUDGET / 1000} kB in ${REQUESTS} requests before the engine, as it is shipped`, async (t) => {
  const dist = await mkdtemp(join(tmpdir(), 'loquat-shipped-'));
  t.after(() => rm(dist, { recursive: true }));
  const bundler = fileURLToPath(new URL('../../xtask/bundle.mjs', import.meta.url));
  await promisify(execFile)(process.execPath, [bundler, '--minify', '--out', dist]);
  for (const locale of ['en-US', 'zh-CN', 'ja-JP']) {
    const { open } = await setupFake(t, { dist, context: { locale } });
    // With the site's own model, as a visitor comes: what else could be offered is looked up then.
    const { page } = await open();
    await page.locator('.offer').waitFor();
    await page.waitForFunction(() =>
      performance.getEntriesByType('resource').some(({ name }) => name.endsWith('/catalog.json')),
    );
    const paths = new Set(
      await page.evaluate(() =>
        performance.getEntriesByType('resource').map(({ name }) => new URL(name).pathname),
      ),
    );
    let size = gzipSync(await readFile(`${dist}/index.html`)).length;
    assert.ok(paths.has('/main.js'), [...paths].join());
    for (const path of paths)
      if (/\.(js|css)$/.test(path)) size += gzipSync(await readFile(dist + path)).length;
    t.diagnostic(`${locale}: ${size} bytes gzipped, ${paths.size + 1} requests`);
    assert.ok(size <= BUDGET, `${size} bytes`);
    assert.ok(paths.size + 1 <= REQUESTS, `${paths.size + 1} requests: ${[...paths].join(' ')}`);
    assert.deepEqual(
      [...paths].filter((path) => /\/(en|zh|ja)-\w+\.js$/.test(path)).map((path) => path.slice(8, 10)),
      [locale.slice(0, 2)],
      'the words of one language, and the sentences alone that the start shows',
    );
  }
});
