// The Markdown that models write, as a parser: CommonMark with tables, tasks, bare links and math, in which emphasis works beside
// the punctuation of Chinese and Japanese. Single tildes are text: `3~5天，价格100~200元` means ranges, and who writes Chinese
// never strikes out with one. Makes HTML that is not safe yet.
import MarkdownIt from 'markdown-it';
import cjkFriendly from 'markdown-it-cjk-friendly';
import { bareLinks } from './markdown-links.js';
import { mathSyntax } from './math.js';

/** The few tags that models write inside Markdown; any other HTML is shown as the text that it is. */
const HARMLESS = /^<\/?(?:br|sub|sup|kbd|mark)\s*\/?>/i;
const TASK = /^\[([ xX])\]\s+/;

export const md = new MarkdownIt({ linkify: true, maxNesting: 40 });
md.use(cjkFriendly);
md.use(bareLinks);
md.use(mathSyntax);

/** More would take a browser longer to lay out than a person waits: such a block stays text. */
export const MOST_TOKENS = 5000;
const LONGEST = 20_000; // characters that are looked at for marks in one go

// What is too long is not looked at for marks: some of them take time that grows with the square of what they stand in.
md.core.ruler.before('inline', 'limits', ({ tokens }) => {
  let depth = 0;
  let first = 0;
  for (const [i, token] of tokens.entries()) {
    depth += token.nesting;
    if (depth > 0) continue;
    const block = tokens.slice(first, i + 1);
    first = i + 1;
    const many = block.length > MOST_TOKENS;
    for (const each of block)
      if (each.type === 'inline' && (many || each.content.length > LONGEST)) each.type = 'plain';
  }
});
md.renderer.rules.plain = (tokens, i) => md.utils.escapeHtml(tokens[i].content);

/** Rows of a table that a page can lay out. */
const MOST_ROWS = 1500;

md.block.ruler.before('table', 'long-table', (state, first, last, silent) => {
  const at = state.bMarks[first + 1];
  if (silent || first + MOST_ROWS > last || !/^[\s|:-]+$/.test(state.src.slice(at, state.eMarks[first + 1])))
    return false;
  let end = first;
  while (end < last && !state.isEmpty(end)) end++;
  if (end - first < MOST_ROWS) return false;
  state.line = end;
  const token = state.push('plain', '', 0);
  Object.assign(token, { content: state.getLines(first, end, 0, false), map: [first, end], block: true });
  return true;
});

md.inline.ruler.before('autolink', 'harmless', (state, silent) => {
  if (state.src[state.pos] !== '<') return false;
  const found = HARMLESS.exec(state.src.slice(state.pos, state.pos + 20))?.[0];
  if (!found) return false;
  if (!silent) state.push('html_inline', '', 0).content = found;
  state.pos += found.length;
  return true;
});

md.core.ruler.after('inline', 'tasks', ({ tokens, Token }) => {
  for (const [i, token] of tokens.entries()) {
    const first =
      token.type === 'inline' && tokens[i - 2]?.type === 'list_item_open' ? token.children?.[0] : undefined;
    const task = first?.type === 'text' ? TASK.exec(first.content) : null;
    if (!first || !task) continue;
    first.content = first.content.slice(task[0].length);
    const box = new Token('html_inline', '', 0);
    box.content = `<input type="checkbox" disabled${task[1] === ' ' ? '' : ' checked'}> `;
    token.children?.unshift(box);
  }
});

// An inline style is against the page's policy; an attribute says the same.
md.core.ruler.push('alignment', ({ tokens }) => {
  for (const token of tokens) {
    if (token.type !== 'th_open' && token.type !== 'td_open') continue;
    const side = /text-align:(\w+)/.exec(String(token.attrGet('style') ?? ''))?.[1];
    token.attrs = side ? [['align', side]] : null;
  }
});

// No images: their addresses would be asked of the network. What they show is a link away.
md.renderer.rules.image = (tokens, i, options, env, self) => {
  const { escapeHtml } = md.utils;
  const source = String(tokens[i].attrGet('src') ?? '');
  const words = self.renderInlineAsText(tokens[i].children ?? [], options, env) || source;
  return `<a href="${escapeHtml(source)}">${escapeHtml(words)}</a>`;
};
