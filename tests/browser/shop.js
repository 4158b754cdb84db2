// The sample shop, served as its owner would: pages under a strict policy, its knowledge built, the widget's line in each page.
import { mkdtemp, readFile, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { openKnowledge } from '../../www/service/knowledge-file.js';
import { buildKnowledge } from '../../xtask/knowledge/build.mjs';
import { setupFake } from './page.js';

/** The folder of the shop. */
export const SHOP = new URL('./shop/', import.meta.url);
const folder = fileURLToPath(new URL('site/', SHOP));

/** What docs/embed.md tells a site to allow; pictures of products are the shop's own. */
const CSP =
  "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'self'; connect-src 'self'; img-src 'self' data:; frame-src 'self'";

export const LINE =
  '<script async src="/widget.js" data-model="/models/tiny.gguf" data-config="/shop/service.json"></script>';

/**
 * @param {import('node:test').TestContext} t
 * @param {{line?: string, config?: Record<string, unknown>} & Parameters<typeof setupFake>[1]} [options] `config` is laid over the shop's own
 */
export async function setupShop(t, { line = LINE, config = {}, ...options } = {}) {
  const site = await setupFake(t, { isolation: false, ...options });
  await serveShop(t, site.server, { line, config });
  return site;
}

/**
 * The shop's pages, knowledge and configuration on a server.
 * @param {Pick<import('node:test').TestContext, 'after'>} t @param {import('./server.js').TestServer} server
 * @param {{line: string, config: Record<string, unknown>}} options
 * @returns {Promise<{text: string}>} all that the merchant wrote, and what the service says around it
 */
export async function serveShop(t, server, { line, config }) {
  const made = await mkdtemp(join(tmpdir(), 'loquat-shop-'));
  t.after(() => rm(made, { recursive: true, force: true }));
  const out = join(made, 'shop.loquat');
  await buildKnowledge({ folder, out, cache: false });
  server.files['/shop/shop.loquat'] = out;
  const own = JSON.parse(await readFile(join(folder, '../service.json'), 'utf8'));
  server.pages.set('/shop/service.json', {
    type: 'application/json',
    body: JSON.stringify({ ...own, ...config }),
  });
  const picture =
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><rect width="9" height="9" fill="#7a9"/></svg>';
  const products = (await readFile(join(folder, 'products.csv'), 'utf8')).matchAll(
    /\/shop\/pictures\/\w+\.svg/g,
  );
  for (const [path] of products) server.pages.set(path, { type: 'image/svg+xml', body: picture });
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.name.endsWith('.html')) continue;
    const name = join(entry.parentPath ?? entry.path, entry.name).slice(folder.length);
    const html = (await readFile(join(folder, name), 'utf8')).replace('</body>', `${line}</body>`);
    const path = `/shop/${name}`;
    server.pages.set(path, { type: 'text/html; charset=utf-8', body: html });
    server.faults.set(path, { headers: { 'Content-Security-Policy': CSP } });
  }
  return { text: await textOf(out) };
}

const AROUND = ' From our pages: 我们的网页上写着：';

/** @param {string} path of a knowledge file */
async function textOf(path) {
  const bytes = new Uint8Array(await readFile(path));
  const fetcher = async (/** @type {number} */ from, /** @type {number} */ to) => ({
    bytes: bytes.slice(from, to),
    whole: false,
  });
  const file = await openKnowledge(fetcher, path);
  const passages = Array.from({ length: file.directory.counts.passages }, (_, i) => file.passage(i));
  const texts = (await Promise.all(passages)).map((passage) => passage?.text);
  return [...texts, JSON.stringify([await file.faq(), await file.extra()]), AROUND].join('\n');
}

/** @param {import('playwright-core').Page} page @param {RegExp} [name] of the launcher */
export function shopChat(page, name = /^(Open chat|打开聊天)/) {
  const chat = page.locator('loquat-chat');
  const field = chat.locator('textarea').first();
  return {
    chat,
    field,
    answers: chat.locator('article.assistant'),
    open: () => chat.getByRole('button', { name }).click(),
    /** Asks, and waits until the answer is whole. @param {string} text */
    async ask(text) {
      const before = await chat.locator('article.assistant').count();
      await field.fill(text);
      await field.press('Enter');
      const answer = chat.locator('article.assistant').nth(before);
      await chat.locator(`article.assistant[aria-busy="false"] >> nth=${before}`).waitFor();
      await answer.locator('.part').first().waitFor();
      return answer;
    },
  };
}
