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
const turn = (engine, threads, round, decode, busy = 0) => ({
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
      turn('loquat', 1, 0, 40, 4),
      turn('loquat', 2, 0, 30, 4),
      { engine: 'wllama', threads: 2, round: 0, busy: 0, failed: 'out of memory' },
    ],
  });
  const row = text.split('\n').find((line) => line.startsWith('| decode, tokens/s | 1 |')) ?? '';
  assert.equal(
    row,
    '| decode, tokens/s | 1 | 70.0 | 10.0 | 100 | 7.00 ×; aim ≥ 6 | ✗ 0.70 ×; aim ≥ 1 |',
    'the busy turn is no part of the row',
  );
  assert.match(text, /load from cache to ready, ms \| 1 \| 14\.3 \| 100 \| – \| 0\.14 ×; aim ≤ 0\.7 \| –/);
  assert.match(text, /beside 4 busy programs, decode: .* two to one ✗ 0\.75 ×; aim ≥ 0\.9/);
  assert.match(text, /35% of that/); // 70 tokens/s × 100 MB of 20 GB/s
  assert.match(text, /FAILED: wllama, 2 threads, round 1: out of memory/);
  assert.match(text, /WARNING: the machine was not quiet/);
  assert.match(text, /SKIP: something/);
});

/** @param {string} place @param {string} engine @param {number} decode @param {number} prefill_64 */
const gpuTurn = (place, engine, decode, prefill_64) => {
  const cost = (/** @type {number} */ steps) => ({
    gpu_steps: steps,
    gpu_dispatches: 400 + steps * 154, // a prompt of 400, then 154 a token
    gpu_submits: 2 + steps,
    gpu_encode_ms: 1.5,
    gpu_token_bytes: 98.2e6,
    gpu_depth: 2,
  });
  return {
    ...turn(engine, 1, 0, decode),
    place,
    sample: { decode, prefill_64, memory: 48.8 },
    info: engine === 'loquat' ? { backend: 'gpu', n_layers: 30 } : {},
    own: engine === 'loquat' ? { 'warm up': cost(1), decode: cost(7) } : { text: 'all' },
  };
};

test('a run on the GPU has a table for each browser, with the peer that runs there, and what a token costs', () => {
  const text = markdown({
    machine: {},
    command: 'cargo xtask bench --gpu',
    gpu: true,
    before: { load: 0.1, others: 0.05 },
    after: { load: 0.2, others: 0.05 },
    isolated: true,
    bandwidth: [[1e10]],
    notes: [],
    turns: [
      gpuTurn('Chromium on SwiftShader', 'loquat', 1.7, 8.6),
      gpuTurn('Chromium on SwiftShader', 'transformers', 0.17, 4.3),
      gpuTurn('Firefox on lavapipe', 'loquat', 4.9, 18),
      gpuTurn('Firefox on lavapipe', 'wllama', 1.4, 5),
      { engine: 'wllama', place: 'Firefox on lavapipe', threads: 1, round: 1, busy: 0, failed: 'lost' },
    ],
  });
  const rows = text.split('\n').filter((line) => line.startsWith('|') && !line.startsWith('| ---'));
  assert.deepEqual(rows, [
    '| Chromium on SwiftShader | Loquat | transformers.js | to transformers.js |',
    '| decode, tokens/s | 1.70 | 0.170 | 10.00 ×; aim ≥ 5 |',
    '| prefill of 64, tokens/s | 8.60 | 4.30 | ✗ 2.00 ×; aim ≥ 3 |',
    '| peak wasm memory, MB | 48.8 | 48.8 | 1.00 × |',
    '| Firefox on lavapipe | Loquat | wllama | to wllama |',
    '| decode, tokens/s | 4.90 | 1.40 | 3.50 ×; aim ≥ 3 |',
    '| prefill of 64, tokens/s | 18.0 | 5.00 | 3.60 ×; aim ≥ 3 |',
    '| peak wasm memory, MB | 48.8 | 48.8 | 1.00 × |',
  ]);
  assert.match(text, /- 154 dispatches a token \(30 layers\), 1\.00 submissions, 98\.2 MB of weights/);
  assert.match(text, /- ✗ recording a token takes the worker 1\.50 ms; aim < 1; 2 tokens under way/);
  assert.match(text, /- FAILED: wllama, Firefox on lavapipe, 1 threads, round 2: lost/);
  assert.doesNotMatch(text, /of that|while another/);
});

test('transformers.js has columns on the CPU when it was asked for', () => {
  const text = markdown({
    machine: {},
    command: 'cargo xtask bench --engines loquat,transformers',
    before: { load: 0.1, others: 0.05 },
    after: { load: 0.2, others: 0.05 },
    isolated: true,
    bandwidth: [[1e10]],
    notes: [],
    turns: [turn('loquat', 1, 0, 70), turn('transformers', 1, 0, 3.5)],
  });
  assert.match(text, /\| decode, tokens\/s \| 1 \| 70\.0 \|.* \| 3\.50 \| 20\.00 × \|/);
});
