// Conversations in IndexedDB, migrated by version. Without IndexedDB (a private window) they last as long as the page.
import { openDB } from 'idb';

/**
 * @typedef {import('./chat.js').Chat} Chat
 * @typedef {import('./chat.js').Conversation} Conversation
 * @typedef {import('./chat.js').Message} Message
 * @typedef {import('idb').DBSchema & {
 *   conversations: {key: string, value: Conversation, indexes: {updated: number}},
 *   messages: {key: string, value: Message, indexes: {conversation: string}},
 * }} Schema
 *
 * @typedef {object} ChatStorage
 * @property {() => Promise<Conversation[]>} list newest first
 * @property {(id: string) => Promise<Message[]>} messages of one conversation
 * @property {(conversation: Conversation, messages: Message[]) => Promise<void>} save the conversation and the messages that changed
 * @property {(id: string) => Promise<void>} remove
 * @property {(text: string) => Promise<Set<string>>} search ids of conversations that contain the text
 */

/** Each step brings a database from the version before it; a step is never edited once it was published. */
const MIGRATIONS = [
  /** @param {import('idb').IDBPDatabase<Schema>} db */
  (db) => {
    db.createObjectStore('conversations', { keyPath: 'id' }).createIndex('updated', 'updated');
    db.createObjectStore('messages', { keyPath: 'id' }).createIndex('conversation', 'conversation');
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
  return {
    async list() {
      return (await (await open()).getAllFromIndex('conversations', 'updated')).reverse();
    },
    async messages(id) {
      return (await open()).getAllFromIndex('messages', 'conversation', id);
    },
    async save(conversation, messages) {
      const tx = (await open()).transaction(['conversations', 'messages'], 'readwrite');
      tx.objectStore('conversations').put(conversation);
      for (const message of messages) tx.objectStore('messages').put(message);
      await tx.done;
    },
    async remove(id) {
      const tx = (await open()).transaction(['conversations', 'messages'], 'readwrite');
      tx.objectStore('conversations').delete(id);
      const keys = await tx.objectStore('messages').index('conversation').getAllKeys(id);
      for (const key of keys) tx.objectStore('messages').delete(key);
      await tx.done;
    },
    async search(text) {
      const wanted = text.toLocaleLowerCase();
      const found = new Set();
      const tx = (await open()).transaction(['conversations', 'messages']);
      for (const { id, title } of await tx.objectStore('conversations').getAll()) {
        if (title.toLocaleLowerCase().includes(wanted)) found.add(id);
      }
      for await (const { value } of tx.objectStore('messages')) {
        if (value.text.toLocaleLowerCase().includes(wanted)) found.add(value.conversation);
      }
      return found;
    },
  };
}

/** @returns {ChatStorage} */
export function memoryChats() {
  /** @type {Map<string, {conversation: Conversation, messages: Map<string, Message>}>} */
  const chats = new Map();
  return {
    list: async () =>
      [...chats.values()].map(({ conversation }) => conversation).sort((a, b) => b.updated - a.updated),
    messages: async (id) => [...(chats.get(id)?.messages.values() ?? [])],
    async save(conversation, messages) {
      const chat = chats.get(conversation.id) ?? { conversation, messages: new Map() };
      for (const message of messages) chat.messages.set(message.id, message);
      chats.set(conversation.id, { ...chat, conversation });
    },
    remove: async (id) => void chats.delete(id),
    async search(text) {
      const wanted = text.toLocaleLowerCase();
      const found = new Set();
      for (const { conversation, messages } of chats.values()) {
        const texts = [conversation.title, ...[...messages.values()].map((message) => message.text)];
        if (texts.some((each) => each.toLocaleLowerCase().includes(wanted))) found.add(conversation.id);
      }
      return found;
    },
  };
}
