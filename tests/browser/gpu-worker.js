// A worker of the GPU tests: loads a model straight into a wasm Loader, as www/worker/load.js does, and answers.
import { calls, countCalls, ends, refuseCaches, shaders, watchDevices, watchShaders } from './gpu-watch.js';

/**
 * @typedef {object} Task
 * @property {string} glue path of the wasm build's glue
 * @property {string} wasm
 * @property {string} model path of the model file
 * @property {string} backend
 * @property {object} request
 * @property {object} [then] a second request to the same engine
 * @property {number} [context]
 * @property {number} [memory] a cache of more bytes is refused, as by a GPU whose memory is short
 * @property {boolean} [remember] what a load learned about the GPU is given to the next
 * @property {boolean} [subgroups] devices come with subgroups
 * @property {object} [shape] of the mat-vec's workgroups, from the second load on
 * @property {string} [flaw] of the driver, by its name in gpu-watch.js
 * @property {number} [cancelAfter] cancels after so many chunks of the prompt
 * @property {number} [times] loads, answers and unloads so often; the last answer counts
 */

/** @type {{backend(): string | undefined} | undefined} */
let latest;

/** @param {any} module @param {() => number} heap @param {Uint8Array} file @param {Task} task @param {string} [known] */
async function once(module, heap, file, task, known) {
  const { backend, request, context = 256, subgroups = false, cancelAfter } = task;
  const loader = new module.Loader({
    backend,
    context_length: context,
    gpu_known: known,
    gpu_subgroups: subgroups,
  });
  latest = loader;
  const heaps = [heap()];
  const wanted = loader.header(file.subarray(0, Math.min(file.length, 4 << 20)));
  heaps.push(heap());
  if (wanted !== 0) throw new Error(`${wanted} bytes of header wanted`);
  calls.submits = 0;
  await loader.open();
  const tested = calls.submits;
  const learned = loader.learned();
  heaps.push(heap());
  let largest = 0;
  for (const { index, offset, size } of loader.tensors()) {
    loader.tensor(index, file.subarray(offset, offset + size));
    largest = Math.max(largest, size);
  }
  const engine = await loader.finish();
  loader.free();
  latest = undefined;
  heaps.push(heap());
  const { info, ...answered } = await answer(engine, request, cancelAfter);
  const then = task.then && (await answer(engine, task.then)).text;
  engine.free();
  return { ...answered, info, then, heaps, largest, tested, learned };
}

/** @param {any} engine @param {object} request @param {number} [cancelAfter] */
async function answer(engine, request, cancelAfter) {
  engine.begin(request);
  const ids = [];
  const made = []; // on the device, before each token
  const chunks = []; // of the prompt, as they were told
  let text = '';
  for (;;) {
    const event = await engine.step();
    if (event.type === 'prefill') chunks.push(event.done);
    if (cancelAfter && chunks.length === cancelAfter) engine.cancel();
    if (event.type === 'token') {
      ids.push(event.id);
      made.push({ ...calls.made });
      text += event.text;
    }
    if (event.type === 'done') {
      const { reason, timings } = event;
      return { ids, text: text + event.text, reason, timings, info: engine.info(), made, chunks };
    }
  }
}

/** @param {Task} task */
async function run(task) {
  watchDevices(task.subgroups ?? false);
  countCalls();
  watchShaders(task.flaw);
  if (task.memory) refuseCaches(task.memory);
  const module = await import(task.glue);
  const wasm = await module.default({ module_or_path: new URL(task.wasm, self.location.href) });
  const heap = () => wasm.memory.buffer.byteLength; // it never shrinks, so this is its peak so far
  const file = new Uint8Array(await (await fetch(task.model)).arrayBuffer());
  const peaks = [];
  const tested = [];
  /** @type {string | undefined} */
  let known;
  for (let i = 1; ; i++) {
    const value = await once(module, heap, file, task, task.remember ? known : undefined);
    known = value.learned ?? known;
    if (known && task.shape) {
      const verdicts = JSON.parse(known);
      for (const verdict of Object.values(verdicts)) verdict.tuned = [task.shape, 1];
      known = JSON.stringify(verdicts);
    }
    peaks.push(heap());
    tested.push(value.tested);
    if (i >= (task.times ?? 1)) {
      await new Promise((resolve) => setTimeout(resolve, 100)); // the ends of devices are told later
      return { ...value, peaks, ends, tested, shaders: task.subgroups ? shaders : [] };
    }
  }
}

self.onmessage = async ({ data }) => {
  try {
    self.postMessage({ value: await run(data) });
  } catch (error) {
    const { message, code } = /** @type {Error & {code?: string}} */ (error);
    self.postMessage({ error: { message, code, backend: latest?.backend() } });
  }
};
