// What a conversation took of this device, and what the same would have cost elsewhere. Pure; estimates say what they rest on.

/** What a laptop takes more while it computes, in watts: the middle of 10 to 30. */
export const WATTS = 20;

/**
 * @typedef {object} Cost
 * @property {number} answers
 * @property {number} withoutModel answers that took no model
 * @property {number} tokens written by a model
 * @property {number} promptTokens read by it
 * @property {number} seconds of computing, of this device
 * @property {number} wattHours seconds × WATTS
 * @property {number} downloaded bytes of the model, once for all conversations; 0: there was none
 * @property {number} sent requests with words of the visitor that left the device
 * @property {number} [elsewhere] in the currency of the price
 */

/**
 * @param {ReadonlyArray<Pick<import('../app/chat-tree.js').Message, 'role' | 'status' | 'stats'>>} messages
 * @param {{downloaded?: number, sent?: number, pricePerMillion?: number}} [known]
 * @returns {Cost}
 */
export function costOf(messages, { downloaded = 0, sent = 0, pricePerMillion } = {}) {
  const answers = messages.filter(({ role, status }) => role === 'assistant' && status !== 'waiting');
  const stats = answers.flatMap(({ stats: each }) => (each ? [each] : []));
  const sum = (/** @type {(each: NonNullable<typeof stats[number]>) => number} */ of) =>
    stats.reduce((all, each) => all + of(each), 0);
  const tokens = sum((each) => each.tokens);
  const promptTokens = sum((each) => each.promptTokens);
  const seconds = sum((each) => (each.tokensPerSecond > 0 ? each.tokens / each.tokensPerSecond : 0));
  return {
    answers: answers.length,
    withoutModel: answers.length - stats.length,
    tokens,
    promptTokens,
    seconds,
    wattHours: (seconds * WATTS) / 3600,
    downloaded,
    sent,
    ...(pricePerMillion === undefined
      ? {}
      : { elsewhere: ((tokens + promptTokens) / 1e6) * pricePerMillion }),
  };
}
