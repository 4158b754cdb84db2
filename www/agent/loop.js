// From one question to one answer: skills first, then the model, which may call tools. The page, the widget and the
// package's `engine.agent` take this one way. Bounded, cancellable, and every step is told.
import { neutralize } from './data-marks.js';
import { guarded } from './guarded.js';
import { withThoughtMarks } from './thought-marks.js';
import { asPlainMessages, callId, toolFormat, ToolReader } from './tool-use.js';
import { runTool, toolDefinition } from './tools.js';

/**
 * @typedef {import('../protocol/messages.js').GenerateRequest} GenerateRequest
 * @typedef {import('../protocol/messages.js').GenerateEvent} GenerateEvent
 * @typedef {import('../protocol/messages.js').DoneEvent} DoneEvent
 * @typedef {import('../protocol/messages.js').ChatMessage} ChatMessage
 * @typedef {import('../protocol/parts.js').Part} Part
 * @typedef {import('./skills.js').Skill} Skill
 * @typedef {import('./skills.js').Question} Question
 *
 * @typedef {object} Model what an engine's client and a server's both are
 * @property {(request: GenerateRequest, options: {signal?: AbortSignal}) => AsyncIterable<GenerateEvent>} generate
 * @property {(messages: ChatMessage[], options: {tools?: unknown[], add_generation_prompt?: boolean}) => Promise<string>} [template]
 *
 * @typedef {{type: 'skill', name: string}} SkillEvent a skill has begun
 * @typedef {{type: 'part', part: Part}} PartEvent
 * @typedef {{type: 'draft', parts: Part[]}} DraftEvent what a skill has so far; the next one, or its parts, take its place
 * @typedef {{type: 'answered', refused: boolean, sources: readonly string[]}} AnsweredEvent a skill has answered
 * @typedef {GenerateEvent | SkillEvent | PartEvent | DraftEvent | AnsweredEvent} AgentEvent `text` of token events is what may be shown
 *
 * @typedef {object} AgentOptions
 * @property {AbortSignal} [signal]
 * @property {readonly Skill[]} [skills]
 * @property {Question} [question] for skills; without it none is asked
 * @property {readonly import('./tools.js').RunnableTool[]} [tools]
 * @property {import('./guard.js').Guard} [guard] a policy on what is asked and answered
 * @property {import('./guard.js').Watch['withoutOrders']} [withoutOrders] of the guard, for what tools return
 */

/** Asks of one skill, and rounds of tools, after which enough is enough. */
const MOST_ASKS = 64;
const MOST_ROUNDS = 8;

/**
 * A skill's own completion: the text so far with each token, all of it at the end.
 * @param {Model} model @param {import('./skills.js').Ask} ask @param {AbortSignal | undefined} signal
 * @returns {AsyncGenerator<string, string, void>}
 */
async function* complete(model, { messages, constraint, max_tokens, temperature = 0 }, signal) {
  const request = { messages, max_tokens, temperature, ...(constraint ? { constraint } : {}) };
  let text = '';
  for await (const event of model.generate(request, signal ? { signal } : {})) {
    if (event.type !== 'token' && event.type !== 'done') continue;
    text += event.text;
    yield text;
  }
  signal?.throwIfAborted();
  return text;
}

/**
 * @param {Model} model @param {Skill} skill @param {Question} question @param {AbortSignal | undefined} signal
 * @returns {AsyncGenerator<DraftEvent, import('./skills.js').Outcome | undefined, void>} nothing at the end: it passes
 */
export async function* runSkill(model, skill, question, signal) {
  const running = await skill.start(question);
  try {
    /** @type {string | undefined} */
    let reply;
    for (let asked = 0; asked <= MOST_ASKS; asked++) {
      signal?.throwIfAborted();
      const step = await running.next(reply);
      if (step.type === 'done') return step;
      if (step.type === 'pass') return undefined;
      const completion = complete(model, step, signal);
      let said = await completion.next();
      for (; !said.done; said = await completion.next()) {
        const parts = running.draft?.(said.value);
        if (parts) yield { type: 'draft', parts };
      }
      reply = said.value;
    }
    return undefined;
  } finally {
    void Promise.resolve(running.free?.()).catch(() => {});
  }
}

/** @param {Model} model @param {GenerateRequest} request @param {AgentOptions} options @returns {AsyncGenerator<AgentEvent, void, void>} */
async function* withTools(model, request, { signal, tools = [], withoutOrders }) {
  const definitions = tools.map(toolDefinition);
  const format = model.template ? await toolFormat({ template: model.template.bind(model) }) : 'prompt';
  let messages = [...(request.messages ?? [])];
  /** @param {GenerateRequest} asked */
  const generate = (asked) => model.generate(asked, signal ? { signal } : {});
  for (let round = 0; ; round++) {
    const last = round === MOST_ROUNDS; // then it answers with what it has
    const offered = last ? [] : definitions;
    const asked =
      format === 'prompt' && offered.length > 0
        ? { ...request, messages: asPlainMessages(messages, offered) }
        : { ...request, messages, ...(offered.length > 0 ? { tools: offered } : {}) };
    const reader = new ToolReader(offered);
    /** @type {DoneEvent | undefined} */
    let done;
    for await (const event of withThoughtMarks(generate(asked), request.continue_final)) {
      if (event.type === 'token') yield { ...event, text: reader.push(event.text) };
      else if (event.type === 'done') done = { ...event, text: reader.push(event.text) };
      else yield event;
    }
    if (!done) return;
    const { text, calls } = reader.end();
    if (calls.length === 0 || done.reason !== 'stop') {
      yield { ...done, text: done.text + text };
      return;
    }
    if (text) yield { type: 'token', text, id: -1 }; // what was said around the calls
    const called = calls.map((call) => ({ id: callId(), ...call }));
    messages = [
      ...messages,
      {
        role: 'assistant',
        content: text.trim(),
        tool_calls: called.map(({ id, name, arguments: given }) => ({
          id,
          type: 'function',
          function: { name, arguments: given },
        })),
      },
    ];
    for (const call of called) {
      yield { type: 'part', part: { ...call, type: 'tool_call', arguments: safeParse(call.arguments) } };
      const result = await runTool(tools, call, signal);
      signal?.throwIfAborted();
      yield { type: 'part', part: { type: 'tool_result', id: call.id, name: call.name, ...result } };
      const content = neutralize(await asMaterial(result.content, withoutOrders));
      messages.push(
        /** @type {ChatMessage} */ ({ role: 'tool', content, tool_call_id: call.id, name: call.name }),
      );
    }
  }
}

/**
 * A tool's result as text; in JSON each string is looked at by itself.
 * @param {unknown} content @param {import('./guard.js').Watch['withoutOrders']} clean
 */
async function asMaterial(content, clean) {
  if (typeof content === 'string') return clean ? clean(content) : content;
  /** @type {Map<string, string>} */
  const cleaned = new Map();
  const json = JSON.stringify(content, (_, value) => {
    if (typeof value === 'string') cleaned.set(value, value);
    return value;
  });
  if (!clean || json === undefined) return String(json);
  for (const text of cleaned.keys()) cleaned.set(text, await clean(text));
  return JSON.stringify(content, (_, value) => cleaned.get(value) ?? value);
}

/** @param {string} text @returns {Record<string, unknown>} */
function safeParse(text) {
  try {
    return JSON.parse(text || '{}');
  } catch {
    return {};
  }
}

/**
 * @param {Model} model
 * @param {GenerateRequest} request the conversation, with how to sample
 * @param {AgentOptions} [options]
 * @returns {AsyncGenerator<AgentEvent, void, void>} ends with `answered` or `done`
 */
export async function* answer(model, request, options = {}) {
  const { guard, ...rest } = options;
  if (!guard) {
    yield* unguarded(model, request, rest);
    return;
  }
  const asked = [...(request.messages ?? [])].reverse().find(({ role }) => role === 'user');
  const text = rest.question?.text ?? asked?.content ?? request.prompt ?? '';
  const begin = (/** @type {AbortSignal} */ signal, /** @type {import('./guard.js').Watch} */ watch) =>
    unguarded(model, request, { ...rest, signal, withoutOrders: watch.withoutOrders });
  yield* guarded(guard, text, begin, rest.signal);
}

/** @param {Model} model @param {GenerateRequest} request @param {AgentOptions} options @returns {AsyncGenerator<AgentEvent, void, void>} */
async function* unguarded(model, request, options) {
  const { signal, skills = [], question, tools = [] } = options;
  for (const skill of question ? skills : []) {
    if (!question || !skill.wants(question)) continue;
    yield { type: 'skill', name: skill.name };
    /** @type {import('./skills.js').Outcome | undefined} */
    let outcome;
    /** @type {DraftEvent | undefined} */
    let draft;
    try {
      const run = runSkill(model, skill, question, signal);
      let step = await run.next();
      for (; !step.done; step = await run.next()) yield (draft = step.value);
      outcome = step.value;
    } catch (error) {
      signal?.throwIfAborted();
      // A skill that fails must not keep the model from answering.
      console.warn(`Skill ${skill.name} failed:`, error);
    }
    if (!outcome) {
      if (draft) yield { type: 'draft', parts: [] };
      continue;
    }
    for (const part of outcome.parts) yield { type: 'part', part };
    yield { type: 'answered', refused: outcome.refused ?? false, sources: outcome.sources ?? [] };
    return;
  }
  if (tools.length > 0) yield* withTools(model, request, options);
  else yield* model.generate(request, signal ? { signal } : {});
}
