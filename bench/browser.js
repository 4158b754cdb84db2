// A browser with the bench page in it, and drivers that run in that page: Chromium, or Firefox for the peer that needs it.
import { existsSync } from 'node:fs';
import puppeteer from 'puppeteer-core';
import { launch, open } from '../tests/browser/harness.js';

/** @typedef {import('./drivers/driver.js').Driver} Driver */
/** @typedef {import('./page/page.js').Bench} Bench */

/**
 * What both browsers' clients have of a page.
 * @typedef {object} Page
 * @property {(call: (bench: any, argument: any) => any, argument?: any) => Promise<any>} bench calls with the page's `bench`
 * @property {string[]} errors what went wrong in it
 * @property {() => Promise<void>} close
 *
 * @typedef {object} Browser
 * @property {string} version
 * @property {() => Promise<Page>} openPage a fresh one: what one engine leaves behind must not weigh on the next
 * @property {() => Promise<void>} close
 */

/** @param {string} address of the bench page @param {{gpu: boolean}} options @returns {Promise<Browser>} */
export async function startChromium(address, { gpu }) {
  const browser = await launch({ gpu });
  return {
    version: `Chromium ${browser.context.browser()?.version() ?? 'unknown'}`,
    async openPage() {
      const { page, errors } = await open(browser.context, address);
      await page.waitForFunction('globalThis.bench');
      const handle = await page.evaluateHandle('bench');
      return {
        errors,
        bench: (call, argument) => handle.evaluate(call, argument),
        close: () => page.close(),
      };
    },
    close: browser.close,
  };
}

const FIREFOX = process.env.LOQUAT_FIREFOX ?? '/usr/bin/firefox-esr';
const LAVAPIPE = '/usr/share/vulkan/icd.d/lvp_icd.x86_64.json';

/** Firefox with WebGPU on lavapipe, an adapter with shader-f16. @param {string} address @returns {Promise<Browser>} */
export async function startFirefox(address) {
  const missing = [FIREFOX, LAVAPIPE].filter((path) => !existsSync(path));
  if (missing.length > 0) {
    throw new Error(`no ${missing.join(', no ')}: apt-get install firefox-esr mesa-vulkan-drivers`);
  }
  const browser = await puppeteer.launch({
    browser: 'firefox',
    executablePath: FIREFOX,
    headless: true,
    protocolTimeout: 0, // an answer takes minutes here
    env: { ...process.env, VK_ICD_FILENAMES: LAVAPIPE },
    extraPrefsFirefox: {
      'dom.webgpu.enabled': true,
      'dom.webgpu.workers.enabled': true,
      'gfx.webgpu.ignore-blocklist': true,
    },
  });
  return {
    version: (await browser.version()).replace('firefox/', 'Firefox '),
    async openPage() {
      const page = await browser.newPage();
      /** @type {string[]} */
      const errors = [];
      page.on('console', (message) => {
        if (message.type() === 'error') errors.push(`console: ${message.text()}`);
      });
      page.on('pageerror', (error) => errors.push(`uncaught: ${error}`));
      await page.goto(address);
      await page.waitForFunction('globalThis.bench');
      const handle = await page.evaluateHandle('bench');
      return {
        errors,
        bench: (call, argument) => handle.evaluate(call, argument),
        close: () => page.close(),
      };
    },
    close: () => browser.close(),
  };
}

/**
 * @param {Browser} browser @param {string} name of a driver of the page @param {string} model address
 * @returns {Promise<Driver>}
 */
export async function pageDriver(browser, name, model) {
  const page = await browser.openPage();
  await page.bench((/** @type {Bench} */ bench, [name, model]) => bench.use(name, model), [name, model]);
  /** @param {keyof Driver} method @param {any} [argument] @returns {Promise<any>} */
  const call = async (method, argument) => {
    try {
      return await page.bench(
        (/** @type {Bench} */ bench, { method, argument }) => bench.call(method, argument),
        { method, argument },
      );
    } catch (error) {
      const [message] = (error instanceof Error ? error.message : String(error)).split('\n');
      throw new Error([`${method}: ${message}`, ...page.errors].join('; '));
    }
  };
  return {
    load: (threads) => call('load', threads),
    run: (task) => call('run', task),
    memory: () => call('memory'),
    close: page.close,
  };
}
