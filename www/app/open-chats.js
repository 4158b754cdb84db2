// The conversations in memory: the one that is open, and those left while an answer is written or waits in them. To whoever
// writes an answer each looks like the open one.
import { newChat } from './chat-tree.js';

/**
 * @typedef {import('./chat-tree.js').Chat} Chat
 * @typedef {import('./app.js').AppState} AppState
 * @typedef {import('./observable.js').Store<AppState>} Store
 * @typedef {Pick<Store, 'get' | 'set'>} Scope
 */

/** @param {Store} store */
export function createOpenChats(store) {
  /** @type {Map<string, Chat>} */
  const away = new Map();
  /** The answers under way, first asked first. @type {Map<string, AppState['generation']>} */
  const running = new Map();

  /** What the list shows of conversations that are not open. */
  function mark() {
    const { chat, marks } = store.get();
    /** @type {Record<string, 'busy' | 'done'>} */
    const next = Object.fromEntries(Object.entries(marks).filter(([, state]) => state === 'done'));
    for (const id of running.keys()) next[id] = 'busy';
    delete next[chat.conversation.id];
    if (JSON.stringify(next) !== JSON.stringify(marks)) store.set({ marks: next });
  }

  /** @param {string} id of a conversation @returns {Scope} the state as if it were the open one */
  function scope(id) {
    const isOpen = () => store.get().chat.conversation.id === id;
    const get = () =>
      isOpen()
        ? store.get()
        : { ...store.get(), chat: away.get(id) ?? newChat({ id }), generation: running.get(id) ?? null };
    return {
      get,
      set(patch) {
        const { chat, generation, context, ...rest } = typeof patch === 'function' ? patch(get()) : patch;
        if (generation) running.set(id, { ...generation, queued: [...running.keys()].indexOf(id) > 0 });
        if (isOpen()) {
          const shown = generation
            ? { generation: running.get(id) ?? null }
            : generation === null
              ? { generation }
              : {};
          store.set({ ...(chat ? { chat } : {}), ...(context ? { context } : {}), ...shown, ...rest });
        } else {
          if (chat && away.has(id)) away.set(id, chat);
          if (Object.keys(rest).length > 0) store.set(rest);
        }
      },
    };
  }

  return {
    scope,
    mark,
    isRunning: (/** @type {string} */ id) => running.has(id),
    all: () => [...running.keys()],
    /** An answer begins. @param {string} id @param {NonNullable<AppState['generation']>} generation */
    begin(id, generation) {
      running.set(id, generation);
      scope(id).set({ generation });
      mark();
    },
    /** It has ended. @param {string} id @param {boolean} told the person is shown that it has */
    end(id, told) {
      running.delete(id);
      const open = store.get().chat.conversation.id === id;
      if (open) store.set({ generation: null });
      else if (told && away.has(id)) store.set(({ marks }) => ({ marks: { ...marks, [id]: 'done' } }));
      if (!open) away.delete(id); // it is stored by now
      mark();
    },
    /** Before another conversation is shown: an answer goes on in the one that is left. */
    leave() {
      const { chat } = store.get();
      if (running.has(chat.conversation.id)) away.set(chat.conversation.id, chat);
    },
    /** Shows a conversation, as it is in memory if an answer is written in it. @param {Chat} chat @param {Partial<AppState>} [rest] */
    show(chat, rest = {}) {
      const { id } = chat.conversation;
      const shown = away.get(id) ?? chat;
      away.delete(id);
      const { [id]: _, ...marks } = store.get().marks;
      store.set({ ...rest, chat: shown, generation: running.get(id) ?? null, marks });
      mark();
    },
    /** The conversation is removed. @param {string} id */
    forget(id) {
      running.delete(id);
      away.delete(id);
      mark();
    },
  };
}
