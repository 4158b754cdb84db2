// Which messages of a conversation go to the model: the engine plans, this names them by the conversation's ids.

/**
 * @typedef {import('./chat-tree.js').Message} Message
 * @typedef {import('../protocol/messages.js').ChatMessage} ChatMessage
 * @typedef {import('../protocol/messages.js').GenerateRequest} GenerateRequest
 */

/**
 * The last message always goes, and of an answer that goes on its question too: if even these are too long together, the
 * answer goes without its beginning.
 * @param {Pick<import('../api/remote/remote-client.js').ChatClient, 'plan'>} client
 * @param {string} system
 * @param {readonly Message[]} path what was said: last the question, or the answer that goes on
 * @param {{limit: number, reserve: number, first?: string, request?: GenerateRequest}} room tokens of context; of them for
 *   the answer; `first`: the message that the last request began with; `request`: the rest of this one
 * @returns {Promise<{messages: ChatMessage[], omitted: string[], shortened: boolean, first: string | undefined}>}
 */
export async function fitContext(client, system, path, { limit, reserve, first: before, request = {} }) {
  const all = path.map(({ role, text }) => ({ role, content: text }));
  const messages = system ? [{ role: /** @type {const} */ ('system'), content: system }, ...all] : all;
  const fixed = messages.length - all.length;
  const known = path.findIndex(({ id }) => id === before);
  const goesOn = path[path.length - 1]?.role === 'assistant';
  const plan = await client.plan(
    { ...request, messages, ...(goesOn ? { continue_final: true, add_generation_prompt: false } : {}) },
    { ...(Number.isFinite(limit) ? { context: limit } : {}), reserve, left_out: Math.max(0, known) },
  );
  const kept = plan.kept.map((at) => messages[at]);
  if (plan.shortened !== undefined)
    kept.splice(-1, 1, { ...messages[messages.length - 1], content: plan.shortened });
  const { left_out: leftOut } = plan;
  const omitted = leftOut.map((at) => path[at - fixed].id);
  return {
    messages: kept,
    omitted,
    shortened: plan.shortened !== undefined,
    first: omitted.length > 0 ? path[omitted.length]?.id : undefined,
  };
}
