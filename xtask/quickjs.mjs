// The interpreter that programs in answers run in, for the page and the package: files of the installed package by their path
// below quickjs/.
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const from = join(
  dirname(fileURLToPath(import.meta.url)),
  '../node_modules/@jitl/quickjs-wasmfile-release-sync',
);

/** Where each file is: the glue, which finds the wasm beside it. */
export const quickjsFiles = () =>
  new Map([
    ['emscripten-module.browser.mjs', join(from, 'dist/emscripten-module.browser.mjs')],
    ['emscripten-module.wasm', join(from, 'dist/emscripten-module.wasm')],
    ['LICENSE', join(from, 'LICENSE')],
  ]);
