// A worker for one Python program: loads the interpreter, then closes itself to all but the page, says that the program begins,
// and passes on what it writes as it comes.
import { watchNetwork } from '../../worker/network.js';
import { toWireError } from '../../protocol/messages.js';
import { closeCode, closeScope, loadPython } from './python.js';

/**
 * @typedef {{source: string, files: string}} Job `files`: address of the interpreter's folder
 * @typedef {import('./run-worker.js').Report} Report
 */

// The policy below makes `fetch` one that can't be taken away: this one can be shut.
const ask = self.fetch.bind(self);
let isOpen = true;
self.fetch = (...what) =>
  isOpen ? ask(...what) : Promise.reject(new TypeError('A program has no network.'));
const network = watchNetwork(globalThis);
const post = self.postMessage.bind(self);
/** @param {Report} report */
const tell = (report) => post(report);

self.onmessage = async (/** @type {MessageEvent} */ { data }) => {
  if (data.type === 'hold') return network.hold(data.sources);
  const { source, files } = /** @type {Job} */ (data);
  try {
    const loader = await import(/* webpackIgnore: true */ `${files}pyodide.mjs`);
    const run = await loadPython(loader, files);
    isOpen = false;
    closeScope(globalThis);
    closeCode(globalThis);
    tell({ begins: true });
    tell({ ending: run(source, (output) => tell({ outputs: [output] })) });
  } catch (error) {
    tell({ error: toWireError(error) });
  }
};
