// Model output to safe DOM: marked parses, DOMPurify sanitizes, and only blocks that changed are rendered again.
import DOMPurify from 'dompurify';
import { Marked } from 'marked';
import { refreshCode } from './code.js';
import { h } from './dom.js';
import { mathExtensions, renderMath } from './math.js';

/** @typedef {{raw: string, node: HTMLElement, lang: string | undefined, end: number}} Block `end`: where it ends in what was lexed */

/** The few tags that models write inside Markdown. */
const HARMLESS = /^<\/?(br|sub|sup|kbd|mark)\s*\/?>$/i;

const marked = new Marked({ gfm: true, breaks: false });
marked.use({
  extensions: mathExtensions,
  // Any other HTML is shown as the text that it is.
  renderer: {
    html: ({ text }) =>
      HARMLESS.test(text.trim()) ? text : text.replace(/[&<>]/g, (c) => `&#${c.charCodeAt(0)};`),
  },
});

/** What model output may contain; no images: their addresses would be asked of the network. */
const ALLOWED = {
  ALLOWED_TAGS:
    'p br hr h1 h2 h3 h4 h5 h6 strong em del b i s code pre blockquote ul ol li a table thead tbody tr th td sup sub kbd mark input span'.split(
      ' ',
    ),
  ALLOWED_ATTR: ['href', 'title', 'class', 'align', 'start', 'type', 'checked', 'disabled', 'data-math'],
  ALLOW_DATA_ATTR: false,
};

/** @param {string} html */
function sanitize(html) {
  return DOMPurify.sanitize(html, { ...ALLOWED, RETURN_DOM_FRAGMENT: true });
}

/**
 * Links open elsewhere and tell nothing about this page; a checkbox is not for clicking.
 * @param {HTMLElement} node
 */
function finish(node) {
  for (const link of node.querySelectorAll('a')) {
    const href = link.getAttribute('href') ?? '';
    if (!/^(https?:|mailto:)/i.test(href)) link.removeAttribute('href');
    link.target = '_blank';
    link.rel = 'noopener noreferrer';
  }
  for (const input of node.querySelectorAll('input')) {
    if (input.type === 'checkbox') input.disabled = true;
    else input.remove();
  }
  for (const table of node.querySelectorAll('table')) {
    const scroller = h('div', { class: 'table', tabindex: 0, role: 'region' });
    table.replaceWith(scroller);
    scroller.append(table);
  }
}

/** How many blocks at the end may still change with what follows: a paragraph becomes a heading, a list goes on. */
const OPEN = 2;

/**
 * Keeps the rendered blocks of one message, so that a longer text only touches its last ones.
 * @param {HTMLElement} container
 * @param {(pre: HTMLPreElement) => void} decorateCode
 */
export function createMarkdown(container, decorateCode) {
  let closed = ''; // the text of blocks that can't change any more
  /** @type {Block[]} the rest */
  let open = [];
  /** @type {import('marked').Links} */
  let links = {};

  /** @param {import('marked').Token} token */
  function make(token) {
    const node = h('div', { class: 'block', dir: 'auto' });
    node.append(sanitize(marked.parser(Object.assign([token], { links }))));
    finish(node);
    void renderMath(node);
    for (const pre of node.querySelectorAll('pre')) decorateCode(pre);
    return node;
  }

  /** @param {Block} old @param {import('marked').Token} token */
  function reuse(old, token) {
    if (old.raw === token.raw) return old;
    // Code grows in place, so that its scroll position and the focus on its button stay.
    if (token.type !== 'code' || !('text' in token) || old.lang !== (token.lang ?? '')) return undefined;
    refreshCode(old.node, token.text);
    return { ...old, raw: token.raw };
  }

  return {
    /** @param {string} text */
    render(text) {
      if (!text.startsWith(closed)) {
        closed = '';
        open = [];
        links = {};
        container.replaceChildren();
      }
      const tokens = marked.lexer(text.slice(closed.length));
      links = { ...links, ...tokens.links };
      /** @type {Block[]} */
      const next = [];
      let raw = '';
      for (const token of tokens) {
        raw += token.raw;
        if (token.type === 'space' || token.type === 'def') continue;
        const old = open[next.length];
        const lang = token.type === 'code' ? (token.lang ?? '') : undefined;
        next.push((old && reuse(old, token)) ?? { raw: token.raw, node: make(token), lang, end: 0 });
        next[next.length - 1].end = raw.length;
      }
      for (const [i, { node }] of next.entries()) {
        const before = open[i]?.node;
        if (before === node) continue;
        if (before) before.replaceWith(node);
        else container.append(node);
      }
      for (const { node } of open.slice(next.length)) node.remove();
      // What the lexer changed on its way (tabs, line ends) must not shift the cut.
      const settled = next[next.length - 1 - OPEN];
      if (settled && text.startsWith(raw, closed.length)) {
        closed = text.slice(0, closed.length + settled.end);
        open = next.slice(next.length - OPEN);
      } else open = next;
    },
  };
}
