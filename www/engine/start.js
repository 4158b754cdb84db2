// Starts the engine, one for all tabs, and says where its files are. Its code is loaded with the first model.
import { incomplete } from '../protocol/messages.js';

/** The folder of wasm builds, beside main.js. */
export const PKG = new URL('../pkg/', import.meta.url).href;

/** Ahead of time, where it is known that a model will be loaded. */
export const loadEngine = () => import('./shared-engine.js').catch(incomplete);

export const startEngine = async () => (await loadEngine()).startEngine();
