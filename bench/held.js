// How long a sentence is held back by a site's policy, from its last word to the page: no more than 300 ms. Run by hand on a
// calm machine: node bench/held.js [--tokens-per-second 20]. Needs dist/; the engine answers from a script, the policy is real.
import { setupPage } from './page/streaming.js';

const at = process.argv.indexOf('--tokens-per-second');
const perSecond = at > 0 ? Number(process.argv[at + 1]) : 20;
const MOST = 300; // ms

const SENTENCES = Array.from(
  { length: 60 },
  (_, i) => `Pear number ${i + 1} ripens in a cool and dry place within some days of autumn.`,
);
const { page, close } = await setupPage({
  answer: SENTENCES.join(' '),
  pauseMs: 1000 / perSecond,
  // The words that are written, with their time; clocks of a page and its worker begin at times of their own.
  step: "(globalThis.told ??= new BroadcastChannel('told')).postMessage({ word: this.#words[this.#next] ?? '', at: performance.timeOrigin + performance.now() });",
  policy: { version: 1 },
});
try {
  const held = await page.evaluate(async (sentences) => {
    const now = () => performance.timeOrigin + performance.now();
    let written = '';
    /** When each sentence's last word was written, and when the sentence was shown. @type {number[]} */
    const ended = [];
    /** @type {number[]} */
    const shown = [];
    new BroadcastChannel('told').onmessage = ({ data }) => {
      written += data.word;
      while (ended.length < sentences.length && written.includes(sentences[ended.length]))
        ended.push(data.at);
    };
    new MutationObserver(() => {
      const text = [...document.querySelectorAll('article.assistant')].pop()?.textContent ?? '';
      while (shown.length < sentences.length && text.includes(sentences[shown.length])) shown.push(now());
    }).observe(document.body, { childList: true, subtree: true, characterData: true });
    await /** @type {any} */ (globalThis).loquat.app.answers.send('go on');
    await new Promise((resolve) => setTimeout(resolve, 300));
    return shown.map((time, i) => time - ended[i]);
  }, SENTENCES);
  if (held.length < SENTENCES.length)
    throw new Error(`${held.length} of ${SENTENCES.length} sentences were shown`);
  held.sort((a, b) => a - b);
  const at = (/** @type {number} */ share) => held[Math.floor(share * (held.length - 1))].toFixed(0);
  console.log(
    `${held.length} sentences at ${perSecond} tokens a second, from the last word to the page: ` +
      `median ${at(0.5)} ms, 95th percentile ${at(0.95)} ms, longest ${at(1)} ms`,
  );
  if (held[held.length - 1] > MOST) process.exitCode = 1;
} finally {
  await close();
}
