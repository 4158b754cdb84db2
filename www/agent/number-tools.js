// The exact tools of the module `numbers`: arithmetic, percentages, units, dates, equations, letters. For a model that calls
// tools, and for what the page works out again.
import { openModule } from './modules.js';

/** @typedef {import('./tools.js').RunnableTool} RunnableTool */

/**
 * Runs one tool. Throws what it finds wrong, with the tool's code for it.
 * @param {string} pkg address of the wasm builds @param {string} tool @param {Record<string, unknown>} given
 */
export async function runNumberTool(pkg, tool, given) {
  const module = await openModule('numbers', pkg);
  return JSON.parse(await module.call('call', tool, JSON.stringify(given)));
}

/** All of them, as models are told of them. @param {string} pkg @returns {Promise<RunnableTool[]>} */
export async function numberTools(pkg) {
  const module = await openModule('numbers', pkg);
  /** @type {Omit<RunnableTool, 'run'>[]} */
  const listed = JSON.parse(await module.call('all_tools'));
  return listed.map(({ name, description, parameters }) => ({
    name,
    description,
    parameters,
    run: (/** @type {Record<string, unknown>} */ given) => runNumberTool(pkg, name, given),
  }));
}
