// Python for programs in answers, an operator's option: the npm package `pyodide`, fetched into the cache when it is first asked
// for and checked, and its files by their path below pyodide/. Nothing of it is committed, or in dist/ unless it is asked for.
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { gunzipSync } from 'node:zlib';

const VERSION = '314.0.7';
/** As the registry has it, and as it was when it was tried. */
const INTEGRITY =
  'sha512-0YvXxEhfEdpLfb/XkM2BFAeMROq0iMUX2bzzH9pOttyMcWkwq+HbE5uyuGD82LN7y2q+SNvi/6V5JEsOlD2R1A==';
const FILES = [
  'pyodide.mjs',
  'pyodide.asm.mjs',
  'pyodide.asm.wasm',
  'python_stdlib.zip',
  'pyodide-lock.json',
  'README.md',
];
const PATIENCE = 120_000; // ms

/** What the catalog tells a page of it. */
export const CATALOG_ENTRY = { url: 'pkg/pyodide/', approx_mb: 13, licence: 'MPL-2.0' };

/** For the list of licences. */
export const PACKAGE = {
  name: 'pyodide',
  version: VERSION,
  license: 'MPL-2.0',
  text: 'Source: https://github.com/pyodide/pyodide, in the tag of the version.\nIn it, CPython and its standard library, under the licence of the Python Software Foundation:\nhttps://docs.python.org/3/license.html',
};

/** The cache that outlives a checkout, as `xtask` has it. */
const cache = () => join(process.env.XDG_CACHE_HOME || join(homedir() || tmpdir(), '.cache'), 'loquat');

/** The files of an archive made by tar. @param {Buffer} tar @returns {Map<string, Buffer>} */
export function untar(tar) {
  const files = new Map();
  const text = (/** @type {number} */ from, /** @type {number} */ length) =>
    tar.toString('utf8', from, from + length).replace(/\0.*$/s, '');
  for (let at = 0; at + 512 <= tar.length && tar[at] !== 0;) {
    const size = Number.parseInt(text(at + 124, 12).trim() || '0', 8);
    const isFile = /^[0\0]?$/.test(text(at + 156, 1));
    if (isFile) files.set(text(at, 100), tar.subarray(at + 512, at + 512 + size));
    at += 512 + Math.ceil(size / 512) * 512;
  }
  return files;
}

/** Has npm fetch the package, as it is set up on this machine. @returns {Promise<Buffer>} */
async function fetched() {
  const folder = await mkdtemp(join(tmpdir(), 'pyodide-'));
  try {
    const args = ['pack', `pyodide@${VERSION}`, '--silent', '--pack-destination', folder];
    await promisify(execFile)('npm', args, { timeout: PATIENCE, shell: process.platform === 'win32' });
    return await readFile(join(folder, `pyodide-${VERSION}.tgz`));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** @returns {Promise<Map<string, string>>} where each file is */
export async function pyodideFiles() {
  const folder = join(cache(), `pyodide-${VERSION}`);
  const files = new Map(FILES.map((path) => [path, join(folder, path)]));
  const isThere = await readFile(join(folder, 'README.md')).catch(() => undefined);
  if (isThere) return files; // its files were checked before the folder had this name
  const archive = await fetched();
  const found = `sha512-${createHash('sha512').update(archive).digest('base64')}`;
  if (found !== INTEGRITY)
    throw new Error(
      `pyodide ${VERSION} from npm is not the file that was tried: ${found}, not ${INTEGRITY}. Look at what the registry says of it.`,
    );
  const unpacked = untar(gunzipSync(archive));
  await mkdir(cache(), { recursive: true });
  const fresh = await mkdtemp(join(cache(), '.pyodide-'));
  for (const path of FILES) {
    const bytes = unpacked.get(`package/${path}`);
    if (!bytes) throw new Error(`pyodide ${VERSION} from npm has no ${path}`);
    await writeFile(join(fresh, path), bytes);
  }
  // Another run may have been quicker.
  await rename(fresh, folder).catch(() => rm(fresh, { recursive: true, force: true }));
  return files;
}
