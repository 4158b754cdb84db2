// Which of several documents a question names: "in lease.pdf", "what does the lease say", 《租约》. Pure.

/** Shorter names stand in too many questions by chance. */
const SHORTEST = { han: 2, other: 4 };

/** A name as people would type it. @param {string} name */
const typed = (name) =>
  name
    .toLowerCase()
    .normalize('NFKC')
    .replace(/[_\-\s]+/g, ' ')
    .trim();

/** @param {string} text @param {string} name */
function stands(text, name) {
  const least = /\p{Script=Han}/u.test(name) ? SHORTEST.han : SHORTEST.other;
  if ([...name].length < least) return false;
  for (let at = text.indexOf(name); at >= 0; at = text.indexOf(name, at + 1)) {
    const before = text[at - 1] ?? ' ';
    const after = text[at + name.length] ?? ' ';
    const joins = (/** @type {string} */ c) => /[\p{L}\p{N}]/u.test(c) && !/\p{Script=Han}/u.test(c);
    if (!joins(before) && !joins(after)) return true;
  }
  return false;
}

/**
 * The documents that a question names, or all of them where it names none.
 * @template {{name: string}} D
 * @param {string} question @param {readonly D[]} documents @returns {readonly D[]}
 */
export function named(question, documents) {
  if (documents.length < 2) return documents;
  const text = typed(question);
  const found = documents.filter(({ name }) => {
    const whole = typed(name);
    return stands(text, whole) || stands(text, whole.replace(/\.[\p{L}\d]{1,5}$/u, ''));
  });
  return found.length > 0 ? found : documents;
}
