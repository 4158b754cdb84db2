// Without a network, without isolation headers, in a folder, after an update that broke: the page is there.
import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { settingsChunk } from './chunks.js';
import { MODEL, setup } from './harness.js';
import { FAKE, parts, setupFake } from './page.js';

test('with the server gone the page, the conversation and the model are still there', async (t) => {
  const { server, open } = await setupFake(t);
  const { page } = await open(FAKE);
  const { send, agree, answer, button, questions } = parts(page);
  await page.evaluate(() => navigator.serviceWorker.ready);
  await page.reload(); // from now on through the worker
  await agree();
  await send('before the storm');
  await answer();
  await server.stop();
  await page.reload();
  await questions.getByText('before the storm').waitFor();
  await page.locator('.topbar .chip').waitFor();
  await send('a table');
  assert.match(await answer(), /comparison/);
  await page.locator('.hljs-keyword').first().waitFor();
  await button('Settings').first().click();
  await page.getByLabel('Temperature').waitFor();
  await page.getByRole('button', { name: 'Manage models' }).click();
  const manager = page.locator('.manager:not([aria-busy])');
  await manager.locator('.here').getByRole('button', { name: 'Check', exact: true }).click();
  await manager.locator('[role=status]').filter({ hasText: 'is sound' }).waitFor();
  assert.ok((await manager.locator('.more li').count()) > 5, 'the catalog is there');
  await page.keyboard.press('Escape');
  await button('Settings').first().click();
  await page.getByLabel('Language').selectOption('zh');
  await button('设置').first().waitFor();
});

/** Waits until the service worker keeps a file that ends like this. @param {import('playwright-core').Page} page @param {string} ending */
async function kept(page, ending) {
  const look = async (/** @type {string} */ ending) => {
    const all = await Promise.all((await caches.keys()).map((name) => caches.open(name)));
    const files = (await Promise.all(all.map((cache) => cache.keys()))).flat();
    return files.some(({ url }) => url.endsWith(ending));
  };
  for (let i = 0; i < 300; i++) {
    if (await page.evaluate(look, ending)) return;
    await page.waitForTimeout(50);
  }
  assert.fail(`${ending} was never kept`);
}

const noModel = MODEL ? false : 'LOQUAT_MODEL names no model: run by `cargo xtask test`';
for (const [engine, address, start, skip, files] of /** @type {const} */ ([
  ['a scripted engine', FAKE, setupFake, false, ['pkg/variants.json', 'pkg/fake/loquat.js']],
  [
    'the real one',
    '/?temperature=0&maxTokens=16',
    setup,
    noModel,
    ['pkg/variants.json', '/loquat.js', '/loquat_bg.wasm'],
  ],
])) {
  test(
    `after the very first load, and before the service worker saw any of it, with ${engine}`,
    { skip },
    async (t) => {
      const { server, open, context } = await start(t);
      await context.addInitScript(() => {
        const { register } = ServiceWorkerContainer.prototype;
        ServiceWorkerContainer.prototype.register = async function (...given) {
          await new Promise((resolve) => Object.assign(globalThis, { mayRegister: resolve }));
          return register.apply(this, given);
        };
      });
      const { page } = await open(address);
      const { send, agree, answer } = parts(page);
      await agree();
      await page.evaluate(() => /** @type {any} */ (globalThis).mayRegister());
      for (const file of files) await kept(page, file);
      await page.waitForFunction(() => navigator.serviceWorker.controller);
      await server.stop();
      await page.reload();
      await page.locator('.topbar .chip').waitFor({ timeout: 60_000 });
      await send('Why is the sky blue?');
      assert.match(await answer(), /sky|blue|light/i);
    },
  );
}

test('where the host sends no isolation headers, the service worker adds them, by one reload at most', async (t) => {
  const { open, server } = await setupFake(t, { isolation: false });
  const { page } = await open(FAKE);
  await page.waitForFunction(() => crossOriginIsolated);
  const { agree, send, answer } = parts(page);
  await agree();
  await send('hello');
  assert.match(await answer(), /You said: hello/);
  const pages = () => server.requests('/').length;
  const before = pages();
  await page.waitForTimeout(500);
  assert.equal(pages(), before);
});

test('a server in trouble does not take the page away', async (t) => {
  const { server, open } = await setupFake(t);
  const { page } = await open(FAKE);
  await page.evaluate(() => navigator.serviceWorker.ready);
  await page.reload();
  server.faults.set('/', { status: 503 });
  server.faults.set('/main.js', { status: 500 });
  await page.reload();
  await page.getByRole('textbox', { name: 'Message' }).waitFor();
  server.faults.clear();
  await page.reload();
  await page.getByRole('textbox', { name: 'Message' }).waitFor();
});

/** A worker in the page's place, for the next look of the browser. @param {import('./server.js').TestServer} server @param {string} fetching what it does with a request */
function breakWorker(server, fetching) {
  const body = `
    addEventListener('install', (event) => event.waitUntil(skipWaiting()));
    addEventListener('activate', (event) => event.waitUntil(clients.claim()));
    addEventListener('fetch', (event) => { ${fetching} });`;
  server.pages.set('/sw.js', { type: 'text/javascript', body });
}

/** Loads the page until it is under the worker that the server has now. @param {import('playwright-core').Page} page */
async function underWorker(page) {
  await page.evaluate(() => navigator.serviceWorker.ready);
  await page.waitForFunction(() => navigator.serviceWorker.controller !== null);
}

test('a worker that gives wrong scripts is thrown away by the page, with what it kept', async (t) => {
  const { server, open } = await setupFake(t);
  server.faults.set('/sw.js', { status: 404 });
  const { page } = await open(FAKE);
  const { agree, send, answer, questions, field } = parts(page);
  await agree();
  await send('before it broke');
  await answer();
  const headers = { 'Content-Type': 'text/javascript' };
  const bad = `new Response('not a script', { headers: ${JSON.stringify(headers)} })`;
  server.faults.delete('/sw.js');
  breakWorker(server, `if (/main\\.js|chunks/.test(event.request.url)) event.respondWith(${bad});`);
  await page.evaluate(() => navigator.serviceWorker.register('sw.js').then(() => {}));
  await underWorker(page);
  await page.evaluate((prefix) => caches.open(prefix), `loquat-shell ${server.origin}/ damaged`);
  server.pages.delete('/sw.js');
  await page.reload();
  await field.waitFor(); // the page has loaded itself once more
  await questions.getByText('before it broke').waitFor();
  await underWorker(page);
  assert.equal(await page.evaluate(() => fetch('main.js').then((answer) => answer.status)), 200);
  const kept = await page.evaluate(() => caches.keys());
  assert.ok(kept.length > 0 && kept.every((name) => !name.endsWith('damaged')), kept.join());
});

test('a worker that refuses everything is replaced by the browser, at the next reload', async (t) => {
  const { server, open } = await setupFake(t);
  breakWorker(server, 'event.respondWith(Promise.reject(new Error("broken")));');
  const { page } = await open(FAKE);
  await underWorker(page);
  await page.reload().catch(() => {}); // an error page of the browser
  assert.equal(await page.locator('.loquat').count(), 0);
  server.pages.delete('/sw.js');
  const { field } = parts(page);
  for (let i = 0; i < 10 && (await field.count()) === 0; i++) {
    await page.reload().catch(() => {});
    await page.waitForTimeout(1000); // browsers look for a new worker a moment after the page
  }
  await field.waitFor();
});

test('a page that cannot start says so, and is not loaded for ever', async (t) => {
  const { server, open } = await setupFake(t);
  server.pages.set('/main.js', { type: 'text/javascript', body: 'throw new Error("broken release")' });
  server.pages.set('/sw.js', { type: 'text/javascript', body: '' }); // keeps nothing
  const { page } = await open(FAKE);
  await page.getByRole('alert').getByText('Loquat could not be loaded').waitFor();
  const asked = server.requests('/').length;
  await page.waitForTimeout(500);
  assert.equal(server.requests('/').length, asked);
});

test('a part of the page that does not arrive is told, and asked for again', async (t) => {
  const { server, open } = await setupFake(t);
  server.faults.set('/sw.js', { status: 404 }); // or it would be kept already
  const settings = await settingsChunk();
  server.faults.set(`/chunks/${settings}`, { status: 503 });
  const { page } = await open(FAKE);
  const { button } = parts(page);
  await button('Settings').first().click();
  await page.locator('.notice.error code').getByText('page_incomplete').waitFor({ state: 'attached' });
  server.faults.delete(`/chunks/${settings}`);
  await button('Settings').first().click();
  await page.getByLabel('Temperature').waitFor();
  await page.locator('dialog').evaluate((node) => (node.scrollTop = 400));
  await button('Manage models').click();
  await page.locator('.manager:not([aria-busy])').waitFor();
  const at = await page.evaluate(() => {
    const top = document.querySelector('dialog')?.scrollTop;
    return [top, document.activeElement?.textContent];
  });
  assert.deepEqual(at, [0, 'Close'], 'the next panel begins at its top');
});

test('a new version arrives beside an open conversation, and loses none of it', async (t) => {
  const { server, open } = await setupFake(t);
  const { page, errors } = await open(FAKE);
  const { agree, send, answer, answers, questions } = parts(page);
  await agree();
  await underWorker(page);
  const names = () => page.evaluate(() => caches.keys());
  const [old] = await names();
  await send('count to 300');
  await answers.getByText('Line 5.').waitFor();
  const worker = await readFile(new URL('../../dist/sw.js', import.meta.url), 'utf8');
  const version = old.split(' ').pop() ?? '';
  assert.ok(worker.includes(version));
  server.pages.set('/sw.js', {
    type: 'text/javascript',
    body: worker.replaceAll(version, 'new-version'),
  });
  await page.evaluate(async () => {
    const registration = await navigator.serviceWorker.ready;
    const changed = new Promise((resolve) =>
      navigator.serviceWorker.addEventListener('controllerchange', resolve, { once: true }),
    );
    await registration.update();
    await changed;
  });
  assert.ok((await names()).some((name) => name.endsWith('new-version')));
  assert.match(await answer(), /Line 300\./, 'the answer went on');
  await page.reload();
  await questions.getByText('count to 300').waitFor();
  assert.match(await answers.last().innerText(), /Line 300\./);
  assert.deepEqual(errors, []);
});

test('the page works in a folder of a site', async (t) => {
  const site = await mkdtemp(join(tmpdir(), 'loquat-site-'));
  t.after(() => rm(site, { recursive: true }));
  await symlink(fileURLToPath(new URL('../../dist', import.meta.url)), join(site, 'chat'));
  // As on many hosts, without headers of its own.
  const { open, server } = await setupFake(t, { dist: site, folder: '/chat', isolation: false });
  const { page, errors } = await open(`/chat${FAKE}`);
  await page.waitForFunction(() => crossOriginIsolated);
  const { agree, send, answer } = parts(page);
  await agree();
  await send('from a folder');
  assert.match(await answer(), /from a folder/);
  await page.evaluate(() => navigator.serviceWorker.ready);
  const manifest = await page.evaluate(async () => {
    const link = /** @type {HTMLLinkElement} */ (document.querySelector('link[rel=manifest]'));
    const { start_url, scope, display, icons } = await (await fetch(link.href)).json();
    const found = icons.map(async (/** @type {{src: string}} */ { src }) => {
      const image = new Image();
      image.src = new URL(src, link.href).href;
      await image.decode();
      return image.naturalWidth > 0;
    });
    const at = (/** @type {string} */ path) => new URL(path, link.href).pathname;
    return { start: at(start_url), scope: at(scope), display, icons: await Promise.all(found) };
  });
  assert.deepEqual(manifest, {
    start: '/chat/',
    scope: '/chat/',
    display: 'standalone',
    icons: [true, true, true, true],
  });
  assert.equal(
    server.log.some(({ path }) => !path.startsWith('/chat/')),
    false,
    'nothing outside the folder',
  );
  assert.deepEqual(errors, []);
});
