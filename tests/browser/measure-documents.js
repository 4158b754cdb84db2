// How long a PDF takes to be read in the built page, with how much memory, and what asking, opening it at the page and
// adding it again take. Run by hand: node tests/browser/measure-documents.js FILE.pdf "question"
import { basename } from 'node:path';
import { launch, open } from './harness.js';
import { FAKE, parts, serveFakeEngine, TINY } from './page.js';
import { startServer } from './server.js';

const [path, question = 'What is this about?'] = process.argv.slice(2);
if (!path) throw new Error('measure-documents.js FILE.pdf "question"');
const server = await startServer({ files: { '/models/tiny.gguf': TINY } });
await serveFakeEngine(server);
const browser = await launch({});
const { page } = await open(browser.context, server.origin + FAKE);
page.setDefaultTimeout(900_000);
const { agree, send, answer } = parts(page);
await agree();
const picker = page.locator('input[type=file][multiple]').first();
const chip = page.locator('.documents .chip').first();
const devtools = await browser.context.newCDPSession(page);

/** What the page's thread and its workers hold, at the most, until it is stopped. */
function watchMemory() {
  let most = 0;
  let on = true;
  const look = async () => {
    while (on) {
      const { usedSize = 0, backingStorageSize = 0 } = await devtools
        .send('Runtime.getHeapUsage')
        .then((each) => /** @type {any} */ (each));
      most = Math.max(most, usedSize + backingStorageSize);
      await new Promise((later) => setTimeout(later, 500));
    }
  };
  void look();
  return () => ((on = false), most);
}

/** @param {string} what @param {() => Promise<unknown>} run */
async function timed(what, run) {
  const start = performance.now();
  await run();
  console.log(`${what}: ${((performance.now() - start) / 1000).toFixed(2)} s`);
}

const stop = watchMemory();
await timed(`read ${basename(path)}`, async () => {
  await picker.setInputFiles(path);
  await chip.waitFor();
});
console.log(`most memory of the page's thread: ${Math.round(stop() / 1e6)} MB`);
const pages = await page.evaluate(async () => {
  const library = await /** @type {any} */ (globalThis).loquat.app.documents.library();
  return (await library.stored()).map((/** @type {any} */ { pages, stored }) => ({ pages, stored }));
});
console.log(JSON.stringify(pages));
await timed('first citation after the question, a scripted model', async () => {
  await send(question);
  await page.locator('figure.part-citation').first().waitFor();
});
await answer();
console.log(await page.locator('figure.part-citation').first().innerText());
await timed('opened at the page', async () => {
  await page.locator('figure.part-citation button').first().click();
  await page.locator('.document-pane mark.cited').first().waitFor();
});
await page.keyboard.press('Escape');
await page.locator('.documents .chip .icon-button').first().click();
await page.waitForFunction(() => document.querySelectorAll('.documents .chip').length === 0);
await timed('added again', async () => {
  await picker.setInputFiles(path);
  await chip.waitFor();
});
await browser.close();
await server.stop();
