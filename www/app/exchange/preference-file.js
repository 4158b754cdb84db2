// Ratings as lines of JSON that trainers take as they are: TRL's conversational formats for SFT, KTO and DPO. Columns beside
// theirs say which model, and whether the prompt is the very one that it was given.

/** @typedef {import('../feedback.js').Rating} Rating */

/** @param {string} content */
const said = (content) => [{ role: 'assistant', content }];

/** @param {Rating} rating */
const about = ({ id, at, model, exact, reasons, language }) => ({
  id,
  at: new Date(at).toISOString(),
  model: model.name,
  fingerprint: model.fingerprint ?? '',
  exact_prompt: exact,
  reasons: reasons.join(','),
  language,
});

/** The question at least: a prompt is never empty. @param {Rating} rating */
const promptOf = ({ prompt, question }) =>
  prompt.length > 0
    ? prompt.map(({ role, content }) => ({ role, content: content ?? '' }))
    : [{ role: 'user', content: question }];

const lines = (/** @type {unknown[]} */ rows) => rows.map((row) => `${JSON.stringify(row)}\n`).join('');

/** Corrected answers, as conversations. @param {readonly Rating[]} ratings */
export const sftLines = (ratings) =>
  lines(
    ratings
      .filter(({ better }) => better)
      .map((rating) => ({ messages: [...promptOf(rating), ...said(rating.better ?? '')], ...about(rating) })),
  );

/** Every thumb. @param {readonly Rating[]} ratings */
export const ktoLines = (ratings) =>
  lines(
    ratings.map((rating) => ({
      prompt: promptOf(rating),
      completion: said(rating.answer),
      label: rating.good,
      ...about(rating),
    })),
  );

/** Pairs: a correction beside what was corrected, or the better of two answers. @param {readonly Rating[]} ratings */
export const dpoLines = (ratings) =>
  lines(
    ratings.flatMap((rating) => {
      const { better, other, answer, good } = rating;
      /** @type {Array<[string, string]>} */
      const pairs = [];
      if (better && better !== answer) pairs.push([better, answer]);
      if (other && good && other !== answer) pairs.push([answer, other]);
      return pairs.map(([chosen, rejected]) => ({
        prompt: promptOf(rating),
        chosen: said(chosen),
        rejected: said(rejected),
        ...about(rating),
      }));
    }),
  );

/** Corrections as known questions, for the merchant to look through. @param {readonly Rating[]} ratings */
export const faqCandidates = (ratings) =>
  ratings
    .filter(({ better }) => better)
    .map(({ question, better = '', language, page }) => ({
      question,
      answer: better,
      language,
      ...(page ? { url: page } : {}),
    }));
