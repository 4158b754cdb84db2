// Without a network, without isolation headers, in a folder, after an update that broke: the page is there.
import assert from 'node:assert/strict';
import { mkdtemp, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
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
});

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

test('the page works in a folder of a site', async (t) => {
  const site = await mkdtemp(join(tmpdir(), 'loquat-site-'));
  t.after(() => rm(site, { recursive: true }));
  await symlink(fileURLToPath(new URL('../../dist', import.meta.url)), join(site, 'chat'));
  const { open, server } = await setupFake(t, { dist: site, folder: '/chat' });
  const { page, errors } = await open(`/chat${FAKE}`);
  const { agree, send, answer } = parts(page);
  await agree();
  await send('from a folder');
  assert.match(await answer(), /from a folder/);
  await page.evaluate(() => navigator.serviceWorker.ready);
  assert.equal(
    server.log.some(({ path }) => !path.startsWith('/chat/')),
    false,
    'nothing outside the folder',
  );
  assert.deepEqual(errors, []);
});
