// What the tests of the page have in common: the page with a fake engine or the real one, and words for its parts.
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { setup } from './harness.js';

const here = (/** @type {string} */ path) => fileURLToPath(new URL(path, import.meta.url));

/** A tiny real GGUF: the weights cache checks what it stores. */
export const TINY = here('../fixtures/arch/llama-q4_1/model.gguf');
export const FAKE = '/?model=models/tiny.gguf';

/** Has a server answer with the scripted engine. @param {import('./server.js').TestServer} server @param {string} [folder] */
export async function serveFakeEngine(server, folder = '') {
  const variants = [{ name: 'fake', needs: [], glue: 'fake/loquat.js', wasm: 'fake/loquat_bg.wasm' }];
  server.pages.set(`${folder}/pkg/variants.json`, {
    type: 'application/json',
    body: JSON.stringify({ variants }),
  });
  const plan = '../../www/api/remote/plan.js';
  const engine = (await readFile(here('../js/fake-engine.js'), 'utf8')).replace(plan, './plan.js');
  const planned = await readFile(here(plan), 'utf8');
  server.pages.set(`${folder}/pkg/fake/plan.js`, { type: 'text/javascript', body: planned });
  server.pages.set(`${folder}/pkg/fake/loquat.js`, { type: 'text/javascript', body: engine });
}

/**
 * The page with an engine that answers from a script.
 * @param {import('node:test').TestContext} t
 * @param {Parameters<typeof setup>[1] & {folder?: string}} [options] `folder`: where the page lies, if not at the root
 */
export async function setupFake(t, { folder = '', ...options } = {}) {
  const site = await setup(t, {
    ...options,
    files: { ...options.files, [`${folder}/models/tiny.gguf`]: TINY },
  });
  await serveFakeEngine(site.server, folder);
  return site;
}

/** @param {import('playwright-core').Page} page */
export function parts(page) {
  const field = page.getByRole('textbox', { name: 'Message' });
  const answers = page.locator('article.assistant');
  return {
    field,
    answers,
    questions: page.locator('article.user'),
    rows: page.locator('.sidebar li'),
    button: (/** @type {string | RegExp} */ name) => page.getByRole('button', { name }),
    /** Loads the model by the welcome's button. */
    async agree() {
      await page.locator('.offer .primary').click();
      await page.locator('.topbar .chip').waitFor({ timeout: 120_000 });
    },
    /** @param {string} text */
    async send(text) {
      await field.fill(text);
      await field.press('Enter');
    },
    /** The text of the last answer, once it is finished. */
    async answer() {
      const idle = () => /** @type {any} */ (globalThis).loquat.app.store.get().generation === null;
      await page.waitForFunction(idle, undefined, { timeout: 120_000 });
      await page.evaluate(() => new Promise((resolve) => setTimeout(resolve, 300))); // drawn, with what is loaded late
      return answers.last().locator('.body:not([hidden])').first().innerText();
    },
  };
}
