// A model for the AI SDK (`generateText`, `streamText`, `useChat`), over this engine or a remote one. Translates only.
// Source: LanguageModelV3 of @ai-sdk/provider.
import { CallPieces } from '../openai/call-pieces.js';

/**
 * @typedef {import('@ai-sdk/provider').LanguageModelV3} LanguageModelV3
 * @typedef {import('@ai-sdk/provider').LanguageModelV3CallOptions} CallOptions
 * @typedef {import('@ai-sdk/provider').LanguageModelV3StreamPart} StreamPart
 * @typedef {import('@ai-sdk/provider').LanguageModelV3Usage} SdkUsage
 * @typedef {import('../../protocol/openai-types.js').Message} Message
 * @typedef {import('../../protocol/openai-types.js').ChatRequest} ChatRequest
 * @typedef {import('../../protocol/openai-types.js').FinishReason} FinishReason
 */

/** @param {import('@ai-sdk/provider').LanguageModelV3ToolResultPart['output']} output */
function resultText(output) {
  if (output.type === 'text' || output.type === 'error-text') return output.value;
  return JSON.stringify('value' in output ? output.value : output);
}

/** @param {CallOptions['prompt']} prompt @returns {Message[]} */
function messagesOf(prompt) {
  return prompt.flatMap(
    /** @returns {Message[]} */ (message) => {
      if (message.role === 'system') return [{ role: 'system', content: message.content }];
      if (message.role === 'tool') {
        return message.content.flatMap((part) =>
          part.type === 'tool-result'
            ? [{ role: 'tool', tool_call_id: part.toolCallId, content: resultText(part.output) }]
            : [],
        );
      }
      let text = '';
      /** @type {import('../../protocol/openai-types.js').ToolCall[]} */
      const calls = [];
      for (const part of message.content) {
        if (part.type === 'text') text += part.text;
        else if (part.type === 'file') throw new Error(`This engine reads text only, no ${part.mediaType}.`);
        else if (part.type === 'tool-call') {
          const args = typeof part.input === 'string' ? part.input : JSON.stringify(part.input);
          calls.push({
            id: part.toolCallId,
            type: 'function',
            function: { name: part.toolName, arguments: args },
          });
        }
      }
      return [{ role: message.role, content: text, ...(calls.length > 0 ? { tool_calls: calls } : {}) }];
    },
  );
}

/** @param {CallOptions} options @returns {{request: ChatRequest, warnings: import('@ai-sdk/provider').SharedV3Warning[]}} */
function requestOf(options) {
  const { responseFormat, toolChoice } = options;
  /** @type {import('@ai-sdk/provider').SharedV3Warning[]} */
  const warnings = [];
  const tools = (options.tools ?? []).flatMap((tool) => {
    if (tool.type === 'function') {
      const { name, description, inputSchema } = tool;
      const parameters = /** @type {Record<string, unknown>} */ (inputSchema);
      return [
        {
          type: /** @type {const} */ ('function'),
          function: { name, parameters, ...(description ? { description } : {}) },
        },
      ];
    }
    warnings.push({ type: 'unsupported', feature: `provider-defined tool ${tool.id}` });
    return [];
  });
  /** @type {ChatRequest} */
  const request = { messages: messagesOf(options.prompt) };
  const given = {
    max_tokens: options.maxOutputTokens,
    temperature: options.temperature,
    top_p: options.topP,
    top_k: options.topK,
    presence_penalty: options.presencePenalty,
    frequency_penalty: options.frequencyPenalty,
    stop: options.stopSequences,
    seed: options.seed,
    tools: tools.length > 0 ? tools : undefined,
  };
  Object.assign(
    request,
    Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)),
  );
  if (responseFormat?.type === 'json') {
    const schema = /** @type {Record<string, unknown> | undefined} */ (responseFormat.schema);
    request.response_format = schema
      ? { type: 'json_schema', json_schema: { name: responseFormat.name ?? 'answer', schema } }
      : { type: 'json_object' };
  }
  if (tools.length > 0 && toolChoice) {
    request.tool_choice =
      toolChoice.type === 'tool'
        ? { type: 'function', function: { name: toolChoice.toolName } }
        : toolChoice.type;
  }
  return { request, warnings };
}

/** @param {import('../../protocol/openai-types.js').ApiUsage | null | undefined} usage @returns {SdkUsage} */
function usageOf(usage) {
  const cached = usage?.prompt_tokens_details?.cached_tokens ?? 0;
  const total = usage?.prompt_tokens;
  const noCache = total === undefined ? undefined : total - cached;
  return {
    inputTokens: { total, noCache, cacheRead: cached, cacheWrite: undefined },
    outputTokens: { total: usage?.completion_tokens, text: undefined, reasoning: undefined },
  };
}

/** @param {FinishReason} raw @returns {'stop' | 'length' | 'tool-calls' | 'content-filter'} */
const unifiedOf = (raw) =>
  raw === 'tool_calls' ? 'tool-calls' : raw === 'content_filter' ? 'content-filter' : raw;

/** @param {FinishReason} raw */
const finishOf = (raw) => ({ unified: unifiedOf(raw), raw });

/**
 * @param {{chat: import('../openai/openai.js').OpenAiApi['chat']}} engine from `loadEngine()` or `remoteEngine()`
 * @param {string} [modelId]
 * @returns {LanguageModelV3}
 */
export function loquat(engine, modelId = 'loquat') {
  const { completions } = engine.chat;
  /** @param {AbortSignal | undefined} signal */
  const options = (signal) => (signal ? { signal } : {});
  return {
    specificationVersion: 'v3',
    provider: 'loquat',
    modelId,
    supportedUrls: {},
    async doGenerate(call) {
      const { request, warnings } = requestOf(call);
      const done = await completions.create({ ...request, stream: false }, options(call.abortSignal));
      const { message, finish_reason } = done.choices[0];
      const text = message.content ? [{ type: /** @type {const} */ ('text'), text: message.content }] : [];
      const calls = (message.tool_calls ?? []).map(({ id, function: { name, arguments: input } }) => ({
        type: /** @type {const} */ ('tool-call'),
        toolCallId: id,
        toolName: name,
        input,
      }));
      return {
        content: [...text, ...calls],
        finishReason: finishOf(finish_reason),
        usage: usageOf(done.usage),
        warnings,
        response: { id: done.id, modelId: done.model, timestamp: new Date(done.created * 1000) },
      };
    },
    async doStream(call) {
      const { request, warnings } = requestOf(call);
      const chunks = await completions.create(
        { ...request, stream: true, stream_options: { include_usage: true } },
        options(call.abortSignal),
      );
      /** @returns {AsyncGenerator<StreamPart, void, void>} */
      async function* parts() {
        yield { type: 'stream-start', warnings };
        const id = 'text';
        let open = false;
        /** @type {FinishReason} */
        let reason = 'stop';
        /** @type {import('../../protocol/openai-types.js').ApiUsage | undefined} */
        let usage;
        const pieces = new CallPieces(); // a server may send calls in pieces
        for await (const chunk of chunks) {
          usage = chunk.usage ?? usage;
          const [choice] = chunk.choices ?? [];
          if (!choice) continue;
          if (choice.delta?.content) {
            if (!open) yield { type: 'text-start', id };
            open = true;
            yield { type: 'text-delta', id, delta: choice.delta.content };
          }
          pieces.add(choice.delta?.tool_calls);
          reason = choice.finish_reason ?? reason;
        }
        if (open) yield { type: 'text-end', id };
        for (const { id: toolCallId, function: called } of pieces.list()) {
          yield { type: 'tool-call', toolCallId, toolName: called.name, input: called.arguments };
        }
        yield { type: 'finish', finishReason: finishOf(reason), usage: usageOf(usage) };
      }
      const source = parts();
      return {
        stream: new ReadableStream({
          async pull(controller) {
            try {
              const { value, done } = await source.next();
              if (done) controller.close();
              else controller.enqueue(value);
            } catch (error) {
              controller.enqueue({ type: 'error', error });
              controller.close();
            }
          },
          cancel: async () => void (await source.return()),
        }),
      };
    },
  };
}
