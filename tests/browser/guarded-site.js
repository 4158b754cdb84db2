// A site with a policy of its own, as page and as widget, with the real safety module and an engine that answers from a
// script: what the tests of the policy have in common.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { FAKE, parts, setupFake } from './page.js';

/** @typedef {import('playwright-core').Page} Page */

const POLICY = {
  version: 1,
  contact: { name: 'Front desk', phone: '+49 30 123456', link: 'https://example.org/help' },
  categories: { crime: { action: 'decline', texts: { en: 'Not in this shop.' } } },
  words: [
    { name: 'rivals', words: ['Acme'], action: 'hand-over', texts: { en: 'Our team compares offers.' } },
  ],
};
const BROKEN = '{\n  "version": 1,\n  "strictness": "strange"\n}\n';
const JSON_TYPE = 'application/json';

/** The page of a site that names its policy file. @param {import('./server.js').TestServer} server @param {string} file */
async function namePolicy(server, file) {
  const html = await readFile(new URL('../../dist/index.html', import.meta.url), 'utf8');
  const named = html.replace(/(name="?loquat-policy"? content=)"?default"?/, `$1"${file}"`);
  assert.notEqual(named, html);
  server.pages.set('/', { type: 'text/html; charset=utf-8', body: named });
}

/** A shop with the widget. @param {import('./server.js').TestServer} server @param {string} policy */
function shop(server, policy) {
  const line = `<script async src="/widget.js" data-model="/models/tiny.gguf" data-title="Help" data-policy="${policy}" data-open="true"></script>`;
  const body = `<!doctype html><html lang="en"><title>A shop</title><link rel="icon" href="data:,"><h1>Fruit</h1>${line}</html>`;
  server.pages.set('/shop/', { type: 'text/html; charset=utf-8', body });
  return '/shop/';
}

/** Opens the widget and loads its model. @param {Page} page */
async function inWidget(page) {
  const chat = page.locator('loquat-chat');
  const launcher = chat.getByRole('button', { name: 'Open chat: Help' });
  const field = chat.getByRole('textbox', { name: 'Message' });
  await launcher.or(field).first().waitFor();
  if (await launcher.isVisible()) await launcher.click();
  await chat.locator('.offer .primary').click();
  return {
    answers: chat.locator('article.assistant'),
    send: async (/** @type {string} */ text) => {
      await field.fill(text);
      await field.press('Enter');
    },
  };
}

/** The last answer, once it has words. @param {import('playwright-core').Locator} answers @param {number} count */
export async function finished(answers, count) {
  const last = answers.nth(count - 1);
  await last.locator('.body:not([hidden])').first().waitFor();
  // A part has a body of its own: what is said in an answer's place stands below what was shown.
  const bodies = last.locator('.body:not([hidden])');
  const text = async () => (await bodies.allInnerTexts()).join('\n').trim();
  let before = '';
  for (let now = await text(); now === '' || now !== before; now = await text()) {
    before = now;
    await new Promise((resolve) => setTimeout(resolve, 400));
  }
  return before;
}

/**
 * Opens the page, or a shop with the widget, and loads the model. `/policy.json` and `/broken.json` are there to be named.
 * @param {import('node:test').TestContext} t @param {string} place `page` or `widget`
 * @param {string} policy its address, or `default`
 * @param {(engine: string) => string} [change] of the scripted engine's source
 */
export async function startGuarded(t, place, policy, change = (engine) => engine) {
  const site = await setupFake(t);
  const { pages, log } = site.server;
  pages.set('/policy.json', { type: JSON_TYPE, body: JSON.stringify(POLICY, null, 2) });
  pages.set('/broken.json', { type: JSON_TYPE, body: BROKEN });
  const engine = '/pkg/fake/loquat.js';
  pages.set(engine, { type: 'text/javascript', body: change(pages.get(engine)?.body ?? '') });
  if (place === 'widget') {
    const { page, errors } = await site.open(shop(site.server, policy));
    return { page, errors, log, ...(await inWidget(page)) };
  }
  if (policy !== 'default') await namePolicy(site.server, policy);
  const { page, errors } = await site.open(FAKE);
  const { agree, send, answers } = parts(page);
  await agree();
  return { page, errors, log, answers, send };
}
