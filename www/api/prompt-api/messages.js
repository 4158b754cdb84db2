// The Prompt API's messages, tools and constraints to OpenAI's, and back. Asks no engine.
// Source: https://webmachinelearning.github.io/prompt-api/

/**
 * @typedef {{type: 'text', value: string} | {type: 'tool-call', value: LanguageModelToolCall} | {type: 'tool-response', value: LanguageModelToolSuccess | LanguageModelToolError}} PromptContent
 * @typedef {{role: 'system' | 'user' | 'assistant', content: string | Array<PromptContent | {type: string, value: any}>, prefix?: boolean}} PromptMessage
 * @typedef {string | PromptMessage[]} PromptInput
 * @typedef {{name: string, description?: string, inputSchema: object, execute?: (input: any) => Promise<unknown>}} PromptTool with `execute` it is called for the page, without it the page is told
 * @typedef {import('../../protocol/openai-types.js').Message} Message
 * @typedef {import('../../protocol/openai-types.js').ToolCall} ToolCall
 */

/** What a model wants done. */
export class LanguageModelToolCall {
  /** @param {{callId: string, name: string, arguments: Record<string, unknown>}} call */
  constructor({ callId, name, arguments: given }) {
    this.callId = callId;
    this.name = name;
    this.arguments = given;
  }
}

/** What came of it. */
export class LanguageModelToolSuccess {
  /** @param {{callId: string, name: string, result: Array<{type: string, value: unknown}>}} response */
  constructor({ callId, name, result }) {
    this.callId = callId;
    this.name = name;
    this.result = result;
  }
}

/** That nothing came of it. */
export class LanguageModelToolError {
  /** @param {{callId: string, name: string, errorMessage: string}} response */
  constructor({ callId, name, errorMessage }) {
    this.callId = callId;
    this.name = name;
    this.errorMessage = errorMessage;
  }
}

const TYPES = new Set(['text', 'tool-call', 'tool-response']);

/** Whether all that is expected is text or about tools. @param {{expectedInputs?: Array<{type: string}>, expectedOutputs?: Array<{type: string}>}} [expected] */
export function isSupported({ expectedInputs = [], expectedOutputs = [] } = {}) {
  return [...expectedInputs, ...expectedOutputs].every(({ type }) => TYPES.has(type));
}

/** @param {string} type */
export const notSupported = (type) =>
  new DOMException(`Content of type "${type}" is not supported.`, 'NotSupportedError');

/** @param {LanguageModelToolSuccess | LanguageModelToolError} response @returns {Message} */
function responseOf(response) {
  if ('errorMessage' in response) {
    return { role: 'tool', tool_call_id: response.callId, content: `Error: ${response.errorMessage}` };
  }
  const content = response.result
    .map(({ type, value }) => {
      if (type === 'text' || type === 'object')
        return typeof value === 'string' ? value : JSON.stringify(value);
      throw notSupported(type);
    })
    .join('\n');
  return { role: 'tool', tool_call_id: response.callId, content };
}

/** @param {PromptMessage} message @returns {Message[]} */
function messageOf({ role, content }) {
  if (typeof content === 'string') return [{ role, content }];
  /** @type {Message[]} */
  const responses = [];
  /** @type {ToolCall[]} */
  const calls = [];
  let text = '';
  for (const { type, value } of content) {
    if (type === 'text') {
      if (typeof value !== 'string') throw new TypeError('Content of type "text" must be a string.');
      text += value;
    } else if (type === 'tool-response' && role === 'user') responses.push(responseOf(value));
    else if (type === 'tool-call' && role === 'assistant') {
      const called = { name: value.name, arguments: JSON.stringify(value.arguments) };
      calls.push({ id: value.callId, type: 'function', function: called });
    } else throw notSupported(type);
  }
  if (responses.length > 0 && !text) return responses;
  return [...responses, { role, content: text, ...(calls.length > 0 ? { tool_calls: calls } : {}) }];
}

/**
 * @param {PromptInput} input
 * @param {boolean} first nothing was said before: a system prompt may come
 * @returns {Message[]}
 */
export function messagesOf(input, first) {
  if (typeof input === 'string') return [{ role: 'user', content: input }];
  if (!Array.isArray(input)) throw new TypeError('A prompt is a text or a list of messages.');
  for (const [i, { role, prefix }] of input.entries()) {
    if (role === 'system' && (i > 0 || !first)) throw new TypeError('A system prompt must come first.');
    if (prefix && (role !== 'assistant' || i < input.length - 1)) {
      throw new DOMException('Only the last, the assistant’s, message can be a prefix.', 'SyntaxError');
    }
  }
  return input.flatMap(messageOf);
}

/** @param {PromptTool[]} tools @returns {import('../../protocol/openai-types.js').Tool[]} */
export function toolsOf(tools) {
  return tools.map(({ name, description, inputSchema }) => ({
    type: /** @type {const} */ ('function'),
    function: {
      name,
      ...(description ? { description } : {}),
      parameters: /** @type {Record<string, unknown>} */ (inputSchema),
    },
  }));
}

/** @param {ToolCall[]} calls @returns {PromptContent[]} */
export function callsOf(calls) {
  return calls.map(({ id, function: { name, arguments: given } }) => ({
    type: /** @type {const} */ ('tool-call'),
    value: new LanguageModelToolCall({ callId: id, name, arguments: JSON.parse(given) }),
  }));
}

/** Runs the page's own functions, side by side; one that fails is told to the model. @param {PromptTool[]} tools @param {ToolCall[]} calls @returns {Promise<Message[]>} */
export function runTools(tools, calls) {
  return Promise.all(
    calls.map(async ({ id, function: { name, arguments: given } }) => {
      const tool = tools.find((each) => each.name === name);
      const result = await Promise.resolve()
        .then(() => tool?.execute?.(JSON.parse(given)))
        .catch((error) => `Error: ${error?.message ?? error}`);
      const content = typeof result === 'string' ? result : JSON.stringify(result ?? null);
      return { role: /** @type {const} */ ('tool'), tool_call_id: id, content };
    }),
  );
}

/** @param {unknown} constraint @param {boolean} [omit] @returns {{response_format?: import('../../protocol/openai-types.js').ResponseFormat}} */
export function formatOf(constraint, omit = false) {
  if (constraint === undefined || constraint === null) {
    if (omit) throw new TypeError('omitResponseConstraintInput needs a responseConstraint.');
    return {};
  }
  if (constraint instanceof RegExp) {
    const { source: regex, flags } = constraint;
    return { response_format: { type: 'regex', regex, flags } };
  }
  if (typeof constraint !== 'object' && constraint !== true) {
    throw new TypeError('A responseConstraint is a JSON schema or a RegExp.');
  }
  const schema = /** @type {Record<string, unknown>} */ (constraint === true ? {} : constraint);
  return { response_format: { type: 'json_schema', json_schema: { schema } } };
}
