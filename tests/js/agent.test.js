// The agent loop: skills before the model, tools between its words, parts of a message with their texts.
import assert from 'node:assert/strict';
import test from 'node:test';
import { answer } from '../../www/agent/loop.js';
import { partText, partsText, registerPartText } from '../../www/agent/part-texts.js';
import { allTools, registerTool } from '../../www/agent/tools.js';

/** @typedef {import('../../www/protocol/messages.js').GenerateRequest} GenerateRequest */

const USAGE = { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2, cached_tokens: 0 };
const TIMINGS = { prompt_n: 1, prompt_ms: 1, predicted_n: 1, predicted_ms: 1, cached_n: 0 };

/** A model that says its lines one after the other, and remembers what it was asked. @param {string[]} lines */
function scripted(...lines) {
  /** @type {GenerateRequest[]} */
  const asked = [];
  return {
    asked,
    /** @param {GenerateRequest} request @param {{signal?: AbortSignal}} options */
    async *generate(request, { signal } = {}) {
      asked.push(request);
      const line = lines[Math.min(asked.length, lines.length) - 1];
      for (const text of line.match(/.{1,4}/gs) ?? []) {
        await Promise.resolve();
        signal?.throwIfAborted();
        yield { type: /** @type {const} */ ('token'), text, id: 1 };
      }
      yield {
        type: /** @type {const} */ ('done'),
        reason: /** @type {const} */ ('stop'),
        text: '',
        usage: USAGE,
        timings: TIMINGS,
      };
    },
  };
}

/** @type {import('../../www/agent/skills.js').Question} */
const question = { text: '1 + 1?', messages: [], today: '2026-11-27', model: { name: 'x' }, pkg: '' };
const request = { messages: [{ role: /** @type {const} */ ('user'), content: '1 + 1?' }] };

/** @param {Array<import('../../www/agent/skills.js').Step>} steps */
function skillOf(...steps) {
  /** @type {Array<string | undefined>} */
  const replies = [];
  let freed = 0;
  return {
    replies,
    freed: () => freed,
    name: 'sums',
    wants: () => true,
    start: async () => ({
      next: async (/** @type {string | undefined} */ reply) => {
        replies.push(reply);
        return steps[replies.length - 1] ?? { type: /** @type {const} */ ('pass') };
      },
      free: () => (freed += 1),
    }),
  };
}

/** @param {AsyncIterable<import('../../www/agent/loop.js').AgentEvent>} events */
async function collect(events) {
  const all = [];
  for await (const event of events) all.push(event);
  const said = all
    .map((event) => (event.type === 'token' || event.type === 'done' ? event.text : ''))
    .join('');
  const parts = all.flatMap((event) => (event.type === 'part' ? [event.part] : []));
  return { all, said, parts };
}

test('a skill asks the model, gets its reply, and answers in its place', async () => {
  const model = scripted('x = 2');
  const skill = skillOf(
    {
      type: 'ask',
      messages: [{ role: 'user', content: 'equations' }],
      max_tokens: 9,
      constraint: { type: 'regex', regex: 'x = \\d' },
    },
    { type: 'done', parts: [{ type: 'text', text: 'Two.' }], sources: ['p1'] },
  );
  const { all, parts } = await collect(answer(model, request, { question, skills: [skill] }));
  assert.deepEqual(skill.replies, [undefined, 'x = 2']);
  assert.deepEqual(model.asked[0].constraint, { type: 'regex', regex: 'x = \\d' });
  assert.deepEqual(parts, [{ type: 'text', text: 'Two.' }]);
  assert.deepEqual(all.at(-1), { type: 'answered', refused: false, sources: ['p1'] });
  assert.equal(model.asked.length, 1, 'the model was not asked to answer besides');
  assert.equal(skill.freed(), 1);
});

test('where a skill passes or fails, the model answers', async () => {
  const broken = { ...skillOf(), start: () => Promise.reject(new Error('no module')) };
  for (const skill of [skillOf({ type: 'pass' }), broken]) {
    const { said, all } = await collect(answer(scripted('Two.'), request, { question, skills: [skill] }));
    assert.equal(said, 'Two.');
    assert.equal(all.at(-1)?.type, 'done');
  }
});

test('a skill that never ends its asking is left', async () => {
  const ask = { type: /** @type {const} */ ('ask'), messages: [], max_tokens: 1 };
  const endless = { ...skillOf(), start: async () => ({ next: async () => ask }) };
  const model = scripted('again');
  const { all } = await collect(answer(model, request, { question, skills: [endless] }));
  assert.equal(all.at(-1)?.type, 'done');
  assert.ok(model.asked.length < 100);
});

const WEATHER = {
  name: 'weather',
  description: 'The weather of a city',
  parameters: { type: 'object', properties: { city: { type: 'string' } } },
  run: (/** @type {{city: string}} */ { city }) => {
    if (city === 'Nowhere') throw new Error('no such city');
    return { city, sky: 'clear' };
  },
};
const call = (/** @type {string} */ city) =>
  `<tool_call>\n{"name": "weather", "arguments": {"city": "${city}"}}\n</tool_call>`;

test('a tool is called, its result goes back to the model, and both are parts of the answer', async () => {
  const model = scripted(call('Oslo'), 'It is clear.');
  const { said, parts } = await collect(answer(model, request, { tools: [WEATHER] }));
  assert.equal(said, 'It is clear.');
  assert.deepEqual(
    parts.map(({ type }) => type),
    ['tool_call', 'tool_result'],
  );
  assert.deepEqual(/** @type {any} */ (parts[1]).content, { city: 'Oslo', sky: 'clear' });
  assert.match(JSON.stringify(model.asked[1].messages), /clear/);
});

test('a tool that throws, or that there is none of, is told to the model', async () => {
  const { parts, said } = await collect(
    answer(scripted(call('Nowhere'), 'Sorry.'), request, { tools: [WEATHER] }),
  );
  assert.deepEqual(/** @type {any} */ (parts[1]).error, true);
  assert.equal(/** @type {any} */ (parts[1]).content, 'no such city');
  assert.equal(said, 'Sorry.');
});

test('a model that only calls tools comes to an end', async () => {
  const model = scripted(call('Oslo'));
  const { all } = await collect(answer(model, request, { tools: [WEATHER] }));
  assert.equal(all.at(-1)?.type, 'done');
  assert.ok(model.asked.length <= 9, `${model.asked.length} rounds`);
});

test('an abort in the middle of a tool ends the answer', async () => {
  const abort = new AbortController();
  const slow = { ...WEATHER, run: () => (abort.abort(), 'late') };
  await assert.rejects(
    collect(answer(scripted(call('Oslo'), 'never'), request, { tools: [slow], signal: abort.signal })),
    { name: 'AbortError' },
  );
});

test('every part has a text, and a hostile one costs nothing', () => {
  const table = { type: 'table', columns: ['a|b', 'c'], rows: [['1', '2\n3']], total_rows: 1 };
  assert.equal(partText(table), '| a\\|b | c |\n| --- | --- |\n| 1 | 2 3 |');
  assert.equal(
    partsText([
      { type: 'thought', text: 'hm' },
      { type: 'text', text: 'Yes.' },
    ]),
    'Yes.',
  );
  assert.equal(partText({ type: 'table', columns: 5 }), '');
  assert.equal(partText({ type: 'unheard-of' }), '');
});

test('a new part and a new tool take one line each', () => {
  registerPartText('dummy', ({ word }) => `dummy: ${word}`);
  assert.equal(partsText([{ type: 'dummy', word: 'x' }]), 'dummy: x');
  registerTool({ name: 'dummy', description: 'Nothing', parameters: { type: 'object' }, run: () => 'x' });
  assert.ok(allTools().some(({ name }) => name === 'dummy'));
});
