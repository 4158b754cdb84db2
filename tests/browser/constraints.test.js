// Answers under a constraint, in a browser: 200 random schemas, tool calls in OpenAI's shape, and errors that say why.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { ChatCompletionStream } from 'openai/lib/ChatCompletionStream.js';
import { parseCalls } from '../../www/agent/tool-formats.js';
import { callConstraint } from '../../www/agent/tool-use.js';
import { setup } from './harness.js';
import { keywordsOf, Random, schemaAt } from './schemas.js';

const here = (/** @type {string} */ path) => fileURLToPath(new URL(path, import.meta.url));
const TINY = { '/models/tiny.gguf': here('../fixtures/arch/smollm2-tied-q4_0/model.gguf') };
/** Another seed gives other schemas and answers. */
const SEED = Number(process.env.LOQUAT_SEED ?? 8);
const COUNT = 200;
const messages = [{ role: 'user', content: 'x' }];

const ajv = new Ajv2020({ strict: false });
/** @type {any} */ (addFormats)(ajv);

/** What the engine's grammars know; all of it is among the schemas. */
const KEYWORDS = [
  ...[
    'additionalProperties',
    'allOf',
    'anyOf',
    'const',
    'enum',
    'exclusiveMaximum',
    'exclusiveMinimum',
    'format',
  ],
  ...['items', 'maxItems', 'maxLength', 'maxProperties', 'maximum', 'minItems', 'minLength', 'minProperties'],
  ...[
    'minimum',
    'multipleOf',
    'oneOf',
    'pattern',
    'patternProperties',
    'prefixItems',
    'properties',
    'required',
  ],
  ...['type', '$ref', '$defs', 'definitions'],
];

/** A page with an engine of random weights: what it says is noise, so that only the constraint gives it form. @param {import('node:test').TestContext} t */
async function enginePage(t) {
  const { server, open } = await setup(t, { dist: here('../../pkg'), files: TINY });
  const script = `
    import { loadEngine } from '/index.js';
    globalThis.engine = await loadEngine({ model: '/models/tiny.gguf', backend: 'cpu', threads: 1, contextLength: 2048 });`;
  server.pages.set('/engine.js', { type: 'text/javascript', body: script });
  const html = '<!doctype html><title>x</title><link rel="icon" href="data:,">';
  const body = `${html}<script type="module" src="/engine.js"></script>`;
  server.pages.set('/engine', { type: 'text/html', body });
  const { page, errors } = await open('/engine');
  await page.waitForFunction(() => 'engine' in globalThis);
  t.after(() => assert.deepEqual(errors, []));
  return {
    page,
    /** The response, or what went wrong. @param {object} request @returns {Promise<any>} */
    create: (request) =>
      page.evaluate(
        (asked) =>
          /** @type {any} */ (globalThis).engine.chat.completions
            .create(asked)
            .catch((/** @type {any} */ { status, code, param, error, message, remedy }) => ({
              failed: { status, code, param: param ?? error?.param, message, remedy },
            })),
        request,
      ),
  };
}

test(`${COUNT} random schemas (seed ${SEED}): what the engine writes, ajv accepts`, async (t) => {
  const { create } = await enginePage(t);
  const random = new Random(SEED);
  const used = new Set();
  let cut = 0;
  let tokens = 0;
  for (let seed = 0; seed < COUNT; seed++) {
    const { name, schema } = schemaAt(random, seed);
    keywordsOf(schema, used);
    const response_format = { type: 'json_schema', json_schema: { name, schema } };
    const done = await create({ messages, max_tokens: 400, temperature: 1, seed, response_format });
    const about = `schema ${seed} of seed ${SEED} (${name}): ${JSON.stringify(schema)}`;
    assert.equal(done.failed, undefined, `${about} ${done.failed?.message}`);
    const [{ message, finish_reason }] = done.choices;
    tokens += done.usage.completion_tokens;
    if (finish_reason === 'length') {
      cut += 1; // a number of many digits, say: it is no answer, and says so
      continue;
    }
    const value = JSON.parse(message.content);
    assert.ok(ajv.validate(schema, value), `${about} ${message.content}: ${ajv.errorsText()}`);
  }
  t.diagnostic(`seed ${SEED}: ${COUNT - cut} answers validated, ${cut} cut by max_tokens, ${tokens} tokens`);
  assert.deepEqual(
    KEYWORDS.filter((keyword) => !used.has(keyword)),
    [],
    'every supported keyword was tried',
  );
  assert.ok(cut <= COUNT / 20, `${cut} answers were cut: then this tests too little`);
});

const tools = ['heat', 'cool'].map((name) => ({
  type: /** @type {const} */ ('function'),
  function: {
    name,
    parameters: {
      type: 'object',
      properties: { celsius: { type: 'integer', minimum: 0, maximum: 40 }, room: { $ref: '#/$defs/room' } },
      required: ['celsius', 'room'],
      additionalProperties: false,
      $defs: { room: { enum: ['bath', 'hall "B"'] } },
    },
  },
}));

/** @param {string} name @param {string} args */
function assertCall(name, args) {
  const tool = tools.find((each) => each.function.name === name);
  assert.ok(tool, `there is no tool ${name}`);
  assert.ok(ajv.validate(tool.function.parameters, JSON.parse(args)), `${args}: ${ajv.errorsText()}`);
}

/** @param {any} done @returns {any} the choice of a response that is one */
function choiceOf(done) {
  assert.equal(done.failed, undefined, done.failed?.message);
  return done.choices[0];
}

test('tool_choice: none, auto, required and one by name; parallel calls; streamed', async (t) => {
  const { page, create } = await enginePage(t);
  const base = { messages, tools, max_tokens: 300, temperature: 5 }; // noisier noise, so that calls begin and end
  for (const tool_choice of ['none', 'auto']) {
    const { message, finish_reason } = choiceOf(
      await create({ ...base, tool_choice, max_tokens: 20, seed: 1 }),
    );
    assert.equal(message.tool_calls, undefined, 'noise calls nothing');
    assert.equal(typeof message.content, 'string');
    assert.notEqual(finish_reason, 'tool_calls');
  }
  /** @type {Set<number>} */
  const counts = new Set();
  /** @type {Set<string>} */
  const names = new Set();
  for (let seed = 0; seed < 20; seed++) {
    const { message, finish_reason } = choiceOf(await create({ ...base, tool_choice: 'required', seed }));
    if (finish_reason === 'length') continue; // calls without end are noise, too
    assert.equal(finish_reason, 'tool_calls');
    assert.equal(message.content, null);
    counts.add(message.tool_calls.length);
    for (const call of message.tool_calls) {
      assert.equal(call.type, 'function');
      assert.match(call.id, /^[A-Za-z0-9]{9}$/);
      assertCall(call.function.name, call.function.arguments);
      names.add(call.function.name);
    }
    assert.equal(
      new Set(message.tool_calls.map((/** @type {any} */ { id }) => id)).size,
      message.tool_calls.length,
    );
  }
  assert.ok(counts.has(1) && Math.max(...counts) > 1, `one call, and several at once: ${[...counts]}`);
  assert.deepEqual([...names].sort(), ['cool', 'heat']);
  for (let seed = 0; seed < 5; seed++) {
    const tool_choice = { type: 'function', function: { name: 'cool' } };
    const { message } = choiceOf(await create({ ...base, tool_choice, parallel_tool_calls: false, seed }));
    const [call, ...more] = message.tool_calls;
    assert.equal(more.length, 0);
    assert.equal(call.function.name, 'cool');
    assertCall(call.function.name, call.function.arguments);
  }
  const deltas = await page.evaluate(
    async (request) => {
      const found = [];
      const stream = await /** @type {any} */ (globalThis).engine.chat.completions.create(request);
      for await (const { choices } of stream) found.push(...choices);
      return found;
    },
    { ...base, tool_choice: 'required', parallel_tool_calls: false, stream: true, seed: 3 },
  );
  const calls = deltas.flatMap(({ delta }) => delta.tool_calls ?? []);
  assert.deepEqual(
    calls.map(({ index }) => index),
    [0],
  );
  assertCall(calls[0].function.name, calls[0].function.arguments);
  assert.equal(deltas.map(({ delta }) => delta.content ?? '').join(''), '', 'no piece of a call is text');
  assert.equal(deltas.at(-1).finish_reason, 'tool_calls');
  const lines = await page.evaluate(
    async (request) => {
      const stream = await /** @type {any} */ (globalThis).engine.chat.completions.create(request);
      return new Response(stream.toReadableStream()).text();
    },
    { ...base, tool_choice: 'required', stream: true, seed: 3 },
  );
  const helper = ChatCompletionStream.fromReadableStream(/** @type {any} */ (new Blob([lines]).stream()));
  const [helped] = (await helper.finalChatCompletion()).choices;
  assert.equal(helped.finish_reason, 'tool_calls', 'the official client’s helper reads the stream');
  for (const call of helped.message.tool_calls ?? [])
    if (call.type === 'function') assertCall(call.function.name, call.function.arguments);
});

test('a call in every template’s format comes out as it went in', async (t) => {
  const { page } = await enginePage(t);
  for (const format of /** @type {const} */ (['hermes', 'hermes-list', 'llama', 'mistral', 'prompt'])) {
    const constraint = callConstraint(tools, format, false);
    const text = await page.evaluate(async (asked) => {
      let said = '';
      for await (const event of /** @type {any} */ (globalThis).engine.generate(asked))
        said += event.text ?? '';
      return said;
    }, /** @type {any} */ ({ prompt: 'x', constraint, max_tokens: 200, temperature: 1, seed: 5 }));
    const calls = parseCalls(text);
    assert.equal(calls.length, 1, `${format}: ${text}`);
    assertCall(calls[0].name, calls[0].arguments);
  }
});

test('what can’t be kept is refused, by the name of the keyword', async (t) => {
  const { create } = await enginePage(t);
  const bad = [
    [{ type: 'array', uniqueItems: true }, /"uniqueItems"/],
    [{ type: 'object', properties: { a: { not: {} } } }, /"not"/],
    [{ if: { type: 'string' }, then: { maxLength: 3 } }, /"if", "then"/],
    [{ type: 'object', minProperties: 2 }, /minProperties is 2/],
    [{ oneOf: [{ type: 'integer' }, { minimum: 2 }] }, /oneOf/],
    [{ type: 'string', pattern: '^a(?=b)' }, /\^a\(\?=b\)/],
    [{ $ref: '#/$defs/none' }, /#\/\$defs\/none/],
    [{ type: 'integer', minimum: 5, maximum: 3 }, /minimum \(5\)/],
  ];
  for (const [schema, named] of bad) {
    const response_format = { type: 'json_schema', json_schema: { name: 'x', schema } };
    const { failed } = await create({ messages, response_format });
    assert.ok(failed, `${JSON.stringify(schema)} was taken`);
    assert.match(failed.message, /** @type {RegExp} */ (named));
    assert.equal(failed.status, 400);
    assert.equal(failed.code, 'bad_grammar');
    assert.equal(failed.param, 'response_format');
    assert.ok(failed.remedy.length > 5);
  }
  const broken = [{ type: 'function', function: { name: 'x', parameters: { uniqueItems: true } } }];
  const { failed } = await create({ messages, tools: broken, tool_choice: 'required' });
  assert.match(failed.message, /"uniqueItems"/);
  assert.equal(failed.param, 'tools');
});
