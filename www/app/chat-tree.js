// One conversation as a tree of messages: editing and regenerating make branches. Pure functions, no storage, no engine.

/**
 * `streaming` only while this page writes it; `stopped` by the person; `cut` by the length or context limit.
 * @typedef {'done' | 'streaming' | 'waiting' | 'stopped' | 'cut' | 'failed'} MessageStatus
 *
 * @typedef {object} Message
 * @property {string} id
 * @property {string} conversation
 * @property {string | null} parent id of the message it answers; null at the start
 * @property {'user' | 'assistant'} role
 * @property {string} text as plain text: what the model is told, what is searched and copied
 * @property {import('../protocol/parts.js').Part[]} [parts] what it is made of, where that is more than Markdown text
 * @property {boolean} [drafted] what is shown is a draft: to go on is to begin anew, from what was kept of the work
 * @property {boolean} [refused] the question was declined or could not be answered
 * @property {number} created ms since the epoch
 * @property {MessageStatus} status
 * @property {{tokensPerSecond: number, tokens: number, promptTokens: number, cachedTokens: number}} [stats]
 * @property {string} [model] that wrote it
 * @property {readonly string[]} [remembered] facts of the person that the model was told for it
 * @property {boolean} [unsure] a short answer that the model was not sure of
 * @property {Array<[string, number]>} [words] text pieces with their probability, where it was asked for
 *
 * @typedef {object} Conversation
 * @property {string} id
 * @property {string} title
 * @property {boolean} titled by the person, so it is not derived any more
 * @property {number} created ms since the epoch
 * @property {number} updated ms since the epoch
 * @property {boolean} pinned
 * @property {string} [folder] that the person put it into
 * @property {boolean} [archived] out of the list, still found
 * @property {boolean} [temporary] never stored
 * @property {string} persona id of the preset it was begun with
 * @property {string} draft what is written but not sent
 * @property {readonly import('./attached.js').Attached[]} [attached] goes with it
 * @property {Record<string, string>} selected which child is shown, by the parent's id ('' at the start)
 * @property {Partial<import('./own-settings.js').OwnSettings>} [own] who answers here and how, since it began
 * @property {string} [first] the message that requests begin with, since the context was full
 * @property {string} [server] address of the server that has heard all of it; without it, it was held on this device
 * @property {boolean} [keepAll] the person wants nothing left out, even if the context overflows
 *
 * @typedef {object} Chat
 * @property {Conversation} conversation
 * @property {Readonly<Record<string, Message>>} messages
 * @property {Readonly<Record<string, readonly string[]>>} children ids in order of creation, by the parent's id
 */

const TITLE_LENGTH = 60; // characters

/** Sortable by time, unlike a plain UUID. */
export function newId(now = Date.now()) {
  const random = crypto.getRandomValues(new Uint32Array(2));
  return `${now.toString(36).padStart(9, '0')}-${random[0].toString(36)}${random[1].toString(36)}`;
}

/** @param {Partial<Conversation>} [from] @returns {Chat} */
export function newChat(from = {}) {
  const now = Date.now();
  return {
    conversation: {
      id: newId(now),
      title: '',
      titled: false,
      created: now,
      updated: now,
      pinned: false,
      persona: '',
      draft: '',
      selected: {},
      ...from,
    },
    messages: {},
    children: {},
  };
}

/** @param {Conversation} conversation @param {Message[]} list @returns {Chat} */
export function chatFrom(conversation, list) {
  /** @type {Record<string, Message>} */
  const messages = {};
  /** @type {Record<string, string[]>} */
  const children = {};
  const sorted = [...list].sort((a, b) => a.created - b.created || (a.id < b.id ? -1 : 1));
  const known = new Set(list.map(({ id }) => id));
  for (const stored of sorted) {
    // What answered a message that is lost begins the conversation: it must not be out of sight.
    const lost = stored.parent !== null && !known.has(stored.parent);
    const message = lost ? { ...stored, parent: null } : stored;
    messages[message.id] = message;
    (children[message.parent ?? ''] ??= []).push(message.id);
  }
  return { conversation, messages, children };
}

/**
 * Adds a message under `parent` and shows the branch it is on.
 * @param {Chat} chat
 * @param {{parent: string | null, role: Message['role'], text: string, status?: MessageStatus, parts?: Message['parts']}} what
 * @returns {{chat: Chat, message: Message}}
 */
export function addMessage(chat, { parent, role, text, status = 'done', parts }) {
  if (parent !== null && !chat.messages[parent]) throw new Error(`no message ${parent} to answer`);
  const siblings = chat.children[parent ?? ''] ?? [];
  const before = siblings.length > 0 ? chat.messages[siblings[siblings.length - 1]].created : 0;
  const created = Math.max(Date.now(), before + 1);
  const message = {
    id: newId(created),
    conversation: chat.conversation.id,
    parent,
    role,
    text,
    created,
    status,
    ...(parts ? { parts } : {}),
  };
  const { conversation } = chat;
  const title =
    conversation.titled || conversation.title || role !== 'user' ? conversation.title : titleOf(text);
  return {
    message,
    chat: {
      conversation: {
        ...conversation,
        title,
        updated: created,
        selected: { ...conversation.selected, [parent ?? '']: message.id },
      },
      messages: { ...chat.messages, [message.id]: message },
      children: { ...chat.children, [parent ?? '']: [...siblings, message.id] },
    },
  };
}

/** @param {Chat} chat @param {string} id @param {Partial<Message>} patch @returns {Chat} */
export function patchMessage(chat, id, patch) {
  const message = chat.messages[id];
  if (!message) return chat;
  return { ...chat, messages: { ...chat.messages, [id]: { ...message, ...patch } } };
}

/** @param {Chat} chat @param {Partial<Conversation>} patch @returns {Chat} */
export function patchConversation(chat, patch) {
  return { ...chat, conversation: { ...chat.conversation, ...patch } };
}

/** The messages that are shown, first to last. @param {Chat} chat @returns {Message[]} */
export function shownPath(chat) {
  const path = [];
  for (let at = ''; ;) {
    const ids = chat.children[at];
    if (!ids || ids.length === 0) return path;
    const chosen = chat.conversation.selected[at];
    const id = chosen && ids.includes(chosen) ? chosen : ids[ids.length - 1];
    path.push(chat.messages[id]);
    at = id;
  }
}

/** Nothing was said yet. @param {Chat} chat */
export const isEmpty = (chat) => Object.keys(chat.messages).length === 0;

/** Tokens of context that the shown branch took at its last answer. @param {Chat} chat */
export function tokensUsed(chat) {
  const { promptTokens = 0, tokens = 0 } =
    shownPath(chat)
      .filter(({ stats }) => stats)
      .pop()?.stats ?? {};
  return promptTokens + tokens;
}

/** Where a message stands among its alternatives. @param {Chat} chat @param {string} id */
export function branchOf(chat, id) {
  const ids = chat.children[chat.messages[id]?.parent ?? ''] ?? [];
  return { index: ids.indexOf(id), count: ids.length };
}

/** Shows the branch `step` before or after this one. @param {Chat} chat @param {string} id @param {number} step @returns {Chat} */
export function walkBranch(chat, id, step) {
  const parent = chat.messages[id]?.parent ?? '';
  const ids = chat.children[parent] ?? [];
  const to = ids[ids.indexOf(id) + step];
  if (!to) return chat;
  return patchConversation(chat, { selected: { ...chat.conversation.selected, [parent]: to } });
}

/** A title from the first words that were said. @param {string} text */
export function titleOf(text) {
  const line = text.trim().split(/\n/, 1)[0].replace(/\s+/g, ' ');
  if (line.length <= TITLE_LENGTH) return line;
  const cut = line.slice(0, TITLE_LENGTH);
  const space = cut.lastIndexOf(' ');
  return `${cut.slice(0, space > TITLE_LENGTH / 2 ? space : TITLE_LENGTH)}…`;
}
