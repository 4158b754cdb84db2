// What is written in a conversation that has none of it sent yet: there is nothing to store it with, so it is kept apart.
import { isEmpty } from './chat-tree.js';

const KEY = 'loquat-unsent';

/**
 * @param {import('./observable.js').Store<import('./app.js').AppState>} store
 * @param {Storage | undefined} storage without it, as long as the page
 */
export function createUnsent(store, storage) {
  let kept = '';
  try {
    kept = storage?.getItem(KEY) ?? '';
  } catch {
    // Forbidden: it lasts as long as the page.
  }
  /** @param {string} draft */
  function write(draft) {
    if (draft === kept) return;
    kept = draft;
    try {
      if (draft) storage?.setItem(KEY, draft);
      else storage?.removeItem(KEY);
    } catch {
      // As above.
    }
  }
  store.subscribe(({ chat }, { chat: before }) => {
    if (chat.conversation === before.conversation || chat.conversation.temporary) return;
    if (isEmpty(chat)) write(chat.conversation.draft);
    else if (isEmpty(before) && before.conversation.id === chat.conversation.id) write(''); // it was sent
  });
  return { read: () => kept, write };
}
