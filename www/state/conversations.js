// The list of conversations and which one is open; reads and writes them through the storage.
import { chatFrom, isEmpty, newChat, patchConversation, tokensUsed, walkBranch } from './chat.js';
import { createUnsent } from './unsent.js';

/**
 * @typedef {import('./chat.js').Chat} Chat
 * @typedef {import('./chat.js').Conversation} Conversation
 * @typedef {import('./chat.js').Message} Message
 */

/** An answer that a closed page left unfinished. @param {Message} message @returns {Message} */
function settle(message) {
  const open = message.status === 'streaming' || message.status === 'waiting';
  return open ? { ...message, status: 'stopped' } : message;
}

/** Pinned ones first, then newest first. @param {Conversation[]} list */
export function sorted(list) {
  return [...list].sort((a, b) => Number(b.pinned) - Number(a.pinned) || b.updated - a.updated);
}

/** @param {import('./app.js').Context} context */
export function createConversations({ store, options, fail, stop }) {
  const { storage } = options;
  const unsent = createUnsent(store, options.settingsStorage);
  store.set({ chat: patchConversation(store.get().chat, { draft: unsent.read() }) });

  /** @param {Chat} chat @param {Message[]} [messages] those that changed */
  async function save(chat, messages = []) {
    const { conversation } = chat;
    store.set(({ list }) => ({
      list: sorted([conversation, ...list.filter(({ id }) => id !== conversation.id)]),
    }));
    try {
      await storage.save(conversation, messages);
    } catch (error) {
      fail(error);
    }
  }

  /** @param {Chat} chat */
  function show(chat) {
    stop();
    store.set({ chat, context: { used: tokensUsed(chat), omitted: [], shortened: false } });
  }

  /** Changes the open conversation and stores it, if anything was said in it. @param {Chat} chat @param {Message[]} [messages] */
  async function update(chat, messages) {
    store.set({ chat });
    if (Object.keys(chat.messages).length > 0) await save(chat, messages);
  }

  /** @param {string} id */
  async function open(id) {
    const conversation = store.get().list.find((each) => each.id === id);
    if (!conversation) return;
    try {
      const messages = (await storage.messages(id)).map(settle);
      show(chatFrom(conversation, messages));
    } catch (error) {
      fail(error);
    }
  }

  function start() {
    const { chat, settings } = store.get();
    const { persona } = settings;
    // Nothing was said yet: what is being written there goes on.
    if (isEmpty(chat)) show(patchConversation(chat, { persona }));
    else show(newChat({ persona, draft: unsent.read() }));
  }

  return {
    save,
    open,
    start,
    /** Reads the list; opens the conversation that was used last. @param {string} [id] */
    async restore(id) {
      try {
        const list = sorted(await storage.list());
        store.set({ list });
        if (id && list.some((each) => each.id === id)) await open(id);
      } catch (error) {
        fail(error);
      }
    },
    /** @param {string} id @param {Partial<Pick<Conversation, 'title' | 'pinned'>>} patch */
    async patch(id, patch) {
      const { chat, list } = store.get();
      const conversation = list.find((each) => each.id === id);
      if (!conversation) return;
      const changed = { ...conversation, ...patch, ...(patch.title === undefined ? {} : { titled: true }) };
      if (chat.conversation.id === id) store.set({ chat: { ...chat, conversation: changed } });
      await save({ ...chat, conversation: changed });
    },
    /** @param {string} id */
    async remove(id) {
      const conversation = store.get().list.find((each) => each.id === id);
      if (!conversation) return;
      try {
        const wasOpen = store.get().chat.conversation.id === id;
        if (wasOpen) stop(); // what is written of an answer is stored by that
        const messages = await storage.messages(id);
        if (wasOpen) start(); // before it is removed, or a late word would bring it back
        await storage.remove(id);
        const undo = async () => {
          await save(chatFrom(conversation, messages), messages);
          store.set({ notice: null });
          if (wasOpen) await open(id);
        };
        store.set(({ list }) => ({
          list: list.filter((each) => each.id !== id),
          notice: {
            kind: 'info',
            code: 'conversation_deleted',
            message: conversation.title,
            remedy: '',
            action: { label: 'undo', run: () => void undo() },
          },
        }));
      } catch (error) {
        fail(error);
      }
    },
    /** @param {string} id of the conversation it was written in, open or not @param {string} draft */
    async draft(id, draft) {
      const { chat, list } = store.get();
      if (chat.conversation.id === id) return update(patchConversation(chat, { draft }));
      const conversation = list.find((each) => each.id === id);
      if (conversation) await save({ ...chat, conversation: { ...conversation, draft } });
      else unsent.write(draft);
    },
    /** @param {string} id @param {number} step */
    walk(id, step) {
      stop();
      return update(walkBranch(store.get().chat, id, step));
    },
    /** @param {boolean} keepAll */
    keepAll(keepAll) {
      return update(patchConversation(store.get().chat, { keepAll }));
    },
    search: storage.search,
  };
}
