// What customers ask and the knowledge lacks: questions without an answer, those that are about the same put together. Pure.
import { conceptTerms } from './concepts.js';

/** @typedef {{about: string, questions: string[]}} Cluster `about`: the words that its questions share */

/** Questions that share so much of their words are about the same. */
const ALIKE = 0.4;

/** @param {Set<string>} a @param {Set<string>} b */
function likeness(a, b) {
  const shared = [...a].filter((term) => b.has(term)).length;
  return shared / Math.max(1, a.size + b.size - shared);
}

/** @param {readonly string[]} questions @returns {Cluster[]} the largest first */
export function clusters(questions) {
  /** @type {Array<{terms: Set<string>, counts: Map<string, number>, questions: string[]}>} */
  const found = [];
  for (const question of questions) {
    const terms = new Set(conceptTerms(question).map(({ text }) => text));
    const near = found
      .map((cluster) => ({ cluster, score: likeness(terms, cluster.terms) }))
      .sort((a, b) => b.score - a.score)[0];
    /** @type {typeof found[number]} */
    const cluster = near && near.score >= ALIKE ? near.cluster : { terms, counts: new Map(), questions: [] };
    if (cluster.questions.length === 0) found.push(cluster);
    cluster.questions.push(question);
    for (const term of terms) cluster.counts.set(term, (cluster.counts.get(term) ?? 0) + 1);
    // What most of its questions have.
    const half = cluster.questions.length / 2;
    cluster.terms = new Set([...cluster.counts].filter(([, count]) => count >= half).map(([term]) => term));
  }
  return found
    .sort((a, b) => b.questions.length - a.questions.length)
    .map(({ terms, questions: all }) => ({
      about: [...terms].map((term) => term.replace('@', '')).join(', '),
      questions: all,
    }));
}
