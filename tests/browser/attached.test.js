// What goes with a message: files and long pasted texts as chips, with their length, sent with it or searched.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FAKE, parts, setupFake } from './page.js';

/** @param {import('playwright-core').Page} page @param {string} text */
const paste = (page, text) =>
  page.evaluate((text) => {
    const data = new DataTransfer();
    data.setData('text/plain', text);
    const event = new ClipboardEvent('paste', { clipboardData: data, bubbles: true, cancelable: true });
    const field = /** @type {HTMLTextAreaElement} */ (document.querySelector('.composer textarea'));
    // As a browser does where nobody has taken it.
    if (field.dispatchEvent(event)) field.value += text;
    field.dispatchEvent(new Event('input'));
  }, text);

/** @param {import('playwright-core').Page} page @param {string} name @param {string} text */
const drop = (page, name, text) =>
  page.evaluate(
    ([name, text]) => {
      const data = new DataTransfer();
      data.items.add(new File([text], name, { type: 'text/plain' }));
      const event = new DragEvent('drop', { dataTransfer: data, bubbles: true, cancelable: true });
      document.querySelector('.composer textarea')?.dispatchEvent(event);
    },
    [name, text],
  );

test('a long pasted text and a file of code are chips, go with the message, and then are gone', async (t) => {
  const { open } = await setupFake(t);
  const { page, errors } = await open(FAKE);
  const { agree, answer, button, field, questions, send } = parts(page);
  await agree();
  await paste(page, 'short enough');
  assert.equal(await field.inputValue(), 'short enough');
  await field.fill('');
  const long = 'abcdefghij'.repeat(310);
  await paste(page, `${long} END`);
  const chips = page.locator('.attached li');
  await chips
    .first()
    .getByText(/Pasted text/)
    .waitFor();
  assert.equal(await field.inputValue(), '', 'out of the way of what one writes');
  assert.match(await chips.first().innerText(), /\d+ tokens?, fits/);
  await drop(page, 'sum.py', 'print(1 + 2)\n');
  await chips.nth(1).getByText('sum.py').waitFor();
  await send('What is this?');
  await answer();
  await chips.first().waitFor({ state: 'detached' });
  const asked = await questions.last().innerText();
  assert.match(asked, /What is this\?[^]*Pasted text[^]*END[^]*sum\.py[^]*print\(1 \+ 2\)/);
  await drop(page, 'again.py', 'print(3)\n');
  await chips.first().waitFor();
  await page.reload();
  await chips.first().getByText('again.py').waitFor(); // kept with the draft
  await button('Take “again.py” away').click();
  await chips.first().waitFor({ state: 'detached' });
  assert.deepEqual(errors, []);
});

test('what does not fit beside a question becomes a document that is searched, and that is said', async (t) => {
  const { open } = await setupFake(t);
  const { page } = await open(FAKE);
  const { agree } = parts(page);
  await agree();
  await drop(
    page,
    'long.txt',
    Array.from({ length: 400 }, (_, i) => `Sentence ${i} is about loquats.`).join('\n'),
  );
  await page.getByText(/“long\.txt” has about [\d,]+ tokens, more than fit beside a question/).waitFor();
  await page.locator('.documents').getByText('long.txt', { exact: true }).waitFor();
  assert.equal(await page.locator('.attached li').count(), 0);
});
