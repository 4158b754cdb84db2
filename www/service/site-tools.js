// The shop's own functions (stock, state of an order, cart), by the words that they are for. The visitor runs them; a function
// that needs nothing and changes nothing runs at once.
import { hasWord } from './topic.js';

/**
 * @typedef {object} SiteTool
 * @property {string} name
 * @property {string | Record<string, string>} label what the button says
 * @property {string[]} words questions with one of these are for it
 * @property {{properties?: Record<string, {title?: string, pattern?: string}>, required?: string[]}} [parameters] a JSON Schema of texts
 * @property {boolean} [changes] it changes something: the visitor confirms it
 * @property {(given: Record<string, string>) => unknown} run gives what is shown, as text
 */

/** Longer results are no answer in a chat. */
const LONGEST = 2000;

/** @param {unknown} tool @returns {tool is SiteTool} */
const isTool = (tool) => {
  const { name, words, run } = /** @type {Partial<SiteTool>} */ (tool ?? {});
  return typeof name === 'string' && Array.isArray(words) && typeof run === 'function';
};

/** What is wrong with a list of tools, for whoever wrote it. @param {unknown} tools @returns {string[]} */
export function toolProblems(tools) {
  if (!Array.isArray(tools)) return ['tools is no list'];
  return tools.flatMap((tool, i) =>
    isTool(tool) ? [] : [`tools[${i}] needs name, words (a list) and run (a function)`],
  );
}

/**
 * @param {readonly unknown[]} tools @param {string} question
 * @returns {SiteTool | undefined}
 */
export const toolFor = (tools, question) =>
  tools.filter(isTool).find(({ words }) => hasWord(question, words));

/** @param {SiteTool} tool @param {Record<string, string>} given @param {string} failed what is said then @returns {Promise<{text: string, done: boolean}>} */
export async function runSiteTool(tool, given, failed) {
  try {
    const result = await tool.run(given);
    const text = typeof result === 'string' ? result : JSON.stringify(result ?? '');
    return { text: text.slice(0, LONGEST), done: true };
  } catch (error) {
    console.warn(`<loquat-chat>: the tool ${tool.name} failed:`, error);
    return { text: failed, done: false };
  }
}

/** @param {SiteTool} tool @param {string} language @param {(key: string) => string} say @returns {import('../protocol/parts.js').ActionPart} */
export function actionPart({ name, label, parameters = {}, changes }, language, say) {
  const { properties = {}, required = Object.keys(properties) } = parameters;
  const words = typeof label === 'string' ? label : (label[language] ?? Object.values(label)[0]);
  return {
    type: 'action',
    name,
    label: words ?? name,
    fields: Object.entries(properties).map(([field, { title, pattern }]) => ({
      name: field,
      label: title ?? field,
      required: required.includes(field),
      ...(pattern ? { pattern } : {}),
    })),
    ...(changes ? { note: say('toolChanges') } : {}),
  };
}
