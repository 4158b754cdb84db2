// Whether a text has its template's form and keeps its facts: what the draft shows, and what quality is measured by.
import { fillBody } from './body.js';
import { factsIn, hasFact, inventedIn } from './facts.js';
import { derive } from './derive.js';
import { linesOf, rowsOf } from './lines.js';
import { countWords, sentencesOf } from './words.js';

/**
 * @typedef {import('./template.js').Template} Template
 * @typedef {import('./template.js').Rule} Rule
 * @typedef {{rule: string, ok: boolean, found: number | string, wanted: string}} FormCheck
 * @typedef {{form: FormCheck[], facts: import('./facts.js').Tick[], invented: import('./facts.js').Found[]}} Report
 */

/** Text without headings, marks of lists and bold. @param {string} text */
const prose = (text) =>
  text
    .split('\n')
    .filter((line) => !/^\s*(?:#|\||[-*]\s|\d+[.)]\s|>)/.test(line) && !/^\s*\*\*[^*]+\*\*\s*$/.test(line))
    .join('\n');

/** @param {[number, number] | string | undefined} count @param {(name: string) => string} value @returns {[number, number]} */
function range(count, value) {
  if (Array.isArray(count)) return count;
  const n = Number(value(count ?? '')) || 1;
  return [n, n];
}

/** @param {number} n @param {[number, number]} range */
const within = (n, [least, most]) => n >= least && n <= most;

/** @param {Rule} rule @param {string} text @param {(name: string) => string} value @returns {FormCheck} */
function checkRule({ rule, count, words, level = 1, text: wanted = '', titles = [], where }, text, value) {
  const scope = { look: (/** @type {string} */ name) => value(name) || undefined };
  const [least, most] = range(count, value);
  const said = least === most ? String(least) : `${least}–${most}`;
  /** @param {number} found */
  const counted = (found) => ({ rule, ok: within(found, [least, most]), found, wanted: said });
  const lines = text.split('\n');
  if (rule === 'heading') {
    const headings = lines.filter((line) => new RegExp(`^#{${level}}\\s+\\S`).test(line));
    const fits = !words || headings.every((line) => within(countWords(line).all, words));
    return { ...counted(headings.length), ok: fits && within(headings.length, [least, most]) };
  }
  if (rule === 'items')
    return counted(lines.filter((line) => /^\s*(?:[-*•]\s|\d+[.)、])\s*\S/.test(line)).length);
  if (rule === 'words') return counted(countWords(text).all);
  if (rule === 'sentences') return counted(sentencesOf(where === 'all' ? text : prose(text)).length);
  if (rule === 'lines') {
    const own = lines
      .map((line) => line.replace(/\\$/, '').trim())
      .filter((line) => line && !line.startsWith('#'));
    const fits = !words || own.every((line) => within(countWords(line).all, words));
    return { ...counted(own.length), ok: fits && within(own.length, [least, most]) };
  }
  if (rule === 'sections') {
    let at = 0;
    const missing = titles.find((title) => {
      const found = text.indexOf(title, at);
      at = found + title.length;
      return found < 0;
    });
    return {
      rule,
      ok: missing === undefined,
      found: missing === undefined ? titles.length : '',
      wanted: missing ?? titles.join(', '),
    };
  }
  const words_ = fillBody(wanted, scope).trim();
  const ok =
    rule === 'ends' ? text.trimEnd().endsWith(words_) : hasFact(text, { kind: 'words', text: words_ });
  return { rule, ok: ok || words_ === '', found: ok ? words_ : '', wanted: words_ };
}

/**
 * Facts that were given, each with whether it is there. Short fields count as they stand; of longer ones their numbers and names.
 * @param {Template} template @param {Record<string, string>} values @param {string} text @returns {import('./facts.js').Tick[]}
 */
function ticks({ fields, keep = 'all' }, values, text) {
  /** @type {Map<string, import('./facts.js').Tick>} */
  const found = new Map();
  /** @param {string} label @param {Pick<import('./facts.js').Found, 'kind' | 'text' | 'value'>} fact */
  const add = (label, fact) => {
    if (keep === 'numbers' && fact.kind !== 'number') return;
    if (!found.has(fact.text))
      found.set(fact.text, { kind: fact.kind, text: fact.text, label, kept: hasFact(text, fact) });
  };
  for (const { id, label, kind, fact = true } of fields) {
    const value = (values[id] ?? '').trim();
    if (!fact || !value || kind === 'choice' || keep === 'none') continue;
    if (kind === 'table') for (const cell of rowsOf(value).flat()) add(label, { kind: 'words', text: cell });
    else if (kind === 'list')
      for (const line of linesOf(value)) for (const each of factsIn(line)) add(label, each);
    else if (kind === 'line' || kind === 'number' || kind === 'date')
      add(label, { kind: 'words', text: value });
    else for (const each of factsIn(value)) add(label, each);
  }
  return [...found.values()].filter(({ text: each }) => each !== '');
}

/** @param {Template} template @param {Record<string, string>} values @param {string} text @returns {Report} */
export function checkText(template, values, text) {
  const value = (/** @type {string} */ id) => (values[id] ?? '').trim();
  const lists = Object.values(template.derive ?? {}).map((each) => derive(each, value, template.language));
  const made = lists.flatMap((list) =>
    [list ?? []].flat().flatMap((each) => (typeof each === 'string' ? each : Object.values(each))),
  );
  const own = Object.values(template.slots).flatMap(({ code = [] }) => code);
  const given = [
    ...template.fields.flatMap(({ id, label }) => [label, value(id)]),
    template.body,
    ...made,
    ...own,
  ].join('\n');
  // Numbers of headings and lists count nothing.
  const counted = text.replace(/^(?:#+ |\*\*)?第?\d+(?=[.)、:：\s*场]|$)/gm, (mark) =>
    mark.replace(/\d/g, ' '),
  );
  const invented = inventedIn(counted, given).filter(
    ({ kind }) => kind === 'number' || !(template.free || template.to),
  );
  return {
    form: (template.form ?? []).map((rule) => checkRule(rule, text, value)),
    facts: ticks(template, values, text),
    invented: template.free ? [] : invented,
  };
}

/** What is still missing before it can be written. @param {Template} template @param {Record<string, string>} values */
export const missingFields = ({ fields }, values) =>
  fields.filter(({ id, required }) => required && !(values[id] ?? '').trim()).map(({ label }) => label);
