// The telling sentences of a text, and how they become short enough for a label. No model, every word is the text's own.

const WORDS = new Intl.Segmenter(undefined, { granularity: 'word' });
const SENTENCES = new Intl.Segmenter(undefined, { granularity: 'sentence' });
const LONGEST = { narrow: 64, wide: 26 }; // characters of a label

/** Mostly Han or kana. @param {string} text */
export const isWide = (text) =>
  (text.match(/[\p{Script=Han}\u3040-\u30ff]/gu) ?? []).length * 3 > text.replace(/\s/g, '').length;

/** Words that carry meaning, as far as length and script tell. @param {string} text @returns {string[]} */
export function terms(text) {
  const found = [];
  for (const { segment, isWordLike } of WORDS.segment(text.toLowerCase())) {
    if (!isWordLike) continue;
    const wide = /\p{Script=Han}/u.test(segment);
    if (wide ? segment.length >= 2 : segment.length >= 4 && !/^[\u3040-\u309f]+$/.test(segment))
      found.push(segment);
  }
  return found;
}

/** @param {string} text @returns {string[]} */
export function sentencesOf(text) {
  const found = [];
  for (const line of text.split('\n')) {
    if (line.includes('\t')) continue; // a table's row
    let open = '';
    for (const { segment } of SENTENCES.segment(line)) {
      open += segment;
      if (/\b(?:[A-Z]|Mr|Mrs|Ms|Dr|Prof|St|No|vs|etc|e\.g|i\.e|Fig|cf)\.\s*$/.test(open)) continue;
      if (open.trim()) found.push(open.trim());
      open = '';
    }
    if (open.trim()) found.push(open.trim());
  }
  return found;
}

/** How often each term occurs. @param {Iterable<string>} texts @returns {Map<string, number>} */
export function countTerms(texts) {
  /** @type {Map<string, number>} */
  const counts = new Map();
  for (const text of texts) for (const term of terms(text)) counts.set(term, (counts.get(term) ?? 0) + 1);
  return counts;
}

/**
 * The sentences whose terms are the most frequent, in the order of the text, none saying nearly the same as another.
 * @template {{text: string}} T
 * @param {readonly T[]} sentences @param {ReadonlyMap<string, number>} counts @param {number} most @returns {T[]}
 */
export function telling(sentences, counts, most) {
  const rated = sentences
    .filter(({ text }) =>
      isWide(text) ? text.length >= 8 && text.length <= 160 : text.length >= 25 && text.length <= 400,
    )
    .map((sentence) => {
      const own = terms(sentence.text);
      const sum = own.reduce((all, term) => all + Math.log1p(counts.get(term) ?? 0), 0);
      return { sentence, own: new Set(own), score: sum / (own.length + 4) };
    })
    .sort((a, b) => b.score - a.score);
  /** @type {typeof rated} */
  const chosen = [];
  for (const next of rated) {
    if (chosen.length === most) break;
    const alike = chosen.some(
      ({ own }) => [...next.own].filter((term) => own.has(term)).length > next.own.size * 0.6,
    );
    if (!alike) chosen.push(next);
  }
  const kept = new Set(chosen.map(({ sentence }) => sentence));
  return sentences.filter((sentence) => kept.has(sentence));
}

/** Words that only lead to what is said. */
const LEADS =
  /^(?:(?:however|therefore|moreover|furthermore|in addition|for example|for instance|in fact|of course|as a result|finally|also|thus|and|but|so),?\s+|(?:但是|然而|因此|所以|此外|另外|例如|同时|不过|而且|并且)[，,]?|(?:しかし|また|そして|例えば|つまり|そのため)、?)/i;

/** A sentence as a label: its first clause, or as many words as fit. @param {string} sentence */
export function shorten(sentence) {
  const text = sentence.replace(/\s+/g, ' ').replace(LEADS, '').trim();
  const whole = (text[0]?.toUpperCase() ?? '') + text.slice(1).replace(/[.。!！;；:：,，、]+$/u, '');
  const wide = isWide(whole);
  const most = wide ? LONGEST.wide : LONGEST.narrow;
  if (whole.length <= most) return whole;
  const clause = /^.+?(?=[,;:，；：。]\s?|\s[–—-]\s|\s?[(（])/u.exec(whole)?.[0] ?? '';
  if (clause.length >= most / 3 && clause.length <= most) return clause;
  let end = 0;
  for (const { index, segment } of WORDS.segment(whole)) {
    if (index + segment.length > most - 1) break;
    end = index + segment.length;
  }
  return `${whole.slice(0, end || most - 1).trim()}…`;
}
