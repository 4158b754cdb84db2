// Python in answers, by Pyodide in Node.js: what a program writes, how it ends, and its limits. Code from texts is off, as a
// page's policy has it. Skips where the package can't be had.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { gzipSync, gunzipSync } from 'node:zlib';
import { closeScope } from '../../www/agent/code/python.js';
import { pyodideFiles, untar } from '../../xtask/pyodide.mjs';

/** Programs, and how each ends: its outputs' texts or kinds, its value, its error. */
const PROGRAMS = /** @type {const} */ ({
  written:
    'import sys\nprint("a", end="")\nprint("b", [1, None])\nprint("no", file=sys.stderr)\nx = 20\nx + 22',
  failed: 'def f(x):\n    return 1 / x\n\nf(0)',
  syntax: 'x = 1\ny = ;',
  packages: 'import numpy',
  outside: 'import js',
  main: 'if __name__ == "__main__":\n    import asyncio\n    asyncio.run(asyncio.sleep(3600, "slept"))',
  awaited: 'import asyncio\nawait asyncio.sleep(3600)\n"awake"',
  drawn:
    'import matplotlib.pyplot as plt\nfig, ax = plt.subplots()\nax.plot([1, 2], [3, 4], "r--", label="up")\nax.set_title("T")\nplt.show()\nplot(["p", "q"], [1, 2], type="bar")',
  files: 'with open("/tmp/x", "wb") as file:\n    while True:\n        file.write(b"x" * 1000000)',
  many: 'for i in range(1000):\n    with open(f"/tmp/{i}", "wb") as file:\n        file.write(b"x" * 1000000)',
  output: 'while True:\n    print("spam" * 100)',
  exit: 'import sys\nsys.exit()',
  memory: 'all = []\nwhile True:\n    all.append(bytearray(1000000))',
});

/** In a process that makes no code from texts. */
const SCRIPT = `
const [loader, python, programs] = process.argv.slice(1);
const { closeCode, loadPython } = await import(python);
const run = await loadPython(await import(loader)); // one for all: to load it takes seconds
const found = {};
closeCode(globalThis);
for (const [name, source] of Object.entries(JSON.parse(programs))) {
  const outputs = [];
  found[name] = { ...run(source, (output) => outputs.push(output)), outputs };
}
process.stdout.write(JSON.stringify(found));
process.exit();
`;

test('a Python program writes, draws, fails and ends at its limits', async (t) => {
  const files = await pyodideFiles().catch((/** @type {Error} */ error) => error);
  if (files instanceof Error) return t.skip(`Pyodide can’t be had here: ${files.message}`);
  const python = new URL('../../www/agent/code/python.js', import.meta.url).href;
  const args = ['--disallow-code-generation-from-strings', '--input-type=module', '-e', SCRIPT];
  const given = [`file://${files.get('pyodide.mjs')}`, python, JSON.stringify(PROGRAMS)];
  const { stdout } = await promisify(execFile)(process.execPath, [...args, ...given], {
    maxBuffer: 1 << 26,
  });
  const ended = JSON.parse(stdout);
  const texts = (/** @type {string} */ name) =>
    ended[name].outputs.map((/** @type {{text?: string, kind: string}} */ { text, kind }) => text ?? kind);
  assert.deepEqual([ended.written.value, texts('written')], ['42', ['ab [1, None]', 'no']]);
  assert.deepEqual(ended.failed.error, { name: 'ZeroDivisionError', message: 'division by zero', line: 2 });
  assert.deepEqual([ended.syntax.error.name, ended.syntax.error.line], ['SyntaxError', 2]);
  for (const name of ['packages', 'outside'])
    assert.match(ended[name].error.message, /nothing can be installed/);
  assert.deepEqual([ended.main.value, ended.awaited.value], [undefined, "'awake'"], 'and no time has passed');
  assert.deepEqual(ended.drawn.outputs, [
    { kind: 'plot', chart: { kind: 'line', x: 'x', labels: ['1', '2'], series: [['up', [3, 4]]] } },
    { kind: 'plot', chart: { kind: 'bar', x: 'x', labels: ['p', 'q'], series: [['y', [1, 2]]] } },
  ]);
  assert.equal(ended.memory.ended, 'memory');
  for (const name of ['files', 'many']) assert.match(ended[name].error.message, /No space left/);
  assert.equal(ended.output.ended, 'output');
  assert.equal(ended.exit.ended, 'done');
});

test('a closed scope has nothing left that leads out of it', () => {
  class Outer {
    fetch() {}
  }
  const setTimeout = () => 1;
  const scope = Object.assign(Object.create(Outer.prototype), {
    setTimeout,
    postMessage() {},
    indexedDB: {},
    Map,
    crypto: {},
  });
  closeScope(/** @type {any} */ (scope));
  assert.deepEqual([scope.fetch, scope.postMessage, scope.indexedDB], [undefined, undefined, undefined]);
  assert.ok(scope.Map && scope.crypto, 'the language is still there');
  assert.deepEqual([scope.setTimeout(() => {}), scope.setTimeout('code')], [1, undefined]);
});

test('the files of an archive are found by their paths', () => {
  const header = (/** @type {string} */ name, /** @type {number} */ size, /** @type {string} */ kind) => {
    const block = Buffer.alloc(512);
    block.write(name, 0);
    block.write(size.toString(8).padStart(11, '0'), 124);
    block.write(kind, 156);
    return block;
  };
  const tar = Buffer.concat([
    header('folder/', 0, '5'),
    header('folder/a', 3, '0'),
    Buffer.from('abc'),
    Buffer.alloc(509),
    Buffer.alloc(1024),
  ]);
  const files = untar(gunzipSync(gzipSync(tar)));
  assert.deepEqual(
    [...files].map(([path, bytes]) => [path, String(bytes)]),
    [['folder/a', 'abc']],
  );
});
