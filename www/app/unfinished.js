// The answer that is being written when the page is left. A database may not end its write then; this storage does.

/** @typedef {import('./chat-tree.js').Message} Message */

const KEY = 'loquat-unfinished';

/** @param {Storage | undefined} storage */
export function createUnfinished(storage) {
  return {
    /** @param {Message} message */
    keep(message) {
      try {
        storage?.setItem(KEY, JSON.stringify(message));
      } catch {
        // Full or forbidden: what was stored each second is there.
      }
    },
    /** Once. @param {string} conversation @returns {Message | undefined} */
    take(conversation) {
      try {
        const message = JSON.parse(storage?.getItem(KEY) ?? 'null');
        if (message?.conversation !== conversation) return undefined;
        storage?.removeItem(KEY);
        return message;
      } catch {
        return undefined;
      }
    },
  };
}

/** What was kept in place of what was stored, if it is more. @param {Message[]} stored @param {Message | undefined} kept */
export function withUnfinished(stored, kept) {
  if (!kept) return stored;
  return stored.map((message) =>
    message.id === kept.id && message.text.length < kept.text.length ? kept : message,
  );
}
