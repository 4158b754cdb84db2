// The OpenAI-shaped requests and responses of this engine. Types only; a test holds them to the official client's.

/**
 * @typedef {{type: 'text', text: string}} TextPart
 * @typedef {{id: string, type: 'function', function: {name: string, arguments: string}}} ToolCall
 * @typedef {{type: 'function', function: {name: string, description?: string, parameters?: Record<string, unknown> | null, strict?: boolean | null}}} Tool
 * @typedef {'none' | 'auto' | 'required' | {type: 'function', function: {name: string}}} ToolChoice
 *
 * @typedef {object} Message
 * @property {'system' | 'developer' | 'user' | 'assistant' | 'tool'} role
 * @property {string | TextPart[] | null} [content]
 * @property {string} [name]
 * @property {ToolCall[]} [tool_calls]
 * @property {string} [tool_call_id]
 */

/**
 * The constraints of OpenAI's API, and three more: a regular expression, a Lark grammar, nothing at all.
 * @typedef {{type: 'text'} | {type: 'json_object'}
 *   | {type: 'json_schema', json_schema: {name?: string, schema?: Record<string, unknown>, strict?: boolean | null}}
 *   | {type: 'regex', regex: string, flags?: string} | {type: 'lark', grammar: string}} ResponseFormat
 */

/**
 * What both kinds of request have in common. The last five are the engine's own.
 * @typedef {object} Common
 * @property {string} [model] ignored but echoed: the engine has one model
 * @property {number | null} [max_tokens]
 * @property {number | null} [temperature]
 * @property {number | null} [top_p]
 * @property {number | null} [frequency_penalty]
 * @property {number | null} [presence_penalty]
 * @property {number | null} [seed]
 * @property {string | string[] | null} [stop]
 * @property {number | null} [n] 1 is all there is
 * @property {boolean | null} [stream]
 * @property {{include_usage?: boolean} | null} [stream_options]
 * @property {Record<string, number> | null} [logit_bias] not supported: an error unless it is empty
 * @property {string} [user]
 * @property {number} [top_k]
 * @property {number} [min_p]
 * @property {number} [repetition_penalty]
 * @property {boolean} [ignore_eos]
 * @property {ResponseFormat} [response_format] of a regex with `flags`, JavaScript's syntax; without, that of the `regex` crate
 * @property {Record<string, unknown> | null} [chat_template_kwargs] variables of the chat template, such as `enable_thinking`
 * @property {string | null} [reasoning_effort] the template's variable of that name
 *
 * @typedef {object} ChatOnly
 * @property {Message[]} messages
 * @property {number | null} [max_completion_tokens]
 * @property {boolean | null} [logprobs]
 * @property {number | null} [top_logprobs] 0 to 20
 * @property {Tool[] | null} [tools]
 * @property {ToolChoice | null} [tool_choice]
 * @property {boolean} [parallel_tool_calls]
 * @property {boolean} [continue_final_message] go on inside the last, the assistant's, message
 *
 * @typedef {object} TextOnly
 * @property {string | string[] | number[]} prompt
 * @property {number | null} [logprobs] how many alternatives
 * @property {boolean | null} [echo]
 *
 * @typedef {Common & ChatOnly} ChatRequest
 * @typedef {Common & TextOnly} TextRequest
 * @typedef {{input: string | string[] | number[] | number[][], model?: string, encoding_format?: 'float' | 'base64', dimensions?: number, user?: string}} EmbeddingRequest
 */

/**
 * @typedef {import('./messages.js').Timings} Timings
 * @typedef {{prompt_tokens: number, completion_tokens: number, total_tokens: number, prompt_tokens_details: {cached_tokens: number}}} ApiUsage
 * @typedef {'stop' | 'length' | 'tool_calls' | 'content_filter'} FinishReason
 * @typedef {{token: string, bytes: number[] | null, logprob: number}} TopLogprob
 * @typedef {TopLogprob & {top_logprobs: TopLogprob[]}} TokenLogprob
 * @typedef {{content: TokenLogprob[], refusal: null}} Logprobs
 * @typedef {{tokens: string[], token_logprobs: number[], top_logprobs: Array<Record<string, number>>, text_offset: number[]}} TextLogprobs
 *
 * @typedef {{role: 'assistant', content: string | null, refusal: null, tool_calls?: ToolCall[]}} AnswerMessage
 * @typedef {{index: number, message: AnswerMessage, logprobs: Logprobs | null, finish_reason: FinishReason}} ChatChoice
 * @typedef {{id: string, object: 'chat.completion', created: number, model: string, choices: ChatChoice[], usage: ApiUsage, timings: Timings}} ChatCompletion
 *
 * @typedef {{index: number, id: string, type: 'function', function: {name: string, arguments: string}}} ToolCallDelta
 * @typedef {{role?: 'assistant', content?: string, tool_calls?: ToolCallDelta[]}} Delta
 * @typedef {{index: number, delta: Delta, logprobs: Logprobs | null, finish_reason: FinishReason | null}} ChunkChoice
 * @typedef {{id: string, object: 'chat.completion.chunk', created: number, model: string, choices: ChunkChoice[], usage?: ApiUsage | null, timings?: Timings}} ChatChunk
 *
 * @typedef {{index: number, text: string, logprobs: TextLogprobs | null, finish_reason: 'stop' | 'length' | 'content_filter'}} TextChoice
 * @typedef {{id: string, object: 'text_completion', created: number, model: string, choices: TextChoice[], usage: ApiUsage, timings: Timings}} TextCompletion
 * @typedef {{id: string, object: 'text_completion', created: number, model: string, choices: Array<Omit<TextChoice, 'finish_reason'> & {finish_reason: 'stop' | 'length' | 'content_filter' | null}>, usage?: ApiUsage, timings?: Timings}} TextChunk
 *
 * @typedef {{object: 'list', model: string, data: Array<{object: 'embedding', index: number, embedding: number[]}>, usage: {prompt_tokens: number, total_tokens: number}}} EmbeddingResponse
 * @typedef {{id: string, object: 'model', created: number, owned_by: string}} ModelEntry
 */

export {};
