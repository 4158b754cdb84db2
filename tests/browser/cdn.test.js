// The widget out of one folder on another host, by the line that is made with it: with its integrity, and refused without it.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { launch, open } from './harness.js';
import { startServer } from './server.js';

const here = (/** @type {string} */ path) => fileURLToPath(new URL(path, import.meta.url));
const TINY = here('../fixtures/arch/smollm2-tied-q4_0/model.gguf');

/** A site and a CDN for it. @param {import('node:test').TestContext} t */
async function setup(t) {
  const site = await startServer({ isolation: false, policy: false });
  t.after(() => site.stop());
  const out = await mkdtemp(join(tmpdir(), 'loquat-cdn-'));
  t.after(() => rm(out, { recursive: true, force: true }));
  const args = [here('../../xtask/cdn.mjs'), '--out', out, '--embedders', site.origin];
  await promisify(execFile)(process.execPath, args);
  const cdn = await startServer({
    isolation: false,
    policy: false,
    dist: out,
    files: { '/models/tiny.gguf': TINY },
  });
  t.after(() => cdn.stop());
  const [folder] = (await readdir(out)).filter((name) => /^loquat-chat@[\d.]+-\w+$/.test(name));
  cdn.faults.set(`/${folder}/widget.js`, { headers: { 'Access-Control-Allow-Origin': '*' } });
  const line = (await readFile(join(out, 'embed.html'), 'utf8'))
    .replace('https://cdn.example', cdn.origin)
    .replace('data-frame', 'data-frame data-model="/models/tiny.gguf"');
  const body = `<!doctype html><title>Shop</title><link rel="icon" href="data:,"><body>${line}`;
  site.pages.set('/shop', { type: 'text/html; charset=utf-8', body });
  const browser = await launch();
  t.after(browser.close);
  /** What has another text than the one that its integrity is of. @param {string} path */
  const alter = async (path) => {
    const text = await readFile(join(out, folder, path), 'utf8');
    cdn.pages.set(`/${folder}/${path}`, { type: 'text/javascript', body: `${text}\n/* altered */` });
  };
  const names = async () => readdir(join(out, folder, 'chunks'));
  return { alter, names, visit: () => open(browser.context, `${site.origin}/shop`) };
}

test('a site’s one line loads the chat from a CDN, and it answers', async (t) => {
  const { visit } = await setup(t);
  const { page, errors } = await visit();
  await page.getByRole('button', { name: 'Open chat: Ask us' }).click();
  const chat = page.frameLocator('loquat-chat iframe');
  await chat.locator('.offer .primary').click();
  await chat.getByRole('textbox', { name: 'Message' }).fill('Hi');
  await page.keyboard.press('Enter');
  await chat.locator('article.assistant[aria-busy="false"]').waitFor();
  assert.deepEqual(errors, []);
});

test('a script that was altered on the way is not run, in the page or in the frame', async (t) => {
  const { alter, names, visit } = await setup(t);
  const [shell] = (await names()).filter((name) => /^shell-\w{8}\.js$/.test(name));
  await alter(`chunks/${shell}`);
  const first = await visit();
  const refused = first.page.waitForEvent('console', (message) => /integrity/.test(message.text()));
  await first.page.getByRole('button', { name: 'Open chat: Ask us' }).click();
  await refused;
  assert.equal(await first.page.frameLocator('loquat-chat iframe').locator('.composer').count(), 0);
  await alter('widget.js');
  const second = await visit();
  for (let i = 0; i < 100 && !second.errors.some((error) => /integrity/.test(error)); i++)
    await second.page.waitForTimeout(50);
  assert.match(second.errors.join(), /integrity/);
  assert.equal(await second.page.locator('loquat-chat').count(), 0);
});
