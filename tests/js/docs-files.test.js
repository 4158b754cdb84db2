// README and docs name files; each of them must be there, or a reader is sent astray.
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import test from 'node:test';

const root = new URL('../../', import.meta.url);
const PATH = /`((?:src|www|xtask|tests|bench|docs|crates|\.ci|\.cargo)\/[\w./-]*)`/g;

test('README and docs name no file that does not exist', async () => {
  const docs = (await readdir(new URL('docs/', root))).filter((name) => name.endsWith('.md'));
  let named = 0;
  for (const page of ['README.md', ...docs.map((name) => `docs/${name}`)]) {
    const text = await readFile(new URL(page, root), 'utf8');
    for (const [, path] of text.matchAll(PATH)) {
      named += 1;
      assert.ok(existsSync(new URL(path, root)), `${page} names ${path}`);
    }
  }
  assert.ok(named > 20, 'the pattern finds what is named');
});

test('the rooms that docs/architecture.md lists are those that there are, in the order that is checked', async () => {
  const text = await readFile(new URL('docs/architecture.md', root), 'utf8');
  const listed = [...text.matchAll(/^\| `([a-z]+)\/` \|/gm)].map(([, room]) => room);
  const folders = (await readdir(new URL('www/', root), { withFileTypes: true }))
    .filter((entry) => entry.isDirectory() && entry.name !== 'icons')
    .map(({ name }) => name);
  assert.deepEqual([...listed].sort(), folders.sort());
  const config = await readFile(new URL('.dependency-cruiser.cjs', root), 'utf8');
  const order = [...config.matchAll(/^ {2}'([a-z]+)(?:\/[a-z]+)?',$/gm)].map(([, room]) => room);
  assert.deepEqual([...new Set(order)], listed);
});

test('README and docs install and import the package by its own name: `loquat` is a stranger’s', async () => {
  const packaging = await readFile(new URL('xtask/package.mjs', root), 'utf8');
  const [, name] = /^ {4}name: '([\w-]+)',$/m.exec(packaging) ?? [];
  assert.equal(name, 'loquat-chat');
  const docs = (await readdir(new URL('docs/', root))).filter((file) => file.endsWith('.md'));
  let named = 0;
  for (const page of ['README.md', ...docs.map((file) => `docs/${file}`)]) {
    const text = await readFile(new URL(page, root), 'utf8');
    const used = /(?:from|import) '(loquat[\w-]*)|(?:npm install|npm i|npx) (loquat[\w-]*)/g;
    for (const [, imported, installed] of text.matchAll(used)) {
      named += 1;
      assert.equal(imported ?? installed, name, page);
    }
  }
  assert.ok(named > 10, `${named}`);
});
