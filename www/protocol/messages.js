// The closed set of messages between a page and the engine worker, and how errors cross. Moves no messages itself.

/**
 * Tabs of one site may run different versions of this code. Those that number the messages differently leave each other
 * alone: to be raised with every change of a message that an older tab would misunderstand.
 */
export const PROTOCOL = 6;

// What crosses between this code and the engine itself is declared in Rust; the names here are the page's for it.
/**
 * @typedef {NonNullable<import('./engine-types.js').LoaderOptions['backend']>} Backend
 * @typedef {import('./engine-types.js').Budget} Budget
 * @typedef {import('./engine-types.js').ContextPlan} ContextPlan
 * @typedef {import('./engine-types.js').Constraint} Constraint what an answer must be a sentence of
 * @typedef {import('./engine-types.js').EmbedOptions} EmbedOptions
 * @typedef {import('./engine-types.js').GpuStats} GpuStats
 * @typedef {import('./engine-types.js').ModelInfo} ModelInfo
 * @typedef {import('./engine-types.js').Timings} Timings
 * @typedef {import('./engine-types.js').Choice} TokenChoice
 * @typedef {import('./engine-types.js').Usage} Usage
 */
/** @typedef {'system' | 'user' | 'assistant' | 'tool'} Role */
/** @typedef {{role: Role, content: string, name?: string, tool_call_id?: string, tool_calls?: Array<{id?: string, type?: string, function: {name: string, arguments: unknown}}>}} ChatMessage */

/**
 * Where a model's weights are: an absolute address (downloaded once into IndexedDB), or files dropped in from disk.
 * @typedef {import('../weights/sources/sources.js').Source} ModelSource
 */

/**
 * @typedef {object} PageLoadOptions
 * @property {string} [variant] name of a wasm build to insist on
 * @property {boolean} [fit] false: downloads it even if it seems too large for this device
 * @property {'cache' | 'memory'} [storage] 'memory' keeps nothing of the model
 *
 * @typedef {Pick<import('./engine-types.js').LoaderOptions, 'backend' | 'context_length' | 'threads' | 'task'> & PageLoadOptions} LoadOptions
 */

/** @typedef {{vectors: Float32Array[], tokens: number}} Embeddings one vector a text, in order; `tokens` of all texts */

/** @typedef {Omit<import('./engine-types.js').Request, 'messages'> & {messages?: ChatMessage[]}} GenerateRequest */

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
 * Why the engine runs where it runs: the engine's own reasons, and those of the code around it.
 * @typedef {import('./engine-types.js').Reason | {code: 'encoder'} | {code: 'shader_compiler', values: {said: string}}} Reason
 *
 * @typedef {object} HowItRuns
 * @property {number} [trained_context_length]
 * @property {Reason[]} [reasons]
 * @property {boolean} [fromCache]
 *
 * @typedef {ModelInfo & Pick<import('./engine-types.js').EngineInfo, 'backend' | 'variant' | 'threads' | 'reason'> & HowItRuns} EngineInfo
 */

/**
 * @typedef {{type: 'begin'} & import('./engine-types.js').Begun} BeginEvent
 * @typedef {Extract<import('./engine-types.js').StepEvent, {type: 'prefill'}>} PrefillEvent
 * @typedef {Extract<import('./engine-types.js').StepEvent, {type: 'token'}>} TokenEvent
 * @typedef {import('./engine-types.js').StopReason | 'filtered'} StopReason `filtered`: by the site's policy
 * @typedef {{type: 'done', reason: StopReason} & Omit<import('./engine-types.js').Done, 'reason'>} DoneEvent
 * @typedef {{type: 'progress', progress: LoadProgress}} ProgressEvent
 * @typedef {{type: 'notice', notice: WireError}} NoticeEvent
 * @typedef {ProgressEvent | NoticeEvent} LoadEvent
 * @typedef {NoticeEvent | {type: 'engine', info: EngineInfo}} RecoveryEvent in an answer whose GPU was lost: it goes on, by another engine
 * @typedef {BeginEvent | PrefillEvent | TokenEvent | DoneEvent} GenerateEvent
 */

/**
 * Page to worker. `id` names the call; answers carry it back. `slot` names one of several models that are loaded side by
 * side: what `load` puts there answers all calls that name it, until `unload` or another `load` of that slot.
 * @typedef {{id: number, slot?: string}} CallBase
 * @typedef {{type: 'load', source: ModelSource, options: LoadOptions, pkg: string, builds?: import('../worker/variant.js').Variant[]} & CallBase} LoadRequest `pkg` is the folder with variants.json; `builds` stand in for that file
 * @typedef {{type: 'generate', request: GenerateRequest} & CallBase} GenerateCall
 * @typedef {{type: 'tokenize', text: string, special: boolean} & CallBase} TokenizeCall
 * @typedef {{type: 'detokenize', ids: ArrayLike<number>} & CallBase} DetokenizeCall
 * @typedef {{type: 'template', messages: ChatMessage[], options: import('./engine-types.js').TemplateOptions} & CallBase} TemplateCall
 * @typedef {{type: 'plan', request: GenerateRequest, budget: Partial<Budget>} & CallBase} PlanCall
 * @typedef {{type: 'embed', inputs: Array<string | ArrayLike<number>>, options: EmbedOptions} & CallBase} EmbedCall
 * @typedef {{type: 'save'} & CallBase} SaveCall
 * @typedef {{type: 'restore', bytes: Uint8Array} & CallBase} RestoreCall
 * @typedef {{type: 'reset'} & CallBase} ResetCall
 * @typedef {{type: 'unload'} & CallBase} UnloadCall
 * @typedef {{type: 'stats'} & CallBase} StatsCall what the GPU was asked for, to measure it
 * @typedef {{type: 'network'} & CallBase} NetworkCall what the worker asked of the network; answered at once, whatever it does, for the page's proof of privacy
 * @typedef {{type: 'cancel', id: number}} CancelMessage `id` is the call to cancel; has no answer of its own
 * @typedef {{type: 'pause' | 'resume', id: number}} PauseMessage `id` is the load whose download stops or goes on; has no answer
 * @typedef {LoadRequest | GenerateCall | TokenizeCall | DetokenizeCall | TemplateCall | PlanCall | EmbedCall | SaveCall | RestoreCall | ResetCall | UnloadCall | StatsCall | NetworkCall} Call
 * @typedef {CancelMessage | PauseMessage} Command what is said about a call, rather than one itself
 * @typedef {Call | Command} ToWorker
 */

/** @typedef {{at: number, url: string}} NetworkRequest `at`: ms since the epoch */
/**
 * Who keeps the worker to the hosts that its page's policy lists: the browser, or only its own code; `none`: there is no list.
 * @typedef {'browser' | 'self' | 'none'} Enforcer
 * @typedef {{requests: NetworkRequest[], counted: boolean, policy: Enforcer}} NetworkReport `counted`: false where this browser can't
 */
/**
 * @typedef {object} WireError
 * @property {string} name
 * @property {string} code
 * @property {string} message
 * @property {string} remedy
 * @property {string} [hint] the remedy, where it is one for this very case
 * @property {import('./weights-error.js').CacheError['offer']} [offer] what may be done instead
 * @property {string} [address] of the file that the offer is about
 */

/**
 * Worker to page: any number of events, then exactly one result or error for each call.
 * @typedef {{type: 'event', id: number, event: GenerateEvent | LoadEvent | RecoveryEvent}} EventMessage
 * @typedef {{type: 'result', id: number, value: unknown}} ResultMessage
 * @typedef {{type: 'error', id: number, error: WireError}} ErrorMessage
 * @typedef {EventMessage | ResultMessage | ErrorMessage} FromWorker
 */

/** The slot of calls that name none. */
export const MAIN_SLOT = 'main';

/** @param {{slot?: string}} call */
export const slotOf = ({ slot = MAIN_SLOT }) => slot;

/** @type {ReadonlySet<ToWorker['type']>} */
export const TO_WORKER = new Set([
  'load',
  'generate',
  'tokenize',
  'detokenize',
  'template',
  'plan',
  'embed',
  'save',
  'restore',
  'reset',
  'unload',
  'stats',
  'network',
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

/** A part of the page that was wanted and did not arrive. @param {unknown} cause @returns {never} */
export function incomplete(cause) {
  const { message } = /** @type {Error} */ (cause);
  throw new LoquatError('page_incomplete', message, 'Reload the page while there is a network.');
}
