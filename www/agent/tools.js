// Tools that a model may call while it answers: what each is, and how it is run. One line registers one.

/**
 * @typedef {import('../protocol/openai-types.js').Tool} Tool
 *
 * @typedef {object} RunnableTool
 * @property {string} name
 * @property {string} description for the model
 * @property {Record<string, unknown>} parameters a JSON Schema
 * @property {(given: any, context: {signal?: AbortSignal | undefined}) => unknown} run gives text or JSON; what it throws is told to the model
 */

/** @type {Map<string, RunnableTool>} */
const TOOLS = new Map();

/** @param {RunnableTool} tool */
export function registerTool(tool) {
  TOOLS.set(tool.name, tool);
}

/** @returns {RunnableTool[]} */
export const allTools = () => [...TOOLS.values()];

/** As chat templates and the OpenAI API have it. @param {RunnableTool} tool @returns {Tool} */
export const toolDefinition = ({ name, description, parameters }) => ({
  type: 'function',
  function: { name, description, parameters },
});

/**
 * Runs a call. A tool that fails, or that there is none of, is a result too: the model can make up for it.
 * @param {readonly RunnableTool[]} tools @param {{name: string, arguments: string}} call @param {AbortSignal} [signal]
 * @returns {Promise<{content: unknown, error?: true}>}
 */
export async function runTool(tools, call, signal) {
  const tool = tools.find(({ name }) => name === call.name);
  if (!tool) return { content: `There is no tool ${call.name}.`, error: true };
  let given;
  try {
    given = JSON.parse(call.arguments || '{}');
  } catch {
    return { content: 'The arguments are not JSON.', error: true };
  }
  try {
    return { content: (await tool.run(given, { signal })) ?? '' };
  } catch (error) {
    signal?.throwIfAborted();
    return { content: error instanceof Error ? error.message : String(error), error: true };
  }
}
