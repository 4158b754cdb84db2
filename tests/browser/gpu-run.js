// Runs a task of gpu-worker.js, for the GPU tests. Judges nothing.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { setup } from './harness.js';

export const here = fileURLToPath(new URL('.', import.meta.url));
export const arch = join(here, '../fixtures/arch');
export const TINY = { '/models/tiny.gguf': join(arch, 'llama-q4_1/model.gguf') };
const BLANK = { type: 'text/html', body: '<!doctype html><link rel="icon" href="data:,">' };

/**
 * Runs a task of gpu-worker.js in a fresh browser.
 * @param {import('node:test').TestContext} t
 * @param {{model: string, backend: string, request: object, then?: object, context?: number, memory?: number, times?: number, remember?: boolean, subgroups?: boolean, shape?: object, flaw?: string, cancelAfter?: number, files?: Record<string, string>, gpu?: boolean}} task
 * @returns {Promise<any>} what the worker posts: a value or an error
 */
export async function run(t, { files, gpu = true, ...task }) {
  const { server, open } = await setup(t, { gpu, files });
  server.pages.set('/blank', BLANK);
  for (const name of ['gpu-worker.js', 'gpu-watch.js']) {
    const body = await readFile(join(here, name), 'utf8');
    server.pages.set(`/${name}`, { type: 'text/javascript', body });
  }
  const { page } = await open('/blank');
  return page.evaluate(async (task) => {
    const { variants } = await (await fetch('/pkg/variants.json')).json();
    const simd = variants.find((/** @type {{name: string}} */ v) => v.name === 'simd');
    const worker = new Worker('/gpu-worker.js', { type: 'module' });
    const answer = new Promise((resolve, reject) => {
      worker.onmessage = ({ data }) => resolve(data);
      worker.onerror = (event) => reject(new Error(event.message));
    });
    worker.postMessage({ ...task, glue: `/pkg/${simd.glue}`, wasm: `/pkg/${simd.wasm}` });
    const data = await answer;
    worker.terminate();
    return data;
  }, task);
}
