// What of a model's text belongs in a gap: small models go on behind it. Pure.

/** Where a text meets the rest of the gap's own line: as late in its first line as that stands there. @param {string} text @param {string} rest */
const inLine = (text, rest) => text.split('\n', 1)[0].lastIndexOf(rest);

/**
 * Ends where the text meets what stands behind the gap, through the first line there that is not blank; else at an empty line:
 * what follows one is another matter.
 * @param {string} text @param {string} suffix @returns {string}
 */
export function inGap(text, suffix) {
  const meets = (/^\s*?[^\n]*\S[^\n]*/.exec(suffix)?.[0] ?? '').trimEnd();
  const at = meets === '' ? -1 : meets.startsWith('\n') ? text.indexOf(meets) : inLine(text, meets);
  const before = at < 0 ? text : text.slice(0, at);
  return before.replace(/(\S[^\n]*)\n\s*\n[\s\S]*$/, '$1').replace(/\s+$/, '');
}
