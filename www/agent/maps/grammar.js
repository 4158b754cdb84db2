// What the model may write of a map: an outline of bounded depth, breadth and length of labels. The sampler sees no token
// that would leave it, so that what is written can always be drawn.

/** @typedef {import('./request.js').MapLanguage} MapLanguage */
/** @typedef {{branches: readonly [number, number], leaves: readonly [number, number]}} MapBounds least and most children */

/** @type {MapBounds} */
export const BOUNDS = { branches: [3, 6], leaves: [2, 4] };

/** Words and no marks: a small model would define, number and list where a label is wanted. */
const WORD = String.raw`[\p{L}\p{N}'’&+-]`;
/** Han and kana: no spaces between words, and twice as wide. */
const WIDE = String.raw`[\p{L}\p{N}、（）《》·ー]`;

/** A label as a regular expression. @param {MapLanguage} language */
export const labelPattern = (language) =>
  language === 'en'
    ? String.raw`\p{L}${WORD}{0,17}( ${WORD}{1,18}){0,5}`
    : String.raw`[\p{L}《]${WIDE}{1,15}`;

/**
 * Branches with their leaves, as a Markdown list.
 * @param {MapLanguage} language @param {MapBounds} [bounds]
 */
export const outlineGrammar = (language, { branches, leaves } = BOUNDS) =>
  [
    `start: branch{${branches.join(',')}}`,
    `branch: "- " LABEL "\\n" leaf{${leaves.join(',')}}`,
    'leaf: "  - " LABEL "\\n"',
    `LABEL: /${labelPattern(language)}/`,
  ].join('\n');

/** One level of a list. @param {MapLanguage} language @param {readonly [number, number]} bounds */
export const listGrammar = (language, bounds) =>
  [`start: item{${bounds.join(',')}}`, 'item: "- " LABEL "\\n"', `LABEL: /${labelPattern(language)}/`].join(
    '\n',
  );

/** Tokens that so many labels take at most, with room for scripts whose characters take several. @param {number} labels */
export const tokensFor = (labels) => labels * 28;
