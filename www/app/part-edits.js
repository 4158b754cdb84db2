// What becomes of an answer once it is there: a part of it changed by hand, and the model asked about one, with nothing
// added to the conversation. Loaded with the first part that can be edited.
import { answer } from '../agent/loop.js';
import { partsText } from '../agent/part-texts.js';
import { LoquatError } from '../protocol/messages.js';
import { patchMessage } from './chat-tree.js';
import { mayHear } from './disclosure.js';
import { createPolicy } from './policy.js';

/**
 * @param {import('./app.js').Context} context
 * @param {ReturnType<typeof import('./model.js').createModel>} model
 * @param {(message: import('./chat-tree.js').Message) => Promise<void>} saveMessage as it is by now
 */
export function createPartEdits({ store, options, fail, chats }, model, saveMessage) {
  const guardFor = createPolicy(options, fail);
  return {
    /** Gives a message other parts than it has. @param {import('./chat-tree.js').Message} message @param {import('../protocol/parts.js').Part[]} parts */
    async setParts({ id, conversation }, parts) {
      const scope = chats.scope(conversation);
      scope.set(({ chat }) => ({ chat: patchMessage(chat, id, { parts, text: partsText(parts) }) }));
      const message = scope.get().chat.messages[id];
      if (message) await saveMessage(message);
    },

    /** Writes the text that a message's parts are by now, and saves it. @param {import('./chat-tree.js').Message} message */
    async keepParts({ id, conversation }) {
      const scope = chats.scope(conversation);
      const message = scope.get().chat.messages[id];
      if (!message?.parts) return;
      const text = partsText(message.parts);
      scope.set(({ chat }) => ({ chat: patchMessage(chat, id, { text }) }));
      await saveMessage(message);
    },

    /**
     * @param {string} id of the message that it is about @param {import('../protocol/messages.js').GenerateRequest} request
     * @param {{signal: AbortSignal, onText?: (text: string) => void}} options `onText`: what has come so far
     * @returns {Promise<string>}
     */
    async aside(id, request, { signal, onText }) {
      const here = chats.scope(store.get().chat.conversation.id);
      const client = await model.ready(signal);
      await mayHear(here, client.server, id, signal);
      const guard = await guardFor();
      let text = '';
      for await (const event of answer(client, request, { signal, ...(guard ? { guard } : {}) })) {
        if (event.type === 'part') throw new LoquatError('declined', partsText([event.part])); // the policy's words
        if (event.type !== 'token' && event.type !== 'done') continue;
        text += event.text;
        onText?.(text);
      }
      signal.throwIfAborted();
      return text;
    },
  };
}
