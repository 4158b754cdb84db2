// JSON as it stands in a text: where values end and what their members are, in time that grows with their length only. Numbers
// keep their digits, because nothing is parsed and written again.

const SPACE = /[\t\n\r ]*/y;
const SCALAR = /"(?:[^"\\\u0000-\u001f]|\\.)*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null/y;

/** @param {string} text @param {number} at @returns {number} */
export function skipSpace(text, at) {
  SPACE.lastIndex = at;
  SPACE.test(text);
  return SPACE.lastIndex;
}

/** @param {string} text @param {number} at @returns {number} one past the end of a string, number or word; -1: there is none */
function endOfScalar(text, at) {
  SCALAR.lastIndex = at;
  return SCALAR.test(text) ? SCALAR.lastIndex : -1;
}

/**
 * Where the value that begins at `at` ends.
 * @param {string} text @param {number} at @returns {number} one past it; -1: no JSON begins there, or it has no end
 */
export function endOfValue(text, at) {
  /** @type {string[]} what closes */
  const open = [];
  for (let i = at; ;) {
    i = skipSpace(text, i);
    // A value, or the end of an empty list or object.
    const c = text[i];
    if (c === '{' || c === '[') {
      open.push(c === '{' ? '}' : ']');
      i = skipSpace(text, i + 1);
      if (text[i] !== open[open.length - 1]) {
        if (c === '{' && (i = afterKey(text, i)) < 0) return -1;
        continue;
      }
    } else if ((i = endOfScalar(text, i)) < 0) return -1;
    else if (open.length === 0) return i;
    // What comes after a value.
    for (;;) {
      i = skipSpace(text, i);
      if (text[i] === open[open.length - 1] && open.length > 0) {
        open.pop();
        i++;
        if (open.length === 0) return i;
        continue;
      }
      if (text[i] !== ',') return -1;
      i++;
      if (open[open.length - 1] === '}' && (i = afterKey(text, i)) < 0) return -1;
      break;
    }
  }
}

/** Past `"key":`. @param {string} text @param {number} at */
function afterKey(text, at) {
  const from = skipSpace(text, at);
  if (text[from] !== '"') return -1;
  const end = endOfScalar(text, from);
  const colon = end < 0 ? -1 : skipSpace(text, end);
  return colon >= 0 && text[colon] === ':' ? colon + 1 : -1;
}

/** The parts of a list, as they are written. @param {string} source a whole JSON list @returns {string[]} */
export function elementsOf(source) {
  /** @type {string[]} */
  const found = [];
  for (let at = skipSpace(source, 1); source[at] !== ']'; at = skipSpace(source, at + 1)) {
    const end = endOfValue(source, at);
    if (end < 0) break;
    found.push(source.slice(at, end));
    at = skipSpace(source, end);
    if (source[at] === ']') break;
  }
  return found;
}

/** The members of an object, each value as it is written. @param {string} source a whole JSON object @returns {Map<string, string>} */
export function membersOf(source) {
  /** @type {Map<string, string>} */
  const found = new Map();
  for (let at = skipSpace(source, 1); source[at] === '"'; at = skipSpace(source, at + 1)) {
    const key = JSON.parse(source.slice(at, endOfScalar(source, at)));
    const from = skipSpace(source, afterKey(source, at));
    const end = endOfValue(source, from);
    if (end < 0) break;
    found.set(key, source.slice(from, end));
    at = skipSpace(source, end);
    if (source[at] !== ',') break;
  }
  return found;
}
