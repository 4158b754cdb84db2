// Bare addresses in text, as GitHub's Markdown finds them, with the punctuation of Chinese and Japanese as an end: it is never
// part of an address that somebody writes into a sentence. Source: GFM 0.29, “Autolinks (extension)”.

/** Full-width punctuation and brackets, and the quotation marks that Chinese shares with English. */
const FULL_WIDTH =
  /[\u2018-\u201f\u2026\u3000-\u303f\uff01-\uff0f\uff1a-\uff20\uff3b-\uff40\uff5b-\uff65\uffe0-\uffe5]/;
const ADDRESS = /^(?:[\w-]+\.)*[\p{L}\p{N}_-]+(?::\d+)?(?:[/?#][^\s<>`]*)?/u;
const LONGEST = 2000; // characters; no address in a sentence is longer

/** How much of what follows `http://` or `www.` is the address. @param {string} text @param {number} at @returns {number} */
function length(text, at) {
  const whole = ADDRESS.exec(text.slice(at, at + LONGEST))?.[0] ?? '';
  const end = whole.search(FULL_WIDTH);
  let found = end < 0 ? whole : whole.slice(0, end);
  for (;;) {
    const before = found;
    found = found.replace(/[?!.,:;*_~'"]+$/, '').replace(/&\w+$/, '');
    // A bracket that was opened before the address closes there, too.
    if (found.endsWith(')') && found.split('(').length < found.split(')').length) found = found.slice(0, -1);
    if (found === before) return found.length;
  }
}

/** @param {import('markdown-it').MarkdownIt} md */
export function bareLinks(md) {
  const web = (/** @type {string} */ text, /** @type {number} */ at) =>
    text.startsWith('//', at) ? 2 + length(text, at + 2) : 0;
  const validate = (/** @type {string} */ text, /** @type {number} */ at) => {
    const found = web(text, at);
    return found > 2 ? found : 0;
  };
  // An address without a scheme may be a file's name (main.rs): only what begins with www. is one.
  md.linkify.set({ fuzzyLink: false, fuzzyIP: false, fuzzyEmail: true });
  md.linkify
    .add('http:', { validate })
    .add('https:', { validate })
    .add('ftp:', null)
    .add('//', null)
    .add('www.', {
      validate: (/** @type {string} */ text, /** @type {number} */ at) => length(text, at),
      normalize(/** @type {{url: string}} */ match) {
        match.url = `http://${match.url}`;
      },
    });
}
