// A worker of gpu.test.js: loads a model straight into a wasm Loader, as www/engine/load.js does, and answers.

/**
 * @typedef {object} Task
 * @property {string} glue path of the wasm build's glue
 * @property {string} wasm
 * @property {string} model path of the model file
 * @property {string} backend
 * @property {object} request
 * @property {number} [context]
 * @property {number} [memory] a cache of more bytes is refused, as by a GPU whose memory is short
 * @property {boolean} [remember] what a load learned about the GPU is given to the next
 * @property {boolean} [subgroups] devices come with subgroups
 * @property {object} [shape] of the mat-vec's workgroups, from the second load on
 * @property {number} [times] loads, answers and unloads so often; the last answer counts
 */

/** @type {string[]} what was compiled */
const shaders = [];

function watchShaders() {
  if (!globalThis.GPUDevice) return;
  const { createShaderModule } = GPUDevice.prototype;
  GPUDevice.prototype.createShaderModule = function (wanted) {
    shaders.push(wanted.code);
    return createShaderModule.call(this, wanted);
  };
}

let submits = 0;

function countSubmits() {
  if (!globalThis.GPUQueue) return;
  const { submit } = GPUQueue.prototype;
  GPUQueue.prototype.submit = function (buffers) {
    submits += [...buffers].length;
    return submit.call(this, buffers);
  };
}

/** @type {Array<string | undefined>} how each device ended, in the order they were opened */
const ends = [];

/** @param {boolean} subgroups */
function watchDevices(subgroups) {
  if (!globalThis.GPUAdapter) return;
  const { requestDevice } = GPUAdapter.prototype;
  GPUAdapter.prototype.requestDevice = async function (wanted) {
    const requiredFeatures = /** @type {GPUFeatureName[]} */ ([
      ...(wanted?.requiredFeatures ?? []),
      ...(subgroups ? ['subgroups'] : []),
    ]);
    const device = await requestDevice.call(this, { ...wanted, requiredFeatures });
    const at = ends.push(undefined) - 1;
    device.lost.then(({ reason }) => (ends[at] = reason));
    return device;
  };
}

/** @param {number} limit bytes */
function refuseCaches(limit) {
  const { createBuffer, pushErrorScope, popErrorScope } = GPUDevice.prototype;
  let refused = false;
  GPUDevice.prototype.createBuffer = function (wanted) {
    refused = wanted.label === 'keys and values' && wanted.size > limit;
    if (!refused) return createBuffer.call(this, wanted);
    // Without a usage it is as invalid as one that found no memory.
    pushErrorScope.call(this, 'validation');
    const buffer = createBuffer.call(this, { ...wanted, usage: 0 });
    void popErrorScope.call(this);
    return buffer;
  };
  GPUDevice.prototype.popErrorScope = async function () {
    const short = refused;
    refused = false;
    const error = await popErrorScope.call(this);
    return short ? new GPUOutOfMemoryError('no room') : error;
  };
}

/** @type {{backend(): string | undefined} | undefined} */
let latest;

/** @param {any} module @param {() => number} heap @param {Uint8Array} file @param {Task} task @param {string} [known] */
async function once(module, heap, file, { backend, request, context = 256, subgroups = false }, known) {
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
  submits = 0;
  await loader.open();
  const tested = submits;
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
  engine.begin(request);
  const ids = [];
  let text = '';
  for (;;) {
    const event = await engine.step();
    if (event.type === 'token') {
      ids.push(event.id);
      text += event.text;
    }
    if (event.type === 'done') {
      const { reason, timings } = event;
      const info = engine.info();
      engine.free();
      return { ids, text: text + event.text, reason, timings, info, heaps, largest, tested, learned };
    }
  }
}

/** @param {Task} task */
async function run(task) {
  watchDevices(task.subgroups ?? false);
  countSubmits();
  watchShaders();
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
      return { ...value, peaks, ends, tested, shaders: task.shape ? shaders : [] };
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
