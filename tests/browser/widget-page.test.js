// The widget as part of a site: its own head, several of them, pages that follow each other, and its end at any moment.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setupFake } from './page.js';

/** A page of a shop. @param {{server: import('./server.js').TestServer}} site @param {string} body @param {string} [path] */
function shop({ server }, body, path = '/shop/') {
  const html = `<!doctype html><html lang="en"><title>A shop</title><link rel="icon" href="data:,"><h1>Fruit</h1>${body}</html>`;
  server.pages.set(path, { type: 'text/html; charset=utf-8', body: html });
  return path;
}
const LINE = '<script async src="/widget.js" data-model="/models/tiny.gguf" data-title="Help"></script>';
const open = { name: 'Open chat: Help' };

test('the floating chat shows its own head, and × closes it', async (t) => {
  const site = await setupFake(t, { isolation: false });
  const { page, errors } = await site.open(shop(site, LINE));
  const chat = page.locator('loquat-chat');
  await chat.getByRole('button', open).click();
  await chat.getByRole('heading', { name: 'Help', exact: true }).waitFor();
  await chat.locator('.head').getByRole('button', { name: 'New chat' }).click({ timeout: 5000 });
  const boxes = await chat.evaluate((node) => {
    const at = (/** @type {string} */ name) => node.shadowRoot?.querySelector(name)?.getBoundingClientRect();
    const [outer, head, inner] = [at('.box'), at('.head'), at('.loquat > .frame')];
    return (
      outer &&
      head &&
      inner && { covered: inner.top < head.bottom - 1, inside: inner.bottom <= outer.bottom + 1 }
    );
  });
  assert.deepEqual(boxes, { covered: false, inside: true });
  await chat.locator('.head').getByRole('button', { name: 'Close' }).click({ timeout: 5000 });
  await chat.locator('.box').waitFor({ state: 'hidden' });
  assert.deepEqual(errors, []);
});

test('two chats with one model have a conversation each, and find it again', async (t) => {
  const site = await setupFake(t, { isolation: false });
  const element = (/** @type {string} */ more) =>
    `<loquat-chat model="/models/tiny.gguf" ${more}></loquat-chat>`;
  const body = `${element('id="one" heading="One"')}${element('id="two" heading="Two"')}<script type="module" src="/widget/element.js"></script>`;
  const { page } = await site.open(shop(site, body));
  const said = async (/** @type {string} */ id, /** @type {string} */ text) => {
    const chat = page.locator(`#${id}`);
    const field = chat.getByRole('textbox', { name: 'Message' });
    await chat.locator('.offer .primary').click();
    await field.fill(text);
    await field.press('Enter');
    await chat.locator('article.assistant').getByText(`You said: ${text}`).waitFor();
  };
  await said('one', 'first');
  await said('two', 'second');
  await page.reload();
  for (const [id, mine, other] of [
    ['one', 'first', 'second'],
    ['two', 'second', 'first'],
  ]) {
    const chat = page.locator(`#${id}`);
    await chat.locator('article.user').getByText(mine).waitFor();
    assert.equal(await chat.locator('article.user').getByText(other).count(), 0);
  }
});

test('run twice, the script makes one chat; misspelt options are told once; events bubble', async (t) => {
  const site = await setupFake(t, { isolation: false });
  const wrong = LINE.replace('data-title', 'data-greting="Hi" data-backend="webgpu" data-title');
  const { context, server } = site;
  const page = await context.newPage();
  /** @type {string[]} */
  const warnings = [];
  page.on('console', (message) => message.type() === 'warning' && warnings.push(message.text()));
  await page.goto(server.origin + shop(site, wrong + wrong));
  const chat = page.locator('loquat-chat');
  await chat.getByRole('button', open).waitFor();
  await page.waitForTimeout(300);
  assert.equal(await chat.count(), 1);
  await page.evaluate(() => {
    const heard = /** @type {any} */ (globalThis);
    document.addEventListener('open', (event) => (heard.opened = [event.bubbles, event.composed]));
  });
  await chat.getByRole('button', open).click();
  await chat.getByRole('textbox', { name: 'Message' }).waitFor();
  assert.deepEqual(await page.evaluate(() => /** @type {any} */ (globalThis).opened), [true, true]);
  const ours = () => warnings.filter((text) => text.includes('<loquat-chat>'));
  for (let i = 0; i < 100 && ours().length === 0; i++) await page.waitForTimeout(50); // looked at when there is time
  assert.equal(ours().length, 1, ours().join());
  assert.match(ours()[0], /“greeting” is; backend="webgpu" has no meaning/);
});

test('what was open is open on the next page of the site; what was closed is not', async (t) => {
  const site = await setupFake(t, { isolation: false });
  shop(site, LINE, '/shop/two/');
  const { page } = await site.open(shop(site, LINE));
  const chat = page.locator('loquat-chat');
  await chat.getByRole('button', open).click();
  await chat.locator('.offer .primary').click();
  const field = chat.getByRole('textbox', { name: 'Message' });
  await field.fill('hello');
  await field.press('Enter');
  await chat.locator('article.assistant').getByText('You said: hello').waitFor();
  await page.goto(`${site.server.origin}/shop/two/`);
  await chat.locator('article.user').getByText('hello').waitFor();
  await chat.locator('.head').getByRole('button', { name: 'Close' }).click();
  await page.goto(`${site.server.origin}/shop/`);
  await chat.getByRole('button', open).waitFor();
  await page.waitForTimeout(500);
  assert.equal(await chat.locator('.box').isVisible(), false);
});

test('an answer that is being written goes on on the next page of the site', async (t) => {
  const site = await setupFake(t, { isolation: false });
  const line = LINE.replace('data-title', 'data-max-tokens="2000" data-title');
  shop(site, line, '/shop/two/');
  const { page } = await site.open(shop(site, line));
  const chat = page.locator('loquat-chat');
  await chat.getByRole('button', open).click();
  await chat.locator('.offer .primary').click();
  const field = chat.getByRole('textbox', { name: 'Message' });
  const answer = chat.locator('article.assistant');
  const line60 = answer.getByText('Line 60.', { exact: true });
  await field.fill('count to 400');
  await field.press('Enter');
  await line60.waitFor();
  await page.waitForTimeout(1100); // what is written is stored each second
  await page.goto(`${site.server.origin}/shop/two/`);
  await line60.waitFor();
  await answer.getByText('Line 400.', { exact: true }).waitFor();
  await chat.locator('article.assistant[aria-busy="false"]').waitFor();
  assert.equal(await answer.count(), 1);
  assert.equal(await line60.count(), 1, 'nothing is written twice');
});

test('removed while its model loads, it leaves no worker and no lock behind', async (t) => {
  const site = await setupFake(t, { isolation: false });
  const { page } = await site.open(shop(site, LINE));
  const chat = page.locator('loquat-chat');
  await chat.getByRole('button', open).click();
  const offer = chat.locator('.offer .primary');
  await offer.waitFor();
  site.server.faults.set('/models/tiny.gguf', { delay: 60_000 });
  await offer.click();
  await page.waitForFunction(async () =>
    ((await navigator.locks.query()).held ?? []).some(({ name }) => name?.startsWith('loquat-engine')),
  );
  if (page.workers().length === 0) await page.waitForEvent('worker');
  await chat.evaluate((node) => node.remove());
  await page.waitForFunction(async () => ((await navigator.locks.query()).held ?? []).length === 0);
  for (let i = 0; i < 50 && page.workers().length > 0; i++) await page.waitForTimeout(50);
  assert.equal(page.workers().length, 0);
});

test('the picture of who answers is the site’s choice, and so is the name that is read out', async (t) => {
  const site = await setupFake(t, { isolation: false });
  const picture =
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><rect width="9" height="9"/></svg>';
  site.server.pages.set('/face.svg', { type: 'image/svg+xml', body: picture });
  shop(site, LINE.replace('data-title', 'data-face="none" data-title'), '/shop/two/');
  const { page, errors } = await site.open(
    shop(site, LINE.replace('data-title', 'data-face="/face.svg" data-title')),
  );
  const chat = page.locator('loquat-chat');
  await chat.getByRole('button', open).click();
  await chat.locator('.offer .primary').waitFor();
  assert.doesNotMatch(await chat.locator('.welcome').innerText(), /Loquat/, 'nor is ours said');
  await chat.locator('.offer .primary').click();
  assert.equal(await chat.locator('.welcome img.face').getAttribute('src'), '/face.svg');
  const field = chat.getByRole('textbox', { name: 'Message' });
  await field.fill('hello');
  await field.press('Enter');
  const answer = chat.locator('article.assistant');
  await answer.getByText('You said: hello').waitFor();
  await answer.locator('img.face').waitFor();
  await answer.getByRole('heading', { name: 'Help' }).waitFor();
  await page.goto(`${site.server.origin}/shop/two/`);
  await answer.getByText('You said: hello').waitFor();
  assert.equal(await chat.locator('.logo').count(), 0);
  assert.deepEqual(errors, []);
});
