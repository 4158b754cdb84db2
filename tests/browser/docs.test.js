// The examples of docs/api.md, docs/embed.md and docs/service.md, run as they stand, from an empty folder.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { MODEL, setup } from './harness.js';

const here = (/** @type {string} */ path) => fileURLToPath(new URL(path, import.meta.url));
const TINY = {
  '/models/tiny.gguf': here('../fixtures/arch/smollm2-tied-q4_0/model.gguf'),
  '/models/encoder.gguf': here('../fixtures/arch/bert-q8_0/model.gguf'),
};
const page = (/** @type {string} */ body) =>
  `<!doctype html><html lang="en"><title>Docs</title><link rel="icon" href="data:,"><body>${body}</body></html>`;

/** @param {string} file @param {string} language */
async function examples(file, language) {
  const text = await readFile(here(`../../docs/${file}`), 'utf8');
  return [...text.matchAll(/```(\w+)( no-run)?\n([\s\S]*?)```/g)]
    .filter(([, kind, skipped]) => kind === language && !skipped)
    .map(([, , , code]) => code);
}

const api = await examples('api.md', 'js');
const embed = await examples('embed.md', 'html');
const service = await examples('service.md', 'html');
assert.ok(api.length === 14 && embed.length === 3 && service.length === 2);

for (const [index, code] of api.entries()) {
  test(`docs/api.md, example ${index + 1}`, async (t) => {
    const { server, open } = await setup(t, { dist: here('../../pkg'), files: TINY });
    const local = code
      .replaceAll("from 'loquat-chat'", "from '/index.js'")
      .replace(/from 'loquat-chat\/([\w-]+)'/g, "from '/$1.js'");
    const body = `try {\n${local.replace(/^import .*$/gm, '')}\nglobalThis.result = 'ok';\n} catch (error) {\n globalThis.result = String(error);\n}`;
    const imports = (local.match(/^import .*$/gm) ?? []).join('\n');
    server.pages.set('/example.js', { type: 'text/javascript', body: `${imports}\n${body}` });
    const script = '<script type="module" src="/example.js"></script>';
    server.pages.set('/docs', { type: 'text/html; charset=utf-8', body: page(script) });
    const { page: tab, errors } = await open('/docs');
    const result = () => /** @type {any} */ (globalThis).result;
    await tab.waitForFunction(result, undefined, { timeout: 60_000 });
    assert.equal(await tab.evaluate(result), 'ok');
    assert.deepEqual(errors, []);
  });
}

/** A site as docs/embed.md says to make it: an empty folder, with dist/ copied to loquat/ and the model into it. @param {import('node:test').TestContext} t */
async function emptySite(t) {
  const folder = await mkdtemp(join(tmpdir(), 'loquat-site-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  await cp(here('../../dist'), join(folder, 'loquat'), { recursive: true });
  assert.ok(MODEL, 'LOQUAT_MODEL names no model file');
  await mkdir(join(folder, 'loquat/models'), { recursive: true });
  await symlink(MODEL, join(folder, 'loquat/models/SmolLM2-135M-Instruct.Q4_1.gguf'));
  return folder;
}

for (const [index, html] of embed.entries()) {
  test(`docs/embed.md, example ${index + 1}, in an empty folder`, async (t) => {
    const folder = await emptySite(t);
    await writeFile(join(folder, 'index.html'), page(html.replaceAll('https://chat.example', '/loquat')));
    const { open } = await setup(t, { isolation: false, dist: folder });
    const { page: tab, errors } = await open('/');
    const inline = html.includes('<loquat-chat');
    const chat = tab.locator('loquat-chat').first();
    if (!inline) await chat.getByRole('button', { name: 'Open chat: Ask us' }).click();
    const views = html.includes('data-frame') ? tab.frameLocator('loquat-chat iframe') : chat;
    const field = views.getByRole('textbox', { name: 'Message' });
    await field.waitFor();
    if (index === 0) {
      await views.locator('.offer .primary').click();
      await field.fill('Say hello.');
      await field.press('Enter');
      await views.locator('article.assistant[aria-busy="false"]').waitFor({ timeout: 120_000 });
      assert.notEqual(await views.locator('article.assistant .body').innerText(), '');
    }
    assert.deepEqual(errors, []);
  });
}

for (const [index, html] of service.entries()) {
  test(`docs/service.md, example ${index + 1}, in an empty folder`, async (t) => {
    const folder = await emptySite(t);
    // `npx loquat-chat` is this file of the package.
    const command = ['knowledge', 'build', here('./shop/site'), '--out', join(folder, 'knowledge.loquat')];
    await promisify(execFile)(process.execPath, [here('../../pkg/loquat-cli.js'), ...command, '--no-cache']);
    const config = { version: 1, name: 'Alder', knowledge: '/knowledge.loquat' };
    await writeFile(join(folder, 'service.json'), JSON.stringify(config));
    await writeFile(join(folder, 'index.html'), page(html));
    // A host without a policy, which would want the second example's script in a file of its own.
    const { server, open } = await setup(t, { isolation: false, policy: false, dist: folder });
    server.pages.set('/api/orders/17', { type: 'text/plain', body: 'Order 17 left on Monday.' });
    const { page: tab, errors } = await open('/');
    const chat = tab.locator('loquat-chat').first();
    if (index === 0) await chat.getByRole('button', { name: /^Open chat/ }).click();
    const field = chat.getByRole('textbox', { name: 'Message' });
    await field.fill(index === 0 ? 'What does delivery cost?' : 'What is the state of my order?');
    await field.press('Enter');
    const answer = chat.locator('article.assistant').first();
    if (index === 0) await answer.getByText('Delivery costs 4.90 euros').first().waitFor();
    else {
      await answer.getByLabel('Order number').fill('17');
      await answer.getByRole('button', { name: 'Look up the order' }).click();
      await answer.getByText('Order 17 left on Monday.').waitFor();
    }
    assert.deepEqual(errors, []);
  });
}
