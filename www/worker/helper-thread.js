// One more thread of the engine: instantiates the same wasm over the same memory, then serves it until terminated.

const scope = /** @type {DedicatedWorkerGlobalScope} */ (/** @type {unknown} */ (globalThis));

scope.onmessage = async ({ data }) => {
  let glue;
  try {
    glue = await import(/* webpackIgnore: true */ data.glue);
    glue.initSync({ module: data.module, memory: data.memory });
    scope.postMessage({ ready: true });
    glue.work(); // returns never: this thread hears no messages from now on
  } catch (error) {
    glue?.abandon_work?.(); // else an answer would wait for this thread for ever
    scope.postMessage({ ready: false, problem: String(error) });
  }
};
