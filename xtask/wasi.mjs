// Runs a wasm program that was built for WASI, as cargo's test runner: node xtask/wasi.mjs FILE [ARGUMENTS].
// It sees the file system: tests read their fixtures.
import { readFile } from 'node:fs/promises';
import { WASI } from 'node:wasi';

const [file, ...args] = process.argv.slice(2);
const wasi = new WASI({
  version: 'preview1',
  args: [file, ...args],
  env: process.env,
  preopens: { '/': '/' },
  returnOnExit: true,
});
const imports = /** @type {WebAssembly.Imports} */ (wasi.getImportObject());
const module = await WebAssembly.compile(/** @type {BufferSource} */ (await readFile(file)));
const instance = await WebAssembly.instantiate(module, imports);
process.exitCode = wasi.start(instance);
