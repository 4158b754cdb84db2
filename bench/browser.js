// The browser side of the bench: serves dist/, the bench page and the peers, and gives drivers that run in the page.
import { build } from 'esbuild';
import { readdir } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { launch, open } from '../tests/browser/harness.js';
import { startServer } from '../tests/browser/server.js';
import { WATCH_MEMORY } from './page/memory.js';

/** @typedef {import('./drivers/driver.js').Driver} Driver */
/** @typedef {import('./page/page.js').Bench} Bench */

const here = dirname(fileURLToPath(import.meta.url));
const WLLAMA = join(here, 'node_modules/@wllama/wllama/esm');
const JS = 'text/javascript; charset=utf-8';

/** wllama makes its workers of blobs, which Loquat's own policy forbids: this one is for the bench page alone. */
const POLICY = "default-src 'self' blob: data:; script-src 'self' blob: 'wasm-unsafe-eval'";

/** The peers' files by address. @returns {Promise<Record<string, string>>} */
async function peers() {
  const files = await readdir(WLLAMA, { recursive: true });
  const wanted = files.filter((file) => /\.(js|wasm)$/.test(file));
  return Object.fromEntries(wanted.map((file) => [`/peers/wllama/${file}`, join(WLLAMA, file)]));
}

/** @param {{model: string, dist: string, gpu: boolean}} options */
export async function startBrowser({ model, dist, gpu }) {
  const address = `/models/${basename(model)}`;
  const server = await startServer({ dist, files: { ...(await peers()), [address]: model } });
  const { outputFiles } = await build({
    entryPoints: [join(here, 'page/page.js')],
    bundle: true,
    write: false,
    format: 'esm',
    target: 'es2022',
    logLevel: 'warning',
  });
  server.pages.set('/bench/page.js', { type: JS, body: outputFiles[0].text });
  server.pages.set('/bench/watch.js', { type: JS, body: WATCH_MEMORY });
  const worker = "import './watch.js';\nimport '/engine/worker.js';\n";
  server.pages.set('/bench/loquat-worker.js', { type: JS, body: worker });
  const html = '<!doctype html><link rel="icon" href="data:,"><script type="module" src="page.js"></script>';
  server.pages.set('/bench/', { type: 'text/html', body: html });
  server.faults.set('/bench/', { headers: { 'Content-Security-Policy': POLICY } });
  const browser = await launch({ gpu });

  /** A fresh page each time: what one engine leaves behind must not weigh on the next. */
  const openPage = async () => {
    const { page, errors } = await open(browser.context, `${server.origin}/bench/`);
    await page.waitForFunction('globalThis.bench');
    /** @type {import('playwright-core').JSHandle<Bench>} */
    const bench = await page.evaluateHandle('bench');
    return { page, errors, bench };
  };
  return {
    version: browser.context.browser()?.version() ?? 'unknown',
    openPage,
    /** @param {string} name @returns {Promise<Driver>} */
    async driver(name) {
      const { page, errors, bench } = await openPage();
      await bench.evaluate((bench, [name, model]) => bench.use(name, model), [name, address]);
      /** @param {keyof Driver} method @param {any} [argument] @returns {Promise<any>} */
      const call = async (method, argument) => {
        /** @type {any} */
        const asked = { method, argument };
        try {
          return await bench.evaluate((bench, { method, argument }) => bench.call(method, argument), asked);
        } catch (error) {
          const [message] = (error instanceof Error ? error.message : String(error)).split('\n');
          throw new Error([`${method}: ${message}`, ...errors].join('; '));
        }
      };
      return {
        load: (threads) => call('load', threads),
        run: (task) => call('run', task),
        memory: () => call('memory'),
        close: () => page.close(),
      };
    },
    async close() {
      await browser.close();
      await server.stop();
    },
  };
}
