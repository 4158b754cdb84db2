// Requests of OpenAI's shape to the engine's. Refuses what the engine can't do instead of ignoring it.
import { invalidRequest } from './api-error.js';

/**
 * @typedef {import('../../protocol/openai-types.js').Common} Common
 * @typedef {import('../../protocol/openai-types.js').Message} Message
 * @typedef {import('../../protocol/messages.js').GenerateRequest} GenerateRequest
 * @typedef {import('../../protocol/messages.js').Constraint} Constraint
 */

const TOP_LOGPROBS = 20;
const MOST_TOKENS = 2 ** 31 - 1;

/** @param {Record<string, unknown>} from @returns {Record<string, unknown>} what is neither null nor undefined */
function given(from) {
  return Object.fromEntries(
    Object.entries(from).filter(([, value]) => value !== null && value !== undefined),
  );
}

/** NaN and Infinity, too. @param {unknown} value */
const written = (value) => (typeof value === 'number' ? String(value) : JSON.stringify(value));

/** A number of tokens that an answer may have. @param {string} name @param {unknown} value */
function isLimit(name, value) {
  if (value === undefined || value === null) return;
  if (Number.isInteger(value) && Number(value) >= 1 && Number(value) <= MOST_TOKENS) return;
  const message = `${name} is ${written(value)}; it must be a whole number from 1 to ${MOST_TOKENS}.`;
  throw invalidRequest(name, message, `Leave ${name} out for an answer as long as the context allows.`);
}

/** @param {string} name @param {unknown} value @param {number} low @param {number} high */
function inRange(name, value, low, high) {
  if (value === undefined || value === null) return;
  if (typeof value === 'number' && value >= low && value <= high) return;
  throw invalidRequest(
    name,
    `${name} is ${written(value)}; it must be a number from ${low} to ${high}.`,
    `Give ${name} within its range, or leave it out.`,
  );
}

/** @param {import('../../protocol/openai-types.js').ResponseFormat | undefined} format @returns {Constraint | undefined} */
export function constraintOf(format) {
  if (!format || format.type === 'text') return undefined;
  if (format.type === 'json_object') return { type: 'json_object' };
  if (format.type === 'json_schema') {
    const schema = format.json_schema?.schema;
    if (typeof schema === 'object' && schema !== null) return { type: 'json_schema', schema };
  }
  if (format.type === 'regex' && typeof format.regex === 'string') {
    const { regex, flags } = format;
    return { type: 'regex', regex, ...(typeof flags === 'string' ? { flags } : {}) };
  }
  if (format.type === 'lark' && typeof format.grammar === 'string') {
    return { type: 'lark', grammar: format.grammar };
  }
  throw invalidRequest(
    'response_format',
    `response_format of type ${JSON.stringify(format.type)} is unknown or lacks its content.`,
    'Use text, json_object, json_schema (with json_schema.schema), regex (with regex) or lark (with grammar).',
  );
}

/** Fields of OpenAI's API that would change the answer and are not there, each with what to do. @type {Record<string, string>} */
const MISSING = {
  functions: 'Send the functions as tools: [{type: "function", function: {…}}].',
  function_call: 'Use tool_choice with tools.',
  audio: 'This engine writes text only: leave it out.',
  prediction: 'Leave it out: the answer is the same without it.',
  web_search_options: 'Search yourself, and give what you found as a message.',
  suffix: 'Use engine.infill({ prefix, suffix }).',
  verbosity: 'Ask for a short or a long answer in the prompt.',
};

/** @param {Record<string, unknown>} request */
function nothingMissing(request) {
  for (const [name, remedy] of Object.entries(MISSING))
    if (request[name] !== undefined && request[name] !== null)
      throw invalidRequest(name, `${name} is not supported.`, remedy);
  const { modalities, best_of: most } = request;
  if (Array.isArray(modalities) && modalities.some((each) => each !== 'text'))
    throw invalidRequest('modalities', 'This engine writes text only.', 'Use ["text"], or leave it out.');
  if ((most ?? 1) !== 1)
    throw invalidRequest(
      'best_of',
      `best_of is ${written(most)}; this engine gives one choice.`,
      'Leave it out.',
    );
}

/** Variables for the chat template, such as `enable_thinking`. @param {Common} request @returns {Record<string, unknown> | undefined} */
function templateVars({ chat_template_kwargs: given, reasoning_effort: effort }) {
  if (given !== undefined && given !== null && (typeof given !== 'object' || Array.isArray(given))) {
    const message = `chat_template_kwargs is ${written(given)}.`;
    throw invalidRequest(
      'chat_template_kwargs',
      message,
      'Give an object, such as {enable_thinking: false}.',
    );
  }
  const vars = { ...(effort ? { reasoning_effort: effort } : {}), ...given };
  return Object.keys(vars).length > 0 ? vars : undefined;
}

/** What both kinds of request share. @param {Common} request @returns {GenerateRequest} */
export function commonOf(request) {
  nothingMissing(/** @type {Record<string, unknown>} */ (request));
  isLimit('max_tokens', request.max_tokens);
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
  const stops = request.stop ?? [];
  if (
    typeof stops !== 'string' &&
    !(Array.isArray(stops) && stops.every((each) => typeof each === 'string'))
  ) {
    throw invalidRequest('stop', `stop is ${written(stops)}.`, 'Give a text, or a list of texts.');
  }
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
    template_vars: templateVars(request),
  });
}

/** @param {unknown} content @param {number} index @returns {string} */
function textOf(content, index) {
  if (content === null || content === undefined) return '';
  if (typeof content === 'string') return content;
  const field = `messages[${index}].content`;
  if (!Array.isArray(content)) {
    throw invalidRequest(field, `${field} is ${written(content)}.`, 'Send a text, or a list of text parts.');
  }
  const other = content.find((part) => part?.type !== 'text' || typeof part.text !== 'string');
  if (other === undefined && !content.includes(undefined)) return content.map(({ text }) => text).join('');
  const kind = JSON.stringify(/** @type {{type?: unknown}} */ (other ?? {}).type) ?? 'none';
  const message = `messages[${index}] has a part of type ${kind}; this engine reads text only.`;
  throw invalidRequest(field, message, 'Send text parts only.');
}

/** @param {string} text @returns {unknown} templates want a call's arguments as an object */
function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** @param {Message[]} messages @returns {import('../../protocol/messages.js').ChatMessage[]} */
export function messagesOf(messages) {
  if (!Array.isArray(messages) || messages.length === 0) {
    const message = 'messages is empty; a chat needs at least one.';
    throw invalidRequest('messages', message, 'Send [{role: "user", content: "…"}].');
  }
  return messages.map((given, index) => {
    if (typeof given !== 'object' || given === null) {
      const message = `messages[${index}] is ${written(given)}.`;
      throw invalidRequest(`messages[${index}]`, message, 'Send {role: "user", content: "…"}.');
    }
    const { role, content, name, tool_calls, tool_call_id } = given;
    const known = role === 'developer' ? 'system' : role;
    if (!['system', 'user', 'assistant', 'tool'].includes(known)) {
      const message = `messages[${index}] has the role ${JSON.stringify(role)}.`;
      throw invalidRequest(`messages[${index}].role`, message, 'Use system, user, assistant or tool.');
    }
    for (const [i, call] of (tool_calls ?? []).entries()) {
      if (typeof call?.function?.name === 'string') continue;
      const field = `messages[${index}].tool_calls[${i}]`;
      const message = `${field} has no function.name; this engine knows calls of functions only.`;
      throw invalidRequest(field, message, 'Send {id, type: "function", function: {name, arguments}}.');
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

/** @param {import('../../protocol/openai-types.js').ChatRequest} request */
function checkTools({ tools, tool_choice: choice }) {
  if (tools !== undefined && tools !== null && !Array.isArray(tools))
    throw invalidRequest('tools', `tools is ${written(tools)}.`, 'Give a list of functions.');
  for (const [i, tool] of (tools ?? []).entries()) {
    if (tool?.type === 'function' && typeof tool.function?.name === 'string' && tool.function.name) continue;
    const what =
      tool?.type === 'function' ? 'has no function.name' : `is of type ${written(tool?.type) ?? 'none'}`;
    const message = `tools[${i}] ${what}; this engine calls functions only.`;
    throw invalidRequest(`tools[${i}]`, message, 'Send {type: "function", function: {name, parameters}}.');
  }
  const named =
    typeof choice === 'object' && choice?.type === 'function' && typeof choice.function?.name === 'string';
  if (choice === undefined || choice === null || named || /^(none|auto|required)$/.test(String(choice)))
    return;
  const message = `tool_choice is ${written(choice)}.`;
  throw invalidRequest('tool_choice', message, 'Use none, auto, required, or name one function.');
}

/** The chat's own fields, tools aside. @param {import('../../protocol/openai-types.js').ChatRequest} request @returns {GenerateRequest} */
export function chatOf(request) {
  inRange('top_logprobs', request.top_logprobs, 0, TOP_LOGPROBS);
  isLimit('max_completion_tokens', request.max_completion_tokens);
  checkTools(request);
  const { logprobs, top_logprobs, max_completion_tokens, continue_final_message } = request;
  return {
    ...commonOf(request),
    messages: messagesOf(request.messages),
    ...(typeof max_completion_tokens === 'number' ? { max_tokens: max_completion_tokens } : {}),
    ...(logprobs ? { logprobs: Math.max(1, top_logprobs ?? 0) } : {}),
    ...(continue_final_message ? { continue_final: true, add_generation_prompt: false } : {}),
  };
}

/** @param {import('../../protocol/openai-types.js').TextRequest} request @returns {GenerateRequest} */
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
