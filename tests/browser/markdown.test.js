// Answers as the page draws them: what streams looks like what is reloaded, and nothing keeps the page busy.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SLOW } from '../js/markdown-slow.js';
import { setupFake, FAKE, parts } from './page.js';

/** Puts an answer into the open conversation, in so many pieces. @param {import('playwright-core').Page} page @param {string} text @param {number} [pieces] */
function show(page, text, pieces = 1) {
  return page.evaluate(
    async ({ text, pieces }) => {
      const { app } = /** @type {any} */ (globalThis).loquat;
      app.conversations.start();
      const frame = () => new Promise((resolve) => requestAnimationFrame(resolve));
      const id = 'a';
      const conversation = { ...app.store.get().chat.conversation, id: `${Math.random()}`, selected: {} };
      let longest = 0;
      const observer = new PerformanceObserver((list) => {
        for (const { duration } of list.getEntries()) longest = Math.max(longest, duration);
      });
      observer.observe({ type: 'longtask' });
      for (let i = 1; i <= pieces; i++) {
        const message = {
          id,
          conversation: conversation.id,
          parent: null,
          role: 'assistant',
          created: 1,
          text: text.slice(0, Math.ceil((text.length * i) / pieces)),
          status: i < pieces ? 'streaming' : 'done',
        };
        app.store.set({ chat: { conversation, messages: { [id]: message }, children: { '': [id] } } });
        await frame();
        await frame();
      }
      await new Promise((resolve) => setTimeout(resolve, 500));
      observer.disconnect();
      const body = document.querySelector('article.assistant .body');
      return { html: body?.innerHTML ?? '', text: body?.textContent ?? '', longest };
    },
    { text, pieces },
  );
}

/** @param {import('node:test').TestContext} t */
async function page(t) {
  const { open } = await setupFake(t);
  const opened = await open(FAKE);
  await parts(opened.page).field.waitFor();
  await show(opened.page, 'Math $x$, `code`.\n\n```js\n1\n```\n'); // loads what is loaded late
  await opened.page.locator('article math').waitFor();
  return opened;
}

test('a link’s definition that comes later makes the link, streamed or at once', async (t) => {
  const { page: tab } = await page(t);
  const text = 'See the [guide][g].\n\na\n\nb\n\nc\n\n[g]: https://example.org/g\n\nd\n\ne\n';
  const streamed = await show(tab, text, text.length);
  assert.match(streamed.html, /<a [^>]*href="https:\/\/example\.org\/g"/);
  const loaded = await show(tab, text);
  assert.equal(streamed.html, loaded.html);
  const ended = await show(tab, text.slice(0, text.indexOf('\n\nd')), 40);
  assert.match(ended.html, /href="https:\/\/example\.org\/g"/, 'without a line’s end after it, too');
});

test('whatever is written looks the same when it is reloaded', async (t) => {
  const { page: tab, errors } = await page(t);
  const text =
    '# A\n\n1. one\n2. two\n\n   more\n\n> quoted\n> on\n\n```js\nlet x = `$$`;\n```\n\n|a|b|\n|-|-|\n|1|2|\n\nSo $$x^2$$ and\n\n$$\ny\n$$\n\n**重点：**内容\r\n\r\nlast\tline';
  const streamed = await show(tab, text, 60);
  const loaded = await show(tab, text);
  assert.equal(streamed.html, loaded.html);
  const wrong = await show(tab, 'A wrong formula: $\\frac{1}{$ and \\(\\undefinedthing\\).');
  assert.match(wrong.text, /\\frac\{1\}\{/);
  assert.doesNotMatch(wrong.html, /style=/);
  assert.deepEqual(errors, [], 'nothing that the page’s policy reports');
});

test('100 kB of the worst input keeps the page busy for no longer than a moment', async (t) => {
  const { page: tab } = await page(t);
  // What this machine takes for a fixed piece of work, because it may be busy with something else.
  const slower = await tab.evaluate(() => {
    const began = performance.now();
    let sum = 0;
    for (let i = 0; i < 5e7; i++) sum += i % 7;
    return Math.max(1, (performance.now() - began) / 50 + sum * 0);
  });
  for (const [name, text] of Object.entries(SLOW)) {
    let { longest, text: drawn } = await show(tab, text);
    // Something else may have had the processor for a moment: the best of three counts.
    for (let i = 0; i < 2 && longest >= 300 * slower; i++)
      longest = Math.min(longest, (await show(tab, text)).longest);
    t.diagnostic(`${name}: ${Math.round(longest)} ms (${slower.toFixed(1)} ×)`);
    assert.ok(longest < 300 * slower, `${name}: ${longest} ms`);
    assert.ok(drawn.length > 0 || name === 'definitions', name); // which are nothing by themselves
  }
});
