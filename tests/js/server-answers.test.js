// What servers answer in the place of an engine, as people reported it of other clients; and requests that name what is wrong.
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { test } from 'node:test';
import { generateText, jsonSchema, stepCountIs, streamText, tool } from 'ai';
import { loquat } from '../../www/api/ai-sdk/ai-sdk.js';
import { openAi } from '../../www/api/openai/openai.js';
import { makeLanguageModel } from '../../www/api/prompt-api/prompt-api.js';
import { connectRemote } from '../../www/api/remote/remote-client.js';
import { remoteEngine } from '../../www/api/remote/remote-engine.js';
import { scripted } from './openai-client.js';

const messages = [{ role: /** @type {const} */ ('user'), content: 'Hello' }];

/** @typedef {{type?: string, status?: number, body: string}} Answer */

/** A server that answers so, in order; the last again and again. @param {import('node:test').TestContext} t @param {Answer[]} answers */
async function serverWith(t, ...answers) {
  /** @type {any[]} */
  const heard = [];
  const server = createServer(async (request, response) => {
    let text = '';
    for await (const piece of request) text += piece;
    heard.push(text ? JSON.parse(text) : undefined);
    const {
      type = 'text/event-stream',
      status = 200,
      body,
    } = answers[Math.min(heard.length, answers.length) - 1];
    response.writeHead(status, { 'Content-Type': type });
    response.end(body);
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(undefined)));
  t.after(() => server.close());
  const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
  const baseURL = `http://127.0.0.1:${port}/v1`;
  return { engine: remoteEngine({ baseURL, model: 'm' }), baseURL, heard };
}

const event = (/** @type {unknown} */ data) =>
  `data: ${typeof data === 'string' ? data : JSON.stringify(data)}\n\n`;
const chunk = (/** @type {unknown} */ delta, /** @type {string | null} */ finish_reason = null) =>
  event({
    id: 'x',
    object: 'chat.completion.chunk',
    created: 1,
    model: 'm',
    choices: [{ index: 0, delta, finish_reason }],
  });
const DONE = event('[DONE]');

/** A call in pieces. @type {Answer} */
const CALLS = {
  body: [
    chunk({
      role: 'assistant',
      tool_calls: [{ index: 0, id: 'c1', type: 'function', function: { name: 'weather', arguments: '' } }],
    }),
    chunk({ tool_calls: [{ index: 0, function: { arguments: '{"ci' } }] }),
    chunk({ tool_calls: [{ index: 0, function: { arguments: 'ty": "Bern"}' } }] }),
    chunk({}, 'tool_calls'),
    DONE,
  ].join(''),
};
/** With chunks that carry nothing. @type {Answer} */
const SAID = {
  body: [
    event({ id: 'x', choices: [] }),
    event({ id: 'x', choices: [{ index: 0, finish_reason: null }] }),
    event({ id: 'x' }),
    ': a comment\n\n',
    chunk({ content: 'It is ' }),
    event({ id: 'x', choices: [null] }),
    chunk({ content: 'sunny.' }),
    event({ id: 'x', choices: [{ index: 0, finish_reason: 'stop' }] }),
    event({ id: 'x', choices: [], usage: { prompt_tokens: 1, completion_tokens: 2, total_tokens: 3 } }),
    DONE,
  ].join(''),
};

test('a tool whose call a server streams in pieces runs: Prompt API and AI SDK', async (t) => {
  /** @type {unknown[]} */
  const ran = [];
  const execute = async (/** @type {any} */ given) => {
    ran.push(given);
    return 'sunny';
  };
  const schema = { type: 'object', properties: { city: { type: 'string' } } };
  const prompted = await serverWith(t, CALLS, SAID);
  const LanguageModel = makeLanguageModel({ load: async () => prompted.engine });
  const session = await LanguageModel.create({
    tools: [{ name: 'weather', description: 'tells it', inputSchema: schema, execute }],
  });
  assert.equal(await session.prompt('How is it?'), 'It is sunny.');
  assert.deepEqual(prompted.heard[1].messages.at(-2).tool_calls[0].function, {
    name: 'weather',
    arguments: '{"city": "Bern"}',
  });

  const weather = tool({ inputSchema: jsonSchema(/** @type {any} */ (schema)), execute });
  const sdk = await serverWith(t, CALLS, SAID);
  const result = streamText({
    model: loquat(sdk.engine),
    prompt: 'How is it?',
    tools: { weather },
    stopWhen: stepCountIs(2),
  });
  assert.equal(await result.text, 'It is sunny.');
  assert.deepEqual(ran, [{ city: 'Bern' }, { city: 'Bern' }]);
});

test('calls without numbers are kept apart by their ids', async (t) => {
  const piece = (/** @type {string} */ id, /** @type {string} */ city) =>
    chunk({
      tool_calls: [{ id, type: 'function', function: { name: 'weather', arguments: `{"city":"${city}"}` } }],
    });
  const { engine } = await serverWith(t, {
    body: piece('a', 'Bern') + piece('b', 'Rome') + chunk({}, 'tool_calls') + DONE,
  });
  const schema = { type: 'object', properties: { city: { type: 'string' } } };
  const result = streamText({
    model: loquat(engine),
    prompt: 'x',
    tools: { weather: tool({ inputSchema: jsonSchema(/** @type {any} */ (schema)) }) },
  });
  assert.deepEqual(
    (await result.toolCalls).map(({ input }) => input),
    [{ city: 'Bern' }, { city: 'Rome' }],
  );
});

test('a chunk without delta or choices is skipped, in every adapter', async (t) => {
  const { engine, baseURL } = await serverWith(t, SAID);
  assert.equal(await streamText({ model: loquat(engine), prompt: 'x' }).text, 'It is sunny.');
  const session = await makeLanguageModel({ load: async () => engine }).create();
  assert.equal(await session.prompt('x'), 'It is sunny.');
  let text = '';
  for await (const { choices } of await engine.chat.completions.create({ messages, stream: true }))
    text += choices[0]?.delta.content ?? '';
  assert.equal(text, 'It is sunny.');
  const models = await serverWith(t, { type: 'application/json', body: '{"data":[{"id":"m"}]}' }, SAID);
  const { client } = await connectRemote({
    baseURL: models.baseURL,
    model: '',
    signal: new AbortController().signal,
  });
  text = '';
  for await (const each of client.generate({ messages })) if (each.type === 'token') text += each.text;
  assert.equal(text, 'It is sunny.');
  // An engine of somebody else's that gives such chunks itself.
  const raw = /** @type {any} */ ({
    chat: {
      completions: {
        create: async () => [
          {},
          { choices: [] },
          { choices: [{}] },
          { choices: [{ delta: { content: 'a' } }] },
        ],
      },
    },
  });
  assert.equal(await (await makeLanguageModel({ load: async () => raw }).create()).prompt('x'), 'a');
  assert.ok(baseURL);
});

/** @type {Array<[string, Answer, RegExp]>} */
const WRONG = [
  [
    'a JSON error',
    { type: 'application/json', body: '{"error":{"message":"no such model","code":"model_not_found"}}' },
    /no such model/,
  ],
  ['an error that is a text', { type: 'application/json', body: '{"error":"x is down"}' }, /x is down/],
  ['a web page', { type: 'text/html', body: '<html><title>Sign in</title></html>' }, /Sign in/],
  ['a web page that says it is a stream', { body: '<html><title>Sign in</title></html>' }, /no event/],
  [
    'an error event',
    { body: `${chunk({ content: 'a' })}event: error\n${event({ message: 'out of memory' })}` },
    /out of memory/,
  ],
  ['an error event of plain words', { body: `event: error\ndata: it broke\n\n` }, /it broke/],
  [
    'an error in the stream',
    { body: chunk({ content: 'a' }) + event({ error: 'it stopped' }) },
    /it stopped/,
  ],
  ['half an answer', { body: chunk({ content: 'a' }) }, /in the middle/],
  ['nothing', { body: '' }, /no event/],
  ['no JSON in an event', { body: event('{"choices":[{') }, /something else than JSON/],
  [
    'a status with words',
    { status: 502, type: 'text/html', body: '<h1>Bad Gateway</h1>' },
    /502.*Bad Gateway/,
  ],
];
for (const [name, answer, says] of WRONG) {
  test(`a server that answers with ${name}: an error that says what came`, async (t) => {
    const { engine } = await serverWith(t, answer);
    const read = async () => {
      for await (const _ of await engine.chat.completions.create({ messages, stream: true }));
    };
    await assert.rejects(read(), (error) => {
      const { name: kind, message, code } = /** @type {any} */ (error);
      assert.deepEqual([kind, Boolean(code)], ['APIError', true]);
      assert.match(message, says);
      return true;
    });
  });
}

test('an answer that is no JSON, or JSON of another kind, is an error without streaming, too', async (t) => {
  for (const body of ['<html>Sign in</html>', '{"error":"x"}', '{"hello":1}', 'null']) {
    const { engine } = await serverWith(t, { type: 'application/json', body });
    await assert.rejects(
      engine.chat.completions.create({ messages }),
      { name: 'APIError', code: 'remote_error' },
      body,
    );
    await assert.rejects(engine.models.list(), { name: 'APIError' }, body);
  }
  await assert.rejects(
    generateText({
      model: loquat((await serverWith(t, { type: 'application/json', body: '{"error":"x"}' })).engine),
      prompt: 'x',
      maxRetries: 0,
    }),
    /x/,
  );
});

test('a server that does not stream is read all the same; one that ends without [DONE] after its reason is whole', async (t) => {
  const whole = {
    choices: [{ index: 0, message: { role: 'assistant', content: 'Hi.' }, finish_reason: 'stop' }],
  };
  const plain = await serverWith(t, { type: 'application/json', body: JSON.stringify(whole) });
  assert.equal(await streamText({ model: loquat(plain.engine), prompt: 'x' }).text, 'Hi.');
  const short = await serverWith(t, { body: chunk({ content: 'Hi.' }) + chunk({}, 'stop').trimEnd() });
  assert.equal(await streamText({ model: loquat(short.engine), prompt: 'x' }).text, 'Hi.');
});

/** @param {Partial<import('../../www/protocol/openai-types.js').ChatRequest> | Record<string, unknown>} more */
const ask = (more) => {
  const client = scripted(['Hi.']);
  const { chat } = openAi(client, { id: 'tiny', created: 1 });
  return { client, done: chat.completions.create(/** @type {any} */ ({ messages, ...more })) };
};

test('what is wrong in a request is named, by its field', async () => {
  /** @type {Array<[Record<string, unknown>, string]>} */
  const wrong = [
    [{ tools: [{ type: 'custom', custom: { name: 'x' } }] }, 'tools[0]'],
    [{ tools: [null] }, 'tools[0]'],
    [{ tools: [{ type: 'function' }] }, 'tools[0]'],
    [{ tools: 'all' }, 'tools'],
    [{ tool_choice: 'always' }, 'tool_choice'],
    [{ tool_choice: { type: 'custom', custom: { name: 'x' } } }, 'tool_choice'],
    [{ messages: [null] }, 'messages[0]'],
    [{ messages: ['Hello'] }, 'messages[0]'],
    [{ messages: [{ role: 'user', content: 5 }] }, 'messages[0].content'],
    [{ messages: [{ role: 'user', content: { text: 'x' } }] }, 'messages[0].content'],
    [{ messages: [{ role: 'user', content: [null] }] }, 'messages[0].content'],
    [{ messages: [{ role: 'user', content: [{ type: 'text' }] }] }, 'messages[0].content'],
    [{ messages: [{ role: 'assistant', tool_calls: [null] }, messages[0]] }, 'messages[0].tool_calls[0]'],
    [{ messages: [{ content: 'x' }] }, 'messages[0].role'],
    [{ stop: 5 }, 'stop'],
    [{ stop: ['a', 5] }, 'stop'],
    [{ max_tokens: -1 }, 'max_tokens'],
    [{ max_tokens: 0 }, 'max_tokens'],
    [{ max_tokens: NaN }, 'max_tokens'],
    [{ max_tokens: 1.5 }, 'max_tokens'],
    [{ max_tokens: '5' }, 'max_tokens'],
    [{ max_tokens: 2 ** 53 - 1 }, 'max_tokens'],
    [{ max_completion_tokens: 0 }, 'max_completion_tokens'],
    [{ max_completion_tokens: -1 }, 'max_completion_tokens'],
    [{ max_completion_tokens: NaN }, 'max_completion_tokens'],
    [{ max_completion_tokens: Infinity }, 'max_completion_tokens'],
    [{ temperature: NaN }, 'temperature'],
  ];
  for (const [more, param] of wrong) {
    const { client, done } = ask(more);
    await assert.rejects(done, { name: 'APIError', status: 400, param }, JSON.stringify(more));
    await assert.rejects(done, (error) =>
      String(/** @type {Error} */ (error).message).includes(param.split('.')[0]),
    );
    assert.equal(client.requests.length, 0);
  }
  for (const more of [
    { tool_choice: null },
    { tools: null },
    { stop: null },
    { max_tokens: null },
    { max_completion_tokens: 3 },
  ])
    assert.equal(/** @type {any} */ (await ask(more).done).choices[0].message.content, 'Hi.');
});

test('a call that the limit cuts makes the reason “length”, and leaves the whole ones', async () => {
  const call = '<tool_call>{"name": "f", "arguments": {"n": 1.0}}</tool_call>';
  const client = scripted([call, '<tool_call>{"name": "f", "argu'], { reason: 'length' });
  const { chat } = openAi(client, { id: 'tiny', created: 1 });
  const tools = [{ type: /** @type {const} */ ('function'), function: { name: 'f' } }];
  const done = await chat.completions.create({ messages, tools });
  assert.equal(done.choices[0].finish_reason, 'length');
  assert.deepEqual(
    done.choices[0].message.tool_calls?.map((each) => each.function.arguments),
    ['{"n": 1.0}'],
  );
});
