// The examples of docs/api.md and docs/embed.md, run as they stand.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { setup } from './harness.js';

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
assert.ok(api.length === 7 && embed.length === 3);

for (const [index, code] of api.entries()) {
  test(`docs/api.md, example ${index + 1}`, async (t) => {
    const { server, open } = await setup(t, { dist: here('../../pkg'), files: TINY });
    const local = code
      .replaceAll("from 'loquat'", "from '/index.js'")
      .replace(/from 'loquat\/([\w-]+)'/g, "from '/$1.js'");
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

for (const [index, html] of embed.entries()) {
  test(`docs/embed.md, example ${index + 1}`, async (t) => {
    const { server, open } = await setup(t, { isolation: false, files: TINY });
    server.pages.set('/docs', {
      type: 'text/html; charset=utf-8',
      body: page(html.replaceAll('https://chat.example', '')),
    });
    const { page: tab, errors } = await open('/docs');
    const inline = html.includes('<loquat-chat');
    const chat = tab.locator('loquat-chat').first();
    if (!inline) await chat.getByRole('button', { name: 'Open chat: Ask us' }).click();
    const views = html.includes('data-frame') ? tab.frameLocator('loquat-chat iframe') : chat;
    await views.getByRole('textbox', { name: 'Message' }).waitFor();
    assert.deepEqual(errors, []);
  });
}
