// Small screens and fingers: the list over the conversation, a keyboard that takes half of the screen, long words, a watch.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { page as en } from '../../www/locales/en.js';
import { chunkWith } from './chunks.js';
import { FAKE, parts, setupFake } from './page.js';

const PHONE = { width: 390, height: 844 };
const TOUCH = { hasTouch: true, isMobile: true };

/** @param {import('playwright-core').Page} page @param {string} selector */
const hasFocus = (page, selector) =>
  page.waitForFunction((selector) => document.activeElement?.matches(selector), selector);

test('by touch: rename, pin and delete are at hand, and the conversation below takes no part', async (t) => {
  const { open } = await setupFake(t, { viewport: PHONE, context: TOUCH });
  const { page, errors } = await open(FAKE);
  const { agree, send, answer, button, rows } = parts(page);
  await agree();
  await send('apples');
  await answer();
  await button('Show conversations').tap();
  await hasFocus(page, '.sidebar .menu');
  const main = page.locator('main');
  assert.equal(await main.evaluate((node) => /** @type {HTMLElement} */ (node).inert), true);
  await rows.getByRole('button', { name: 'Actions for “apples”' }).tap();
  await rows.getByRole('button', { name: 'Rename' }).tap();
  await page.keyboard.type('Orchard');
  await page.keyboard.press('Enter');
  await rows.getByText('Orchard').waitFor();
  await rows.getByRole('button', { name: 'Pin', exact: true }).tap();
  await page.getByRole('heading', { name: 'Pinned' }).waitFor();
  await rows.getByText('Orchard').tap();
  await hasFocus(page, '.topbar .menu'); // and no keyboard over what was opened
  assert.equal(await main.evaluate((node) => /** @type {HTMLElement} */ (node).inert), false);
  await button('Show conversations').tap();
  await page.setViewportSize({ width: 1200, height: 844 }); // a tablet that is turned
  await page.waitForFunction(() => document.querySelector('main')?.inert === false);
  await page.setViewportSize(PHONE);
  await rows.getByRole('button', { name: 'Delete' }).tap();
  await page.getByText('Deleted “Orchard”.').waitFor();
  assert.deepEqual(errors, []);
});

test('beside the conversation, the list is never in the way of Escape', async (t) => {
  const { open } = await setupFake(t);
  const { page } = await open(FAKE);
  const { agree, send, answers } = parts(page);
  await agree();
  await page.locator('[type=search]').focus();
  await send('count to 400');
  await answers.getByText('Line 2.').waitFor();
  await page.keyboard.press('Escape');
  await answers.getByText('Stopped.').waitFor({ timeout: 5000 });
});

/** @param {import('playwright-core').Page} page */
const visible = (page) =>
  page.evaluate(() => {
    const end = visualViewport?.height ?? innerHeight;
    const box = (/** @type {string} */ selector) => document.querySelector(selector)?.getBoundingClientRect();
    const [bar, form, scroller] = ['.topbar', '.composer', '.scroller'].map((each) => box(each));
    const words = [...document.querySelectorAll('article .body')].pop()?.getBoundingClientRect();
    return {
      barTop: bar?.top,
      formBelow: (form?.bottom ?? Infinity) - end,
      room: scroller?.height ?? 0,
      lastWordsAbove: (form?.top ?? 0) - (words?.bottom ?? Infinity),
    };
  });

test('a keyboard that takes half of the screen leaves the field, the last words and the title', async (t) => {
  const { open } = await setupFake(t, { viewport: PHONE, context: TOUCH });
  const { page } = await open(FAKE);
  const { agree, send, answer, field } = parts(page);
  await agree();
  await send('count to 60');
  await answer();
  // Browsers that make the page smaller: interactive-widget=resizes-content.
  await page.setViewportSize({ width: 390, height: 400 });
  await field.tap();
  await page.waitForTimeout(100);
  const seen = await visible(page);
  assert.equal(seen.barTop, 0);
  assert.ok(seen.formBelow <= 0 && seen.lastWordsAbove >= 0 && seen.room > 150, JSON.stringify(seen));
  await field.fill('word\n'.repeat(30));
  const long = await visible(page);
  assert.ok(long.formBelow <= 0 && long.room > 60, JSON.stringify(long));
});

test('a keyboard that lies over the page, as on iOS, moves the field up', async (t) => {
  const { open, context } = await setupFake(t, { viewport: PHONE, context: TOUCH });
  await context.addInitScript(() => {
    const view = Object.assign(new EventTarget(), { height: innerHeight, scale: 1 });
    Object.defineProperty(globalThis, 'visualViewport', { value: view });
  });
  const { page } = await open(FAKE);
  const { agree, send, answer } = parts(page);
  await agree();
  await send('count to 60');
  await answer();
  const open_ = (/** @type {number} */ height, scale = 1) =>
    page.evaluate(
      ([height, scale]) => {
        Object.assign(/** @type {any} */ (visualViewport), { height, scale });
        visualViewport?.dispatchEvent(new Event('resize'));
        return new Promise((resolve) => setTimeout(() => resolve(document.body.style.height), 100));
      },
      [height, scale],
    );
  assert.equal(await open_(450), '450px');
  const seen = await visible(page);
  assert.ok(seen.formBelow <= 0 && seen.lastWordsAbove >= 0, JSON.stringify(seen));
  assert.equal(await open_(844), '', 'and back');
  assert.equal(await open_(300, 2), '', 'who only looks closer changes nothing');
});

/** As long as German: words grow by two fifths, and some into one. */
const stretched = Object.fromEntries(
  Object.entries(en).map(([key, text]) => [
    key,
    text.replace(/\{\w+\}|[A-Za-z]{4,}/g, (word) =>
      word.startsWith('{') ? word : word + 'ungsvorgang'.slice(0, Math.ceil(word.length * 0.4)),
    ),
  ]),
);

for (const direction of /** @type {const} */ (['ltr', 'rtl'])) {
  test(`words as long as German’s fit every view at every width, ${direction}`, async (t) => {
    const { open, server } = await setupFake(t, { context: { reducedMotion: 'reduce' } });
    // A section of a language is a chunk of its own.
    const name = await chunkWith('zh', '"welcomeTitle"');
    server.pages.set(`/chunks/${name}`, {
      type: 'text/javascript',
      body: `export const page = ${JSON.stringify(stretched)};`,
    });
    const { page, errors } = await open(`${FAKE}&language=zh`);
    await page.locator('.offer .primary').waitFor();
    assert.match(await page.locator('.welcome h2').innerText(), /talkun/);
    const turn = () =>
      page.evaluate(
        (direction) => document.querySelector('.loquat')?.setAttribute('dir', direction),
        direction,
      );
    await turn();
    /** What sticks out of the page or of its own button, at some width. @param {string} view */
    const check = async (view) => {
      for (const width of [1280, 700, 390, 320, 200]) {
        await page.setViewportSize({ width, height: 700 });
        const out = await page.evaluate(() => {
          const dialog = document.querySelector('dialog[open]');
          const wide = dialog ?? document.documentElement;
          const buttons = [...(dialog ?? document).querySelectorAll('button, label, legend, h2, p')].filter(
            (node) =>
              node.checkVisibility({ visibilityProperty: true }) &&
              !node.closest('.visually-hidden, [inert]') &&
              !node.matches('.open, .visually-hidden, .skip:not(:focus)'),
          );
          const cut = buttons.filter((node) => {
            const { left, right } = node.getBoundingClientRect();
            return node.scrollWidth > node.clientWidth + 1 && getComputedStyle(node).display !== 'inline'
              ? true
              : left < -1 || right > innerWidth + 1;
          });
          return [
            ...(wide.scrollWidth > wide.clientWidth
              ? [`${wide.tagName} by ${wide.scrollWidth - wide.clientWidth}`]
              : []),
            ...cut.map((node) => node.outerHTML.slice(0, 200)),
          ];
        });
        assert.deepEqual(out, [], `${view} at ${width}`);
      }
      await page.setViewportSize({ width: 1280, height: 700 });
    };
    await check('welcome');
    await page.locator('.offer .primary').click();
    await page.locator('.topbar .chip').waitFor();
    const field = page.locator('.composer textarea');
    await field.fill('a table');
    await field.press('Enter');
    await page.locator('article.assistant .stats').waitFor();
    await check('answer');
    await field.fill('explode');
    await field.press('Enter');
    await page.locator('.notice.error').waitFor();
    await check('error');
    await page.locator('.sidebar .foot button:not([hidden])').first().click();
    await page.locator('dialog[open] .settings').waitFor();
    await page
      .locator('dialog details')
      .first()
      .evaluate((node) => node.setAttribute('open', ''));
    await check('settings');
    await page.keyboard.press('Escape');
    await page.locator('.sidebar .foot button').last().click();
    await page.locator('dialog[open] .shortcuts').waitFor();
    await check('help');
    assert.deepEqual(errors, []);
  });
}
