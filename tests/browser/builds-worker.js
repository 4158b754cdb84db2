// A worker of builds.test.js: one build on so many threads, over tiny models, by the wasm API itself.

/** @typedef {{name: string, file: string, ids: number[], vocab: number, count: number}} Case */

/** @param {string} file */
const bytes = async (file) => new Uint8Array(await (await fetch(file)).arrayBuffer());

/** @param {any} engine @param {object} request */
async function answer(engine, request) {
  engine.begin(request);
  const tokens = [];
  for (;;) {
    const event = await engine.step();
    if (event.type === 'token') tokens.push(event);
    if (event.type === 'done') return tokens;
  }
}

/** @param {{glue: string, wasm: string, threads: number, cases: Case[]}} task */
async function run({ glue, wasm, threads, cases }) {
  const module = await import(glue);
  if (threads > 0) {
    const address = '/threads.js'; // as the test serves it
    const { startThreads } = await import(address);
    const start = () => new Worker('/thread.js', { type: 'module' });
    const { notes } = await startThreads(module, { glue, wasm }, threads, start);
    if (notes.length > 0) throw new Error(notes.join('; '));
  } else {
    await module.default({ module_or_path: wasm });
  }
  const results = [];
  for (const { name, file, ids, vocab, count } of cases) {
    const data = await bytes(file);
    const options = { backend: 'cpu', threads: threads || 1, fixed_threads: true, context_length: 64 };
    const loader = new module.Loader(options);
    loader.header(data);
    await loader.open();
    for (const { index, offset, size } of loader.tensors()) {
      loader.tensor(index, data.subarray(offset, offset + size));
    }
    const engine = await loader.finish();
    const info = engine.info();
    const plain = { ids, temperature: 0, ignore_eos: true };
    const [first] = await answer(engine, { ...plain, max_tokens: 1, logprobs: vocab });
    const greedy = await answer(engine, { ...plain, max_tokens: count });
    engine.free();
    const top = first.top.map((/** @type {{id: number, logprob: number}} */ { id, logprob }) => [
      id,
      logprob,
    ]);
    results.push({ name, threads: info.threads, top, ids: greedy.map(({ id }) => id) });
  }
  return results;
}

self.onmessage = async ({ data }) => {
  try {
    self.postMessage({ value: await run(data) });
  } catch (error) {
    self.postMessage({ error: String(/** @type {Error} */ (error).stack ?? error) });
  }
};
