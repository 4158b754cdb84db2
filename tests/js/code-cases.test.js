// The cases that quality of code is measured by are right themselves: each solution passes its tests, and what is not one does
// not. Needs python3, as the measurement does.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { firstFault, passes, programOf } from '../../xtask/code/judge.mjs';

/** @param {string} name @returns {Promise<any[]>} */
const cases = async (name) =>
  (await readFile(new URL(`../fixtures/code/${name}.jsonl`, import.meta.url), 'utf8'))
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line));
const tasks = await cases('tasks');
const gaps = await cases('infill');

test('there are 40 tasks in two languages of each kind, and 60 gaps', () => {
  assert.deepEqual([tasks.length, gaps.length], [40, 60]);
  for (const language of ['python', 'javascript'])
    for (const speech of ['en', 'zh'])
      assert.equal(tasks.filter((each) => each.language === language && each.speech === speech).length, 10);
  assert.equal(new Set([...tasks, ...gaps].map(({ id }) => id)).size, 100);
});

test('every solution passes its tests', async () => {
  for (const each of tasks) {
    const answer = `Here:\n\n\`\`\`${each.language}\n${each.solution}\`\`\`\n`;
    assert.equal(await passes(each, answer), true, each.id);
  }
});

test('every gap is filled by what was taken out, and by nothing else', async () => {
  for (const each of gaps) {
    assert.equal(await passes(each, each.middle), true, each.id);
    assert.equal(await passes(each, ''), false, `${each.id} without it`);
  }
});

test('what a model is told names the example, and what came out', async () => {
  const fault = (/** @type {'python' | 'javascript'} */ language, /** @type {string} */ code) =>
    firstFault(language, code, [['f(2)', '4']]);
  assert.equal(await fault('python', 'def f(x):\n    return x * 3'), 'f(2) gives 6, not 4');
  assert.equal(await fault('python', 'def f(x):\n    return y'), "f(2)\nNameError: name 'y' is not defined");
  assert.match((await fault('python', 'def f(x:')) ?? '', /^f\(2\)\nSyntaxError: .*\(line 1\)$/);
  assert.equal(await fault('python', 'def f(x):\n    return x * 2'), undefined);
  assert.equal(await fault('javascript', 'const f = (x) => x * 3;'), 'f(2) gives 6, not 4');
  assert.match((await fault('javascript', 'while (true) {}')) ?? '', /did not end/);
  assert.match((await fault('javascript', 'const f = ;')) ?? '', /SyntaxError/);
  assert.equal(await fault('javascript', 'export function f(x) { return x * 2 }'), undefined);
  assert.equal(programOf('no fence', 'python'), 'no fence');
});
