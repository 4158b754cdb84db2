// Who may hear a conversation: this device, or the one server it was held with. Before another server gets it, the person is asked.
import { patchConversation, shownPath } from './chat-tree.js';
import { remoteAddress } from './settings.js';

/**
 * @typedef {import('./chat-tree.js').Chat} Chat
 * @typedef {import('./chat-tree.js').Message} Message
 *
 * @typedef {object} Disclosure a question to the person: may all this be sent?
 * @property {string} server its address
 * @property {readonly Message[]} messages what would go, first to last
 * @property {(allowed: boolean) => void} decide
 */

/**
 * What is said now is said to whoever answers by the settings: a conversation that begins with a server belongs to it,
 * and one that goes on here is this device's alone from now on.
 * @param {Chat} chat before the question @param {import('./settings.js').Settings} settings @param {string} base
 */
export function saidTo(chat, settings, base) {
  const address = remoteAddress(settings, base)?.href;
  const begins = shownPath(chat).length === 0 && Object.keys(chat.messages).length === 0;
  if (begins) return withServer(chat, address);
  return address ? chat : withServer(chat, undefined);
}

/** @param {Chat} chat @param {string | undefined} server */
function withServer(chat, server) {
  if (chat.conversation.server === server) return chat;
  const { server: _, ...conversation } = chat.conversation;
  return patchConversation({ ...chat, conversation }, server ? { server } : {});
}

/**
 * Resolves when the open conversation may be sent to `server`; rejects with an AbortError if the person does not want that.
 * @param {Pick<import('./observable.js').Store<import('./app.js').AppState>, 'get' | 'set'>} store
 * @param {string | undefined} server who would answer; undefined: this device
 * @param {string} until id of the last message that would go
 * @param {AbortSignal} signal
 */
export async function mayHear(store, server, until, signal) {
  const { chat } = store.get();
  if (chat.conversation.server === server) return;
  if (server) {
    const path = shownPath(chat);
    const messages = path.slice(0, path.findIndex(({ id }) => id === until) + 1).filter(({ text }) => text);
    /** @type {Promise<boolean>} */
    const asked = new Promise((resolve, reject) => {
      signal.addEventListener('abort', () => reject(signal.reason), { once: true });
      store.set({ disclosure: { server, messages, decide: resolve } });
    });
    const allowed = await asked.finally(() => store.set({ disclosure: null }));
    if (!allowed) throw new DOMException('The conversation stays where it was held.', 'AbortError');
  }
  store.set((state) =>
    state.chat.conversation.id === chat.conversation.id ? { chat: withServer(state.chat, server) } : {},
  );
}
