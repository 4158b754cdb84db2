// Conversations as files: our JSON, Markdown, and ChatGPT's conversations.json as input. Pure text in, chats out.
import { cleanPersonas } from './settings.js';
import { addMessage, chatFrom, newChat, newId, patchConversation, shownPath } from './chat.js';

/**
 * @typedef {import('./chat.js').Chat} Chat
 * @typedef {import('./chat.js').Conversation} Conversation
 * @typedef {import('./chat.js').Message} Message
 * @typedef {{mapping: Record<string, ChatGptNode>, current_node?: string, title?: string, create_time?: number}} ChatGptConversation
 * @typedef {{parent?: string | null, children?: string[], message?: {author?: {role?: string}, content?: {parts?: unknown[]}} | null}} ChatGptNode
 */

const FORMAT = 'loquat-conversations';

/** @param {Array<{conversation: Conversation, messages: Message[]}>} chats @param {readonly import('./settings.js').Persona[]} [personas] the person's own */
export function toJson(chats, personas = []) {
  return JSON.stringify({ format: FORMAT, version: 1, conversations: chats, personas }, null, 1);
}

/** The branch that is shown. @param {Chat} chat */
export function toMarkdown(chat) {
  const said = shownPath(chat).map(
    ({ role, text }) => `**${role === 'user' ? 'You' : 'Loquat'}:**\n\n${text.trim()}\n`,
  );
  return [`# ${chat.conversation.title || 'Untitled'}\n`, ...said].join('\n');
}

/** @param {string} message */
function refused(message) {
  return Object.assign(new Error(message), {
    code: 'import_unknown',
    remedy: 'Choose a file exported here (JSON), or conversations.json from an export of ChatGPT.',
  });
}

/** @param {unknown} value @returns {value is {conversation: Conversation, messages: Message[]}} */
function isOwn(value) {
  const { conversation, messages } = /** @type {{conversation?: {title?: unknown}, messages?: unknown}} */ (
    value ?? {}
  );
  return typeof conversation?.title === 'string' && Array.isArray(messages);
}

/** New ids, so that importing twice, or into the browser it came from, replaces nothing. @param {{conversation: Conversation, messages: Message[]}} from @returns {Chat} */
function fromOwn({ conversation, messages }) {
  const id = newId();
  /** @type {Map<string, string>} */
  const ids = new Map();
  const fresh = (/** @type {string} */ old) => {
    if (!ids.has(old)) ids.set(old, newId());
    return /** @type {string} */ (ids.get(old));
  };
  const known = new Set(messages.map((message) => message.id));
  const list = messages
    .filter(
      ({ text, role, parent }) =>
        typeof text === 'string' && /^(user|assistant)$/.test(role) && (parent === null || known.has(parent)),
    )
    .map(({ id: old, parent, role, text, created }) => ({
      id: fresh(old),
      parent: parent === null ? null : fresh(parent),
      conversation: id,
      role,
      text,
      created: Number(created) || Date.now(),
      status: /** @type {const} */ ('done'),
    }));
  const selected = Object.entries(conversation.selected ?? {})
    .filter(([, child]) => known.has(child))
    .map(([parent, child]) => [parent === '' ? '' : fresh(parent), fresh(child)]);
  const { title, pinned, created, updated } = conversation;
  const base = newChat().conversation;
  const kept = {
    title,
    titled: true,
    pinned: pinned === true,
    created: Number(created) || base.created,
    updated: Number(updated) || base.updated,
  };
  return chatFrom({ ...base, ...kept, id, selected: Object.fromEntries(selected) }, list);
}

/** The branch that was shown last in ChatGPT. @param {ChatGptConversation} from @returns {Chat} */
function fromChatGpt({ mapping, current_node, title, create_time }) {
  const nodes = [];
  const seen = new Set();
  let at = current_node ?? Object.keys(mapping).find((id) => !mapping[id].children?.length);
  while (at && mapping[at] && !seen.has(at)) {
    seen.add(at);
    nodes.unshift(mapping[at]);
    at = mapping[at].parent ?? undefined;
  }
  let chat = newChat({
    title: title || '',
    titled: Boolean(title),
    ...(create_time ? { created: create_time * 1000 } : {}),
  });
  /** @type {Message | null} */
  let last = null;
  for (const { message } of nodes) {
    const role = message?.author?.role;
    const text = (message?.content?.parts ?? [])
      .filter((part) => typeof part === 'string')
      .join('\n')
      .trim();
    if ((role !== 'user' && role !== 'assistant') || !text) continue;
    ({ chat, message: last } = addMessage(chat, { parent: last === null ? null : last.id, role, text }));
  }
  return create_time ? patchConversation(chat, { updated: create_time * 1000 }) : chat;
}

/** The personas in a file exported here. @param {string} text @returns {import('./settings.js').Persona[]} */
export function parsePersonas(text) {
  const data = JSON.parse(text);
  return data?.format === FORMAT ? cleanPersonas(data.personas) : [];
}

/** @param {string} text @returns {Chat[]} */
export function parseImport(text) {
  let data;
  try {
    data = JSON.parse(text);
  } catch {
    throw refused('The file is no JSON.');
  }
  if (data?.format === FORMAT && Array.isArray(data.conversations))
    return data.conversations.filter(isOwn).map(fromOwn);
  if (
    Array.isArray(data) &&
    data.length > 0 &&
    data.every((each) => typeof each?.mapping === 'object' && each.mapping)
  ) {
    return data.map(fromChatGpt);
  }
  throw refused('The file holds no conversations in a known format.');
}
