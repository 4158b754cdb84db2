// The wasm engine's API as JavaScript sees it. Types only: the implementation is generated into pkg/.

/**
 * @typedef {object} Engine
 * @property {() => import('./protocol.js').EngineInfo} info
 * @property {(text: string, special: boolean) => Uint32Array} tokenize
 * @property {(ids: Uint32Array) => string} detokenize
 * @property {(messages: import('./protocol.js').ChatMessage[], options?: {tools?: unknown[], add_generation_prompt?: boolean, now?: string}) => string} template
 * @property {(request: import('./protocol.js').GenerateRequest) => {prompt_n: number, cached_n: number}} begin
 * @property {() => Promise<import('./protocol.js').PrefillEvent | import('./protocol.js').TokenEvent | import('./protocol.js').DoneEvent>} step
 * @property {() => import('./protocol.js').GpuStats | undefined} [stats]
 * @property {() => Unfinished | undefined} suspend takes the answer out of an engine whose device is lost
 * @property {(unfinished: Unfinished) => void} resume goes on with another engine's answer
 * @property {() => void} cancel the next step answers done, cancelled
 * @property {() => void} reset
 * @property {() => Uint8Array} save
 * @property {(bytes: Uint8Array) => void} restore
 * @property {() => void} free
 */

/** @typedef {{free(): void}} Unfinished an answer between two engines */

/**
 * An encoder: the task `embed`.
 * @typedef {object} Embedder
 * @property {() => import('./protocol.js').ModelInfo} info
 * @property {(text: string) => Uint32Array} tokenize with what the model expects around a text
 * @property {(input: string | ArrayLike<number>, options?: import('./protocol.js').EmbedOptions) => Float32Array} embed
 * @property {() => void} free
 */

/**
 * @typedef {object} Loader
 * @property {(prefix: Uint8Array) => number} header 0 when complete, else the bytes wanted from offset 0
 * @property {() => Promise<void>} [open] chooses GPU or CPU; after the header, before the first tensor
 * @property {() => string | undefined} [backend] where open() has decided to compute
 * @property {() => string | undefined} [learned] about the GPU, while it was opened; for the next loader's `gpu_known`
 * @property {() => import('./protocol.js').ModelInfo} info
 * @property {() => Array<{index: number, name: string, offset: number, size: number}>} tensors sorted by offset, absolute
 * @property {(index: number, bytes: Uint8Array) => void} tensor
 * @property {() => Promise<Engine>} finish
 * @property {() => Promise<Embedder>} embedder as `finish`, of an encoder
 * @property {() => void} free
 */

/**
 * @typedef {object} EngineModule
 * @property {(options?: {module_or_path?: unknown}) => Promise<unknown>} default
 * @property {() => void} [work] builds with threads: serves the shared memory's engine, never returns
 * @property {new (options: import('./protocol.js').LoadOptions & {gpu_known?: string, gpu_subgroups?: boolean}) => Loader} Loader
 */

/**
 * A model file that can be read by range, whether it is cached, still downloading, or on disk.
 * @typedef {Pick<import('../cache/weights.js').Model, 'name' | 'size' | 'read'>} ModelFile
 */

export {};
