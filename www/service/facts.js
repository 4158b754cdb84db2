// What in an answer must stand in its source: numbers, prices, dates, addresses, names, promises. Pure.
import { conceptTerms } from './concepts.js';
import { fold, pairTerms, sentencesOf, wordsOf } from './terms.js';

const NUMBER_WORDS =
  'two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen twenty'.split(
    ' ',
  );
const TENS = 'thirty forty fifty sixty seventy eighty ninety'.split(' ');
const HAN_DIGITS = '零一二三四五六七八九';
/** Words that give something away. */
const PROMISES =
  /\b(free|guarantee\w*|promise\w*|always|never|unlimited|lifetime|refund\w*|discount\w*|immediately)\b|免费|包邮|保证|承诺|永远|终身|全额|立即|折扣|無料|保証/giu;
const CALENDAR =
  /\b(january|february|march|april|june|july|august|september|october|november|december|monday|tuesday|wednesday|thursday|friday|saturday|sunday)s?\b|(?:星期|周)[一二三四五六日天]|[月火水木金土日]曜/giu;
const REACH = /[\w.+-]+@[\w-]+(?:\.[\w-]+)+|(?:https?:\/\/|www\.)[^\s)]+|\+?\d[\d\s()/-]{6,}\d/giu;
const PLACES = /\p{Script=Han}{1,8}(?:路|街|大道|胡同|省|市|区|县|楼)/gu;

/** 十二 → 12, 三十 → 30. @param {string} han */
function hanNumber(han) {
  const [, tens, ten, ones] = /^([一二三四五六七八九]?)(十?)([零一二三四五六七八九]?)$/.exec(han) ?? [];
  const digit = (/** @type {string} */ sign) => HAN_DIGITS.indexOf(sign);
  if (!ten) return han.length === 1 ? String(digit(han)) : '';
  return String((tens ? digit(tens) : 1) * 10 + (ones ? digit(ones) : 0));
}

/** A number as it is compared: no separators, no trailing zeros. @param {string} written */
function plain(written) {
  const point = /^\d+,\d{1,2}$/.test(written) ? written.replace(',', '.') : written.replaceAll(',', '');
  return point.includes('.') && Number.isFinite(Number(point)) ? String(Number(point)) : point;
}

/** All numbers of a text, in figures. @param {string} text @returns {Set<string>} */
export function numbersOf(text) {
  const found = new Set();
  const folded = fold(text);
  for (const [number] of folded.matchAll(/\d+(?:[.,]\d+)*/g)) found.add(plain(number));
  NUMBER_WORDS.forEach((word, i) => new RegExp(`\\b${word}\\b`).test(folded) && found.add(String(i + 2)));
  TENS.forEach((word, i) => new RegExp(`\\b${word}\\b`).test(folded) && found.add(String((i + 3) * 10)));
  for (const [han] of folded.matchAll(/[零一二三四五六七八九十]+(?=[天日个月年小时周元块折件次%])/gu)) {
    const number = hanNumber(han);
    if (number) found.add(number);
  }
  return found;
}

/** Words with a capital inside a sentence. @param {string} text */
function namesOf(text) {
  const names = new Set();
  for (const sentence of sentencesOf(text))
    for (const [word] of sentence
      .trim()
      .slice(1)
      .matchAll(/(?<=\s)\p{Lu}\p{L}+/gu))
      names.add(word);
  return names;
}

/**
 * Facts of a text that its source does not have. A name may also stand in the question.
 * @param {string} text @param {string} source @param {string} [question] @returns {string[]}
 */
export function unsupportedFacts(text, source, question = '') {
  const known = fold(source);
  const numbers = numbersOf(source);
  const missing = [...numbersOf(text)].filter((number) => !numbers.has(number));
  const stems = new Set(wordsOf(known));
  for (const pattern of [PROMISES, CALENDAR])
    for (const [word] of text.matchAll(pattern)) {
      const folded = fold(word);
      const there = /^[a-z]/.test(folded)
        ? wordsOf(folded).every((stem) => stems.has(stem))
        : known.includes(folded);
      if (!there) missing.push(word);
    }
  const squeezed = known.replace(/[\s()/-]/g, '');
  for (const [reach] of text.matchAll(REACH))
    if (
      !squeezed.includes(
        fold(reach)
          .replace(/[\s()/-]/g, '')
          .replace(/[.,]$/, ''),
      )
    )
      missing.push(reach.trim());
  for (const [place] of text.matchAll(PLACES))
    if (!known.includes(place) && !known.includes(place.slice(-3))) missing.push(place);
  for (const stem of wordsOf(fold(question))) stems.add(stem);
  for (const name of namesOf(text))
    if (!wordsOf(fold(name)).every((stem) => stems.has(stem))) missing.push(name);
  return missing;
}

/** The share of a sentence's words that must stand in the source or the question. */
const SHARE = 0.6;

/** Whether a sentence says only what the source says. @param {string} sentence @param {string} source @param {string} question */
export function isSupported(sentence, source, question) {
  const both = `${source}\n${question}`;
  if (unsupportedFacts(sentence, source, question).length > 0) return false;
  const known = new Set([...pairTerms(both), ...conceptTerms(both).map(({ text }) => text)]);
  const terms = conceptTerms(sentence);
  const borne = terms.filter(({ text, words }) => known.has(text) || words.every((word) => known.has(word)));
  return terms.length > 0 && borne.length >= SHARE * terms.length;
}
