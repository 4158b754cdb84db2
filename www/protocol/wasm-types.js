// What the wasm module exports, as the worker calls it. The values that cross are declared in Rust: engine-types.d.ts.

/**
 * @typedef {object} Engine
 * @property {() => import('./engine-types.js').EngineInfo} info
 * @property {(text: string, special: boolean) => Uint32Array} tokenize
 * @property {(ids: Uint32Array) => string} detokenize
 * @property {(messages: import('./messages.js').ChatMessage[], options?: import('./engine-types.js').TemplateOptions) => string} template
 * @property {(request: import('./messages.js').GenerateRequest, budget: Partial<import('./engine-types.js').Budget>) => import('./engine-types.js').ContextPlan} plan
 * @property {(request: import('./messages.js').GenerateRequest) => import('./engine-types.js').Begun} begin
 * @property {() => Promise<import('./engine-types.js').StepEvent>} step
 * @property {() => import('./engine-types.js').GpuStats | undefined} [stats]
 * @property {() => Unfinished | undefined} suspend takes the answer out of an engine whose device is lost
 * @property {(unfinished: Unfinished) => void} resume goes on with another engine's answer
 * @property {() => void} cancel the next step answers done, cancelled
 * @property {() => void} reset
 * @property {() => Promise<Uint8Array>} save
 * @property {(bytes: Uint8Array) => void} restore
 * @property {() => void} free
 */

/** @typedef {{free(): void}} Unfinished an answer between two engines */

/**
 * An encoder: the task `embed`.
 * @typedef {object} Embedder
 * @property {() => import('./engine-types.js').ModelInfo} info
 * @property {(text: string) => Uint32Array} tokenize with what the model expects around a text
 * @property {(input: string | ArrayLike<number>, options?: import('./engine-types.js').EmbedOptions) => Float32Array} embed
 * @property {() => void} free
 */

/**
 * @typedef {object} Loader
 * @property {(prefix: Uint8Array) => number} header 0 when complete, else the bytes wanted from offset 0
 * @property {() => Promise<void>} [open] chooses GPU or CPU; after the header, before the first tensor
 * @property {() => string | undefined} [backend] where open() has decided to compute
 * @property {() => string | undefined} [learned] about the GPU, while it was opened; for the next loader's `gpu_known`
 * @property {() => import('./engine-types.js').ModelInfo} info
 * @property {() => import('./engine-types.js').TensorRange[]} tensors sorted by offset, absolute
 * @property {(index: number, bytes: Uint8Array) => void} tensor
 * @property {() => Promise<Engine>} finish
 * @property {() => Promise<Embedder>} embedder as `finish`, of an encoder
 * @property {() => void} free
 */

/**
 * @typedef {object} EngineModule
 * @property {(options?: {module_or_path?: unknown}) => Promise<unknown>} default
 * @property {() => void} [work] builds with threads: serves the shared memory's engine, never returns
 * @property {new (options: import('./engine-types.js').LoaderOptions) => Loader} Loader
 */

/**
 * A model file that can be read by range, whether it is cached, still downloading, or on disk.
 * @typedef {Pick<import('../weights/read/open-model.js').Model, 'name' | 'size' | 'read'>} ModelFile
 */

export {};
