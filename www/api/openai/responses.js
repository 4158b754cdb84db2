// OpenAI's Responses API over its chat API: a request in, a response or its events out. What was said before is not kept:
// each request brings it, as with the chat API.
import { invalidRequest } from './api-error.js';
import { stamp } from './chunks.js';

/**
 * @typedef {import('./openai.js').OpenAiApi} OpenAiApi
 * @typedef {import('../../protocol/openai-types.js').ChatRequest} ChatRequest
 * @typedef {import('../../protocol/openai-types.js').Message} Message
 * @typedef {import('../../protocol/openai-types.js').ApiUsage} ApiUsage
 * @typedef {Record<string, any>} Body
 * @typedef {Record<string, any> & {type: string}} Item
 */

/** What would need something that is kept between requests, or runs elsewhere. */
const MISSING = ['previous_response_id', 'conversation', 'prompt', 'background'];

/** @param {unknown} content @param {string} field */
function contentOf(content, field) {
  if (typeof content === 'string') return content;
  const parts = Array.isArray(content) ? content : [undefined];
  const other = parts.find((part) => typeof part?.text !== 'string');
  if (other === undefined && !parts.includes(undefined)) return parts.map(({ text }) => text).join('');
  const kind = JSON.stringify(other?.type) ?? 'none';
  throw invalidRequest(
    field,
    `${field} has a part of type ${kind}; this engine reads text only.`,
    'Send text parts only.',
  );
}

/** @param {unknown} input @returns {Message[]} */
function messagesOf(input) {
  if (typeof input === 'string') return [{ role: 'user', content: input }];
  if (!Array.isArray(input))
    throw invalidRequest('input', 'input is no text and no list.', 'Send the question.');
  /** @type {Message[]} */
  const messages = [];
  for (const [i, item] of input.entries()) {
    const { type = 'message', role, content, call_id, name, arguments: given, output } = item ?? {};
    if (type === 'message') messages.push({ role, content: contentOf(content, `input[${i}].content`) });
    else if (type === 'function_call') {
      const call = {
        id: call_id,
        type: /** @type {const} */ ('function'),
        function: { name, arguments: given },
      };
      const last = messages.at(-1);
      // Calls of one answer stand together.
      if (last?.role === 'assistant') last.tool_calls = [...(last.tool_calls ?? []), call];
      else messages.push({ role: 'assistant', content: null, tool_calls: [call] });
    } else if (type === 'function_call_output')
      messages.push({
        role: 'tool',
        tool_call_id: call_id,
        content: contentOf(output, `input[${i}].output`),
      });
    else if (type !== 'reasoning')
      throw invalidRequest(`input[${i}]`, `input[${i}] is of type ${JSON.stringify(type)}.`, 'Leave it out.');
  }
  return messages;
}

/** @param {Body} body @returns {ChatRequest} */
function chatRequestOf(body) {
  for (const name of MISSING)
    if (body[name])
      throw invalidRequest(name, `${name} is not supported.`, 'Send all messages with each request.');
  const { input, instructions, max_output_tokens, tools, tool_choice, text, reasoning, ...rest } = body;
  const foreign = tools?.find((/** @type {Item} */ { type }) => type !== 'function');
  if (foreign) throw invalidRequest('tools', `There is no tool ${foreign.type} here.`, 'Use functions.');
  const format = text?.format;
  const chosen =
    tool_choice?.type === 'function'
      ? { type: 'function', function: { name: tool_choice.name } }
      : tool_choice;
  return {
    ...rest,
    stream: undefined,
    messages: [
      ...(instructions ? [{ role: /** @type {const} */ ('system'), content: instructions }] : []),
      ...messagesOf(input),
    ],
    ...(max_output_tokens ? { max_tokens: max_output_tokens } : {}),
    ...(tools?.length
      ? {
          tools: tools.map((/** @type {Item} */ { name, description, parameters, strict }) => ({
            type: 'function',
            function: { name, description, parameters, strict },
          })),
        }
      : {}),
    ...(chosen ? { tool_choice: chosen } : {}),
    ...(format?.type === 'json_schema'
      ? {
          response_format: { type: 'json_schema', json_schema: { name: format.name, schema: format.schema } },
        }
      : format && format.type !== 'text'
        ? { response_format: format }
        : {}),
    ...(reasoning?.effort ? { reasoning_effort: reasoning.effort } : {}),
  };
}

/** @param {ApiUsage} usage */
const usageOf = ({ prompt_tokens, completion_tokens, total_tokens, prompt_tokens_details }) => ({
  input_tokens: prompt_tokens,
  input_tokens_details: { cached_tokens: prompt_tokens_details.cached_tokens },
  output_tokens: completion_tokens,
  output_tokens_details: { reasoning_tokens: 0 },
  total_tokens,
});

/**
 * @param {OpenAiApi} api @param {Body} body @param {AbortSignal} signal
 * @returns {Promise<AsyncGenerator<Item, void, void>>} a bad request fails here, before anything streams
 */
export async function responseEvents(api, body, signal) {
  const request = chatRequestOf(body);
  const chunks = await api.chat.completions.create(
    { ...request, stream: true, stream_options: { include_usage: true } },
    { signal },
  );
  return eventsOf(chunks, body);
}

/** @param {AsyncIterable<import('../../protocol/openai-types.js').ChatChunk>} chunks @param {Body} body @returns {AsyncGenerator<Item, void, void>} */
async function* eventsOf(chunks, body) {
  let sequence_number = 0;
  /** @param {string} type @param {object} more @returns {Item} */
  const event = (type, more) => ({ type, sequence_number: sequence_number++, ...more });
  const { id, created: created_at } = stamp('resp');
  /** @type {Item[]} */
  const output = [];
  /** @type {Item & {content: Item[]} | undefined} */
  let message;
  let model = '';
  let reason = '';
  /** @type {ApiUsage | undefined} */
  let usage;
  /** @param {'in_progress' | 'completed' | 'incomplete'} status */
  const response = (status) => ({
    id,
    object: 'response',
    created_at,
    status,
    model,
    output: output.map((item) => ({ ...item })),
    error: null,
    incomplete_details:
      status === 'incomplete'
        ? { reason: reason === 'length' ? 'max_output_tokens' : 'content_filter' }
        : null,
    instructions: body.instructions ?? null,
    metadata: body.metadata ?? null,
    parallel_tool_calls: body.parallel_tool_calls ?? true,
    temperature: body.temperature ?? null,
    top_p: body.top_p ?? null,
    tool_choice: body.tool_choice ?? 'auto',
    tools: body.tools ?? [],
    ...(usage ? { usage: usageOf(usage) } : {}),
  });
  /** The text's end: before calls, or with the answer. @param {boolean} whole */
  function* ended(whole) {
    if (!message) return;
    message.status = whole ? 'completed' : 'incomplete';
    const [part] = message.content;
    const at = { output_index: output.indexOf(message) };
    const of = { ...at, item_id: message.id, content_index: 0 };
    yield event('response.output_text.done', { ...of, text: part.text, logprobs: [] });
    yield event('response.content_part.done', { ...of, part });
    yield event('response.output_item.done', { ...at, item: message });
    message = undefined;
  }
  for await (const chunk of chunks) {
    if (model === '') {
      ({ model } = chunk);
      yield event('response.created', { response: response('in_progress') });
      yield event('response.in_progress', { response: response('in_progress') });
    }
    usage = chunk.usage ?? usage;
    const [choice] = chunk.choices;
    if (!choice) continue;
    reason = choice.finish_reason ?? reason;
    const { content = '', tool_calls = [] } = choice.delta;
    if (content) {
      if (!message) {
        message = {
          id: stamp('msg').id,
          type: 'message',
          role: 'assistant',
          status: 'in_progress',
          content: [],
        };
        output.push(message);
        const at = { output_index: output.length - 1 };
        yield event('response.output_item.added', { ...at, item: { ...message, content: [] } });
        const part = { type: 'output_text', text: '', annotations: [] };
        message.content.push(part);
        yield event('response.content_part.added', {
          ...at,
          item_id: message.id,
          content_index: 0,
          part: { ...part },
        });
      }
      message.content[0].text += content;
      yield event('response.output_text.delta', {
        ...{ output_index: output.indexOf(message), item_id: message.id, content_index: 0 },
        ...{ delta: content, logprobs: [] },
      });
    }
    if (tool_calls.length > 0) yield* ended(true);
    for (const { id: call_id, function: called } of tool_calls) {
      const at = { output_index: output.length };
      const item = { id: stamp('fc').id, type: 'function_call', call_id, name: called.name, arguments: '' };
      output.push({ ...item, status: 'completed', arguments: called.arguments });
      yield event('response.output_item.added', { ...at, item: { ...item, status: 'in_progress' } });
      const of = { ...at, item_id: item.id };
      yield event('response.function_call_arguments.delta', { ...of, delta: called.arguments });
      yield event('response.function_call_arguments.done', {
        ...of,
        name: called.name,
        arguments: called.arguments,
      });
      yield event('response.output_item.done', { ...at, item: output.at(-1) });
    }
  }
  const whole = reason === 'stop' || reason === 'tool_calls';
  yield* ended(whole);
  const status = whole ? 'completed' : 'incomplete';
  yield event(`response.${status}`, { response: response(status) });
}

/** The whole response. @param {OpenAiApi} api @param {Body} body @param {AbortSignal} signal */
export async function responses(api, body, signal) {
  /** @type {Body} */
  let last = {};
  for await (const { response } of await responseEvents(api, body, signal)) last = response ?? last;
  return last;
}
