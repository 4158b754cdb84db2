// Conversations as Markdown, to read elsewhere and to read back: the branch that is shown. Pure.
import { addMessage, newChat, shownPath } from '../chat-tree.js';

/** @typedef {import('../chat-tree.js').Chat} Chat */

const SPEAKER = /^\*\*(You|Loquat):\*\*$/;

/** Without empty lines around it; how far its first line is indented is part of it. @param {string} text */
const body = (text) => text.replace(/^(?:[ \t]*\r?\n)+/, '').trimEnd();

/**
 * What is said may look like this file's own lines: a speaker's name, or a heading right above one. A backslash before it, as
 * Markdown has it, says that it is text.
 * @param {string} text
 */
const escaped = (text) =>
  body(text)
    .replace(/^(?=\\*\*\*(?:You|Loquat):\*\*$)/gm, '\\')
    .replace(/(^|\n)(\\*# [^\n]*)$/, '$1\\$2');

/** @param {string} text */
const unescaped = (text) =>
  body(text)
    .replace(/^\\(?=\\*\*\*(?:You|Loquat):\*\*$)/gm, '')
    .replace(/(^|\n)\\(\\*# [^\n]*)$/, '$1$2');

/** @param {Chat} chat */
export function toMarkdown(chat) {
  const said = shownPath(chat).map(
    ({ role, text }) => `**${role === 'user' ? 'You' : 'Loquat'}:**\n\n${escaped(text)}\n`,
  );
  const title = chat.conversation.title.replace(/\s+/g, ' ').trim();
  return [`# ${title || 'Untitled'}\n`, ...said].join('\n');
}

/** What toMarkdown wrote, one conversation after the other; nothing where the text is something else. @param {string} text @returns {Chat[]} */
export function fromMarkdown(text) {
  const lines = text.replace(/^\uFEFF/, '').split(/\r?\n/);
  /** A title is a heading right above somebody's words: answers have headings too. @param {number} at */
  const isTitle = (at) => {
    const next = lines.slice(at + 1, at + 4).find((line) => line.trim() !== '');
    return /^# /.test(lines[at]) && SPEAKER.test(next ?? '');
  };
  /** @type {Array<{title: string, said: Array<{role: 'user' | 'assistant', lines: string[]}>}>} */
  const found = [];
  for (const [i, line] of lines.entries()) {
    const speaker = SPEAKER.exec(line);
    if (isTitle(i)) found.push({ title: line.slice(2).trim(), said: [] });
    else if (found.length === 0) continue;
    else if (speaker) {
      found[found.length - 1].said.push({ role: speaker[1] === 'You' ? 'user' : 'assistant', lines: [] });
    } else found[found.length - 1].said.at(-1)?.lines.push(line);
  }
  return found.map(({ title, said }) => {
    let chat = newChat({ title, titled: true });
    let parent = /** @type {string | null} */ (null);
    for (const { role, lines } of said) {
      const added = addMessage(chat, { parent, role, text: unescaped(lines.join('\n')) });
      chat = added.chat;
      parent = added.message.id;
    }
    return chat;
  });
}
