// Tool calls in the models' own formats: which one a template uses, how to force it, and how to read it back.
import { DATA_RULE, neutralize } from './data-marks.js';
import { answerBegins } from './thoughts.js';
import { readCalls } from './tool-formats.js';

/**
 * @typedef {import('../protocol/openai-types.js').Tool} Tool
 * @typedef {import('../protocol/openai-types.js').ToolCall} ToolCall
 * @typedef {import('../protocol/openai-types.js').ToolChoice} ToolChoice
 * @typedef {import('../protocol/messages.js').ChatMessage} ChatMessage
 * @typedef {'hermes' | 'hermes-list' | 'llama' | 'mistral' | 'prompt'} ToolFormat `prompt`: the template knows no tools, so the system prompt explains them in Hermes' words
 * @typedef {{template: (messages: ChatMessage[], options: {tools?: unknown[], add_generation_prompt?: boolean}) => Promise<string>}} Templates
 */

const PROBE = 'loquat_probe';
/** @type {Tool} */
const PROBE_TOOL = {
  type: 'function',
  function: { name: PROBE, description: 'x', parameters: { type: 'object', properties: {} } },
};

/**
 * How the model's template writes tools, found by rendering a conversation that has one.
 * @param {Templates} engine
 * @returns {Promise<ToolFormat>}
 */
export async function toolFormat(engine) {
  const user = { role: /** @type {const} */ ('user'), content: 'x' };
  const call = { id: 'call00000', type: 'function', function: { name: PROBE, arguments: {} } };
  const asked = { role: /** @type {const} */ ('assistant'), content: '', tool_calls: [call] };
  const render = (/** @type {ChatMessage[]} */ messages) =>
    engine.template(messages, { tools: [PROBE_TOOL], add_generation_prompt: false }).catch(() => '');
  const listed = await render([user]);
  if (!listed.includes(PROBE)) return 'prompt';
  const text = (await render([user, asked])) || listed;
  if (/<tool_call>\s*\[/.test(text)) return 'hermes-list';
  if (text.includes('<tool_call>')) return 'hermes';
  if (text.includes('[TOOL_CALLS]')) return 'mistral';
  return 'llama';
}

/** For models whose template knows no tools. @param {Tool[]} tools */
function explain(tools) {
  const list = tools.map((tool) => JSON.stringify(tool)).join('\n');
  return (
    'You may call functions. The functions, in JSON:\n' +
    `<tools>\n${list}\n</tools>\n` +
    'To call one, answer with nothing but\n' +
    '<tool_call>\n{"name": "function name", "arguments": {}}\n</tool_call>\n' +
    DATA_RULE
  );
}

/**
 * Messages for a template that knows no tools: calls and results become text.
 * @param {ChatMessage[]} messages @param {Tool[]} tools @returns {ChatMessage[]}
 */
export function asPlainMessages(messages, tools) {
  const plain = messages.map(({ role, content, tool_calls }) => {
    if (role === 'tool') {
      return {
        role: /** @type {const} */ ('user'),
        content: `<tool_response>\n${neutralize(content ?? '')}\n</tool_response>`,
      };
    }
    const calls = (tool_calls ?? []).map(
      (call) => `<tool_call>\n${JSON.stringify(call.function)}\n</tool_call>`,
    );
    return { role, content: [content, ...calls].filter(Boolean).join('\n') };
  });
  const [first, ...rest] = plain;
  if (first?.role === 'system') {
    return [{ ...first, content: `${first.content}\n\n${explain(tools)}` }, ...rest];
  }
  return [{ role: 'system', content: explain(tools) }, ...plain];
}

/**
 * Schema references inside a tool's parameters count from its own root; in a larger schema they have to move along.
 * @param {unknown} schema @param {string} root JSON pointer of where it is put @returns {unknown}
 */
function moved(schema, root) {
  if (Array.isArray(schema)) return schema.map((each) => moved(each, root));
  if (typeof schema !== 'object' || schema === null) return schema;
  return Object.fromEntries(
    Object.entries(schema).map(([key, value]) =>
      key === '$ref' && typeof value === 'string' && value.startsWith('#')
        ? [key, root + value.slice(1)]
        : [key, moved(value, root)],
    ),
  );
}

/**
 * A constraint under which the answer is a call of one of these tools, and nothing else.
 * @param {Tool[]} tools @param {ToolFormat} format @param {boolean} parallel @returns {import('../protocol/messages.js').Constraint}
 */
export function callConstraint(tools, format, parallel) {
  const field = format === 'llama' ? 'parameters' : 'arguments';
  /** @param {Tool} tool @param {string} root */
  const schemaOf = ({ function: { name, parameters } }, root) => ({
    type: 'object',
    properties: {
      name: { const: name },
      [field]: moved(parameters ?? { type: 'object' }, `${root}/properties/${field}`),
    },
    required: ['name', field],
    additionalProperties: false,
  });
  /** @param {string} root @returns {Record<string, unknown>} */
  const one = (root) =>
    tools.length === 1
      ? schemaOf(tools[0], root)
      : { anyOf: tools.map((tool, i) => schemaOf(tool, `${root}/anyOf/${i}`)) };
  if (format === 'mistral' || format === 'hermes-list') {
    const items = one('#/items');
    const list = { type: 'array', items, minItems: 1, ...(parallel ? {} : { maxItems: 1 }) };
    if (format === 'mistral') return { type: 'json_schema', schema: list };
    return { type: 'lark', grammar: `start: "<tool_call>" %json ${JSON.stringify(list)} "</tool_call>"` };
  }
  const schema = JSON.stringify(one('#'));
  if (format === 'llama') return { type: 'json_schema', schema: one('#') };
  const more = parallel ? 'call ("\\n" call)*' : 'call';
  const grammar = `start: ${more}\ncall: "<tool_call>\\n" %json ${schema} "\\n</tool_call>"`;
  return { type: 'lark', grammar };
}

/** Which of the tools may, or must, be called. @param {Tool[]} tools @param {ToolChoice | null | undefined} asked */
export function chooseTools(tools, asked) {
  const choice = asked ?? 'auto';
  if (choice === 'none') return { tools: [], required: false };
  if (typeof choice !== 'object') return { tools, required: choice === 'required' };
  return { tools: tools.filter((tool) => tool.function.name === choice.function?.name), required: true };
}

/** Text at which a call may begin. `{` and `[` count only where the answer begins. */
const MARKS = ['<tool_call>', '[TOOL_CALLS]', '<|python_tag|>', '<|tool_call|>', '<function=', 'functools['];
const BARE = /^\s*([{[]|```json)/;

/**
 * Splits a stream into what is said and what is called. Text that may be a call is held back until it is decided; what is
 * thought passes.
 */
export class ToolReader {
  #text = '';
  #said = 0; // length of #text that was given out
  #held = false;
  #answered = false; // something of the answer was given out
  #tools;

  /** @param {readonly Tool[]} tools */
  constructor(tools) {
    this.#tools = tools;
  }

  /** @param {string} text @returns {string} what can be shown now */
  push(text) {
    this.#text += text;
    if (this.#held) return '';
    const begin = answerBegins(this.#text);
    if (begin < 0) return this.#giveOut(this.#text.length);
    const answer = this.#answered ? '' : this.#text.slice(begin);
    if (!this.#answered) {
      this.#held = BARE.test(answer);
      const open = answer.trim();
      const undecided = open !== '' && ['```json', '<think>'].some((each) => each.startsWith(open));
      if (this.#held || undecided) return this.#giveOut(begin);
    }
    const from = Math.max(begin, this.#said);
    const marks = MARKS.map((mark) => this.#text.indexOf(mark, from)).filter((at) => at >= 0);
    let until = this.#text.length;
    if (marks.length > 0) {
      until = Math.min(...marks);
      this.#held = true;
    } else {
      for (const mark of MARKS) until = Math.min(until, this.#text.length - overlap(this.#text, mark));
    }
    this.#answered ||= answer.trim() !== '' && until > begin;
    return this.#giveOut(until);
  }

  /** @param {number} until */
  #giveOut(until) {
    const said = this.#text.slice(this.#said, until);
    this.#said = Math.max(this.#said, until);
    return said;
  }

  /**
   * The end: the rest of the text, and the calls. What names no tool of ours was no call.
   * @returns {{text: string, calls: Array<{name: string, arguments: string}>, cut: boolean}} `cut`: a call began and did not end
   */
  end() {
    const { pieces, cut } = readCalls(this.#text, this.#tools);
    const known = new Set(this.#tools.map((tool) => tool.function.name));
    const calls = pieces.flatMap(({ call }) => (call && known.has(call.name) ? [call] : []));
    const last = pieces[pieces.length - 1];
    let text = '';
    let at = 0;
    for (const piece of pieces) {
      const from = Math.max(0, this.#said - at);
      at += piece.text.length;
      const isCall = piece.call && known.has(piece.call.name);
      // The beginning of a call that the limit has cut is nothing to be read.
      const isRest =
        cut && piece === last && calls.length > 0 && MARKS.some((mark) => piece.text.includes(mark));
      if (!isCall && !isRest) text += piece.text.slice(from);
    }
    return { text: calls.length > 0 && text.trim() === '' ? '' : text, calls, cut };
  }
}

/** How much of `mark`'s beginning is `text`'s end. @param {string} text @param {string} mark */
function overlap(text, mark) {
  for (let n = Math.min(mark.length - 1, text.length); n > 0; n--) {
    if (text.endsWith(mark.slice(0, n))) return n;
  }
  return 0;
}

/** @returns {string} an id of the form that also Mistral's templates take: nine letters and digits */
export function callId() {
  const letters = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789';
  const random = crypto.getRandomValues(new Uint8Array(9));
  return Array.from(random, (byte) => letters[byte % letters.length]).join('');
}
