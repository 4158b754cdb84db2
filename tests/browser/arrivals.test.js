// The page as an app: what other apps share with it, files that are opened with it, its icon's shortcuts, and its installation.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FAKE, parts, setupFake } from './page.js';

test('what another app shares is in the message, and a file of it is offered', async (t) => {
  const { open, server } = await setupFake(t);
  const { page, errors } = await open(FAKE);
  const { field } = parts(page);
  await page.waitForFunction(() => navigator.serviceWorker.controller !== null);
  const address = await page.evaluate(async () => {
    const form = new FormData();
    form.set('title', 'An article');
    form.set('text', 'Worth reading');
    form.set('url', 'https://example.org/article');
    form.append('files', new File(['a,b\n1,2'], 'räksmörgås.txt', { type: 'text/plain' }));
    return (await fetch('share', { method: 'POST', body: form })).url;
  });
  assert.match(address, /\?do=shared$/);
  await page.goto(address);
  await page.waitForFunction(() => /Worth reading/.test(document.querySelector('textarea')?.value ?? ''));
  assert.equal(await field.inputValue(), 'An article\nWorth reading\nhttps://example.org/article');
  await page
    .getByText(/räksmörgås\.txt/)
    .first()
    .waitFor();
  assert.equal(new URL(page.url()).search, '', 'a reload does not ask again');
  assert.equal(await page.evaluate(() => caches.has('loquat-shared')), false, 'nothing of it stays');
  assert.deepEqual(server.requests('/share'), [], 'it went to nobody');
  assert.deepEqual(errors, []);
});

test('a model that is opened with the page runs from its file', async (t) => {
  const { open } = await setupFake(t);
  const { page } = await open(FAKE);
  const { field } = parts(page);
  await page.addInitScript(() => {
    Object.defineProperty(globalThis, 'launchQueue', {
      value: {
        setConsumer: async (/** @type {(launch: object) => void} */ take) => {
          const bytes = await (await fetch('/models/tiny.gguf')).blob();
          take({ files: [{ getFile: async () => new File([bytes], 'opened.gguf') }] });
        },
      },
    });
  });
  await page.reload();
  await field.waitFor();
  await page.locator('.topbar .chip').getByText('opened').waitFor();
});

test('its icon’s shortcuts, and an installation that is seen where the browser offers one', async (t) => {
  const { open } = await setupFake(t);
  const { page, errors } = await open('/?do=temporary');
  const { button } = parts(page);
  await page.locator('.topbar .badge').getByText('Temporary chat').waitFor();
  const manifest = await page.evaluate(async () => (await fetch('manifest.webmanifest')).json());
  for (const { url } of manifest.shortcuts) assert.match(url, /^\.\/\?do=(new|temporary)$/);
  const kinds = manifest.file_handlers.flatMap((/** @type {any} */ { accept }) =>
    Object.values(accept).flat(),
  );
  for (const kind of ['.gguf', '.pdf', '.docx', '.csv']) assert.ok(kinds.includes(kind), kind);
  assert.equal(await button('Install as an app').count(), 0);
  await page.evaluate(() => {
    const asked = { prompt: async () => Object.assign(globalThis, { asked: true }) };
    dispatchEvent(Object.assign(new Event('beforeinstallprompt', { cancelable: true }), asked));
  });
  await button('Install as an app').click();
  assert.equal(await page.evaluate(() => 'asked' in globalThis), true);
  await button('Install as an app')
    .waitFor({ state: 'detached' })
    .catch(() => {});
  assert.equal(await button('Install as an app').count(), 0);
  assert.deepEqual(errors, []);
});
