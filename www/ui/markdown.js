// Model output to safe DOM: marked parses, DOMPurify sanitizes, and only blocks that changed are rendered again.
import DOMPurify from 'dompurify';
import { Marked } from 'marked';
import { h, setChildren } from './dom.js';
import { mathExtensions, renderMath } from './math.js';

/** @typedef {{raw: string, node: HTMLElement}} Block */

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

/**
 * Keeps the rendered blocks of one message, so that a longer text only touches its last block.
 * @param {HTMLElement} container
 * @param {(pre: HTMLPreElement) => void} decorateCode
 */
export function createMarkdown(container, decorateCode) {
  /** @type {Block[]} */
  let blocks = [];
  return {
    /** @param {string} text */
    render(text) {
      const tokens = marked.lexer(text);
      /** @type {Block[]} */
      const next = [];
      for (const token of tokens) {
        if (token.type === 'space' || token.type === 'def') continue;
        const old = blocks[next.length];
        if (old && old.raw === token.raw) {
          next.push(old);
          continue;
        }
        const node = h('div', { class: 'block' });
        const single = Object.assign([token], { links: tokens.links });
        node.append(sanitize(marked.parser(single)));
        finish(node);
        renderMath(node);
        for (const pre of node.querySelectorAll('pre')) decorateCode(pre);
        next.push({ raw: token.raw, node });
      }
      blocks = next;
      setChildren(
        container,
        next.map(({ node }) => node),
      );
    },
  };
}
