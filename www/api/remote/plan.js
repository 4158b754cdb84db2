// What of a request goes to a server whose tokenizer and template are not here: as the engine's own `plan`, by lengths.

/**
 * @typedef {import('../../protocol/messages.js').GenerateRequest} GenerateRequest
 * @typedef {import('../../protocol/messages.js').Budget} Budget
 * @typedef {import('../../protocol/messages.js').ContextPlan} ContextPlan
 * @typedef {(text: string) => number} Count tokens
 */

/** Tokens that a template puts around each message. */
const AROUND = 8;
/** When the context is full, what is kept takes this share of it. */
const AFTER = 0.5;

/**
 * The end of a text that has at most so many tokens, from the beginning of a word.
 * @param {string} text @param {number} limit tokens @param {Count} count
 */
function tail(text, limit, count) {
  let end = text;
  for (let tokens = count(end); tokens > limit && end !== ''; tokens = count(end)) {
    // A little less than the share that would fit, so that few rounds are needed.
    const length = Math.floor((end.length * Math.max(0, limit) * 0.95) / tokens);
    end = length > 0 ? end.slice(-length).replace(/^\S*\s*/, '') : '';
  }
  return end;
}

/**
 * All that fits; else the oldest turns are left out, down to half of the room, so that the next questions begin with the
 * same messages. The system prompt and the last turn stay; an answer that goes on loses its beginning if it must.
 * @param {GenerateRequest} request @param {Partial<Budget>} budget @param {Count} count
 * @returns {ContextPlan}
 */
export function planByLength(request, { context = Infinity, reserve = 0, left_out: before = 0 }, count) {
  const messages = request.messages ?? [];
  const sizes = messages.map(({ content }) => count(content ?? '') + AROUND);
  const room = context - reserve;
  const start = messages.findIndex(({ role }) => role !== 'system');
  const system = start < 0 ? messages.length : start;
  // A template may have a system prompt of its own.
  let total = sizes.reduce((sum, size) => sum + size, system > 0 ? 0 : 4 * AROUND);
  let first = system;
  const goesOn = request.continue_final === true;
  const last = Math.max(system, messages.length - (goesOn ? 2 : 1));
  /** What is left begins with a question, not an answer. @param {() => boolean} enough */
  const leaveOut = (enough) => {
    while (!enough() && first < last) {
      do total -= sizes[first++];
      while (first < last && messages[first].role !== 'user');
    }
  };
  if (total > room) {
    leaveOut(() => first >= system + before);
    if (total > room) leaveOut(() => total <= room * AFTER);
  }
  /** @param {number} from @param {number} to */
  const range = (from, to) => Array.from({ length: Math.max(0, to - from) }, (_, i) => from + i);
  const at = messages.length - 1;
  const shortened =
    goesOn && total > room
      ? tail(messages[at].content, room - (total - sizes[at]) - AROUND, count)
      : undefined;
  return {
    prompt_n: shortened === undefined ? total : total - sizes[at] + count(shortened) + AROUND,
    kept: [...range(0, system), ...range(first, messages.length)],
    left_out: range(system, first),
    ...(shortened === undefined ? {} : { shortened }),
    is_full: shortened === undefined && total > room,
  };
}
