// The widget in a frame of its own: on another origin than the page, under a strict CSP, with the same methods and events.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { setupFake } from './page.js';
import { startServer } from './server.js';

/** @typedef {import('./server.js').TestServer} TestServer */

const HTML = 'text/html; charset=utf-8';
const FRAME = '/widget/frame.html';

/** The chat's host, as docs/embed.md says for sites on other origins. @param {TestServer} chat @param {string} embedder */
async function allow(chat, embedder) {
  const html = await readFile(new URL('../../dist/widget/frame.html', import.meta.url), 'utf8');
  const body = html.replace(
    'name="loquat-embedders" content=""',
    `name="loquat-embedders" content="${embedder}"`,
  );
  assert.notEqual(body, html);
  chat.pages.set(FRAME, { type: HTML, body });
}

/** Who may load what, whatever the page inside says of itself. @param {TestServer} chat @param {string} embedder */
function openHeaders(chat, embedder) {
  const cross = { 'Cross-Origin-Resource-Policy': 'cross-origin' };
  const policy = `frame-ancestors 'self' ${embedder}`;
  chat.faults.set('/widget.js', { headers: cross });
  chat.faults.set(FRAME, { headers: { ...cross, 'Content-Security-Policy': policy } });
}

/** A shop on an origin of its own, whose policy allows the chat's script and frame and nothing else. @param {import('node:test').TestContext} t @param {string} origin the chat's @param {string} line */
async function shopFor(t, origin, line) {
  const shop = await startServer({ isolation: false });
  t.after(() => shop.stop());
  const body = `<!doctype html><html lang="en"><title>A shop</title><link rel="icon" href="data:,"><button id="before">Buy</button>${line}</html>`;
  shop.pages.set('/shop/', { type: HTML, body });
  const policy = `default-src 'none'; img-src data:; script-src ${origin}; frame-src ${origin}`;
  shop.faults.set('/shop/', { headers: { 'Content-Security-Policy': policy } });
  return shop;
}

/** @param {import('playwright-core').Page} page */
function parts(page) {
  const chat = page.locator('loquat-chat');
  const inside = page.frameLocator('loquat-chat iframe');
  return {
    chat,
    inside,
    launcher: chat.getByRole('button', { name: 'Open chat: Fruit help' }),
    field: inside.getByRole('textbox', { name: 'Message' }),
    answers: inside.locator('article.assistant'),
    agree: () => inside.locator('button.primary:visible').first().click(),
  };
}

/** @param {string} origin */
const lineFrom = (origin) =>
  `<script async src="${origin}/widget.js" data-frame data-model="/models/tiny.gguf" data-title="Fruit help" data-greeting="Ask about loquats."></script>`;

/** Notes what the element says. @param {import('playwright-core').Page} page */
const listen = (page) =>
  page.evaluate(() => {
    const heard = /** @type {unknown[]} */ ([]);
    Object.assign(globalThis, { heard });
    for (const type of ['open', 'close', 'ready', 'message', 'error']) {
      document.querySelector('loquat-chat')?.addEventListener(type, (event) => {
        const { detail } = /** @type {CustomEvent} */ (event);
        heard.push([type, detail?.role ?? detail?.code, detail?.text]);
      });
    }
  });
/** @param {import('playwright-core').Page} page @returns {Promise<string[][]>} */
const heardBy = (page) => page.evaluate(() => /** @type {any} */ (globalThis).heard);

test('a page of another origin under a strict CSP: a chat in a frame, driven and heard like any other', async (t) => {
  const { server: chat, context } = await setupFake(t, { isolation: false });
  const shop = await shopFor(t, chat.origin, lineFrom(chat.origin));
  await allow(chat, shop.origin);
  openHeaders(chat, shop.origin);
  const page = await context.newPage();
  /** @type {string[]} */
  const errors = [];
  page.on('pageerror', (error) => errors.push(error.message));
  page.on('console', (message) => message.type() === 'error' && errors.push(message.text()));
  await page.goto(`${shop.origin}/shop/`);
  const { launcher, inside, field, answers, agree } = parts(page);
  await launcher.waitFor();
  await page.waitForTimeout(300);
  assert.deepEqual(
    chat.log.map(({ path }) => path),
    ['/widget.js'],
    'nothing but the launcher before it is opened',
  );
  await listen(page);
  await launcher.click();
  await inside.getByRole('heading', { name: 'Ask about loquats.' }).waitFor();
  const seen = await page.evaluate(() => {
    const frame = document.querySelector('loquat-chat')?.shadowRoot?.querySelector('iframe');
    return frame?.contentDocument === null ? 'nothing' : 'the document';
  });
  assert.equal(seen, 'nothing', 'the page around cannot look into the frame');
  await agree();
  await field.fill('Are they sweet?');
  await field.press('Enter');
  await answers.getByText('You said: Are they sweet?').waitFor();
  await page.waitForFunction(() =>
    /** @type {any} */ (globalThis).heard.some(
      (/** @type {string[]} */ [type, role]) => type === 'message' && role === 'assistant',
    ),
  ); // the whole of it
  await page.evaluate(async () => {
    const element = /** @type {any} */ (document.querySelector('loquat-chat'));
    await element.addMessage({ role: 'assistant', text: 'Welcome back.' });
    await element.sendMessage('hello');
    await element.sendMessage('explode');
    await element.clear();
  });
  await inside.getByRole('heading', { name: 'Ask about loquats.' }).waitFor();
  await page.waitForFunction(() =>
    /** @type {any} */ (globalThis).heard.some((/** @type {string[]} */ [type]) => type === 'error'),
  );
  const heard = await heardBy(page);
  assert.deepEqual(
    heard
      .filter(([type]) => type === 'message')
      .map(([, role, text]) => `${role}: ${text}`)
      .slice(0, 5),
    [
      'user: Are they sweet?',
      'assistant: You said: Are they sweet? That was message 1.',
      'assistant: Welcome back.',
      'user: hello',
      'assistant: You said: hello That was message 2.',
    ],
  );
  assert.deepEqual(
    heard.filter(([type]) => type !== 'message').map(([type, what]) => `${type} ${what ?? ''}`.trim()),
    ['open', 'ready', 'error prompt_exploded'],
  );
  assert.ok(page.workers().length > 0);
  await page.evaluate(() => document.querySelector('loquat-chat')?.remove());
  for (let i = 0; i < 50 && page.workers().length > 0; i++) await page.waitForTimeout(100);
  assert.equal(page.workers().length, 0, 'no worker is left');
  assert.deepEqual(errors, []);
});

test('a page that is not listed gets no chat, and is told why', async (t) => {
  const { server: chat, context } = await setupFake(t, { isolation: false });
  const shop = await shopFor(t, chat.origin, lineFrom(chat.origin));
  openHeaders(chat, shop.origin); // it may frame, but nobody listed it
  const page = await context.newPage();
  await page.goto(`${shop.origin}/shop/`);
  const { launcher, chat: element } = parts(page);
  await launcher.waitFor();
  await listen(page);
  await launcher.click();
  await element.getByRole('alert').waitFor();
  const heard = await heardBy(page);
  assert.deepEqual(heard.at(-1)?.slice(0, 2), ['error', 'frame_origin']);
  assert.equal(await element.locator('iframe').count(), 0);
});

test('messages from elsewhere than the page around get no chat, nor do other words, nor a second page', async (t) => {
  const { server: chat, context } = await setupFake(t, { isolation: false });
  const page = await context.newPage();
  const start =
    '<!doctype html><title>x</title><link rel="icon" href="data:,"><script src="/post.js"></script>';
  const body = `${start}<iframe id="chat" src="${FRAME}"></iframe><iframe id="other" src="/other/"></iframe>`;
  chat.pages.set('/around/', { type: HTML, body });
  chat.pages.set('/other/', { type: HTML, body: start });
  // The sender is the window whose function it is.
  const post = 'function send(target, message, port) { target.postMessage(message, "*", [port]) }';
  chat.pages.set('/post.js', { type: 'text/javascript', body: post });
  await page.goto(`${chat.origin}/around/`);
  const answers = await page.evaluate(async () => {
    const frame = (/** @type {string} */ id) =>
      /** @type {any} */ (document.getElementById(id)).contentWindow;
    const heard = /** @type {Record<string, string[]>} */ ({});
    /** @param {string} who @param {any} from @param {unknown} message */
    const ask = (who, from, message) => {
      const { port1, port2 } = new MessageChannel();
      const list = (heard[who] = /** @type {string[]} */ ([]));
      /** @type {(type: string) => void} */
      let tell = () => {};
      port1.onmessage = ({ data }) => (list.push(data.type), tell(data.type));
      from.send(frame('chat'), message, port2);
      return { port: port1, next: () => new Promise((resolve) => (tell = resolve)) };
    };
    const connect = { loquat: 'connect', options: {}, look: {}, closable: false };
    ask('other', frame('other'), connect);
    ask('words', window, { hello: 'world' });
    const around = ask('around', window, connect);
    await around.next();
    ask('again', window, connect);
    around.port.postMessage({ type: 'call', id: 1, method: 'clear', args: [] });
    await around.next();
    around.port.postMessage({ type: 'call', id: 2, method: 'destroy', args: [] });
    await around.next();
    return heard;
  });
  assert.deepEqual(answers, { other: [], words: [], around: ['made', 'result', 'failed'], again: [] });
});

test('on one’s own origin: colours reach in, Escape closes and brings the focus back', async (t) => {
  const { server, open } = await setupFake(t, { isolation: false });
  const body = `<!doctype html><html lang="en"><title>A shop</title><link rel="icon" href="data:,"><link rel="stylesheet" href="/shop/site.css"><body>${lineFrom('')}</body></html>`;
  server.pages.set('/shop/', { type: HTML, body });
  server.pages.set('/shop/site.css', { type: 'text/css', body: 'loquat-chat { --loquat-bg: rgb(1, 2, 3) }' });
  const policy = "default-src 'none'; img-src data:; script-src 'self'; frame-src 'self'; style-src 'self'";
  server.faults.set('/shop/', { headers: { 'Content-Security-Policy': policy } });
  const { page, errors } = await open('/shop/');
  const { launcher, inside, field, chat } = parts(page);
  await launcher.click();
  await field.waitFor();
  const background = await inside
    .locator('.loquat')
    .evaluate((view) => getComputedStyle(view).backgroundColor);
  assert.equal(background, 'rgb(1, 2, 3)');
  await field.focus();
  await page.keyboard.press('Escape');
  await chat.getByRole('dialog', { name: 'Fruit help' }).waitFor({ state: 'hidden' });
  const focused = () => document.activeElement?.shadowRoot?.activeElement?.tagName;
  assert.equal(await page.evaluate(focused), 'BUTTON');
  await launcher.click();
  await field.waitFor();
  assert.equal(await page.evaluate(focused), 'IFRAME');
  assert.deepEqual(errors, []);
});
