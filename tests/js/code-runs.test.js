// Programs in answers: the sandbox that they run in, what is kept of a run, and how a failing one goes back to the model.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import glue from '@jitl/quickjs-wasmfile-release-sync/emscripten-module';
import { inGap } from '../../www/agent/code/fill.js';
import { examplesOf, withExamples } from '../../www/agent/code/examples.js';
import { codeOf, failureOf } from '../../www/agent/code/failure.js';
import { partText } from '../../www/agent/part-texts.js';
import { outputOf } from '../../www/agent/code/outputs.js';
import { loadInterpreter, runProgram } from '../../www/agent/code/sandbox.js';
import { withCode } from '../../www/app/code-block.js';
import { ROUNDS } from '../../www/agent/code/retry.js';
import { createCodeRuns, withRun } from '../../www/app/code-runs.js';

const LIMITS = { time: 2_000, memory: 16 << 20, output: 2_000 };

/** @param {string} source @param {Partial<typeof LIMITS>} [limits] */
async function run(source, limits) {
  /** @type {any[]} */
  const outputs = [];
  const interpreter = await loadInterpreter(glue);
  const ending = runProgram(interpreter, source, (output) => outputs.push(output), { ...LIMITS, ...limits });
  return { ...ending, outputs, text: outputs.map(({ text }) => text).join('\n') };
}

test('a program writes what it would write in a console', async () => {
  const made = await run(`
    console.log('a', { b: [1, { c: new Map([[1, 'x']]) }] }, null, undefined, -0, 10n, new Set());
    console.error('%s is %d', 'x', 4);
    console.log([1, 2].map((n) => n * 2), class A {}, new (class B { y = 1; })());
    const round = {}; round.self = round; console.log(round);`);
  assert.deepEqual([made.ended, made.error], ['done', undefined]);
  assert.equal(
    made.text,
    'a { b: [ 1, { c: Map(1) { 1 => "x" } } ] } null undefined -0 10n Set(0) {}\nx is 4\n[ 2, 4 ] [Function A] B { y: 1 }\n{ self: [Circular] }',
  );
  assert.deepEqual(
    made.outputs.map(({ kind }) => kind),
    ['log', 'error', 'log', 'log'],
  );
  assert.equal((await run('const x = 20; x + 22')).value, '42', 'the last expression is shown');
  assert.equal((await run('Promise.resolve(1)')).value, undefined, 'but no promise');
  assert.equal((await run('({ a: 1 })')).value, '{ a: 1 }');
});

test('promises, await at the top and timers run to their end, in order', async () => {
  const made = await run(`
    setTimeout(() => console.log('late'), 60000);
    setTimeout(() => console.log('soon'), 10);
    const x = await Promise.resolve('first');
    console.log(x);`);
  assert.deepEqual([made.ended, made.text], ['done', 'first\nsoon\nlate']);
  assert.equal(
    (await run('async function main() { throw new RangeError("in it"); }\nmain();')).error?.name,
    'RangeError',
  );
});

test('an error has its name, message and line', async () => {
  const made = await run('console.log("before");\nconst f = null;\nf.call();');
  assert.equal(made.ended, 'failed');
  assert.equal(made.error?.name, 'TypeError');
  assert.equal(made.error?.line, 3);
  assert.equal(made.text, 'before');
  const wrong = await run('let a = 1;\nlet x = ;');
  assert.deepEqual([wrong.error?.name, wrong.error?.line], ['SyntaxError', 2]);
});

test('tables and plots are parts of what is written', async () => {
  const { outputs } = await run(`
    console.table([{ a: 1, b: 'x' }, { a: 2 }]);
    plot([3, 1, 2]);
    plot(['p', 'q'], [1, 2], { type: 'bar', label: 'n' });
    plot({ u: [1, NaN], v: [2, 3] });`);
  assert.deepEqual(outputs, [
    {
      kind: 'table',
      columns: ['#', 'a', 'b'],
      rows: [
        ['0', '1', 'x'],
        ['1', '2', ''],
      ],
    },
    { kind: 'plot', chart: { kind: 'line', x: 'x', labels: ['1', '2', '3'], series: [['y', [3, 1, 2]]] } },
    { kind: 'plot', chart: { kind: 'bar', x: 'x', labels: ['p', 'q'], series: [['n', [1, 2]]] } },
    {
      kind: 'plot',
      chart: {
        kind: 'line',
        x: 'x',
        labels: ['1', '2'],
        series: [
          ['u', [1, null]],
          ['v', [2, 3]],
        ],
      },
    },
  ]);
});

test('there is no network, storage, page, process or file where a program runs', async () => {
  for (const name of [
    'fetch',
    'XMLHttpRequest',
    'WebSocket',
    'EventSource',
    'localStorage',
    'indexedDB',
    'caches',
    'document',
    'window',
    'parent',
    'top',
    'self',
    'navigator',
    'postMessage',
    'importScripts',
    'Worker',
    'process',
    'require',
    'WebAssembly',
  ]) {
    const made = await run(`typeof ${name}`);
    assert.equal(made.value, '"undefined"', name);
  }
  const outside = await run('globalThis.constructor.constructor("return typeof process + typeof fetch")()');
  assert.equal(outside.value, '"undefinedundefined"', 'nor by a detour');
  assert.equal((await run('import fs from "fs";')).ended, 'failed');
  assert.match((await run('import("fs").catch((e) => console.log(e.message))')).text, /could not load/);
});

test('endless programs end at their limit, whichever they meet first', async () => {
  assert.equal((await run('while (true) {}', { time: 300 })).ended, 'time');
  assert.equal((await run('setInterval(() => {}, 1)', { time: 300 })).ended, 'time');
  assert.equal((await run('const f = () => Promise.resolve().then(f); f();', { time: 300 })).ended, 'time');
  assert.equal((await run('/(a+)+$/.test("a".repeat(40) + "b")', { time: 300 })).ended, 'time');
  assert.equal((await run('new Array(1e9).fill(0)')).ended, 'memory');
  assert.equal(
    (await run('const all = []; for (;;) all.push(new Uint8Array(100000))', { time: 60_000 })).ended,
    'memory',
  );
  const spam = await run('for (;;) console.log("spam")');
  assert.equal(spam.ended, 'output');
  assert.ok(spam.text.length <= LIMITS.output);
  assert.equal((await run('const f = () => f() + 1; f()')).error?.name, 'RangeError');
  assert.equal(
    (await run('for (let i = 0; i < 1e6; i++) ({ i }); "alive"', { time: 20_000 })).value,
    '"alive"',
    'a million allocations that are not kept',
  );
});

test('a program can break its console, not who reads it', async () => {
  const made = await run(
    'console.log("x"); JSON.parse = JSON.stringify = Array.prototype.map = null; console.log({ a: 1 });',
  );
  assert.ok(['done', 'failed'].includes(made.ended));
  assert.equal(made.outputs[0]?.text, 'x');
});

test('whatever a program sends out has its form', async () => {
  const made = await run(`
    console.log('before');
    const forged = { forged: true, kind: 'html', columns: 7, rows: { map: 1 }, series: [[1, 'x'], 2], labels: [{}] };
    Object.prototype.toJSON = function () {
      return !this.forged && ('columns' in this || 'series' in this) ? forged : this;
    };
    console.table([{ a: 1 }]);
    plot([1, 2]);`);
  assert.deepEqual(made.outputs.slice(1), [
    { kind: 'table', columns: [], rows: [] },
    {
      kind: 'plot',
      chart: {
        kind: 'line',
        x: 'x',
        labels: ['[object Object]'],
        series: [
          ['1', []],
          ['undefined', []],
        ],
      },
    },
  ]);
  assert.deepEqual(outputOf('html', { x: 1 }), { kind: 'log', text: '{"x":1}' });
});

/** @param {Partial<import('../../www/protocol/parts.js').RunPart>} [fields] @returns {import('../../www/protocol/parts.js').RunPart} */
const part = (fields) => ({ type: 'run', language: 'javascript', outputs: [], ended: 'done', ...fields });

test('what a program wrote goes behind its answer, the newest run of each program', () => {
  const message = /** @type {any} */ ({ text: 'Here:\n\n```js\n1\n```' });
  const once = withRun(message, part({ block: 1, value: '1' }));
  assert.deepEqual(
    once.map(({ type }) => type),
    ['text', 'run'],
  );
  const twice = withRun({ ...message, parts: once }, part({ block: 0, value: '0' }));
  const again = withRun({ ...message, parts: twice }, part({ block: 1, value: '2' }));
  assert.deepEqual(
    again.slice(1).map((each) => /** @type {any} */ (each).value),
    ['0', '2'],
  );
  const thought = withRun({ ...message, text: '<think>hm</think>So.' }, part());
  assert.deepEqual(
    thought.map(({ type }) => type),
    ['thought', 'text', 'run'],
    'a thought stays one',
  );
});

test('the text of a run is what it wrote and how it ended', () => {
  const outputs = /** @type {any} */ ([
    { kind: 'log', text: 'a' },
    { kind: 'table', columns: ['#', 'x'], rows: [['0', '1']] },
  ]);
  const error = { name: 'TypeError', message: 'no', line: 2 };
  const run = part({ outputs, ended: 'failed', error });
  assert.equal(partText(run), '```output\na\n#\tx\n0\t1\nTypeError: no\n```');
  assert.equal(partText(part({ ended: 'time' })), '```output\n(time)\n```');
  assert.equal(partText(part()), '');
  assert.equal(failureOf(run), 'a\nTypeError: no (line 2)');
});

test('the program of an answer is its longest block of the language', () => {
  const text =
    '```js\nshort\n```\n\n```html\nlonger than both\n```\n\n~~~javascript\nlonger\n\n``` \n~~~\nend';
  assert.deepEqual(codeOf(text), { code: 'longer\n\n``` \n', block: 2 });
  assert.deepEqual(codeOf('```\nplain\n```'), { code: 'plain\n', block: 0 });
  assert.deepEqual(codeOf('```js\ncut off'), { code: 'cut off', block: 0 });
  assert.equal(codeOf('none'), undefined);
});

/** A conversation in which the model answers from a list, and programs end as they are named. @param {Array<{text: string, status?: string, parts?: any[]}>} answers */
function conversation(answers) {
  /** @type {any} */
  let chat = { conversation: { id: 'c', selected: {} }, messages: {}, children: {} };
  /** @type {string[]} */
  const asked = [];
  let end = '';
  const store = { get: () => ({ chat }) };
  const answerTo = (/** @type {string} */ parent, /** @type {string} */ said) => {
    const { text, status = 'done', ...more } = answers[asked.push(said) - 1];
    const id = `a${asked.length}`;
    const message = { id, parent, role: 'assistant', text, status, ...more };
    const beside = chat.children[parent] ?? [];
    chat = {
      ...chat,
      messages: { ...chat.messages, [id]: message },
      children: { ...chat.children, [parent]: [...beside, id] },
    };
    end = id;
  };
  const send = async (/** @type {string} */ text) => answerTo(end, text);
  const regenerate = async (/** @type {string} */ id, /** @type {{temperature: number}} */ { temperature }) =>
    answerTo(chat.messages[id].parent, `anew at ${temperature}`);
  const edits = /** @type {any} */ ({ setParts: async () => {} });
  const ran = /** @type {string[]} */ ([]);
  /** @type {any} */
  const execute = async (/** @type {string} */ source) => {
    ran.push(source);
    return part(source.includes('bad') ? { ended: 'failed', error: { name: 'Error', message: 'bad' } } : {});
  };
  const runs = createCodeRuns(
    /** @type {any} */ ({ store, options: { pkg: 'http://x/' } }),
    edits,
    { send, regenerate },
    execute,
  );
  return { runs, asked, ran, store, send };
}

const failed = part({ ended: 'failed', error: { name: 'Error', message: 'bad' } });
const program = (/** @type {string} */ code) => ({ text: `\`\`\`js\n${code}\n\`\`\`` });

test('a failing program goes back to the model until it runs', async () => {
  const { runs, asked, ran } = conversation([program('bad'), program('good'), program('never')]);
  await runs.repair(failed, (failure) => `fix: ${failure}`);
  assert.deepEqual(asked, ['fix: Error: bad', 'fix: Error: bad']);
  assert.deepEqual(ran, ['bad\n', 'good\n']);
});

test('one that fails again is asked for anew, beside the first answer', async () => {
  const first = { ...program('bad'), parts: [failed] };
  const { runs, asked, ran, send, store } = conversation([
    first,
    program('bad'),
    program('bad 2'),
    program('good'),
  ]);
  await send('the question');
  await runs.repair(failed, (failure) => `fix: ${failure}`);
  assert.deepEqual(asked, ['the question', 'fix: Error: bad', 'anew at 0.7', 'anew at 1']);
  assert.deepEqual(ran, ['bad\n', 'bad 2\n', 'good\n']);
  assert.deepEqual(store.get().chat.children[''], ['a1', 'a3', 'a4']);
});

test('and three times at most, or until it is stopped, or answered without a program', async () => {
  const hopeless = conversation(Array.from({ length: 9 }, () => program('bad')));
  await hopeless.runs.repair(failed, (failure) => failure);
  assert.equal(hopeless.asked.length, ROUNDS);
  const stopped = conversation([{ ...program('bad'), status: 'stopped' }, program('good')]);
  await stopped.runs.repair(failed, (failure) => failure);
  assert.deepEqual([stopped.asked.length, stopped.ran.length], [1, 0]);
  const talk = conversation([{ text: 'I can not.' }]);
  await talk.runs.repair(failed, (failure) => failure);
  assert.equal(talk.asked.length, 1);
  const byButton = conversation([program('bad'), program('bad')]);
  await byButton.runs.repair(failed, (failure) => (byButton.runs.stop(), failure));
  assert.deepEqual([byButton.asked.length, byButton.ran.length], [1, 0]);
});

test('a program that was edited takes its block’s place, and no other', () => {
  const parts = [
    { type: 'text', text: 'A\n\n```js\none\n```\n\n```js\ntwo\n```\nend' },
    { type: 'run', language: 'javascript', outputs: [], ended: 'done' },
  ];
  const changed = /** @type {any} */ (withCode(parts, 'two\n', 'three'));
  assert.equal(changed[0].text, 'A\n\n```js\none\n```\n\n```js\nthree\n```\nend');
  assert.equal(changed[1], parts[1]);
  const quoting = /** @type {any} */ (withCode(parts, 'one', '```\nx\n```'));
  assert.match(quoting[0].text, /````js\n```\nx\n```\n````\n/);
  assert.equal(withCode(parts, 'four', 'five'), undefined);
});

test('of a model’s text, what belongs in the gap is taken', () => {
  assert.equal(inGap('n >= value:\n    text += sign\n', ':\n    text += sign'), 'n >= value');
  assert.equal(inGap('set(f(x))', ')'), 'set(f(x)', 'the last of the line is the one behind the gap');
  assert.equal(inGap('a()\n    return b\n\nmore', '\n    return b\n'), 'a()');
  assert.equal(inGap('one\n  two\n\nthree', '\n'), 'one\n  two', 'an empty line ends it');
  const behind = '\n    else:\n      flat.append(item)\n  }\n  return flat\n';
  assert.equal(
    inGap('flat.extend(x)\n  }\n  return flat', behind),
    'flat.extend(x)\n  }',
    'a later line ends it',
  );
  assert.equal(inGap('whole', ''), 'whole');
  assert.equal(inGap('\n\nlate', ''), '\n\nlate');
});

test('examples in a question are what its program is tried on', async () => {
  const question =
    'Write mean(list).\nExamples:\nmean([1, 3]) → 2\n- `mean([])` returns null\n>>> mean([5])\n5\nmean([2]) === 2;\nSo f(x) is → nothing';
  const examples = examplesOf(question);
  assert.deepEqual(examples, [
    ['mean([1, 3])', '2'],
    ['mean([])', 'null'],
    ['mean([5])', '5'],
    ['mean([2])', '2'],
  ]);
  assert.deepEqual(examplesOf('写 f。例子：\nf(1) 返回 2。'), [['f(1)', '2']]);
  const good = 'const mean = (list) => list.length ? list.reduce((a, b) => a + b) / list.length : null;';
  const ran = await run(withExamples('javascript', good, examples));
  assert.deepEqual([ran.ended, ran.outputs.length, ran.outputs[0]?.text], ['done', 4, 'mean([1, 3]) → 2']);
  const bad = await run(withExamples('javascript', 'function mean(list) { return list[0]; }', examples));
  assert.equal(bad.error?.message, 'mean([1, 3]) gives 1, not 2');
  assert.equal(
    withExamples('javascript', 'let x = 1;', examples),
    'let x = 1;',
    'they are of something else',
  );
});
