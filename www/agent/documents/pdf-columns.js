// Two columns whose lines come row by row, left and right in turn: back to one column after the other. Most files list
// their columns one after the other already; those are left as they are. Pure.

/** @typedef {import('./pdf-lines.js').Line} Line */

/** Lines on each side of a gutter, to be columns rather than a table or a stray remark. */
const FEWEST = 6;

/**
 * Where the gap between two columns is, if there is one: few lines cross it, and many end before it or begin after it.
 * @param {readonly Line[]} lines
 */
function gutter(lines) {
  const left = Math.min(...lines.map(({ x }) => x));
  const right = Math.max(...lines.map(({ x, width }) => x + width));
  const starts = [...new Set(lines.map(({ x }) => Math.round(x)))];
  /** @type {{at: number, across: number} | undefined} */
  let best;
  for (const start of starts) {
    const at = start - 1;
    if (at < left + (right - left) * 0.3 || at > left + (right - left) * 0.7) continue;
    const after = lines.filter(({ x }) => x >= at).length;
    const before = lines.filter(({ x, width }) => x + width <= at).length;
    const across = lines.length - after - before;
    if (after < FEWEST || before < FEWEST || across > lines.length / 4) continue;
    if (!best || across < best.across) best = { at, across };
  }
  return best?.at;
}

/** How wide lines of running text are at least, as a share of their column; the cells of a table are shorter. */
const FULL = 0.6;

/** @param {readonly Line[]} lines @param {number} width */
const isText = (lines, width) =>
  lines.filter((line) => line.width > FULL * width).length > lines.length * 0.5;

/** @param {Line[]} lines in the order of the file @returns {Line[]} */
export function inColumns(lines) {
  if (lines.length < 2 * FEWEST) return lines;
  const at = gutter(lines);
  if (at === undefined) return lines;
  const isLeft = (/** @type {Line} */ { x, width }) => x + width <= at;
  const isRight = (/** @type {Line} */ { x }) => x >= at;
  const sides = lines.filter((line) => isLeft(line) || isRight(line));
  const turns = sides.filter((line, n) => n > 0 && isRight(line) !== isRight(sides[n - 1])).length;
  if (turns < sides.length * 0.4) return lines;
  const left = sides.filter(isLeft);
  const right = sides.filter(isRight);
  const reach = (/** @type {Line[]} */ column) =>
    Math.max(...column.map(({ x, width }) => x + width)) - Math.min(...column.map(({ x }) => x));
  if (!isText(left, reach(left)) || !isText(right, reach(right))) return lines; // a table: its rows belong together
  // What crosses the gap (a title, a figure's caption) parts the page into bands.
  /** @type {Line[]} */
  const ordered = [];
  /** @type {Line[]} */
  let waiting = [];
  for (const line of lines) {
    if (isLeft(line)) ordered.push(line);
    else if (isRight(line)) waiting.push(line);
    else {
      ordered.push(...waiting, line);
      waiting = [];
    }
  }
  return [...ordered, ...waiting];
}
