// An answer that a site's service gives, within the site's policy: at once, without a model; or in a model's words, of which
// only what stands in the cited passages is shown. Loaded with the first question to a service.
import { partsText } from '../agent/part-texts.js';
import { policyNotice } from '../agent/policy-notice.js';
import { shownPath } from './chat-tree.js';
import { createPolicy } from './policy.js';

/**
 * @typedef {import('./chat-tree.js').Message} Message
 * @typedef {import('../protocol/parts.js').Part} Part
 *
 * @typedef {object} Phrasing how a model may say it
 * @property {import('../protocol/messages.js').ChatMessage[]} messages
 * @property {(sentence: string) => boolean} supported whether a sentence of the model's may be shown
 * @property {Part[]} sources what is cited below it
 *
 * @typedef {object} Served
 * @property {Part[]} parts
 * @property {boolean} [refused] it was turned back, or is not known
 * @property {Phrasing} [phrasing]
 *
 * @typedef {object} Service
 * @property {(question: string, context: {before?: string, signal: AbortSignal}) => Promise<Served | undefined>} answer
 *   nothing: the model answers as it does without a service
 */

/** Words that are enough for an answer in a shop. */
const LONGEST = 160; // tokens
const ENDS = /[.!?。！？\n]["”’)\]]*\s*$/;

/**
 * @param {import('../protocol/messages.js').GenerateRequest} sampling
 * @param {import('../api/remote/remote-client.js').ChatClient} client
 * @param {Phrasing} phrasing @param {AbortSignal} signal
 * @param {{text: (text: string) => void, begin: (done: number, total: number) => void}} tell
 * @returns {Promise<{text: string, stats?: Message['stats']}>} what may be shown; empty: nothing the model wrote stands in the passages
 */
export async function phrase(sampling, client, { messages, supported }, signal, tell) {
  let open = '';
  let kept = '';
  /** @type {Message['stats']} */
  let stats;
  const close = () => {
    if (open.trim() !== '' && supported(open)) tell.text((kept += open));
    open = '';
  };
  const request = { ...sampling, messages, max_tokens: LONGEST };
  for await (const event of client.generate(request, { signal })) {
    if (event.type === 'begin') tell.begin(event.cached_n, event.prompt_n);
    else if (event.type === 'prefill') tell.begin(event.done, event.total);
    else if (event.type === 'token' || event.type === 'done') {
      for (const piece of event.text.match(/[^.!?。！？\n]+|[.!?。！？\n]+/gu) ?? []) {
        // "4." may go on with "90".
        if (ENDS.test(open) && !/^\d/.test(piece) && !/^[.!?。！？\n]/.test(piece)) close();
        open += piece;
      }
      if (event.type !== 'done') continue;
      const { usage, timings } = event;
      stats = {
        tokens: usage.completion_tokens,
        promptTokens: usage.prompt_tokens,
        cachedTokens: usage.cached_tokens,
        tokensPerSecond: timings.predicted_ms > 0 ? (timings.predicted_n * 1000) / timings.predicted_ms : 0,
      };
      // A sentence that was cut off is none.
      if (event.reason === 'stop' || ENDS.test(open)) close();
    }
  }
  return { text: kept.trim(), ...(stats ? { stats } : {}) };
}

/** @param {readonly Part[]} parts @returns {Partial<Message>} */
const shownAs = (parts) => ({ parts: [...parts], text: partsText(parts) });

/**
 * @param {Service} service @param {import('./app.js').Context} context
 * @param {Pick<ReturnType<typeof import('./model.js').createModel>, 'client'>} model
 * @param {(message: Message, patch: Partial<Message>) => void} patch
 */
export function createServing(service, { options, fail, chats, prompts }, model, patch) {
  const guardOf = createPolicy(options, fail);

  /** What the site's policy says of a question. @param {string} question */
  async function verdictOn(question) {
    const watch = await (await guardOf())?.watch();
    if (!watch) return undefined;
    try {
      return await watch.check(question);
    } finally {
      void Promise.resolve(watch.free()).catch(() => {});
    }
  }

  /** @param {Message} message @param {AbortSignal} signal @returns {Promise<boolean>} whether it has answered */
  return async (message, signal) => {
    const here = chats.scope(message.conversation);
    const path = shownPath(here.get().chat);
    const asked = path.filter(({ role }) => role === 'user').map(({ text }) => text);
    const [before, question = ''] = asked.slice(-2).length > 1 ? asked.slice(-2) : [undefined, asked[0]];
    const verdict = await verdictOn(question);
    if (verdict?.action === 'decline' || verdict?.action === 'hand-over') {
      // Where a person is to answer, the ways to one stand below.
      const ways = verdict.action === 'hand-over' ? [{ type: 'handover', reason: 'policy' }] : [];
      const parts = [{ type: 'text', text: verdict.message }, ...ways];
      patch(message, { ...shownAs(parts), status: 'done', refused: true });
      return true;
    }
    const remark = verdict?.action === 'notice' && verdict.text ? [policyNotice(verdict.text)] : [];
    const served = await service.answer(question, { signal, ...(before ? { before } : {}) });
    signal.throwIfAborted();
    if (!served) return false;
    const { parts, phrasing, refused } = served;
    const { client } = model;
    if (!phrasing || !client || client.server) {
      const more = refused ? [] : remark;
      patch(message, { ...shownAs([...parts, ...more]), status: 'done', ...(refused ? { refused } : {}) });
      return true;
    }
    patch(message, { status: 'streaming' });
    prompts.set(message.id, phrasing.messages);
    const generation = { message: message.id, tokensPerSecond: 0, phase: /** @type {const} */ ('prefill') };
    const { text, stats } = await phrase(options.sampling ?? {}, client, phrasing, signal, {
      begin: (done, total) => here.set({ generation: { ...generation, done, total } }),
      text: (kept) => patch(message, shownAs([{ type: 'text', text: kept }])),
    });
    // What the model wrote stands in none of the passages: then they speak for themselves.
    const shown = text ? [{ type: 'text', text }, ...phrasing.sources] : parts;
    patch(message, { ...shownAs([...shown, ...remark]), status: 'done', ...(stats ? { stats } : {}) });
    return true;
  };
}
