// Sentences, words and passages of a text, in languages with and without spaces.

/** Chinese and Japanese letters. */
const CJK = /[\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]/;
const CJK_ALL = new RegExp(CJK.source, 'g');

/** @param {string} text */
export const isCjk = (text) => {
  const letters = (text.match(/\p{L}/gu) ?? []).length;
  return letters > 0 && (text.match(CJK_ALL) ?? []).length > letters * 0.3;
};

/** Ends of English sentences that are none. */
const ABBREVIATION = /\b(?:Mr|Mrs|Ms|Dr|Prof|St|No|vs|etc|e\.g|i\.e|approx|[A-Z])\.$/;

/** @param {string} text @returns {string[]} */
export function sentencesOf(text) {
  /** @type {string[]} */
  const found = [];
  for (const line of text.split(/\n+/)) {
    let current = '';
    for (const piece of line.split(
      /(?<=[。！？!?]["”’」』）)]*)(?!["”’」』）)。！？!?])|(?<=[.]["”’)]*)(?=\s)/u,
    )) {
      current += piece;
      if (ABBREVIATION.test(current.trimEnd())) continue;
      if (current.trim()) found.push(current.trim());
      current = '';
    }
    if (current.trim()) found.push(current.trim());
  }
  return found;
}

/** Words; of Chinese and Japanese each letter is one. @param {string} text */
export function countWords(text) {
  const characters = (text.match(CJK_ALL) ?? []).length;
  const words = (text.replace(CJK_ALL, ' ').match(/[\p{L}\p{N}]+(?:['’.,-][\p{L}\p{N}]+)*/gu) ?? []).length;
  return { words, characters, all: words + characters };
}

/**
 * Paragraphs, and long ones in pieces that a small model can take: cut between sentences.
 * @param {string} text @param {number} [longest] characters @returns {string[]}
 */
export function passagesOf(text, longest = 600) {
  return text.split(/\n\s*\n|\n(?=\s{2,}|　)/).flatMap((paragraph) => {
    const whole = paragraph.trim();
    if (whole.length <= longest) return whole ? [whole] : [];
    /** @type {string[]} */
    const pieces = [];
    let current = '';
    for (const sentence of sentencesOf(whole)) {
      const gap = current === '' || isCjk(sentence) ? '' : ' ';
      if (current && current.length + sentence.length > longest) {
        pieces.push(current);
        current = sentence;
      } else current += gap + sentence;
    }
    return current ? [...pieces, current] : pieces;
  });
}

const COMMON = new Set(
  'the a an and or but of to in on at for with from by as is are was were be been it its this that these those he she they his her their we our you your i not no so than then there which who will would can could has have had do did about into over after before more most some any all also'.split(
    ' ',
  ),
);

/** What a text is about: words, or pairs of Chinese letters. @param {string} text @returns {string[]} */
export function termsOf(text) {
  const words = (text.toLowerCase().match(/[a-zà-ÿ]{2,}/g) ?? []).filter((word) => !COMMON.has(word));
  const runs = text.match(/[\u3040-\u30ff\u3400-\u9fff]{2,}/g) ?? [];
  const pairs = runs.flatMap((run) => Array.from({ length: run.length - 1 }, (_, i) => run.slice(i, i + 2)));
  return [...words, ...pairs];
}

/** Share of the first text's terms that are in the second. @param {string} a @param {string} b */
export function overlap(a, b) {
  const mine = new Set(termsOf(a));
  if (mine.size === 0) return 0;
  const theirs = new Set(termsOf(b));
  return [...mine].filter((term) => theirs.has(term)).length / mine.size;
}

/**
 * The sentences that say most of what the text says, in their order: by how many of its frequent terms they hold, each term
 * once. The first sentence leads.
 * @param {string} text @param {number} count @returns {string[]}
 */
export function keySentences(text, count) {
  const all = sentencesOf(text);
  if (all.length <= count) return all;
  /** @type {Map<string, number>} */
  const weight = new Map();
  for (const sentence of all)
    for (const term of new Set(termsOf(sentence))) weight.set(term, (weight.get(term) ?? 0) + 1);
  const left = new Map(weight);
  const chosen = new Set([0]);
  for (const term of termsOf(all[0])) left.delete(term);
  while (chosen.size < count) {
    let best = -1;
    let most = -1;
    all.forEach((sentence, i) => {
      if (chosen.has(i)) return;
      const terms = new Set(termsOf(sentence));
      let score = 0;
      for (const term of terms) score += (left.get(term) ?? 0) > 1 ? (left.get(term) ?? 0) : 0.1;
      const fair = score / Math.sqrt(6 + terms.size);
      if (fair > most) [best, most] = [i, fair];
    });
    chosen.add(best);
    for (const term of termsOf(all[best])) left.delete(term);
  }
  return [...chosen].sort((a, b) => a - b).map((i) => all[i]);
}
