// Ratings as files: the columns and types that TRL's trainers ask for (its dataset formats: conversational language modelling,
// unpaired preference, preference with an explicit prompt), each line whole, nothing of a rating lost.
import assert from 'node:assert/strict';
import 'fake-indexeddb/auto';
import { test } from 'node:test';
import Ajv from 'ajv';
import { dpoLines, faqCandidates, ktoLines, sftLines } from '../../www/app/exchange/preference-file.js';
import { openFeedback } from '../../www/app/feedback.js';

const message = {
  type: 'object',
  required: ['role', 'content'],
  additionalProperties: false,
  properties: { role: { enum: ['system', 'user', 'assistant'] }, content: { type: 'string', minLength: 1 } },
};
const messages = { type: 'array', minItems: 1, items: message };
const answer = {
  type: 'array',
  minItems: 1,
  maxItems: 1,
  items: { ...message, properties: { ...message.properties, role: { const: 'assistant' } } },
};
/** https://huggingface.co/docs/trl/dataset_formats, as schemas; columns beside these are ignored by the trainers. */
const SCHEMAS = {
  sft: { required: ['messages'], properties: { messages } },
  kto: {
    required: ['prompt', 'completion', 'label'],
    properties: { prompt: messages, completion: answer, label: { type: 'boolean' } },
  },
  dpo: {
    required: ['prompt', 'chosen', 'rejected'],
    properties: { prompt: messages, chosen: answer, rejected: answer },
  },
};

/** @type {import('../../www/app/feedback.js').Rating} */
const rating = {
  id: 'a',
  at: Date.UTC(2026, 10, 1),
  good: false,
  reasons: ['wrong'],
  better: 'In 3 days.\n“Really.”',
  prompt: [
    { role: 'system', content: 'Be brief.' },
    { role: 'user', content: 'When?' },
  ],
  exact: true,
  question: 'When?',
  answer: 'In 9 days.',
  model: { name: 'm', fingerprint: 'ff' },
  language: 'en',
  page: '/shop/',
};

test('corrections, ratings and pairs are what trainers take, line by line', () => {
  const ajv = new Ajv.default({ strict: false });
  const all = [
    rating,
    { ...rating, id: 'b', good: true, better: undefined, other: 'Soon.', prompt: [] },
    { ...rating, id: 'c', good: true, better: undefined },
  ].map((each) => JSON.parse(JSON.stringify(each)));
  const made = { sft: sftLines(all), kto: ktoLines(all), dpo: dpoLines(all) };
  for (const [kind, text] of Object.entries(made)) {
    const check = ajv.compile({ type: 'object', ...SCHEMAS[/** @type {'sft'} */ (kind)] });
    const rows = text
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    for (const row of rows) assert.ok(check(row), `${kind}: ${JSON.stringify(check.errors)}`);
    // A table needs the same columns of the same types in every row.
    assert.equal(
      new Set(
        rows.map((row) =>
          Object.entries(row)
            .map(([name, value]) => `${name}:${typeof value}`)
            .join(),
        ),
      ).size,
      1,
      kind,
    );
  }
  const count = (/** @type {string} */ text) => text.trim().split('\n').length;
  assert.deepEqual([count(made.sft), count(made.kto), count(made.dpo)], [1, 3, 2]);
  const [pair] = made.dpo.split('\n').map((line) => line && JSON.parse(line));
  assert.deepEqual(
    [pair.chosen[0].content, pair.rejected[0].content, pair.fingerprint],
    ['In 3 days.\n“Really.”', 'In 9 days.', 'ff'],
  );
  assert.deepEqual(faqCandidates(all), [
    { question: 'When?', answer: 'In 3 days.\n“Really.”', language: 'en', url: '/shop/' },
  ]);
  assert.equal(sftLines([]), '');
});

test('ratings are kept on the device, oldest first, and taken back', async () => {
  const store = await openFeedback('feedback-test');
  await store.put({ ...rating, id: 'late', at: 2 });
  await store.put({ ...rating, id: 'early', at: 1 });
  assert.deepEqual(
    (await store.all()).map(({ id }) => id),
    ['early', 'late'],
  );
  await store.remove('early');
  assert.deepEqual(
    (await (await openFeedback('feedback-test')).all()).map(({ id }) => id),
    ['late'],
  );
});
