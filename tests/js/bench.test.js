// The bench's own arithmetic: a table that is wrong would be believed.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { measureBandwidth, reader } from '../../bench/page/bandwidth.js';
import { prompt } from '../../bench/prompts.js';
import { markdown } from '../../bench/report.js';
import { median, ratio, show, spread } from '../../bench/stats.js';

test('medians, spreads and ratios leave out rounds that were not measured', () => {
  assert.equal(median([3, 1, 2]), 2);
  assert.equal(median([4, 1, 2, 3]), 2.5);
  assert.deepEqual(spread([undefined, 5, 1, 3]), { median: 3, min: 1, max: 5, n: 3 });
  assert.equal(spread([undefined]), undefined);
  // Paired: the median of 6/2, 8/4 and 30/3, not the ratio of the medians.
  assert.deepEqual(ratio([6, 8, 30, 7], [2, 4, 3, undefined]), { median: 3, min: 2, max: 10, n: 3 });
  assert.equal(show(spread([123.4, 5.678, 12.34])), '12.3 (5.68–123)');
});

test('the reader reads every byte of the range and none beside it', async () => {
  const { instance } = await WebAssembly.instantiate(reader(2));
  const { memory, sum } =
    /** @type {{memory: WebAssembly.Memory, sum: (start: number, end: number) => number}} */ (
      /** @type {unknown} */ (instance.exports)
    );
  const words = new Int32Array(memory.buffer).map((_, i) => Math.imul(i + 1, 0x9e3779b1));
  new Int32Array(memory.buffer).set(words);
  let expected = 0;
  for (let i = 256; i < 256 + 96; i += 4) expected = (expected + words[i]) | 0; // lane 0 of each 16 bytes
  assert.equal(sum(256 * 4, (256 + 96) * 4), expected);
  const rates = await measureBandwidth(2, 1 << 20);
  assert.equal(rates.length, 2);
  assert.ok(rates.every((rate) => rate > 0 && Number.isFinite(rate)));
});

test('prompts have as many words as asked, and one of the same seed begins alike', () => {
  const long = prompt(7, 1024);
  assert.equal(long.split(' ').length - 1, 1024);
  assert.ok(long.startsWith(prompt(7, 512)));
  assert.notEqual(prompt(8, 16), prompt(7, 16));
});

/** @param {string} engine @param {number} threads @param {number} round @param {number} decode */
const turn = (engine, threads, round, decode, busy = false) => ({
  engine,
  threads,
  round,
  busy,
  sample: { decode, load: 1000 / decode },
  info: { weight_bytes: 1e8, variant: 'relaxed' },
});

test('the table names what misses its aim, what failed, and a machine that was not quiet', () => {
  const text = markdown({
    machine: {},
    command: 'cargo xtask bench',
    before: { load: 0.1, others: 0.05 },
    after: { load: 0.2, others: 0.05 },
    isolated: true,
    bandwidth: [[1e10, 2e10]],
    notes: ['SKIP: something'],
    turns: [
      turn('loquat', 1, 0, 70),
      { ...turn('wllama', 1, 0, 10), others: 1.5 },
      turn('native', 1, 0, 100),
      turn('loquat', 1, 0, 40, true),
      { engine: 'wllama', threads: 2, round: 0, busy: false, failed: 'out of memory' },
    ],
  });
  const row = text.split('\n').find((line) => line.startsWith('| decode, tokens/s | 1 |')) ?? '';
  assert.equal(
    row,
    '| decode, tokens/s | 1 | 70.0 | 10.0 | 100 | 7.00 ×; aim ≥ 6 | ✗ 0.70 ×; aim ≥ 1 |',
    'the busy turn is no part of the row',
  );
  assert.match(text, /load from cache to ready, ms \| 1 \| 14\.3 \| 100 \| – \| 0\.14 ×; aim ≤ 0\.7 \| –/);
  assert.match(text, /35% of that/); // 70 tokens/s × 100 MB of 20 GB/s
  assert.match(text, /FAILED: wllama, 2 threads, round 1: out of memory/);
  assert.match(text, /WARNING: the machine was not quiet/);
  assert.match(text, /SKIP: something/);
});

test('a run on the GPU tells what a token costs, and what misses its aim', () => {
  const cost = (/** @type {number} */ steps, /** @type {number} */ dispatches) => ({
    gpu_steps: steps,
    gpu_dispatches: dispatches,
    gpu_encode_ms: 1.5,
    gpu_token_bytes: 98.2e6,
    gpu_depth: 2,
  });
  const text = markdown({
    machine: {},
    command: 'cargo xtask bench --gpu',
    before: { load: 0.1, others: 0.05 },
    after: { load: 0.2, others: 0.05 },
    isolated: true,
    bandwidth: [[1e10]],
    notes: [],
    turns: [
      {
        ...turn('loquat', 1, 0, 1.7),
        sample: { decode: 1.7, prefill_128: 8.6, memory: 48.8 },
        info: { backend: 'gpu', n_layers: 30, weight_bytes: 1e8 },
        // A prompt of 400 dispatches, then 154 for each further token.
        own: { 'warm up': cost(7, 400 + 7 * 154), decode: cost(11, 400 + 11 * 154) },
      },
    ],
  });
  assert.match(text, /- 154 dispatches a token \(30 layers\), one submission, 98\.2 MB of weights/);
  assert.match(text, /- ✗ recording a token takes the worker 1\.50 ms; aim < 1; 2 tokens under way/);
  assert.match(text, /- decode: 1\.70 tokens\/s, 10\.0 × transformers\.js \(0\.17, .*aim ≥ 5/);
  assert.match(
    text,
    /- prefill of 128: 8\.60 tokens\/s, ✗ 2\.0–2\.5 × transformers\.js \(3\.4–4\.3, .*aim ≥ 3/,
  );
  assert.match(text, /peak wasm memory 48\.8 MB/);
  assert.doesNotMatch(text, /of that/);
});
