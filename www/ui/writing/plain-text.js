// A draft without the signs of Markdown, for where they would be seen.
import { md } from '../parts/markdown-syntax.js';

/** @typedef {import('markdown-it').Token} Token */

/** @param {readonly Token[]} tokens */
const inlineText = (tokens) =>
  tokens
    .map((token) => (token.type === 'softbreak' || token.type === 'hardbreak' ? '\n' : token.content))
    .join('');

/** @param {string} markdown @returns {string} */
export function plainText(markdown) {
  /** @type {string[]} */
  const lines = [];
  /** @type {Array<number | null>} numbers of ordered lists, null of others */
  const lists = [];
  let marker = '';
  /** @type {string[] | undefined} */
  let row;
  for (const token of md.parse(markdown, {})) {
    const { type } = token;
    if (type === 'bullet_list_open') lists.push(null);
    else if (type === 'ordered_list_open') lists.push(Number(token.attrGet('start') ?? 1));
    else if (/_list_close$/.test(type)) {
      lists.pop();
      if (lists.length === 0) lines.push('');
    } else if (type === 'list_item_open') {
      const n = lists[lists.length - 1];
      marker = `${'  '.repeat(lists.length - 1)}${n === null ? '•' : `${n}.`} `;
      if (typeof n === 'number') lists[lists.length - 1] = n + 1;
    } else if (type === 'tr_open') row = [];
    else if (type === 'tr_close') {
      lines.push((row ?? []).join('\t'));
      row = undefined;
    } else if (type === 'table_close') lines.push('');
    else if (type === 'inline') {
      const text = inlineText(token.children ?? []);
      if (row) row.push(text);
      else {
        lines.push(marker + text);
        if (lists.length === 0) lines.push('');
        marker = '';
      }
    } else if (type === 'fence' || type === 'code_block') lines.push(token.content.trimEnd(), '');
  }
  return `${lines
    .join('\n')
    .replace(/\n{3,}/g, '\n\n')
    .trim()}\n`;
}
