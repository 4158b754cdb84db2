// What people say of answers: a thumb, reasons, a better answer in their own words, which of two is better. Kept on this
// device beside the conversations, and lost with it unless the person exports it.
import { openDB } from 'idb';

/**
 * @typedef {import('../protocol/messages.js').ChatMessage} ChatMessage
 *
 * @typedef {object} Rating
 * @property {string} id of the message that was rated
 * @property {number} at ms since the epoch
 * @property {boolean} good
 * @property {string[]} reasons `wrong`, `unclear`, `incomplete`, `tone`, `source`
 * @property {string} [better] what should have been said
 * @property {ChatMessage[]} prompt what the model was told
 * @property {boolean} exact false: put together from the conversation, because the answer is from an earlier visit
 * @property {string} question
 * @property {string} answer
 * @property {{name: string, fingerprint?: string}} model `fingerprint`: SHA-256 of the file, where it is known; a service without a model has none
 * @property {string} [other] an answer that this one was found better than
 * @property {string} [page] path of the site's page
 * @property {string} language of the page
 * @property {boolean} [unanswered] the knowledge had nothing
 * @property {boolean} [sent]
 *
 * @typedef {object} FeedbackStore
 * @property {(id: string) => Promise<Rating | undefined>} get
 * @property {(rating: Rating) => Promise<void>} put
 * @property {(id: string) => Promise<void>} remove
 * @property {() => Promise<Rating[]>} all oldest first
 */

/** Where nothing can be kept, it lasts as long as the page. @returns {FeedbackStore} */
function inMemory() {
  /** @type {Map<string, Rating>} */
  const ratings = new Map();
  return {
    get: async (id) => ratings.get(id),
    put: async (rating) => void ratings.set(rating.id, rating),
    remove: async (id) => void ratings.delete(id),
    all: async () => [...ratings.values()].sort((a, b) => a.at - b.at),
  };
}

/** @param {string} [name] @returns {Promise<FeedbackStore>} */
export async function openFeedback(name = 'loquat-feedback') {
  try {
    const db = await openDB(name, 1, {
      upgrade: (fresh) => void fresh.createObjectStore('ratings', { keyPath: 'id' }),
      blocking: () => db.close(),
    });
    return {
      get: (id) => db.get('ratings', id),
      put: async (rating) => void (await db.put('ratings', rating)),
      remove: (id) => db.delete('ratings', id),
      all: async () => (await db.getAll('ratings')).sort((a, b) => a.at - b.at),
    };
  } catch {
    return inMemory();
  }
}
