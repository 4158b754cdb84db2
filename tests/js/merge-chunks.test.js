// The chunks that a page loads at its start become one; everything runs in the order in which it ran, and names change
// with what they stand for.
import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import { mergeChunks } from '../../xtask/merge-chunks.mjs';

const SOURCES = {
  'main.js': `
    import { first, log } from './first.js';
    import second from './second.js';
    import { both } from './both.js';
    log.push('main');
    export const said = [first(), second, both];
    export const later = () => import('./later.js');`,
  'first.js': `import './effect.js'; export const log = globalThis.log; log.push('first'); export function first() { return 'one'; }`,
  'effect.js': `globalThis.log.push('effect');`,
  'second.js': `/*! licence of second */ globalThis.log.push('second'); export default 'two'; export const unused = 'nobody asks';`,
  'both.js': `globalThis.log.push('both'); export const both = 'page and worker';`,
  'later.js': `import { first } from './first.js'; import second from './second.js'; import './effect.js'; export const late = first() + second;`,
  'other.js': `import { first } from './first.js'; globalThis.log.push(first());`,
  'worker.js': `import { both } from './both.js'; globalThis.log.push(both); void import('./deep.js');`,
  'deep.js': `export const deep = 1;`,
};

/** @param {import('node:test').TestContext} t @param {Record<string, string>} sources @param {boolean} minify @param {boolean} merge */
async function made(t, sources, minify = true, merge = true) {
  const root = await mkdtemp(join(tmpdir(), 'loquat-merge-'));
  t.after(() => rm(root, { recursive: true }));
  for (const [name, code] of Object.entries(sources)) await writeFile(join(root, name), code);
  await writeFile(join(root, 'package.json'), '{"type": "module"}');
  const outdir = join(root, 'out');
  const entryPoints = ['main.js', 'other.js', 'worker.js'].map((name) => join(root, name));
  const like = { minify, sourcemap: /** @type {const} */ ('linked'), target: 'es2022' };
  const built = await build({
    ...like,
    entryPoints,
    outdir,
    absWorkingDir: root,
    bundle: true,
    splitting: true,
    format: 'esm',
    metafile: true,
    write: false,
    legalComments: 'linked',
    chunkNames: 'chunks/[name]-[hash]',
  });
  const outputs = merge
    ? await mergeChunks(built, {
        root,
        stages: { shell: join(outdir, 'main.js') },
        apart: [],
        workers: [join(outdir, 'worker.js')],
        like,
      })
    : built.outputFiles;
  for (const { path, contents } of outputs) {
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, contents);
  }
  return { outdir, names: outputs.map(({ path }) => basename(path)).sort(), outputs };
}

const found = globalThis;
/** @param {string} outdir @param {string} script */
async function runs(outdir, script) {
  /** @type {string[]} */
  const log = [];
  Object.assign(found, { log });
  const module = await import(pathToFileURL(join(outdir, script)).href);
  return { log, module };
}

for (const minify of [true, false])
  test(`one chunk in place of many does the same, ${minify ? 'short' : 'readable'}`, async (t) => {
    const before = await made(t, SOURCES, minify, false);
    const after = await made(t, SOURCES, minify);
    const expected = await runs(before.outdir, 'main.js');
    const { log, module } = await runs(after.outdir, 'main.js');
    assert.deepEqual(log, expected.log);
    assert.deepEqual(module.said, ['one', 'two', 'page and worker']);
    assert.equal((await module.later()).late, 'onetwo');
    assert.deepEqual(log, expected.log, 'nothing ran twice');
    assert.deepEqual((await runs(after.outdir, 'other.js')).log, ['one'], 'another page shares it');
    const shells = after.names.filter((name) => /^shell-\w+\.js$/.test(name));
    assert.equal(shells.length, 1, after.names.join());
    assert.ok(after.names.length < before.names.length);
    const shell = after.outputs.find(({ path }) => basename(path) === shells[0])?.text ?? '';
    assert.ok(!shell.includes('page and worker'), 'what the worker runs, too, stays apart');
    assert.ok(shell.includes(`${shells[0]}.LEGAL.txt`), 'licences are named');
    assert.ok(after.names.includes(`${shells[0]}.LEGAL.txt`));
    const map = JSON.parse(after.outputs.find(({ path }) => path.endsWith(`${shells[0]}.map`))?.text ?? '{}');
    const sources = map.sources.map((/** @type {string} */ path) => basename(path));
    for (const name of ['first.js', 'second.js', 'effect.js'])
      assert.ok(sources.includes(name), sources.join());
  });

test('a chunk that loads the one whose text has changed has another name, one that does not has the same', async (t) => {
  const a = await made(t, SOURCES);
  const again = await made(t, SOURCES);
  assert.deepEqual(again.names, a.names);
  const b = await made(t, { ...SOURCES, 'effect.js': `globalThis.log.push('another');` });
  const named = (/** @type {string[]} */ names, /** @type {string} */ what) =>
    names.find((name) => new RegExp(`^${what}-\\w+\\.js$`).test(name));
  for (const what of ['shell', 'later']) assert.notEqual(named(a.names, what), named(b.names, what), what);
  assert.equal(named(a.names, 'deep'), named(b.names, 'deep'));
});
