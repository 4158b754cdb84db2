// Labels to lines that fit: words where a script has spaces, characters where it has none, no mark alone at a line's start.

/** @typedef {(text: string) => number} Measure pixels */
/** @typedef {{lines: string[], width: number, whole: boolean}} Wrapped `whole`: nothing was left out */

const MOST_LINES = 5;
const words = new Intl.Segmenter(undefined, { granularity: 'word' });
const characters = new Intl.Segmenter(undefined, { granularity: 'grapheme' });
/** Marks that belong to what stands before them. */
const CLOSING = /^[\p{Pe}\p{Pf}、。，．：；！？!?,.;:%）」』】》…ー々]+$/u;

/** Pieces that are not parted; a word too long for a line is. @param {string} text @param {number} most @param {Measure} measure */
function pieces(text, most, measure) {
  /** @type {string[]} */
  const found = [];
  for (const { segment } of words.segment(text)) {
    const last = found[found.length - 1];
    if (last !== undefined && CLOSING.test(segment)) found[found.length - 1] = last + segment;
    else if (measure(segment) > most) for (const { segment: c } of characters.segment(segment)) found.push(c);
    else found.push(segment);
  }
  return found;
}

/** @param {string} text @param {number} most pixels of a line @param {Measure} measure @returns {Wrapped} */
export function wrap(text, most, measure) {
  /** @type {string[]} */
  const lines = [];
  let line = '';
  for (const piece of pieces(text, most, measure)) {
    if (line !== '' && measure((line + piece).trimEnd()) > most) {
      lines.push(line); // with the space that parts it from the next, for those who hear or copy it
      line = piece.trimStart();
    } else line += piece;
  }
  if (line.trim() !== '') lines.push(line.trimEnd());
  const whole = lines.length <= MOST_LINES;
  if (!whole) {
    lines.length = MOST_LINES;
    lines[MOST_LINES - 1] = `${lines[MOST_LINES - 1].trimEnd()}…`;
  }
  return { lines, width: Math.max(0, ...lines.map((each) => measure(each.trimEnd()))), whole };
}
