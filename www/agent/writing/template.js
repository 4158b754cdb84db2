// What a template is, and whether a file holds some: each problem with the place where it stands. Types and a check; the same
// as a JSON Schema for editors is in template.schema.json.
import { Check, isObject, problem } from './template-problems.js';

/**
 * @typedef {'line' | 'text' | 'long' | 'number' | 'date' | 'list' | 'table' | 'choice'} FieldKind
 *
 * @typedef {object} Field
 * @property {string} id
 * @property {string} label
 * @property {FieldKind} kind `list`: a line each; `table`: rows of columns, by tabs, bars, commas or a colon
 * @property {boolean} [required]
 * @property {string} [hint]
 * @property {string} [example]
 * @property {string[]} [options] of a choice
 * @property {string} [default]
 * @property {boolean} [fact] false: it need not stand in the text word by word
 *
 * @typedef {object} Slot one short completion
 * @property {string} label
 * @property {string} ask what the model is told; `{{name}}` as in the body
 * @property {'line' | 'sentences' | 'list' | 'verse' | 'choice' | 'passages'} as
 * @property {number | string} [count] of sentences, entries or lines, or the name of a field that says it
 * @property {[least: number, most: number]} [words] of a line, a sentence or an entry; in Chinese and Japanese letters
 * @property {string} [of] for `passages`: the field whose passages are written anew, one after the other
 * @property {string} [options] for `choice`: the list to choose from
 * @property {string[]} [facts] fields whose value must stand in what is written
 * @property {string[]} [see] fields that the model is shown; without it all that are given
 * @property {boolean} [before] it is shown the end of what was written before
 * @property {string | string[]} [code] what stands there if the model can't; of an array, an entry each
 * @property {string} [pick] a field whose key sentences stand there if the model can't
 * @property {number} [least] millions of parameters below which the model isn't asked
 * @property {boolean} [free] what is made up is no mistake, as in stories
 *
 * @typedef {{from: string, by: string, count?: string}} Derived a list that is made of a field by code
 * @typedef {{rule: string, count?: [number, number] | string, words?: [number, number], level?: number, text?: string, titles?: string[], where?: string}} Rule
 *
 * @typedef {object} Template
 * @property {string} id
 * @property {string} language
 * @property {string} group
 * @property {string} name
 * @property {string} [about]
 * @property {string[]} [words] that it is found by
 * @property {string} [role] the system prompt
 * @property {Field[]} fields
 * @property {Record<string, Derived>} [derive]
 * @property {string} body
 * @property {Record<string, Slot>} slots
 * @property {'all' | 'numbers' | 'none'} [keep] which facts of the input must stand in the text: by default all
 * @property {boolean} [free] names and numbers may be made up, as in a story
 * @property {string} [pause] the slot after which it waits for the person
 * @property {string} [to] the field with the language that is written
 * @property {Rule[]} [form]
 *
 * @typedef {{path: string, code: string, values: Record<string, string | number>}} Problem
 */

export const FORMAT = 'loquat-templates';
export const KINDS = ['line', 'text', 'long', 'number', 'date', 'list', 'table', 'choice'];
export const SLOTS = ['line', 'sentences', 'list', 'verse', 'choice', 'passages'];
export const DERIVED = ['key', 'quiz', 'scenes', 'cast', 'decisions', 'actions', 'points', 'minutes'];
export const RULES = ['heading', 'has', 'sentences', 'words', 'lines', 'items', 'sections', 'ends'];
export const GROUPS = ['news', 'marketing', 'mail', 'work', 'text', 'school', 'story', 'own'];

const ID = /^[a-z][a-z0-9-]{0,39}$/;
const NAME = /^[A-Za-z]\w{0,39}$/;
/** Templates in a file: more are none. */
const MOST_TEMPLATES = 300;

/** What entries of derived lists have. */
const ENTRY_NAMES = new Set([
  '.',
  '@n',
  'question',
  'a',
  'b',
  'c',
  'd',
  'key',
  'who',
  'task',
  'due',
  'place',
  'first',
  'places',
  'script',
  'passage',
  'answer',
]);

/** @param {any} each @param {string} path @param {Check} check */
function checkTemplate(each, path, check) {
  if (!isObject(each)) return check.say(path, 'needs_object');
  if (typeof each.id !== 'string' || !ID.test(each.id)) check.say(`${path}/id`, 'needs_id');
  check.text(each, path, 'language', { needed: true, longest: 12 });
  check.text(each, path, 'name', { needed: true, longest: 80 });
  check.text(each, path, 'about', { longest: 300 });
  check.text(each, path, 'role');
  check.oneOf(each, path, 'group', GROUPS, false);
  check.oneOf(each, path, 'keep', ['all', 'numbers', 'none'], false);
  /** @type {Set<string>} */
  const known = new Set();
  check.list(each, path, 'fields', true).forEach((field, i) => {
    const at = `${path}/fields/${i}`;
    if (!isObject(field)) return check.say(at, 'needs_object');
    if (typeof field.id !== 'string' || !NAME.test(field.id)) check.say(`${at}/id`, 'needs_name');
    else if (known.has(field.id)) check.say(`${at}/id`, 'twice', { name: field.id });
    else known.add(field.id);
    check.text(field, at, 'label', { needed: true, longest: 80 });
    check.oneOf(field, at, 'kind', KINDS);
    for (const key of ['hint', 'example', 'default']) check.text(field, at, key);
    const options = check.list(field, at, 'options', field.kind === 'choice');
    if (options.some((option) => typeof option !== 'string' || option === ''))
      check.say(`${at}/options`, 'needs_text');
  });
  const fields = new Set(known);
  for (const [name, derived] of check.entries(each, path, 'derive')) {
    const at = `${path}/derive/${name}`;
    if (!NAME.test(name)) check.say(at, 'needs_name');
    if (!isObject(derived)) return check.say(at, 'needs_object');
    if (!fields.has(derived.from)) check.say(`${at}/from`, 'unknown_place', { name: String(derived.from) });
    check.oneOf(derived, at, 'by', DERIVED);
    known.add(name);
  }
  if (Object.keys(each.derive ?? {}).length > 0) for (const name of ENTRY_NAMES) check.entry.add(name);
  else check.entry = new Set(['.', '@n']);
  const slots = check.entries(each, path, 'slots');
  for (const [name] of slots) {
    if (!NAME.test(name)) check.say(`${path}/slots/${name}`, 'needs_name');
    else if (known.has(name)) check.say(`${path}/slots/${name}`, 'twice', { name });
    known.add(name);
  }
  for (const [name, slot] of slots) {
    const at = `${path}/slots/${name}`;
    if (!isObject(slot)) {
      check.say(at, 'needs_object');
      continue;
    }
    check.text(slot, at, 'label', { needed: true, longest: 80 });
    check.oneOf(slot, at, 'as', SLOTS);
    check.body(check.text(slot, at, 'ask', { needed: true }), `${at}/ask`, known);
    check.range(slot, at, 'words');
    for (const key of ['of', 'options', 'pick'])
      if (slot[key] !== undefined && !known.has(slot[key]) && !check.entry.has(slot[key]))
        check.say(`${at}/${key}`, 'unknown_place', { name: String(slot[key]) });
    if (slot.as === 'passages' && slot.of === undefined) check.say(`${at}/of`, 'needs_text');
    if (slot.as === 'choice' && slot.options === undefined) check.say(`${at}/options`, 'needs_text');
    for (const key of ['facts', 'see'])
      for (const field of check.list(slot, at, key))
        if (!known.has(field)) check.say(`${at}/${key}`, 'unknown_place', { name: String(field) });
    const { count } = slot;
    if (
      typeof count === 'string'
        ? !known.has(count)
        : count !== undefined && !(Number.isInteger(count) && count > 0 && count <= 40)
    )
      check.say(`${at}/count`, 'needs_count');
    const code = Array.isArray(slot.code) ? slot.code : [slot.code ?? ''];
    if (code.some((/** @type {unknown} */ text) => typeof text !== 'string'))
      check.say(`${at}/code`, 'needs_text');
    else for (const text of code) check.body(text, `${at}/code`, known);
  }
  check.body(check.text(each, path, 'body', { needed: true }), `${path}/body`, known);
  if (each.pause !== undefined && !slots.some(([name]) => name === each.pause))
    check.say(`${path}/pause`, 'unknown_place', { name: String(each.pause) });
  if (each.to !== undefined && !fields.has(each.to))
    check.say(`${path}/to`, 'unknown_place', { name: String(each.to) });
  check.list(each, path, 'form').forEach((rule, i) => {
    const at = `${path}/form/${i}`;
    if (!isObject(rule)) return check.say(at, 'needs_object');
    check.oneOf(rule, at, 'rule', RULES);
    check.range(rule, at, 'count');
    check.range(rule, at, 'words');
  });
}

/**
 * A file of templates, or a single one.
 * @param {unknown} data @returns {{templates: Template[], problems: Problem[]}} those that are whole, and what is wrong with the others
 */
export function checkTemplates(data) {
  const check = new Check();
  const file = isObject(data) && 'templates' in data ? data : undefined;
  const list = Array.isArray(data) ? data : file ? file.templates : [data];
  const base = file ? '/templates' : '';
  if (file && file.format !== undefined && file.format !== FORMAT)
    check.say('/format', 'one_of', { known: FORMAT });
  if (!Array.isArray(list)) {
    check.say(base, 'needs_list');
    return { templates: [], problems: check.problems };
  }
  if (list.length > MOST_TEMPLATES) {
    check.say(base, 'too_many', { most: MOST_TEMPLATES });
    return { templates: [], problems: check.problems };
  }
  /** @type {Template[]} */
  const templates = [];
  list.forEach((each, i) => {
    const before = check.problems.length;
    checkTemplate(each, Array.isArray(data) || file ? `${base}/${i}` : '', check);
    if (check.problems.length === before) templates.push(each);
  });
  return { templates, problems: check.problems };
}

/** @param {string} text @returns {{templates: Template[], problems: Problem[]}} */
export function readTemplates(text) {
  let data;
  try {
    data = JSON.parse(text);
  } catch (error) {
    const message = /** @type {Error} */ (error).message;
    return { templates: [], problems: [problem('', 'not_json', { message })] };
  }
  return checkTemplates(data);
}

/** @param {readonly Template[]} templates */
export const writeTemplates = (templates) =>
  JSON.stringify({ format: FORMAT, version: 1, templates }, null, 2) + '\n';

/**
 * The simplest template: what a person would ask, with `{{places}}`, as one slot.
 * @param {{id: string, language: string, name: string, prompt: string}} from @returns {Template}
 */
export function templateOfPrompt({ id, language, name, prompt }) {
  const places = [...new Set([...prompt.matchAll(/\{\{\s*([A-Za-z]\w*)\s*\}\}/g)].map(([, place]) => place))];
  return {
    id,
    language,
    group: 'own',
    name,
    fields: places.map((place) => ({
      id: place,
      label: place.replaceAll('_', ' '),
      kind: 'text',
      required: true,
    })),
    body: '{{written_text}}\n',
    keep: 'none',
    free: true,
    slots: { written_text: { label: name, as: 'sentences', ask: prompt, see: [] } },
  };
}
