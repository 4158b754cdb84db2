// Python in answers: no button where the operator has not added it; where Pyodide lies beside the page, under the strict policy,
// programs run, fail, are repaired, and hostile ones reach nothing.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CATALOG_ENTRY, pyodideFiles } from '../../xtask/pyodide.mjs';
import { checkAccess } from './axe.js';
import { FAKE, parts, setupFake } from './page.js';

/** @param {import('node:test').TestContext} t @param {Record<string, string>} [files] Pyodide's, by path */
async function opened(t, files) {
  const served = Object.entries(files ?? {}).map(([path, file]) => [`/${CATALOG_ENTRY.url}${path}`, file]);
  const site = await setupFake(t, files ? { files: Object.fromEntries(served) } : {});
  if (files) {
    const catalog = { note: '', models: [], python: CATALOG_ENTRY };
    site.server.pages.set('/catalog.json', { type: 'application/json', body: JSON.stringify(catalog) });
  }
  const { page, errors } = await site.open(FAKE);
  await page.locator('.offer .primary').click();
  await page.waitForFunction(
    () => /** @type {any} */ (globalThis).loquat.app.store.get().model.status === 'ready',
  );
  return { ...site, page, errors, runs: page.getByRole('button', { name: 'Run', exact: true }) };
}

test('a site without Python offers to run none', async (t) => {
  const { page, errors, runs, server } = await opened(t);
  await parts(page).send('A program of medians, please.');
  await page.getByText('medain').first().waitFor();
  await page.getByRole('button', { name: 'Edit beside the chat' }).waitFor();
  await page.waitForFunction(
    () => /** @type {any} */ (globalThis).loquat.app.store.get().generation === null,
  );
  await parts(page).send('A program of averages, please.');
  await runs.waitFor(); // the one of the JavaScript
  assert.equal(await runs.count(), 1);
  assert.deepEqual(
    server.log.map(({ path }) => path).filter((path) => /pyodide|quickjs/.test(path)),
    [],
  );
  assert.deepEqual(errors, []);
});

/** Each line says what was reached, or the name of the error. */
const HOSTILE = `
import gc, sys, urllib.request, socket
def attempt(what):
    try:
        print('reached', what())
    except BaseException as error:
        print(type(error).__name__, str(error)[:60])
attempt(lambda: __import__('js').fetch('/trap-js'))
attempt(lambda: __import__('pyodide_js').loadPackage('/trap-package'))
attempt(lambda: urllib.request.urlopen('http://localhost/trap-url').read())
attempt(lambda: socket.create_connection(('localhost', 80)))
emit = next(c.cell_contents for c in type(sys.stdout).write.__closure__ if hasattr(c.cell_contents, 'js_id'))
attempt(lambda: emit.constructor('return fetch')()('/trap-function'))
attempt(lambda: emit.constructor.prototype.call.call(None).postMessage({}))
api = next(d['pyodide_js'] for d in gc.get_objects() if isinstance(d, dict) and 'pyodide_js' in d)
attempt(lambda: api._module.fetch('/trap-module'))
api.loadPackage('http://' + 'localhost/trap-package.whl')
for i in range(1000000):
    object()
print('a million')
while True:
    pass
`;

test('where it is there, it runs, fails, is repaired, and reaches nothing', async (t) => {
  const files = await pyodideFiles().catch((/** @type {Error} */ error) => error);
  if (files instanceof Error) return t.skip(`Pyodide can’t be had here: ${files.message}`);
  const { page, errors, runs, server } = await opened(t, Object.fromEntries(files));
  const output = page.locator('.part-run');
  await parts(page).send('A program of medians, please.');
  await runs.focus();
  await page.keyboard.press('Enter');
  await output.getByText("NameError: name 'medain' is not defined").waitFor({ timeout: 60_000 });
  await output.getByText('values [3, 5, 10]').waitFor();
  await page.getByRole('button', { name: 'Fix it' }).click();
  await output.last().locator('pre', { hasText: /^5$/ }).waitFor({ timeout: 60_000 });
  await output.last().locator('canvas').waitFor();
  await checkAccess(page, 'a repaired Python program');

  const show = (/** @type {string[]} */ programs) =>
    page.evaluate((programs) => {
      const { app } = /** @type {any} */ (globalThis).loquat;
      const { conversation } = app.store.get().chat;
      const text = programs.map((code) => `\`\`\`py\n${code}\n\`\`\``).join('\n\n');
      const more = { parent: null, role: 'assistant', created: 1, status: 'done' };
      const message = { id: 'a', conversation: conversation.id, text, ...more };
      app.store.set({ chat: { conversation, messages: { a: message }, children: { '': ['a'] } } });
    }, programs);
  await show([HOSTILE]);
  await page.getByText('trap-js').first().waitFor();
  await runs.nth(1).waitFor({ state: 'detached' });
  await runs.click();
  await page.getByRole('button', { name: 'Stop the program' }).waitFor();
  await output.getByText('did not end within 5 seconds').waitFor({ timeout: 60_000 });
  const lines = (await output.locator('pre').first().innerText()).split('\n');
  assert.equal(lines.pop(), 'a million');
  assert.equal(lines.length, 7);
  for (const line of lines) assert.match(line, /Error/, line);
  assert.deepEqual(
    server.log.map(({ path }) => path).filter((path) => /trap/.test(path)),
    [],
  );
  assert.deepEqual(errors, []);
});
