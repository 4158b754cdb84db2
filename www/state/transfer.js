// Export and import over the storage. The formats are in exchange.js.
import { chatFrom } from './chat.js';

/** Not needed before someone exports. */
const loadFormats = () => import('./exchange.js');

/**
 * @param {import('./app.js').Context} context
 * @param {ReturnType<typeof import('./conversations.js').createConversations>} conversations
 */
export function createTransfer({ store, options: { storage }, fail }, conversations) {
  const all = async () =>
    Promise.all(
      (await storage.list()).map(async (conversation) => ({
        conversation,
        messages: await storage.messages(conversation.id),
      })),
    );
  return {
    async exportJson() {
      return (await loadFormats()).toJson(await all());
    },
    async exportMarkdown() {
      const { toMarkdown } = await loadFormats();
      return (await all())
        .map(({ conversation, messages }) => toMarkdown(chatFrom(conversation, messages)))
        .join('\n');
    },
    /** @param {string} text */
    async importText(text) {
      try {
        const chats = (await loadFormats()).parseImport(text);
        for (const chat of chats) await conversations.save(chat, Object.values(chat.messages));
        store.set({
          notice: { kind: 'info', code: 'conversations_imported', message: String(chats.length), remedy: '' },
        });
      } catch (error) {
        fail(error);
      }
    },
  };
}
