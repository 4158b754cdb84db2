// The model a first visitor is offered.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { estimateSpeed, recommend } from '../../www/weights/manage/recommend.js';

const catalog = JSON.parse(await readFile(new URL('../../www/catalog.json', import.meta.url), 'utf8'));
const big = { memoryBytes: 8 * 2 ** 30 };
const id = (/** @type {Parameters<typeof recommend>[1]} */ visit) => recommend(catalog, visit)?.entry.id;

test('it speaks the visitor’s language, fits and is not slower than one reads', () => {
  for (const language of ['zh', 'ja']) {
    const found = recommend(catalog, { language, device: big, cores: 8 });
    assert.ok(
      found?.entry.languages.includes(language) && found.speaks && found.wordsPerSecond >= 5,
      language,
    );
  }
  assert.equal(
    id({ language: 'zh', device: { memoryBytes: 1.6 * 2 ** 30 }, cores: 2 }),
    'qwen2.5-0.5b-q4_k_m',
  );
});

test('a metered connection and a slow device get a small one', () => {
  const metered = recommend(catalog, { language: 'en', device: big, cores: 8, metered: true });
  assert.ok((metered?.entry.approx_mb ?? Infinity) <= 500);
  const slow = recommend(catalog, { language: 'en', device: big, cores: 2 });
  const fast = recommend(catalog, { language: 'en', device: big, cores: 8 });
  assert.ok((slow?.entry.parameters ?? Infinity) <= (fast?.entry.parameters ?? 0));
});

test('a language that no model speaks gets what is best otherwise, and nothing fits nowhere', () => {
  assert.equal(recommend(catalog, { language: 'xx', device: big, cores: 8 })?.speaks, false);
  assert.equal(recommend(catalog, { language: 'en', device: { memoryBytes: 1e8 } }), undefined);
  assert.ok(
    estimateSpeed({ ...catalog.models[0], approx_mb: 100 }, 4) >
      estimateSpeed({ ...catalog.models[0], approx_mb: 1000 }, 4),
  );
});
