// ChatGPT's conversations.json to chats, with all their branches. Pure; what else an export holds (pictures, tools) is left out.
import { chatFrom, newChat, newId, titleOf } from '../chat-tree.js';

/**
 * @typedef {import('../chat-tree.js').Chat} Chat
 * @typedef {import('../chat-tree.js').Message} Message
 *
 * @typedef {object} GptMessage
 * @property {{role?: string}} [author]
 * @property {number | null} [create_time] seconds since the epoch
 * @property {{content_type?: string, parts?: unknown[]}} [content]
 * @property {string} [recipient] a tool, or 'all'
 * @property {{is_visually_hidden_from_conversation?: boolean}} [metadata]
 *
 * @typedef {{parent?: string | null, children?: string[], message?: GptMessage | null}} GptNode
 *
 * @typedef {object} GptConversation
 * @property {Record<string, GptNode>} mapping
 * @property {string} [current_node]
 * @property {string | null} [title]
 * @property {number} [create_time]
 * @property {number} [update_time]
 */

/** @param {unknown} value @returns {value is GptConversation} */
export function isChatGpt(value) {
  const { mapping } = /** @type {{mapping?: unknown}} */ (value ?? {});
  return typeof mapping === 'object' && mapping !== null;
}

/** What a person would have seen of it. @param {GptMessage | null | undefined} message @returns {{role: Message['role'], text: string} | undefined} */
function shown(message) {
  const { author, content, recipient = 'all', metadata } = message ?? {};
  const role = author?.role;
  if ((role !== 'user' && role !== 'assistant') || recipient !== 'all') return undefined;
  if (metadata?.is_visually_hidden_from_conversation) return undefined;
  if (!/^(text|multimodal_text)$/.test(content?.content_type ?? 'text')) return undefined;
  const words = (content?.parts ?? []).map((part) => {
    const { text } = /** @type {{text?: unknown}} */ (part ?? {}); // what was said aloud
    return typeof part === 'string' ? part : typeof text === 'string' ? text : '';
  });
  const text = words.filter(Boolean).join('\n').trim();
  return text ? { role, text } : undefined;
}

/** @param {GptConversation} from @returns {Chat} */
export function fromChatGpt({ mapping, current_node, title, create_time, update_time }) {
  const begun = Math.round((create_time ?? update_time ?? Date.now() / 1000) * 1000);
  const { conversation } = newChat();
  /** @type {Map<string, Message>} the message that a node became, or is a part of */
  const made = new Map();
  /** @type {Map<string | null, number>} when the last answer to a message was made */
  const last = new Map();
  const seen = new Set();
  const roots = Object.keys(mapping).filter((id) => !mapping[mapping[id]?.parent ?? '']);
  /** @type {Array<{id: string, above: Message | null, alone: boolean}>} `alone`: nothing branches off since `above` */
  const todo = roots.map((id) => ({ id, above: null, alone: false }));
  for (let next = todo.shift(); next; next = todo.shift()) {
    const { id, above, alone } = next;
    const node = mapping[id];
    if (!node || seen.has(id)) continue;
    seen.add(id);
    const said = shown(node.message);
    let here = above;
    if (said && alone && above?.role === 'assistant' && said.role === 'assistant') {
      above.text += `\n\n${said.text}`; // one answer, with a tool's work in between
    } else if (said) {
      const parent = above?.id ?? null;
      const created = Math.max(
        Math.round((node.message?.create_time ?? 0) * 1000) || begun,
        (last.get(parent) ?? 0) + 1,
      );
      last.set(parent, created);
      here = { id: newId(), conversation: conversation.id, parent, ...said, created, status: 'done' };
    }
    if (here) made.set(id, here);
    const children = node.children ?? [];
    const only = children.length === 1 && (said !== undefined || alone);
    todo.unshift(...children.map((child) => ({ id: child, above: here, alone: only })));
  }
  const messages = [...new Set(made.values())];
  const selected = Object.fromEntries(
    pathTo(mapping, current_node).flatMap((id) => {
      const message = made.get(id);
      return message ? [[message.parent ?? '', message.id]] : [];
    }),
  );
  const first = messages.find(({ role }) => role === 'user');
  const kept = {
    title: title || (first ? titleOf(first.text) : ''),
    titled: Boolean(title),
    created: begun,
    updated: Math.round((update_time ?? 0) * 1000) || begun,
    selected,
  };
  return chatFrom({ ...conversation, ...kept }, messages);
}

/** From the node that was shown last up to the start. @param {GptConversation['mapping']} mapping @param {string | undefined} id */
function pathTo(mapping, id) {
  const path = new Set();
  for (let at = id; at && mapping[at] && !path.has(at); at = mapping[at].parent ?? undefined) path.add(at);
  return /** @type {string[]} */ ([...path]);
}
