// An engine call that was cut off by the loss of its engine, said again so that the answer goes on where it stopped. Sends nothing.

/**
 * @typedef {import('../protocol/messages.js').Call} Call
 * @typedef {import('../protocol/messages.js').FromWorker} FromWorker
 * @typedef {import('../protocol/messages.js').GenerateRequest} GenerateRequest
 */

/** A call without an answer yet, and what has been heard of it. */
export class OpenCall {
  #call;
  #text = '';
  /** @type {number[]} */
  #ids = [];
  #begun = false;
  #resumed = false;
  #promptTokens = 0;
  #before = 0; // tokens that earlier engines gave

  /** @param {Call} call */
  constructor(call) {
    this.#call = call;
  }

  get call() {
    return this.#call;
  }

  /**
   * Takes a message of the engine in.
   * @param {FromWorker} message @returns {FromWorker | undefined} what the caller should see of it
   */
  hear(message) {
    if (message.type === 'result' && this.#before > 0)
      return { ...message, value: this.#whole(message.value) };
    if (message.type !== 'event') return message;
    const { event } = message;
    if (event.type === 'begin') {
      if (this.#begun) return undefined; // the caller knows that it has begun
      this.#begun = true;
      this.#promptTokens = event.prompt_n;
    } else if (event.type === 'token') {
      this.#text += event.text;
      this.#ids.push(event.id);
    } else if (event.type === 'done' && this.#before > 0) {
      return { ...message, event: this.#whole(event) };
    }
    return message;
  }

  /** @template T @param {T} done @returns {T} with the tokens of the earlier engines counted in */
  #whole(done) {
    const usage = /** @type {{usage?: import('../protocol/messages.js').Usage}} */ (done)?.usage;
    if (!usage) return done;
    const completion_tokens = usage.completion_tokens + this.#before;
    const prompt_tokens = this.#promptTokens;
    return {
      ...done,
      usage: { ...usage, prompt_tokens, completion_tokens, total_tokens: prompt_tokens + completion_tokens },
    };
  }

  /** The call for another engine: a generation goes on after the text that was seen. @returns {Call} */
  again() {
    if (this.#call.type !== 'generate' || this.#ids.length === 0) return this.#call;
    this.#before = this.#ids.length;
    return { ...this.#call, request: continued(this.#call.request, this.#text, this.#ids) };
  }
}

/** @param {GenerateRequest} request @param {string} text @param {number[]} ids @returns {GenerateRequest} */
function continued(request, text, ids) {
  const max_tokens =
    request.max_tokens === undefined ? undefined : Math.max(1, request.max_tokens - ids.length);
  const rest = max_tokens === undefined ? {} : { max_tokens };
  if (request.ids) return { ...request, ...rest, ids: [...Array.from(request.ids), ...ids] };
  if (request.prompt !== undefined) return { ...request, ...rest, prompt: request.prompt + text };
  const messages = [...(request.messages ?? [])];
  const last = messages.at(-1);
  if (request.continue_final && last)
    messages[messages.length - 1] = { ...last, content: last.content + text };
  else messages.push({ role: 'assistant', content: text });
  return { ...request, ...rest, messages, continue_final: true, add_generation_prompt: false };
}
