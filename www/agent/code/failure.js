// What is told of a program that failed, and the program in an answer. Pure.

/** @typedef {import('../../protocol/parts.js').RunPart} RunPart */

const FENCE = /^ {0,3}(`{3,}|~{3,}) *([^\s`]*)[^\n]*\n([\s\S]*?)(?:^ {0,3}\1[`~]* *$|$(?![\s\S]))/gm;
/** How code blocks of the languages that can be run are marked. @type {Readonly<Record<import('./run.js').Language, RegExp>>} */
export const LANGUAGES = { javascript: /^(javascript|js|mjs|node)$/i, python: /^(python|py|python3)$/i };
const LINES = 20; // of output that go with an error

/**
 * The longest program of an answer: those of the language before those of none.
 * @param {string} text Markdown @param {RegExp} [language] @returns {{code: string, block: number} | undefined} `block`: which of its code blocks
 */
export function codeOf(text, language = LANGUAGES.javascript) {
  const blocks = [...text.matchAll(FENCE)].map(([, , info, code], block) => ({ info, code, block }));
  const named = blocks.filter(({ info }) => language.test(info));
  const wanted = named.length > 0 ? named : blocks.filter(({ info }) => info === '');
  const [longest] = wanted.sort((a, b) => b.code.length - a.code.length);
  return longest && { code: longest.code, block: longest.block };
}

/** Limits in the words of the language's own errors: that is what models know. @type {Record<string, string>} */
const LIMITS = {
  time: 'Error: the program did not end within 5 seconds',
  memory: 'Error: out of memory',
  output: 'Error: the program writes without end',
  stopped: 'Error: stopped',
};

/** @param {Pick<RunPart, 'ended' | 'error'>} run */
export function errorLine({ ended, error }) {
  if (error) return `${error.name}: ${error.message}${error.line ? ` (line ${error.line})` : ''}`;
  return LIMITS[ended] ?? '';
}

/** @param {RunPart} run @returns {string} lines of text that it wrote */
export const writtenBy = ({ outputs, value }) =>
  [
    ...outputs.flatMap((output) => ('text' in output ? [output.text] : [])),
    ...(value === undefined ? [] : [value]),
  ].join('\n');

/** The end of what it wrote, and its error. @param {RunPart} run */
export const failureOf = (run) =>
  [...writtenBy(run).split('\n').slice(-LINES), errorLine(run)].filter(Boolean).join('\n');
