// Which messages go to the model: all that fit; else the oldest pairs are left out and named. Counts by a given function.

/**
 * @typedef {import('./chat.js').Message} Message
 * @typedef {import('../engine/protocol.js').ChatMessage} ChatMessage
 */

/** Tokens that a template puts around each message. */
const AROUND = 8;

/**
 * @param {string} system
 * @param {readonly Message[]} path what was said, the question last
 * @param {{limit: number, reserve: number, count: (text: string) => Promise<number>}} room tokens of context; of them for the answer
 * @returns {Promise<{messages: ChatMessage[], omitted: string[]}>}
 */
export async function fitContext(system, path, { limit, reserve, count }) {
  const sizes = await Promise.all(path.map(async ({ text }) => (await count(text)) + AROUND));
  const fixed = system ? (await count(system)) + AROUND : 4 * AROUND; // a template may have its own system prompt
  let total = sizes.reduce((sum, size) => sum + size, fixed);
  let first = 0;
  // The last message is the question itself and always goes; what is left begins with a question, not an answer.
  while (total > limit - reserve && first < path.length - 1) {
    do total -= sizes[first++];
    while (first < path.length - 1 && path[first].role === 'assistant');
  }
  const kept = path.slice(first).map(({ role, text }) => ({ role, content: text }));
  return {
    messages: system ? [{ role: /** @type {const} */ ('system'), content: system }, ...kept] : kept,
    omitted: path.slice(0, first).map(({ id }) => id),
  };
}
