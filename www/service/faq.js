// Whether a question is a known one: by the words and concepts that it shares with each known question, the rare ones
// counting more. No model. Pure.
import { conceptTerms } from './concepts.js';
import { fold, languageOf, pairTerms } from './terms.js';

/**
 * @typedef {import('./knowledge-types.js').Faq} Faq
 * @typedef {import('./concepts.js').Term} Term
 * @typedef {{faq: Faq, score: number, cover: number, whole: number}} Known `cover`: the share of the question that it
 *   answers; `whole`: with what only its answer has counted in full
 */

/** From here on a question counts as known. Measured in docs/service.md. */
export const KNOWN = 0.62;
/** Where the question and its answer have all of it, less likeness is enough. */
export const WHOLE = { whole: 0.95, score: 0.42 };
/** So much of a question must be answered by what is known. */
export const COVERED = 0.45;
/** What a word of the question counts that stands in the known answer only. */
const IN_ANSWER = 0.5;
/** What another language than the question's costs: little where there is nothing in the question's. */
const FOREIGN = { some: 0.35, none: 0.06 };
/** What a word counts that no known question has, beside the rarest that one has. */
const UNKNOWN = 0.45;

/** @param {string} text */
const bare = (text) =>
  fold(text)
    .replace(/[^\p{L}\p{N}]+/gu, ' ')
    .trim();

/** @param {readonly Faq[]} list */
export function faqMatcher(list) {
  const known = list.map((faq) => {
    const ways = [faq.question, ...(faq.also ?? [])];
    return {
      faq,
      bare: ways.map(bare),
      ways: ways.map(conceptTerms),
      answer: new Set([...pairTerms(faq.answer), ...conceptTerms(faq.answer).map(({ text }) => text)]),
    };
  });
  /** @type {Map<string, number>} */
  const counts = new Map();
  for (const { ways } of known)
    for (const text of new Set(ways.flatMap((way) => way.map((term) => term.text))))
      counts.set(text, (counts.get(text) ?? 0) + 1);
  const rarest = Math.log(1 + known.length / 0.6);
  /** @param {Term} term */
  const weight = ({ text, name }) => {
    const count = counts.get(text);
    if (count === undefined) return name ? rarest * 0.7 : rarest * UNKNOWN;
    return Math.max(0.4, Math.log(1 + known.length / (count + 0.5)));
  };
  const sum = (/** @type {readonly Term[]} */ terms) => terms.reduce((all, term) => all + weight(term), 0);

  /** @param {readonly Term[]} asked @param {readonly Term[]} way @param {Set<string>} answer @returns {[score: number, cover: number, whole: number]} */
  function score(asked, way, answer) {
    const texts = new Set(way.map(({ text }) => text));
    let shared = 0;
    let extra = 0;
    for (const term of asked) {
      if (texts.has(term.text)) shared += weight(term);
      else if (answer.has(term.text) || term.words.every((word) => answer.has(word)))
        extra += weight(term) * IN_ANSWER;
    }
    const all = sum(asked);
    if (shared === 0) return [0, 0, 0];
    return [
      (2 * shared + extra) / (all + sum(way)),
      (shared + extra) / all,
      (shared + extra / IN_ANSWER) / all,
    ];
  }

  /** The known questions nearest to a question, best first. @param {string} question @param {number} [limit] @returns {Known[]} */
  return (question, limit = 3) => {
    const asked = conceptTerms(question);
    const words = bare(question);
    const language = languageOf(question);
    const foreign = known.some(({ faq }) => faq.language === language) ? FOREIGN.some : FOREIGN.none;
    return known
      .map(({ faq, bare: same, ways, answer }) => {
        const scores = ways.map((way) => score(asked, way, answer)).sort(([a], [b]) => b - a);
        const [best, cover, whole] = same.includes(words) ? [1, 1, 1] : scores[0];
        return { faq, score: best - (faq.language === language ? 0 : foreign), cover, whole };
      })
      .filter(({ score: best }) => best > 0)
      .sort((a, b) => b.score - a.score)
      .slice(0, limit);
  };
}
