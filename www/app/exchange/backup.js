// Export and import over the storage. The formats are in exchange.js.
import { chatFrom } from '../chat-tree.js';

/** Not needed before someone exports. */
const loadFormats = () => import('./exchange.js');

/**
 * @param {import('../app.js').Context} context
 * @param {ReturnType<typeof import('../conversations.js').createConversations>} conversations
 */
export function createTransfer({ store, options: { storage }, change, fail }, conversations) {
  const all = async () =>
    Promise.all(
      (await storage.list()).map(async (conversation) => ({
        conversation,
        messages: await storage.messages(conversation.id),
      })),
    );
  return {
    async exportJson() {
      return (await loadFormats()).toJson(await all(), store.get().settings.personas);
    },
    async exportMarkdown() {
      const { toMarkdown } = await loadFormats();
      return (await all())
        .map(({ conversation, messages }) => toMarkdown(chatFrom(conversation, messages)))
        .join('\n');
    },
    /** Whether it holds conversations. @param {string} text */
    async mayImport(text) {
      const { parseImport } = await loadFormats();
      try {
        return parseImport(text).length > 0;
      } catch {
        return false;
      }
    },
    /** @param {string} text @returns {Promise<number>} how many conversations; 0 when it failed, which is shown */
    async importText(text) {
      try {
        const { parseImport, parsePersonas } = await loadFormats();
        const chats = parseImport(text);
        const { personas } = store.get().settings;
        const more = parsePersonas(text).filter(({ id }) => personas.every((each) => each.id !== id));
        if (more.length > 0) change({ personas: [...personas, ...more] });
        for (const chat of chats) await conversations.save(chat, Object.values(chat.messages));
        store.set({
          notice: { kind: 'info', code: 'conversations_imported', message: String(chats.length), remedy: '' },
        });
        return chats.length;
      } catch (error) {
        fail(error);
        return 0;
      }
    },
  };
}
