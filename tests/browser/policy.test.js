// A host that sends no headers: the engine's worker is kept to the page's list of hosts all the same, and what the service worker
// keeps is what belongs there.
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { test } from 'node:test';
import { settingsChunk } from './chunks.js';
import { FAKE, parts, setupFake } from './page.js';

const BARE = { isolation: false, policy: false };

/** Somebody who would like to hear. @param {import('node:test').TestContext} t */
async function eavesdropper(t) {
  /** @type {string[]} */
  const heard = [];
  const server = createServer((request, response) => {
    heard.push(request.url ?? '');
    response.writeHead(200, { 'Access-Control-Allow-Origin': '*' }).end('thanks');
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(undefined)));
  t.after(() => server.close());
  const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
  return { heard, address: `http://127.0.0.1:${port}/` };
}

/** What code in the engine's worker can do. @param {import('playwright-core').Page} page @param {string} address */
async function leakFromWorker(page, address) {
  const scripts = page.workers().filter((worker) => /worker\/worker\.js/.test(worker.url()));
  assert.equal(scripts.length, 1);
  return scripts[0].evaluate(async (address) => {
    const tried = await fetch(`${address}fetch?secret`).then(
      () => 'went',
      () => 'refused',
    );
    const redirected = await fetch(`/away`).then(
      () => 'went',
      () => 'refused',
    );
    const others = ['XMLHttpRequest', 'WebSocket', 'EventSource'].filter(
      (name) => /** @type {any} */ (globalThis)[name] !== undefined,
    );
    return { tried, redirected, others };
  }, address);
}

test('without headers the engine’s worker connects to listed hosts only: by its own code first, by the browser after a reload', async (t) => {
  const { heard, address } = await eavesdropper(t);
  const { server, open, context } = await setupFake(t, BARE);
  await context.addInitScript(() => {
    if (sessionStorage.getItem('let')) return;
    ServiceWorkerContainer.prototype.register = () => new Promise(() => {}); // a first visit, before there is one
  });
  server.faults.set('/away', { redirect: `${address}redirected` });
  const { page } = await open(FAKE);
  const { agree, send, answer, button } = parts(page);
  await agree();
  await send('hello');
  await answer();
  const nothing = { tried: 'refused', redirected: 'refused', others: [] };
  assert.deepEqual(await leakFromWorker(page, address), nothing);
  assert.deepEqual(
    heard.filter((path) => path.includes('secret')),
    [],
  );
  await button('Settings').first().click();
  await page.locator('.enforced[data-policy="self"]').getByText('keeps itself to the same list').waitFor();

  await page.evaluate(() => sessionStorage.setItem('let', 'yes'));
  await page.reload();
  await page.waitForFunction(() => navigator.serviceWorker.controller);
  await page.reload();
  await page.waitForFunction(() => crossOriginIsolated);
  await page.locator('.topbar .chip').waitFor();
  await send('hello again');
  await answer();
  await button('Settings').first().click();
  await page.locator('.enforced[data-policy="browser"]').getByText('whatever their code does').waitFor();
  assert.deepEqual(await leakFromWorker(page, address), nothing);
  assert.deepEqual(
    heard.filter((path) => path.includes('secret')),
    [],
  );
});

test('while an answer is written, the proof of privacy asks the worker, too', async (t) => {
  const { open } = await setupFake(t, BARE);
  const { page } = await open(FAKE);
  const { agree, send, button, answers } = parts(page);
  await page.waitForFunction(() => crossOriginIsolated);
  await agree();
  await send('count to 2000');
  await answers.getByText('Line 3.').waitFor();
  const [worker] = page.workers().filter((each) => /worker\/worker\.js/.test(each.url()));
  await worker.evaluate(() => fetch('/catalog.json?from-the-worker').then((response) => response.text()));
  await button('Settings').first().click();
  await page.locator('.requests[data-count="1"]').waitFor();
  await page.getByText('from-the-worker').waitFor();
  const writing = () => /** @type {any} */ (globalThis).loquat.app.store.get().generation !== null;
  assert.equal(await page.evaluate(writing), true, 'it was still being written');
});

test('a page with status 200 in a chunk’s place is neither kept nor served for ever', async (t) => {
  const chunk = await settingsChunk();
  const { server, open } = await setupFake(t, BARE);
  server.faults.set(`/chunks/${chunk}`, { html: '<!doctype html><title>Shop</title>' });
  const { page } = await open(FAKE);
  const { button } = parts(page);
  await page.evaluate(() => navigator.serviceWorker.ready);
  await page.waitForFunction(() => crossOriginIsolated);
  const names = () =>
    page.evaluate(async (chunk) => {
      const all = await Promise.all(
        (await caches.keys()).map(async (name) => (await caches.open(name)).keys()),
      );
      return all.flat().filter(({ url }) => url.includes(chunk)).length;
    }, chunk);
  assert.equal(await names(), 0, 'not kept');
  await button('Settings').first().click();
  await page.locator('.notice.error code').getByText('page_incomplete').waitFor({ state: 'attached' });
  server.faults.clear();
  await page.reload();
  await button('Settings').first().click();
  await page.getByLabel('Temperature').waitFor();
  assert.equal(await names(), 1, 'kept, once it is the right one');

  // What an earlier version kept wrong, and what is altered on its way, are found out too.
  for (const [type, body] of [
    ['text/html', '<!doctype html>'],
    ['text/javascript', 'export const altered = 1;'],
  ]) {
    await page.evaluate(
      async ({ chunk, type, body }) => {
        const [name] = await caches.keys();
        const wrong = new Response(body, { headers: { 'Content-Type': type } });
        await (await caches.open(name)).put(new URL(`chunks/${chunk}`, document.baseURI), wrong);
      },
      { chunk, type, body },
    );
    await page.reload();
    await button('Settings').first().click();
    await page.getByLabel('Temperature').waitFor();
    await page.keyboard.press('Escape');
  }
});

test('a part that fails where nobody waits for it is told', async (t) => {
  const { open, server } = await setupFake(t);
  server.pages.set('/late.js', { type: 'text/javascript', body: "import('./chunks/gone.js');" });
  const { page } = await open(FAKE);
  await parts(page).field.waitFor();
  await page.evaluate(() => {
    const script = Object.assign(document.createElement('script'), { type: 'module', src: 'late.js' });
    document.head.append(script);
  });
  await page.locator('.notice.error code').getByText('page_incomplete').waitFor({ state: 'attached' });
});
