// Scores `loquat quality --kind instructions`: answers that keep every rule of their prompt. The rules are code, so that no
// reader's taste is in the figure. Usage: node xtask/score-instructions.mjs CASES.jsonl PREDICTIONS.jsonl
import { readFile } from 'node:fs/promises';

/**
 * A rule of a case: what is counted is to be between `min` and `max`; `text` is looked for without regard to case.
 * @typedef {{rule: string, min?: number, max?: number, text?: string, pattern?: string, case?: boolean, keys?: string[], equals?: unknown}} Rule
 */

const ITEM = /^\s*(?:[-*•·]|\d+[.)、．])\s*\S/;
const NUMBERED = /^\s*\d+[.)、．]\s*\S/;
const parts = (/** @type {string} */ text, /** @type {RegExp} */ at) =>
  text.split(at).filter((part) => /[\p{L}\p{N}]/u.test(part)).length;
const lines = (/** @type {string} */ text) => text.split('\n').filter((line) => line.trim() !== '');

/** What is counted, by rule. @type {Record<string, (text: string) => number>} */
const COUNTS = {
  sentences: (text) => parts(text, /[.!?](?=\s|$|["”'])|[。！？]/),
  words: (text) => (text.match(/\p{Script=Han}|[\p{L}\p{N}'’-]+/gu) ?? []).length,
  lines: (text) => lines(text).length,
  items: (text) => lines(text).filter((line) => ITEM.test(line)).length,
  numbered: (text) => lines(text).filter((line) => NUMBERED.test(line)).length,
  paragraphs: (text) => parts(text, /\n\s*\n/),
};

/** The JSON that an answer is; a code block around it is no fault. @param {string} text @returns {any} */
function parsed(text) {
  const inner = /^```(?:json)?\n([^]*?)\n?```$/.exec(text)?.[1] ?? text;
  try {
    return JSON.parse(inner);
  } catch {
    return undefined;
  }
}

/** @param {string} text @param {Rule} rule */
function keeps(text, { rule, min = 0, max = Infinity, text: wanted = '', pattern = '', ...more }) {
  const [low, part] = [text.toLowerCase(), wanted.toLowerCase()];
  const value = rule === 'json' ? parsed(text) : undefined;
  switch (rule) {
    case 'has':
      return low.includes(part);
    case 'lacks':
      return text !== '' && !low.includes(part);
    case 'begins':
      return low.startsWith(part);
    case 'ends':
      return low.endsWith(part);
    case 'matches':
      return new RegExp(pattern, more.case ? 'u' : 'iu').test(text);
    case 'json':
      if (more.equals !== undefined) return JSON.stringify(value) === JSON.stringify(more.equals);
      return value !== undefined && (more.keys ?? []).every((key) => Object.hasOwn(Object(value), key));
  }
  if (!COUNTS[rule]) throw new Error(`no rule ${rule}`);
  const n = COUNTS[rule](text);
  return n >= min && n <= max;
}

const [cases, predictions] = await Promise.all(
  process.argv
    .slice(2, 4)
    .map(async (path) =>
      (await readFile(path, 'utf8')).split('\n').flatMap((line) => (line ? [JSON.parse(line)] : [])),
    ),
);
const given = new Map(predictions.map(({ id, output }) => [id, output.trim()]));
let kept = 0;
for (const { id, checks } of cases) {
  const broken = checks.filter((/** @type {Rule} */ rule) => !keeps(given.get(id) ?? '', rule));
  kept += Number(broken.length === 0);
  if (broken.length > 0) console.error(`${id}: ${JSON.stringify(broken)}`);
}
console.log(`instructions kept ${kept}/${cases.length} = ${(kept / cases.length).toFixed(3)}`);
