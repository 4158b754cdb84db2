// Each of examples/ opened and asked a question: started as its README says, but for the model, which is a tiny one here.
import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { test } from 'node:test';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { launch, open, setup } from './harness.js';

const here = (/** @type {string} */ path) => fileURLToPath(new URL(path, import.meta.url));
const MODELS = here('../fixtures/arch/smollm2-tied-q4_0');
const TINY = join(MODELS, 'model.gguf');

/** @param {import('node:test').TestContext} t */
async function folder(t) {
  const made = await mkdtemp(join(tmpdir(), 'loquat-example-'));
  t.after(() => rm(made, { recursive: true, force: true, maxRetries: 3 }));
  return made;
}

/** Loads the model, asks, and waits for an answer. @param {import('playwright-core').Page} page */
async function ask(page) {
  await page.getByRole('button', { name: 'Load the model' }).click();
  // What went wrong would stand there, too.
  await page
    .getByRole('status')
    .getByText(/Ready\.|\. /)
    .waitFor();
  assert.equal(await page.getByRole('status').innerText(), 'Ready.');
  await page.getByLabel('Question').fill('Hi');
  await page.getByRole('button', { name: 'Ask' }).click();
  const said = () => /\S/.test(document.querySelector('.answer, #answer')?.textContent ?? '');
  await page.waitForFunction(said);
}

test('plain: a page without a bundler', async (t) => {
  const args = [here('../../examples/serve.mjs'), 'plain', '--port', '0', '--models', MODELS];
  const server = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  t.after(() => server.kill());
  const [line] = await once(server.stdout, 'data');
  const browser = await launch();
  t.after(browser.close);
  const address = String(line).trim().replace('localhost', '127.0.0.1');
  const { page, errors } = await open(browser.context, `${address}?model=models/model.gguf`);
  await ask(page);
  assert.equal(await page.evaluate(() => crossOriginIsolated), true, 'threads are possible');
  assert.deepEqual(errors, []);
  const outside = await fetch(`${address}models/..%2F..%2Fpackage.json`);
  assert.equal(outside.status, 404, 'nothing but its folders is served');
});

test('React: built by Vite as its package.json says', async (t) => {
  const project = await folder(t);
  await cp(here('../../examples/react'), project, { recursive: true });
  // What npm install would fetch is here already.
  const { dependencies, devDependencies, scripts } = JSON.parse(
    await readFile(join(project, 'package.json'), 'utf8'),
  );
  await mkdir(join(project, 'node_modules'));
  for (const [name, version] of Object.entries({ ...dependencies, ...devDependencies })) {
    const own = here(name === 'loquat-chat' ? '../../pkg' : `../../node_modules/${name}`);
    await symlink(own, join(project, 'node_modules', name));
    if (name !== 'loquat-chat')
      assert.equal(JSON.parse(await readFile(join(own, 'package.json'), 'utf8')).version, version, name);
  }
  assert.equal(scripts.build, 'vite build');
  const vite = here('../../node_modules/vite/bin/vite.js');
  await promisify(execFile)(process.execPath, [vite, 'build', '--logLevel', 'error'], { cwd: project });
  const site = await setup(t, { dist: join(project, 'dist'), files: { '/models/tiny.gguf': TINY } });
  const { page, errors } = await site.open('/?model=/models/tiny.gguf');
  await ask(page);
  assert.deepEqual(errors, []);
});

test('extension: its side panel, in Chromium', async (t) => {
  const extension = await folder(t);
  await cp(here('../../examples/extension'), extension, { recursive: true });
  await cp(here('../../pkg'), join(extension, 'loquat-chat'), { recursive: true });
  await cp(TINY, join(extension, 'tiny.gguf'));
  const flags = [`--disable-extensions-except=${extension}`, `--load-extension=${extension}`];
  const browser = await launch({ flags });
  t.after(browser.close);
  const { context } = browser;
  const [worker = await context.waitForEvent('serviceworker')] = context.serviceWorkers();
  const { page, errors } = await open(context, new URL('panel.html?model=tiny.gguf', worker.url()).href);
  await ask(page);
  assert.equal(await page.evaluate(() => crossOriginIsolated), true, 'threads are possible');
  assert.deepEqual(errors, []);
});

/** The parts of Electron that the main script uses, which remember what they were told. */
const ELECTRON = `
export const told = { schemes: [], handlers: {}, addresses: [], preferences: [] };
export const protocol = {
  registerSchemesAsPrivileged: (schemes) => told.schemes.push(...schemes),
  handle: (scheme, answer) => (told.handlers[scheme] = answer),
};
export const app = { whenReady: async () => {}, on() {}, quit() {} };
export class BrowserWindow {
  constructor({ webPreferences }) { told.preferences.push(webPreferences); }
  loadURL(address) { told.addresses.push(address); }
}
`;

test('Electron: its main script, and the page that it gives, in Chromium', async (t) => {
  const root = await folder(t);
  const project = join(root, 'examples/electron');
  const stub = join(project, 'node_modules/electron');
  await cp(here('../../examples/electron'), project, { recursive: true });
  await cp(here('../../examples/plain'), join(root, 'examples/plain'), { recursive: true });
  await mkdir(join(root, 'models'));
  await cp(TINY, join(root, 'models/tiny.gguf'));
  await mkdir(stub, { recursive: true });
  await symlink(here('../../pkg'), join(project, 'node_modules/loquat-chat'));
  await writeFile(join(stub, 'package.json'), '{"type": "module", "exports": "./index.js"}');
  await writeFile(join(stub, 'index.js'), ELECTRON);
  await import(pathToFileURL(join(project, 'main.js')).href);
  const { told } = await import(pathToFileURL(join(stub, 'index.js')).href);
  await new Promise((resolve) => setImmediate(resolve));
  assert.deepEqual(told.addresses, ['app://chat/index.html']);
  assert.deepEqual(told.preferences, [{ sandbox: true, contextIsolation: true }]);
  assert.equal(told.schemes[0].privileges.secure, true);

  // What app://chat answers, under an address that Chromium knows.
  const server = createServer(async (request, response) => {
    /** @type {Response} */
    const { status, headers, body } = await told.handlers.app(new Request(`app://chat${request.url}`));
    response.writeHead(status, Object.fromEntries(headers));
    if (body) Readable.fromWeb(/** @type {any} */ (body)).pipe(response);
    else response.end();
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(undefined)));
  t.after(() => (server.closeAllConnections(), server.close()));
  const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
  const browser = await launch();
  t.after(browser.close);
  const address = `http://127.0.0.1:${port}/index.html?model=models/tiny.gguf`;
  const { page, errors } = await open(browser.context, address);
  await ask(page);
  assert.deepEqual(errors, []);
  for (const path of ['/models/..%2F..%2Fpackage.json', '/none.js'])
    assert.equal((await told.handlers.app(new Request(`app://chat${path}`))).status, 404, path);
});

test(
  'Electron itself opens it',
  {
    skip: !process.env.LOQUAT_ELECTRON && 'Electron’s binary is no package of npm: LOQUAT_ELECTRON names one',
  },
  async (t) => {
    const { _electron } = await import('playwright-core');
    const project = here('../../examples/electron');
    const electron = await _electron.launch({
      executablePath: process.env.LOQUAT_ELECTRON,
      args: ['--no-sandbox', project],
    });
    t.after(() => electron.close());
    const page = await electron.firstWindow();
    await page.getByRole('button', { name: 'Load the model' }).waitFor();
  },
);
