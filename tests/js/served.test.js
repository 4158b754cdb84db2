// A model that phrases an answer is held to the passages: what they do not say is not shown, whatever the model writes.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { phrase } from '../../www/app/served.js';
import { createService, fixedPrompt } from '../../www/service/service.js';
import { isSupported } from '../../www/service/facts.js';
import { knowledgeBytes, page } from './knowledge-bytes.js';

const SOURCE = 'Delivery\nInside Germany delivery costs 4.90 euros and takes 2 to 3 days.';
const QUESTION = 'What does delivery cost?';

/** A model that writes this, a few letters at a time. @param {string} text @param {string} [reason] */
const writes = (text, reason = 'stop') =>
  /** @type {any} */ ({
    async *generate() {
      yield { type: 'begin', cached_n: 0, prompt_n: 10 };
      for (let i = 0; i < text.length; i += 3) yield { type: 'token', text: text.slice(i, i + 3), id: i };
      const usage = { prompt_tokens: 10, completion_tokens: 5, total_tokens: 15, cached_tokens: 0 };
      yield { type: 'done', reason, text: '', usage, timings: { predicted_n: 5, predicted_ms: 100 } };
    },
  });

/** @param {string} text @param {string} [reason] @param {string} [source] @param {string} [question] */
async function shown(text, reason, source = SOURCE, question = QUESTION) {
  const phrasing = {
    messages: [],
    sources: [],
    supported: (/** @type {string} */ each) => isSupported(each, source, question),
  };
  /** @type {string[]} */
  const steps = [];
  const tell = { text: (/** @type {string} */ kept) => void steps.push(kept), begin: () => {} };
  const { text: kept } = await phrase({}, writes(text, reason), phrasing, new AbortController().signal, tell);
  for (const step of steps) assert.ok(kept.startsWith(step.trim()), 'what was shown stays');
  return kept;
}

test('sentences that the passages bear out are shown, the others never', async () => {
  assert.equal(
    await shown('Delivery costs 4.90 euros inside Germany.'),
    'Delivery costs 4.90 euros inside Germany.',
  );
  assert.equal(
    await shown('Delivery costs 4.90 euros. From 50 euros delivery is free.'),
    'Delivery costs 4.90 euros.',
  );
  assert.equal(await shown('Delivery costs 5.90 euros.'), '');
  assert.equal(await shown('We guarantee delivery on Friday.'), '');
  assert.equal(await shown('The Eiffel Tower stands in Paris.'), '');
  assert.equal(
    await shown('Delivery costs 4.90 euros inside Ger', 'length'),
    '',
    'a sentence that was cut off is none',
  );
  assert.equal(
    await shown('运费 4.90 欧元。满 50 欧元包邮。', 'stop', '德国境内运费 4.90 欧元。', '运费多少？'),
    '运费 4.90 欧元。',
  );
});

test('the part of the prompt that does not change comes first', async () => {
  const one = fixedPrompt('Shop', { version: 1, tone: 'warm' });
  assert.equal(one, fixedPrompt('Shop', { version: 1, tone: 'warm' }));
  assert.match(one, /Shop.*friendly/s);
  assert.equal(
    await createService({ language: 'en' }).decide('hi'),
    undefined,
    'without knowledge the model answers',
  );
});

test('of a model’s sentences, none with a word that the shop never says, and no frame of the prompt, is shown', async () => {
  const said = 'Wash the jacket at 30 degrees. A cheap soap is enough for the jacket.';
  const knowledge = new Blob([new Uint8Array(knowledgeBytes([page('care.html', said)]).bytes)]);
  const service = createService({ knowledge, config: { version: 1, neverSay: ['cheap'] }, language: 'en' });
  const { signal } = new AbortController();
  const served = await service.answer('How do I wash the jacket?', { signal });
  const supported = served?.phrasing?.supported ?? (() => assert.fail('a model was to phrase it'));
  assert.equal(supported('Wash the jacket at 30 degrees.'), true);
  assert.equal(supported('A cheap soap is enough.'), false, 'a word that the shop never says');
  assert.equal(supported('Wash the jacket at 40 degrees.'), false, 'a number that stands nowhere');
  assert.equal(supported('Question: How do I wash the jacket?'), false, 'the prompt, repeated');
});
