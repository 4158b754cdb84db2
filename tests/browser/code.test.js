// What can be done with code in an answer: wrapped, saved, and HTML and SVG shown in a frame that can do nothing.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { FAKE, parts, setupFake } from './page.js';

const HTML = `<!doctype html>
<html><head><title>Trap</title>
<link rel="stylesheet" href="/trap.css"><meta http-equiv="refresh" content="0; url=/trap-refresh">
<style>h1 { color: rgb(200, 0, 100) } body { background: url(/trap-background.png) }</style></head>
<body onload="parent.document.title = 'caught'">
<h1 style="margin-left: 40px">Hello</h1>
<img src="/trap.png" onerror="top.location = '/trap-error'">
<a href="/trap-link">away</a><form action="/trap-form"><button>send</button></form>
<iframe src="/trap-frame"></iframe>
<script>document.body.textContent = 'scripted'; fetch('/trap-fetch'); localStorage.setItem('trap', '1');</script>
</body></html>`;
const SVG =
  '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 10 10"><script>fetch("/trap-svg")</script><circle id="dot" cx="5" cy="5" r="4" style="fill: rgb(0, 120, 0)"/><image href="/trap-image.png" width="5" height="5"/></svg>';

/** An answer with this text. @param {import('playwright-core').Page} page @param {string} text */
const show = (page, text) =>
  page.evaluate((text) => {
    const { app } = /** @type {any} */ (globalThis).loquat;
    const { conversation } = app.store.get().chat;
    const message = {
      id: 'a',
      conversation: conversation.id,
      parent: null,
      role: 'assistant',
      created: 1,
      text,
      status: 'done',
    };
    app.store.set({ chat: { conversation, messages: { a: message }, children: { '': ['a'] } } });
  }, text);

/** @param {string} language @param {string} code */
const block = (language, code) => `\`\`\`${language}\n${code}\n\`\`\`\n`;

test('HTML and SVG are shown as they look, run nothing, ask for nothing and keep nothing', async (t) => {
  const { open, server } = await setupFake(t);
  const { page, errors } = await open(FAKE);
  await parts(page).field.waitFor();
  await show(page, `${block('html', HTML)}\n${block('svg', SVG)}`);
  const previews = page.getByRole('button', { name: 'Preview' });
  await previews.first().click();
  const heading = page.frameLocator('iframe.preview').first().locator('h1');
  await heading.waitFor();
  const { color, marginLeft } = await heading.evaluate((node) => {
    const { color, marginLeft } = getComputedStyle(node);
    return { color, marginLeft };
  });
  assert.deepEqual([color, marginLeft], ['rgb(200, 0, 100)', '40px'], 'its styles apply');
  await previews.last().click();
  const dot = page.frameLocator('iframe.preview').last().locator('#dot');
  await dot.waitFor();
  assert.equal(await dot.evaluate((node) => getComputedStyle(node).fill), 'rgb(0, 120, 0)');
  await page.frameLocator('iframe.preview').first().locator('a').click();
  await page.waitForTimeout(500);
  assert.deepEqual(
    server.log.map(({ path }) => path).filter((path) => /trap/.test(path)),
    [],
  );
  assert.equal(await page.evaluate(() => localStorage.getItem('trap')), null);
  assert.notEqual(await page.title(), 'caught');
  const sandbox = await page.locator('iframe.preview').first().getAttribute('sandbox');
  assert.doesNotMatch(sandbox ?? '', /scripts|popups|navigation|forms/);
  const stopped = /trap-background|Blocked script execution/; // what the frame's policy says of what it stopped
  assert.deepEqual(
    errors.filter((error) => !stopped.test(error)),
    [],
  );
  await previews.first().click();
  await page.getByText('scripted').first().waitFor(); // the code again
  assert.equal(await page.locator('iframe.preview').count(), 1);
});

test('code is wrapped where that is wanted, from then on, and saved under a name that says what it is', async (t) => {
  const { open } = await setupFake(t);
  const { page } = await open(FAKE);
  await parts(page).field.waitFor();
  const long = `const words = '${'loquat '.repeat(60)}';`;
  await show(page, `${block('javascript', long)}\n${block('python', 'print(1)')}`);
  const wrap = page.getByRole('button', { name: 'Wrap long lines' });
  const overflows = () =>
    page
      .locator('.code pre')
      .first()
      .evaluate((pre) => pre.scrollWidth > pre.clientWidth);
  await wrap.first().waitFor();
  assert.equal(await overflows(), true);
  await wrap.first().click();
  assert.equal(await wrap.first().getAttribute('aria-pressed'), 'true');
  assert.equal(await overflows(), false);
  const saving = page.waitForEvent('download');
  await page.getByRole('button', { name: 'Download as a file' }).last().click();
  const saved = await saving;
  assert.equal(saved.suggestedFilename(), 'code.py');
  assert.equal(await readFile(await saved.path(), 'utf8'), 'print(1)\n');
  assert.equal(
    await page.getByRole('button', { name: 'Preview' }).count(),
    0,
    'there is nothing to see in it',
  );
});
