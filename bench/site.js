// What the bench's browsers load: dist/, the bench page, the models and the peers, from one server. Starts no browser.
import { build } from 'esbuild';
import { readdir } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startServer } from '../tests/browser/server.js';
import { WATCH_MEMORY } from './page/memory.js';

const here = dirname(fileURLToPath(import.meta.url));
const installed = join(here, 'node_modules');
const JS = 'text/javascript; charset=utf-8';

/** The peers make workers of blobs, which Loquat's own policy forbids: this one is for the bench page alone. */
const POLICY = "default-src 'self' blob: data:; script-src 'self' blob: 'wasm-unsafe-eval'";

/** A folder's files by address. @param {string} folder @param {string} address @param {RegExp} wanted */
async function below(folder, address, wanted) {
  const files = (await readdir(folder, { recursive: true })).filter((file) => wanted.test(file));
  return Object.fromEntries(files.map((file) => [`${address}${file}`, join(folder, file)]));
}

/** @param {import('esbuild').BuildOptions} entry what is to be one module */
async function bundle(entry) {
  const { outputFiles } = await build({
    ...entry,
    bundle: true,
    write: false,
    format: 'esm',
    target: 'es2022',
    logLevel: 'error',
  });
  return { type: JS, body: /** @type {import('esbuild').OutputFile[]} */ (outputFiles)[0].text };
}

/** transformers.js, whose runtime finds its wasm by address. */
const transformers = () =>
  bundle({
    stdin: { contents: "export * from '@huggingface/transformers';", resolveDir: here },
    conditions: ['onnxruntime-web-use-extern-wasm'],
  });

/** @param {{model: string, dist: string, onnx?: string}} options `onnx`: the folder that bench/onnx made of the model */
export async function startSite({ model, dist, onnx }) {
  const address = `/models/${basename(model)}`;
  const server = await startServer({
    dist,
    files: {
      ...(await below(join(installed, '@wllama/wllama/esm'), '/peers/wllama/', /\.(js|wasm)$/)),
      ...(await below(join(installed, '@wllama/wllama-compat/wasm'), '/peers/wllama/compat/', /./)),
      ...(await below(join(installed, 'onnxruntime-web/dist'), '/peers/ort/', /threaded.*\.(mjs|wasm)$/)),
      ...(onnx ? await below(onnx, '/peers/onnx/model/', /\.(json|onnx)$/) : {}),
      [address]: model,
    },
  });
  server.pages.set('/bench/page.js', await bundle({ entryPoints: [join(here, 'page/page.js')] }));
  if (onnx) server.pages.set('/peers/transformers.js', await transformers());
  server.pages.set('/bench/watch.js', { type: JS, body: WATCH_MEMORY });
  const worker = "import './watch.js';\nimport '/worker/worker.js';\n";
  server.pages.set('/bench/loquat-worker.js', { type: JS, body: worker });
  const html = '<!doctype html><link rel="icon" href="data:,"><script type="module" src="page.js"></script>';
  server.pages.set('/bench/', { type: 'text/html', body: html });
  server.faults.set('/bench/', { headers: { 'Content-Security-Policy': POLICY } });
  return { page: `${server.origin}/bench/`, model: address, stop: () => server.stop() };
}

/** @typedef {Awaited<ReturnType<typeof startSite>>} Site */
