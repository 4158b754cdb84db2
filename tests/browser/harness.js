// Starts Chromium for a test and watches its pages for errors. What the page is asked to do is the tests' matter.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { chromium } from 'playwright-core';
import { startServer } from './server.js';

/** The real model, as `cargo xtask test` names it, and the address the page's default model has. */
export const MODEL = process.env.LOQUAT_MODEL ?? '';
export const MODEL_PATH = `/models/${basename(MODEL)}`;

const FLAGS = [
  '--no-sandbox',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];
/** Without these, Chromium has no adapter on a machine without a GPU: navigator.gpu is there, requestAdapter() gives null. */
const GPU_FLAGS = ['--enable-unsafe-webgpu', '--use-webgpu-adapter=swiftshader'];

/** @typedef {import('playwright-core').Page} Page */

/**
 * @param {object} [options]
 * @param {boolean} [options.gpu] WebGPU on a software adapter
 * @param {{width: number, height: number}} [options.viewport]
 * @param {string} [options.profile] a folder whose storage outlives this browser; without it a fresh one
 * @param {string[]} [options.flags] further command line flags
 * @param {import('playwright-core').BrowserContextOptions} [options.context] such as colorScheme, reducedMotion
 */
export async function launch({ gpu = false, viewport, profile, flags = [], context: more } = {}) {
  const folder = profile ?? (await mkdtemp(join(tmpdir(), 'loquat-browser-')));
  const context = await chromium.launchPersistentContext(folder, {
    executablePath: process.env.LOQUAT_CHROMIUM ?? '/usr/bin/chromium',
    args: [...FLAGS, ...(gpu ? GPU_FLAGS : []), ...flags],
    viewport: viewport ?? { width: 1280, height: 800 },
    ...more,
  });
  // A browser offers to install a page when it likes, which adds a button: only what a test dispatches itself counts.
  await context.addInitScript(() => {
    const own = (/** @type {Event} */ event) => event.isTrusted && event.stopImmediatePropagation();
    addEventListener('beforeinstallprompt', own, true);
  });
  const close = async () => {
    await context.close();
    if (!profile) await rm(folder, { recursive: true, force: true, maxRetries: 3 });
  };
  return { context, close, [Symbol.asyncDispose]: close };
}

/**
 * Opens a page and collects what goes wrong in it: console errors, uncaught exceptions.
 * @param {import('playwright-core').BrowserContext} context
 * @param {string} address
 */
export async function open(context, address) {
  const page = await context.newPage();
  /** @type {string[]} */
  const errors = [];
  page.on('console', (message) => {
    if (message.type() === 'error') errors.push(`console: ${message.text()} (${message.location().url})`);
  });
  page.on('pageerror', (error) => errors.push(`uncaught: ${error.stack ?? error.message}`));
  await page.goto(address);
  return { page, errors };
}

/**
 * A server and a browser for one test, closed when it ends, whatever happens.
 * @param {import('node:test').TestContext} t
 * @param {Parameters<typeof launch>[0] & Parameters<typeof startServer>[0]} [options]
 */
export async function setup(t, options = {}) {
  const files = MODEL ? { [MODEL_PATH]: MODEL, ...options.files } : options.files;
  const server = await startServer({ ...options, files });
  t.after(() => server.stop());
  const browser = await launch(options);
  t.after(() => browser.close());
  return {
    server,
    context: browser.context,
    /** Opens a path of the server. */
    open: (path = '/') => open(browser.context, server.origin + path),
  };
}
