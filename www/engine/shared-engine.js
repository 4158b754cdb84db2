// The engine's worker, one for all tabs, and this tab's client of it.
import { SharedEnginePort } from './tab-port.js';
import { EngineClient } from './client.js';
import { heldToPage } from './hold-worker.js';

export function startEngine() {
  const start = () =>
    heldToPage(
      new Worker(new URL('../worker/worker.js', import.meta.url), { type: 'module', name: 'loquat-engine' }),
    );
  return new EngineClient(new SharedEnginePort({ start }));
}
