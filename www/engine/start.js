// Starts the engine's worker and says where its files are. The one place that knows the layout of the served tree.
import { EngineClient } from './client.js';

/** The folder of wasm builds, beside main.js. */
export const PKG = new URL('../pkg/', import.meta.url).href;

export function startEngine() {
  const worker = new Worker(new URL('./worker.js', import.meta.url), {
    type: 'module',
    name: 'loquat-engine',
  });
  return new EngineClient(worker);
}
