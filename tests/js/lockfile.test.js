// What npm may install: packages of a registry, at one version, with the hash of their bytes, few scripts that run at it, and
// none with a known hole, where the registry says what is known.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

const root = new URL('../../', import.meta.url);
/** Who may run a script when it is installed: esbuild looks for its program; the others belong to the bench, which installs without. */
const SCRIPTS = new Set(['esbuild', 'node-llama-cpp', 'protobufjs']);

for (const folder of ['', 'bench/', 'tests/next/'])
  test(`${folder}package-lock.json pins every package to a hash and runs no script that is not known`, async () => {
    const lock = JSON.parse(await readFile(new URL(`${folder}package-lock.json`, root), 'utf8'));
    const manifest = JSON.parse(await readFile(new URL(`${folder}package.json`, root), 'utf8'));
    assert.equal(lock.lockfileVersion, 3);
    const { '': own, ...packages } = lock.packages;
    for (const [path, found] of Object.entries(packages)) {
      const name = path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length);
      assert.match(found.integrity ?? '', /^sha512-/, `${path} has no hash`);
      assert.match(found.version, /^\d+\.\d+\.\d+/, path);
      assert.equal(found.resolved, undefined, `${path} names where it is from; see .npmrc`);
      assert.ok(!found.hasInstallScript || SCRIPTS.has(name), `${path} runs a script when it is installed`);
    }
    for (const [name, version] of Object.entries({ ...manifest.dependencies, ...manifest.devDependencies })) {
      assert.match(String(version), /^\d+\.\d+\.\d+[\w.-]*$/, `${name} at one version`);
      assert.equal(
        packages[`node_modules/${name}`]?.version,
        version,
        `${name} is in the lock file as asked for`,
      );
    }
    assert.deepEqual(own.dependencies, manifest.dependencies);
  });

/** How grave an advisory has to be. */
const SCOPES = [
  { what: 'what ships', args: ['--omit=dev'], grave: /low|moderate|high|critical/ },
  { what: 'what builds and tests it', args: [], grave: /high|critical/ },
];

/**
 * Packages with such an advisory; undefined where npm had no answer.
 * @param {string} printed by npm audit @param {RegExp} grave @returns {string[] | undefined}
 */
function advisories(printed, grave) {
  /** @type {{vulnerabilities?: Record<string, {severity: string}>}} */
  const { vulnerabilities } = JSON.parse(printed);
  return (
    vulnerabilities &&
    Object.entries(vulnerabilities)
      .filter(([, { severity }]) => grave.test(severity))
      .map(([name, { severity }]) => `${name} (${severity})`)
  );
}

for (const { what, args, grave } of SCOPES)
  test(`no advisory is known on ${what}`, async (t) => {
    const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm';
    const command = ['audit', '--json', '--package-lock-only', ...args];
    // npm ends with an error for advisories and for none to be had: what it prints tells which.
    const printed = await new Promise((resolve) =>
      execFile(npm, command, { cwd: fileURLToPath(root), timeout: 30_000 }, (_, stdout) => resolve(stdout)),
    );
    const found = printed ? advisories(printed, grave) : undefined;
    if (!found) return t.skip('the registry of this machine has no advisories to ask for');
    assert.deepEqual(found, []);
  });

test('an advisory is found in what npm audit prints, and no answer is not taken for none', () => {
  const report = { vulnerabilities: { a: { severity: 'low' }, b: { severity: 'high' } } };
  assert.deepEqual(advisories(JSON.stringify(report), SCOPES[0].grave), ['a (low)', 'b (high)']);
  assert.deepEqual(advisories(JSON.stringify(report), SCOPES[1].grave), ['b (high)']);
  assert.deepEqual(advisories('{"vulnerabilities": {}}', SCOPES[0].grave), []);
  assert.equal(advisories('{"message": "405", "statusCode": 405}', SCOPES[0].grave), undefined);
});
