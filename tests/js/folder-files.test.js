// Folders that are dropped: their files, however deep, without what programs keep for themselves.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { filesOf } from '../../www/app/folder-files.js';

/** @param {string} name @returns {any} */
const file = (name) => ({
  name,
  isFile: true,
  file: (/** @type {(file: any) => void} */ give) => give({ name }),
});

/** Gives its entries a few at a time, as browsers do. @param {string} name @param {any[]} inside @returns {any} */
const folder = (name, inside) => ({
  name,
  isDirectory: true,
  createReader() {
    const left = [...inside];
    return { readEntries: (/** @type {(entries: any[]) => void} */ give) => give(left.splice(0, 2)) };
  },
});

test('the files of a folder come in order, from all below it', async () => {
  const inside = [
    file('b.md'),
    folder('.git', [file('config')]),
    folder('deep', [folder('deeper', [file('c.pdf')])]),
    file('a.txt'),
    file('.DS_Store'),
  ];
  const found = await filesOf([folder('project', inside), file('.env')]);
  assert.deepEqual(
    found.map(({ name }) => name),
    ['a.txt', 'b.md', 'c.pdf', '.env'],
  );
});

test('of very many files the first five hundred are taken, and a folder in itself ends', async () => {
  const many = Array.from({ length: 700 }, (_, n) => file(`${n}.txt`));
  assert.equal((await filesOf([folder('many', many)])).length, 500);
  /** @type {any} */
  const loop = folder('loop', []);
  loop.createReader = () => {
    const left = [loop, file('x.txt')];
    return { readEntries: (/** @type {any} */ give) => give(left.splice(0, 2)) };
  };
  assert.equal((await filesOf([loop])).length, 12);
});
