// Puts .br and .gz beside the files of dist/ and prints what a visitor's browser fetches. Builds nothing.
import { existsSync } from 'node:fs';
import { readFile, readdir, writeFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';

const dist = join(dirname(fileURLToPath(import.meta.url)), '../dist');
if (!existsSync(dist)) throw new Error('dist/ is missing: run `cargo xtask dist`');

const COMPRESSIBLE = /\.(html|m?js|css|json|svg|wasm|webmanifest|txt)$/;

/** @param {number} bytes */
const kb = (bytes) => (bytes / 1000).toFixed(1).padStart(10);

const entries = await readdir(dist, { recursive: true, withFileTypes: true });
const paths = entries
  .filter((entry) => entry.isFile())
  .map((entry) => join(entry.parentPath ?? entry.path, entry.name));
const sum = [0, 0, 0];
console.log(`${'kB'.padStart(10)}${'gzip'.padStart(10)}${'brotli'.padStart(10)}`);
for (const path of paths.sort()) {
  const raw = await readFile(path);
  let [gz, br] = [raw, raw];
  if (COMPRESSIBLE.test(path)) {
    gz = await promisify(gzip)(raw, { level: 9 });
    br = await promisify(brotliCompress)(raw, {
      params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: raw.length },
    });
    // A compressed file that is no smaller would cost a host's lookup for nothing.
    if (gz.length < raw.length) await writeFile(`${path}.gz`, gz);
    if (br.length < raw.length) await writeFile(`${path}.br`, br);
  }
  const sizes = [raw, gz, br].map((bytes) => bytes.length);
  sizes.forEach((bytes, i) => (sum[i] += bytes));
  console.log(`${sizes.map(kb).join('')}  ${relative(dist, path)}`);
}
console.log(`${sum.map(kb).join('')}  in all (a visitor fetches one of the wasm builds)`);
