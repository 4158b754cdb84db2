// What is shipped of others' code: licences that allow it, with their texts; a bill of materials that is the same for the same lock file.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { billOfMaterials, licenceFile, packagesOf } from '../../xtask/licences.mjs';

const ALLOWED = /^(MIT|Apache-2\.0|BSD-[23]-Clause|0BSD|ISC|MPL-2\.0|Zlib|Unicode-3\.0|CC0-1\.0)$/;
const { dependencies } = JSON.parse(await readFile(new URL('../../package.json', import.meta.url), 'utf8'));

test('every package that may be shipped has a licence that allows it, and its text', async () => {
  const packages = await packagesOf(Object.keys(dependencies).map((name) => `node_modules/${name}/x.js`));
  assert.deepEqual(
    packages.map(({ name }) => name),
    Object.keys(dependencies).sort((a, b) => a.localeCompare(b)),
  );
  for (const { name, license, text } of packages) {
    const alternatives = license.replace(/[()]/g, '').split(' OR ');
    assert.ok(
      alternatives.some((each) => ALLOWED.test(each)),
      `${name}: ${license}`,
    );
    assert.ok(text.length > 200, `${name} has no text of its licence`);
  }
  const file = licenceFile(packages);
  for (const { name, version } of packages) assert.ok(file.includes(`${name} ${version}\n`), name);
});

test('files of this repository are no packages, and a package is listed once', async () => {
  const found = await packagesOf([
    'www/main.js',
    'node_modules/idb/build/index.js',
    'node_modules/idb/with-async-ittr.js',
  ]);
  assert.deepEqual(
    found.map(({ name }) => name),
    ['idb'],
  );
});

test('the bill of materials has what is shipped and nothing of the day or the machine', async () => {
  const bill = await billOfMaterials();
  const { bomFormat, components, metadata, serialNumber } = JSON.parse(bill);
  assert.deepEqual([bomFormat, metadata.timestamp, serialNumber], ['CycloneDX', undefined, undefined]);
  const names = components.map((/** @type {{name: string}} */ { name }) => name);
  for (const name of Object.keys(dependencies)) assert.ok(names.includes(name), name);
  assert.ok(!names.includes('playwright-core'), 'nothing that only tests need');
  assert.equal(await billOfMaterials(), bill);
});
