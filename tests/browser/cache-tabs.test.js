// One engine for all tabs, in Chromium with its own Web Locks: who leads, and what happens when that tab goes.

import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { serve } from '../js/cache-server.js';
import { launch } from './harness.js';

const entry = fileURLToPath(new URL('../../www/engine/tab-port.js', import.meta.url));
const { outputFiles } = await build({ entryPoints: [entry], bundle: true, write: false, format: 'esm' });

/** An engine that counts to 30, and goes on after what it is told was said. */
const engine = `
  const cancelled = new Set();
  onmessage = async ({ data: m }) => {
    if (m.type === 'cancel') return cancelled.add(m.id);
    if (m.type !== 'generate') return postMessage({ type: 'result', id: m.id, value: m.type });
    const said = m.request.continue_final ? m.request.messages.at(-1).content.trim().split(' ').length : 0;
    postMessage({ type: 'event', id: m.id, event: { type: 'begin', prompt_n: 3, cached_n: 0 } });
    let n = said;
    while (n < 30 && !cancelled.has(m.id)) {
      await new Promise((resolve) => setTimeout(resolve, 30));
      postMessage({ type: 'event', id: m.id, event: { type: 'token', text: ++n + ' ', id: n } });
    }
    const usage = { prompt_tokens: 3, completion_tokens: n - said, total_tokens: 3 + n - said, cached_tokens: 0 };
    postMessage({ type: 'result', id: m.id, value: { type: 'done', reason: n < 30 ? 'cancelled' : 'stop', usage } });
  };
`;
const script = `
  import { SharedEnginePort } from '/tab-port.js';
  window.roles = [];
  window.text = '';
  window.results = {};
  window.workers = 0;
  window.port = new SharedEnginePort({
    silenceMs: 1500,
    start: () => (window.workers++, new Worker('/engine.js')),
    onRole: (role) => roles.push(role),
  });
  port.addEventListener('message', ({ data }) => {
    if (data.event?.type === 'token') window.text += data.event.text;
    if (data.type !== 'event') results[data.id] = data;
  });
`;
const text = 'text/javascript';
const server = await serve(
  {},
  {
    '/': { type: 'text/html', body: '<!doctype html><script type="module" src="/page.js"></script>' },
    '/page.js': { type: text, body: script },
    '/tab-port.js': { type: text, body: outputFiles[0].text },
    '/engine.js': { type: text, body: engine },
  },
);
const browser = await launch();
after(async () => {
  await browser.close();
  await server.close();
});

async function openTab() {
  const page = await browser.context.newPage();
  await page.goto(server.origin);
  await page.waitForFunction('window.roles?.length > 0');
  /** @param {unknown} message */
  const post = (message) => page.evaluate((m) => /** @type {any} */ (window).port.postMessage(m), message);
  /** @param {number} id @returns {Promise<any>} */
  const result = async (id) => (await page.waitForFunction(`window.results[${id}]`)).jsonValue();
  /** @param {string} name @returns {Promise<any>} */
  const get = (name) => page.evaluate(name);
  return { page, post, result, get };
}

const load = { type: 'load', id: 1, source: { url: '/m.gguf' }, options: {}, pkg: '/pkg/' };
const generate = {
  type: 'generate',
  id: 2,
  request: { messages: [{ role: 'user', content: 'count' }], max_tokens: 99 },
};
const whole = Array.from({ length: 30 }, (_, i) => `${i + 1} `).join('');

for (const [
  how,
  leave,
] of /** @type {Array<[string, (page: import('playwright-core').Page) => Promise<unknown>]>} */ ([
  ['closed', (page) => page.close()],
  ['reloaded', (page) => page.reload()],
  ['crashed', (page) => page.goto('chrome://crash').catch(() => {})],
])) {
  test(`the owner is ${how} in the middle of another tab’s answer: it continues there, every word once`, async (t) => {
    const a = await openTab();
    const b = await openTab();
    t.after(() => Promise.all(browser.context.pages().map((page) => page.close())));
    assert.deepEqual([await a.get('roles'), await b.get('roles')], [['lead'], ['follow']]);
    for (const tab of [a, b]) {
      await tab.post(load);
      await tab.result(1);
    }
    await b.post(generate);
    await b.page.waitForFunction("window.text.includes('5 ')");
    await leave(a.page);
    const { value } = await b.result(2);
    assert.equal(await b.get('text'), whole);
    assert.equal(value.usage.completion_tokens, 30);
    assert.deepEqual([await b.get('roles'), await b.get('workers')], [['follow', 'lead'], 1]);
  });
}

test('both tabs chat with one engine, and stop reaches it from the one that follows', async (t) => {
  const a = await openTab();
  const b = await openTab();
  t.after(() => Promise.all(browser.context.pages().map((page) => page.close())));
  await a.post(generate);
  await b.post(generate);
  await b.page.waitForFunction("window.text.includes('3 ')");
  await b.post({ type: 'cancel', id: 2 });
  assert.equal((await b.result(2)).value.reason, 'cancelled');
  assert.equal((await a.result(2)).value.reason, 'stop');
  assert.equal(await a.get('text'), whole);
  assert.equal(await b.get('workers'), 0);
});

test('an owner that sleeps is replaced, and follows when it wakes', async (t) => {
  const a = await openTab();
  const b = await openTab();
  t.after(() => Promise.all(browser.context.pages().map((page) => page.close())));
  await a.post(load);
  await a.result(1);
  const debug = await browser.context.newCDPSession(a.page);
  await debug.send('Debugger.enable');
  const paused = new Promise((resolve) => debug.once('Debugger.paused', resolve));
  await debug.send('Debugger.pause');
  a.page.evaluate('1').catch(() => {}); // what it pauses at
  await paused;
  await b.post(load);
  await b.post(generate);
  assert.equal((await b.result(2)).value.reason, 'stop');
  assert.equal(await b.get('text'), whole);
  assert.deepEqual(await b.get('roles'), ['follow', 'lead']);
  await debug.send('Debugger.resume');
  await a.page.waitForFunction("window.roles.at(-1) === 'follow'");
  await a.post({ ...generate, id: 5 });
  assert.equal((await a.result(5)).value.reason, 'stop');
  assert.equal(await a.get('text'), whole);
  assert.equal(await b.get('workers'), 1);
});
