// Conversations as Markdown, to read elsewhere and to read back: the branch that is shown. Pure.
import { addMessage, newChat, shownPath } from './chat.js';

/** @typedef {import('./chat.js').Chat} Chat */

const SPEAKER = /^\*\*(You|Loquat):\*\*$/;

/** @param {Chat} chat */
export function toMarkdown(chat) {
  const said = shownPath(chat).map(
    ({ role, text }) => `**${role === 'user' ? 'You' : 'Loquat'}:**\n\n${text.trim()}\n`,
  );
  return [`# ${chat.conversation.title || 'Untitled'}\n`, ...said].join('\n');
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
      const added = addMessage(chat, { parent, role, text: lines.join('\n').trim() });
      chat = added.chat;
      parent = added.message.id;
    }
    return chat;
  });
}
