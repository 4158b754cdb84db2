// What a field's text is as lines, as rows, and as a table. Pure.

/** Lines without marks of lists. @param {string} text */
export const linesOf = (text) =>
  text
    .split('\n')
    .map((line) => line.replace(/^\s*(?:[-*•·]|\d{1,2}[.)、])\s*/, '').trim())
    .filter(Boolean);

/** A table as its rows: bars, tabs, commas, or a colon between two. @param {string} text @returns {string[][]} */
export function rowsOf(text) {
  const lines = text.split('\n').filter((line) => line.trim() && !/^[\s|:-]+$/.test(line));
  const mark = ['\t', '|', ',', '，', ';'].find((each) => lines.every((line) => line.includes(each)));
  return lines.map((line) => {
    const cells = mark
      ? line
          .replace(/^\s*\|/, '')
          .replace(/\|\s*$/, '')
          .split(mark)
      : line.split(/[:：]\s*/, 2);
    return cells.map((cell) => cell.trim());
  });
}

/** Pairs as a list, more columns as a table of Markdown; its first row is the head if it has no number. @param {string} text */
export function tableOf(text) {
  const rows = rowsOf(text);
  const width = Math.max(0, ...rows.map(({ length }) => length));
  const colon = /[\u3040-\u9fff]/.test(text) ? '：' : ': ';
  if (width < 3) return rows.map(([name, value = '']) => `- ${name}${value && colon}${value}`).join('\n');
  const cell = (/** @type {string} */ value) => value.replaceAll('|', '\\|');
  const line = (/** @type {string[]} */ row) =>
    `| ${Array.from({ length: width }, (_, i) => cell(row[i] ?? '')).join(' | ')} |`;
  const headed = rows.length > 1 && rows[0].every((value) => !/\d/.test(value));
  const head = headed ? rows[0] : rows[0].map((_, i) => String.fromCharCode(65 + i));
  return [line(head), line(head.map(() => '---')), ...(headed ? rows.slice(1) : rows).map(line)].join('\n');
}
