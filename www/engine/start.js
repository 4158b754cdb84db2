// Starts the engine's worker, one for all tabs, and says where its files are.
import { SharedEnginePort } from '../cache/tab-port.js';
import { EngineClient } from './client.js';

/** The folder of wasm builds, beside main.js. */
export const PKG = new URL('../pkg/', import.meta.url).href;

export function startEngine() {
  const start = () =>
    new Worker(new URL('./worker.js', import.meta.url), { type: 'module', name: 'loquat-engine' });
  return new EngineClient(new SharedEnginePort({ start }));
}
