// The list of conversations and which one is open; reads and writes them through the storage.
import {
  chatFrom,
  isEmpty,
  newChat,
  patchConversation,
  patchMessage,
  shownPath,
  tokensUsed,
  walkBranch,
} from './chat-tree.js';
import { beingWritten, whenUnwritten } from './answer-lock.js';
import { createUnfinished, withUnfinished } from './unfinished.js';
import { createUnsent } from './unsent.js';

/**
 * @typedef {import('./chat-tree.js').Chat} Chat
 * @typedef {import('./chat-tree.js').Conversation} Conversation
 * @typedef {import('./chat-tree.js').Message} Message
 */

/**
 * An answer that a closed page left unfinished was stopped; one that was not begun still waits.
 * @param {Message} message @param {ReadonlySet<string>} written by some tab @returns {Message}
 */
const settle = (message, written) =>
  message.status === 'streaming' && !written.has(message.id) ? { ...message, status: 'stopped' } : message;

/** Pinned ones first, then newest first. @param {Conversation[]} list */
export function sorted(list) {
  return [...list].sort((a, b) => Number(b.pinned) - Number(a.pinned) || b.updated - a.updated);
}

/** @param {import('./app.js').Context} context */
export function createConversations({ store, options, fail, stop, resume, chats }) {
  const { storage } = options;
  const beside = options.seal ? undefined : options.settingsStorage;
  const unsent = createUnsent(store, beside);
  const unfinished = createUnfinished(beside);
  /** Ids of temporary conversations. @type {Set<string>} */
  const passing = new Set();
  store.set({ chat: patchConversation(store.get().chat, { draft: unsent.read() }) });

  /** @param {Chat} chat @param {Message[]} [messages] those that changed */
  async function save(chat, messages = []) {
    const { conversation } = chat;
    if (conversation.temporary) return;
    store.set(({ list }) => ({
      list: sorted([conversation, ...list.filter(({ id }) => id !== conversation.id)]),
    }));
    try {
      await storage.save(conversation, messages, Object.values(chat.messages));
    } catch (error) {
      fail(error);
    }
  }

  /** @param {Chat} chat */
  function show(chat) {
    const { conversation } = store.get().chat;
    if (conversation.temporary && conversation.id !== chat.conversation.id) {
      stop(conversation.id); // its answer would go nowhere
      chats.forget(conversation.id);
    }
    chats.leave();
    chats.show(chat, { context: { used: tokensUsed(chat), omitted: [], shortened: false } });
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
      if (chats.isRunning(id)) return show(chatFrom(conversation, []));
      const kept = unfinished.take(id);
      const [read, written] = await Promise.all([storage.messages(id), beingWritten()]);
      const stored = withUnfinished(read, kept);
      const messages = stored.map((message) => settle(message, written));
      show(chatFrom(conversation, messages));
      if (options.goesOn) goOn(stored);
      if (kept)
        await save(
          store.get().chat,
          Object.values(store.get().chat.messages).filter((each) => each.id === kept.id),
        );
      resume();
      for (const message of messages) if (message.status === 'streaming') void settleLater(message);
    } catch (error) {
      fail(error);
    }
  }

  /** The last answer, if the page before was left in the middle of it. @param {readonly Message[]} stored */
  function goOn(stored) {
    const { chat } = store.get();
    const last = shownPath(chat).pop();
    if (last?.status !== 'stopped' || stored.find(({ id }) => id === last.id)?.status === 'stopped') return;
    store.set({ chat: patchMessage(chat, last.id, { status: 'waiting' }) });
  }

  /** What another tab wrote when this was read: it may be closed before it ends. @param {Message} message */
  async function settleLater({ id, conversation }) {
    await whenUnwritten(id);
    await follow({ id: conversation });
    const { chat, generation } = store.get();
    if (chat.messages[id]?.status !== 'streaming' || generation?.message === id) return;
    store.set({ chat: patchMessage(chat, id, { status: 'stopped' }) });
  }

  /** @param {{temporary?: boolean}} [options] `temporary`: nothing of it is ever stored */
  function start({ temporary = false } = {}) {
    const { chat, settings } = store.get();
    const { persona } = settings;
    const { draft } = chat.conversation;
    if (temporary) {
      const fresh = newChat({ persona, draft: isEmpty(chat) ? draft : '', temporary });
      passing.add(fresh.conversation.id);
      unsent.write('');
      return show(fresh);
    }
    // Nothing was said yet: what is being written there goes on.
    if (!isEmpty(chat)) return show(newChat({ persona, draft: unsent.read() }));
    if (chat.conversation.temporary) return show(newChat({ persona, draft }));
    show(patchConversation(chat, { persona }));
  }

  /** Another tab has changed a conversation. @param {import('./db.js').Change} change */
  async function follow({ id, removed }) {
    const list = sorted(await storage.list());
    store.set({ list });
    if (store.get().chat.conversation.id !== id) return;
    const conversation = list.find((each) => each.id === id);
    if (!conversation) {
      if (!removed) return;
      const { draft } = store.get().chat.conversation;
      stop(id);
      chats.forget(id); // or what is written of an answer would bring it back
      show(newChat({ persona: store.get().settings.persona, draft }));
      return;
    }
    const stored = await storage.messages(id);
    store.set(({ chat, generation }) => {
      if (chat.conversation.id !== id) return {};
      // What this tab writes is newer here than there.
      const mine = generation && chat.messages[generation.message];
      const messages = mine ? [...stored.filter((each) => each.id !== mine.id), mine] : stored;
      const { draft } = chat.conversation;
      return { chat: chatFrom({ ...conversation, draft }, messages) };
    });
  }
  storage.watch((change) => void follow(change).catch(fail));

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
    /** @param {string} id @param {Partial<Pick<Conversation, 'title' | 'pinned' | 'folder' | 'archived'>>} patch */
    async patch(id, patch) {
      const { chat, list } = store.get();
      const conversation = list.find((each) => each.id === id);
      if (!conversation) return;
      const changed = { ...conversation, ...patch, ...(patch.title === undefined ? {} : { titled: true }) };
      if (chat.conversation.id === id) store.set({ chat: { ...chat, conversation: changed } });
      await save({ ...chat, conversation: changed });
    },
    /** Out of the list, with a way back. @param {string} id */
    async archive(id) {
      const conversation = store.get().list.find((each) => each.id === id);
      if (!conversation) return;
      await this.patch(id, { archived: true });
      const undo = () => {
        store.set({ notice: null });
        void this.patch(id, { archived: false });
      };
      store.set({
        notice: {
          kind: 'info',
          code: 'conversation_archived',
          message: conversation.title,
          remedy: '',
          action: { label: 'undo', run: undo },
        },
      });
    },
    /** @param {string} id */
    async remove(id) {
      const conversation = store.get().list.find((each) => each.id === id);
      if (!conversation) return;
      try {
        const wasOpen = store.get().chat.conversation.id === id;
        stop(id); // what is written of an answer is stored by that
        const messages = await storage.messages(id);
        chats.forget(id);
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
      else if (!passing.has(id)) unsent.write(draft);
    },
    /** What goes with the next message. @param {readonly import('./attached.js').Attached[]} attached */
    attach: (attached) => update(patchConversation(store.get().chat, { attached })),
    /** @param {string} id @param {number} step */
    walk(id, step) {
      stop(store.get().chat.conversation.id);
      return update(walkBranch(store.get().chat, id, step));
    },
    /** Who answers in the open conversation, and how. @param {Partial<import('./own-settings.js').OwnSettings>} patch */
    own(patch) {
      const { chat } = store.get();
      if (Object.keys(patch).length === 0 || !chat.conversation.own) return Promise.resolve();
      const { persona = chat.conversation.persona } = patch;
      return update(patchConversation(chat, { persona, own: { ...chat.conversation.own, ...patch } }));
    },
    /** @param {boolean} keepAll */
    keepAll(keepAll) {
      return update(patchConversation(store.get().chat, { keepAll }));
    },
    search: storage.search,
  };
}
