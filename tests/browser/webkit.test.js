// The main conversation in WebKit: a scripted engine, the cache after a reload, offline, and the real model.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MODEL, MODEL_PATH } from './harness.js';
import { FAKE, serveFakeEngine, TINY } from './page.js';
import { startServer } from './server.js';
import { noWebKit, openWebKit, until } from './webkit.js';

const noModel = MODEL ? false : 'LOQUAT_MODEL is not set';
const STATE = 'const { model, generation, chat } = loquat.app.store.get();';

/** @param {Awaited<ReturnType<typeof openWebKit>>} page */
const words = (page) => ({
  ready: () =>
    until(
      () => page.run(`if (!globalThis.loquat) return false; ${STATE} return model.status === 'ready';`),
      'the model',
    ),
  /** @param {string} text @returns {Promise<string>} */
  async ask(text) {
    await page.type('.composer textarea', `${text}\uE007`);
    const before = `return Object.values(loquat.app.store.get().chat.messages).some(({ text }) => text === ${JSON.stringify(text)})`;
    await until(() => page.run(before), 'the question to be sent');
    await until(() => page.run(`${STATE} return generation === null;`), 'the answer');
    return page.run(`${STATE} return Object.values(chat.messages).pop().text;`);
  },
});

test(
  'WebKit: agree, ask, reload, ask again, and once more without a server',
  { skip: noWebKit },
  async (t) => {
    const server = await startServer({ files: { '/models/tiny.gguf': TINY } });
    t.after(() => server.stop());
    await serveFakeEngine(server);
    const page = await openWebKit(t);
    await page.go(server.origin + FAKE);
    const { ready, ask } = words(page);
    await page.click('.offer .primary');
    await ready();
    assert.match(await ask('a table'), /comparison/);
    await until(() => page.run("return !!document.querySelector('article.assistant math')"), 'the formula');
    const before = server.requests('/models/tiny.gguf').length;
    await page.reload();
    await ready();
    assert.match(await ask('hello'), /You said: hello That was message 2/);
    assert.equal(server.requests('/models/tiny.gguf').length, before, 'the model came from the cache');
    await server.stop();
    await page.reload();
    await ready();
    assert.match(await ask('hello again'), /You said: hello again/);
  },
);

test('WebKit: the real model answers', { skip: noWebKit || noModel, timeout: 300_000 }, async (t) => {
  const server = await startServer({ files: { [MODEL_PATH]: MODEL } });
  t.after(() => server.stop());
  const page = await openWebKit(t);
  await page.go(`${server.origin}/`);
  const { ready, ask } = words(page);
  await page.click('.offer .primary');
  await ready();
  await page.run('loquat.app.change({ temperature: 0, maxTokens: 24 })');
  assert.match(await ask('What is the capital of France?'), /Paris/);
});
