// The engine behind other people's interfaces: the browsers' Prompt API, the AI SDK, and a server that speaks OpenAI's.
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { test } from 'node:test';
import { generateText, jsonSchema, Output, streamText, tool } from 'ai';
import { loquat } from '../../www/api/ai-sdk/ai-sdk.js';
import { openAi } from '../../www/api/openai/openai.js';
import { installLanguageModel, makeLanguageModel } from '../../www/api/prompt-api/prompt-api.js';
import { LoquatError } from '../../www/protocol/messages.js';
import { remoteEngine } from '../../www/api/remote/remote-engine.js';
import { scripted } from './openai-client.js';

const MODEL = { id: 'tiny', created: 1_700_000_000 };
/** @type {Array<{role: 'user', content: string}>} */
const messages = [{ role: 'user', content: 'Hello' }];

/** @param {Parameters<typeof scripted>} script */
function engine(...script) {
  const client = scripted(...script);
  return { client, engine: { ...openAi(client, MODEL), tokenize: client.tokenize } };
}

/** @param {Parameters<typeof scripted>} script */
function languageModel(...script) {
  const made = engine(...script);
  return { ...made, LanguageModel: makeLanguageModel({ load: async () => made.engine }) };
}

test('Prompt API: the explainer’s examples run', async () => {
  const { client, LanguageModel } = languageModel(['A ', 'poem.']);
  assert.equal(await LanguageModel.availability(), 'downloadable');
  /** @type {number[]} */
  const progress = [];
  const session = await LanguageModel.create({
    initialPrompts: [
      { role: 'system', content: 'Pretend to be an eloquent hamster.' },
      { role: 'user', content: 'Hi' },
      { role: 'assistant', content: 'Squeak' },
    ],
    monitor(m) {
      m.addEventListener('downloadprogress', (e) => progress.push(/** @type {any} */ (e).loaded));
    },
  });
  assert.equal(await LanguageModel.availability(), 'available');
  assert.deepEqual(progress, [0, 1]);
  assert.equal(await session.prompt('Write me a poem.'), 'A poem.');
  assert.equal(session.contextUsage, 9);
  let streamed = '';
  // @ts-ignore Node's ReadableStream is iterable; so are browsers'
  for await (const piece of session.promptStreaming('Another.')) streamed += piece;
  assert.equal(streamed, 'A poem.');
  assert.deepEqual(
    client.requests[1].messages?.map(({ role }) => role),
    ['system', 'user', 'assistant', 'user', 'assistant', 'user'],
    'a session remembers',
  );
});

test('Prompt API: append, clone, constraints, prefix, measure, destroy', async () => {
  const { client, LanguageModel } = languageModel(['ok']);
  const session = await LanguageModel.create({ temperature: 0.5, topK: 3 });
  await session.append([{ role: 'user', content: [{ type: 'text', value: 'Note this.' }] }]);
  const copy = await session.clone();
  await copy.prompt('Go', { responseConstraint: { type: 'boolean' } });
  await session.prompt('Stay', { responseConstraint: /a+/ });
  assert.deepEqual(
    client.requests.map((request) => request.constraint),
    [
      { type: 'json_schema', schema: { type: 'boolean' } },
      { type: 'regex', regex: 'a+', flags: '' },
    ],
  );
  assert.deepEqual(
    client.requests.map((request) => request.messages?.map(({ content }) => content)),
    [
      ['Note this.', 'Go'],
      ['Note this.', 'Stay'],
    ],
    'a clone goes its own way',
  );
  assert.equal(client.requests[0].temperature, 0.5);
  assert.equal(client.requests[0].top_k, 3);
  await session.prompt([
    { role: 'user', content: 'Sheet' },
    { role: 'assistant', content: '```toml\n', prefix: true },
  ]);
  assert.equal(client.requests[2].continue_final, true);
  assert.equal(await session.measureContextUsage('four'), 4);
  const image = /** @type {any} */ ([{ role: 'user', content: [{ type: 'image', value: new Blob() }] }]);
  await assert.rejects(session.prompt(image), { name: 'NotSupportedError' });
  session.destroy();
  await assert.rejects(session.prompt('x'), { name: 'AbortError' });
  await assert.rejects(
    LanguageModel.create({
      initialPrompts: [
        { role: 'user', content: 'a' },
        { role: 'system', content: 'b' },
      ],
    }),
    TypeError,
  );
});

const WEATHER = {
  name: 'get_weather',
  description: 'Weather of a place',
  inputSchema: { type: 'object', properties: { location: { type: 'string' } }, required: ['location'] },
};
const CALL = '<tool_call>{"name": "get_weather", "arguments": {"location": "Seattle"}}</tool_call>';

test('Prompt API: tools, run by the page or for it', async () => {
  const open = languageModel((/** @type {number} */ asked) =>
    asked === 0 ? ['Let me see. ', CALL] : ['55F.'],
  );
  installLanguageModel({ load: async () => open.engine, force: true });
  const scope = /** @type {any} */ (globalThis);
  const session = await open.LanguageModel.create({
    expectedInputs: [{ type: 'tool-response' }],
    expectedOutputs: [{ type: 'text', languages: ['en'] }, { type: 'tool-call' }],
    tools: [WEATHER],
  });
  const result = await session.prompt('What is the weather in Seattle?');
  const [said, { type, value: toolCall }] = result;
  assert.deepEqual(said, { type: 'text', value: 'Let me see. ' });
  assert.equal(type, 'tool-call');
  assert.ok(toolCall instanceof scope.LanguageModelToolCall);
  assert.deepEqual([toolCall.name, toolCall.arguments], ['get_weather', { location: 'Seattle' }]);
  const response = new scope.LanguageModelToolSuccess({
    callId: toolCall.callId,
    name: toolCall.name,
    result: [{ type: 'object', value: { temperature: '55F' } }],
  });
  const answer = await session.prompt([
    { role: 'user', content: [{ type: 'tool-response', value: response }] },
  ]);
  assert.equal(answer, '55F.');
  const sent =
    open.client.requests[1].messages?.map(({ role, content }) => `${role}: ${content}`).join('\n') ?? '';
  assert.match(sent, /user: What is the weather in Seattle\?/);
  assert.match(sent, /Let me see\. \n<tool_call>\n.*"Seattle".*\n<\/tool_call>/s);
  assert.match(sent, /<tool_response>\n\{"temperature":"55F"\}\n<\/tool_response>$/);

  const closed = languageModel((/** @type {number} */ asked) =>
    asked === 0 ? [CALL, CALL] : ['It is 55F.'],
  );
  /** @type {string[]} */
  const places = [];
  const tool = {
    ...WEATHER,
    execute: async (/** @type {{location: string}} */ { location }) => {
      places.push(location);
      if (places.length > 1) throw new Error('no signal');
      return JSON.stringify({ temperature: '55F' });
    },
  };
  const automatic = await closed.LanguageModel.create({ tools: [tool] });
  assert.equal(await automatic.prompt('And now?'), 'It is 55F.');
  assert.deepEqual(places, ['Seattle', 'Seattle']);
  const told = JSON.stringify(closed.client.requests[1].messages);
  assert.match(told, /55F.*Error: no signal/s);
  let streamed = '';
  // @ts-ignore Node's ReadableStream is iterable; so are browsers'
  for await (const piece of automatic.promptStreaming('Again?')) streamed += piece;
  assert.equal(streamed, 'It is 55F.');
  for (const name of [
    'LanguageModel',
    'LanguageModelToolCall',
    'LanguageModelToolSuccess',
    'LanguageModelToolError',
  ])
    delete scope[name];
});

test('Prompt API: what it can’t do is said in the API’s own errors', async () => {
  const { client, LanguageModel } = languageModel(['ok']);
  assert.equal(await LanguageModel.availability({ expectedInputs: [{ type: 'image' }] }), 'unavailable');
  assert.equal(await LanguageModel.availability({ expectedInputs: [{ type: 'text' }] }), 'downloadable');
  await assert.rejects(LanguageModel.create({ expectedInputs: [{ type: 'audio' }] }), {
    name: 'NotSupportedError',
  });
  await assert.rejects(LanguageModel.create({ samplingMode: 'wild' }), TypeError);
  await assert.rejects(LanguageModel.create({ samplingMode: 'creative', topK: 3 }), TypeError);
  const session = await LanguageModel.create({ samplingMode: 'most-predictable' });
  assert.equal(session.samplingMode, 'most-predictable');
  await session.prompt([
    { role: 'system', content: 'S' },
    { role: 'user', content: 'x' },
  ]);
  assert.equal(client.requests[0].temperature, 0);
  assert.equal(client.requests[0].messages?.[0].role, 'system');
  await assert.rejects(session.append([{ role: 'system', content: 'late' }]), TypeError);
  await assert.rejects(session.prompt([{ role: 'user', content: 'x', prefix: true }]), {
    name: 'SyntaxError',
  });
  await assert.rejects(session.prompt('x', { omitResponseConstraintInput: true }), TypeError);
  await assert.rejects(session.prompt('x', { responseConstraint: /** @type {any} */ ('text') }), TypeError);
  await session.prompt('x', { responseConstraint: /yes/i });
  assert.deepEqual(client.requests[1].constraint, { type: 'regex', regex: 'yes', flags: 'i' });
  const cut = await languageModel(['{'], { reason: 'length' }).LanguageModel.create();
  await assert.rejects(cut.prompt('x', { responseConstraint: {} }), { name: 'SyntaxError' });
  const bad = new LoquatError('bad_grammar', 'not supported in a schema: ["not"]', 'Simplify.');
  const refusing = await languageModel([], { fail: bad }).LanguageModel.create();
  await assert.rejects(refusing.prompt('x', { responseConstraint: { not: {} } }), {
    name: 'NotSupportedError',
  });
});

test('Prompt API: when the context is full the oldest exchange goes, the system prompt stays', async () => {
  const full = new LoquatError('context_full', 'The prompt has 900 tokens, the context 512.', 'Shorten it.');
  const { client, LanguageModel } = languageModel(['ok'], {
    fail: ({ messages = [] }) => (messages.length > 4 ? full : undefined),
  });
  const session = await LanguageModel.create({ initialPrompts: [{ role: 'system', content: 'S' }] });
  let heard = 0;
  session.oncontextoverflow = () => heard++;
  for (const text of ['one', 'two', 'three']) assert.equal(await session.prompt(text), 'ok');
  assert.equal(heard, 1);
  assert.deepEqual(
    client.requests.at(-1)?.messages?.map(({ content }) => content),
    ['S', 'two', 'ok', 'three'],
  );
});

test('Prompt API: a full context is a QuotaExceededError, after an event', async () => {
  const fail = new LoquatError('context_full', 'The prompt has 900 tokens, the context 512.', 'Shorten it.');
  const { LanguageModel } = languageModel([], { fail });
  const session = await LanguageModel.create();
  let heard = 0;
  session.addEventListener('contextoverflow', () => heard++);
  await assert.rejects(session.prompt('x'), { name: 'QuotaExceededError' });
  assert.equal(heard, 1);
});

test('Prompt API: the polyfill steps aside for the browser’s own', () => {
  const scope = /** @type {any} */ (globalThis);
  const own = (scope.LanguageModel = class {});
  const load = async () => engine([]).engine;
  assert.equal(installLanguageModel({ load }), own);
  assert.notEqual(installLanguageModel({ load, force: true }), own);
  delete scope.LanguageModel;
});

test('AI SDK: generateText, streamText, tools and objects', async () => {
  const plain = engine(['Hel', 'lo']);
  const done = await generateText({
    model: loquat(plain.engine),
    prompt: 'Hi',
    maxOutputTokens: 9,
    system: 'S',
  });
  assert.equal(done.text, 'Hello');
  assert.equal(done.usage.inputTokens, 7);
  assert.equal(done.usage.inputTokenDetails.cacheReadTokens, 3);
  assert.deepEqual(
    plain.client.requests[0].messages?.map(({ role, content }) => `${role}: ${content}`),
    ['system: S', 'user: Hi'],
  );
  assert.equal(plain.client.requests[0].max_tokens, 9);
  let text = '';
  const stream = streamText({ model: loquat(plain.engine), prompt: 'Hi' });
  for await (const piece of stream.textStream) text += piece;
  assert.equal(text, 'Hello');
  assert.equal(await stream.finishReason, 'stop');

  const calling = engine(['<tool_call>{"name": "weather", "arguments": {"city": "Kyoto"}}</tool_call>']);
  const weather = tool({
    inputSchema: jsonSchema({ type: 'object', properties: { city: { type: 'string' } }, required: ['city'] }),
    execute: async (/** @type {any} */ { city }) => `Sunny in ${city}`,
  });
  const called = await generateText({
    model: loquat(calling.engine),
    tools: { weather },
    prompt: 'Weather?',
  });
  assert.equal(called.finishReason, 'tool-calls');
  assert.equal(called.toolResults[0].output, 'Sunny in Kyoto');

  const structured = engine(['{"a": 1}']);
  const schema = jsonSchema({ type: 'object', properties: { a: { type: 'number' } }, required: ['a'] });
  const { output } = await generateText({
    model: loquat(structured.engine),
    output: Output.object({ schema }),
    prompt: 'x',
  });
  assert.deepEqual(output, { a: 1 });
  assert.equal(structured.client.requests[0].constraint?.type, 'json_schema');
});

test('a remote engine has the same API, says that text leaves the device, and reports the server’s errors', async (t) => {
  /** @type {Array<{path?: string, authorization?: string, body: any}>} */
  const heard = [];
  const server = createServer(async (request, response) => {
    let text = '';
    for await (const piece of request) text += piece;
    const body = text ? JSON.parse(text) : undefined;
    heard.push({ path: request.url, authorization: request.headers.authorization, body });
    if (body?.model === 'missing') {
      response.writeHead(404, { 'Content-Type': 'application/json' });
      return void response.end(
        JSON.stringify({ error: { message: 'No such model.', type: 'x', code: 'model_not_found' } }),
      );
    }
    const api = openAi(scripted(['Hé', 'llo']), MODEL);
    if (!body?.stream) {
      response.writeHead(200, { 'Content-Type': 'application/json' });
      return void response.end(
        JSON.stringify(body ? await api.chat.completions.create(body) : await api.models.list()),
      );
    }
    response.writeHead(200, { 'Content-Type': 'text/event-stream' });
    for await (const chunk of await api.chat.completions.create(body)) {
      const bytes = Buffer.from(`: comment\r\ndata: ${JSON.stringify(chunk)}\r\n\r\n`);
      response.write(bytes.subarray(0, bytes.length - 9)); // events come in any pieces
      response.write(bytes.subarray(bytes.length - 9));
    }
    response.end('data: [DONE]\n\n');
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(undefined)));
  t.after(() => server.close());
  const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
  const remote = remoteEngine({ baseURL: `http://127.0.0.1:${port}/v1/`, model: 'big', apiKey: 'k' });
  assert.equal(remote.leavesDevice, true);
  const whole = await remote.chat.completions.create({ messages });
  assert.equal(whole.choices[0].message.content, 'Héllo');
  let text = '';
  for await (const chunk of await remote.chat.completions.create({ messages, stream: true })) {
    text += chunk.choices[0]?.delta.content ?? '';
  }
  assert.equal(text, 'Héllo');
  assert.deepEqual(heard[0], {
    path: '/v1/chat/completions',
    authorization: 'Bearer k',
    body: { model: 'big', messages },
  });
  assert.equal((await remote.models.list()).data[0].id, 'tiny');
  await assert.rejects(remote.chat.completions.create({ messages, model: 'missing' }), {
    status: 404,
    code: 'model_not_found',
  });
  const gone = remoteEngine({ baseURL: 'http://127.0.0.1:9/v1', model: 'x' });
  await assert.rejects(gone.chat.completions.create({ messages }), {
    status: 503,
    code: 'remote_unreachable',
  });
});

test('Prompt API: a stream that is neither read nor cancelled keeps nobody waiting', async () => {
  const { LanguageModel } = languageModel(['one ', 'two ', 'three']);
  const session = await LanguageModel.create();
  void session.promptStreaming('first'); // and forgotten
  const reader = session.promptStreaming('second').getReader();
  assert.equal((await reader.read()).value, 'one ');
  await reader.cancel();
  const second = await Promise.race([
    session.prompt('third'),
    new Promise((_, reject) => setTimeout(() => reject(new Error('the session is blocked')), 2000)),
  ]);
  assert.equal(second, 'one two three');
});
