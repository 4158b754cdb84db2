// WebKitGTK by its WebDriver, the nearest thing to Safari that runs on Linux: starts driver and browser, speaks the few
// commands that tests need.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createServer } from 'node:net';

const DRIVER = '/usr/bin/WebKitWebDriver';
const BROWSERS = ['4.1', '4.0', '6.0'].map(
  (version) =>
    `/usr/lib/${process.arch === 'arm64' ? 'aarch64' : 'x86_64'}-linux-gnu/webkit2gtk-${version}/MiniBrowser`,
);
const BROWSER = BROWSERS.find(existsSync);

/** Why tests in WebKit are skipped, if they are. */
export const noWebKit =
  existsSync(DRIVER) && BROWSER && existsSync('/usr/bin/xvfb-run') && existsSync('/usr/bin/dbus-run-session')
    ? false
    : 'no WebKit: apt-get install webkit2gtk-driver xvfb xauth dbus';

/** @returns {Promise<number>} */
const freePort = () =>
  new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
      server.close(() => resolve(port));
    });
  });

/** @template T @param {() => Promise<T | undefined | false | null>} probe @param {string} what @param {number} [limit] ms @returns {Promise<T>} */
export async function until(probe, what, limit = 120_000) {
  const end = Date.now() + limit;
  for (;;) {
    const found = await probe();
    if (found) return found;
    if (Date.now() > end) throw new Error(`waited in vain for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

/** @param {import('node:test').TestContext} t */
export async function openWebKit(t) {
  const port = await freePort();
  const base = `http://127.0.0.1:${port}`;
  // As root its sandbox cannot start; the pages are the test's own.
  const env = { ...process.env, WEBKIT_DISABLE_SANDBOX_THIS_IS_DANGEROUS: '1', LIBGL_ALWAYS_SOFTWARE: '1' };
  const driver = spawn('dbus-run-session', ['--', 'xvfb-run', '-a', DRIVER, `--port=${port}`], {
    env,
    stdio: 'ignore',
    detached: true,
  });
  t.after(() => {
    if (driver.pid) process.kill(-driver.pid, 'SIGTERM');
  });
  /** @param {string} method @param {string} path @param {unknown} [body] @returns {Promise<any>} */
  const send = async (method, path, body) => {
    const signal = AbortSignal.timeout(path.endsWith('/sync') ? 10_000 : 120_000);
    const response = await fetch(base + path, {
      method,
      signal,
      ...(body ? { body: JSON.stringify(body) } : {}),
    });
    const { value } = /** @type {{value: any}} */ (await response.json());
    if (!response.ok) throw new Error(`${path}: ${value?.error} ${value?.message}`);
    return value;
  };
  await until(
    () =>
      send('GET', '/status').then(
        (status) => status.ready,
        () => false,
      ),
    'the driver',
    30_000,
  );
  const options = { binary: BROWSER, args: ['--automation'] };
  const capabilities = { alwaysMatch: { 'webkitgtk:browserOptions': options } };
  const { sessionId } = await send('POST', '/session', { capabilities });
  t.after(() => send('DELETE', `/session/${sessionId}`).catch(() => {}));
  const at = `/session/${sessionId}`;
  await send('POST', `${at}/timeouts`, { script: 120_000, pageLoad: 120_000 });
  /** @template T @param {string} script the body of a function @returns {Promise<T>} */
  const run = (script) => send('POST', `${at}/execute/sync`, { script, args: [] });
  /** @param {string} css */
  const find = async (css) =>
    Object.values(
      await until(
        () => send('POST', `${at}/element`, { using: 'css selector', value: css }).catch(() => undefined),
        css,
      ),
    )[0];
  return {
    run,
    /** @param {string} url */
    go: (url) => send('POST', `${at}/url`, { url }),
    /** Leaves the page and comes back: the driver's own reload never ends where a service worker answers. */
    async reload() {
      const url = await run('return location.href');
      await send('POST', `${at}/url`, { url: 'about:blank' });
      await send('POST', `${at}/url`, { url });
    },
    /** @param {string} css */
    click: async (css) => send('POST', `${at}/element/${await find(css)}/click`, {}),
    /** @param {string} css @param {string} text */
    type: async (css, text) => send('POST', `${at}/element/${await find(css)}/value`, { text }),
  };
}
