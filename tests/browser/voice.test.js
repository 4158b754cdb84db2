// Reading aloud and dictation, with the browser's own interfaces played by scripts: only what stays on the device is used.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FAKE, parts, setupFake } from './page.js';

/** A synthesis with these voices, that comes to know them late, and notes what it is told. @param {import('playwright-core').BrowserContext} context @param {Array<{lang: string, localService: boolean}>} voices */
const synthesis = (context, voices) =>
  context.addInitScript((voices) => {
    /** @type {any[]} */
    const said = [];
    /** @type {any[]} */
    let queue = [];
    let known = /** @type {object[]} */ ([]);
    const fake = Object.assign(new EventTarget(), {
      said,
      getVoices: () => known,
      speak(/** @type {any} */ utterance) {
        said.push({ text: utterance.text, lang: utterance.lang, voice: utterance.voice?.name });
        queue.push(utterance);
      },
      cancel() {
        const gone = queue;
        queue = [];
        for (const utterance of gone) setTimeout(() => utterance.onerror?.({ error: 'interrupted' }));
      },
      finish() {
        const all = queue;
        queue = [];
        for (const utterance of all) utterance.onend?.();
      },
    });
    Object.defineProperty(globalThis, 'speechSynthesis', { value: fake });
    Object.defineProperty(globalThis, 'SpeechSynthesisUtterance', {
      value: class {
        constructor(/** @type {string} */ text) {
          Object.assign(this, { text });
        }
      },
    });
    setTimeout(() => {
      known = voices.map((voice, i) => ({ ...voice, name: `voice ${i}`, default: i === 0 }));
      fake.dispatchEvent(new Event('voiceschanged'));
    }, 50);
  }, voices);

/** @param {import('playwright-core').Page} page */
const said = (page) => page.evaluate(() => /** @type {any} */ (speechSynthesis).said);

test('an answer is read by a voice of the device, without its code, and stops when told', async (t) => {
  const { open, context } = await setupFake(t);
  await synthesis(context, [
    { lang: 'en-US', localService: false },
    { lang: 'zh-CN', localService: true },
    { lang: 'en-GB', localService: true },
  ]);
  const { page, errors } = await open(FAKE);
  const { agree, send, answer, answers, button } = parts(page);
  await agree();
  await send('a table');
  await answer();
  await send('你好');
  await answer();
  const read = answers.first().getByRole('button', { name: 'Read aloud' });
  await answers.first().hover();
  await read.click();
  await button('Stop reading').waitFor();
  await page.waitForFunction(() => /** @type {any} */ (speechSynthesis).said.length > 0);
  const heard = await said(page);
  const text = heard.map((/** @type {{text: string}} */ each) => each.text).join('\n');
  assert.match(text, /Here is a comparison:/);
  assert.match(text, /Loquat\s+spring\s+orange/);
  assert.doesNotMatch(text, /def fruits|Copy/);
  for (const { voice, lang } of heard) assert.deepEqual([voice, lang], ['voice 2', 'en-GB']);
  // Another one takes its place; the first button is itself again.
  await answers.last().getByRole('button', { name: 'Read aloud' }).click();
  await page.waitForFunction(
    (before) => /** @type {any} */ (speechSynthesis).said.length > before,
    heard.length,
  );
  assert.equal((await said(page)).at(-1).lang, 'zh-CN', 'by a voice of its language');
  assert.equal(await button('Stop reading').count(), 1);
  await button('Stop reading').click();
  await button('Stop reading').waitFor({ state: 'detached' });
  await answers.last().getByRole('button', { name: 'Read aloud' }).click();
  await button('Stop reading').waitFor();
  await page.waitForFunction(
    (before) => /** @type {any} */ (speechSynthesis).said.length > before + 1,
    heard.length,
  );
  await page.evaluate(() => /** @type {any} */ (speechSynthesis).finish());
  await button('Stop reading').waitFor({ state: 'detached' });
  assert.deepEqual(errors, []);
});

test('where all voices are a server’s, nothing offers to read aloud', async (t) => {
  const { open, context } = await setupFake(t);
  await synthesis(context, [{ lang: 'en-US', localService: false }]);
  const { page } = await open(FAKE);
  const { agree, send, answer, button } = parts(page);
  await agree();
  await send('hello');
  await answer();
  await page.waitForFunction(() => speechSynthesis.getVoices().length > 0);
  assert.equal(await button('Read aloud').count(), 0);
});

/** A recognition that hears “good morning”, or fails. @param {import('playwright-core').BrowserContext} context @param {{local?: boolean, state?: string, error?: string}} how */
const recognition = (context, how) =>
  context.addInitScript(({ local = true, state = 'available', error }) => {
    class Recognition {
      start() {
        const all = /** @type {any} */ (globalThis);
        all.heard = { .../** @type {any} */ (this) };
        setTimeout(() => {
          const me = /** @type {any} */ (this);
          if (error) me.onerror({ error });
          else
            for (const transcript of ['good', 'good morning']) me.onresult({ results: [[{ transcript }]] });
          if (error) me.onend();
        });
      }
      stop() {
        /** @type {any} */ (this).onend();
      }
      static available = async () => state;
      static install = async () => {
        /** @type {any} */ (globalThis).installed = true;
        return true;
      };
    }
    if (local) Object.assign(Recognition.prototype, { processLocally: false });
    Object.defineProperty(globalThis, 'SpeechRecognition', { value: Recognition });
  }, how);

test('what is dictated is appended to what is written, and never leaves the device', async (t) => {
  const { open, context } = await setupFake(t, { context: { locale: 'en-GB' } });
  await recognition(context, { state: 'downloadable' });
  const { page, errors } = await open(FAKE);
  const { button, field } = parts(page);
  await field.fill('She said');
  await button('Dictate').click();
  await page.waitForFunction(() => document.querySelector('textarea')?.value === 'She said good morning');
  const { heard, installed } = await page.evaluate(() => {
    const { heard, installed } = /** @type {any} */ (globalThis);
    return { heard: { lang: heard.lang, processLocally: heard.processLocally }, installed };
  });
  assert.deepEqual(heard, { lang: 'en-GB', processLocally: true });
  assert.equal(installed, true, 'the browser fetched the language first');
  assert.equal(await button('Dictate').getAttribute('aria-pressed'), 'true');
  await button('Dictate').click();
  assert.equal(await button('Dictate').getAttribute('aria-pressed'), 'false');
  assert.equal(await button('Send').isEnabled(), true);
  assert.deepEqual(errors, []);
});

test('a microphone that is refused is told, with what to do', async (t) => {
  const { open, context } = await setupFake(t);
  await recognition(context, { error: 'not-allowed' });
  const { page } = await open(FAKE);
  const { button } = parts(page);
  await button('Dictate').click();
  await page.locator('.notice.error code').getByText('microphone_refused').waitFor({ state: 'attached' });
  assert.equal(await button('Dictate').getAttribute('aria-pressed'), 'false');
});

test('a recognition that works on a server only is not offered', async (t) => {
  const { open, context } = await setupFake(t);
  await recognition(context, { local: false });
  const { page } = await open(FAKE);
  const { agree, button } = parts(page);
  await agree();
  assert.equal(await button('Dictate').count(), 0);
});
