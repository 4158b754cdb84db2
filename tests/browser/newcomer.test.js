// What somebody stumbled over who used the page for the first time, each with what should happen instead.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FAKE, TINY, parts, setupFake } from './page.js';

const PHONE = { width: 390, height: 844 };

/** Puts a finished conversation into the page. @param {import('playwright-core').Page} page @param {string[]} said by turns */
async function saidBefore(page, said) {
  await page.waitForFunction(() => 'loquat' in globalThis);
  await page.evaluate(async (said) => {
    const { app } = /** @type {any} */ (globalThis).loquat;
    const { id } = app.store.get().chat.conversation;
    const messages = said.map((text, i) => ({
      id: `m${String(i).padStart(4, '0')}`,
      conversation: id,
      parent: i ? `m${String(i - 1).padStart(4, '0')}` : null,
      role: i % 2 ? 'assistant' : 'user',
      text,
      created: i + 1,
      status: 'done',
    }));
    const { chat } = app.store.get();
    const byId = Object.fromEntries(messages.map((message) => [message.id, message]));
    await app.conversations.save({ ...chat, messages: byId }, messages);
    await app.conversations.open(id);
  }, said);
}

const WIDE = [
  '| Name | Antidisestablishmentarianism | Price | Where it is sold, and by whom, in many words that go on |',
  '|:--|:-:|--:|---|',
  '| Loquat | Supercalifragilisticexpialidocious | 5 | everywhere |',
].join('\n');

test('a wide table keeps its words whole, its alignment and a name, and scrolls, on a phone too', async (t) => {
  const { open } = await setupFake(t, { viewport: PHONE });
  const { page } = await open(FAKE);
  await saidBefore(page, ['q', WIDE]);
  const table = page.getByRole('region', { name: 'Table with 1 row and 4 columns' });
  await table.waitFor();
  const found = await table.evaluate((node) => {
    const cells = [...node.querySelectorAll('tbody td')];
    return {
      scrolls: node.scrollWidth > node.clientWidth,
      whole: cells.every((cell) => cell.scrollWidth <= cell.clientWidth + 1),
      lines: cells.map((cell) => Math.round(cell.getBoundingClientRect().height / 24)),
      aligned: cells.map((cell) => getComputedStyle(cell).textAlign),
      edge: getComputedStyle(node).borderTopWidth,
      page: document.documentElement.scrollWidth - innerWidth,
    };
  });
  assert.equal(found.scrolls, true);
  assert.equal(found.lines[1] < 3, true, `a word on ${found.lines[1]} lines`);
  assert.deepEqual(found.aligned.slice(1, 3), ['center', 'right']);
  assert.equal(found.edge, '1px');
  assert.ok(found.page <= 0);
});

test('an image in an answer is a link with its text', async (t) => {
  const { open, server } = await setupFake(t);
  const { page } = await open(FAKE);
  await saidBefore(page, [
    'q',
    'See ![a ripe "loquat"](https://example.org/x.png?a=1&b=2) and ![](https://example.org/y.png)',
  ]);
  const link = page.getByRole('link', { name: 'a ripe "loquat"' });
  assert.equal(await link.getAttribute('href'), 'https://example.org/x.png?a=1&b=2');
  await page.getByRole('link', { name: 'https://example.org/y.png' }).waitFor();
  assert.ok(server.log.every(({ path }) => !path.endsWith('.png') || path.includes('icons')));
});

test('printing gives the conversation, whole, without the page around it', async (t) => {
  const { open } = await setupFake(t, { context: { colorScheme: 'dark' } });
  const { page } = await open(FAKE);
  await saidBefore(
    page,
    Array.from({ length: 200 }, (_, i) => `message ${i}`),
  );
  await page.getByText('message 199', { exact: true }).waitFor();
  await page.waitForFunction(
    () => /** @type {HTMLLinkElement | null} */ (document.querySelector('link[media=print]'))?.sheet,
  );
  await page.emulateMedia({ media: 'print' });
  await page.evaluate(() => dispatchEvent(new Event('beforeprint')));
  await page.getByText('message 0', { exact: true }).waitFor();
  const found = await page.evaluate(() => {
    const seen = (/** @type {string} */ selector) =>
      [...document.querySelectorAll(selector)].some((node) => node.getClientRects().length > 0);
    const scroller = /** @type {HTMLElement} */ (document.querySelector('.scroller'));
    return {
      around: ['.sidebar', '.composer', '.actions', '.topbar button', '.jump'].filter(seen),
      cut: scroller.scrollHeight > scroller.clientHeight,
      whole: document.documentElement.scrollHeight > 2000,
      colour: getComputedStyle(/** @type {Element} */ (document.querySelector('.message .body'))).color,
    };
  });
  assert.deepEqual(found, { around: [], cut: false, whole: true, colour: 'rgb(0, 0, 0)' });
  const pdf = await page.pdf();
  assert.ok((pdf.toString('latin1').match(/\/Type \/Page\b/g) ?? []).length > 5);
});

test('the way to the latest message goes when everything is seen', async (t) => {
  const { open } = await setupFake(t);
  const { page } = await open(FAKE);
  await saidBefore(page, ['q', `<think>${'a thought '.repeat(900)}</think>short`]);
  await page.locator('details.reasoning:not([hidden]) summary').click();
  await page.locator('.scroller').evaluate((node) => node.scrollTo(0, 0));
  await page.locator('.jump').waitFor();
  await page.locator('details.reasoning:not([hidden]) summary').click();
  await page.locator('.jump').waitFor({ state: 'hidden', timeout: 5000 });
});

test('a reload in the middle of an answer keeps what was written', async (t) => {
  const { open } = await setupFake(t);
  const { page } = await open(FAKE);
  const { agree, send, answers } = parts(page);
  await agree();
  await send('count to 4000');
  await answers.getByText('Line 40.').waitFor();
  const lines = async () =>
    // The last whole line: it may have been cut within the next one.
    Number(
      [...(await answers.last().locator('.body').innerText()).matchAll(/Line (\d+)\./g)].at(-1)?.[1] ?? 0,
    );
  const before = await lines();
  await page.reload();
  await answers.getByText('Stopped.').waitFor();
  await answers.getByText('Line 40.').waitFor(); // drawn as Markdown
  assert.ok((await lines()) >= before, `${await lines()} lines are left of ${before}`);
});

test('a download that was paused says Resume after a reload', async (t) => {
  const { open, server } = await setupFake(t);
  server.faults.set('/models/tiny.gguf', { bytesPerSecond: 20_000 });
  const { page } = await open(FAKE);
  await page.locator('.offer .primary').click();
  await page.getByRole('button', { name: 'Pause' }).click();
  await page.reload();
  await page.locator('.offer').getByRole('button', { name: 'Resume' }).waitFor();
});

/** Drops a file on the chat. @param {import('playwright-core').Page} page @param {{name: string, type: string, text: string}} file @param {'drop' | 'paste'} how */
const give = (page, file, how = 'drop') =>
  page.evaluate(([{ name, type, text }, how]) => {
    const data = new DataTransfer();
    data.items.add(new File([text], name, { type }));
    const event =
      how === 'drop'
        ? new DragEvent('drop', { dataTransfer: data, bubbles: true, cancelable: true })
        : new ClipboardEvent('paste', { clipboardData: data, bubbles: true, cancelable: true });
    document.querySelector('.composer textarea')?.dispatchEvent(event);
  }, /** @type {const} */ ([file, how]));

test('a dropped or pasted file says what can be done with it', async (t) => {
  const { open } = await setupFake(t);
  const { page, errors } = await open(FAKE);
  const { field, agree } = parts(page);
  await agree();
  await give(page, { name: 'prices.txt', type: 'text/plain', text: 'fruit,price\nloquat,5\n' });
  await page
    .locator('.attached li')
    .getByText(/prices\.txt/)
    .waitFor();
  await page.getByRole('button', { name: 'Put “prices.txt” into the message' }).click();
  assert.match(await field.inputValue(), /prices\.txt:\n```txt\nfruit,price\nloquat,5\n```/);
  await give(page, { name: 'me.png', type: 'image/png', text: 'x' }, 'paste');
  await page.getByText('“me.png” is a picture').waitFor();
  await give(page, { name: 'x.bin', type: 'application/octet-stream', text: 'x' });
  await page.getByText('“x.bin” can’t be read here.').waitFor();
  await give(page, { name: 'bad.gguf', type: '', text: '<!doctype html>' });
  await page.getByText('This file is a web page, not a model.').waitFor();
  await page.locator('.topbar .chip').waitFor(); // the model that worked is back
  assert.deepEqual(errors, []);
});

test('a GGUF from disk is offered to be kept, and is found again after a reload', async (t) => {
  const { open } = await setupFake(t);
  const { page } = await open(FAKE);
  await page.locator('.offer').waitFor();
  const { readFile } = await import('node:fs/promises');
  const bytes = (await readFile(TINY)).toString('base64');
  await page.evaluate((bytes) => {
    const data = new DataTransfer();
    const raw = Uint8Array.from(atob(bytes), (c) => c.charCodeAt(0));
    data.items.add(new File([raw], 'stick.gguf'));
    document
      .querySelector('.scroller')
      ?.dispatchEvent(new DragEvent('drop', { dataTransfer: data, bubbles: true, cancelable: true }));
  }, bytes);
  await page.getByText('“stick.gguf” runs from its file').waitFor();
  await page.getByRole('button', { name: 'Keep it in this browser' }).click();
  await page.getByText('“stick.gguf” is kept here now.').waitFor();
  await page.goto(page.url().replace(/\?.*/, ''));
  await page.locator('.topbar .chip').getByText('stick').waitFor();
});

test('an example that is clicked before consent explains itself, and the bar can be put away', async (t) => {
  const { open } = await setupFake(t, { viewport: { width: 200, height: 400 } });
  const { page } = await open(FAKE);
  await page.locator('.examples button').first().click();
  const bar = page.locator('.loading');
  await page.setViewportSize({ width: 900, height: 700 });
  await bar.getByText('Your question is kept.').waitFor();
  await page.setViewportSize({ width: 200, height: 400 });
  const room = await page.locator('.scroller').evaluate((node) => node.clientHeight);
  assert.ok(room > 160, `${room} pixels are left for the conversation`);
  await bar.getByRole('button', { name: 'Dismiss' }).click();
  await bar.waitFor({ state: 'hidden' });
});

test('a long text says before it is sent how long it takes to read', async (t) => {
  const { open } = await setupFake(t);
  const { page } = await open(FAKE);
  const { agree, field } = parts(page);
  await agree();
  await field.fill('short');
  assert.equal(await page.locator('.note .reading').isVisible(), false);
  await field.fill('many words '.repeat(4000));
  await page.getByText(/about \d+ min to read/).waitFor();
});

test('long questions fold, code in them is code, search shows the words it found', async (t) => {
  const { open } = await setupFake(t);
  const { page } = await open(FAKE);
  await saidBefore(page, [
    `Look:\n\`\`\`python\nprint("loquat")\n\`\`\`\n${'and a line\n'.repeat(60)}the buried pearl\n`,
    'yes',
  ]);
  const question = page.locator('article.user');
  await question.locator('figure.code code').getByText('print("loquat")').waitFor();
  const height = async () => (await question.boundingBox())?.height ?? 0;
  const folded = await height();
  await question.getByRole('button', { name: 'Show all' }).click();
  assert.ok((await height()) > 3 * folded);
  await page.getByRole('searchbox').fill('buried');
  await page.locator('.sidebar .hit').getByText('the buried pearl').waitFor();
});

test('by keys alone: one stop a row, arrows within, and a way past the list', async (t) => {
  const { open } = await setupFake(t);
  const { page } = await open(FAKE);
  const { agree, send, answer, button, field } = parts(page);
  await agree();
  for (const text of ['apples', 'pears', 'plums']) {
    await button('New chat').first().click();
    await send(text);
    await answer();
  }
  const at = () =>
    page.evaluate(
      () => document.activeElement?.getAttribute('aria-label') || document.activeElement?.textContent,
    );
  await page.getByRole('searchbox').focus();
  await page.keyboard.press('Tab');
  assert.equal(await at(), 'plums');
  await page.keyboard.press('ArrowDown');
  assert.equal(await at(), 'pears');
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('ArrowRight');
  assert.equal(await at(), 'Rename');
  await page.keyboard.press('ArrowUp');
  assert.equal(await at(), 'plums');
  await page.keyboard.press('End');
  assert.equal(await at(), 'apples');
  await page.keyboard.press('Enter');
  await page.locator('article.user').getByText('apples').waitFor();
  await page.evaluate(() => /** @type {HTMLElement} */ (document.activeElement)?.blur());
  await page.evaluate(() => document.querySelector('.skip')?.scrollIntoView());
  await page.locator('.skip').focus();
  assert.equal(await page.locator('.skip').isVisible(), true);
  await page.keyboard.press('Enter');
  assert.equal(await field.evaluate((node) => node === document.activeElement), true);
});

test('what was done is told for a while; targets are large enough for fingers', async (t) => {
  const { open } = await setupFake(t, { viewport: PHONE, context: { hasTouch: true, isMobile: true } });
  const { page } = await open(FAKE);
  await saidBefore(page, ['q', 'a']);
  const small = await page.evaluate(() =>
    [...document.querySelectorAll('.main button')]
      .filter((node) => node.getClientRects().length > 0)
      .map(
        (node) =>
          /** @type {const} */ ([
            node.getAttribute('aria-label') || node.textContent,
            node.getBoundingClientRect(),
          ]),
      )
      .filter(([, { width, height }]) => width < 43.5 || height < 43.5)
      .map(([name, { width, height }]) => `${name}: ${width} × ${height}`),
  );
  assert.deepEqual(small, []);
  await page.evaluate(() =>
    /** @type {any} */ (globalThis).loquat.app.store.set({
      notice: { kind: 'info', code: 'file_kept', message: 'x', remedy: '' },
    }),
  );
  await page.locator('.notice').waitFor();
  await page.locator('.notice').waitFor({ state: 'detached', timeout: 12_000 });
});

test('a first visit in Chinese is offered a model that speaks it, told its role in Chinese', async (t) => {
  const { open } = await setupFake(t, { context: { locale: 'zh-CN' } });
  const { page } = await open('/');
  await page.locator('.better').getByText('会说中文').waitFor();
  assert.match(await page.locator('.offer .primary').innerText(), /^下载 Qwen/);
  await page.locator('.offer .quiet').getByText('98 MB').waitFor();
  assert.equal(await page.getByText('它主要会英语').count(), 0);
  const role = await page.evaluate(() => /** @type {any} */ (globalThis).loquat.app.store.get().standardRole);
  assert.match(role, /助手/);
});

test('one conversation is saved as a page that opens anywhere and loads nothing', async (t) => {
  const { open, context } = await setupFake(t);
  const { page } = await open(FAKE);
  await saidBefore(page, [
    'What is <b>1 + 1</b>?',
    '**Two**, as in\n\n```js\n1 + 1 < 3\n```\n\n<img src=x onerror=alert(1)> ![pic](https://example.org/x.png)',
  ]);
  await page.getByRole('button', { name: 'This conversation' }).click();
  const saving = page.waitForEvent('download');
  await page.getByRole('button', { name: 'A page to share (HTML)' }).click();
  const file = await (await saving).path();
  const { readFile } = await import('node:fs/promises');
  const html = await readFile(file, 'utf8');
  assert.doesNotMatch(html, /<script|<img|<link|<button/);
  const alone = await context.newPage();
  /** @type {string[]} */
  const asked = [];
  alone.on('request', (request) => asked.push(request.url()));
  await alone.setContent(html);
  await alone.getByText('What is <b>1 + 1</b>?').waitFor();
  assert.equal(await alone.locator('strong').innerText(), 'Two');
  assert.match(await alone.locator('pre code').innerText(), /1 \+ 1 < 3/);
  assert.deepEqual(asked, []);
});
