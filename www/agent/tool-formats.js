// Text to tool calls, for every format in common use. Reads what is there and guesses nothing that is not; in one pass, so that
// no answer keeps the thread busy.
import { elementsOf, endOfValue, membersOf, skipSpace } from './json-source.js';

/**
 * @typedef {{name: string, arguments: string}} Call `arguments` is JSON, as the model wrote it
 * @typedef {{text: string, call?: Call}} Piece of an answer; `text` as it was written
 * @typedef {import('../protocol/openai-types.js').Tool} Tool
 * @typedef {{pieces: Piece[], cut: boolean}} Read `cut`: at its end the text has the beginning of a call
 */

/** Where calls, or thoughts, begin. */
const MARK =
  /<think>|<tool_call>|\[TOOL_CALLS\]|<\|python_tag\|>|<\|tool_call\|>|functools(?=\[)|<function=|\[ARGS\]/g;
const NAME = /[\w.-]{1,100}/y;
const CALL_ID = /\[CALL_ID\]\w{1,100}/y;
const BARE = /\s*(?:```json\s*)?(?=[{[])/y;
const THOUGHT = '</think>';
/** Calls that begin and are none, after which no more are looked for. */
const MOST_BROKEN = 32;

/** @param {RegExp} sticky @param {string} text @param {number} at @returns {number} one past the match; -1 */
function match(sticky, text, at) {
  sticky.lastIndex = at;
  return sticky.test(text) ? sticky.lastIndex : -1;
}

/** @param {string} source of a JSON object @returns {Call | undefined} */
function callOf(source) {
  if (source[0] !== '{') return undefined;
  let fields = membersOf(source);
  const inner = fields.get('function');
  if (fields.get('type') === '"function"' && inner?.[0] === '{') fields = membersOf(inner);
  const name = fields.get('name') ?? '';
  if (name[0] !== '"' || name === '""') return undefined;
  const given = fields.get('arguments') ?? fields.get('parameters') ?? '{}';
  return { name: JSON.parse(name), arguments: given[0] === '"' ? JSON.parse(given) : given };
}

/** @param {string} source of one JSON value @returns {Call[]} */
function callsOf(source) {
  const each = source[0] === '[' ? elementsOf(source) : [source];
  return each.flatMap((one) => callOf(one) ?? []);
}

/** Whether a tool's schema wants a text there, and nothing else that the same letters could be. @param {Tool | undefined} tool @param {string} key */
function wantsText(tool, key) {
  const properties = /** @type {Record<string, any> | undefined} */ (tool?.function.parameters?.properties);
  const schema = properties && Object.hasOwn(properties, key) ? properties[key] : undefined;
  const types = [schema, ...(schema?.anyOf ?? []), ...(schema?.oneOf ?? [])].flatMap(
    (each) => each?.type ?? [],
  );
  if (types.length > 0) return types.every((type) => type === 'string');
  const values = schema?.enum ?? (schema && 'const' in schema ? [schema.const] : []);
  return values.length > 0 && values.every((/** @type {unknown} */ value) => typeof value === 'string');
}

/** A value that is JSON is meant as such, unless the tool wants text. @param {string} text @param {boolean} isText */
function literal(text, isText) {
  const trimmed = text.trim();
  return !isText && trimmed !== '' && endOfValue(trimmed, 0) === trimmed.length
    ? trimmed
    : JSON.stringify(text);
}

class Reader {
  /** @type {Piece[]} */
  pieces = [];
  cut = false;
  #text;
  #tools;
  #said = 0; // what is in pieces
  #broken = 0;

  /** @param {string} text @param {readonly Tool[]} tools */
  constructor(text, tools) {
    this.#text = text;
    this.#tools = tools;
  }

  /** @param {number} from @param {number} to @param {Call[]} calls that stand there */
  #found(from, to, calls) {
    const text = this.#text;
    if (from > this.#said) this.pieces.push({ text: text.slice(this.#said, from) });
    for (const [i, call] of calls.entries())
      this.pieces.push({ text: i === 0 ? text.slice(from, to) : '', call });
    this.#said = to;
  }

  read() {
    const text = this.#text;
    // What was thought before the answer, even if the prompt began the thought.
    let at = text.indexOf(THOUGHT) < 0 ? 0 : afterThought(text);
    const bare = match(BARE, text, at);
    if (bare >= 0 && !text.startsWith('[TOOL_CALLS]', bare)) {
      this.#values(at, bare);
      at = Math.max(at, this.#said);
    }
    while (this.#broken < MOST_BROKEN) {
      MARK.lastIndex = at;
      const mark = MARK.exec(text);
      if (!mark) break;
      at = this.#marked(mark[0], mark.index);
    }
    if (this.#said < text.length) this.pieces.push({ text: text.slice(this.#said) });
    return { pieces: this.pieces, cut: this.cut };
  }

  /** @param {string} mark @param {number} at @returns {number} where to look on */
  #marked(mark, at) {
    const text = this.#text;
    const after = at + mark.length;
    if (mark === '<think>') {
      const end = text.indexOf(THOUGHT, after);
      return end < 0 ? text.length : end + THOUGHT.length;
    }
    if (mark === '<function=') return this.#elements(at, at);
    if (mark === '[ARGS]') return this.#unmarked(at, after);
    const next = skipSpace(text, after);
    if (mark === '<tool_call>' && text.startsWith('<function=', next)) return this.#elements(at, next);
    if (mark === '[TOOL_CALLS]' && text[next] !== '[' && text[next] !== '{') return this.#named(at, next);
    return this.#values(at, next);
  }

  /** JSON values, one after the other. @param {number} from where the mark is @param {number} at @returns {number} */
  #values(from, at) {
    const text = this.#text;
    /** @type {Call[]} */
    const calls = [];
    let end = at;
    for (let next = at; text[next] === '{' || text[next] === '[';) {
      const to = endOfValue(text, next);
      if (to < 0) {
        this.#broken++;
        this.cut = true;
        break;
      }
      const found = callsOf(text.slice(next, to));
      if (found.length === 0) break;
      calls.push(...found);
      end = to;
      next = skipSpace(text, to);
      if (text[next] === ';' || text[next] === ',') next = skipSpace(text, next + 1);
    }
    if (calls.length === 0) {
      this.cut ||= at >= text.length && at > from;
      return Math.max(at, from + 1);
    }
    const closing = skipSpace(text, end);
    for (const tag of ['</tool_call>', '```', '<|/tool_call|>'])
      if (text.startsWith(tag, closing)) end = closing + tag.length;
    this.#found(from, end, calls);
    return end;
  }

  /** Qwen3-Coder's elements. @param {number} from @param {number} at of `<function=` @returns {number} */
  #elements(from, at) {
    const text = this.#text;
    const nameEnd = text.indexOf('>', at);
    const name = nameEnd < 0 ? '' : text.slice(at + '<function='.length, nameEnd);
    const broken = () => {
      this.#broken++;
      return at + 1;
    };
    if (nameEnd < 0) this.cut = true;
    if (!/^[^\s<]{1,200}$/.test(name)) return broken();
    const tool = this.#tools.find((each) => each.function.name === name);
    /** @type {string[]} */
    const members = [];
    let i = skipSpace(text, nameEnd + 1);
    while (text.startsWith('<parameter=', i)) {
      const keyEnd = text.indexOf('>', i);
      const end = keyEnd < 0 ? -1 : endOfParameter(text, keyEnd + 1);
      if (end < 0) {
        this.cut = true;
        return broken();
      }
      const key = text.slice(i + '<parameter='.length, keyEnd);
      const value = text
        .slice(keyEnd + 1, end)
        .replace(/^\n/, '')
        .replace(/\n$/, '');
      members.push(`${JSON.stringify(key)}:${literal(value, wantsText(tool, key))}`);
      i = skipSpace(text, end + '</parameter>'.length);
    }
    if (text.startsWith('</function>', i)) i += '</function>'.length;
    else if (!text.startsWith('</tool_call>', i)) {
      this.cut ||= i >= text.length;
      return broken();
    }
    const closing = skipSpace(text, i);
    if (text.startsWith('</tool_call>', closing)) i = closing + '</tool_call>'.length;
    this.#found(from, i, [{ name, arguments: `{${members.join(',')}}` }]);
    return i;
  }

  /** Mistral since version 11: `[TOOL_CALLS]name[ARGS]{…}`, any number of times. @param {number} from @param {number} at of the name @returns {number} */
  #named(from, at) {
    const text = this.#text;
    const nameEnd = match(NAME, text, at);
    if (nameEnd < 0) {
      this.cut ||= at >= text.length;
      return at;
    }
    const idEnd = match(CALL_ID, text, nameEnd);
    const args = idEnd < 0 ? nameEnd : idEnd;
    if (!text.startsWith('[ARGS]', args)) {
      this.cut ||= '[ARGS]'.startsWith(text.slice(args));
      return at;
    }
    return this.#arguments(from, text.slice(at, nameEnd), args + '[ARGS]'.length);
  }

  /** The same without its mark. @param {number} at of `[ARGS]` @param {number} after @returns {number} */
  #unmarked(at, after) {
    const before = this.#text.slice(Math.max(this.#said, at - 200), at);
    const name = /([\w.-]{1,100})(?:\[CALL_ID\]\w{1,100})?$/.exec(before);
    return name ? this.#arguments(at - name[0].length, name[1], after) : after;
  }

  /** @param {number} from @param {string} name @param {number} at @returns {number} */
  #arguments(from, name, at) {
    const begin = skipSpace(this.#text, at);
    const end = this.#text[begin] === '{' ? endOfValue(this.#text, begin) : -1;
    if (end < 0) {
      this.#broken++;
      this.cut = true;
      return at;
    }
    this.#found(from, end, [{ name, arguments: this.#text.slice(begin, end) }]);
    return end;
  }
}

/** Past the thoughts that an answer begins with; calls in between begin none. @param {string} text */
function afterThought(text) {
  const begin = text.indexOf('<think>');
  const end = text.indexOf(THOUGHT);
  return begin < 0 || begin < end ? end + THOUGHT.length : 0;
}

/** A value may contain what ends one, if what comes after does not. @param {string} text @param {number} from */
function endOfParameter(text, from) {
  for (let end = text.indexOf('</parameter>', from); end >= 0; end = text.indexOf('</parameter>', end + 1)) {
    const next = skipSpace(text, end + '</parameter>'.length);
    if (next >= text.length || /^<(?:parameter=|\/function>|\/tool_call>)/.test(text.slice(next, next + 12)))
      return end;
  }
  return -1;
}

/**
 * The calls in a model's answer and the text around them: Hermes and Qwen (`<tool_call>`), SmolLM's lists within it,
 * Qwen3-Coder's elements, Mistral (`[TOOL_CALLS]`, old and new), Llama 3 (bare JSON, `<|python_tag|>`), Phi and Granite
 * (`<|tool_call|>`, `functools`). What is thought (`<think>`) calls nothing.
 * @param {string} text @param {readonly Tool[]} [tools] whose schemas say what is text @returns {Read}
 */
export const readCalls = (text, tools = []) => new Reader(text, tools).read();

/** @param {string} text @param {readonly Tool[]} [tools] @returns {Call[]} */
export const parseCalls = (text, tools) => readCalls(text, tools).pieces.flatMap(({ call }) => call ?? []);
