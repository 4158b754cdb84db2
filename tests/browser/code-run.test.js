// Programs in answers under the strict policy: run, stopped, kept beside the answer, given back to the model; and hostile ones.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkAccess } from './axe.js';
import { FAKE, parts, setupFake } from './page.js';

const PHONE = { width: 390, height: 844 };

/** An answer with these programs. @param {import('playwright-core').Page} page @param {string[]} programs */
const show = (page, programs) =>
  page.evaluate((programs) => {
    const { app } = /** @type {any} */ (globalThis).loquat;
    const { conversation } = app.store.get().chat;
    const text = programs.map((code) => `\`\`\`js\n${code}\n\`\`\``).join('\n\n');
    const more = { parent: null, role: 'assistant', created: 1, status: 'done' };
    const message = { id: 'a', conversation: conversation.id, text, ...more };
    app.store.set({ chat: { conversation, messages: { a: message }, children: { '': ['a'] } } });
  }, programs);

/** @param {import('playwright-core').Page} page @param {number} [at] which program */
const runs = (page, at = 0) => page.getByRole('button', { name: 'Run', exact: true }).nth(at);

/** @param {import('node:test').TestContext} t @param {string[]} programs @param {Parameters<typeof setupFake>[1]} [options] */
async function shown(t, programs, options) {
  const site = await setupFake(t, options);
  const { page, errors } = await site.open(FAKE);
  await parts(page).field.waitFor();
  await show(page, programs);
  await runs(page).waitFor();
  return { ...site, page, errors, output: page.locator('.part-run') };
}

test('a program is run by keyboard alone, and what it wrote stays beside the answer', async (t) => {
  const program =
    'console.log("sum", [1, 2, 3].reduce((a, b) => a + b));\nconsole.table([{ a: 1 }, { a: 2 }]);\nplot([3, 1, 2]);';
  const { page, errors, output, server } = await shown(t, [program, 'const x = null;\nx.y;']);
  await runs(page).focus();
  await page.keyboard.press('Enter');
  await output.getByText('sum 6').waitFor();
  await page.waitForFunction(() => document.activeElement?.classList.contains('part-run'));
  await output.locator('canvas').waitFor();
  await output.getByRole('region', { name: /2 rows/ }).waitFor();
  await runs(page, 1).focus();
  await page.keyboard.press('Enter');
  const second = page.getByRole('group', { name: 'Output of program 2' });
  await second.getByText(/TypeError: .* \(line 2\)/).waitFor();
  await second.getByRole('button', { name: 'Fix it' }).waitFor();
  assert.equal(await output.count(), 2);
  const { text, parts: kept } = await page.evaluate(
    () => /** @type {any} */ (globalThis).loquat.app.store.get().chat.messages.a,
  );
  assert.match(text, /```output\nsum 6\n/);
  assert.deepEqual(
    kept.map((/** @type {{type: string}} */ { type }) => type),
    ['text', 'run', 'run'],
  );
  await checkAccess(page, 'programs that ran');
  const asked = server.log.map(({ path }) => path).filter((path) => /quickjs/.test(path));
  assert.deepEqual(
    [...new Set(asked.map((path) => path.split('/').pop()))].sort(),
    ['emscripten-module.browser.mjs', 'emscripten-module.wasm'],
    'from the site’s own files',
  );
  assert.deepEqual(errors, []);
});

test('hostile programs reach nothing, end, and leave the page alive', async (t) => {
  const reach = [
    "fetch('/trap-fetch')",
    "new XMLHttpRequest().open('GET', '/trap-xhr')",
    "importScripts('/trap-scripts')",
    "new WebSocket('ws://' + location.host + '/trap-socket')",
    "localStorage.setItem('trap', '1')",
    "indexedDB.open('trap')",
    "parent.document.title = 'caught'",
    "self.postMessage({ ending: { ended: 'done', value: 'forged' } })",
    "globalThis.constructor.constructor('return fetch')()('/trap-function')",
  ];
  const tries = reach
    .map((line) => `try { ${line}; console.log('reached') } catch (e) { console.log(e.name) }`)
    .join('\n');
  const later = "import('/trap-import.js').catch((e) => console.log(e.name));";
  const programs = [
    `${tries}\n${later}`,
    'while (true) {}',
    'const all = []; for (;;) all.push(new Uint8Array(1e6))',
    'for (let i = 0; i < 1e6; i++) ({ i });\n"a million"',
    'for (;;) console.log("spam".repeat(100))',
  ];
  const { page, errors, output, server } = await shown(t, programs);
  await runs(page, 0).click();
  await output.getByText('ReferenceError').first().waitFor();
  const lines = (await output.locator('pre').first().innerText()).split('\n');
  assert.deepEqual([...new Set(lines)], ['ReferenceError']);
  assert.equal(lines.length, reach.length + 1);
  await runs(page, 1).click();
  await page.getByRole('button', { name: 'Stop the program' }).waitFor();
  await page.evaluate(() => new Promise((resolve) => requestAnimationFrame(resolve))); // the page draws meanwhile
  await output.getByText('did not end within 5 seconds').waitFor({ timeout: 60_000 });
  await runs(page, 2).click();
  await output.getByText('more than 64 MB').waitFor({ timeout: 60_000 });
  await runs(page, 3).click();
  await page.getByText('"a million"', { exact: true }).last().waitFor({ timeout: 60_000 });
  await runs(page, 4).click();
  await output.getByText('more than is shown here').waitFor({ timeout: 60_000 });
  assert.deepEqual(
    server.log.map(({ path }) => path).filter((path) => /trap/.test(path)),
    [],
  );
  const left = await page.evaluate(async () => [
    localStorage.getItem('trap'),
    (await indexedDB.databases()).some(({ name }) => name === 'trap'),
    document.title === 'caught',
  ]);
  assert.deepEqual(left, [null, false, false]);
  assert.deepEqual(errors, []);
});

test('a program is stopped by the person', async (t) => {
  const { page, output } = await shown(t, ['console.log("begun");\nwhile (true) {}']);
  await runs(page).click();
  await page.getByRole('button', { name: 'Stop the program' }).click();
  await output.getByText('Stopped.').waitFor();
  await runs(page).waitFor();
});

test('a failing program goes back to the model with its error, until it runs; on a phone', async (t) => {
  const { open } = await setupFake(t, { viewport: PHONE, context: { hasTouch: true, isMobile: true } });
  const { page, errors } = await open(FAKE);
  await page.locator('.offer .primary').click();
  await page.waitForFunction(
    () => /** @type {any} */ (globalThis).loquat.app.store.get().model.status === 'ready',
  );
  const { send } = parts(page);
  await send('A program of averages, please.');
  await runs(page).click();
  await page.getByText("ReferenceError: 'avrage' is not defined").waitFor();
  const fix = page.getByRole('button', { name: 'Fix it' });
  const { height } = (await fix.boundingBox()) ?? { height: 0 };
  assert.ok(height >= 44, `${height} px are enough for a finger`);
  await fix.click();
  const output = page.locator('.part-run');
  await output.last().getByText('6', { exact: true }).waitFor({ timeout: 60_000 });
  await output.last().locator('canvas').waitFor();
  assert.equal(await output.count(), 1, 'the second round is another answer to the question');
  assert.equal(await page.locator('article.user').count(), 1);
  await page.getByText('2 / 2').waitFor({ state: 'attached' });
  await checkAccess(page, 'a repaired program');
  const wide = await page.evaluate(() => document.documentElement.scrollWidth);
  assert.ok(wide <= PHONE.width, `${wide} px`);
  assert.deepEqual(errors, []);
});

test('a program that was run once is run without a network, too, and what it wrote is still there', async (t) => {
  const { open, server } = await setupFake(t);
  const { page } = await open(FAKE);
  await page.evaluate(() => navigator.serviceWorker.ready);
  await page.reload(); // from now on through the worker
  const { agree, send, answer } = parts(page);
  await agree();
  await send('A program of averages, please.');
  await answer();
  const failed = page.getByText("ReferenceError: 'avrage' is not defined");
  await runs(page).click();
  await failed.waitFor();
  await server.stop();
  await page.reload();
  await failed.waitFor(); // it is stored with the answer
  await page.locator('.topbar .chip').waitFor();
  await send('The program of averages again, please.');
  await answer();
  await runs(page, 1).click();
  await failed.nth(1).waitFor();
});
