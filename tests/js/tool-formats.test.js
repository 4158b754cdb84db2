// Every model family writes tool calls its own way; each is read into name and arguments.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseCalls } from '../../www/engine/tool-formats.js';

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
