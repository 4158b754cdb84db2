// Random JSON Schemas in the shapes of the public JSON-Schema test-suite, named as its files are. Knows no engine.
// Strings and keys are bounded, because a model of random weights ends none by itself; most lists are, too.

/**
 * @typedef {Record<string, unknown>} Schema
 * @typedef {(r: Random, depth: number) => Schema} Shape
 */

/** The same numbers everywhere for one seed (mulberry32). */
export class Random {
  #state;

  /** @param {number} seed */
  constructor(seed) {
    this.#state = seed >>> 0;
  }

  /** @returns {number} in [0, 1) */
  next() {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let z = this.#state;
    z = Math.imul(z ^ (z >>> 15), z | 1);
    z ^= z + Math.imul(z ^ (z >>> 7), z | 61);
    return ((z ^ (z >>> 14)) >>> 0) / 2 ** 32;
  }

  /** @param {number} low @param {number} high both included */
  int(low, high) {
    return low + Math.floor(this.next() * (high - low + 1));
  }

  /** @template T @param {readonly T[]} list @returns {T} */
  pick(list) {
    return list[this.int(0, list.length - 1)];
  }

  /** Some of a list, in its order. @template T @param {readonly T[]} list @returns {T[]} */
  some(list) {
    return list.filter(() => this.next() < 0.5);
  }

  /** @template T @param {() => T} make @param {number} low @param {number} high @returns {T[]} */
  times(low, high, make) {
    return Array.from({ length: this.int(low, high) }, make);
  }
}

const NAMES = [
  'foo',
  'bar',
  'baz',
  'quux',
  'a b',
  'foo"bar',
  'foo\nbar',
  '果',
  '$ref',
  'length',
  '__proto__x',
];
const VALUES = [
  null,
  true,
  false,
  0,
  1,
  -2.5,
  1e3,
  '',
  'foo',
  'a"b',
  'é',
  '枇杷',
  '\u0000',
  [],
  [1, 'x'],
  { a: [] },
];
const PATTERNS = [
  '^a{1,3}$',
  '^[a-z]{2,4}[0-9]$',
  '^(foo|bar)$',
  '^\\d{3}-\\d{2}$',
  '^\\S{1,3}$',
  '^[^"]{0,3}$',
];
/** Those whose meaning here and in ajv-formats is one; what differs is in docs/api.md. */
const FORMATS = ['ipv4', 'ipv6', 'uuid'];

/** @param {Random} r @returns {Schema} a string that ends */
function text(r) {
  return r.pick([
    () => ({ type: 'string', maxLength: r.int(0, 6) }),
    () => ({ type: 'string', minLength: 2, maxLength: r.int(2, 5) }),
    () => ({ type: 'string', pattern: r.pick(PATTERNS) }),
    () => ({ type: 'string', format: r.pick(FORMATS) }),
  ])();
}

/** @param {Random} r @returns {Schema} */
function number(r) {
  const low = r.int(-50, 50);
  const high = low + r.int(2, 200);
  const type = r.pick(['integer', 'number']);
  return r.pick([
    () => ({ type, minimum: low, maximum: high }),
    () => ({ type, exclusiveMinimum: low, exclusiveMaximum: high }),
    () => ({ type, minimum: low + 0.5, exclusiveMaximum: high }),
    () => ({ type: 'integer' }),
    () => ({ type, multipleOf: r.pick([2, 3, 7, 10]), minimum: low, maximum: low + 400 }),
    () => ({ type: 'number', multipleOf: r.pick([0.5, 0.25]), minimum: 0, maximum: 9 }),
  ])();
}

/** `$ref`s in a shape count from the root: such a shape can't stand within another. */
const ROOTS = new Set(['defs', 'definitions', 'ref_list', 'ref_root']);

const inner = () =>
  Object.entries(SHAPES)
    .filter(([name]) => !ROOTS.has(name))
    .map(([, shape]) => shape);

/** Any schema, smaller the deeper it is. @param {Random} r @param {number} depth @returns {Schema} */
function any(r, depth) {
  const leaf = () =>
    r.pick([text, number, SHAPES.enum, SHAPES.const, () => ({ type: r.pick(['null', 'boolean']) })]);
  return depth <= 0 ? leaf()(r, 0) : r.pick([...inner(), leaf(), leaf()])(r, depth - 1);
}

/** Named properties. @param {Random} r @param {number} depth */
function properties(r, depth) {
  const names = r.some(NAMES).slice(0, 4);
  return Object.fromEntries(names.map((name) => [name, any(r, depth)]));
}

/** @param {Random} r @param {number} depth @returns {Schema} */
function object(r, depth) {
  const fields = properties(r, depth);
  const required = r.some(Object.keys(fields));
  return { type: 'object', properties: fields, required, additionalProperties: false };
}

/** @type {Record<string, Shape>} */
export const SHAPES = {
  additionalProperties: (r, depth) => ({
    ...object(r, depth),
    patternProperties: { '^v_[a-z]{1,2}$': any(r, depth) },
  }),
  additionalProperties_open: (r) => ({
    type: 'object',
    properties: { foo: number(r) },
    required: ['foo'],
    additionalProperties: text(r),
    maxProperties: 2,
  }),
  allOf: (r) => ({ allOf: [{ type: 'integer', minimum: r.int(-9, 3) }, { maximum: r.int(4, 99) }] }),
  allOf_objects: (r, depth) => ({
    type: 'object',
    properties: { bar: any(r, depth), foo: any(r, depth) },
    additionalProperties: false,
    allOf: [{ required: ['bar'] }, { required: r.some(['foo']) }],
  }),
  anyOf: (r, depth) => ({ anyOf: r.times(2, 4, () => any(r, depth)) }),
  const: (r) => ({ const: r.pick(VALUES) }),
  defs: (r, depth) => ({
    $defs: { each: any(r, depth), 'a/b~c%': any(r, depth) },
    type: 'array',
    items: { $ref: r.pick(['#/$defs/each', '#/$defs/a~1b~0c%25']) },
    maxItems: r.int(1, 3),
  }),
  definitions: (r, depth) => ({
    definitions: { positive: { type: 'integer', minimum: 1, maximum: 99 }, other: any(r, depth) },
    type: 'object',
    properties: { n: { $ref: '#/definitions/positive' }, other: { $ref: '#/definitions/other' } },
    required: ['n'],
    additionalProperties: false,
  }),
  enum: (r) => ({ enum: [...new Set(r.times(1, 5, () => r.pick(VALUES)))] }),
  exclusiveMinimum: (r) => ({
    type: 'number',
    exclusiveMinimum: r.int(-5, 5),
    exclusiveMaximum: r.int(6, 9),
  }),
  format: (r) => ({ type: 'string', format: r.pick(FORMATS) }),
  items: (r, depth) => ({ type: 'array', items: any(r, depth), maxItems: r.int(0, 4) }),
  items_open: (r) => ({ type: 'array', items: number(r) }),
  minItems: (r, depth) => {
    const minItems = r.int(0, 3);
    return { type: 'array', items: any(r, depth), minItems, maxItems: minItems + r.int(0, 2) };
  },
  maxLength: (r) => ({ type: 'string', maxLength: r.int(0, 9) }),
  minLength: (r) => ({ type: 'string', minLength: 3, maxLength: r.int(3, 9) }),
  minProperties: (r, depth) => ({
    type: 'object',
    patternProperties: { '^[a-c]$': any(r, depth) },
    additionalProperties: false,
    minProperties: 1,
    maxProperties: r.int(2, 3),
  }),
  minimum: (r) => number(r),
  multipleOf: (r) => ({ type: 'integer', multipleOf: r.int(2, 12), minimum: 0, maximum: 600 }),
  oneOf: (r, depth) => ({
    oneOf: [
      { type: 'string', maxLength: 5 },
      { type: 'integer', minimum: 0, maximum: 9 },
      { type: 'array', items: any(r, depth), maxItems: 2 },
    ],
  }),
  oneOf_tagged: (r, depth) => ({
    oneOf: ['cat', 'dog'].map((kind) => ({
      type: 'object',
      properties: { kind: { const: kind }, [kind]: any(r, depth) },
      required: ['kind', ...r.some([kind])],
      additionalProperties: false,
    })),
  }),
  pattern: (r) => ({ type: 'string', pattern: r.pick(PATTERNS) }),
  patternProperties: (r, depth) => ({
    type: 'object',
    patternProperties: { '^f[a-o]{0,2}$': any(r, depth), '^[0-9]{1,2}$': number(r) },
    additionalProperties: false,
    maxProperties: 3,
  }),
  prefixItems: (r, depth) => {
    const prefixItems = r.times(1, 3, () => any(r, depth));
    const items = r.next() < 0.5 ? false : any(r, depth);
    return { type: 'array', prefixItems, items, minItems: r.int(0, prefixItems.length), maxItems: 4 };
  },
  properties: object,
  ref_list: (r) => ({
    $ref: '#/$defs/node',
    $defs: {
      node: {
        type: 'object',
        properties: { value: number(r), next: { anyOf: [{ type: 'null' }, { $ref: '#/$defs/node' }] } },
        required: ['value', 'next'],
        additionalProperties: false,
      },
    },
  }),
  ref_root: (r) => ({
    type: 'object',
    properties: { foo: { $ref: '#' }, bar: text(r) },
    additionalProperties: false,
  }),
  required: (r, depth) => {
    const fields = { foo: any(r, depth), bar: any(r, depth) };
    return { type: 'object', properties: fields, required: ['foo', 'bar'], additionalProperties: false };
  },
  type: (r) => ({ type: ['integer', 'boolean', 'null', ...r.some(['string'])], maxLength: 4 }),
  unknownKeyword: (r) => ({
    ...text(r),
    title: 'A title',
    default: 1,
    examples: [2],
    $comment: 'x',
    xMadeUp: true,
  }),
};

/** Every shape in its turn, so that none is missed. @param {Random} r @param {number} index @returns {{name: string, schema: Schema}} */
export function schemaAt(r, index) {
  const names = Object.keys(SHAPES);
  const name = names[index % names.length];
  return { name, schema: SHAPES[name](r, 2) };
}

/** @param {unknown} schema @param {Set<string>} [found] keywords in it */
export function keywordsOf(schema, found = new Set()) {
  if (Array.isArray(schema)) for (const each of schema) keywordsOf(each, found);
  else if (typeof schema === 'object' && schema !== null) {
    for (const [key, value] of Object.entries(schema)) {
      found.add(key);
      if (key !== 'const' && key !== 'enum') keywordsOf(value, found);
    }
  }
  return found;
}
