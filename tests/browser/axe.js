// A page held to axe-core's rules.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';

const AXE = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** @param {import('playwright-core').Page} page @param {string} view */
export async function checkAccess(page, view) {
  await page.waitForTimeout(250); // transitions end
  if (!(await page.evaluate(() => 'axe' in globalThis))) await page.evaluate(AXE);
  const violations = await page.evaluate(async () => {
    const { axe } = /** @type {any} */ (globalThis);
    const { violations } = await axe.run(document, { resultTypes: ['violations'] });
    return violations.map((/** @type {any} */ { id, nodes }) =>
      [id, ...nodes.map((/** @type {any} */ n) => `${n.html} ${n.failureSummary}`)].join('\n'),
    );
  });
  assert.deepEqual(violations, [], view);
}
