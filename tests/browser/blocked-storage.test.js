// A browser that lets the page keep nothing: no cookies, no storage, no locks. It works in memory, and says so.
import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { FAKE, parts, setupFake } from './page.js';

/** A profile in which site data is blocked. @param {import('node:test').TestContext} t */
async function blockedProfile(t) {
  const profile = await mkdtemp(join(tmpdir(), 'loquat-blocked-'));
  t.after(() => rm(profile, { recursive: true, force: true, maxRetries: 3 }));
  await mkdir(join(profile, 'Default'));
  const settings = { profile: { default_content_setting_values: { cookies: 2 } } };
  await writeFile(join(profile, 'Default', 'Preferences'), JSON.stringify(settings));
  return profile;
}

test('with site data blocked the page has a conversation in memory, and says that it keeps nothing', async (t) => {
  const { open } = await setupFake(t, { profile: await blockedProfile(t) });
  const { page } = await open(FAKE);
  const { agree, send, answer } = parts(page);
  const storage = () => {
    try {
      return Boolean(globalThis.localStorage);
    } catch {
      return false;
    }
  };
  assert.equal(await page.evaluate(storage), false, 'it is blocked');
  await page.locator('.notice code').getByText('conversations_in_memory').waitFor({ state: 'attached' });
  await page.getByText('This browser lets the page keep nothing').waitFor();
  await agree();
  await send('hello');
  assert.match(await answer(), /You said: hello/);
  const lively = await page.evaluate(async () => {
    const began = performance.now();
    for (let i = 0; i < 20; i++) await new Promise((resolve) => setTimeout(resolve));
    return performance.now() - began;
  });
  assert.ok(lively < 5000, `${lively} ms for twenty turns: nothing spins`);
});
