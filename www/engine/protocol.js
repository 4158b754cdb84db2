// The closed set of messages between a page and the engine worker, and how errors cross. Moves no messages itself.

/**
 * Tabs of one site may run different versions of this code. Those that number the messages differently leave each other
 * alone: to be raised with every change of a message that an older tab would misunderstand.
 */
export const PROTOCOL = 3;

/** @typedef {'auto' | 'cpu' | 'scalar' | 'gpu'} Backend */
/** @typedef {'system' | 'user' | 'assistant' | 'tool'} Role */
/** @typedef {{role: Role, content: string, name?: string, tool_call_id?: string, tool_calls?: Array<{id?: string, type?: string, function: {name: string, arguments: unknown}}>}} ChatMessage */

/**
 * What an answer must be a sentence of: any JSON object, JSON of a schema, a regular expression, or a Lark grammar.
 * @typedef {{type: 'json_object'} | {type: 'json_schema', schema: Record<string, unknown>} | {type: 'regex', regex: string} | {type: 'lark', grammar: string}} Constraint
 */

/**
 * Where a model's weights are: an absolute address (downloaded once into IndexedDB), or files dropped in from disk.
 * @typedef {import('../cache/sources.js').Source} ModelSource
 */

/**
 * @typedef {object} LoadOptions
 * @property {Backend} [backend]
 * @property {number} [context_length] tokens
 * @property {number} [threads]
 * @property {string} [variant] name of a wasm build to insist on
 * @property {'chat' | 'embed'} [task] `embed` opens encoders, which make vectors of texts; without it models that write
 * @property {boolean} [fit] false: downloads it even if it seems too large for this device
 * @property {'cache' | 'memory'} [storage] 'memory' keeps nothing of the model
 */

/** @typedef {{pooling?: 'none' | 'mean' | 'cls' | 'last', normalize?: boolean}} EmbedOptions by default the model's own pooling, normalized */
/** @typedef {{vectors: Float32Array[], tokens: number}} Embeddings one vector a text, in order; `tokens` of all texts */

/**
 * What one generation is asked to do; names are those of the OpenAI API, plus llama.cpp's sampling parameters.
 * @typedef {object} GenerateRequest
 * @property {ChatMessage[]} [messages]
 * @property {string} [prompt]
 * @property {ArrayLike<number>} [ids]
 * @property {unknown[]} [tools]
 * @property {number} [max_tokens]
 * @property {number} [temperature]
 * @property {number} [top_k]
 * @property {number} [top_p]
 * @property {number} [min_p]
 * @property {number} [repetition_penalty]
 * @property {number} [frequency_penalty]
 * @property {number} [presence_penalty]
 * @property {number} [seed]
 * @property {string[]} [stop]
 * @property {number} [logprobs] how many alternatives to report per token
 * @property {boolean} [ignore_eos]
 * @property {boolean} [add_generation_prompt]
 * @property {Constraint} [constraint]
 * @property {boolean} [continue_final] go on inside the last (assistant) message
 */

/**
 * How far loading is: the engine's own code, the weights' way from the network (`fromNetwork` counts those bytes) or
 * the cache, and into the engine.
 * @typedef {object} LoadProgress
 * @property {'engine' | 'check' | 'download' | 'read' | 'verify' | 'finish'} phase
 * @property {number} loaded bytes
 * @property {number | undefined} total bytes
 * @property {number} [bytesPerSecond]
 * @property {number} [secondsLeft]
 * @property {number} [fromNetwork] bytes
 * @property {boolean} [paused] nothing is fetched until the load is resumed
 */

/**
 * @typedef {object} ModelInfo
 * @property {string} architecture
 * @property {string} name
 * @property {number} parameters
 * @property {Record<string, number>} quantization tensors by block format
 * @property {number} context_length tokens
 * @property {string} [file_type]
 * @property {number} vocab_size
 * @property {number} n_layers
 * @property {number} embedding_length
 * @property {number} weight_bytes
 * @property {string} [tokenizer]
 * @property {boolean} chat_template
 * @property {string} [chat_template_note]
 * @property {number} [kv_bytes_per_token]
 *
 * @typedef {ModelInfo & {backend: string, variant: string, threads: number, reason: string, fromCache?: boolean}} EngineInfo
 */

/** @typedef {{prompt_tokens: number, completion_tokens: number, total_tokens: number, cached_tokens: number}} Usage */
/** @typedef {{prompt_n: number, prompt_ms: number, predicted_n: number, predicted_ms: number, cached_n: number}} Timings */
/** @typedef {{id: number, text: string, logprob: number}} TokenChoice */

/**
 * @typedef {{type: 'begin', prompt_n: number, cached_n: number}} BeginEvent
 * @typedef {{type: 'prefill', done: number, total: number}} PrefillEvent
 * @typedef {{type: 'token', text: string, id: number, logprob?: number, top?: TokenChoice[]}} TokenEvent
 * @typedef {'stop' | 'length' | 'context' | 'cancelled'} StopReason
 * @typedef {{type: 'done', reason: StopReason, text: string, usage: Usage, timings: Timings}} DoneEvent
 * @typedef {{type: 'progress', progress: LoadProgress}} ProgressEvent
 * @typedef {{type: 'notice', notice: WireError}} NoticeEvent
 * @typedef {ProgressEvent | NoticeEvent} LoadEvent
 * @typedef {NoticeEvent | {type: 'engine', info: EngineInfo}} RecoveryEvent in an answer whose GPU was lost: it goes on, by another engine
 * @typedef {BeginEvent | PrefillEvent | TokenEvent | DoneEvent} GenerateEvent
 */

/**
 * Page to worker. `id` names the call; answers carry it back.
 * @typedef {{type: 'load', id: number, source: ModelSource, options: LoadOptions, pkg: string, builds?: import('./variant.js').Variant[]}} LoadRequest `pkg` is the folder with variants.json; `builds` stand in for that file
 * @typedef {{type: 'generate', id: number, request: GenerateRequest}} GenerateCall
 * @typedef {{type: 'tokenize', id: number, text: string, special: boolean}} TokenizeCall
 * @typedef {{type: 'detokenize', id: number, ids: ArrayLike<number>}} DetokenizeCall
 * @typedef {{type: 'template', id: number, messages: ChatMessage[], options: {tools?: unknown[], add_generation_prompt?: boolean}}} TemplateCall
 * @typedef {{type: 'embed', id: number, inputs: Array<string | ArrayLike<number>>, options: EmbedOptions}} EmbedCall
 * @typedef {{type: 'save', id: number}} SaveCall
 * @typedef {{type: 'restore', id: number, bytes: Uint8Array}} RestoreCall
 * @typedef {{type: 'reset', id: number}} ResetCall
 * @typedef {{type: 'unload', id: number}} UnloadCall
 * @typedef {{type: 'stats', id: number}} StatsCall what the GPU was asked for, to measure it
 * @typedef {{type: 'requests', id: number}} RequestsCall what the worker asked of the network, for the page's proof of privacy
 * @typedef {{type: 'cancel', id: number}} CancelMessage `id` is the call to cancel; has no answer of its own
 * @typedef {{type: 'pause' | 'resume', id: number}} PauseMessage `id` is the load whose download stops or goes on; has no answer
 * @typedef {LoadRequest | GenerateCall | TokenizeCall | DetokenizeCall | TemplateCall | EmbedCall | SaveCall | RestoreCall | ResetCall | UnloadCall | StatsCall | RequestsCall} Call
 * @typedef {CancelMessage | PauseMessage} Command what is said about a call, rather than one itself
 * @typedef {Call | Command} ToWorker
 */

/**
 * Counters of a GPU since its model was loaded; `token_bytes`: weights that a token reads; `steps`: tokens after ones
 * that the GPU had drawn, and `encode_ms` what this side spent on recording them; `depth`: tokens under way.
 * @typedef {{dispatches: number, submits: number, token_bytes: number, outside_layers: number, steps: number, encode_ms: number, depth: number}} GpuStats
 */
/** @typedef {{at: number, url: string}} NetworkRequest `at`: ms since the epoch */
/**
 * @typedef {object} WireError
 * @property {string} name
 * @property {string} code
 * @property {string} message
 * @property {string} remedy
 * @property {string} [hint] the remedy, where it is one for this very case
 * @property {import('../cache/errors.js').CacheError['offer']} [offer] what may be done instead
 * @property {string} [address] of the file that the offer is about
 */

/**
 * Worker to page: any number of events, then exactly one result or error for each call.
 * @typedef {{type: 'event', id: number, event: GenerateEvent | LoadEvent | RecoveryEvent}} EventMessage
 * @typedef {{type: 'result', id: number, value: unknown}} ResultMessage
 * @typedef {{type: 'error', id: number, error: WireError}} ErrorMessage
 * @typedef {EventMessage | ResultMessage | ErrorMessage} FromWorker
 */

/** @type {ReadonlySet<ToWorker['type']>} */
export const TO_WORKER = new Set([
  'load',
  'generate',
  'tokenize',
  'detokenize',
  'template',
  'embed',
  'save',
  'restore',
  'reset',
  'unload',
  'stats',
  'requests',
  'cancel',
  'pause',
  'resume',
]);

/** @type {ReadonlySet<FromWorker['type']>} */
const FROM_WORKER = new Set(['event', 'result', 'error']);

/** @param {unknown} data @returns {data is {type: string, id: number}} */
function hasTypeAndId(data) {
  if (typeof data !== 'object' || data === null) return false;
  const { type, id } = /** @type {{type?: unknown, id?: unknown}} */ (data);
  return typeof type === 'string' && Number.isInteger(id);
}

/** @param {unknown} data @returns {data is ToWorker} */
export function isToWorker(data) {
  return hasTypeAndId(data) && TO_WORKER.has(/** @type {ToWorker['type']} */ (data.type));
}

/** @param {ToWorker} message @returns {message is Command} */
export function isCommand(message) {
  const { type } = message;
  return type === 'cancel' || type === 'pause' || type === 'resume';
}

/** @param {unknown} data @returns {data is FromWorker} */
export function isFromWorker(data) {
  return hasTypeAndId(data) && FROM_WORKER.has(/** @type {FromWorker['type']} */ (data.type));
}

/** An error with a stable code and a remedy, as every layer of the engine throws them. */
export class LoquatError extends Error {
  /** @param {string} code @param {string} message @param {string} [remedy] @param {string} [name] */
  constructor(code, message, remedy = '', name = 'LoquatError') {
    super(message);
    this.name = name;
    this.code = code;
    this.remedy = remedy;
  }
}

/** @param {unknown} error @returns {WireError} */
export function toWireError(error) {
  if (!(error instanceof Error)) {
    return { name: 'Error', code: 'internal', message: String(error), remedy: '' };
  }
  const { code, remedy, hint, offer, address } = /** @type {Partial<WireError>} */ (
    /** @type {unknown} */ (error)
  );
  return {
    name: error.name,
    code: error.name === 'AbortError' ? 'aborted' : typeof code === 'string' ? code : 'internal',
    message: error.message,
    remedy: typeof remedy === 'string' ? remedy : '',
    ...(hint ? { hint } : {}),
    ...(offer ? { offer } : {}),
    ...(address ? { address } : {}),
  };
}

/** @param {WireError} wire @returns {Error} an AbortError is a DOMException again, as the platform has it */
export function fromWireError(wire) {
  if (wire.name === 'AbortError') return new DOMException(wire.message, 'AbortError');
  const { hint, offer, address } = wire;
  return Object.assign(new LoquatError(wire.code, wire.message, wire.remedy), { hint, offer, address });
}

/** @param {unknown} error */
export function isAbort(error) {
  return error instanceof Error && error.name === 'AbortError';
}
