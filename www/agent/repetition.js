// Notices when a model goes round in circles: the same sentence, or the same few, again and again. Pure.

const END = /[.!?。！？\n]+["'”’)\]]*\s*/gu;
const SHORTEST = 20; // characters of what counts as a sentence: refrains, lists of “No.” and code have shorter ones
const LONGEST_ROUND = 4; // sentences
const ROUNDS = 3; // that a round is written before it is one too many
const LOOKED_AT = 4000; // characters of the end

/** @param {string} text @returns {Array<{at: number, text: string}>} whole sentences, where each begins */
function sentencesOf(text) {
  const found = [];
  let at = 0;
  for (const end of text.matchAll(END)) {
    const next = end.index + end[0].length;
    const sentence = text.slice(at, next).trim();
    if (sentence) found.push({ at, text: sentence });
    at = next;
  }
  return found;
}

/**
 * Where a text begins to say again what it has just said twice: the rest of it is one too many.
 * @param {string} text @returns {number} -1: it does not
 */
export function repeatsFrom(text) {
  const cut = Math.max(0, text.length - LOOKED_AT);
  const tail = text.slice(cut);
  if ((tail.match(/^```/gm) ?? []).length % 2 === 1) return -1; // code has rows alike
  const sentences = sentencesOf(tail).slice(cut > 0 ? 1 : 0); // the first may have lost its beginning
  const n = sentences.length;
  for (let round = 1; round <= LONGEST_ROUND && round * ROUNDS <= n; round++) {
    const from = n - round * ROUNDS;
    const first = sentences.slice(from, from + round);
    if (first.reduce((sum, each) => sum + each.text.length, 0) < SHORTEST) continue;
    const same = sentences.slice(from).every((each, i) => each.text === first[i % round].text);
    if (same) return cut + sentences[from + round].at;
  }
  return -1;
}
