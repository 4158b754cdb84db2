// The words around what was searched for.

const AROUND = 24; // characters on each side

/** @param {string} text @param {string} wanted in small letters @returns {string} '' if it is not there */
export function snippetOf(text, wanted) {
  const at = text.toLocaleLowerCase().indexOf(wanted);
  if (at < 0) return '';
  const from = Math.max(0, at - AROUND);
  const to = Math.min(text.length, at + wanted.length + AROUND);
  return `${from > 0 ? '…' : ''}${text.slice(from, to)}${to < text.length ? '…' : ''}`
    .replace(/\s+/g, ' ')
    .trim();
}
