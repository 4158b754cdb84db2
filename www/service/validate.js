// A JSON file against a JSON Schema, as far as ours uses it: all that is wrong at once, each with its line and what is wanted.
// No code is made of the schema, so that a strict Content Security Policy allows it.

/**
 * @typedef {Record<string, any>} Schema
 * @typedef {{path: string, kind: 'type' | 'unknown' | 'choice' | 'missing' | 'length' | 'pattern', found: string, want: string}} Finding
 * @typedef {{line: number, reason: string}} Problem
 */

/** @param {unknown} value */
const short = (value) => {
  const text = JSON.stringify(value) ?? 'nothing';
  return text.length > 40 ? `${text.slice(0, 39)}…` : text;
};

/** @param {unknown} value */
const typeOf = (value) =>
  Array.isArray(value)
    ? 'array'
    : value === null
      ? 'null'
      : Number.isInteger(value)
        ? 'integer'
        : typeof value;

/** @param {unknown} value @param {Schema} given @param {Schema} root @param {string} path @param {Finding[]} found */
function check(value, given, root, path, found) {
  const named = given.$ref ? root.$defs[given.$ref.slice('#/$defs/'.length)] : given;
  const schema = { ...named, ...given, description: named.description };
  /** @param {Finding['kind']} kind @param {string} want @param {string} [what] @param {string} [at] */
  const tell = (kind, want, what = short(value), at = path) =>
    void found.push({ path: at, kind, found: what, want });
  if (schema.anyOf) {
    const tries = schema.anyOf.map((/** @type {Schema} */ each) => {
      /** @type {Finding[]} */
      const problems = [];
      check(value, each, root, path, problems);
      return { each, problems };
    });
    if (tries.some((/** @type {{problems: Finding[]}} */ { problems }) => problems.length === 0)) return;
    // What is wrong with the one that was probably meant.
    const meant =
      tries.find((/** @type {{each: Schema}} */ { each }) => each.type === typeOf(value)) ?? tries[0];
    return void found.push(...meant.problems);
  }
  if ('const' in schema)
    return value === schema.const ? undefined : tell('choice', JSON.stringify(schema.const));
  if (schema.enum)
    return schema.enum.includes(value) ? undefined : tell('choice', `one of ${schema.enum.join(', ')}`);
  const type = typeOf(value);
  const fits = type === schema.type || (schema.type === 'number' && type === 'integer');
  if (!fits)
    return tell(
      'type',
      { object: 'an object', array: 'a list', string: 'a text', boolean: 'true or false' }[
        String(schema.type)
      ] ?? `a ${schema.type}`,
    );
  if (schema.type === 'string') {
    const text = /** @type {string} */ (value);
    if (text.trim().length < (schema.minLength ?? 0) || text.length > (schema.maxLength ?? Infinity))
      return tell('length', `a text of ${schema.minLength ?? 0} to ${schema.maxLength} characters`);
    if (schema.pattern && !new RegExp(schema.pattern).test(text))
      tell('pattern', schema.description ?? `a text like ${schema.pattern}`);
  } else if (schema.type === 'number' || schema.type === 'integer') {
    const number = /** @type {number} */ (value);
    if (number < (schema.minimum ?? -Infinity) || number > (schema.maximum ?? Infinity))
      tell('length', `a number from ${schema.minimum} to ${schema.maximum}`);
  } else if (schema.type === 'array') {
    const items = /** @type {unknown[]} */ (value);
    if (items.length < (schema.minItems ?? 0) || items.length > (schema.maxItems ?? Infinity))
      tell(
        'length',
        `${schema.minItems ?? 0} to ${schema.maxItems ?? 'any number of'} entries`,
        `${items.length} entries`,
      );
    items.forEach((item, i) => check(item, schema.items ?? {}, root, `${path}/${i}`, found));
  } else if (schema.type === 'object') {
    const object = /** @type {Record<string, unknown>} */ (value);
    for (const name of schema.required ?? []) if (!(name in object)) tell('missing', `“${name}”`, '');
    if (Object.keys(object).length < (schema.minProperties ?? 0))
      tell('length', `one of ${Object.keys(schema.properties).join(', ')}`);
    for (const [name, inner] of Object.entries(object)) {
      const known = schema.properties?.[name];
      if (known) check(inner, known, root, `${path}/${name}`, found);
      else if (schema.additionalProperties === false)
        tell('unknown', Object.keys(schema.properties ?? {}).join(', '), name, `${path}/${name}`);
    }
  }
}

/** @param {unknown} value @param {Schema} schema @returns {Finding[]} */
export function findings(value, schema) {
  /** @type {Finding[]} */
  const found = [];
  check(value, schema, schema, '', found);
  return found;
}

/** @param {Finding} finding */
function reasonOf({ path, kind, found, want }) {
  const place = path || 'the configuration';
  if (kind === 'unknown') return `${place}: there is no “${found}” here; there is ${want}`;
  if (kind === 'missing') return `${place}: ${want} is missing`;
  return `${place}: ${found} stands where ${want} is wanted`;
}

/**
 * What is wrong with a file, by lines; nothing if it can be used.
 * @param {string} source @param {Schema} schema @returns {Promise<{value?: any, problems: Problem[]}>}
 */
export async function readChecked(source, schema) {
  let value;
  try {
    value = JSON.parse(source);
  } catch {
    const { parse, printParseErrorCode } = await import('jsonc-parser');
    /** @type {import('jsonc-parser').ParseError[]} */
    const errors = [];
    parse(source, errors, { allowTrailingComma: false, disallowComments: true });
    const [first] = errors;
    const line = source.slice(0, first?.offset ?? 0).split('\n').length;
    return {
      problems: [
        {
          line,
          reason: `this is no JSON: ${first ? printParseErrorCode(first.error) : 'it ends too early'}`,
        },
      ],
    };
  }
  const found = findings(value, schema);
  if (found.length === 0) return { value, problems: [] };
  const { findNodeAtLocation, parseTree } = await import('jsonc-parser');
  const tree = parseTree(source);
  /** @param {string} path */
  const lineOf = (path) => {
    const steps = path
      .split('/')
      .slice(1)
      .map((step) => (/^\d+$/.test(step) ? Number(step) : step));
    const node = tree && findNodeAtLocation(tree, steps);
    // A key that should not be there: its own line, which is where its value begins or before.
    const at = node?.parent?.type === 'property' ? node.parent.offset : node?.offset;
    return source.slice(0, at ?? 0).split('\n').length;
  };
  const problems = found.map((each) => ({ line: lineOf(each.path), reason: reasonOf(each) }));
  return { value, problems: problems.sort((a, b) => a.line - b.line) };
}
