// The OpenAI-shaped API: responses, streams, errors, tools, and the official client's types and helpers on top of them.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ChatCompletionStream } from 'openai/lib/ChatCompletionStream.js';
import { openAi } from '../../www/api/openai/openai.js';
import { LoquatError } from '../../www/protocol/messages.js';
import { scripted } from './openai-client.js';

/** @typedef {import('../../www/protocol/openai-types.js').ChatRequest} ChatRequest */
/** @typedef {import('../../www/protocol/openai-types.js').Tool} Tool */

const MODEL = { id: 'tiny', created: 1_700_000_000 };
/** @type {ChatRequest['messages']} */
const messages = [{ role: 'user', content: 'Hello' }];
/** @type {Tool[]} */
const tools = [
  {
    type: 'function',
    function: {
      name: 'weather',
      parameters: { type: 'object', properties: { city: { $ref: '#/$defs/city' } }, $defs: { city: {} } },
    },
  },
  { type: 'function', function: { name: 'time', parameters: { type: 'object', properties: {} } } },
];

/** @param {Parameters<typeof scripted>} script */
function api(...script) {
  const client = scripted(...script);
  return { client, api: openAi(client, MODEL) };
}

/** @template T @param {AsyncIterable<T>} items */
async function all(items) {
  const list = [];
  for await (const item of items) list.push(item);
  return list;
}

test('a chat completion carries the text, the counts and the times', async () => {
  const { client, api: engine } = api(['Hel', 'lo', '!']);
  const done = await engine.chat.completions.create({
    messages: [{ role: 'developer', content: [{ type: 'text', text: 'Be brief.' }] }, ...messages],
    max_completion_tokens: 5,
    temperature: 0,
    stop: 'END',
    seed: 7,
    top_k: 3,
  });
  assert.equal(done.choices[0].message.content, 'Hello!');
  assert.equal(done.choices[0].finish_reason, 'stop');
  assert.match(done.id, /^chatcmpl-[0-9a-f]{24}$/);
  assert.deepEqual(done.usage, {
    prompt_tokens: 7,
    completion_tokens: 3,
    total_tokens: 10,
    prompt_tokens_details: { cached_tokens: 3 },
  });
  assert.equal(done.timings.predicted_ms, 10);
  assert.deepEqual(client.requests[0], {
    messages: [
      { role: 'system', content: 'Be brief.' },
      { role: 'user', content: 'Hello' },
    ],
    max_tokens: 5,
    temperature: 0,
    stop: ['END'],
    seed: 7,
    top_k: 3,
  });
});

test('a stream begins with the role, ends with the reason, and gives usage only when asked', async () => {
  const { api: engine } = api(['a', 'b'], { reason: 'context' });
  const chunks = await all(await engine.chat.completions.create({ messages, stream: true }));
  assert.deepEqual(
    chunks.map(({ choices: [{ delta }] }) => delta),
    [{ role: 'assistant', content: '' }, { content: 'a' }, { content: 'b' }, {}],
  );
  assert.equal(chunks.at(-1)?.choices[0].finish_reason, 'length');
  assert.equal(chunks.at(-1)?.timings?.cached_n, 3);
  assert.ok(chunks.every(({ id }) => id === chunks[0].id));
  assert.ok(chunks.every((chunk) => !('usage' in chunk)));
  const counted = await all(
    await engine.chat.completions.create({ messages, stream: true, stream_options: { include_usage: true } }),
  );
  assert.deepEqual(counted.at(-1)?.choices, []);
  assert.equal(counted.at(-1)?.usage?.completion_tokens, 2);
});

test('leaving the loop, or aborting, ends the generation', async () => {
  const endless = Array.from({ length: 1000 }, () => 'x');
  const left = api(endless);
  for await (const chunk of await left.api.chat.completions.create({ messages, stream: true })) {
    if (chunk.choices[0].delta.content === 'x') break;
  }
  assert.equal(left.client.state.cancelled, true);
  const aborted = api(endless);
  const abort = new AbortController();
  const waiting = aborted.api.chat.completions.create({ messages }, { signal: abort.signal });
  setTimeout(() => abort.abort(), 5);
  await assert.rejects(waiting, { name: 'AbortError' });
  const late = api(endless).api.chat.completions.create({ messages }, { signal: AbortSignal.timeout(5) });
  await assert.rejects(late, { name: 'TimeoutError' }, 'the reason is the caller’s, not wrapped');
  const byController = api(endless);
  const stream = await byController.api.chat.completions.create({ messages, stream: true });
  setTimeout(() => stream.controller.abort(), 5);
  await assert.rejects(all(stream), { name: 'AbortError' });
});

test('errors have the shape of OpenAI’s, with a remedy', async () => {
  const { api: engine } = api([]);
  const bad = [
    [{ messages: [] }, 'messages'],
    [{ messages, n: 2 }, 'n'],
    [{ messages, temperature: -1 }, 'temperature'],
    [{ messages, logit_bias: { 1: 2 } }, 'logit_bias'],
    [{ messages, response_format: { type: 'json_schema' } }, 'response_format'],
    [
      { messages: [{ role: 'user', content: [{ type: 'image_url', image_url: {} }] }] },
      'messages[0].content',
    ],
    [{ messages: [{ role: 'robot', content: '' }] }, 'messages[0].role'],
    [{ messages, tools, tool_choice: { type: 'function', function: { name: 'none' } } }, 'tool_choice'],
  ];
  for (const [request, param] of bad) {
    await assert.rejects(
      engine.chat.completions.create(/** @type {any} */ (request)),
      (/** @type {any} */ e) => {
        assert.equal(e.name, 'APIError');
        assert.equal(e.status, 400);
        assert.equal(e.error.param, param);
        assert.equal(e.type, 'invalid_request_error');
        assert.ok(e.remedy.length > 5);
        return true;
      },
    );
  }
  const full = new LoquatError('context_full', 'The prompt has 900 tokens, the context 512.', 'Shorten it.');
  const failing = api([], { fail: full }).api;
  await assert.rejects(failing.chat.completions.create({ messages }), { status: 400, code: 'context_full' });
  const broken = api([], { fail: new LoquatError('device_lost', 'Gone.', 'Reload.') }).api;
  const stream = await broken.chat.completions.create({ messages, stream: true });
  await assert.rejects(all(stream), { status: 500, code: 'device_lost', type: 'server_error' });
});

test('log probabilities name each token by its own text, also while the stream holds text back', async () => {
  const top = [
    { id: 1, text: '\ufffd', bytes: [195], logprob: -0.1 },
    { id: 9, text: 'e', bytes: [101], logprob: -3 },
  ];
  const { api: engine } = api([{ id: 1, text: '', bytes: [195], logprob: -0.1, top }]);
  const done = await engine.chat.completions.create({ messages, logprobs: true, top_logprobs: 2 });
  assert.deepEqual(done.choices[0].logprobs?.content, [
    {
      token: '\ufffd',
      bytes: [195],
      logprob: -0.1,
      top_logprobs: [
        { token: '\ufffd', bytes: [195], logprob: -0.1 },
        { token: 'e', bytes: [101], logprob: -3 },
      ],
    },
  ]);
});

test('response_format becomes the engine’s constraint', async () => {
  const { client, api: engine } = api(['{}']);
  const schema = { type: 'object' };
  await engine.chat.completions.create({
    messages,
    response_format: { type: 'json_schema', json_schema: { name: 'x', schema } },
  });
  await engine.chat.completions.create({ messages, response_format: { type: 'json_object' } });
  await engine.chat.completions.create({ messages, response_format: { type: 'regex', regex: 'a+' } });
  await engine.chat.completions.create({ messages, response_format: { type: 'text' } });
  assert.deepEqual(
    client.requests.map(({ constraint }) => constraint),
    [{ type: 'json_schema', schema }, { type: 'json_object' }, { type: 'regex', regex: 'a+' }, undefined],
  );
});

test('tool calls come out of the text in OpenAI’s shape, several at once, streamed or whole', async () => {
  const text = [
    'Let me look.\n<tool',
    '_call>\n{"name": "weather", "arg',
    'uments": {"city": "}Kyoto{"}}\n</tool_call>\n<tool_call>\n{"name": "time", "arguments": {}}\n</tool_call>',
  ];
  const { client, api: engine } = api(text, { template: 'loquat_probe <tool_call>\n{' });
  const done = await engine.chat.completions.create({ messages, tools });
  const { message, finish_reason } = done.choices[0];
  assert.equal(finish_reason, 'tool_calls');
  assert.equal(message.content, 'Let me look.\n');
  assert.deepEqual(
    message.tool_calls?.map((call) => [call.function.name, JSON.parse(call.function.arguments)]),
    [
      ['weather', { city: '}Kyoto{' }],
      ['time', {}],
    ],
  );
  assert.match(message.tool_calls?.[0].id ?? '', /^[A-Za-z0-9]{9}$/);
  assert.deepEqual(client.requests[0].tools, tools);
  const one = await engine.chat.completions.create({ messages, tools, parallel_tool_calls: false });
  assert.equal(one.choices[0].message.tool_calls?.length, 1);
  const chunks = await all(await engine.chat.completions.create({ messages, tools, stream: true }));
  const said = chunks.map(({ choices: [c] }) => c.delta.content ?? '').join('');
  assert.equal(said, 'Let me look.\n', 'no piece of a call is shown as text');
  const calls = chunks.flatMap(({ choices: [c] }) => c.delta.tool_calls ?? []);
  assert.deepEqual(
    calls.map(({ index, function: { name } }) => [index, name]),
    [
      [0, 'weather'],
      [1, 'time'],
    ],
  );
});

test('what only looks like a call stays text', async () => {
  for (const text of [
    '{"answer": 42}',
    'a < b and <tool_call>nothing',
    '```json\n{"x": 1}\n```',
    '<tool_ca',
  ]) {
    const { api: engine } = api([...text], { template: 'loquat_probe' });
    const done = await engine.chat.completions.create({ messages, tools });
    assert.equal(done.choices[0].message.content, text);
    assert.equal(done.choices[0].finish_reason, 'stop');
    assert.equal(done.choices[0].message.tool_calls, undefined);
  }
});

test('tools are explained in the system prompt where the template knows none, and calls become text', async () => {
  const { client, api: engine } = api(['ok']);
  const call = {
    id: 'a',
    type: /** @type {const} */ ('function'),
    function: { name: 'time', arguments: '{}' },
  };
  await engine.chat.completions.create({
    tools,
    messages: [
      { role: 'system', content: 'Be kind.' },
      ...messages,
      { role: 'assistant', content: null, tool_calls: [call] },
      { role: 'tool', tool_call_id: 'a', content: '12:00' },
    ],
  });
  const [request] = client.requests;
  assert.equal(request.tools, undefined);
  const texts = request.messages?.map(({ role, content }) => `${role}|${content}`) ?? [];
  assert.match(texts[0], /^system\|Be kind\.\n\n.*"name":"weather"/s);
  assert.equal(texts[2], 'assistant|<tool_call>\n{"name":"time","arguments":{}}\n</tool_call>');
  assert.equal(texts[3], 'user|<tool_response>\n12:00\n</tool_response>');
});

test('tool_choice constrains the answer to calls in the template’s format', async () => {
  const cases = [
    ['loquat_probe <tool_call>\n{', 'lark'],
    ['loquat_probe <tool_call>[{', 'lark'],
    ['loquat_probe [TOOL_CALLS]', 'json_schema'],
    ['loquat_probe {"name": ', 'json_schema'],
    ['nothing', 'lark'],
  ];
  for (const [template, type] of cases) {
    const { client, api: engine } = api(['x'], { template });
    await engine.chat.completions.create({ messages, tools, tool_choice: 'required' });
    const constraint = client.requests[0].constraint;
    assert.equal(constraint?.type, type, template);
    assert.match(JSON.stringify(constraint), /weather.*time/s);
  }
  const { client, api: engine } = api(['x'], { template: 'loquat_probe {"name": ' });
  const tool_choice = { type: /** @type {const} */ ('function'), function: { name: 'weather' } };
  await engine.chat.completions.create({ messages, tools, tool_choice });
  const text = JSON.stringify(client.requests[0].constraint);
  assert.doesNotMatch(text, /"time"/);
  assert.match(
    text,
    /"#\/properties\/parameters\/\$defs\/city"/,
    'references move with the schema they are in',
  );
  await engine.chat.completions.create({ messages, tools, tool_choice: 'none' });
  assert.equal(client.requests[1].tools, undefined);
});

test('what OpenAI documents and this engine has not is refused by name; variables reach the template', async () => {
  const { client, api: engine } = api([{ text: 'b', id: 2 }]);
  const refused = [
    ['functions', [{ name: 'f' }]],
    ['function_call', 'auto'],
    ['audio', { voice: 'x' }],
    ['modalities', ['text', 'audio']],
    ['prediction', { type: 'content', content: 'x' }],
    ['web_search_options', {}],
    ['chat_template_kwargs', 'enable_thinking'],
  ];
  for (const [param, value] of refused) {
    const request = /** @type {any} */ ({ messages, [/** @type {string} */ (param)]: value });
    await assert.rejects(engine.chat.completions.create(request), { status: 400, param }, String(param));
  }
  for (const [param, value] of [
    ['suffix', 'end'],
    ['best_of', 3],
  ]) {
    const request = /** @type {any} */ ({ prompt: 'a', [param]: value });
    await assert.rejects(engine.completions.create(request), { status: 400, param }, String(param));
  }
  assert.equal(client.requests.length, 0);
  await engine.chat.completions.create({
    messages,
    chat_template_kwargs: { enable_thinking: false },
    reasoning_effort: 'low',
  });
  assert.deepEqual(client.requests[0].template_vars, { reasoning_effort: 'low', enable_thinking: false });
});

test('text completions: prompt or ids, echo, log probabilities', async () => {
  const { client, api: engine } = api([
    { text: 'b', id: 2, logprob: -1, top: [{ id: 2, text: 'b', bytes: [98], logprob: -1 }] },
  ]);
  const done = await engine.completions.create({ prompt: 'a', echo: true, logprobs: 1 });
  assert.equal(done.choices[0].text, 'ab');
  assert.deepEqual(done.choices[0].logprobs, {
    tokens: ['b'],
    token_logprobs: [-1],
    top_logprobs: [{ b: -1 }],
    text_offset: [1],
  });
  await engine.completions.create({ prompt: [1, 2, 3] });
  assert.deepEqual(client.requests[1].ids, [1, 2, 3]);
  assert.equal(client.requests[1].max_tokens, 16);
  const chunks = await all(await engine.completions.create({ prompt: ['a'], stream: true }));
  assert.equal(chunks.map(({ choices: [c] }) => c.text).join(''), 'b');
  await assert.rejects(engine.completions.create({ prompt: ['a', 'b'] }), { status: 400 });
});

test('embeddings come from encoders; a text model says that it makes none', async () => {
  const { client, api: engine } = api([]);
  await assert.rejects(engine.embeddings.create({ input: 'x' }), { status: 400, code: 'not_an_encoder' });
  const encoder = openAi(
    {
      ...client,
      embed: async (inputs) => ({
        vectors: inputs.map((each) => Float32Array.of(each.length, 0.5)),
        tokens: 4,
      }),
    },
    MODEL,
  );
  const done = await encoder.embeddings.create({ input: ['a', 'bb'] });
  assert.deepEqual(
    done.data.map(({ embedding }) => embedding),
    [
      [1, 0.5],
      [2, 0.5],
    ],
  );
  const packed = await encoder.embeddings.create({ input: 'a', encoding_format: 'base64' });
  const bytes = Buffer.from(String(packed.data[0].embedding), 'base64');
  assert.deepEqual([bytes.readFloatLE(0), bytes.readFloatLE(4)], [1, 0.5]);
  const ids = await encoder.embeddings.create({ input: [7, 8, 9] });
  assert.deepEqual(
    ids.data.map(({ embedding, index, object }) => [index, object, embedding[0]]),
    [[0, 'embedding', 3]],
  );
  assert.deepEqual(ids.usage, { prompt_tokens: 4, total_tokens: 4 });
  assert.equal((await encoder.embeddings.create({ input: [[1], [2, 3]] })).data.length, 2);
  for (const input of ['', [], ['a', ''], [''], [1.5], /** @type {any} */ (undefined)]) {
    await assert.rejects(encoder.embeddings.create({ input }), (/** @type {any} */ error) => {
      assert.equal(error.status, 400);
      assert.equal(error.error.param, 'input');
      return true;
    });
  }
  await assert.rejects(encoder.embeddings.create({ input: 'a', dimensions: 3 }), /dimensions is 3.* have 2/);
});

test('the official client’s streaming helper reads our stream', async () => {
  const { api: engine } = api(['<tool_call>{"name":"time","arguments":{}}</tool_call>']);
  const stream = await engine.chat.completions.create({ messages, tools, stream: true });
  const helper = ChatCompletionStream.fromReadableStream(/** @type {any} */ (stream.toReadableStream()));
  /** @type {string[]} */
  const seen = [];
  helper.on('content', (delta) => seen.push(delta));
  const final = await helper.finalChatCompletion();
  const [call] = final.choices[0].message.tool_calls ?? [];
  assert.equal(call.type === 'function' && call.function.name, 'time');
  const spoken = await api(['Hel', 'lo']).api.chat.completions.create({ messages, stream: true });
  const second = ChatCompletionStream.fromReadableStream(/** @type {any} */ (spoken.toReadableStream()));
  second.on('content', (delta) => seen.push(delta));
  assert.equal((await second.finalMessage()).content, 'Hello');
  assert.deepEqual(seen, ['Hel', 'lo']);
});

test('the official client’s types take our responses', async () => {
  // What is tested is that this compiles: `tsc` runs over the tests.
  const { api: engine } = api(['x']);
  /** @type {import('openai').OpenAI.Chat.ChatCompletion} */
  const chat = await engine.chat.completions.create({ messages });
  /** @type {AsyncIterable<import('openai').OpenAI.Chat.ChatCompletionChunk>} */
  const chunks = await engine.chat.completions.create({ messages, stream: true });
  /** @type {import('openai').OpenAI.Completion} */
  const text = await engine.completions.create({ prompt: 'x' });
  /** @type {(input: import('openai').OpenAI.EmbeddingCreateParams) => Promise<import('openai').OpenAI.CreateEmbeddingResponse>} */
  const embed = (input) => engine.embeddings.create(input);
  /** @type {import('openai').OpenAI.Model} */
  const model = (await engine.models.list()).data[0];
  assert.ok(chat && chunks && text && embed);
  assert.equal(model.id, 'tiny');
});
