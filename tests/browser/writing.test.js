// Writing by templates in the page: the menu that `/` opens, the form, the draft beside the chat, versions, exports, and what
// hostile templates can't do. The engine answers from a script, so that most places are filled by code.
import axeCore from 'axe-core';
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { FAKE, parts, setupFake } from './page.js';

const MORE = {
  news: {
    'What happened': 'A magnitude 6.8 earthquake shook the coast',
    Where: 'Northport',
    When: '4 March 2026, 14:30',
    Numbers: 'Depth: 12 km\nHouses damaged: 140',
  },
};

/** @param {import('playwright-core').Page} page @param {string} command */
async function choose(page, command) {
  const field = page.getByRole('textbox', { name: 'Message' });
  await field.fill(`/${command}`);
  await page.locator('.commands [aria-selected=true]').waitFor();
  await field.press('Enter');
}

/** @param {import('playwright-core').Page} page @param {Record<string, string>} values */
async function fill(page, values) {
  const form = page.locator('.fill-form');
  await form.waitFor();
  for (const [label, value] of Object.entries(values))
    await form.getByLabel(label, { exact: false }).first().fill(value);
  await form.getByRole('button', { name: 'Write' }).click();
}

/** Waits until the draft of the last answer is whole. @param {import('playwright-core').Page} page */
const written = (page) =>
  page.waitForFunction(
    () => {
      const { chat } = /** @type {any} */ (globalThis).loquat.app.store.get();
      return Object.values(chat.messages).some(
        (message) =>
          /** @type {any} */ (message).parts?.[0]?.type === 'draft' &&
          /** @type {any} */ (message).parts[0].done,
      );
    },
    undefined,
    { timeout: 60_000 },
  );

/** @param {import('playwright-core').Page} page */
async function axe(page) {
  await page.evaluate(axeCore.source);
  const { violations } = await page.evaluate(async () => {
    const { axe } = /** @type {any} */ (globalThis);
    return axe.run(document, { resultTypes: ['violations'] });
  });
  assert.deepEqual(
    violations.map(
      (/** @type {any} */ each) =>
        `${each.id}: ${each.nodes.map((/** @type {any} */ node) => node.html).join(' ')}`,
    ),
    [],
  );
}

test('a slash finds templates and the page’s commands, by keys alone', async (t) => {
  const { open } = await setupFake(t);
  const { page, errors } = await open(FAKE);
  const { field } = parts(page);
  await field.pressSequentially('/');
  const options = page.locator('.commands [role=option]');
  await options.first().waitFor();
  assert.ok((await options.count()) > 20);
  await axe(page);
  await field.pressSequentially('earthq');
  await page.waitForFunction(() => document.querySelectorAll('.commands [role=option]').length === 1);
  assert.match(await options.innerText(), /News from data/);
  await field.press('Escape');
  assert.equal(await options.first().isVisible(), false);
  assert.equal(await field.inputValue(), '/earthq');
  await field.fill(''); // what was put away stays so until the message begins anew
  await field.fill('/sett');
  await options.first().waitFor();
  await field.press('Tab');
  await page.getByRole('dialog', { name: 'Settings' }).waitFor();
  assert.equal(await field.inputValue(), '');
  await page.keyboard.press('Escape');
  await field.fill('/etc/hosts is a file');
  await page.waitForTimeout(200);
  assert.equal(await options.first().isVisible(), false);
  assert.deepEqual(errors, []);
});

test('a form is written by code and model, opens as a draft, and says which facts are there', async (t) => {
  const { open } = await setupFake(t);
  const { page, errors } = await open(FAKE);
  const { agree, questions, answers, button } = parts(page);
  await agree();
  await choose(page, 'news');
  await page.locator('.fill-form').waitFor();
  await axe(page);
  await page.locator('.fill-form').getByRole('button', { name: 'Write' }).click();
  await page.getByText('Please fill in: What happened, Where, When').waitFor();
  await fill(page, MORE.news);
  await written(page);
  await questions.last().getByText('Houses damaged: 140').waitFor();
  await answers.last().getByRole('heading', { level: 1 }).waitFor();
  await answers.last().getByRole('button', { name: 'Open the draft' }).click();
  const desk = page.locator('aside.desk');
  await desk.locator('textarea.paper').waitFor();
  await axe(page);
  const field = desk.getByRole('textbox', { name: 'Text of the draft' });
  const first = await field.inputValue();
  assert.match(first, /\*\*Northport, 4 March 2026, 14:30\.\*\* A magnitude 6\.8 earthquake shook the coast/);
  await field.fill(`${first.replace('140', '9,999')}\n\nSeen by Karl Unseen.`);
  await field.blur();
  await desk.getByRole('button', { name: /^Missing: 1 · to check/ }).click();
  const facts = desk.locator('.desk-facts');
  await facts.locator('.lacks').getByText('140').waitFor();
  await facts.getByRole('button', { name: 'Karl' }).click();
  assert.equal(
    await field.evaluate((/** @type {HTMLTextAreaElement} */ { value, selectionStart, selectionEnd }) =>
      value.slice(selectionStart, selectionEnd),
    ),
    'Karl',
  );
  await desk.getByRole('button', { name: 'Reading view' }).click();
  await desk.locator('mark').getByText('9,999').waitFor();
  await desk.getByRole('button', { name: 'Versions' }).click();
  await desk.locator('.comparison ins').first().waitFor();
  assert.match((await desk.locator('.comparison ins').allInnerTexts()).join(' '), /9,999/);
  assert.match((await desk.locator('.comparison del').allInnerTexts()).join(' '), /140/);
  await axe(page);
  await button('Undo').click();
  await desk.getByRole('button', { name: 'Text', exact: true }).click();
  assert.equal(await field.inputValue(), first);
  await page.reload();
  await answers.last().getByRole('button', { name: 'Open the draft' }).click();
  assert.equal(await field.inputValue(), first);
  await page.keyboard.press('Escape');
  assert.equal(await desk.count(), 0);
  assert.deepEqual(errors, []);
});

test('long work stops after its outline, is changed, survives a reload, and goes on', async (t) => {
  const { open } = await setupFake(t);
  const { page, errors } = await open(FAKE);
  const { agree, answers } = parts(page);
  await agree();
  await choose(page, 'story');
  await fill(page, {
    'Who it is about': 'Mia',
    'Where it plays': 'a village',
    'What happens': 'Her boat is gone',
  });
  await answers.last().getByRole('button', { name: 'Go on' }).waitFor();
  await answers.last().getByRole('button', { name: 'Open the draft' }).click();
  const outline = page.locator('.desk .steps').getByRole('textbox', { name: 'Outline' });
  await outline.fill('Mia wakes up early\nThe fisher brings the boat');
  await outline.blur();
  await page.waitForTimeout(300);
  await page.reload();
  await answers.last().getByRole('button', { name: 'Go on' }).click();
  await written(page);
  const text = await answers.last().locator('.body:not([hidden])').first().innerText();
  assert.match(text, /Mia wakes up early\./);
  assert.match(text, /The fisher brings the boat\./);
  assert.deepEqual(errors, []);
});

test('a draft is taken elsewhere: Markdown, plain text, Word, print', async (t) => {
  const { open } = await setupFake(t);
  const { page, errors } = await open(FAKE);
  const { agree, answers } = parts(page);
  await agree();
  await choose(page, 'news');
  await fill(page, MORE.news);
  await written(page);
  await answers.last().getByRole('button', { name: 'Open the draft' }).click();
  const exports = page.locator('.desk .exports');
  /** @param {string} name */
  const take = async (name) => {
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      exports.getByRole('button', { name }).click(),
    ]);
    return { name: download.suggestedFilename(), bytes: await readFile(await download.path()) };
  };
  const markdown = await take('Markdown');
  assert.match(markdown.name, /\.md$/);
  assert.match(markdown.bytes.toString(), /^# /);
  const plain = await take('Plain text');
  assert.match(plain.bytes.toString(), /• Depth: 12 km/);
  assert.doesNotMatch(plain.bytes.toString(), /\*\*|^#/m);
  const word = await take('DOCX');
  assert.match(word.name, /\.docx$/);
  assert.equal(word.bytes.subarray(0, 2).toString(), 'PK');
  assert.ok(word.bytes.includes('word/document.xml'));
  await page.evaluate(() => {
    globalThis.print = () => {
      /** @type {any} */ (globalThis).printed = document.querySelector('.draft-on-paper')?.textContent;
    };
  });
  await exports.getByRole('button', { name: 'Print' }).click();
  assert.match(await page.evaluate(() => /** @type {any} */ (globalThis).printed), /Northport/);
  assert.deepEqual(errors, []);
});

test('a hostile template stays text, a broken one is refused with its place, and neither ends the page', async (t) => {
  const { open } = await setupFake(t);
  const { page, errors } = await open(FAKE);
  const { agree, answers } = parts(page);
  await agree();
  await choose(page, 'templates');
  const panel = page.locator('.templates');
  await panel.waitFor();
  await axe(page);
  const hostile = {
    format: 'loquat-templates',
    templates: [
      {
        id: 'evil',
        language: 'en',
        name: '<img src=x onerror=alert(1)>',
        about: '<script>alert(2)</script>',
        fields: [{ id: 'a', label: '<b>bold</b>', kind: 'line', required: true }],
        body: '# <img src=x onerror=alert(3)> {{a}}\n\n[x](javascript:alert(4))\n\n<iframe src="https://example.org"></iframe>',
        slots: {},
      },
      { id: 'Broken One', language: 'en', name: 'B', fields: [], body: '{{#nowhere}}' },
    ],
  };
  await panel.locator('input[type=file]').setInputFiles({
    name: 't.json',
    mimeType: 'application/json',
    buffer: Buffer.from(JSON.stringify(hostile)),
  });
  await panel.getByText('1 template was imported.').waitFor();
  await panel.locator('.problems').getByText('/templates/1/id').waitFor();
  await panel
    .locator('input[type=file]')
    .setInputFiles({ name: 't.json', mimeType: 'application/json', buffer: Buffer.from('<html>') });
  await panel.locator('.problems').getByText('this is not JSON').waitFor();
  assert.equal(await panel.locator('img, script, b').count(), 0);
  await page.keyboard.press('Escape');
  await choose(page, 'evil');
  await fill(page, { '<b>bold</b>': '<img src=x onerror=alert(5)>' });
  await written(page);
  await answers.last().getByText('onerror=alert(3)').first().waitFor();
  assert.equal(
    await page.locator('article img, article iframe, article script, a[href^="javascript"]').count(),
    0,
  );
  await page.reload();
  await choose(page, 'templates');
  await panel.getByText('/evil').waitFor();
  await panel
    .getByRole('button', { name: /^Delete: / })
    .first()
    .click();
  await panel.getByText('/evil').waitFor({ state: 'detached' });
  assert.deepEqual(errors, []);
});

test('one’s own prompt with a place becomes a template', async (t) => {
  const { open } = await setupFake(t);
  const { page, errors } = await open(FAKE);
  await parts(page).agree();
  await choose(page, 'templates');
  const panel = page.locator('.templates');
  await panel.getByRole('button', { name: 'New template' }).click();
  await panel.getByRole('textbox', { name: 'Name' }).fill('Toast');
  await panel.getByRole('textbox', { name: 'What the model is asked' }).fill('Write a toast for {{guest}}.');
  await panel.getByRole('button', { name: 'Save' }).click();
  await panel.getByText('/toast-2').waitFor();
  await page.keyboard.press('Escape');
  await choose(page, 'toast-2');
  await page.locator('.fill-form').getByLabel('guest').waitFor();
  assert.deepEqual(errors, []);
});

test('on a phone the draft is a sheet over the chat, and nothing is wider than the screen', async (t) => {
  const { open } = await setupFake(t, { viewport: { width: 390, height: 844 } });
  const { page, errors } = await open(FAKE);
  const { agree, answers } = parts(page);
  await agree();
  await choose(page, 'news');
  await fill(page, MORE.news);
  await written(page);
  await answers.last().getByRole('button', { name: 'Open the draft' }).click();
  const desk = page.locator('aside.desk');
  await desk.waitFor();
  for (const width of [390, 320, 200]) {
    await page.setViewportSize({ width, height: 640 });
    await page.waitForTimeout(100);
    const box = await desk.boundingBox();
    assert.ok(box && box.width <= width && box.x >= 0, JSON.stringify(box));
    assert.equal(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), true);
  }
  assert.equal(await page.locator('.main').isVisible(), false, 'what it covers takes no part');
  await page.setViewportSize({ width: 390, height: 844 });
  await axe(page);
  await desk.getByRole('button', { name: 'Close' }).click();
  await answers.last().getByRole('button', { name: 'Open the draft' }).waitFor();
  assert.deepEqual(errors, []);
});

test('with the server gone templates are found, filled in and exported', async (t) => {
  const { server, open } = await setupFake(t);
  const { page } = await open(FAKE);
  const { agree, answers } = parts(page);
  await page.evaluate(() => navigator.serviceWorker.ready);
  await page.reload();
  await agree();
  await page.waitForTimeout(1000); // the rest of the page is kept by then
  await server.stop();
  await choose(page, 'news');
  await fill(page, MORE.news);
  await written(page);
  await answers.last().getByRole('button', { name: 'Open the draft' }).click();
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.locator('.desk .exports').getByRole('button', { name: 'DOCX' }).click(),
  ]);
  assert.match(download.suggestedFilename(), /\.docx$/);
});
