// The list of conversations, files, settings, languages and themes, in the page with a scripted engine.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { FAKE, parts, setupFake } from './page.js';

test('conversations: search, rename, pin, delete and undo', async (t) => {
  const { open } = await setupFake(t);
  const { page, errors } = await open(FAKE);
  const { send, agree, answer, button, rows } = parts(page);
  await agree();
  for (const text of ['about apples', 'about pears']) {
    await button('New chat').first().click();
    await send(text);
    await answer();
  }
  assert.deepEqual(await rows.locator('.open').allInnerTexts(), ['about pears', 'about apples']);
  await page.getByRole('searchbox').fill('You said: about APPLES');
  await page.waitForFunction(() => document.querySelectorAll('.sidebar li').length === 1);
  await page.getByRole('searchbox').fill('');
  await page.waitForFunction(() => document.querySelectorAll('.sidebar li').length === 2);

  await rows.nth(1).hover();
  await rows.nth(1).getByRole('button', { name: 'Pin' }).click();
  await page.getByRole('heading', { name: 'Pinned' }).waitFor();
  await rows.first().hover();
  await rows.first().getByRole('button', { name: 'Rename' }).click();
  await page.keyboard.type('Orchard');
  await page.keyboard.press('Enter');
  await rows.getByText('Orchard').waitFor();
  await rows.first().hover();
  await rows.first().getByRole('button', { name: 'Delete' }).click();
  await page.getByText('Deleted “Orchard”.').waitFor();
  assert.equal(await rows.count(), 1);
  await button('Undo').click();
  await rows.getByText('Orchard').click();
  assert.match(await answer(), /about apples/);
  assert.deepEqual(errors, []);
});

test('what is exported can be imported', async (t) => {
  const { open } = await setupFake(t);
  const { page, errors } = await open(FAKE);
  const { send, agree, answer, button, rows } = parts(page);
  await agree();
  await send('keep this');
  await answer();
  await button('Settings').first().click();
  const [download] = await Promise.all([page.waitForEvent('download'), button('Export all (JSON)').click()]);
  const path = await download.path();
  assert.match(await readFile(path, 'utf8'), /keep this/);
  const [markdown] = await Promise.all([page.waitForEvent('download'), button('Export as Markdown').click()]);
  assert.match(await readFile(await markdown.path(), 'utf8'), /\*\*You:\*\*\n\nkeep this/);
  await page.locator('.transfer input[type=file]').setInputFiles(path);
  await page.locator('dialog').getByText('1 conversation was imported.').waitFor();
  await rows.nth(1).waitFor();
  assert.equal(await rows.count(), 2);
  assert.deepEqual(errors, []);
});

test('settings: sampling reaches the engine, theme and language change at once and last', async (t) => {
  const { open } = await setupFake(t);
  const { page, errors } = await open(FAKE);
  const { button, agree } = parts(page);
  await agree();
  await button('Settings').first().click();
  await page.getByLabel('Temperature').fill('1.5');
  await page.getByLabel('Persona', { exact: true }).selectOption('terse');
  assert.match(await page.getByLabel('System prompt').inputValue(), /terse assistant/);
  await page.getByLabel('Theme').selectOption('dark');
  assert.equal(await page.evaluate(() => document.documentElement.dataset.theme), 'dark');
  await page.getByLabel('Language').selectOption('zh');
  await page.getByRole('textbox', { name: '消息' }).waitFor();
  await page.reload();
  await page.getByRole('textbox', { name: '消息' }).waitFor();
  assert.equal(await page.evaluate(() => document.documentElement.lang), 'zh');
  const settings = await page.evaluate(() => /** @type {any} */ (globalThis).loquat.app.store.get().settings);
  assert.equal(settings.temperature, 1.5);
  assert.match(settings.system, /terse assistant/);
  assert.deepEqual(errors, []);
});

test('personas of one’s own: made, used, changed, deleted and undone, exported and imported', async (t) => {
  const { open } = await setupFake(t);
  const { page, errors } = await open(FAKE);
  const { button } = parts(page);
  const settings = () => page.evaluate(() => /** @type {any} */ (globalThis).loquat.app.store.get().settings);
  await button('Settings').first().click();
  await button('New persona').click();
  await page.getByLabel('Icon').fill('🐙');
  await page.getByLabel('Name').fill('Sailor');
  await page.getByLabel('Greeting').fill('Ahoy!');
  await page.getByLabel('What it is told').fill('You are a sailor.');
  await button('Save persona').click();
  const list = page.getByLabel('Persona', { exact: true });
  assert.equal(await list.locator('option:checked').innerText(), '🐙 Sailor');
  assert.equal(await page.getByLabel('System prompt').inputValue(), 'You are a sailor.');
  await page.keyboard.press('Escape');
  await page.getByRole('heading', { name: '🐙 Ahoy!' }).waitFor();
  await page.reload();
  await page.getByRole('heading', { name: '🐙 Ahoy!' }).waitFor();

  await button('Settings').first().click();
  await page.locator('.personas').getByRole('button', { name: 'Edit' }).click();
  await page.getByLabel('What it is told').fill('You are an old sailor.');
  await page.keyboard.press('Escape');
  assert.equal(
    (await settings()).system,
    'You are a sailor.',
    'Escape leaves it as it was, and the panel open',
  );
  await page.locator('.personas').getByRole('button', { name: 'Edit' }).click();
  await page.getByLabel('What it is told').fill('You are an old sailor.');
  await button('Save persona').click();
  assert.equal((await settings()).system, 'You are an old sailor.');

  const [download] = await Promise.all([page.waitForEvent('download'), button('Export all (JSON)').click()]);
  const path = await download.path();
  await page.locator('.personas').getByRole('button', { name: 'Delete' }).click();
  assert.deepEqual((await settings()).personas, []);
  await page.locator('.personas').getByRole('button', { name: 'Undo' }).click();
  assert.equal((await settings()).persona, (await settings()).personas[0].id);
  await page.locator('.personas').getByRole('button', { name: 'Delete' }).click();
  await list.selectOption('tutor');
  await button('Edit a copy').click();
  assert.equal(await page.getByLabel('Name').inputValue(), 'Patient tutor');
  await page.locator('.personas').getByRole('button', { name: 'Cancel' }).click();
  await page.locator('.transfer input[type=file]').setInputFiles(path);
  await page.waitForFunction(
    () => /** @type {any} */ (globalThis).loquat.app.store.get().settings.personas.length === 1,
  );
  await page.locator('.transfer input[type=file]').setInputFiles(path);
  await page.waitForTimeout(200);
  const { personas } = await settings();
  assert.deepEqual(
    personas.map((/** @type {{name: string}} */ { name }) => name),
    ['Sailor'],
    'once, however often it is imported',
  );
  assert.deepEqual(errors, []);
});

test('privacy: no request after the model is ready, and diagnostics hold no word of the conversation', async (t) => {
  const { server, open, context } = await setupFake(t);
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  const { page } = await open(FAKE);
  const { button, agree, send, answer } = parts(page);
  await agree();
  await send('my secret');
  await answer();
  await page.evaluate(() => navigator.serviceWorker.ready); // it has kept the shell's files by now
  // And those of the engine, which are named to it when the model is ready.
  const keptEngine = async () => {
    const all = await Promise.all(
      (await caches.keys()).map(async (name) => (await caches.open(name)).keys()),
    );
    return all.flat().some(({ url }) => url.endsWith('fake/loquat.js'));
  };
  for (let i = 0; i < 100 && !(await page.evaluate(keptEngine)); i++) await page.waitForTimeout(50);
  const asked = server.log.length;
  await send('another secret');
  await answer();
  assert.deepEqual(server.log.slice(asked), [], 'the server saw nothing');
  await button('Settings').first().click();
  await page.locator('.requests[data-count="0"]').waitFor();
  await page.keyboard.press('Escape');
  await page.evaluate(() => fetch('catalog.json?leak').then((response) => response.text()));
  await button('Settings').first().click();
  await page.locator('.requests[data-count="1"]').waitFor();
  assert.match(await page.locator('.requests + ul').innerText(), /leak/);
  await button('Copy diagnostics').click();
  await page.getByText('Copied').waitFor();
  const text = await page.evaluate(() => navigator.clipboard.readText());
  const facts = JSON.parse(text);
  assert.match(facts.versions.loquat, /^\d+\.\d+\.\d+$/);
  assert.match(facts.versions.shell.join(), /^loquat-shell /);
  for (const part of ['browser', 'adapter', 'storage', 'model', 'settings', 'requests', 'errors'])
    assert.ok(part in facts, part);
  const { backend, variant } = facts.model.info;
  assert.deepEqual([backend, variant], ['cpu', 'fake']);
  assert.doesNotMatch(text, /secret/);
});

test('a GGUF dropped on the page becomes the model, without any download', async (t) => {
  const { server, open } = await setupFake(t);
  const { page, errors } = await open(FAKE);
  const { send, answer } = parts(page);
  const before = server.requests('/models/tiny.gguf').length;
  const weights = await readFile(new URL('../fixtures/arch/llama-q4_1/model.gguf', import.meta.url));
  const dropped = await page.evaluateHandle((bytes) => {
    const transfer = new DataTransfer();
    transfer.items.add(new File([Uint8Array.from(atob(bytes), (c) => c.charCodeAt(0))], 'mine.gguf'));
    return transfer;
  }, weights.toString('base64'));
  await page.dispatchEvent('.loquat', 'drop', { dataTransfer: dropped });
  await page.locator('.topbar .chip').getByText('mine').waitFor();
  await send('hello');
  assert.match(await answer(), /You said: hello/);
  assert.equal(server.requests('/models/tiny.gguf').length, before);
  assert.deepEqual(errors, []);
});

test('text runs in its own direction, whatever the page’s: Arabic in an English one', async (t) => {
  const { open } = await setupFake(t);
  const { page } = await open(FAKE);
  const { send, agree, answer, questions, answers, field } = parts(page);
  const direction = (/** @type {import('playwright-core').Locator} */ place) =>
    place.evaluate((node) => getComputedStyle(node).direction);
  await agree();
  await field.fill('ما هو اللوكات؟');
  assert.equal(await direction(field), 'rtl');
  await field.press('Enter');
  await answer();
  await send('ما هو HTML؟ count to 2');
  await answer();
  assert.equal(await direction(questions.first().locator('.body')), 'rtl');
  assert.equal(await direction(answers.first().locator('.block')), 'ltr', 'it begins in English');
  assert.equal(await direction(page.locator('.topbar .title')), 'rtl');
  assert.equal(await direction(page.locator('.sidebar .open').first()), 'rtl');
});

test('right to left, everything is mirrored and nothing is cut', async (t) => {
  const { open } = await setupFake(t);
  const { page } = await open(FAKE);
  const { send, agree, answer } = parts(page);
  await agree();
  await page.evaluate(() => document.querySelector('.loquat')?.setAttribute('dir', 'rtl'));
  await send('a table');
  await answer();
  const box = async (/** @type {string} */ selector) => {
    const found = await page.locator(selector).first().boundingBox();
    assert.ok(found, selector);
    return found;
  };
  assert.ok((await box('.sidebar')).x > 900, 'the list is at the right');
  assert.ok((await box('article.user .body')).x < 400, 'questions are at the left');
  const code = await box('.code pre');
  assert.equal(await page.locator('.code pre').evaluate((node) => getComputedStyle(node).direction), 'ltr');
  assert.ok(code.x >= 0);
  assert.equal(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth), 0);
});

test('the page’s own policy keeps it from every other host, also where the host sends none', async (t) => {
  const { open, server } = await setupFake(t);
  const nothing = "default-src * 'unsafe-inline' 'unsafe-eval' data: blob:";
  server.faults.set('/', { headers: { 'Content-Security-Policy': nothing } });
  const { page } = await open(FAKE);
  await page.locator('.offer').waitFor();
  const refused = await page.evaluate(async () => {
    /** @type {string[]} */
    const seen = [];
    document.addEventListener('securitypolicyviolation', ({ effectiveDirective }) =>
      seen.push(effectiveDirective),
    );
    await fetch('https://example.org/words').catch(() => {});
    const script = document.createElement('script');
    script.textContent = 'globalThis.ran = true';
    const image = new Image();
    image.src = 'https://example.org/words.png';
    document.body.append(script, image);
    await new Promise((resolve) => setTimeout(resolve, 300));
    return { seen: seen.sort(), ran: 'ran' in globalThis };
  });
  assert.deepEqual(refused, {
    seen: ['connect-src', 'img-src', 'script-src-elem'],
    ran: false,
  });
});
