// Tells a new engine worker where its page may connect to, before anything else is asked of it.
import { sourcesOfPage } from '../protocol/connect-list.js';

/** @template {{postMessage: (message: unknown) => void}} W @param {W} worker just made @returns {W} the same */
export function heldToPage(worker) {
  const sources = sourcesOfPage();
  if (sources) worker.postMessage({ type: 'hold', sources });
  return worker;
}
