// The conversation in the page, with an engine that answers from a script: what the person does and then sees.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FAKE, parts, setupFake } from './page.js';

test('a first visit: read, write already, agree, get the answer that waited', async (t) => {
  const { server, open } = await setupFake(t);
  const { page, errors } = await open(FAKE);
  const { send, answers, answer } = parts(page);
  assert.match(await page.locator('.offer').innerText(), /on this device/);
  assert.equal(await page.locator('.examples button').count(), 6);
  assert.equal(
    server.requests('/models/tiny.gguf').length,
    0,
    'nothing is downloaded before the person agrees',
  );
  await send('hello');
  await answers.first().getByText('Waiting for the model').waitFor();
  await page.getByRole('button', { name: /Load/ }).click();
  assert.match(await answer(), /^You said: hello/);
  await send('and more');
  assert.match(await answer(), /You said: and more That was message 2\./);
  assert.deepEqual(errors, []);
});

test('stop, continue, regenerate, edit and walking between the branches', async (t) => {
  const { open } = await setupFake(t);
  const { page, errors } = await open(FAKE);
  const { send, answers, agree, answer, button, questions, field } = parts(page);
  await agree();
  await send('count to 400');
  await answers.getByText('Line 3.').waitFor();
  await button('Stop').click();
  await answers.getByText('Stopped.').waitFor();
  assert.doesNotMatch(await answer(), /Line 399/);
  await button('Continue').waitFor();

  await send('first');
  assert.match(await answer(), /You said: first/);
  await button('Answer again').last().click();
  await page.getByText('2 / 2').waitFor();
  await answer();
  await button('Previous version').click();
  await page.getByText('1 / 2').waitFor();

  await field.press('ArrowUp');
  const editor = page.locator('form.editor textarea');
  assert.equal(await editor.inputValue(), 'first');
  await editor.fill('second');
  await editor.press('Enter');
  await questions.last().getByText('second').waitFor();
  assert.match(await answer(), /You said: second/);
  await questions.last().getByRole('button', { name: 'Previous version' }).click();
  await questions.last().getByText('first').waitFor();
  assert.deepEqual(errors, []);
});

test('a reload finds the conversation, the branch and the draft, and asks the network for no weights', async (t) => {
  const { server, open } = await setupFake(t);
  const { page } = await open(FAKE);
  const { send, agree, answer, field, questions } = parts(page);
  await agree();
  await send('remember me');
  await answer();
  await field.fill('not sent yet');
  await page.waitForTimeout(700);
  const before = server.requests('/models/tiny.gguf').length;
  assert.ok(before > 0);
  server.faults.set('/models/tiny.gguf', { status: 503 });
  await page.reload();
  await page.locator('.topbar .chip').waitFor();
  assert.match(await questions.last().innerText(), /remember me/);
  assert.match(await answer(), /You said: remember me/);
  assert.equal(await field.inputValue(), 'not sent yet');
  assert.equal(server.requests('/models/tiny.gguf').length, before);
  await send('again');
  assert.match(await answer(), /message 2/);
});

test('an answer is Markdown made safe: tables, code in colours, math, no images, no scripts', async (t) => {
  const { open } = await setupFake(t);
  const { page, errors } = await open(FAKE);
  const { send, agree, answer, answers } = parts(page);
  await agree();
  await send('a table');
  const text = await answer();
  assert.match(text, /<img src=x onerror=alert\(1\)>/, 'foreign HTML is shown as text');
  assert.equal(await answers.locator('td').count(), 6);
  await answers.locator('.hljs-keyword').first().waitFor();
  await answers.locator('math').first().waitFor();
  assert.equal(await answers.locator('math').count(), 2);
  assert.equal(await answers.locator('sub').count(), 1);
  assert.equal(await answers.locator('img, script, [onerror], [style]').count(), 0);
  assert.equal(await answers.locator('a[href^="javascript"]').count(), 0);
  await send('think');
  await page.locator('details.reasoning:not([hidden])').waitFor();
  assert.equal(await answer(), 'I thought about it.');
  assert.deepEqual(errors, []);
});

test('an answer to a question for a fact says when the model was not sure of it', async (t) => {
  const { open } = await setupFake(t);
  const { page, errors } = await open(FAKE);
  const { agree, send, answer, answers } = parts(page);
  await agree();
  await send('Who won the race?');
  await answers.last().getByText('The model was not sure of this').waitFor();
  await send('Tell me of the race.');
  await answer();
  await page.waitForFunction(() => document.querySelectorAll('article.assistant .actions button').length > 2);
  assert.equal(
    await answers.last().getByText('The model was not sure of this').count(),
    0,
    'it may be told otherwise',
  );
  assert.deepEqual(errors, []);
});

test('what was worked out can be changed and worked out again', async (t) => {
  const { open } = await setupFake(t);
  const { page, errors } = await open(FAKE);
  const { agree, send } = parts(page);
  await agree();
  await send('A farm has chickens and rabbits: 35 heads and 94 feet. How many of each are there?');
  const worked = page.locator('.part-worked');
  await worked.locator('summary').click();
  const field = worked.getByLabel('Equations and steps');
  const again = worked.getByRole('button', { name: 'Work out again' });
  await field.fill((await field.inputValue()).replace('94', '100'));
  await again.click();
  await worked.getByText('chicken = 20, rabbit = 15').waitFor();
  await field.fill('x = 1\nx = 2');
  await again.click();
  await worked.getByText('These equations have no solution').waitFor();
  assert.deepEqual(errors, []);
});

test('an error shows its code, sentence and remedy, and the page goes on', async (t) => {
  const { server, open } = await setupFake(t);
  server.faults.set('/models/tiny.gguf', { html: '<!doctype html><title>Sign in</title>' });
  const { page } = await open(FAKE);
  const { send, answer, button } = parts(page);
  await page.locator('.offer .primary').click();
  await page.locator('.notice.error code').getByText('html_instead').waitFor({ state: 'attached' });
  assert.match((await page.locator('.notice .remedy').textContent()) ?? '', /GGUF/);
  server.faults.clear();
  await button('Try again').click();
  await page.locator('.topbar .chip').waitFor();
  await send('explode');
  await page.locator('.notice.error code').getByText('prompt_exploded').waitFor({ state: 'attached' });
  assert.match(
    (await page.locator('.notice').textContent()) ?? '',
    /exploded at token 7[^]*Ask something else/,
  );
  await send('fine');
  assert.match(await answer(), /You said: fine/);
  assert.equal(await page.locator('.notice').count(), 0);
});

test('an error in Chinese: sentence and remedy are translated, names and numbers stay below them', async (t) => {
  const { server, open } = await setupFake(t);
  server.faults.set('/models/tiny.gguf', { status: 404 });
  const { page } = await open(`${FAKE}&language=zh`);
  await page.locator('.offer .primary').click();
  const notice = page.locator('.notice.error');
  await notice.locator('code').getByText('not_found').waitFor({ state: 'attached' });
  const [says, remedy] = await notice.locator('.text > p').allInnerTexts();
  assert.match(says + remedy, /^这个地址没有文件。请检查地址/);
  assert.match((await notice.locator('.detail').textContent()) ?? '', /tiny\.gguf: the server answered 404/);
});

test('what no longer fits the context is left out visibly, and can be sent after all', async (t) => {
  const { open } = await setupFake(t);
  const { page } = await open(FAKE);
  const { send, agree, answer, button } = parts(page);
  await agree();
  for (let i = 0; i < 3; i++) {
    await send(`count to 70 ${'word '.repeat(20)}`);
    await answer();
  }
  await page.getByText(/first \d+ messages no longer fit/).waitFor();
  assert.ok((await page.locator('article.left-out').count()) >= 2);
  await button('Send everything anyway').click();
  await page.getByText('Everything is sent').waitFor();
});

test('a chat of a thousand messages shows the newest, and the rest as the reader goes up', async (t) => {
  const { open } = await setupFake(t);
  const { page, errors } = await open(FAKE);
  const { send, agree, answer } = parts(page);
  await agree();
  await page.evaluate(() => {
    const { app } = /** @type {any} */ (globalThis).loquat;
    const { conversation } = app.store.get().chat;
    const list = Array.from({ length: 1000 }, (_, i) => ({
      id: `m${i}`,
      conversation: conversation.id,
      parent: i === 0 ? null : `m${i - 1}`,
      role: i % 2 ? 'assistant' : 'user',
      text: `Message ${i}\n\n- one\n- two\n\n\`\`\`js\nlet x = ${i};\n\`\`\``,
      created: i + 1,
      status: 'done',
    }));
    const messages = Object.fromEntries(list.map((message) => [message.id, message]));
    const children = Object.fromEntries(list.map((message) => [message.parent ?? '', [message.id]]));
    app.store.set({ chat: { conversation: { ...conversation, id: 'long' }, messages, children } });
  });
  await page.getByText('Message 999').waitFor();
  const shown = () => page.locator('article').count();
  assert.ok((await shown()) <= 60, `${await shown()} messages in the document`);
  const scroller = page.locator('.scroller');
  await scroller.hover();
  await page.mouse.wheel(0, -100_000);
  await page.waitForFunction(() => document.querySelectorAll('article').length > 60);
  await page.getByRole('button', { name: 'Jump to the latest message' }).click();
  await send('still here?');
  assert.match(await answer(), /still here/);
  assert.deepEqual(errors, []);
});

test('the answer follows its end until the reader scrolls up, and again from the button', async (t) => {
  const { open } = await setupFake(t);
  const { page } = await open(FAKE);
  const { send, agree, answers, button } = parts(page);
  await agree();
  const fromEnd = () =>
    page.locator('.scroller').evaluate((node) => node.scrollHeight - node.scrollTop - node.clientHeight);
  await send('count to 400');
  await answers.getByText('Line 40.').waitFor();
  assert.ok((await fromEnd()) < 60);
  await page.locator('.scroller').hover();
  await page.mouse.wheel(0, -300);
  // What is read stays, so that the end goes on below it.
  await page.waitForFunction(() => {
    const node = /** @type {HTMLElement} */ (document.querySelector('.scroller'));
    return node.scrollHeight - node.scrollTop - node.clientHeight > 300;
  });
  await button('Jump to the latest message').click();
  await answers.getByText('Line 250.').waitFor();
  assert.ok((await fromEnd()) < 60);
});
