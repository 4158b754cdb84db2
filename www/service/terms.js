// Text to the terms that are indexed, searched and compared: folded, English stemmed; Chinese and Japanese by their signs.
import { stemmer } from 'stemmer';

const SIGNS = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}ー]/u;
const RUNS =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}ー]+|[^\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}ー]+/gu;

/** Without case, accents and width. @param {string} text */
export const fold = (text) =>
  text
    .normalize('NFKD')
    .replace(/\p{M}+/gu, '')
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[’`´]/g, "'");

/** The language a text is written in, as far as its signs tell. @param {string} text @returns {'zh' | 'ja' | 'en'} */
export function languageOf(text) {
  if (/[\p{Script=Hiragana}\p{Script=Katakana}]/u.test(text)) return 'ja';
  return /\p{Script=Han}/u.test(text) ? 'zh' : 'en';
}

/** A word of the Latin script without its ending. @param {string} word */
export const stemOf = (word) =>
  /^[a-z]{3,}$/.test(word) ? stemmer(word).replace(/(?<=^[^aeiou]+)y$/, 'i') : word;

/** A text's runs: signs of Chinese and Japanese, or all else. @param {string} text folded @returns {Array<{signs: boolean, text: string}>} */
export function runsOf(text) {
  return [...text.matchAll(RUNS)].map(([run]) => ({ signs: SIGNS.test(run), text: run }));
}

/** Words of a run that has no signs. @param {string} run @returns {string[]} */
export function wordsOf(run) {
  const words =
    run.replace(/(?<=\p{L})'s\b|(?<=\p{L})'(?=\p{L})/gu, '').match(/[\p{L}\p{N}]+(?:[.,]\d+)*/gu) ?? [];
  return words.map((word) => stemOf(/^\d{1,3}(,\d{3})+/.test(word) ? word.replaceAll(',', '') : word));
}

/** What the index holds: words, and each sign by itself. @param {string} text @returns {string[]} */
export function indexTerms(text) {
  return runsOf(fold(text)).flatMap(({ signs, text: run }) => (signs ? [...run] : wordsOf(run)));
}

/** What texts are compared by: words, and each two signs that stand together. @param {string} text @returns {string[]} */
export function pairTerms(text) {
  return runsOf(fold(text)).flatMap(({ signs, text: run }) => (signs ? pairsOf(run) : wordsOf(run)));
}

/** @param {string} run of signs @returns {string[]} */
export function pairsOf(run) {
  const signs = [...run];
  if (signs.length < 2) return signs;
  return signs.slice(1).map((sign, i) => signs[i] + sign);
}

/** FNV-1a, 32 bits, of the UTF-8 bytes. @param {string} term */
export function hashOf(term) {
  let hash = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(term)) hash = Math.imul(hash ^ byte, 0x01000193) >>> 0;
  return hash;
}

/** @param {string} text @returns {string[]} sentences and lines, with their ends */
export function sentencesOf(text) {
  return (
    text
      .match(/[^\n。！？!?.]+(?:[.!?](?!\s|$|["”’)\]])[^\n。！？!?.]*)*(?:[。！？!?.]+["”’)\]]*\s*|\n+|$)/gu)
      ?.filter((each) => each.trim() !== '') ?? (text.trim() ? [text] : [])
  );
}
