// A server in this device's place: off until a person turns it on, marked as long as it answers, kept out by the CSP.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { test } from 'node:test';
import { FAKE, parts, setupFake } from './page.js';

const CORS = { 'Access-Control-Allow-Origin': '*', 'Access-Control-Allow-Headers': '*' };
const chunk = (/** @type {object} */ delta, /** @type {string | null} */ finish_reason = null) =>
  `data: ${JSON.stringify({ choices: [{ index: 0, delta, finish_reason }] })}\n\n`;
const SAID = [
  chunk({ role: 'assistant', content: '' }),
  chunk({ content: 'Said ' }),
  chunk({ content: 'elsewhere.' }),
];
const ENDED = [
  chunk({}, 'stop'),
  `data: ${JSON.stringify({ choices: [], usage: { prompt_tokens: 9, completion_tokens: 2, total_tokens: 11 } })}\n\n`,
  'data: [DONE]\n\n',
];

/** A server that speaks OpenAI's API and remembers what it was told. @param {import('node:test').TestContext} t */
async function openAiServer(t) {
  /** @type {Array<{path: string, key: string | undefined, body: any}>} */
  const heard = [];
  let left = 0;
  const server = createServer(async (request, response) => {
    if (request.method === 'OPTIONS') return void response.writeHead(204, CORS).end();
    let text = '';
    for await (const piece of request) text += piece;
    const body = text ? JSON.parse(text) : undefined;
    heard.push({ path: request.url ?? '', key: request.headers.authorization, body });
    if (request.url === '/v1/models') {
      response.writeHead(200, { ...CORS, 'Content-Type': 'application/json' });
      return void response.end(
        JSON.stringify({ object: 'list', data: [{ id: 'big-one', object: 'model' }] }),
      );
    }
    response.writeHead(200, { ...CORS, 'Content-Type': 'text/event-stream' });
    response.on('close', () => (left += response.writableFinished ? 0 : 1));
    response.write(SAID.join(''));
    if (body.messages.at(-1).content !== 'never end') response.end(ENDED.join(''));
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(undefined)));
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
  const host = `127.0.0.1:${port}`;
  return { heard, host, address: `http://${host}/v1`, left: () => left };
}

/** The header of a site that lets its pages ask any server. */
const OPEN = {
  headers: {
    'Content-Security-Policy':
      "default-src 'self' *; img-src 'self' data:; style-src 'self'; script-src 'self' 'wasm-unsafe-eval'",
  },
};

/** The page as a site serves it that allows a server, as docs/hosting.md says. @param {import('./server.js').TestServer} server @param {string} origin */
async function allow(server, origin) {
  const html = await readFile(new URL('../../dist/index.html', import.meta.url), 'utf8');
  assert.match(html, /connect-src 'self'/);
  const body = html.replace("connect-src 'self'", `connect-src 'self' ${origin}`);
  server.pages.set('/', { type: 'text/html; charset=utf-8', body });
  server.faults.set('/', OPEN);
}

/** @param {import('playwright-core').Page} page */
function remoteParts(page) {
  const mark = page.locator('.leaves');
  return {
    ...parts(page),
    mark,
    /** @param {string} address @param {string} [key] */
    async turnOn(address, key = '') {
      await page.getByRole('button', { name: 'Settings' }).first().click();
      await page.locator('dialog summary').getByText('Advanced', { exact: true }).click();
      await page.getByLabel('Server address').fill(address);
      await page.getByLabel('Key', { exact: true }).fill(key);
      await page.getByRole('button', { name: 'Send my words to this server' }).click();
    },
    back: () => mark.getByRole('button', { name: 'Back to this device' }).click(),
  };
}

test('a server that the site allows answers, marked all the while, and the way back is one click', async (t) => {
  const remote = await openAiServer(t);
  const { server, open, context } = await setupFake(t);
  await allow(server, `http://${remote.host}`);
  const { page, errors } = await open(FAKE);
  const { mark, turnOn, back, send, answer, field } = remoteParts(page);
  await field.waitFor();
  assert.equal(await mark.isVisible(), false, 'off by default');
  await page.getByText('Nothing you write leaves it').waitFor();
  await page.getByText('What you say stays in this browser').waitFor();
  await page.getByText('Runs on your device. Answers can be wrong.').waitFor();

  await turnOn(remote.address, 'secret-key');
  await mark.getByText(`What you write leaves this device: it is sent to ${remote.host}.`).waitFor();
  await page.locator('.topbar .chip').getByText('big-one · server').waitFor();
  assert.equal(await page.getByText('Runs on your device. Answers can be wrong.').count(), 0);
  for (const gone of ['Nothing you write leaves it', 'What you say stays in this browser'])
    assert.equal(await page.getByText(gone).isVisible(), false, gone);
  await send('hello out there');
  assert.equal(await answer(), 'Said elsewhere.');
  const asked = remote.heard.at(-1);
  assert.equal(asked?.path, '/v1/chat/completions');
  assert.equal(asked?.key, 'Bearer secret-key');
  assert.equal(asked?.body.model, 'big-one');
  assert.equal(asked?.body.messages.at(-1).content, 'hello out there');
  assert.equal(await mark.isVisible(), true);
  const stored = await page.evaluate(() => JSON.stringify({ ...localStorage }));
  assert.match(stored, /remoteUrl/);
  assert.doesNotMatch(stored, /secret-key/, 'a key is never stored');

  await page.getByRole('button', { name: 'Settings' }).first().click();
  const counted = page.locator('.requests[data-count]');
  assert.equal(await counted.getAttribute('data-count'), '1', 'the proof of privacy counts it');
  await page.getByText(`${remote.address}/chat/completions`).waitFor();
  await page.keyboard.press('Escape');

  await send('never end');
  await page.locator('article.assistant').last().getByText('Said elsewhere.').waitFor();
  await page.getByRole('button', { name: 'Stop' }).click();
  for (let i = 0; i < 50 && remote.left() === 0; i++) await page.waitForTimeout(100);
  assert.equal(remote.left(), 1, 'stopping ends the request');

  const second = await context.newPage();
  await second.goto(page.url());
  await second.locator('.leaves').getByText(remote.host).waitFor(); // still on, still said
  await second.close();

  await back();
  await mark.waitFor({ state: 'hidden' });
  const before = remote.heard.length;
  await page.locator('.loading .primary').click(); // the model of this device was never agreed to
  await page.locator('.topbar .chip').waitFor();
  await send('only here');
  assert.match(await answer(), /You said: only here/);
  assert.equal(remote.heard.length, before, 'nothing more is sent');
  assert.deepEqual(errors, []);
});

test('the page as it is built lets no words out to another server, whatever is set', async (t) => {
  const remote = await openAiServer(t);
  const { open } = await setupFake(t);
  const { page } = await open(FAKE);
  const { mark, turnOn, back, send, field } = remoteParts(page);
  await field.waitFor();
  await turnOn('nonsense://x');
  await page.getByText('Give the server’s address first').waitFor();
  await page.keyboard.press('Escape');
  await turnOn(remote.address);
  await page.locator('.notice.error').getByText('This page may not connect to that server').waitFor();
  await page.locator('.notice.error').getByText('remote_blocked').waitFor({ state: 'attached' });
  await send('hello');
  assert.equal(remote.heard.length, 0);
  await back();
  await mark.waitFor({ state: 'hidden' });
});

test('no link can turn it on', async (t) => {
  const { open } = await setupFake(t);
  const { page } = await open(`${FAKE}&remote=true&remoteUrl=https://evil.example/v1`);
  const { mark, field } = remoteParts(page);
  await field.waitFor();
  assert.equal(await mark.isVisible(), false);
  const { remote, remoteUrl } = await page.evaluate(
    () => /** @type {any} */ (globalThis).loquat.app.store.get().settings,
  );
  assert.deepEqual([remote, remoteUrl], [false, '']);
});

test('in Chinese, too; a server that is down is named as such', async (t) => {
  const { server, open } = await setupFake(t);
  await allow(server, 'http://127.0.0.1:9');
  const { page } = await open(`${FAKE}&language=zh`);
  await page.getByRole('button', { name: '设置' }).first().click();
  await page.locator('dialog summary').getByText('高级', { exact: true }).click();
  await page.getByLabel('服务器地址').fill('http://127.0.0.1:9/v1');
  await page.getByRole('button', { name: '把我的话发送到这个服务器' }).click();
  await page.locator('.leaves').getByText('您写的内容会离开这台设备，发送到 127.0.0.1:9。').waitFor();
  await page.locator('.notice.error').getByText('无法连接服务器').waitFor();
  await page.getByRole('button', { name: '回到这台设备' }).click();
  await page.locator('.leaves').waitFor({ state: 'hidden' });
});

test('a widget whose site has a server says so before the visitor agrees', async (t) => {
  const { server, open } = await setupFake(t, { isolation: false });
  const json = (/** @type {unknown} */ body) => ({ type: 'application/json', body: JSON.stringify(body) });
  server.pages.set('/v1/models', json({ object: 'list', data: [{ id: 'shop-model' }] }));
  server.pages.set('/v1/chat/completions', { type: 'text/event-stream', body: [...SAID, ...ENDED].join('') });
  const line = '<script async src="/widget.js" data-title="Shop" data-remote="/v1"></script>';
  const html = `<!doctype html><html lang="en"><title>Shop</title><link rel="icon" href="data:,"><body>${line}</body></html>`;
  server.pages.set('/shop/', { type: 'text/html; charset=utf-8', body: html });
  const { page, errors } = await open('/shop/');
  const chat = page.locator('loquat-chat');
  await chat.getByRole('button', { name: 'Open chat: Shop' }).click();
  await chat.locator('.leaves').getByText('What you write leaves this device').waitFor();
  assert.equal(server.requests('/v1/models').length, 0, 'nothing is asked before the visitor agrees');
  const { host } = new URL(server.origin);
  await chat.getByRole('button', { name: `Connect to ${host}` }).click();
  const field = chat.getByRole('textbox', { name: 'Message' });
  await field.fill('hello');
  await field.press('Enter');
  await chat.locator('article.assistant').getByText('Said elsewhere.').waitFor();
  assert.equal(await chat.locator('.leaves').isVisible(), true);
  assert.equal(server.requests('/models/SmolLM2-135M-Instruct.Q4_1.gguf').length, 0, 'no weights');
  assert.deepEqual(errors, []);
});

test('what was said on this device goes to no server before the visitor has seen what and agreed', async (t) => {
  const { server, open } = await setupFake(t, { isolation: false });
  const json = (/** @type {unknown} */ body) => ({ type: 'application/json', body: JSON.stringify(body) });
  server.pages.set('/v1/models', json({ object: 'list', data: [{ id: 'shop-model' }] }));
  const remote = await openAiServer(t);
  const shop = (/** @type {string} */ more) => {
    const line = `<script async src="/widget.js" data-title="Shop" data-model="/models/tiny.gguf"${more}></script>`;
    const body = `<!doctype html><html lang="en"><title>Shop</title><link rel="icon" href="data:,"><body>${line}</body></html>`;
    server.pages.set('/shop/', { type: 'text/html; charset=utf-8', body });
  };
  server.faults.set('/shop/', OPEN);
  shop('');
  const { page, errors } = await open('/shop/');
  const chat = page.locator('loquat-chat');
  const field = chat.getByRole('textbox', { name: 'Message' });
  const ask = async (/** @type {string} */ text) => {
    await field.fill(text);
    await field.press('Enter');
  };
  await chat.getByRole('button', { name: 'Open chat: Shop' }).click();
  await chat.locator('.offer .primary').click();
  await ask('my secret illness');
  await chat.locator('article.assistant').getByText('You said: my secret illness').waitFor();

  shop(` data-remote="${remote.address}"`); // the site thinks again
  await page.reload(); // it opens again by itself
  await chat.getByRole('button', { name: `Connect to ${remote.host}` }).click();
  await ask('Hello?');
  const card = chat.locator('.disclosure');
  await card.getByText(`${remote.host} would get all of it (3 messages)`).waitFor();
  await card.getByText('What would be sent').click();
  await card.getByText('my secret illness', { exact: true }).waitFor();
  const told = () => remote.heard.filter(({ path }) => path === '/v1/chat/completions');
  assert.equal(told().length, 0, 'nothing is sent while the visitor thinks');
  await card.getByRole('button', { name: 'Send nothing' }).click();
  await chat.getByText('Stopped.', { exact: true }).waitFor();
  assert.equal(told().length, 0);

  await ask('Hello again?');
  await card.getByRole('button', { name: 'Ask in a new conversation' }).click();
  await chat.locator('article.assistant').getByText('Said elsewhere.').waitFor();
  assert.doesNotMatch(JSON.stringify(told()), /secret/);
  assert.match(JSON.stringify(told()), /Hello again/);
  await ask('And more');
  await chat.locator('article.assistant').nth(1).getByText('Said elsewhere.').waitFor();
  assert.equal(await card.count(), 0, 'what was said to the server may be said again to it');

  shop(''); // back on the device, then to the server again: what was said in between is private
  await page.reload(); // it opens again by itself
  await ask('another secret');
  await chat.locator('article.assistant').getByText('You said: another secret').waitFor();
  shop(` data-remote="${remote.address}"`);
  await page.reload(); // it opens again by itself
  await ask('Now?');
  await card.getByRole('button', { name: `Send all of it to ${remote.host}` }).click();
  await chat.locator('article.assistant').last().getByText('Said elsewhere.').waitFor();
  assert.match(
    JSON.stringify(told().at(-1)?.body),
    /another secret.*Now\?/,
    'the whole, once it was agreed to',
  );
  assert.deepEqual(errors, []);
});
