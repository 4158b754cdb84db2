// The page comes up in a fresh browser, wide and narrow, and nothing complains.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setup } from './harness.js';

for (const viewport of [
  { width: 1280, height: 800 },
  { width: 390, height: 844 },
]) {
  test(`the page loads without an error at ${viewport.width} × ${viewport.height}`, async (t) => {
    const { server, open } = await setup(t, { viewport });
    const { page, errors } = await open('/');
    await page.getByRole('textbox').first().waitFor();
    assert.equal(await page.title(), 'Loquat');
    const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    assert.ok(wide <= 0, `the page is ${wide} pixels wider than the window`);
    assert.deepEqual(errors, []);
    const failed = server.log.filter(({ status }) => status >= 400);
    assert.deepEqual(failed, []);
  });
}
