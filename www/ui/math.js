// Math in Markdown: finds $…$, $$…$$, \(…\) and \[…\], and has KaTeX write MathML for it, loaded when the first one appears.

/** @typedef {import('marked').TokenizerAndRendererExtension} Extension */

const INLINE = /^(?:\$(?!\s)((?:\\.|[^$\\\n])+?)(?<!\s)\$(?!\d)|\\\(([^\n]+?)\\\))/;
const BLOCK = /^(?:\$\$([^]+?)\$\$|\\\[([^]+?)\\\])(?:\n|$)/;

/** @param {string} text */
function escape(text) {
  return text.replace(/[&<>"]/g, (c) => `&#${c.charCodeAt(0)};`);
}

/** @param {'inline' | 'block'} level @param {RegExp} pattern @param {RegExp} begin @returns {Extension} */
function extension(level, pattern, begin) {
  return {
    name: `math-${level}`,
    level,
    start: (source) => begin.exec(source)?.index,
    tokenizer(source) {
      const match = pattern.exec(source);
      if (!match) return undefined;
      return { type: `math-${level}`, raw: match[0], text: (match[1] ?? match[2]).trim() };
    },
    renderer: (token) => `<span data-math="${level}">${escape(token.text)}</span>`,
  };
}

export const mathExtensions = [
  extension('block', BLOCK, /\$\$|\\\[/),
  extension('inline', INLINE, /\$|\\\(/),
];

/**
 * Replaces the sources in a sanitized node. KaTeX builds the elements itself and runs with `trust` off.
 * MathML needs neither fonts nor inline styles, which the content security policy forbids.
 * @param {HTMLElement} node
 */
export async function renderMath(node) {
  const places = /** @type {NodeListOf<HTMLElement>} */ (node.querySelectorAll('[data-math]'));
  if (places.length === 0) return;
  const { default: katex } = await import('katex');
  for (const place of places) {
    katex.render(place.textContent ?? '', place, {
      displayMode: place.dataset.math === 'block',
      output: 'mathml',
      throwOnError: false,
      trust: false,
      strict: 'ignore',
    });
  }
}
