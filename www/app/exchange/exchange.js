// Conversations as files: our JSON here, Markdown and ChatGPT's export in modules of their own. Pure text in, chats out.
import { chatFrom, isEmpty, newChat, newId } from '../chat-tree.js';
import { fromChatGpt, isChatGpt } from './chatgpt.js';
import { fromMarkdown } from './markdown-file.js';
import { ownPart } from '../own-settings.js';
import { cleanPersonas, cleanSettings } from '../settings.js';

export { toMarkdown } from './markdown-file.js';

/**
 * @typedef {import('../chat-tree.js').Chat} Chat
 * @typedef {import('../chat-tree.js').Conversation} Conversation
 * @typedef {import('../chat-tree.js').Message} Message
 */

const FORMAT = 'loquat-conversations';

/** @param {Array<{conversation: Conversation, messages: Message[]}>} chats @param {readonly import('../settings.js').Persona[]} [personas] the person's own */
export function toJson(chats, personas = []) {
  return JSON.stringify({ format: FORMAT, version: 1, conversations: chats, personas }, null, 1);
}

/** @param {string} message */
function refused(message) {
  return Object.assign(new Error(message), {
    code: 'import_unknown',
    remedy:
      'Choose a file exported here (JSON or Markdown), or conversations.json from an export of ChatGPT.',
  });
}

/** @param {unknown} value @returns {value is {conversation: Conversation, messages: Message[]}} */
function isOwn(value) {
  const { conversation, messages } = /** @type {{conversation?: {title?: unknown}, messages?: unknown}} */ (
    value ?? {}
  );
  return typeof conversation?.title === 'string' && Array.isArray(messages);
}

/** @param {unknown} parts @returns {parts is import('../../protocol/parts.js').Part[]} */
const isParts = (parts) =>
  Array.isArray(parts) && parts.length > 0 && parts.every((part) => typeof part?.type === 'string');

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
    .map(({ id: old, parent, role, text, parts, refused, created }) => ({
      id: fresh(old),
      parent: parent === null ? null : fresh(parent),
      conversation: id,
      role,
      text,
      ...(isParts(parts) ? { parts } : {}),
      ...(refused === true ? { refused } : {}),
      created: Number(created) || Date.now(),
      status: /** @type {const} */ ('done'),
    }));
  const selected = Object.entries(conversation.selected ?? {})
    .filter(([, child]) => known.has(child))
    .map(([parent, child]) => [parent === '' ? '' : fresh(parent), fresh(child)]);
  const { title, pinned, folder, archived, created, updated, own } = conversation;
  const base = newChat().conversation;
  const kept = {
    title,
    titled: true,
    pinned: pinned === true,
    ...(typeof folder === 'string' && folder ? { folder } : {}),
    ...(archived === true ? { archived } : {}),
    created: Number(created) || base.created,
    updated: Number(updated) || base.updated,
    ...(own ? { own: ownPart(cleanSettings(own)) } : {}),
  };
  return chatFrom({ ...base, ...kept, id, selected: Object.fromEntries(selected) }, list);
}

/** @param {string} text @returns {{format?: unknown, conversations?: unknown, personas?: unknown} | unknown[] | undefined} */
function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** The personas in a file exported here. @param {string} text @returns {import('../settings.js').Persona[]} */
export function parsePersonas(text) {
  const data = parsed(text);
  return data && 'format' in data && data.format === FORMAT ? cleanPersonas(data.personas) : [];
}

/** @param {string} text @returns {Chat[]} */
export function parseImport(text) {
  const data = parsed(text);
  if (data === undefined) {
    const chats = fromMarkdown(text);
    if (chats.length > 0) return chats;
    throw refused('The file is neither JSON nor Markdown that was exported here.');
  }
  if (data && 'format' in data && data.format === FORMAT && Array.isArray(data.conversations))
    return data.conversations.filter(isOwn).map(fromOwn);
  const theirs = (Array.isArray(data) ? data : [data]).filter(isChatGpt);
  if (theirs.length > 0) return theirs.map(fromChatGpt).filter((chat) => !isEmpty(chat));
  throw refused('The file holds no conversations in a known format.');
}
