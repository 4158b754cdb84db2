// The official client talks to the engine by its `fetch`: chat, responses, text, embeddings, models, streams, tools, errors.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import OpenAI from 'openai';
import { httpOf } from '../../www/api/openai/http.js';
import { openAi } from '../../www/api/openai/openai.js';
import { scripted } from './openai-client.js';

/** The official client in front of an engine that answers from a script. @param {Parameters<typeof scripted>} script */
function clientOf(...script) {
  const engine = scripted(...script);
  const fetch = httpOf(openAi(engine, { id: 'tiny', created: 1_700_000_000 }));
  return { engine, fetch, openai: new OpenAI({ apiKey: '-', fetch, maxRetries: 0 }) };
}

/** @type {OpenAI.Chat.ChatCompletionMessageParam[]} */
const messages = [{ role: 'user', content: 'Hello' }];
const CALL = '<tool_call>{"name":"weather","arguments":{"city":"Oslo"}}</tool_call>';
const parameters = { type: 'object', properties: { city: { type: 'string' } } };

test('chat: whole, streamed, by the helper that runs tools', async () => {
  const { openai } = clientOf(['Hel', 'lo', '!']);
  const whole = await openai.chat.completions.create({ model: 'x', messages });
  assert.equal(whole.choices[0].message.content, 'Hello!');
  assert.equal(whole.usage?.completion_tokens, 3);
  const pieces = [];
  for await (const chunk of await openai.chat.completions.create({ model: 'x', messages, stream: true }))
    pieces.push(chunk.choices[0]?.delta.content ?? '');
  assert.deepEqual(pieces.filter(Boolean), ['Hel', 'lo', '!']);
  const { openai: other, engine } = clientOf((asked) => (asked === 0 ? [CALL] : ['Cold.']));
  /** @type {unknown[]} */
  const given = [];
  const runner = other.chat.completions.runTools({
    model: 'x',
    messages,
    tools: [
      {
        type: 'function',
        function: {
          name: 'weather',
          description: 'The weather',
          parameters,
          parse: JSON.parse,
          function: (/** @type {unknown} */ args) => (given.push(args), '-3'),
        },
      },
    ],
  });
  assert.equal(await runner.finalContent(), 'Cold.');
  assert.deepEqual(given, [{ city: 'Oslo' }]);
  assert.equal(engine.requests[1].messages?.at(-1)?.content.includes('-3'), true);
});

test('responses: a text, its stream, a tool’s call and its result, a format', async () => {
  const { openai, engine } = clientOf(['Hel', 'lo']);
  const whole = await openai.responses.create({
    model: 'x',
    instructions: 'Be brief.',
    input: [{ role: 'user', content: [{ type: 'input_text', text: 'Hello' }] }],
    max_output_tokens: 9,
    text: { format: { type: 'json_schema', name: 'a', schema: { type: 'object' } } },
  });
  assert.deepEqual([whole.output_text, whole.status, whole.usage?.output_tokens], ['Hello', 'completed', 2]);
  assert.deepEqual(engine.requests[0].messages, [
    { role: 'system', content: 'Be brief.' },
    { role: 'user', content: 'Hello' },
  ]);
  assert.deepEqual([engine.requests[0].max_tokens, engine.requests[0].constraint?.type], [9, 'json_schema']);

  const stream = openai.responses.stream({ model: 'x', input: 'Hello' });
  /** @type {string[]} */
  const seen = [];
  /** @type {number[]} */
  const numbers = [];
  for await (const event of stream) {
    numbers.push(event.sequence_number);
    if (event.type === 'response.output_text.delta') seen.push(event.delta);
  }
  assert.deepEqual(seen, ['Hel', 'lo']);
  assert.deepEqual(numbers, [...numbers.keys()]);
  assert.equal((await stream.finalResponse()).output_text, 'Hello');

  const { openai: other, engine: second } = clientOf((asked) => (asked === 0 ? ['So: ', CALL] : ['Cold.']));
  const tools = [{ type: /** @type {const} */ ('function'), name: 'weather', parameters, strict: false }];
  const called = await other.responses.create({ model: 'x', input: 'Oslo?', tools });
  const [said, call] = called.output;
  assert.equal(
    said.type === 'message' && said.content[0].type === 'output_text' && said.content[0].text.trim(),
    'So:',
  );
  assert.ok(call.type === 'function_call');
  assert.deepEqual([call.name, JSON.parse(call.arguments)], ['weather', { city: 'Oslo' }]);
  const answer = await other.responses.create({
    model: 'x',
    input: [
      { role: 'user', content: 'Oslo?' },
      call,
      { type: 'function_call_output', call_id: call.call_id, output: '-3' },
    ],
    tools,
  });
  assert.equal(answer.output_text, 'Cold.');
  assert.match(JSON.stringify(second.requests[1].messages), /weather.*-3/);
});

test('an answer that a limit has cut says so', async () => {
  const { openai } = clientOf(['Hel'], { reason: 'length' });
  const { status, incomplete_details } = await openai.responses.create({ model: 'x', input: 'Hello' });
  assert.deepEqual([status, incomplete_details?.reason], ['incomplete', 'max_output_tokens']);
});

test('text, models, embeddings; what is not there is said in OpenAI’s errors', async () => {
  const { openai, fetch } = clientOf(['x', 'y']);
  assert.equal((await openai.completions.create({ model: 'x', prompt: 'a' })).choices[0].text, 'xy');
  const texts = [];
  for await (const chunk of await openai.completions.create({ model: 'x', prompt: 'a', stream: true }))
    texts.push(chunk.choices[0]?.text);
  assert.equal(texts.join(''), 'xy');
  const ids = [];
  for await (const { id } of openai.models.list()) ids.push(id);
  assert.deepEqual(ids, ['tiny']);
  assert.equal((await openai.models.retrieve('tiny')).id, 'tiny');
  /** @param {Promise<unknown>} promise @param {number} status @param {string} code */
  const fails = (promise, status, code) =>
    assert.rejects(promise, (error) => {
      assert.ok(error instanceof OpenAI.APIError, String(error));
      assert.deepEqual([error.status, error.code], [status, code]);
      return true;
    });
  await fails(openai.models.retrieve('other'), 404, 'model_not_found');
  await fails(openai.embeddings.create({ model: 'x', input: 'a' }), 400, 'not_an_encoder');
  await fails(openai.chat.completions.create({ model: 'x', messages: [] }), 400, 'invalid_request');
  await fails(
    openai.responses.create({ model: 'x', input: 'a', previous_response_id: 'r' }),
    400,
    'invalid_request',
  );
  await fails(
    openai.files.list().then((page) => page.data),
    404,
    'unknown_url',
  );
  const broken = await fetch('/v1/chat/completions', { method: 'POST', body: '{' });
  assert.deepEqual([broken.status, (await broken.json()).error.param], [400, 'body']);
});

test('embeddings as the official client reads them', async () => {
  const encoder = {
    ...scripted([]),
    embed: async () => ({ vectors: [Float32Array.of(0.5, -1)], tokens: 2 }),
  };
  const fetch = httpOf(openAi(/** @type {any} */ (encoder), { id: 'tiny', created: 1 }));
  const openai = new OpenAI({ apiKey: '-', fetch });
  const { data } = await openai.embeddings.create({ model: 'x', input: 'a' });
  assert.deepEqual(data[0].embedding, [0.5, -1]);
});

test('leaving a stream ends the answer; an error in the middle of one arrives; aborting is aborting', async () => {
  const { openai, engine } = clientOf(['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h']);
  for await (const chunk of await openai.chat.completions.create({ model: 'x', messages, stream: true }))
    if (chunk.choices[0].delta.content) break;
  await new Promise((resolve) => setTimeout(resolve, 20));
  assert.equal(engine.state.cancelled, true);
  const failing = clientOf([], { fail: new Error('the device is gone') });
  await assert.rejects(async () => {
    for await (const _ of await failing.openai.chat.completions.create({
      model: 'x',
      messages,
      stream: true,
    }));
  }, /the device is gone/);
  const abort = new AbortController();
  abort.abort();
  await assert.rejects(
    openai.chat.completions.create({ model: 'x', messages }, { signal: abort.signal }),
    OpenAI.APIUserAbortError,
  );
});
