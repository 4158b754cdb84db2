// Text to tool calls, for every format in common use. Reads what is there and guesses nothing that is not.

/** @typedef {{name: string, arguments: string}} Call `arguments` is JSON */

/**
 * Where the JSON value that starts at `from` ends: strings and escapes are respected.
 * @param {string} text @param {number} from @returns {number} one past its end, or -1
 */
function endOfJson(text, from) {
  let depth = 0;
  let quoted = false;
  for (let i = from; i < text.length; i++) {
    const c = text[i];
    if (quoted) {
      if (c === '\\') i++;
      else if (c === '"') quoted = false;
    } else if (c === '"') quoted = true;
    else if (c === '{' || c === '[') depth++;
    else if ((c === '}' || c === ']') && --depth === 0) return i + 1;
  }
  return -1;
}

/** All JSON objects and arrays at the top level of a text. @param {string} text @returns {unknown[]} */
function jsonValues(text) {
  /** @type {unknown[]} */
  const found = [];
  let at = 0;
  for (;;) {
    const next = text.slice(at).search(/[{[]/);
    if (next < 0) return found;
    const start = at + next;
    const end = endOfJson(text, start);
    if (end < 0) return found;
    try {
      found.push(JSON.parse(text.slice(start, end)));
      at = end;
    } catch {
      at = start + 1; // a bracket in prose
    }
  }
}

/** @param {unknown} value @returns {Call[]} */
function callsOf(value) {
  if (Array.isArray(value)) return value.flatMap(callsOf);
  if (typeof value !== 'object' || value === null) return [];
  const fields = /** @type {Record<string, unknown>} */ (value);
  if (fields.type === 'function' && typeof fields.function === 'object') return callsOf(fields.function);
  const { name } = fields;
  if (typeof name !== 'string' || name === '') return [];
  const given = fields.arguments ?? fields.parameters ?? {};
  return [{ name, arguments: typeof given === 'string' ? given : JSON.stringify(given) }];
}

/** Qwen3-Coder's elements. @param {string} text @returns {Call[]} */
function xmlCalls(text) {
  return [...text.matchAll(/<function=([^>\s]+)>([\s\S]*?)(?:<\/function>|$)/g)].map(([, name, body]) => {
    const given = [...body.matchAll(/<parameter=([^>\s]+)>\n?([\s\S]*?)\n?<\/parameter>/g)];
    const pairs = given.map(([, key, value]) => [key, literal(value)]);
    return { name, arguments: JSON.stringify(Object.fromEntries(pairs)) };
  });
}

/** A value that is JSON is meant as such; other text is text. @param {string} text @returns {unknown} */
function literal(text) {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** Mistral since version 11: `[TOOL_CALLS]name[ARGS]{…}`, any number of times. @param {string} text @returns {Call[]} */
function namedCalls(text) {
  /** @type {Call[]} */
  const calls = [];
  for (const match of text.matchAll(/(?:\[TOOL_CALLS\])?\s*([\w.-]+)(?:\[CALL_ID\]\w+)?\[ARGS\]\s*(?=\{)/g)) {
    const start = match.index + match[0].length;
    const end = endOfJson(text, start);
    if (end > 0) calls.push({ name: match[1], arguments: text.slice(start, end) });
  }
  return calls;
}

/**
 * The calls in a model's answer: Hermes and Qwen (`<tool_call>`), SmolLM's lists within it, Qwen3-Coder's elements,
 * Mistral (`[TOOL_CALLS]`, old and new), Llama 3 (bare JSON, `<|python_tag|>`), Phi and Granite (`<|tool_call|>`,
 * `functools`).
 * @param {string} text @returns {Call[]}
 */
export function parseCalls(text) {
  if (/<function=[^>\s]+>/.test(text)) return xmlCalls(text);
  if (text.includes('[ARGS]')) return namedCalls(text);
  const inside = [...text.matchAll(/<tool_call>([\s\S]*?)(?:<\/tool_call>|$)/g)].map(([, body]) => body);
  const body = inside.length > 0 ? inside.join('\n') : text.replace('[TOOL_CALLS]', '');
  return jsonValues(body).flatMap(callsOf);
}
