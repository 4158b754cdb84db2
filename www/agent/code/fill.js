// What of a model's text belongs in a gap: small models go on behind it. Pure.

/** Where a text meets the rest of the gap's own line: as late in its first line as that stands there. @param {string} text @param {string} rest */
const inLine = (text, rest) => text.split('\n', 1)[0].lastIndexOf(rest);

/** Where a whole line stands that stands behind the gap as well, the same indentation and all: the text has left the gap. Brackets alone say nothing. @param {string} text @param {string} suffix */
function lineAgain(text, suffix) {
  const behind = new Set(
    suffix
      .split('\n')
      .slice(1)
      .map((line) => line.trimEnd()),
  );
  let at = text.indexOf('\n');
  while (at >= 0) {
    const end = text.indexOf('\n', at + 1);
    const line = text.slice(at + 1, end < 0 ? text.length : end).trimEnd();
    if (/\w{3}/.test(line) && behind.has(line)) return at;
    at = end;
  }
  return -1;
}

/**
 * Ends where the text meets what stands behind the gap, through the first line there that is not blank, or comes to a later line of
 * it; else at an empty line: what follows one is another matter.
 * @param {string} text @param {string} suffix @returns {string}
 */
export function inGap(text, suffix) {
  const meets = (/^\s*?[^\n]*\S[^\n]*/.exec(suffix)?.[0] ?? '').trimEnd();
  const at = meets === '' ? -1 : meets.startsWith('\n') ? text.indexOf(meets) : inLine(text, meets);
  const met = at < 0 ? text : text.slice(0, at);
  const again = lineAgain(met, suffix);
  const before = again < 0 ? met : met.slice(0, again);
  return before.replace(/(\S[^\n]*)\n\s*\n[\s\S]*$/, '$1').replace(/\s+$/, '');
}
