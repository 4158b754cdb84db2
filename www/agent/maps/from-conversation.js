// What was said in a conversation as a map: its questions, and below each the headings, points or key sentences of the
// answer. No model.
import { parseOutline, plainLabel } from './outline.js';
import { countTerms, sentencesOf, shorten, telling } from './sentences.js';
import { splitReasoning } from '../thoughts.js';

/** @typedef {import('../../protocol/parts.js').MapNode} MapNode */
/** @typedef {import('../../protocol/messages.js').ChatMessage} ChatMessage */

const MOST_POINTS = 7;
const KEY_SENTENCES = 3;

/** Without code, which is no point of an outline. @param {string} text */
const prose = (text) => text.replace(/```[\s\S]*?(?:```|$)/g, '').replace(/^\|.*$/gm, '');

/** @param {MapNode} node @param {number} depth @returns {MapNode} */
const short = ({ label, children = [] }, depth) => ({
  label: shorten(plainLabel(label)),
  ...(children.length > 0 && depth > 0
    ? { children: children.slice(0, MOST_POINTS).map((child) => short(child, depth - 1)) }
    : {}),
});

/** @param {string} answer @param {ReadonlyMap<string, number>} counts @returns {MapNode[]} */
function points(answer, counts) {
  const text = prose(splitReasoning(answer).text);
  const structured = text
    .split('\n')
    .filter((line) => /^\s*(?:[-*+•]\s|\d+[.)、]\s?|#{1,6}\s)/.test(line))
    .join('\n');
  const outline = parseOutline(structured);
  const several = outline.length === 1 && outline[0].children ? outline[0].children : outline;
  if (several.length >= 2) return several.slice(0, MOST_POINTS).map((node) => short(node, 1));
  const sentences = sentencesOf(text).map((each) => ({ text: plainLabel(each) }));
  const chosen = telling(sentences, counts, KEY_SENTENCES);
  return (chosen.length > 0 ? chosen : sentences.slice(0, 1)).map(({ text }) => ({ label: shorten(text) }));
}

/**
 * @param {readonly ChatMessage[]} messages without the request for the map @param {string} title
 * @returns {MapNode | undefined} nothing was said
 */
export function mapOfConversation(messages, title) {
  const said = messages.filter(({ role }) => role === 'user' || role === 'assistant');
  const counts = countTerms(said.map(({ content }) => content));
  /** @type {MapNode[]} */
  const children = [];
  for (const { role, content } of said) {
    if (role === 'user') children.push({ label: shorten(plainLabel(content.trim().split('\n', 1)[0])) });
    else {
      const last = children[children.length - 1];
      const below = points(content, counts);
      if (last) last.children = [...(last.children ?? []), ...below];
    }
  }
  return children.length > 0 ? { label: title, children } : undefined;
}
