// The sample shop's chat, measured: node bench/service.js known (known questions, from opening), next (the first answer of a
// model on the next page), questions (all questions of the shop with a model). Run by hand on a calm machine, with
// dist/ built; the last two need LOQUAT_MODEL=FILE. `--count N` asks fewer.
import { readFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { MODEL, MODEL_PATH, open as openPage, setup } from '../tests/browser/harness.js';
import { LINE, serveShop, shopChat, SHOP } from '../tests/browser/shop.js';
import { unsupportedFacts } from '../www/service/facts.js';
import { median } from './stats.js';

/** @typedef {import('playwright-core').Page} Page */

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { count: { type: 'string' }, show: { type: 'boolean' } },
});
const count = Number(values.count ?? Infinity);
const LONG = 300_000; // ms
const PAGES = ['/shop/delivery.html', '/shop/returns.html', '/shop/payment.html', '/shop/contact.html'];

/** @param {number[]} times @param {number} share */
const quantile = (times, share) =>
  [...times].sort((a, b) => a - b)[Math.min(times.length - 1, Math.ceil(times.length * share) - 1)];
/** @param {number[]} times */
const told = (times) =>
  `median ${median(times).toFixed(0)} ms, p95 ${quantile(times, 0.95).toFixed(0)} ms, of ${times.length}`;

/** @type {Array<() => unknown>} */
const ends = [];
/** What tests close at their end, this closes at its own. */
const t = /** @type {import('node:test').TestContext} */ (
  /** @type {unknown} */ ({ after: (/** @type {() => unknown} */ end) => ends.push(end) })
);

async function start() {
  const site = await setup(t, { isolation: false });
  const line = MODEL ? LINE.replace('/models/tiny.gguf', MODEL_PATH) : LINE;
  const { text } = await serveShop(t, site.server, { line, config: { disclosure: 'A program.' } });
  const { page } = await openPage(site.context, `${site.server.origin}/shop/index.html`);
  return { page, origin: site.server.origin, text };
}

/** In the page: presses the launcher, asks at once, and waits for the answer to be there. @param {string} question */
async function openAndAsk(question) {
  const element = /** @type {any} */ (document.querySelector('loquat-chat'));
  const from = performance.now();
  const drawn = new Promise((resolve) => {
    const watch = new MutationObserver(() => {
      const answer = [...element.shadowRoot.querySelectorAll('article.assistant')].at(-1);
      if (answer?.querySelector('.part')?.textContent.trim()) resolve((watch.disconnect(), undefined));
    });
    watch.observe(element.shadowRoot, { childList: true, subtree: true, characterData: true });
  });
  if (!element.isOpen) void element.open();
  void element.sendMessage(question);
  await drawn;
  return performance.now() - from;
}

async function known() {
  const { page, origin } = await start();
  const faq = JSON.parse(await readFile(new URL('site/faq.json', SHOP), 'utf8'));
  const first = [];
  const later = [];
  for (const { question } of faq.slice(0, count)) {
    await page.goto(`${origin}/shop/index.html`);
    await page.evaluate(() => {
      sessionStorage.clear(); // closed, and
      return new Promise((resolve) =>
        Object.assign(indexedDB.deleteDatabase('loquat-widget'), { onsuccess: resolve, onblocked: resolve }),
      );
    });
    await page.reload();
    await page.waitForTimeout(500);
    first.push(await page.evaluate(openAndAsk, question));
    await page.waitForTimeout(500);
    await page.evaluate(() => /** @type {any} */ (document.querySelector('loquat-chat')).clear());
    later.push(await page.evaluate(openAndAsk, question));
  }
  console.log(`known questions, asked with the opening of the chat: ${told(first)}`);
  console.log(`known questions, asked in the open chat: ${told(later)}`);
}

/** @param {Page} page */
async function loadModel(page) {
  const { open, chat } = shopChat(page);
  await open();
  await page.evaluate(() => {
    const element = /** @type {any} */ (document.querySelector('loquat-chat'));
    element.addEventListener('ready', () => (element.dataset.ready = 'yes'));
  });
  await chat.locator('.offer button').first().click();
  await page.locator('loquat-chat[data-ready]').waitFor({ state: 'attached', timeout: LONG });
}

/** Asks, and gives the whole answer. @param {string} question */
async function askWhole(question) {
  const element = /** @type {any} */ (document.querySelector('loquat-chat'));
  await element.clear();
  const answered = new Promise((resolve) =>
    element.addEventListener('message', function hear(/** @type {CustomEvent} */ { detail }) {
      if (detail.role !== 'assistant') return;
      element.removeEventListener('message', hear);
      resolve(detail.text);
    }),
  );
  const from = performance.now();
  await element.sendMessage(question);
  const text = await answered;
  const { answered: all, cost } = await element.report();
  const seconds = (performance.now() - from) / 1000;
  // What is said; quotations of pages and their places beside it are the file's own.
  /** @type {any[]} */
  let parts = [];
  for (let i = 0; i < 100 && parts.length === 0; i++) {
    await new Promise((resolve) => setTimeout(resolve, 50)); // drawn once a frame, part by part
    parts = [...element.shadowRoot.querySelectorAll('article.assistant[aria-busy="false"] .part-text')];
  }
  const said = parts.map((part) => part.textContent).join('\n');
  return {
    text,
    said,
    decision: all.at(-1),
    seconds,
    tokens: cost.tokens,
  };
}

async function next() {
  const { page, origin } = await start();
  await loadModel(page);
  const question = 'Can I return gift cards?';
  await page.evaluate(askWhole, question);
  await page.waitForTimeout(3000); // what was read is kept
  const times = [];
  for (let i = 0; i < Math.min(count, 8); i++) {
    await page.goto(`${origin}${PAGES[i % PAGES.length]}`, { waitUntil: 'commit' });
    times.push(
      await page.evaluate(async (text) => {
        await customElements.whenDefined('loquat-chat');
        while (!document.querySelector('loquat-chat')) await new Promise((resolve) => setTimeout(resolve, 5));
        const element = /** @type {any} */ (document.querySelector('loquat-chat'));
        const before = element.shadowRoot.querySelectorAll('article.assistant').length;
        void element.sendMessage(text);
        for (;;) {
          const answers = [...element.shadowRoot.querySelectorAll('article.assistant')];
          const last = answers.at(-1);
          if (answers.length > Math.max(before, 1) && last.querySelector('.part')?.textContent.trim())
            return performance.now();
          await new Promise((resolve) => setTimeout(resolve, 10));
        }
      }, question),
    );
    await page.waitForTimeout(3000);
  }
  console.log(
    `first sentence on the next page, from its beginning: ${told(times)}: ${times.map(Math.round)}`,
  );
}

async function questions() {
  const { page, text: written } = await start();
  await loadModel(page);
  const lines = (await readFile(new URL('questions.jsonl', SHOP), 'utf8')).trim().split('\n').slice(0, count);
  const wrong = [];
  const invented = [];
  const seconds = [];
  let passages = 0;
  let phrased = 0;
  for (const line of lines) {
    const { ask, want } = JSON.parse(line);
    const { text, said, decision, seconds: took, tokens } = await page.evaluate(askWhole, ask);
    const { kind, sources } = decision?.question === ask ? decision : { kind: 'none', sources: [] };
    const got = [
      ...sources,
      ...(kind === 'unknown' || kind === 'off-topic' ? ['unknown'] : []),
      ...(kind === 'handover' ? ['handover'] : []),
    ];
    if (!want.some((/** @type {string} */ each) => got.includes(each))) wrong.push(`${ask} → ${kind} ${got}`);
    if (kind === 'passages') {
      passages += 1;
      if (tokens > 0) seconds.push(took * 1000);
      if (tokens > 0 && !/^(From our pages|我们的网页上写着)/.test(text)) phrased += 1;
    }
    const facts = kind === 'faq' || kind === 'passages' ? unsupportedFacts(said, written, ask) : [];
    if (facts.length > 0) invented.push(`${ask} → ${said}: ${facts.join(', ')}`);
    if (values.show) console.log(`${ask}\n  ${kind} ${took.toFixed(1)} s: ${text.replace(/\s+/g, ' ')}`);
  }
  const share = (n = 0) => `${((100 * n) / lines.length).toFixed(1)}%`;
  console.log(`${MODEL_PATH}: ${lines.length} questions`);
  console.log(`right source: ${share(lines.length - wrong.length)}; not: ${wrong.join('; ')}`);
  console.log(
    `answers with facts that the merchant did not write: ${invented.length}: ${invented.join('; ')}`,
  );
  console.log(`${passages} answers from passages, ${phrased} of them in the model’s words`);
  if (seconds.length > 0) console.log(`whole answers of the model: ${told(seconds)}`);
}

const MODES = { known, next, questions };
const mode = MODES[/** @type {keyof typeof MODES} */ (positionals[0])];
if (!mode) throw new Error(`node bench/service.js ${Object.keys(MODES).join(' | ')}`);
if (mode !== known && !MODEL) throw new Error('LOQUAT_MODEL names no model file');
try {
  await mode();
} finally {
  for (const end of ends.reverse()) await end();
}
