// Moderation in OpenAI's shape, by the classifier and policy of the wasm module `safety`. Needs no model.
import { invalidRequest } from './api-error.js';
import { stamp } from './chunks.js';

/** OpenAI's names for the categories of the policy; `privacy` is one more. */
const NAMES = {
  weapons: 'illicit/violent',
  crime: 'illicit',
  hate: 'hate',
  'self-harm': 'self-harm',
  sexual: 'sexual',
  minors: 'sexual/minors',
  private: 'privacy',
};

/**
 * @typedef {import('../../agent/guard.js').Verdict} Verdict
 * @typedef {(text: string) => Promise<{scores: Record<string, number>, verdict: Verdict}>} Moderate
 * @typedef {{flagged: boolean, categories: Record<string, boolean>, category_scores: Record<string, number>}} ModerationResult
 */

/** @param {unknown} input @returns {string[]} */
function textsOf(input) {
  const list = Array.isArray(input) ? input : [input];
  const texts = list.map((each) => (each?.type === 'text' ? each.text : each));
  if (texts.length > 0 && texts.every((text) => typeof text === 'string')) return texts;
  throw invalidRequest('input', 'input is no text and no list of texts.', 'Send the text to be looked at.');
}

/** @param {Awaited<ReturnType<Moderate>>} found @returns {ModerationResult} */
function resultOf({ scores, verdict }) {
  const flagged = verdict.action === 'decline' || verdict.action === 'hand-over';
  const rows = Object.entries(NAMES).map(([own, name]) => ({ own, name, score: scores[own] ?? 0 }));
  return {
    flagged,
    categories: Object.fromEntries(rows.map(({ own, name }) => [name, flagged && own === verdict.category])),
    category_scores: Object.fromEntries(rows.map(({ name, score }) => [name, score])),
  };
}

/** @param {Moderate} moderate */
export function moderations(moderate) {
  return {
    /** @param {{input: string | string[] | Array<{type: 'text', text: string}>, model?: string}} request */
    async create({ input }) {
      const found = await Promise.all(textsOf(input).map(moderate));
      return { id: stamp('modr').id, model: 'loquat-safety', results: found.map(resultOf) };
    },
  };
}
