// Requests of OpenAI's shape to the engine's. Refuses what the engine can't do instead of ignoring it.
import { invalidRequest } from './openai-errors.js';

/**
 * @typedef {import('./openai-types.js').Common} Common
 * @typedef {import('./openai-types.js').Message} Message
 * @typedef {import('./protocol.js').GenerateRequest} GenerateRequest
 * @typedef {import('./protocol.js').Constraint} Constraint
 */

const TOP_LOGPROBS = 20;

/** @param {Record<string, unknown>} from @returns {Record<string, unknown>} what is neither null nor undefined */
function given(from) {
  return Object.fromEntries(
    Object.entries(from).filter(([, value]) => value !== null && value !== undefined),
  );
}

/** @param {string} name @param {unknown} value @param {number} low @param {number} high */
function inRange(name, value, low, high) {
  if (value === undefined || value === null) return;
  if (typeof value === 'number' && value >= low && value <= high) return;
  throw invalidRequest(
    name,
    `${name} is ${JSON.stringify(value)}; it must be a number from ${low} to ${high}.`,
    `Give ${name} within its range, or leave it out.`,
  );
}

/** @param {import('./openai-types.js').ResponseFormat | undefined} format @returns {Constraint | undefined} */
export function constraintOf(format) {
  if (!format || format.type === 'text') return undefined;
  if (format.type === 'json_object') return { type: 'json_object' };
  if (format.type === 'json_schema') {
    const schema = format.json_schema?.schema;
    if (typeof schema === 'object' && schema !== null) return { type: 'json_schema', schema };
  }
  if (format.type === 'regex' && typeof format.regex === 'string')
    return { type: 'regex', regex: format.regex };
  if (format.type === 'lark' && typeof format.grammar === 'string') {
    return { type: 'lark', grammar: format.grammar };
  }
  throw invalidRequest(
    'response_format',
    `response_format of type ${JSON.stringify(format.type)} is unknown or lacks its content.`,
    'Use text, json_object, json_schema (with json_schema.schema), regex (with regex) or lark (with grammar).',
  );
}

/** What both kinds of request share. @param {Common} request @returns {GenerateRequest} */
export function commonOf(request) {
  inRange('temperature', request.temperature, 0, 100);
  inRange('top_p', request.top_p, 0, 1);
  inRange('frequency_penalty', request.frequency_penalty, -2, 2);
  inRange('presence_penalty', request.presence_penalty, -2, 2);
  if ((request.n ?? 1) !== 1) {
    const message = `n is ${request.n}; this engine gives one choice.`;
    throw invalidRequest('n', message, 'Leave n out and ask several times.');
  }
  if (Object.keys(request.logit_bias ?? {}).length > 0) {
    const message = 'logit_bias is not supported.';
    throw invalidRequest('logit_bias', message, 'Leave it out; response_format can forbid text.');
  }
  const { max_tokens, temperature, top_p, top_k, min_p, seed, ignore_eos } = request;
  const { repetition_penalty, frequency_penalty, presence_penalty } = request;
  const stop = typeof request.stop === 'string' ? [request.stop] : request.stop;
  return given({
    max_tokens,
    temperature,
    top_p,
    top_k,
    min_p,
    seed,
    ignore_eos,
    repetition_penalty,
    frequency_penalty,
    presence_penalty,
    stop: stop?.length ? stop : undefined,
    constraint: constraintOf(request.response_format),
  });
}

/** @param {Message['content']} content @param {number} index @returns {string} */
function textOf(content, index) {
  if (content === null || content === undefined) return '';
  if (typeof content === 'string') return content;
  const other = content.find((part) => part?.type !== 'text');
  if (!other) return content.map(({ text }) => text).join('');
  const kind = JSON.stringify(/** @type {{type?: unknown}} */ (other ?? {}).type);
  throw invalidRequest(
    `messages[${index}].content`,
    `messages[${index}] has a part of type ${kind}; this engine reads text only.`,
    'Send text parts only.',
  );
}

/** @param {string} text @returns {unknown} templates want a call's arguments as an object */
function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** @param {Message[]} messages @returns {import('./protocol.js').ChatMessage[]} */
export function messagesOf(messages) {
  if (!Array.isArray(messages) || messages.length === 0) {
    const message = 'messages is empty; a chat needs at least one.';
    throw invalidRequest('messages', message, 'Send [{role: "user", content: "…"}].');
  }
  return messages.map(({ role, content, name, tool_calls, tool_call_id }, index) => {
    const known = role === 'developer' ? 'system' : role;
    if (!['system', 'user', 'assistant', 'tool'].includes(known)) {
      const message = `messages[${index}] has the role ${JSON.stringify(role)}.`;
      throw invalidRequest(`messages[${index}].role`, message, 'Use system, user, assistant or tool.');
    }
    return {
      role: known,
      content: textOf(content, index),
      ...(name ? { name } : {}),
      ...(tool_call_id ? { tool_call_id } : {}),
      ...(tool_calls?.length
        ? {
            tool_calls: tool_calls.map((call) => ({
              ...call,
              function: { name: call.function.name, arguments: parsed(call.function.arguments) },
            })),
          }
        : {}),
    };
  });
}

/** The chat's own fields, tools aside. @param {import('./openai-types.js').ChatRequest} request @returns {GenerateRequest} */
export function chatOf(request) {
  inRange('top_logprobs', request.top_logprobs, 0, TOP_LOGPROBS);
  const { logprobs, top_logprobs, max_completion_tokens, continue_final_message } = request;
  return {
    ...commonOf(request),
    messages: messagesOf(request.messages),
    ...(max_completion_tokens ? { max_tokens: max_completion_tokens } : {}),
    ...(logprobs ? { logprobs: Math.max(1, top_logprobs ?? 0) } : {}),
    ...(continue_final_message ? { continue_final: true, add_generation_prompt: false } : {}),
  };
}

/** @param {import('./openai-types.js').TextRequest} request @returns {GenerateRequest} */
export function textRequestOf(request) {
  inRange('logprobs', request.logprobs, 0, TOP_LOGPROBS);
  const { prompt, logprobs, max_tokens } = request;
  const base = { ...commonOf(request), max_tokens: max_tokens ?? 16, ...(logprobs ? { logprobs } : {}) };
  if (typeof prompt === 'string') return { ...base, prompt };
  if (Array.isArray(prompt) && prompt.length === 1 && typeof prompt[0] === 'string') {
    return { ...base, prompt: prompt[0] };
  }
  if (Array.isArray(prompt) && prompt.length > 0 && prompt.every((id) => Number.isInteger(id))) {
    return { ...base, ids: /** @type {number[]} */ (prompt) };
  }
  throw invalidRequest(
    'prompt',
    'prompt must be one text, or the ids of one text.',
    'Ask once for each prompt.',
  );
}
