// How large the wasm memories of a worker have become. The watching part is text, because it is put in front of
// workers' code; wasm memory never shrinks, so the size at the end is the peak.

/** To be run before any wasm is. Answers on a channel, so that it meets no message of the engine's own. */
export const WATCH_MEMORY = `(() => {
  const memories = new Set();
  const note = (value) => { if (value instanceof WebAssembly.Memory) memories.add(value); };
  const { instantiate, instantiateStreaming } = WebAssembly;
  const noted = (result, imports) => {
    for (const part of Object.values(imports ?? {})) Object.values(part).forEach(note);
    Object.values((result.instance ?? result).exports).forEach(note);
    return result;
  };
  WebAssembly.instantiate = async (module, imports) => noted(await instantiate(module, imports), imports);
  WebAssembly.instantiateStreaming = async (source, imports) =>
    noted(await instantiateStreaming(source, imports), imports);
  const channel = new BroadcastChannel('bench-memory');
  channel.onmessage = ({ data }) => {
    if (data !== 'ask') return;
    channel.postMessage([...memories].reduce((sum, { buffer }) => sum + buffer.byteLength, 0));
  };
})();
`;

/** Bytes of the engine's wasm memory: threads share it, so the largest answer counts. @returns {Promise<number>} */
export async function askMemory() {
  const channel = new BroadcastChannel('bench-memory');
  let most = 0;
  channel.onmessage = ({ data }) => {
    if (typeof data === 'number') most = Math.max(most, data);
  };
  channel.postMessage('ask');
  for (let waited = 0; waited < 5000 && most === 0; waited += 100) {
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  channel.close();
  if (most === 0) throw new Error('no worker told its memory within 5 s');
  return most;
}

/** Puts WATCH_MEMORY in front of scripts that this page makes of blobs from now on. */
export function watchBlobScripts() {
  const Plain = globalThis.Blob;
  globalThis.Blob = class extends Plain {
    /** @param {BlobPart[]} [parts] @param {BlobPropertyBag} [options] */
    constructor(parts = [], options = {}) {
      super(options.type === 'text/javascript' ? [WATCH_MEMORY, ...parts] : parts, options);
    }
  };
}
