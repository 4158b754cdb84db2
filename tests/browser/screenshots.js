// Takes the pictures in docs/screenshots with the real model. Run by hand after a change of looks: node tests/browser/screenshots.js
import { mkdir } from 'node:fs/promises';
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import { launch, MODEL, MODEL_PATH, open } from './harness.js';
import { parts } from './page.js';
import { startServer } from './server.js';

const folder = fileURLToPath(new URL('../../docs/screenshots/', import.meta.url));
const DESKTOP = { width: 1280, height: 800 };
const PHONE = { width: 390, height: 844 };
const WATCH = { width: 200, height: 300 };

if (!MODEL) throw new Error('LOQUAT_MODEL names no model file');
await mkdir(folder, { recursive: true });
const server = await startServer({ files: { [MODEL_PATH]: MODEL } });

/**
 * @param {Parameters<typeof launch>[0]} options @param {string} address
 * @param {(page: import('playwright-core').Page, shoot: (name: string) => Promise<void>) => Promise<void>} act
 */
async function session(options, address, act) {
  const browser = await launch(options);
  const { page } = await open(browser.context, server.origin + address);
  await act(page, async (name) => {
    await page.waitForTimeout(400);
    await page.screenshot({ path: `${folder}${name}.png` });
    console.log(name);
  });
  await browser.close();
}

/** @param {import('playwright-core').Page} page @param {number} length of the answer so far */
const written = (page, length) =>
  page.waitForFunction(
    (length) =>
      ([...document.querySelectorAll('article.assistant .body')].pop()?.textContent ?? '').length > length,
    length,
    { timeout: 120_000 },
  );

const CODE = 'Write a Python function that counts the vowels in a string.';

await session({ viewport: DESKTOP }, '/?temperature=0', async (page, shoot) => {
  const { send, answer, button } = parts(page);
  await shoot('welcome');
  server.faults.set(MODEL_PATH, { bytesPerSecond: 3_000_000 });
  await page.locator('.offer .primary').click();
  await page.locator('.loading .detail').getByText(/left/).waitFor();
  await shoot('downloading');
  server.faults.clear();
  await page.locator('.topbar .chip').waitFor({ timeout: 180_000 });
  await send(CODE);
  await written(page, 350);
  await shoot('answering');
  await answer();
  await button('Settings').first().click();
  await page.getByLabel('Temperature').waitFor();
  await shoot('settings');
  await page.keyboard.press('Escape');
  await send('What is a loquat?');
  await written(page, 200);
  await button('Stop').click();
  await answer();
  await send('Plan a one-day trip to the sea with two children.');
  await written(page, 500);
  await shoot('long-chat');
  await page.setViewportSize(PHONE);
  await shoot('phone');
  await button('Show conversations').click();
  await shoot('phone-list');
  await page.keyboard.press('Escape');
  await button('Stop').click();
  await answer();
  await page.setViewportSize({ width: PHONE.width, height: 420 });
  await page.getByRole('textbox', { name: 'Message' }).fill('And in winter?');
  await shoot('phone-keyboard');
  await page.getByRole('textbox', { name: 'Message' }).fill('');
  await page.setViewportSize(WATCH);
  await shoot('watch');
});

// A short context, of which the first messages have fallen out; and words the model was unsure of.
await session(
  { viewport: DESKTOP },
  '/?temperature=0&contextLength=256&maxTokens=60',
  async (page, shoot) => {
    const { agree, send, answer, button } = parts(page);
    await agree();
    await button('Settings').first().click();
    await page.getByLabel('Mark words').check();
    await page.keyboard.press('Escape');
    for (const what of ['bees', 'ants', 'spiders', 'beetles']) {
      await send(`Tell me about ${what}.`);
      await answer();
    }
    await page.getByText('no longer fit').waitFor();
    await page.locator('.omitted').scrollIntoViewIfNeeded();
    await page.locator('.scroller').evaluate((node) => (node.scrollTop -= 80));
    await shoot('left-out');
  },
);

// Right to left, by an imported conversation: the default model knows no Arabic.
const ARABIC = `# رحلة إلى البحر

**You:**

ما أفضل وقت لزيارة البحر مع الأطفال؟

**Loquat:**

أفضل وقت هو **أواخر الربيع**، لأن الجو معتدل والشاطئ هادئ:

1. مايو: الماء بارد قليلاً.
2. يونيو: مناسب جداً.

| الشهر | الحرارة | الزوار |
|---|---|---|
| مايو | 22 | قليل |
| يونيو | 26 | كثير |

\`\`\`python
print("البحر")
\`\`\`
`;
await session({ viewport: DESKTOP }, '/', async (page, shoot) => {
  const { agree, rows } = parts(page);
  await agree();
  await page.evaluate(
    async (text) => (await /** @type {any} */ (globalThis).loquat.app.transfer()).importText(text),
    ARABIC,
  );
  await page.evaluate(() => document.querySelector('.loquat')?.setAttribute('dir', 'rtl'));
  await rows.first().locator('.open').click();
  await page.getByRole('button', { name: 'Dismiss' }).click();
  await page.locator('.hljs-string').waitFor();
  await shoot('right-to-left');
});

await session(
  { viewport: DESKTOP, context: { colorScheme: 'dark' } },
  '/?temperature=0',
  async (page, shoot) => {
    const { agree, send, answer, button } = parts(page);
    await agree();
    await send(CODE);
    await written(page, 350);
    await shoot('dark');
    await button('Stop').click();
    await answer();
    await page.getByRole('button', { name: 'Settings' }).first().click();
    await page.getByLabel('Language').selectOption('zh');
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: '新对话' }).first().click();
    await shoot('chinese');
  },
);

await session({ viewport: PHONE }, `/?model=models/missing-${basename(MODEL)}`, async (page, shoot) => {
  await page.locator('.offer .primary').click();
  await page.locator('.notice.error').waitFor();
  await shoot('error');
});

await server.stop();
