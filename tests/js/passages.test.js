// A site's knowledge: whole where it fits, else what the question needs, in English, Chinese and Japanese.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { passagesOf, ranked, systemChooser } from '../../www/widget/passages.js';

const count = async (/** @type {string} */ text) => Math.ceil(text.length / 4);
const filler = (/** @type {number} */ n) =>
  Array.from(
    { length: n },
    (_, i) => `Item ${i} is kept in room ${i * 7} beside the lamps and the boxes of that kind.`,
  );
const FAQ = [
  ...filler(60),
  'Returns: you may return shoes within 30 days if they were not worn outside.',
  ...filler(60),
  'Shipping to Switzerland takes five working days and costs 12 francs.',
  ...filler(60),
].join('\n');

test('what fits goes in whole, and nobody is warned', async () => {
  /** @type {number[]} */
  const warned = [];
  const choose = systemChooser('Be kind.', ['Open from 9 to 5.'], (n) => warned.push(n));
  const system = await choose('When?', { limit: 2048, count });
  assert.match(system, /^Be kind\.\n\nAnswer from these texts[^\n]+\n\nOpen from 9 to 5\.$/);
  assert.equal(await systemChooser('Be kind.', [])('x', { limit: 2048, count }), 'Be kind.');
  assert.deepEqual(warned, []);
});

test('of a long text the passages go in that the question needs, within the context', async () => {
  /** @type {number[][]} */
  const warned = [];
  const choose = systemChooser('Be kind.', [FAQ], (...given) => warned.push(given));
  for (const [question, wanted] of [
    ['How long do I have to return my shoes?', /within 30 days/],
    ['What does shipping to switzerland cost?', /12 francs/],
    ['can i RETURN a worn shoe', /within 30 days/],
  ]) {
    const system = await choose(String(question), { limit: 512, count });
    assert.match(system, /** @type {RegExp} */ (wanted));
    assert.match(system, /^Be kind\./);
    assert.ok((await count(system)) <= 256, String(await count(system)));
  }
  assert.equal(warned.length, 1, 'the site is told once');
  assert.ok(
    (await count(await choose('', { limit: 512, count }))) <= 256,
    'even of a question without words',
  );
});

test('Chinese and Japanese, which write no spaces', () => {
  const passages = [
    '退货：收到商品三十天内可以退货。',
    '送货到瑞士需要五个工作日。',
    '返品は三十日以内にお願いします。',
    '営業時間は九時から五時までです。',
  ];
  assert.equal(ranked(passages, '我想退货怎么办？')[0], 0);
  assert.equal(ranked(passages, '寄到瑞士要多久')[0], 1);
  assert.equal(ranked(passages, '営業時間を教えてください')[0], 3);
});

test('a role that is too long by itself is cut; long lines are split', async () => {
  const system = await systemChooser('You are careful. '.repeat(1000), [])('x', { limit: 512, count });
  assert.ok((await count(system)) <= 256);
  for (const text of ['a'.repeat(5000), 'One sentence. '.repeat(500), '一句话。'.repeat(500)]) {
    const passages = passagesOf(text);
    assert.ok(
      passages.every((each) => each.length <= 801),
      String(Math.max(...passages.map(({ length }) => length))),
    );
    assert.equal(passages.join('').replace(/\s/g, ''), text.replace(/\s/g, ''), 'nothing is lost');
  }
});
