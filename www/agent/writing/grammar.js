// What a slot may be written with, as a regular expression for the sampler: so many sentences of so many words, no number that was
// not given and, in English, no name either. A completion under it can't break the form, however small the model.
import { factsIn } from './facts.js';

/** @typedef {import('../../protocol/messages.js').Constraint} Constraint */

/** Beyond so many the grammar would be slow to make. */
const MOST_FACTS = 40;
const CJK_LETTER = '[\u3005\u3040-\u30ff\u4e00-\u9fff]';
/** Letters that count: they come only whole, with a number that was given. 一 and 两 are in too many other words. */
const NUMERALS = '二三四五六七八九十百千万亿〇零';
/** Chinese and Japanese letters without them. */
const LETTER_NO_NUMERAL = (() => {
  const out = [...NUMERALS].map((c) => c.charCodeAt(0)).filter((c) => c >= 0x4e00);
  let [ranges, from] = ['\u3005\u3041-\u30ff', 0x4e00];
  const u = (/** @type {number} */ c) => `\\u{${c.toString(16)}}`;
  for (const c of out.sort((a, b) => a - b)) {
    if (c > from) ranges += `${u(from)}-${u(c - 1)}`;
    from = c + 1;
  }
  return `[${ranges}${u(from)}-${u(0x9fff)}]`;
})();

const LATIN = /^[\x20-\x7e]+$/;

/** @param {string} text */
const escaped = (text) => text.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&');

/** @param {string[]} options */
const oneOf = (options) => `(?:${options.join('|')})`;

/** Numbers and names that may be written: longest first. @param {string} given @param {string} language */
function allowed(given, language) {
  const english = language === 'en';
  const facts = factsIn(given).filter(({ kind, text }) => english || kind === 'number' || LATIN.test(text));
  // A name that opens a field looks like any word with a capital: all of them may be written.
  const capitals = english ? (given.match(/(?<![\p{L}\p{N}])\p{Lu}[\p{L}’'-]+/gu) ?? []) : [];
  const words = [...facts.map(({ text }) => text), ...capitals];
  const known = [...new Set(words.filter((word) => !/\n/.test(word)))];
  return known
    .sort((a, b) => b.length - a.length)
    .slice(0, MOST_FACTS)
    .map(escaped);
}

/**
 * A piece without an end: words of English, letters of Chinese and Japanese.
 * @param {string} language @param {[number, number]} words @param {string[]} facts @param {boolean} free
 */
function piece(language, [least, most], facts, free) {
  if (language === 'en') {
    const lower = "[a-zà-ÿ]+(?:['’-][a-zà-ÿ]+)*";
    const words = oneOf([free ? "[A-Za-zÀ-ÿ]+(?:['’-][A-Za-zÀ-ÿ]+)*" : `I|${lower}`, ...facts]);
    const first = oneOf(["[A-ZÀ-Þ][a-zà-ÿ]*(?:['’-][a-zà-ÿ]+)*", ...facts]);
    return `${first}(?:[,;:]? ${words}){${Math.max(0, least - 1)},${Math.max(0, most - 1)}}`;
  }
  const letter = oneOf([LETTER_NO_NUMERAL, ...facts]);
  return `${letter}(?:[，、：；《》]?${letter}){${Math.max(0, least - 1)},${Math.max(0, most - 1)}}`;
}

const ENDS = { en: '[.!?]', other: '[。！？]' };

/**
 * @param {import('./template.js').Slot} slot @param {{language: string, count: [least: number, most: number], given: string, free: boolean, options?: string[]}} how
 * @returns {{constraint?: Constraint, max_tokens: number}}
 */
export function grammarOf(slot, { language: written, count, given, free, options = [] }) {
  const language = /^(zh|ja)/.test(written) ? written.slice(0, 2) : 'en';
  const english = language === 'en';
  const words = slot.words ?? (english ? [4, 24] : [6, 45]);
  const facts = allowed(given, language);
  const regex = () => {
    const part = piece(language, words, facts, free);
    const end = english ? ENDS.en : ENDS.other;
    const between = english ? ' ' : '';
    const more = (/** @type {string} */ first, /** @type {string} */ gap) =>
      `${first}(?:${gap}${first}){${Math.max(0, count[0] - 1)},${count[1] - 1}}`;
    if (slot.as === 'choice') return oneOf(options.map(escaped));
    if (slot.as === 'line') return part;
    if (slot.as === 'list') return more(part, '\\n');
    if (slot.as === 'verse') return english ? more(`${part}[,.;!?]?`, '\\n') : verse(words, count[1]);
    return more(`${part}${end}`, between);
  };
  // A token is three quarters of an English word or, in small models, half a Chinese letter.
  const size = Math.ceil((english ? 2 : 1.6) * words[1] * (slot.as === 'line' ? 1 : count[1])) + 24;
  return { constraint: { type: 'regex', regex: regex() }, max_tokens: Math.min(700, size) };
}

/** Lines of so many letters each, in pairs. @param {[number, number]} words @param {number} count */
function verse([least, most], count) {
  const line = `${CJK_LETTER}{${least},${most}}`;
  return Array.from({ length: count }, (_, i) => `${line}${i % 2 ? '。' : '，'}`).join('\\n');
}
