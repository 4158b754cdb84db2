// How sure the model was of a short answer, by its own probabilities. docs/quality.md has what that is worth, as measured by
// `loquat quality --kind fact` and xtask/score-facts.mjs.
import { answerBegins } from './thoughts.js';

/** Below this confidence an answer is called unsure. */
export const UNSURE_BELOW = 0.5;

const LONGEST = 80; // pieces: what is longer is prose, whose words could have been others without being wrong

/**
 * The probability of the least likely name or number of the first sentence, or of its least likely word where it has none.
 * The very first word is left out: sentences may begin in many ways. 1 where nothing can be said. Pure.
 * @param {ReadonlyArray<readonly [text: string, probability: number]>} pieces of the answer, in order
 */
export function confidenceOf(pieces) {
  const words = [];
  for (const piece of pieces) {
    if (/[\p{L}\p{N}]/u.test(piece[0])) words.push(piece);
    if (words.length > 2 && /[.!?。！？\n]/.test(piece[0])) break;
  }
  const rest = words.length > 1 ? words.slice(1) : words;
  const names = rest.filter(([text]) => /\p{Lu}|\p{N}|\p{Script=Han}/u.test(text));
  return Math.min(1, ...(names.length > 0 ? names : rest).map(([, probability]) => probability));
}

/**
 * Of the pieces that were written, those of the answer: words of the thoughts may be in it too, elsewhere. Pure.
 * @param {ReadonlyArray<readonly [string, number]>} words with their probability
 */
export function wordsOfAnswer(words) {
  let left = answerBegins(words.map(([word]) => word).join(''));
  return left < 0 ? [] : words.filter(([word]) => (left -= word.length) < 0);
}

/** Whether a question asks for a fact, in a sentence: only then does a low confidence mean a wrong answer. @param {string} question */
function asksForFact(question) {
  const text = question.trim();
  if (text.length > 200 || text.includes('\n')) return false;
  if (/\b(should|shall|can|could|would|may)\b|该|可以|べき/i.test(text)) return false; // advice: words could be others
  return (
    /^(who|whom|whose|what|which|when|where|how (many|much|old|tall|long|far|high|deep|big|fast))\b/i.test(
      text,
    ) ||
    /(谁|哪|何时|什么时候|多少|几[个条只年岁位名颗座]|是什么|叫什么|誰|どこ|いつ|何(?:ですか|年|人|個)|どの|いくつ)/.test(
      text,
    )
  );
}

/**
 * Whether the reader is told that the model was not sure of its answer.
 * @param {string} question @param {ReadonlyArray<readonly [string, number]>} pieces
 */
export const isUnsure = (question, pieces) =>
  asksForFact(question) && pieces.length <= LONGEST && confidenceOf(pieces) < UNSURE_BELOW;
