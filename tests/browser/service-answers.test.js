// The sample shop's knowledge, built as a merchant builds it, and asked what customers ask: 128 questions with the source
// that answers them, 120 on whether a question is the shop's business. No model, no browser; the wasm modules of pkg/.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { createDecider } from '../../www/service/decide.js';
import { unsupportedFacts } from '../../www/service/facts.js';
import { openKnowledge } from '../../www/service/knowledge-file.js';
import { serviceWords } from '../../www/service/words.js';
import { buildKnowledge } from '../../xtask/knowledge/build.mjs';

const shop = fileURLToPath(new URL('./shop/', import.meta.url));
const lines = async (/** @type {string} */ name) =>
  (await readFile(join(shop, name), 'utf8'))
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));

/** @type {string} */
let folder;
/** @type {Awaited<ReturnType<typeof createDecider>>} */
let decide;
/** @type {string} all that the merchant wrote */
let written = '';

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'loquat-shop-'));
  const out = join(folder, 'shop.loquat');
  const { report, directory } = await buildKnowledge({ folder: join(shop, 'site'), out });
  assert.deepEqual(report, { leftOut: [], contradictions: [] });
  assert.equal(directory.counts.products, 30);
  assert.equal(directory.counts.pages, 13, 'twelve pages and the terms');
  const bytes = new Uint8Array(await readFile(out));
  const file = await openKnowledge(async (from, to) => ({ bytes: bytes.slice(from, to), whole: false }), out);
  decide = await createDecider(file);
  const again = await buildKnowledge({ folder: join(shop, 'site'), out });
  assert.equal(again.cached, again.read, 'what did not change is not read again');
  assert.deepEqual(new Uint8Array(await readFile(out)), bytes);
  for (let i = 0; i < file.directory.counts.passages; i++) written += `${(await file.passage(i))?.text}\n`;
  written += JSON.stringify([await file.faq(), await file.extra()]);
});
after(() => rm(folder, { recursive: true, force: true }));

/** What is shown of an answer, as one text. @param {any[]} parts */
const shown = (parts) =>
  parts
    .map(({ text = '', quote = '', items = [] }) =>
      [text, quote, ...items.map((/** @type {any} */ item) => item.name)].join(' '),
    )
    .join('\n');

test('at least 92% of the questions get the right source, or the right "I don’t know"', async (t) => {
  /** @type {string[]} */
  const wrong = [];
  const questions = await lines('questions.jsonl');
  assert.ok(questions.length >= 120);
  for (const { ask, want } of questions) {
    const { kind, sources } = await decide(ask, serviceWords);
    // A question turned back claims nothing either.
    const nothing = kind === 'unknown' || kind === 'off-topic' ? ['unknown'] : [];
    const got = [...sources, ...nothing, ...(kind === 'handover' ? ['handover'] : [])];
    if (!want.some((/** @type {string} */ each) => got.includes(each)))
      wrong.push(`${ask} → ${kind} ${got.join(' ')}`);
  }
  const share = 1 - wrong.length / questions.length;
  t.diagnostic(`right source: ${(share * 100).toFixed(1)}% of ${questions.length}`);
  assert.ok(share >= 0.92, wrong.join('\n'));
});

test('the package’s command makes the same file, and says what it can’t read', async () => {
  const cli = fileURLToPath(new URL('../../pkg/loquat-cli.js', import.meta.url));
  const run = promisify(execFile);
  const out = join(folder, 'by-command.loquat');
  const { stdout } = await run(process.execPath, [
    cli,
    'knowledge',
    'build',
    join(shop, 'site'),
    '--out',
    out,
    '--no-cache',
  ]);
  assert.match(stdout, /26 known questions, 30 products/);
  assert.deepEqual(await readFile(out), await readFile(join(folder, 'shop.loquat')));
  const nowhere = run(process.execPath, [cli, 'knowledge', 'build', join(folder, 'nowhere')]);
  await assert.rejects(
    nowhere,
    (/** @type {any} */ error) => error.code === 1 && /error: .*nowhere/.test(error.stderr),
  );
});

test('nothing that the merchant did not write is told as a fact', async () => {
  for (const { ask } of await lines('questions.jsonl')) {
    const { kind, parts } = await decide(ask, serviceWords);
    if (kind !== 'faq' && kind !== 'passages') continue;
    assert.deepEqual(
      unsupportedFacts(shown(parts), `${written} From our pages: 我们的网页上写着：`, ask),
      [],
      ask,
    );
  }
});

test('at least 95% of 60 questions off the topic are turned back, and at most 3% of 60 on it', async (t) => {
  const questions = await lines('topics.jsonl');
  /** @type {Record<string, string[]>} */
  const wrong = { off: [], on: [] };
  for (const { ask, on } of questions) {
    const { kind } = await decide(ask, serviceWords);
    if (on === (kind === 'off-topic')) wrong[on ? 'on' : 'off'].push(ask);
  }
  t.diagnostic(
    `off the topic and let in: ${wrong.off.length} of 60; on the topic and turned back: ${wrong.on.length} of 60`,
  );
  assert.ok(wrong.off.length <= 3, wrong.off.join('\n'));
  assert.ok(wrong.on.length <= 1, wrong.on.join('\n'));
});
