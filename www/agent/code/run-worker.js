// A worker for one program: loads the interpreter, says that it begins, and passes on what the program writes as it comes.
import { watchNetwork } from '../../worker/network.js';
import { toWireError } from '../../protocol/messages.js';
import { LIMITS, loadInterpreter, runProgram } from './sandbox.js';

/**
 * @typedef {{source: string, files: string, limits?: import('./sandbox.js').Limits}} Job `files`: address of the interpreter's folder
 * @typedef {{begins: true} | {outputs: import('./sandbox.js').Output[]} | {ending: import('./sandbox.js').Ending} | {error: import('../../protocol/messages.js').WireError}} Report
 */

const OFTEN = 100; // ms between two reports of what was written

const network = watchNetwork(globalThis);
/** @param {Report} report */
const tell = (report) => self.postMessage(report);

self.onmessage = async (/** @type {MessageEvent} */ { data }) => {
  if (data.type === 'hold') return network.hold(data.sources);
  const { source, files, limits = LIMITS } = /** @type {Job} */ (data);
  try {
    const glue = await import(/* webpackIgnore: true */ `${files}emscripten-module.browser.mjs`);
    const interpreter = await loadInterpreter(glue.default);
    tell({ begins: true });
    /** @type {import('./sandbox.js').Output[]} */
    let outputs = [];
    let told = 0;
    const flush = () => {
      if (outputs.length > 0) tell({ outputs });
      outputs = [];
      told = Date.now();
    };
    const ending = runProgram(
      interpreter,
      source,
      (output) => {
        outputs.push(output);
        if (Date.now() - told > OFTEN) flush();
      },
      limits,
    );
    flush();
    tell({ ending });
  } catch (error) {
    tell({ error: toWireError(error) });
  }
};
