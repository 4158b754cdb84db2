// Passages for a question from a knowledge file: BM25 (Robertson and Zaragoza, 2009) over the parts of the index that the
// question's words are in, then the first ones by their texts.
import { conceptTerms, wordsFor } from './concepts.js';
import { fold, languageOf, runsOf, sentencesOf, wordsOf } from './terms.js';

/**
 * @typedef {import('./knowledge-file.js').KnowledgeFile} KnowledgeFile
 * @typedef {import('./knowledge-types.js').Passage} Passage
 * @typedef {import('./knowledge-types.js').Page} Page
 * @typedef {import('./concepts.js').Term} Term
 * @typedef {{term: Term, weight: number, ways: string[][], found: number}} Weighed
 * @typedef {object} Hit
 * @property {number} number
 * @property {Passage} passage
 * @property {Page} page
 * @property {number} score comparable within one search only
 * @property {number} cover the share of the question, by weight, that stands in the passage or above it
 * @property {number} inside the same without what stands above it
 * @property {string} sentence the one that has most of it
 */

const K1 = 1.2;
const B = 0.6;
/** What the other words of a concept count. */
const OTHER = 0.8;
/** Other words that are looked up; each may take a part of the index. */
const MOST_WAYS = 10;
/** Passages whose texts are looked at. */
const AGAIN = 20;
const SENTENCE = 0.6;
/** What a passage in another language than the question's counts. */
const FOREIGN = { some: 0.5, none: 0.9 };
/** What a word counts that stands nowhere, if it is no name; and two signs that overlap two that stand somewhere. */
const NOWHERE = 0.6;
const OVERLAPS = 0.15;
/** Words for the merchant, which every page is of. */
const SELF = new Set(['compani', 'shop', 'busi', 'brand', '@store']);
const SELF_COUNTS = 0.25;

/** @param {number} count @param {number} all */
const rarity = (count, all) => Math.log(1 + (all - count + 0.5) / (count + 0.5));

/** The stems of a text in one line, and its signs as they are: for looking things up. @param {string} text */
function flat(text) {
  const folded = fold(text);
  return runsOf(folded)
    .map(({ signs, text: run }) => (signs ? run : ` ${wordsOf(run).join(' ')} `))
    .join('');
}

const isSigns = (/** @type {string[]} */ words) =>
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]/u.test(words[0] ?? '');
/** @param {string} text flat @param {string[]} words */
const stands = (text, words) => text.includes(isSigns(words) ? words.join('') : ` ${words.join(' ')} `);

/** @param {Term} term @param {readonly string[]} languages of the knowledge @returns {string[][]} */
function waysOf(term, languages) {
  const others = wordsFor(term)
    .filter((words) => (isSigns(words) ? languages.some((each) => each !== 'en') : languages.includes('en')))
    // Those of the question's own script first.
    .sort((a, b) => Number(isSigns(b) === isSigns(term.words)) - Number(isSigns(a) === isSigns(term.words)));
  const signs = (/** @type {string[]} */ words) =>
    words.flatMap((word) => (isSigns([word]) ? [...word] : [word]));
  return [
    term.words,
    ...others
      .slice(0, MOST_WAYS)
      .map(signs)
      .filter((words) => words.join() !== term.words.join()),
  ];
}

/** @param {KnowledgeFile} file @param {string[]} words @returns {Promise<Array<[number, number]>>} */
async function passagesWith(file, words) {
  const lists = await Promise.all([...new Set(words)].map((word) => file.passagesOf(word)));
  const [first, ...rest] = lists.sort((a, b) => a.length - b.length);
  const others = rest.map((list) => new Set(list.map(([passage]) => passage)));
  return first.filter(([passage]) => others.every((list) => list.has(passage)));
}

/**
 * @param {KnowledgeFile} file @param {string} question @param {number} [limit]
 * @returns {Promise<{terms: Weighed[], hits: Hit[]}>}
 */
export async function searchPassages(file, question, limit = 4) {
  const asked = conceptTerms(question);
  const all = file.directory.counts.passages;
  if (all === 0 || asked.length === 0) return { terms: [], hits: [] };
  const [lengths, pages] = await Promise.all([file.lengths(), file.pages()]);
  const mean = lengths.reduce((sum, length) => sum + length, 0) / all || 1;
  /** @type {Map<number, number>} */
  const scores = new Map();
  /** @type {Weighed[]} */
  const terms = [];
  await Promise.all(
    asked.map(async (term, place) => {
      const ways = waysOf(term, file.directory.site.languages);
      const found = await Promise.all(ways.map((words) => passagesWith(file, words)));
      /** @type {Map<number, number>} */
      const best = new Map();
      found.forEach((list, i) => {
        for (const [passage, count] of list) {
          const length = K1 * (1 - B + (B * (lengths[passage] ?? mean)) / mean);
          const saturated = ((count * (K1 + 1)) / (count + length)) * (i === 0 ? 1 : OTHER);
          if (saturated > (best.get(passage) ?? 0)) best.set(passage, saturated);
        }
      });
      const weight = rarity(best.size, all);
      terms[place] = { term, weight, ways, found: best.size };
      for (const [passage, value] of best) scores.set(passage, (scores.get(passage) ?? 0) + weight * value);
    }),
  );
  const language = languageOf(question);
  const foreign = pages.some((page) => page.language === language) ? FOREIGN.some : FOREIGN.none;
  terms.forEach((each, i) => {
    if (SELF.has(each.term.text) && terms.length > 1) each.weight *= SELF_COUNTS;
    if (each.found > 0 || each.term.name) return;
    const beside = [terms[i - 1], terms[i + 1]].some(
      (other) => other && other.found > 0 && isSigns([other.term.text]) && other.term.text.length === 2,
    );
    each.weight *= isSigns([each.term.text]) && beside ? OVERLAPS : NOWHERE;
  });
  const first = [...scores].sort(([a, x], [b, y]) => y - x || a - b).slice(0, AGAIN);
  const whole = terms.reduce((sum, { weight }) => sum + weight, 0) || 1;
  /** @param {string} text */
  const share = (text) => {
    const line = flat(text);
    return (
      terms.reduce(
        (sum, { weight, ways }) => sum + (ways.some((words) => stands(line, words)) ? weight : 0),
        0,
      ) / whole
    );
  };
  /** @type {Array<Hit | undefined>} */
  const hits = await Promise.all(
    first.map(async ([number, score]) => {
      const passage = await file.passage(number);
      const page = passage && pages[passage.page];
      if (!page) return undefined;
      const above = [page.title, ...(passage.headings ?? [])].join('\n');
      let sentence = '';
      let best = -1;
      for (const each of sentencesOf(passage.text)) {
        const value = share(each);
        if (value > best) [best, sentence] = [value, each.trim()];
      }
      const cover = share(`${above}\n${passage.text}`);
      const value = score * (0.4 + 0.6 * cover) + SENTENCE * best * whole;
      return {
        number,
        passage,
        page,
        score: value * (page.language === language ? 1 : foreign),
        cover,
        inside: share(passage.text),
        sentence,
      };
    }),
  );
  const found = /** @type {Hit[]} */ (hits.filter(Boolean)).sort(
    (a, b) => b.score - a.score || a.number - b.number,
  );
  return { terms, hits: found.slice(0, limit) };
}
