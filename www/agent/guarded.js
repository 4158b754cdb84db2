// Events of an answer, through a guard: the question first, then the text as it comes. A sentence that has not passed is
// shown to nobody; what was shown stays.
import { partsText } from './part-texts.js';
import { policyNotice } from './policy-notice.js';

/**
 * @typedef {import('./loop.js').AgentEvent} AgentEvent
 * @typedef {import('./guard.js').Guard} Guard
 */

/** Tokens of sentences that have not passed: what a token tells beside its text stays with it. */
function heldTokens() {
  /** @type {Array<Extract<AgentEvent, {type: 'token'}>>} */
  let held = [];
  return {
    /** @param {Extract<AgentEvent, {type: 'token'}>} token */
    add: (token) => void held.push(token),
    /** The tokens of the first `length` characters; one that goes on behind them is cut in two. @param {number} length */
    release(length) {
      const out = [];
      let left = length;
      while (held.length > 0 && held[0].text.length <= left) {
        left -= held[0].text.length;
        out.push(held[0]);
        held = held.slice(1);
      }
      if (left > 0 && held.length > 0) {
        const [first, ...others] = held;
        out.push({ ...first, text: first.text.slice(0, left) });
        held = [{ ...first, text: first.text.slice(left) }, ...others];
      }
      return out;
    },
  };
}

/**
 * @param {Guard} guard @param {string} question
 * @param {(signal: AbortSignal, watch: import('./guard.js').Watch) => AsyncIterable<AgentEvent>} answer begun only if the question passes
 * @param {AbortSignal} [signal]
 * @returns {AsyncGenerator<AgentEvent, void, void>}
 */
export async function* guarded(guard, question, answer, signal) {
  const watch = await guard.watch();
  const ending = new AbortController();
  try {
    const verdict = await watch.check(question);
    signal?.throwIfAborted();
    if (verdict.action === 'decline' || verdict.action === 'hand-over') {
      yield { type: 'part', part: { type: 'text', text: verdict.message } };
      yield { type: 'answered', refused: true, sources: [] };
      return;
    }
    const both = signal ? AbortSignal.any([signal, ending.signal]) : ending.signal;
    // First, for an answer can end in many ways, as when the person stops it.
    if (verdict.action === 'notice' && verdict.text) yield { type: 'part', part: policyNotice(verdict.text) };
    const held = heldTokens();
    let drafted = '';
    for await (const event of answer(both, watch)) {
      // What a skill has the model write comes line by line, and is looked at like other text.
      if (event.type === 'draft') {
        const text = partsText(event.parts);
        const more = text.startsWith(drafted) ? text.slice(drafted.length) : text;
        drafted = text;
        const { text: said, stop } = await watch.push(`${more}\n`);
        if (stop) {
          yield { type: 'draft', parts: [] };
          yield { type: 'part', part: { type: 'text', text: said.slice(said.lastIndexOf('\n') + 1) } };
          yield { type: 'answered', refused: true, sources: [] };
          return;
        }
      }
      if (event.type !== 'token' && event.type !== 'done') {
        yield event;
        continue;
      }
      if (event.type === 'token') held.add(event);
      else if (event.text) held.add({ type: 'token', text: event.text, id: 0 });
      const released = await watch.push(event.text);
      const last = event.type === 'done' && !released.stop ? await watch.finish() : { text: '', stop: false };
      const text = released.text + last.text;
      if (released.stop || last.stop) {
        yield { type: 'part', part: { type: 'text', text } };
        yield { type: 'answered', refused: true, sources: [] };
        return;
      }
      yield* held.release(text.length);
      if (event.type !== 'done') continue;
      yield { ...event, text: '' };
    }
  } finally {
    ending.abort(); // the model stops where the guard did
    void Promise.resolve(watch.free()).catch(() => {});
  }
}

const NOTHING_READ = { prompt_tokens: 0, completion_tokens: 0, total_tokens: 0, cached_tokens: 0 };
const NO_TIME = { prompt_n: 0, prompt_ms: 0, predicted_n: 0, predicted_ms: 0, cached_n: 0 };

/**
 * An engine's events through a guard, for those who know no parts: what the guard says is text, and the answer then ends
 * for the reason `filtered`.
 * @param {import('./loop.js').Model} model @param {Guard} guard
 * @returns {(request: import('./loop.js').GenerateRequest, options?: {signal?: AbortSignal}) => AsyncGenerator<import('./loop.js').GenerateEvent, void, void>}
 */
export function guardedGenerate(model, guard) {
  return async function* (request, { signal } = {}) {
    const asked = [...(request.messages ?? [])].reverse().find(({ role }) => role === 'user');
    const question = asked?.content ?? request.prompt ?? '';
    const answer = (/** @type {AbortSignal} */ both) => model.generate(request, { signal: both });
    for await (const event of guarded(guard, question, answer, signal)) {
      if (event.type === 'part' && event.part.type === 'text') {
        yield { type: 'token', text: String(event.part.text), id: 0 };
      } else if (event.type === 'answered') {
        yield { type: 'done', reason: 'filtered', text: '', usage: NOTHING_READ, timings: NO_TIME };
      } else if (event.type !== 'part' && event.type !== 'skill' && event.type !== 'draft') yield event;
    }
  };
}
