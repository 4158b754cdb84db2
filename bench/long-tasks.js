// How smooth the page is while an answer streams: tasks on the page's thread over 50 ms, by the browser's own count. Run by hand
// on a calm machine: node bench/long-tasks.js [--tokens-per-second 100]. Needs dist/; the engine answers from a script.
import { setupPage } from './page/streaming.js';

const at = process.argv.indexOf('--tokens-per-second');
const perSecond = at > 0 ? Number(process.argv[at + 1]) : 100;
const LONG = 50; // ms

/** Prose, lists, a table, code in two languages and math, again and again: what makes a page work hard. */
const PART = [
  '## Part {n}\n\nThe loquat is a **fruit** of spring, and `Eriobotrya` its name. It is $e^{i\\pi} + 1 = 0$ years old, *they say*.\n\n',
  '- one thing, with some words\n- another thing\n  - and one within it\n- a third, [linked](https://example.org)\n\n',
  '| fruit | season | colour | weight |\n|---|---|---|---|\n| loquat | spring | orange | 30 g |\n| plum | summer | blue | 60 g |\n| pear | autumn | green | 150 g |\n\n',
  '```python\ndef fruits(season, limit=10):\n    """Those of one season."""\n    found = []\n    for name, when in FRUITS.items():\n        if when == season and len(found) < limit:\n            found.append(name.upper())\n    return sorted(found)\n```\n\n',
  'A paragraph that goes on for a while, so that lines break and break again, and the reader follows it to its end.\n\n',
].join('');

const { page, close } = await setupPage({
  answer: Array.from({ length: 12 }, (_, i) => PART.replace('{n}', String(i + 1))).join(''),
  pauseMs: 1000 / perSecond,
});
try {
  const found = await page.evaluate(async (long) => {
    const { app } = /** @type {any} */ (globalThis).loquat;
    /** @type {number[]} */
    const tasks = [];
    /** @type {number[]} */
    const frames = [];
    new PerformanceObserver((list) =>
      tasks.push(...list.getEntries().map(({ duration }) => duration)),
    ).observe({
      type: 'longtask',
    });
    let running = true;
    let last = performance.now();
    const frame = (/** @type {number} */ now) => {
      frames.push(now - last);
      last = now;
      if (running) requestAnimationFrame(frame);
    };
    requestAnimationFrame(frame);
    const began = performance.now();
    await app.answers.send('go on');
    const seconds = (performance.now() - began) / 1000;
    await new Promise((resolve) => setTimeout(resolve, 300)); // what is loaded late: colours, math
    running = false;
    const { stats, text } = /** @type {any} */ (Object.values(app.store.get().chat.messages).pop());
    const blocks = document.querySelectorAll('article.assistant .block').length;
    frames.sort((a, b) => a - b);
    const longest = Math.max(0, ...tasks.filter((ms) => ms >= long));
    const at = (/** @type {number} */ share) => frames[Math.floor(share * (frames.length - 1))];
    return {
      tasks: tasks.length,
      longest,
      seconds,
      tokens: stats.tokens,
      characters: text.length,
      blocks,
      median: at(0.5),
      p99: at(0.99),
    };
  }, LONG);
  const { tasks, longest, seconds, tokens, characters, blocks, median, p99 } = found;
  console.log(`${tokens} tokens, ${characters} characters, ${blocks} blocks in ${seconds.toFixed(1)} s`);
  console.log(
    `tasks over ${LONG} ms: ${tasks}; the longest: ${longest ? `${longest} ms` : `under ${LONG} ms`}`,
  );
  console.log(`frames: median ${median.toFixed(1)} ms, 99th percentile ${p99.toFixed(1)} ms`);
  if (tasks > 0) process.exitCode = 1;
} finally {
  await close();
}
