// A site by Next.js, exported to static files without any configuration for us: tests/next/ with the package in it. Next is
// large, so it is installed for this test alone, and kept between runs.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cp, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { setup } from './harness.js';

const run = promisify(execFile);
const here = (/** @type {string} */ path) => fileURLToPath(new URL(path, import.meta.url));
const SITE = here('../next');
/** Outside of the checkout: Next takes the outermost lock file's folder for the site's. */
const CACHE = process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache');
const PROJECT = join(CACHE, 'loquat', `next-${createHash('sha256').update(SITE).digest('hex').slice(0, 8)}`);
const TINY = here('../fixtures/arch/smollm2-tied-q4_0/model.gguf');

/** Installs what the lock file of tests/next/ says, if it is not there. @returns {Promise<string>} why it can't be had, or nothing */
async function install() {
  const lock = await readFile(join(SITE, 'package-lock.json'), 'utf8');
  const stamp = join(PROJECT, 'node_modules/.loquat-lock');
  if ((await readFile(stamp, 'utf8').catch(() => '')) !== lock) {
    await rm(PROJECT, { recursive: true, force: true });
    await cp(SITE, PROJECT, { recursive: true });
    const args = ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'];
    const failed = await run('npm', args, { cwd: PROJECT, timeout: 120_000 }).then(
      () => '',
      ({ stderr, message }) =>
        `Next.js can’t be had: ${
          String(stderr || message)
            .trim()
            .split('\n')[0]
        }`,
    );
    if (failed) return failed;
    await writeFile(stamp, lock);
  }
  const out = ['.next', 'out', 'app', 'node_modules/loquat-chat'];
  for (const old of out) await rm(join(PROJECT, old), { recursive: true, force: true });
  for (const own of ['app', 'next.config.mjs', 'package.json'])
    await cp(join(SITE, own), join(PROJECT, own), { recursive: true });
  await mkdir(join(PROJECT, 'node_modules/loquat-chat'));
  await cp(here('../../pkg'), join(PROJECT, 'node_modules/loquat-chat'), { recursive: true });
  return '';
}

test('a Next.js site exports it unconfigured, and it answers', async (t) => {
  const failed = await install();
  if (failed) return t.skip(failed);
  const next = join(PROJECT, 'node_modules/next/dist/bin/next');
  const env = { ...process.env, NEXT_TELEMETRY_DISABLED: '1' };
  await run(process.execPath, [next, 'build'], { cwd: PROJECT, env, timeout: 180_000 }).catch(
    ({ stdout, stderr }) => assert.fail(`${stdout}\n${stderr}`),
  );
  const site = { dist: join(PROJECT, 'out'), policy: false, files: { '/models/tiny.gguf': TINY } };
  const { open } = await setup(t, site);
  const { page, errors } = await open();
  await page.locator('output:not(:empty)').waitFor({ timeout: 60_000 });
  assert.equal(await page.locator('output').innerText(), '5 tokens');
  assert.deepEqual(errors, []);
});
