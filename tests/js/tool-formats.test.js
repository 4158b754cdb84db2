// Every model family writes tool calls its own way; each is read into name and arguments.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseCalls, readCalls } from '../../www/agent/tool-formats.js';
import { ToolReader } from '../../www/agent/tool-use.js';

const call = (/** @type {string} */ name, /** @type {unknown} */ args) => ({ name, args });

/** @type {Array<[string, string, ReturnType<typeof call>[]]>} */
const CASES = [
  ['Hermes, Qwen', '<tool_call>\n{"name": "f", "arguments": {"a": 1}}\n</tool_call>', [call('f', { a: 1 })]],
  ['cut before the closing tag', '<tool_call>\n{"name": "f", "arguments": {}}', [call('f', {})]],
  [
    'SmolLM2',
    '<tool_call>[{"name": "f", "arguments": {}}, {"name": "g", "arguments": {}}]</tool_call>',
    [call('f', {}), call('g', {})],
  ],
  ['Llama 3', '{"name": "f", "parameters": {"s": "a \\"} b"}}', [call('f', { s: 'a "} b' })]],
  [
    'Llama 3, several',
    '<|python_tag|>{"name": "f", "parameters": {}}; {"name": "g", "parameters": {}}',
    [call('f', {}), call('g', {})],
  ],
  ['Mistral', '[TOOL_CALLS][{"name": "f", "arguments": {"a": [1, 2]}}]', [call('f', { a: [1, 2] })]],
  [
    'Mistral since 11',
    '[TOOL_CALLS]f[ARGS]{"a": 1}[TOOL_CALLS]g[ARGS]{}',
    [call('f', { a: 1 }), call('g', {})],
  ],
  [
    'Qwen3-Coder',
    '<tool_call>\n<function=f>\n<parameter=a>\n3\n</parameter>\n<parameter=b>\ntwo\nlines\n</parameter>\n</function>\n</tool_call>',
    [call('f', { a: 3, b: 'two\nlines' })],
  ],
  ['Phi', 'functools[{"name": "f", "arguments": {}}]', [call('f', {})]],
  ['Granite', '<|tool_call|>[{"name": "f", "arguments": {}}]', [call('f', {})]],
  [
    'OpenAI’s own shape',
    '[{"type": "function", "function": {"name": "f", "arguments": "{\\"a\\": 1}"}}]',
    [call('f', { a: 1 })],
  ],
  ['prose with brackets', 'See [1] and {this}, then stop.', []],
  ['an unfinished call', '<tool_call>\n{"name": "f", "argum', []],
];

for (const [name, text, wanted] of CASES) {
  test(name, () => {
    const calls = parseCalls(text).map((found) => call(found.name, JSON.parse(found.arguments)));
    assert.deepEqual(calls, wanted);
  });
}

/** @param {string} name @param {Record<string, unknown>} properties @returns {import('../../www/protocol/openai-types.js').Tool} */
const tool = (name, properties = {}) => ({
  type: 'function',
  function: { name, parameters: { type: 'object', properties } },
});

test('a text stays a text where the tool’s schema wants one, whatever it looks like', () => {
  const values = ['10115', 'true', 'null', '1e5', '{"a": 1}', '"quoted"'];
  const keys = values.map((_, i) => `p${i}`);
  const body = values.map((value, i) => `<parameter=p${i}>${value}</parameter>`).join('');
  const text = `<function=ship>${body}</function>`;
  const strings = tool('ship', Object.fromEntries(keys.map((key) => [key, { type: 'string' }])));
  const parsed = (/** @type {any} */ tools) => JSON.parse(parseCalls(text, tools)[0].arguments);
  assert.deepEqual(Object.values(parsed([strings])), values);
  assert.deepEqual(Object.values(parsed([tool('ship', { p0: { enum: ['10115'] } })]))[0], '10115');
  assert.deepEqual(Object.values(parsed([tool('ship', { p0: { type: ['string', 'integer'] } })]))[0], 10115);
  assert.deepEqual(Object.values(parsed([])), [10115, true, null, 1e5, { a: 1 }, 'quoted']);
});

test('an argument may contain what ends or begins a call', () => {
  for (const inner of ['</tool_call>', '<function=foo>', 'f[ARGS]{}', '[TOOL_CALLS]', '<think>', '}]']) {
    const args = JSON.stringify({ a: inner });
    for (const text of [
      `<tool_call>\n{"name": "f", "arguments": ${args}}\n</tool_call>`,
      `{"name": "f", "parameters": ${args}}`,
      `[TOOL_CALLS]f[ARGS]${args}`,
      `[TOOL_CALLS][{"name": "f", "arguments": ${args}}]`,
      `<tool_call><function=f><parameter=a>\n${inner}\n</parameter></function></tool_call>`,
    ]) {
      const calls = parseCalls(text);
      assert.equal(calls.length, 1, text);
      assert.deepEqual(JSON.parse(calls[0].arguments), { a: inner }, text);
    }
  }
});

/** @param {string} text @param {number} [size] of the pieces it comes in */
function streamed(text, size = 3) {
  const reader = new ToolReader([tool('f'), tool('g')]);
  let said = '';
  for (let at = 0; at < text.length; at += size) said += reader.push(text.slice(at, at + size));
  const { text: rest, calls, cut } = reader.end();
  return { said: said + rest, calls: calls.map(({ name }) => name), cut };
}

test('what is thought calls nothing, and no text around calls is lost', () => {
  const call = '<tool_call>\n{"name": "f", "arguments": {}}\n</tool_call>';
  for (const size of [1, 3, 1000]) {
    const draft = `<think>I could write ${call} here.</think>It is noon.`;
    assert.deepEqual(streamed(draft, size), { said: draft, calls: [], cut: false });
    const begun = `I could write ${call} here.</think>It is noon.`; // the prompt began the thought
    assert.deepEqual(streamed(begun, size), { said: begun, calls: [], cut: false });
    const after = streamed(
      `<think>x</think>Let me see. ${call} And ${call.replace('"f"', '"g"')} done.`,
      size,
    );
    assert.deepEqual(after.calls, ['f', 'g']);
    assert.match(after.said, /Let me see\. +And +done\./);
    const foreign = 'See {"name": "other", "arguments": {}} there.';
    assert.deepEqual(streamed(foreign, size), { said: foreign, calls: [], cut: false });
    const bare = streamed('<think>hm</think>{"name": "f", "parameters": {}}', size);
    assert.deepEqual(bare, { said: '<think>hm</think>', calls: ['f'], cut: false });
  }
});

test('digits are kept: large ids, and 1.0', () => {
  const args = '{"id": 2512292042121000001, "x": 1.0}';
  for (const text of [
    `<tool_call>{"name": "f", "arguments": ${args}}</tool_call>`,
    `[TOOL_CALLS]f[ARGS]${args}`,
    `{"name": "f", "parameters": ${args}}`,
  ])
    assert.equal(parseCalls(text)[0].arguments, args);
  const xml = '<function=f><parameter=id>2512292042121000001</parameter></function>';
  assert.equal(parseCalls(xml)[0].arguments, '{"id":2512292042121000001}');
});

test('a call that the limit has cut is told', () => {
  const one = '<tool_call>{"name": "f", "arguments": {}}</tool_call>';
  for (const rest of [
    '<tool_call>',
    '<tool_call>{"name": "g", "argum',
    '<function=g><parameter=a>x',
    '[TOOL_CALLS]g[AR',
  ]) {
    assert.deepEqual(readCalls(one + rest).cut, true, rest);
    assert.deepEqual(streamed(one + rest), { said: '', calls: ['f'], cut: true }, rest);
  }
  assert.equal(readCalls(one).cut, false);
});

const K = 100_000;
/** @type {Record<string, string>} */
const SLOW = {
  'nested lists': '['.repeat(K),
  'nested objects': '{"a":'.repeat(K / 5),
  'spaces before [ARGS]': `${' '.repeat(K)}[ARGS]`,
  'names before [ARGS]': `${'a'.repeat(K)}[ARGS]`,
  'many [ARGS]': 'a[ARGS]{'.repeat(K / 8),
  'many calls without an end': '<tool_call>{"a":['.repeat(K / 17),
  'many elements without an end': '<function=f><parameter=a>'.repeat(K / 25),
  'many parameters': `<function=f>${'<parameter=a></parameter>x'.repeat(K / 26)}`,
  'many marks': '[TOOL_CALLS]'.repeat(K / 12),
  'many thoughts': '<think>'.repeat(K / 7),
  'many braces': '{'.repeat(K),
  'many objects': '{"a":1} '.repeat(K / 8),
  'a list in a list': `${'['.repeat(K / 2)}${']'.repeat(K / 2)}`,
  'many calls': '<tool_call>{"name":"f"}</tool_call>'.repeat(K / 35),
};
for (const [name, text] of Object.entries(SLOW)) {
  test(`100 kB are read in a moment: ${name}`, () => {
    const took = Math.min(
      ...[1, 2, 3].map(() => {
        const began = performance.now();
        readCalls(text, [tool('f')]);
        return performance.now() - began;
      }),
    );
    assert.ok(took < 300, `${took} ms`);
  });
}
