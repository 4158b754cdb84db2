// Whether what a model wrote for a slot may stand: it repeats nothing, and a passage that was written anew has kept what it
// said. Pure.
import { hasFact, numbersIn } from './facts.js';
import { linesOf } from './lines.js';
import { countWords, overlap, sentencesOf } from './words.js';

/**
 * Says the same twice, says again what was written before, or gives the instruction back.
 * @param {string[]} lines @param {string} text all of them @param {import('./template.js').Slot} slot
 * @param {readonly string[]} before what the model wrote for other slots
 */
export function repeats(lines, text, slot, before) {
  const sentences = lines.length > 1 ? lines : sentencesOf(text);
  if (new Set(sentences).size < sentences.length) return true;
  for (const sentence of sentences) {
    const words = sentence.toLowerCase().match(/[\p{Script=Han}]|[\p{L}'’]+/gu) ?? [];
    const runs = words.map((_, i) => words.slice(i, i + 4).join(' ')).slice(0, -3);
    if (runs.length > 3 && new Set(runs).size < runs.length * 0.7) return true;
  }
  if (slot.as === 'passages' || slot.as === 'verse') return false;
  const ask = slot.ask.replace(/\{\{[^}]*\}\}/g, '');
  const { all } = countWords(text);
  if (all > 5 && overlap(text, ask) > 0.75) return true;
  return before.some((each) => each === text || (all > 6 && overlap(text, each) > 0.85));
}

/** Terms with their translation. @param {string} text a line each @returns {Array<[string, string]>} */
function glossaryOf(text) {
  return linesOf(text).flatMap((line) => {
    const [from, to] = line.split(/\s*(?:=|＝|→|->|:|：)\s*/, 2);
    return from && to ? [/** @type {[string, string]} */ ([from.trim(), to.trim()])] : [];
  });
}

/**
 * Its numbers stand, it is neither a stub nor much longer, and the glossary's terms are used.
 * @param {string} text @param {string} passage @param {{glossary: string, translated: boolean}} how
 */
export function keepsPassage(text, passage, { glossary, translated }) {
  if (numbersIn(passage).some((number) => !hasFact(text, number))) return false;
  const [{ all }, { all: before }] = [countWords(text), countWords(passage)];
  if (all < before * 0.2 || (!translated && all > before * 2 + 10)) return false;
  const has = (/** @type {string} */ where, /** @type {string} */ term) =>
    hasFact(where, { kind: 'words', text: term });
  return glossaryOf(glossary).every(([from, to]) => !has(passage, from) || has(text, to));
}
