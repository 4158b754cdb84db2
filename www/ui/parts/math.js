// Math in Markdown: finds $…$, $$…$$, \(…\) and \[…\], and has KaTeX write MathML for it, loaded when the first one appears.

/** @typedef {import('markdown-it').MarkdownIt} MarkdownIt */

/** Delimiters of a formula inside a line, as KaTeX's auto-render has them: the first that fits counts. */
const INLINE = /** @type {const} */ ([
  { open: '$$', close: '$$', level: 'block' },
  { open: '\\[', close: '\\]', level: 'block' },
  { open: '\\(', close: '\\)', level: 'inline' },
  { open: '$', close: '$', level: 'inline' },
]);

const LONGEST = 2000; // characters of a formula inside a paragraph, so that lone signs cost no search of the whole

/** The last sought text, so that signs without an end are not each looked for to its end. */
let last = { text: '', at: /** @type {Record<string, number>} */ ({}) };

/** @param {string} text @param {string} close */
function lastOf(text, close) {
  if (last.text !== text) last = { text, at: {} };
  return (last.at[close] ??= text.lastIndexOf(close));
}

/** Where a formula ends that begins before `from`; escapes count as one sign. @param {string} text @param {number} from @param {string} close @returns {number} -1 if nowhere near */
function endOf(text, from, close) {
  if (lastOf(text, close) < from) return -1;
  const until = Math.min(text.length, from + LONGEST);
  for (let at = from; at < until; at++) {
    if (text.startsWith(close, at)) return at;
    if (text[at] === '\\') at++;
  }
  return -1;
}

/** A code span binds closer than a formula. @param {string} text */
const cutsCode = (text) => (text.match(/`+/g) ?? []).length % 2 === 1;

/** What is written between two signs of money is text. @param {string} text @param {string | undefined} next */
const isMoney = (text, next = '') => /^\s|\s$|\n/.test(text) || /\d/.test(next) || text.includes('`');

/** @param {MarkdownIt} md */
export function mathSyntax(md) {
  md.inline.ruler.before('escape', 'math', (state, silent) => {
    const { src, pos } = state;
    if (src[pos] !== '$' && src[pos] !== '\\') return false;
    const found = INLINE.find(({ open }) => src.startsWith(open, pos));
    if (!found || (src[pos] === '$' && src[pos - 1] === '\\')) return false;
    const { open, close, level } = found;
    const begin = pos + open.length;
    const end = endOf(src, begin, close);
    const text = src.slice(begin, Math.max(begin, end));
    if (text.trim() === '' || cutsCode(text)) return false;
    if (open === '$' && isMoney(text, src[end + 1])) return false;
    if (!silent) {
      const token = state.push('math', '', 0);
      token.content = text.trim();
      token.info = level;
    }
    state.pos = end + close.length;
    return true;
  });

  // A block begins and ends its line, and no empty line is in it.
  md.block.ruler.before(
    'fence',
    'math',
    (state, first, last, silent) => {
      if (state.sCount[first] - state.blkIndent >= 4) return false;
      const lineOf = (/** @type {number} */ line) =>
        state.src.slice(state.bMarks[line] + state.tShift[line], state.eMarks[line]);
      const begin = lineOf(first);
      const [open, close] = begin.startsWith('$$')
        ? ['$$', '$$']
        : begin.startsWith('\\[')
          ? ['\\[', '\\]']
          : [];
      if (!open || !close) return false;
      /** @type {string[]} */
      const lines = [];
      for (
        let line = first;
        line < last && !state.isEmpty(line) && state.sCount[line] >= state.blkIndent;
        line++
      ) {
        const text = lineOf(line).trimEnd();
        const rest = line === first ? text.slice(open.length) : text;
        const at = rest.indexOf(close);
        if (at < 0) {
          lines.push(rest);
          continue;
        }
        if (at + close.length < rest.length) return false; // goes on: a formula in a paragraph, if one
        lines.push(rest.slice(0, at));
        const content = lines.join('\n').trim();
        if (content === '') return false;
        if (silent) return true;
        state.line = line + 1;
        const token = state.push('math', '', 0);
        Object.assign(token, { content, info: 'block', block: true, map: [first, line + 1] });
        return true;
      }
      return false;
    },
    { alt: ['paragraph', 'reference', 'blockquote', 'list'] },
  );

  md.renderer.rules.math = (tokens, i) =>
    `<span data-math="${tokens[i].info}">${md.utils.escapeHtml(tokens[i].content)}</span>`;
}

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
    const source = place.textContent ?? '';
    try {
      katex.render(source, place, {
        displayMode: place.dataset.math === 'block',
        output: 'mathml',
        throwOnError: true, // what KaTeX writes for an error has an inline style
        trust: false,
        strict: 'ignore',
      });
    } catch {
      place.textContent = source;
      place.className = 'math-error';
    }
  }
}
