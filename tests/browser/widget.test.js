// The widget on somebody else's page: strict CSP, no isolation headers, one line of HTML.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { setup } from './harness.js';
import { setupFake } from './page.js';

/** @typedef {import('playwright-core').Page} Page */

/** What docs/embed.md tells a site to allow, and nothing else. */
const CSP = [
  "default-src 'none'",
  "script-src 'self' 'wasm-unsafe-eval'",
  "worker-src 'self'",
  "connect-src 'self'",
].join('; ');

const LINE =
  '<script async src="/widget.js" data-model="/models/tiny.gguf" data-title="Fruit help" data-greeting="Ask about loquats." data-quick-replies="Are they sweet?|When are they ripe?"></script>';

/** @param {{server: import('./server.js').TestServer}} site @param {string} [body] @param {string} [path] */
function foreign({ server }, body = LINE, path = '/shop/') {
  const html = `<!doctype html><html lang="en"><title>A shop</title><link rel="icon" href="data:,"><h1>Fruit</h1><button id="before">Buy</button>${body}</html>`;
  server.pages.set(path, { type: 'text/html; charset=utf-8', body: html });
  server.faults.set(path, { headers: { 'Content-Security-Policy': `${CSP}; img-src data:` } });
  return path;
}

/** @param {Page} page */
function parts(page) {
  const chat = page.locator('loquat-chat');
  return {
    chat,
    launcher: chat.getByRole('button', { name: 'Open chat: Fruit help' }),
    field: chat.getByRole('textbox', { name: 'Message' }),
    answers: chat.locator('article.assistant'),
    /** The view may change between finding the button and clicking it: then it is found anew. */
    agree: async () => {
      const offer = chat.locator('button.primary:visible').first();
      for (let left = 20; ; left--) {
        const failed = await offer.click({ timeout: 1500 }).then(
          () => undefined,
          (error) => error,
        );
        if (!failed) return;
        if (left === 0) throw failed;
      }
    },
  };
}

test('a foreign page under a strict CSP, not isolated, has a conversation by one line', async (t) => {
  const site = await setupFake(t, { isolation: false });
  const { page, errors } = await site.open(foreign(site));
  const { launcher, field, answers, chat, agree } = parts(page);
  await launcher.waitFor();
  assert.equal(await page.evaluate(() => crossOriginIsolated), false);
  await page.waitForTimeout(300);
  const loaded = site.server.log.map(({ path }) => path);
  assert.deepEqual(loaded, ['/shop/', '/widget.js'], 'nothing but the launcher before it is opened');

  await launcher.click();
  await chat.getByRole('heading', { name: 'Ask about loquats.' }).waitFor();
  assert.match(await chat.locator('.offer .primary').innerText(), /MB|kB/, 'the size is shown');
  const overflow = await chat.locator('.scroller').evaluate((view) => view.scrollWidth - view.clientWidth);
  assert.equal(overflow, 0, 'a long address does not push the chat out of its frame');
  const bodies = site.server.requests('/models/tiny.gguf').filter(({ method }) => method !== 'HEAD');
  assert.equal(bodies.length, 0, 'no weights before the visitor agrees');
  await chat.getByRole('button', { name: 'Are they sweet?' }).click();
  await agree();
  await answers.getByText('You said: Are they sweet?').waitFor();
  await field.fill('And ripe?');
  await field.press('Enter');
  await answers.getByText('You said: And ripe? That was message 2.').waitFor();
  assert.deepEqual(errors, []);
});

test('visitors may add documents where the site says so, and nowhere else', async (t) => {
  const site = await setupFake(t, { isolation: false });
  const line = LINE.replace('data-model', 'data-documents="yes" data-history="no" data-model');
  const { page, errors } = await site.open(foreign(site, line));
  const { launcher, field, chat, agree } = parts(page);
  await launcher.click();
  await agree();
  const text = Buffer.from('The shop opens at nine in the morning, and closes at noon on Sundays.');
  const picker = chat.locator('input[type=file][multiple]').first();
  await picker.setInputFiles({ name: 'hours.txt', mimeType: 'text/plain', buffer: text });
  await chat.locator('.documents .chip').waitFor();
  await field.fill('When does the shop open in the morning?');
  await field.press('Enter');
  await chat.locator('figure.part-citation button').first().click();
  await chat.locator('.document-pane mark.cited').first().waitFor();
  // A site that keeps no history keeps no documents.
  const kept = await page.evaluate(
    () =>
      new Promise((resolve) => {
        const opening = indexedDB.open('loquat-documents');
        opening.onsuccess = () => {
          const db = opening.result;
          if (!db.objectStoreNames.contains('files')) return (db.close(), resolve(0));
          const count = db.transaction('files').objectStore('files').count();
          count.onsuccess = () => (db.close(), resolve(count.result));
        };
      }),
  );
  assert.equal(kept, 0);
  assert.deepEqual(errors, []);

  const other = await site.open(foreign(site, LINE, '/other/'));
  const shut = parts(other.page);
  await shut.launcher.click();
  await shut.field.waitFor();
  assert.equal(await shut.chat.getByRole('button', { name: 'Add documents' }).count(), 0);
});

test('the same with the real engine and its worker', async (t) => {
  const tiny = fileURLToPath(new URL('../fixtures/arch/smollm2-tied-q4_0/model.gguf', import.meta.url));
  const site = await setup(t, { isolation: false, files: { '/models/tiny.gguf': tiny } });
  const { page, errors } = await site.open(foreign(site));
  const { launcher, field, chat, agree } = parts(page);
  await launcher.click();
  await agree();
  const ready = page.evaluate(
    () =>
      new Promise((resolve) =>
        document
          .querySelector('loquat-chat')
          ?.addEventListener('ready', (event) => resolve(/** @type {any} */ (event).detail.model.backend)),
      ),
  );
  assert.ok(['cpu', 'gpu'].includes(/** @type {string} */ (await ready)));
  const said = page.evaluate(
    () =>
      new Promise((resolve) =>
        document.querySelector('loquat-chat')?.addEventListener('message', (event) => {
          const { role, status } = /** @type {any} */ (event).detail;
          if (role === 'assistant') resolve(status);
        }),
      ),
  );
  await field.fill('Hi');
  await field.press('Enter');
  await chat
    .getByRole('button', { name: 'Stop' })
    .click({ timeout: 5000 })
    .catch(() => {}); // it may be done already
  assert.match(/** @type {string} */ (await said), /done|cut|stopped/);
  assert.deepEqual(errors, []);
});

test('the next page does not read again what the last one has read', async (t) => {
  const tiny = fileURLToPath(new URL('../fixtures/arch/smollm2-tied-q4_0/model.gguf', import.meta.url));
  const site = await setup(t, { isolation: false, files: { '/models/tiny.gguf': tiny } });
  const line = LINE.replace('data-title', 'data-max-tokens="4" data-title');
  foreign(site, line, '/shop/two/');
  const { page, errors } = await site.open(foreign(site, line));
  const { launcher, field, answers, agree } = parts(page);
  await launcher.click();
  await agree();
  await field.fill('Which fruit is the sweetest of them all?');
  await field.press('Enter');
  const kept = () =>
    new Promise((resolve) => {
      const asked = indexedDB.open('loquat-widget');
      asked.onsuccess = () => {
        const got = asked.result.transaction('notes').objectStore('notes').get('session:');
        got.onsuccess = () => (asked.result.close(), resolve(got.result?.value?.bytes.length > 0));
      };
    });
  for (let i = 0; i < 100 && !(await page.evaluate(kept)); i++) await page.waitForTimeout(200);
  await page.goto(`${site.server.origin}/shop/two/`);
  await field.fill('And then?');
  await field.press('Enter');
  const stats = answers.nth(1).locator('.stats[title]');
  await stats.waitFor({ state: 'attached' });
  const [, cached, prompt] = /(\d+) of (\d+)/.exec((await stats.getAttribute('title')) ?? '') ?? [];
  assert.ok(Number(cached) > 20, `${cached} of ${prompt} tokens were read before`);
  assert.deepEqual(errors, []);
});

test('the launcher and what it needs to know weigh at most 15 kB', async () => {
  const file = await readFile(new URL('../../dist/widget.js', import.meta.url));
  const bytes = gzipSync(file, { level: 9 }).length;
  assert.ok(bytes <= 15_000, `${bytes} bytes`);
});

test('by keyboard: Enter opens, focus goes in, Escape closes and brings it back', async (t) => {
  const site = await setupFake(t, { isolation: false });
  const { page, errors } = await site.open(foreign(site));
  const { launcher, field, chat } = parts(page);
  await launcher.waitFor();
  await page.locator('#before').focus();
  await page.keyboard.press('Tab');
  assert.equal(await launcher.getAttribute('aria-expanded'), 'false');
  await page.keyboard.press('Enter');
  await field.waitFor();
  const inside = () => document.activeElement?.shadowRoot?.activeElement?.tagName;
  await page.waitForFunction(inside);
  assert.equal(await page.evaluate(inside), 'TEXTAREA');
  const dialog = chat.getByRole('dialog', { name: 'Fruit help' });
  assert.equal(await dialog.count(), 1);
  assert.equal(await chat.getByRole('log').count(), 1);
  await page.keyboard.press('Escape');
  await dialog.waitFor({ state: 'hidden' });
  assert.equal(await page.evaluate(inside), 'BUTTON');
  assert.deepEqual(errors, []);
});

test('methods and events: a site can drive the chat and hears of it', async (t) => {
  const site = await setupFake(t, { isolation: false });
  const { page, errors } = await site.open(foreign(site));
  const { launcher, chat, agree } = parts(page);
  await launcher.waitFor();
  await page.evaluate(() => {
    const element = /** @type {any} */ (document.querySelector('loquat-chat'));
    const heard = /** @type {unknown[]} */ ([]);
    Object.assign(globalThis, { heard });
    for (const type of ['open', 'close', 'ready', 'message', 'error']) {
      element.addEventListener(type, (/** @type {CustomEvent} */ { detail }) =>
        heard.push([type, detail?.role ?? detail?.code, detail?.text]),
      );
    }
    void element.open();
  });
  await agree();
  await page.waitForFunction(() =>
    /** @type {any} */ (globalThis).heard.some((/** @type {string[]} */ [type]) => type === 'ready'),
  );
  await page.evaluate(async () => {
    const element = /** @type {any} */ (document.querySelector('loquat-chat'));
    await element.addMessage({ role: 'assistant', text: 'Welcome back.' });
    await element.sendMessage('hello');
    await element.sendMessage('explode');
    await element.clear();
    element.close();
    element.toggle();
  });
  await chat.getByRole('heading', { name: 'Ask about loquats.' }).waitFor();
  /** @type {string[][]} */
  const heard = await page.evaluate(() => /** @type {any} */ (globalThis).heard);
  assert.deepEqual(heard.slice(0, 2), [
    ['open', undefined, undefined],
    ['ready', undefined, undefined],
  ]);
  const messages = heard.filter(([type]) => type === 'message').map(([, role, text]) => `${role}: ${text}`);
  assert.deepEqual(messages.slice(0, 3), [
    'assistant: Welcome back.',
    'user: hello',
    'assistant: You said: hello That was message 1.',
  ]);
  assert.ok(heard.some(([type, code]) => type === 'error' && code === 'prompt_exploded'));
  assert.deepEqual(
    heard.slice(-2).map(([type]) => type),
    ['close', 'open'],
  );
  assert.deepEqual(errors, []);
});

test('two widgets on a page, one inline; removing them ends their workers', async (t) => {
  const site = await setupFake(t, { isolation: false });
  const inline =
    '<loquat-chat model="/models/tiny.gguf" heading="Inline" history="no" theme="dark"></loquat-chat>';
  const { page, errors } = await site.open(foreign(site, inline + LINE));
  const first = page.locator('loquat-chat').first();
  const second = page.locator('loquat-chat').nth(1);
  await first.locator('.offer .primary').click();
  const ask = async (/** @type {typeof first} */ chat, /** @type {string} */ text) => {
    await chat.getByRole('textbox', { name: 'Message' }).fill(text);
    await chat.getByRole('textbox', { name: 'Message' }).press('Enter');
    await chat.locator('article.assistant').getByText(`You said: ${text}`).waitFor();
  };
  await ask(first, 'one');
  await second.getByRole('button', { name: 'Open chat: Fruit help' }).click();
  await second.locator('.offer .primary').click();
  await ask(second, 'two');
  await ask(first, 'three');
  assert.ok(page.workers().length > 0);
  await page.evaluate(() => document.querySelectorAll('loquat-chat').forEach((each) => each.remove()));
  await page.waitForFunction(() => document.querySelector('loquat-chat') === null);
  for (let i = 0; i < 50 && page.workers().length > 0; i++) await page.waitForTimeout(100);
  assert.equal(page.workers().length, 0, 'no worker is left');
  assert.deepEqual(errors, []);
});

test('what a site says reaches the chat: words, language, place, and knowledge as far as it can be had', async (t) => {
  const site = await setupFake(t, { isolation: false });
  const facts = '<!doctype html><title>F</title><nav>Menu</nav><main>Open from   9 to 5.</main>';
  site.server.pages.set('/shop/facts.html', { type: 'text/html; charset=utf-8', body: facts });
  const line =
    '<script async src="/widget.js" data-remote="/v1" data-remote-model="m" data-title="Fruit help" data-launcher-text="Ask" data-position="bottom-left" data-language="zh" data-system="Be a shop." data-knowledge="facts.html|/shop/facts.html|We sell fruit.|https://elsewhere.example/x|/none"></script>';
  const { page } = await site.open(foreign(site, line));
  /** @type {any} */
  let asked;
  const chunk = { choices: [{ index: 0, delta: { content: 'Yes.' }, finish_reason: 'stop' }] };
  const body = `data: ${JSON.stringify(chunk)}\n\ndata: [DONE]\n\n`;
  await page.route('**/v1/models', (route) => route.fulfill({ json: { data: [] } }));
  await page.route('**/v1/chat/completions', (route) => {
    asked = route.request().postDataJSON();
    return route.fulfill({ contentType: 'text/event-stream', body });
  });
  const { chat, field, answers, agree } = parts(page);
  const launcher = chat.getByRole('button', { name: 'Ask: Fruit help' });
  await launcher.waitFor();
  await page.evaluate(() => {
    const heard = /** @type {string[]} */ ([]);
    Object.assign(globalThis, { heard });
    document
      .querySelector('loquat-chat')
      ?.addEventListener('error', (/** @type {any} */ event) => heard.push(event.detail.code));
  });
  assert.ok(((await launcher.boundingBox())?.x ?? 1000) < 100, 'on the left');
  await launcher.click();
  await agree();
  await chat.getByRole('textbox', { name: '消息' }).fill('hello');
  await page.keyboard.press('Enter');
  await answers.getByText('Yes.').waitFor();
  assert.equal(await field.count(), 0, 'no English is left');
  const system = asked.messages[0].content;
  assert.match(system, /^Be a shop\.\n\n.*\n\nfacts\.html\n\nOpen from 9 to 5\.\n\nWe sell fruit\.$/s);
  const heard = await page.evaluate(() => /** @type {any} */ (globalThis).heard);
  assert.deepEqual(heard.sort(), ['knowledge_foreign', 'knowledge_unreachable']);
});

test('without a system prompt the persona speaks, or the page’s words; an empty one is the model’s own', async (t) => {
  const site = await setupFake(t, { isolation: false });
  const chunk = { choices: [{ index: 0, delta: { content: 'Yes.' }, finish_reason: 'stop' }] };
  const cases = [
    ['data-persona="terse"', /^You are a terse assistant/],
    ['', /^You are a helpful assistant/],
    ['data-system=""', undefined],
    ['data-persona="terse" data-system="Be a shop."', /^Be a shop\.$/],
  ];
  for (const [attributes, wanted] of cases) {
    const line = `<script async src="/widget.js" data-remote="/v1" data-remote-model="m" data-history="no" data-title="Fruit help" ${attributes}></script>`;
    const { page } = await site.open(foreign(site, line));
    /** @type {any} */
    let asked;
    await page.route('**/v1/models', (route) => route.fulfill({ json: { data: [] } }));
    await page.route('**/v1/chat/completions', (route) => {
      asked = route.request().postDataJSON();
      return route.fulfill({ contentType: 'text/event-stream', body: `data: ${JSON.stringify(chunk)}\n\n` });
    });
    const { launcher, field, answers, agree } = parts(page);
    await launcher.click();
    await agree();
    await field.fill('hello');
    await field.press('Enter');
    await answers.getByText('Yes.').waitFor();
    const [first] = asked.messages;
    if (wanted instanceof RegExp) assert.match(first.content, wanted);
    else assert.equal(first.role, 'user');
    await page.close();
  }
});

test('history: kept for the next visit, or nothing of what was said', async (t) => {
  for (const kept of ['yes', 'no']) {
    const site = await setupFake(t, { isolation: false });
    const line = LINE.replace('></script>', ` data-history="${kept}"></script>`);
    const { page } = await site.open(foreign(site, line));
    const { launcher, field, answers, agree } = parts(page);
    await launcher.click();
    await agree();
    await field.fill('secret words');
    await field.press('Enter');
    await answers.getByText('You said: secret words That was message 1.').waitFor();
    await page.evaluate(() => /** @type {any} */ (document.querySelector('loquat-chat')).clear()); // saved by then
    await page.reload();
    if (kept === 'no') await launcher.click(); // nothing tells that it was open
    await field.waitFor();
    const stored = await page.evaluate(async () => {
      const found = [];
      for (const { name } of await indexedDB.databases()) {
        /** @type {IDBDatabase} */
        const db = await new Promise((resolve) => {
          const request = indexedDB.open(name ?? '');
          request.onsuccess = () => resolve(request.result);
        });
        for (const store of db.objectStoreNames) {
          const all = await new Promise((resolve) => {
            const request = db.transaction(store).objectStore(store).getAll();
            request.onsuccess = () => resolve(request.result);
          });
          found.push(JSON.stringify(all));
        }
        db.close();
      }
      return found.join('\n') + JSON.stringify({ ...localStorage });
    });
    assert.equal(stored.includes('secret words'), kept === 'yes', kept);
  }
});

test('axe finds nothing wrong in a page with an open widget', async (t) => {
  const site = await setupFake(t, { isolation: false });
  const axe = await readFile(new URL('../../node_modules/axe-core/axe.min.js', import.meta.url), 'utf8');
  site.server.pages.set('/axe.js', { type: 'text/javascript', body: axe });
  const { page } = await site.open(
    foreign(site, `<main>A page</main><script src="/axe.js"></script>${LINE}`),
  );
  const { launcher, field, answers, agree } = parts(page);
  const violations = () =>
    page.evaluate(async () => {
      const { violations } = await /** @type {any} */ (globalThis).axe.run();
      return violations.map((/** @type {any} */ { id, nodes }) => [id, nodes[0].html]);
    });
  await launcher.click();
  await field.waitFor();
  const own = (/** @type {string[][]} */ found) =>
    found.filter(([, html]) => !/<(h1|button id="before")/.test(html));
  assert.deepEqual(own(await violations()), []);
  await agree();
  await field.fill('a table');
  await field.press('Enter');
  await answers.first().waitFor();
  assert.deepEqual(own(await violations()), []);
});

test('themes: custom properties and ::part reach the frame, the launcher and the views', async (t) => {
  const site = await setupFake(t, { isolation: false });
  site.server.pages.set('/shop/site.css', {
    type: 'text/css',
    body: 'loquat-chat { --loquat-accent: rgb(0, 128, 0); --loquat-bg: rgb(1, 2, 3); } loquat-chat::part(launcher) { border-radius: 3px }',
  });
  const path = foreign(site, '<link rel="stylesheet" href="/shop/site.css">' + LINE);
  site.server.faults.set(path, {
    headers: { 'Content-Security-Policy': `${CSP}; img-src data:; style-src 'self'` },
  });
  const { page, errors } = await site.open(path);
  const { launcher, chat } = parts(page);
  const style = (/** @type {import('playwright-core').Locator} */ of, /** @type {string} */ name) =>
    of.evaluate((element, property) => getComputedStyle(element).getPropertyValue(property), name);
  assert.equal(await style(launcher, 'background-color'), 'rgb(0, 128, 0)');
  assert.equal(await style(launcher, 'border-radius'), '3px');
  await launcher.click();
  await chat.locator('.loquat').waitFor();
  assert.equal(await style(chat.locator('.loquat'), 'background-color'), 'rgb(1, 2, 3)');
  assert.deepEqual(errors, []);
});

test('whatever accent a site chooses, what stands on it can be read', async (t) => {
  const site = await setupFake(t, { isolation: false });
  const { page } = await site.open(foreign(site));
  const chat = page.locator('loquat-chat');
  await chat.getByRole('button', { name: /^Open chat/ }).click();
  await chat.locator('.offer .primary').waitFor();
  for (const accent of [
    'navy',
    'seagreen',
    'crimson',
    'gold',
    'white',
    'black',
    'hotpink',
    'gray',
    'blue',
    '',
  ]) {
    const ratios = await chat.evaluate((element, colour) => {
      const node = /** @type {HTMLElement} */ (element);
      node.style.setProperty('--loquat-accent', colour);
      const canvas = document.createElement('canvas').getContext('2d', { willReadFrequently: true });
      /** Relative luminance. @param {string} css */
      const luminance = (css) => {
        if (!canvas) return 0;
        canvas.fillStyle = css;
        canvas.fillRect(0, 0, 1, 1);
        const [r, g, b] = [...canvas.getImageData(0, 0, 1, 1).data].map((value) =>
          value <= 10 ? value / 3294 : ((value / 255 + 0.055) / 1.055) ** 2.4,
        );
        return 0.2126 * r + 0.7152 * g + 0.0722 * b;
      };
      return ['.launcher', '.offer .primary'].map((selector) => {
        const part = node.shadowRoot?.querySelector(selector);
        if (!part) return 0;
        const { color, backgroundColor } = getComputedStyle(part);
        const [low, high] = [luminance(color), luminance(backgroundColor)].sort((a, b) => a - b);
        return (high + 0.05) / (low + 0.05);
      });
    }, accent);
    assert.ok(
      ratios.every((ratio) => ratio >= 4.5),
      `${accent || 'ours'}: ${ratios}`,
    );
  }
});
