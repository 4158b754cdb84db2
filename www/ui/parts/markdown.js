// Model output to safe DOM: markdown-it parses, DOMPurify sanitizes, only blocks that changed are rendered again, and what
// would keep the page busy waits its turn or stays text.
import DOMPurify from 'dompurify';
import { refreshCode } from './code.js';
import { h } from '../lib/dom.js';
import { md, MOST_TOKENS } from './markdown-syntax.js';
import { renderMath } from './math.js';

export { codeDecorator } from './code.js';

/** @typedef {import('markdown-it').Token} Token */
/** @typedef {import('markdown-it').Env} Env */
/** @typedef {{raw: string, tokens: Token[], end: number}} Parsed one block: its source, and where that ends in what was parsed */
/** @typedef {{raw: string, node: HTMLElement, info: string | undefined, end: number, later?: () => HTMLElement}} Block `later`: how it will look when there is time */

/** What model output may contain. */
const ALLOWED = {
  ALLOWED_TAGS:
    'p br hr h1 h2 h3 h4 h5 h6 strong em del b i s code pre blockquote ul ol li a table thead tbody tr th td sup sub kbd mark input span'.split(
      ' ',
    ),
  ALLOWED_ATTR: ['href', 'title', 'class', 'align', 'start', 'type', 'checked', 'disabled', 'data-math'],
  ALLOW_DATA_ATTR: false,
};

const LONGEST_LINE = 20_000; // characters of a line that is looked at for marks
const BUSY = 50; // ms of rendering in one go; the rest comes in the next ones

/** @param {string} html */
function sanitize(html) {
  return DOMPurify.sanitize(html, { ...ALLOWED, RETURN_DOM_FRAGMENT: true });
}

/** @typedef {(rows: number, columns: number) => string} NameTable */

/**
 * Links open elsewhere and tell nothing about this page; a checkbox is not for clicking; a table scrolls by itself.
 * @param {HTMLElement} node @param {NameTable} nameTable
 */
function finish(node, nameTable) {
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
    const name = nameTable(table.rows.length - 1, table.rows[0]?.cells.length ?? 0);
    const scroller = h('div', { class: 'table', tabindex: 0, role: 'region', 'aria-label': name });
    table.replaceWith(scroller);
    scroller.append(table);
  }
}

/** @param {string} text as it is written */
const plain = (text) => h('div', { class: 'block plain', dir: 'auto' }, text.trimEnd());

/** Lines that no parser should look at become blocks of their own. @param {string} text @returns {string[]} pieces that are parsed, and lines between them that are not, by turns */
function partsOf(text) {
  if (text.length <= LONGEST_LINE) return [text];
  const parts = [''];
  for (const line of text.match(/[^\n]*\n|[^\n]+$/g) ?? []) {
    if (line.length > LONGEST_LINE) parts.push(line, '');
    else parts[parts.length - 1] += line;
  }
  return parts;
}

/**
 * The top-level blocks of a text.
 * @param {string} text @param {Env} env link definitions; those in the text are added
 * @returns {Parsed[]}
 */
function parse(text, env) {
  /** @type {Parsed[]} */
  const blocks = [];
  let offset = 0;
  for (const [i, part] of partsOf(text).entries()) {
    if (i % 2 === 1) blocks.push({ raw: part, tokens: [], end: offset + part.length });
    else blocks.push(...parsePart(part, offset, env));
    offset += part.length;
  }
  return blocks;
}

/** @param {string} text @param {number} offset @param {Env} env @returns {Parsed[]} */
function parsePart(text, offset, env) {
  const starts = [0];
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) starts.push(at + 1);
  const at = (/** @type {number} */ line) => starts[line] ?? text.length;
  /** @type {Parsed[]} */
  const blocks = [];
  /** @type {Token[]} */
  let tokens = [];
  let depth = 0;
  for (const token of md.parse(text, env)) {
    tokens.push(token);
    depth += token.nesting;
    if (depth > 0) continue;
    const [from, to] = tokens[0].map ?? [0, 0];
    blocks.push({ raw: text.slice(at(from), at(to)), tokens, end: offset + at(to) });
    tokens = [];
  }
  return blocks;
}

/** @param {Token[]} tokens @returns {number} with those inside */
const countTokens = (tokens) => tokens.reduce((sum, { children }) => sum + 1 + (children?.length ?? 0), 0);

/** How many blocks at the end may still change with what follows: a paragraph becomes a heading, a list goes on. */
const OPEN = 2;

/**
 * Keeps the rendered blocks of one message, so that a longer text only touches its last ones.
 * @param {HTMLElement} container
 * @param {(pre: HTMLPreElement) => void} decorateCode
 * @param {NameTable} nameTable what its region is called
 */
export function createMarkdown(container, decorateCode, nameTable) {
  let closed = ''; // the text of blocks that can't change any more
  /** @type {NonNullable<Env['references']>} link definitions in it */
  let known = {};
  let used = ''; // the link definitions that the blocks were made with
  /** @type {Block[]} the rest */
  let open = [];
  /** @type {Set<Block>} */
  const waiting = new Set();
  let timer = 0;

  /** @param {Token[]} tokens @param {Env} env */
  function make(tokens, env) {
    const node = h('div', { class: 'block', dir: 'auto' });
    node.append(sanitize(md.renderer.render(tokens, md.options, env)));
    finish(node, nameTable);
    void renderMath(node);
    for (const pre of node.querySelectorAll('pre')) decorateCode(pre);
    return node;
  }

  /** @param {Parsed} parsed @param {Env} env @param {boolean} busy @returns {Block} */
  function blockOf({ raw, tokens, end }, env, busy) {
    const [{ type, info } = { type: '', info: '' }] = tokens;
    const code = type === 'fence' || type === 'code_block' ? info : undefined;
    if (tokens.length === 0 || type === 'plain' || countTokens(tokens) > MOST_TOKENS)
      return { raw, node: plain(raw), info: code, end };
    if (!busy) return { raw, node: make(tokens, env), info: code, end };
    const block = { raw, node: plain(raw), info: code, end, later: () => make(tokens, env) };
    waiting.add(block);
    return block;
  }

  /** Makes of the blocks that wait what they should be, a little at a time. */
  function goOn() {
    timer = 0;
    const began = performance.now();
    for (const block of waiting) {
      if (performance.now() - began > BUSY) break;
      waiting.delete(block);
      if (!block.later || !block.node.isConnected) continue; // another has taken its place
      const node = block.later();
      delete block.later;
      block.node.replaceWith(node);
      block.node = node;
    }
    if (waiting.size > 0) timer = Number(setTimeout(goOn));
  }

  /** @param {Block | undefined} old @param {Parsed} parsed @returns {Block | undefined} */
  function reuse(old, { raw, tokens, end }) {
    if (!old) return undefined;
    if (old.raw === raw) return Object.assign(old, { end });
    // Code grows in place, so that its scroll position and the focus on its button stay.
    const [token] = tokens;
    if (old.later || old.info === undefined || token?.type !== 'fence' || old.info !== token.info)
      return undefined;
    refreshCode(old.node, token.content.replace(/\n$/, ''));
    return { ...old, raw, end };
  }

  function reset() {
    closed = '';
    known = {};
    open = [];
    waiting.clear();
    container.replaceChildren();
  }

  return {
    /** @param {string} given */
    render(given) {
      const text = given.replace(/\r\n?/g, '\n').replaceAll('\0', '\uFFFD');
      if (!text.startsWith(closed)) reset();
      const began = performance.now();
      /** @type {Env} */
      let env = { references: { ...known } };
      let blocks = parse(text.slice(closed.length), env);
      const links = JSON.stringify(env.references);
      if (links !== used) {
        // A definition may be meant by any block before it.
        used = links;
        if (container.childElementCount > 0) {
          reset();
          env = {};
          blocks = parse(text, env);
          used = JSON.stringify(env.references ?? {});
        }
      }
      /** @type {Block[]} */
      const next = [];
      for (const parsed of blocks) {
        const old = open[next.length];
        next.push(reuse(old, parsed) ?? blockOf(parsed, env, performance.now() - began > BUSY));
      }
      for (const [i, { node }] of next.entries()) {
        const before = open[i]?.node;
        if (before === node) continue;
        if (before) before.replaceWith(node);
        else container.append(node);
      }
      for (const { node } of open.slice(next.length)) node.remove();
      if (waiting.size > 0 && !timer) timer = Number(setTimeout(goOn));
      const settled = next[next.length - 1 - OPEN];
      if (!settled) return void (open = next);
      const more = { references: known };
      const passed = text.slice(closed.length, closed.length + settled.end);
      if (passed.includes(']:')) md.parse(passed, more); // its definitions
      known = more.references;
      closed += passed;
      open = next
        .slice(next.length - OPEN)
        .map((block) => Object.assign(block, { end: block.end - settled.end }));
    },
  };
}
