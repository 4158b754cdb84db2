// Conversations in IndexedDB, migrated by version. Without IndexedDB (a private window) they last as long as the page.
import { openDB } from 'idb';
import { snippetOf } from './snippet.js';

/**
 * @typedef {import('./chat-tree.js').Chat} Chat
 * @typedef {import('./chat-tree.js').Conversation} Conversation
 * @typedef {import('./chat-tree.js').Message} Message
 * @typedef {import('idb').DBSchema & {
 *   conversations: {key: string, value: Conversation, indexes: {updated: number}},
 *   messages: {key: string, value: Message, indexes: {conversation: string}},
 *   notes: {key: string, value: Note},
 * }} Schema
 *
 * @typedef {object} ChatStorage
 * @property {() => Promise<Conversation[]>} list newest first
 * @property {(id: string) => Promise<Message[]>} messages of one conversation
 * @property {(conversation: Conversation, changed: Message[], all?: Message[]) => Promise<void>} save the conversation and the messages
 *   that changed; `all` of them, if the conversation is not there any more
 * @property {(id: string) => Promise<void>} remove
 * @property {(text: string) => Promise<Map<string, string>>} search ids of conversations that contain the text, with the words around it
 * @property {(listener: (change: Change) => void) => () => void} watch what other tabs save and remove; gives the way to stop
 *
 * @property {(id: string) => Promise<unknown>} note what the page keeps beside conversations, by name
 * @property {(id: string, value: unknown) => Promise<void>} setNote
 *
 * @typedef {{id: string, value: unknown}} Note
 * @typedef {{id: string, removed?: boolean}} Change of a conversation
 */

/** Each step brings a database from the version before it; a step is never edited once it was published. */
const MIGRATIONS = [
  /** @param {import('idb').IDBPDatabase<Schema>} db */
  (db) => {
    db.createObjectStore('conversations', { keyPath: 'id' }).createIndex('updated', 'updated');
    db.createObjectStore('messages', { keyPath: 'id' }).createIndex('conversation', 'conversation');
  },
  /** @param {import('idb').IDBPDatabase<Schema>} db */
  (db) => {
    db.createObjectStore('notes', { keyPath: 'id' });
  },
];

/** @param {string} [name] @param {{onBlocked?: () => void}} [options] @returns {Promise<ChatStorage>} */
export async function openChats(name = 'loquat-chats', { onBlocked } = {}) {
  /** @type {Promise<import('idb').IDBPDatabase<Schema>> | undefined} */
  let opening;
  const open = () =>
    (opening ??= openDB(name, MIGRATIONS.length, {
      upgrade(db, from) {
        for (const step of MIGRATIONS.slice(from)) step(db);
      },
      blocked: () => onBlocked?.(),
      // A newer page in another tab wants to upgrade: let it, and open again on the next call.
      blocking() {
        opening?.then((db) => db.close());
        opening = undefined;
      },
      terminated: () => void (opening = undefined),
    }));
  await open();
  const others = new BroadcastChannel(name);
  // A test in Node must not wait for it.
  /** @type {{unref?: () => void}} */ (others).unref?.();
  const tell = (/** @type {Change} */ change) => others.postMessage(change);
  return {
    async list() {
      return (await (await open()).getAllFromIndex('conversations', 'updated')).reverse();
    },
    async messages(id) {
      return (await open()).getAllFromIndex('messages', 'conversation', id);
    },
    async save(conversation, changed, all = changed) {
      const tx = (await open()).transaction(['conversations', 'messages'], 'readwrite');
      // Removed in another tab, or cleared by the browser: a part of it alone would be a row that opens empty.
      const known = await tx.objectStore('conversations').getKey(conversation.id);
      tx.objectStore('conversations').put(conversation);
      for (const message of known === undefined ? all : changed) tx.objectStore('messages').put(message);
      await tx.done;
      tell({ id: conversation.id });
    },
    async remove(id) {
      const tx = (await open()).transaction(['conversations', 'messages'], 'readwrite');
      tx.objectStore('conversations').delete(id);
      const keys = await tx.objectStore('messages').index('conversation').getAllKeys(id);
      for (const key of keys) tx.objectStore('messages').delete(key);
      await tx.done;
      tell({ id, removed: true });
    },
    note: async (id) => (await (await open()).get('notes', id))?.value,
    async setNote(id, value) {
      await (await open()).put('notes', { id, value });
    },
    watch(listener) {
      const heard = (/** @type {MessageEvent} */ { data }) => listener(data);
      others.addEventListener('message', heard);
      return () => others.removeEventListener('message', heard);
    },
    async search(text) {
      const wanted = text.toLocaleLowerCase();
      const found = new Map();
      const tx = (await open()).transaction(['conversations', 'messages']);
      for (const { id, title } of await tx.objectStore('conversations').getAll()) {
        if (title.toLocaleLowerCase().includes(wanted)) found.set(id, '');
      }
      for await (const { value } of tx.objectStore('messages')) {
        if (found.get(value.conversation)) continue;
        const snippet = snippetOf(value.text, wanted);
        if (snippet) found.set(value.conversation, snippet);
      }
      return found;
    },
  };
}

/** @returns {ChatStorage} */
export function memoryChats() {
  /** @type {Map<string, {conversation: Conversation, messages: Map<string, Message>}>} */
  const chats = new Map();
  /** @type {Map<string, unknown>} */
  const notes = new Map();
  return {
    list: async () =>
      [...chats.values()].map(({ conversation }) => conversation).sort((a, b) => b.updated - a.updated),
    messages: async (id) => [...(chats.get(id)?.messages.values() ?? [])],
    watch: () => () => {},
    note: async (id) => notes.get(id),
    setNote: async (id, value) => void notes.set(id, value),
    async save(conversation, changed, all = changed) {
      const known = chats.get(conversation.id);
      const chat = known ?? { conversation, messages: new Map() };
      for (const message of known ? changed : all) chat.messages.set(message.id, message);
      chats.set(conversation.id, { ...chat, conversation });
    },
    remove: async (id) => void chats.delete(id),
    async search(text) {
      const wanted = text.toLocaleLowerCase();
      const found = new Map();
      for (const { conversation, messages } of chats.values()) {
        const snippets = [...messages.values()].map(({ text }) => snippetOf(text, wanted)).filter(Boolean);
        if (snippets.length > 0 || snippetOf(conversation.title, wanted))
          found.set(conversation.id, snippets[0] ?? '');
      }
      return found;
    },
  };
}
