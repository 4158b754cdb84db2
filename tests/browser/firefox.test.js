// The main conversation in Firefox: with a scripted engine, and with the real one on the real model.
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { test } from 'node:test';
import puppeteer from 'puppeteer-core';
import { MODEL, MODEL_PATH } from './harness.js';
import { FAKE, serveFakeEngine, TINY } from './page.js';
import { startServer } from './server.js';

const FIREFOX = process.env.LOQUAT_FIREFOX ?? '/usr/bin/firefox-esr';
const missing = existsSync(FIREFOX) ? false : `no Firefox at ${FIREFOX}: apt-get install firefox-esr`;

/** @param {import('node:test').TestContext} t @param {Record<string, string>} files */
async function setupFirefox(t, files) {
  const server = await startServer({ files });
  t.after(() => server.stop());
  const browser = await puppeteer.launch({ browser: 'firefox', executablePath: FIREFOX, headless: true });
  t.after(() => browser.close());
  const page = await browser.newPage();
  /** @type {string[]} */
  const errors = [];
  page.on('pageerror', (error) => errors.push(String(error)));
  return { server, page, errors };
}

/** @param {import('puppeteer-core').Page} page */
const words = (page) => ({
  // Firefox's storage stands still for half a minute now and then while a model of 98 MB is written.
  ready: () => page.waitForSelector('.topbar .chip:not([hidden])', { timeout: 300_000 }),
  /** @param {string} text */
  async ask(text) {
    await page.type('.composer textarea', text);
    await page.keyboard.press('Enter');
    const idle = () => /** @type {any} */ (globalThis).loquat.app.store.get().generation === null;
    await page.waitForFunction(idle, { timeout: 120_000 });
    return page.evaluate(() => {
      const { messages } = /** @type {any} */ (globalThis).loquat.app.store.get().chat;
      return /** @type {string} */ (Object.values(messages).pop().text);
    });
  },
});

test('Firefox: agree, ask, reload, ask again', { skip: missing }, async (t) => {
  const { server, page, errors } = await setupFirefox(t, { '/models/tiny.gguf': TINY });
  await serveFakeEngine(server);
  await page.goto(server.origin + FAKE);
  const { ready, ask } = words(page);
  await page.locator('.offer .primary').click(); // once it stands still
  await ready();
  assert.match(await ask('a table'), /comparison/);
  await page.waitForSelector('article.assistant math');
  await page.waitForSelector('article.assistant .hljs-keyword');
  const before = server.requests('/models/tiny.gguf').length;
  await page.reload();
  await ready();
  assert.match(await ask('hello'), /You said: hello That was message 2/);
  assert.equal(server.requests('/models/tiny.gguf').length, before);
  assert.deepEqual(errors, []);
});

test('Firefox: with the server gone, page and model come from the cache', { skip: missing }, async (t) => {
  const { server, page } = await setupFirefox(t, { '/models/tiny.gguf': TINY });
  await serveFakeEngine(server);
  await page.goto(server.origin + FAKE);
  const { ready, ask } = words(page);
  await page.locator('.offer .primary').click(); // once it stands still
  await ready();
  await page.evaluate(() => navigator.serviceWorker.ready.then(() => {}));
  await page.reload(); // from now on through the worker
  await ready();
  await server.stop();
  await page.reload();
  await ready();
  assert.match(await ask('hello'), /You said: hello/);
});

const noModel = MODEL ? false : 'LOQUAT_MODEL names no model: run by `cargo xtask test`';
test('Firefox: the real model answers', { skip: missing || noModel }, async (t) => {
  const { server, page, errors } = await setupFirefox(t, { [MODEL_PATH]: MODEL });
  await page.goto(`${server.origin}/?temperature=0&repetitionPenalty=1&maxTokens=16`);
  const { ready, ask } = words(page);
  await page.locator('.offer .primary').click(); // once it stands still
  await ready();
  const answer = await ask('Why is the sky blue?');
  t.diagnostic(answer);
  assert.match(answer, /sky|blue|light/i);
  assert.deepEqual(errors, []);
});
