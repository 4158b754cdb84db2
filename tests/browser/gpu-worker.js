// A worker of gpu.test.js: loads a model straight into a wasm Loader, as www/engine/load.js does, and answers.

/**
 * @typedef {object} Task
 * @property {string} glue path of the wasm build's glue
 * @property {string} wasm
 * @property {string} model path of the model file
 * @property {string} backend
 * @property {object} request
 */

/** @param {Task} task */
async function run(task) {
  const module = await import(task.glue);
  const wasm = await module.default({ module_or_path: new URL(task.wasm, self.location.href) });
  const loader = new module.Loader({ backend: task.backend, context_length: 256 });
  const file = new Uint8Array(await (await fetch(task.model)).arrayBuffer());
  const heap = () => wasm.memory.buffer.byteLength; // it never shrinks, so this is its peak so far
  const heaps = [heap()];
  const wanted = loader.header(file.subarray(0, Math.min(file.length, 4 << 20)));
  heaps.push(heap());
  if (wanted !== 0) throw new Error(`${wanted} bytes of header wanted`);
  await loader.open();
  heaps.push(heap());
  let largest = 0;
  for (const { index, offset, size } of loader.tensors()) {
    loader.tensor(index, file.subarray(offset, offset + size));
    largest = Math.max(largest, size);
  }
  const engine = await loader.finish();
  heaps.push(heap());
  engine.begin(task.request);
  const ids = [];
  const times = [];
  let text = '';
  for (;;) {
    const since = performance.now();
    const event = await engine.step();
    if (event.type === 'token') {
      ids.push(event.id);
      times.push(performance.now() - since);
      text += event.text;
    }
    if (event.type === 'done') {
      const { reason, timings } = event;
      const info = engine.info();
      engine.free();
      return { ids, text: text + event.text, reason, timings, times, info, heaps, largest };
    }
  }
}

self.onmessage = async ({ data }) => {
  try {
    self.postMessage({ value: await run(data) });
  } catch (error) {
    const { message, code } = /** @type {Error & {code?: string}} */ (error);
    self.postMessage({ error: { message, code } });
  }
};
