// Which messages go to the model: all that fit; else the oldest pairs are left out and named. Counts by a given function.

/**
 * @typedef {import('./chat.js').Message} Message
 * @typedef {import('../engine/protocol.js').ChatMessage} ChatMessage
 * @typedef {(text: string) => Promise<number>} Count tokens
 */

/** Tokens that a template puts around each message. */
const AROUND = 8;

/**
 * The end of a text that has at most so many tokens, from the beginning of a word.
 * @param {string} text @param {number} limit tokens @param {Count} count
 */
async function tail(text, limit, count) {
  let end = text;
  for (let tokens = await count(end); tokens > limit && end !== ''; tokens = await count(end)) {
    // A little less than the share that would fit, so that few rounds are needed.
    const length = Math.floor((end.length * Math.max(0, limit) * 0.95) / tokens);
    end = length > 0 ? end.slice(-length).replace(/^\S*\s*/, '') : '';
  }
  return end;
}

/**
 * The last message always goes, and of an answer that goes on its question too: if even these are too long together, the
 * answer goes without its beginning.
 * @param {string} system
 * @param {readonly Message[]} path what was said: last the question, or the answer that goes on
 * @param {{limit: number, reserve: number, count: Count}} room tokens of context; of them for the answer
 * @returns {Promise<{messages: ChatMessage[], omitted: string[], shortened: boolean}>}
 */
export async function fitContext(system, path, { limit, reserve, count }) {
  const sizes = await Promise.all(path.map(async ({ text }) => (await count(text)) + AROUND));
  const fixed = system ? (await count(system)) + AROUND : 4 * AROUND; // a template may have its own system prompt
  let total = sizes.reduce((sum, size) => sum + size, fixed);
  let first = 0;
  const goesOn = path[path.length - 1]?.role === 'assistant';
  const last = Math.max(0, path.length - (goesOn ? 2 : 1));
  // What is left begins with a question, not an answer.
  while (total > limit - reserve && first < last) {
    do total -= sizes[first++];
    while (first < last && path[first].role === 'assistant');
  }
  const kept = path.slice(first).map(({ role, text }) => ({ role, content: text }));
  const shortened = goesOn && total > limit - reserve;
  if (shortened) {
    const answer = kept[kept.length - 1];
    const others = total - sizes[path.length - 1];
    answer.content = await tail(answer.content, limit - reserve - others - AROUND, count);
  }
  return {
    messages: system ? [{ role: /** @type {const} */ ('system'), content: system }, ...kept] : kept,
    omitted: path.slice(0, first).map(({ id }) => id),
    shortened,
  };
}
