// Every build that is there gives the reference's logits on every number of threads, and the same bits on all of them.
import assert from 'node:assert/strict';
import { readFile, readdir } from 'node:fs/promises';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { setup } from './harness.js';

const here = fileURLToPath(new URL('.', import.meta.url));
const BLANK = { type: 'text/html', body: '<!doctype html><link rel="icon" href="data:,">' };
/** @type {{name: string, glue: string, wasm: string, needs: string[]}[]} */
const VARIANTS = JSON.parse(readFileSync(join(here, '../../pkg/variants.json'), 'utf8')).variants;

/** The decoders among the reference models of this checkout, and of LOQUAT_FIXTURES. */
async function fixtures() {
  const folders = [join(here, '../fixtures/arch')];
  if (process.env.LOQUAT_FIXTURES) folders.push(join(process.env.LOQUAT_FIXTURES, 'arch'));
  /** @type {Map<string, {folder: string, vocab: number, short: any, logits: Float32Array}>} */
  const found = new Map();
  for (const parent of folders.filter(existsSync)) {
    for (const name of await readdir(parent)) {
      const folder = join(parent, name);
      if (found.has(name) || !existsSync(join(folder, 'expected.json'))) continue;
      const expected = JSON.parse(await readFile(join(folder, 'expected.json'), 'utf8'));
      const short = expected.cases.find((/** @type {{name: string}} */ c) => c.name === 'short');
      if (!short?.greedy_ids || !short.input_ids) continue; // encoders, and T5, which has no session yet
      const { buffer, byteOffset, byteLength } = await readFile(join(folder, short.logits_file));
      const all = new Float32Array(buffer.slice(byteOffset, byteOffset + byteLength));
      const [positions, vocab] = short.logits_shape;
      found.set(name, { folder, vocab, short, logits: all.subarray((positions - 1) * vocab) });
    }
  }
  return found;
}

/** Log-probabilities of logits. @param {Float32Array} logits */
function logSoftmax(logits) {
  const max = Math.max(...logits);
  const sum = logits.reduce((sum, x) => sum + Math.exp(x - max), 0);
  return Array.from(logits, (x) => x - max - Math.log(sum));
}

/** Distance of log-probabilities, as a share of the reference's spread. @param {number[]} got @param {number[]} want */
function relativeRms(got, want) {
  const mean = want.reduce((a, b) => a + b, 0) / want.length;
  const square = (/** @type {(i: number) => number} */ f) => want.reduce((sum, _, i) => sum + f(i) ** 2, 0);
  return Math.sqrt(square((i) => got[i] - want[i]) / square((i) => want[i] - mean));
}

test('there is a build with threads, one with relaxed SIMD, and one with neither', () => {
  const needs = VARIANTS.map(({ needs }) => needs.join(' '));
  assert.ok(needs.includes('simd relaxed-simd threads'), needs.join('; '));
  assert.ok(needs.includes('simd relaxed-simd'), needs.join('; '));
  assert.ok(needs.includes('simd'), needs.join('; '));
});

/** What each number of threads gave, by build; all must be the same. @type {Map<string, string>} */
const results = new Map();

for (const { name: build, glue, wasm, needs } of VARIANTS) {
  for (const threads of needs.includes('threads') ? [1, 2, 3] : [0]) {
    const title = threads > 0 ? `${build} on ${threads} threads` : build;
    test(`${title} gives the reference's logits for every decoder`, async (t) => {
      const models = await fixtures();
      assert.ok(models.size >= 15, `only ${models.size} fixtures`);
      /** @type {Record<string, string>} */
      const files = {};
      for (const [name, { folder }] of models) files[`/models/${name}.gguf`] = join(folder, 'model.gguf');
      const { server, open } = await setup(t, { files });
      server.pages.set('/blank', BLANK);
      for (const [path, file] of Object.entries({
        '/builds-worker.js': join(here, 'builds-worker.js'),
        '/threads.js': join(here, '../../www/worker/start-threads.js'),
        '/thread.js': join(here, '../../www/worker/helper-thread.js'),
      })) {
        server.pages.set(path, { type: 'text/javascript', body: await readFile(file, 'utf8') });
      }
      const { page } = await open('/blank');
      const { value, error } = await page.evaluate(
        async (task) => {
          const worker = new Worker('/builds-worker.js', { type: 'module' });
          const answer = new Promise((resolve, reject) => {
            worker.onmessage = ({ data }) => resolve(data);
            worker.onerror = (event) => reject(new Error(event.message));
          });
          worker.postMessage(task);
          return answer;
        },
        {
          glue: `/pkg/${glue}`,
          wasm: `/pkg/${wasm}`,
          threads,
          cases: Array.from(models, ([name, { vocab, short }]) => ({
            name,
            file: `/models/${name}.gguf`,
            ids: short.input_ids,
            vocab,
            count: short.greedy_ids.length,
          })),
        },
      );
      assert.equal(error, undefined);
      assert.equal(value.length, models.size);
      for (const { name, threads: used, top, ids } of value) {
        const { vocab, short, logits } = /** @type {any} */ (models.get(name));
        assert.equal(used, Math.max(1, threads), name);
        assert.equal(top.length, vocab, name);
        const got = new Array(vocab).fill(NaN);
        for (const [id, logprob] of top) got[id] = logprob;
        const rms = relativeRms(got, logSoftmax(logits));
        // Float weights keep f32 activations; the others round them to 8 bits, with the tolerance of the native tests.
        const float = /f16|f32/.test(name);
        assert.ok(rms <= (float ? 2e-4 : 0.06), `${name}: relative rms ${rms}`);
        if (float) assert.deepEqual(ids, short.greedy_ids, name);
      }
      const text = JSON.stringify(value.map((/** @type {any} */ { name, top, ids }) => ({ name, top, ids })));
      const before = results.get(build);
      results.set(build, text);
      if (before) assert.ok(before === text, 'another number of threads gives other bits');
    });
  }
}
