// Generated from Rust by a test: LOQUAT_WRITE=1 cargo test --lib api. What crosses between engine and page.

/**
 * What a page may choose about a model.
 */
export type LoaderOptions = { 
/**
 * By default `auto`: a GPU if it is there and measured to be faster.
 */
backend?: 'auto' | 'cpu' | 'scalar' | 'gpu', 
/**
 * Positions of the KV cache; by default the model's, at most 4096.
 */
context_length?: number, 
/**
 * At most so many: a measurement once the weights are loaded decides.
 */
threads?: number, 
/**
 * Use `threads` as they are, without measuring.
 */
fixed_threads?: boolean, 
/**
 * `embed` opens encoders: end with `embedder()` instead of `finish()`.
 */
task?: 'chat' | 'embed', 
/**
 * Length of the whole file in bytes, if known: damage is then found earlier.
 */
file_size?: number, 
/**
 * What `learned()` of an earlier loader gave, on the same adapter and driver.
 */
gpu_known?: string, 
/**
 * GPU devices are asked for with the feature `subgroups`.
 */
gpu_subgroups?: boolean, };

/**
 * Where a tensor's bytes are in the file.
 */
export type TensorRange = { 
/**
 * Its number, for `Loader.tensor`.
 */
index: number, 
/**
 * Its name in the file.
 */
name: string, 
/**
 * Its first byte, from the beginning of the file.
 */
offset: number, 
/**
 * Its length in bytes.
 */
size: number, };

/**
 * A model at a glance.
 */
export type ModelInfo = { architecture: string, name: string, 
/**
 * Elements of all tensors.
 */
parameters: number, 
/**
 * Tensors by block format.
 */
quantization: { [key in string]: number }, 
/**
 * Positions the model was trained for.
 */
context_length: number, file_type?: string, vocab_size: number, n_layers: number, embedding_length: number, feed_forward_length: number, head_count: number, head_count_kv: number, head_dim: number, tensor_count: number, weight_bytes: number, tokenizer?: string, tokenizer_note?: string, 
/**
 * The file brings a chat template of its own.
 */
chat_template: boolean, chat_template_note?: string, 
/**
 * It can fill in the middle of a text.
 */
infill: boolean, 
/**
 * Keys and values of one position, two bytes an element.
 */
kv_bytes_per_token: number, 
/**
 * Identifies the file's header, in hexadecimal.
 */
fingerprint: string, };

/**
 * One fact; `code` names it, `values` are what its sentence needs.
 */
export type Reason = { "code": "asked" } | { "code": "everywhere" } | { "code": "no_gpu", "values": { because: Reason, } } | { "code": "no_asked_gpu", "values": { because: Reason, } } | { "code": "no_adapter", "values": { said: string, } } | { "code": "software_adapter", "values": { name: string, } } | { "code": "software_gpu" } | { "code": "layer_times", "values": { gpu: number, cpu: number, } } | { "code": "one_thread", "values": { because: Reason, } } | { "code": "no_subgroups", "values": { because: Reason, } } | { "code": "no_f16", "values": { because: Reason, } } | { "code": "draws_on_cpu", "values": { because: Reason, } } | { "code": "short_context", "values": { length: number, wanted: number, } } | { "code": "other", "values": { said: string, } };

/**
 * A model, and how it runs. `context_length` is that of the KV cache.
 */
export type EngineInfo = { 
/**
 * Positions the model was trained for.
 */
trained_context_length: number, 
/**
 * `cpu`, `gpu` or `scalar`.
 */
backend: string, 
/**
 * Its variant, such as `simd128`.
 */
variant: string, 
/**
 * Threads that compute.
 */
threads: number, 
/**
 * Why this backend was chosen, in a sentence for logs.
 */
reason: string, 
/**
 * The same as facts, for whoever has words of its own.
 */
reasons: Array<Reason>, architecture: string, name: string, 
/**
 * Elements of all tensors.
 */
parameters: number, 
/**
 * Tensors by block format.
 */
quantization: { [key in string]: number }, 
/**
 * Positions the model was trained for.
 */
context_length: number, file_type?: string, vocab_size: number, n_layers: number, embedding_length: number, feed_forward_length: number, head_count: number, head_count_kv: number, head_dim: number, tensor_count: number, weight_bytes: number, tokenizer?: string, tokenizer_note?: string, 
/**
 * The file brings a chat template of its own.
 */
chat_template: boolean, chat_template_note?: string, 
/**
 * It can fill in the middle of a text.
 */
infill: boolean, 
/**
 * Keys and values of one position, two bytes an element.
 */
kv_bytes_per_token: number, 
/**
 * Identifies the file's header, in hexadecimal.
 */
fingerprint: string, };

/**
 * Counters of a backend.
 */
export type GpuStats = { 
/**
 * Compute dispatches since the device was opened.
 */
dispatches: number, 
/**
 * Command buffers submitted.
 */
submits: number, 
/**
 * Bytes of weights that one token reads.
 */
token_bytes: number, 
/**
 * Dispatches of a token outside the layers, drawing not counted.
 */
outside_layers: number, 
/**
 * Tokens that followed one that the device had drawn.
 */
steps: number, 
/**
 * Milliseconds this side spent on recording and submitting those.
 */
encode_ms: number, 
/**
 * Tokens kept under way at present.
 */
depth: number, };

/** A message as the OpenAI API has it; the chat template sees every field. */
export type Message = { role: string, content?: unknown, [field: string]: unknown };

/**
 * Options of `Engine.template`.
 */
export type TemplateOptions = { 
/**
 * Tools, as the OpenAI API has them.
 */
tools?: unknown[], 
/**
 * Open the assistant's turn after the last message (the default).
 */
add_generation_prompt?: boolean, 
/**
 * What `strftime_now` sees.
 */
now?: unknown, 
/**
 * Further variables, such as `enable_thinking`.
 */
template_vars?: Record<string, unknown>, };

/**
 * [`SamplingParams`] with every field optional, because JSON callers send `null` for "default".
 */
export type Sampling = { temperature?: number, top_k?: number, top_p?: number, min_p?: number, repetition_penalty?: number, frequency_penalty?: number, presence_penalty?: number, penalty_last_n?: number, seed?: number, };

/**
 * `stop` may be one text or several, as in the OpenAI API.
 */
export type Stops = string | Array<string>;

/**
 * What an answer must be a sentence of.
 */
export type Constraint = { "type": "json_object" } | { "type": "json_schema", 
/**
 * The schema; `x-guidance` in it sets llguidance's options.
 */
schema: unknown, } | { "type": "regex", 
/**
 * In the syntax of the `regex` crate; with `flags` in JavaScript's.
 */
regex: string, 
/**
 * Those of a JavaScript `RegExp`, of which it is the source.
 */
flags?: string, } | { "type": "lark", 
/**
 * Its text; the answer is a sentence of `start`.
 */
grammar: string, };

/**
 * A file beside the one with the gap.
 */
export type InfillFile = { 
/**
 * Its name.
 */
path: string, 
/**
 * Its text.
 */
text: string, };

/**
 * What stands around the gap.
 */
export type Infill = { 
/**
 * The text before the gap.
 */
prefix?: string, 
/**
 * The text behind the gap.
 */
suffix?: string, 
/**
 * The name of the file with the gap.
 */
path?: string, 
/**
 * The repository that the files are of.
 */
repository?: string, 
/**
 * Other files of it that the model should know, the most important last.
 */
files?: Array<InfillFile>, };

/**
 * One generation. Exactly one of `messages`, `prompt`, `ids` and `infill` says what to write.
 *
 * Names are those of the OpenAI API where it has them; an absent field takes its default.
 */
export type Request = { 
/**
 * A conversation, rendered by the model's chat template.
 */
messages?: Message[], 
/**
 * A text to continue; special tokens in it are parsed.
 */
prompt?: string, 
/**
 * Token ids, taken as they are.
 */
ids?: ArrayLike<number>, 
/**
 * A gap in a text to fill.
 */
infill?: Infill, 
/**
 * Tools for the chat template.
 */
tools?: unknown[], 
/**
 * Further variables of the chat template, such as `enable_thinking`.
 */
template_vars?: Record<string, unknown>, 
/**
 * Tokens to generate at most; absent: until the context is full.
 */
max_tokens?: number, 
/**
 * Texts that end the answer and are not part of it.
 */
stop?: Stops, 
/**
 * What the answer must be a sentence of.
 */
constraint?: Constraint, 
/**
 * How many alternatives to report with each token; absent: no probabilities at all.
 */
logprobs?: number, 
/**
 * Go on past end-of-turn tokens.
 */
ignore_eos?: boolean, 
/**
 * Open the assistant's turn after the last message (the default).
 */
add_generation_prompt?: boolean, 
/**
 * Go on inside the last message, which is the assistant's.
 */
continue_final?: boolean, temperature?: number, top_k?: number, top_p?: number, min_p?: number, repetition_penalty?: number, frequency_penalty?: number, presence_penalty?: number, penalty_last_n?: number, seed?: number, };

/**
 * How much room there is.
 */
export type Budget = { 
/**
 * Tokens that prompt and answer may have together, such as those of the context; absent: as many as they have.
 */
context?: number, 
/**
 * Of them for the answer.
 */
reserve: number, 
/**
 * So many messages behind the system prompt were left out at the question before, and stay so.
 */
left_out: number, };

/**
 * What goes to the model.
 */
export type ContextPlan = { 
/**
 * Tokens of the prompt.
 */
prompt_n: number, 
/**
 * Messages that go to the model, by their place in the request, ascending.
 */
kept: Array<number>, 
/**
 * Messages that are left out, ascending.
 */
left_out: Array<number>, 
/**
 * What is left of the answer that goes on, where even that was too long: its end.
 */
shortened?: string, 
/**
 * Prompt and answer do not fit together, and there is nothing more to leave out.
 */
is_full: boolean, };

/**
 * The answer to `begin`.
 */
export type Begun = { 
/**
 * Tokens of the prompt.
 */
prompt_n: number, 
/**
 * How many of them the cache holds already.
 */
cached_n: number, 
/**
 * The answer begins within a thought, which this text closes.
 */
thought_end?: string, };

/**
 * A token that could have been chosen.
 */
export type Choice = { 
/**
 * The token.
 */
id: number, 
/**
 * Its text; U+FFFD stands for half a character.
 */
text: string, 
/**
 * Its bytes.
 */
bytes: Array<number>, 
/**
 * Natural logarithm of its probability.
 */
logprob: number, };

/**
 * One generated token.
 */
export type Token = { 
/**
 * Text that has become certain; empty while a character or a stop string may be forming.
 */
text: string, 
/**
 * The token. A token that ends the turn is reported too, with neither text nor probabilities.
 */
id: number, 
/**
 * The text of a control token: no part of the answer, but where a thought or a tool call begins, or ends. It
 * stands behind `text`.
 */
control?: string, 
/**
 * The bytes that the token adds to the answer, if probabilities are asked for.
 */
bytes?: Array<number>, 
/**
 * Natural logarithm of its probability, if asked for.
 */
logprob?: number, 
/**
 * The likeliest tokens, best first, if asked for.
 */
top?: Array<Choice>, };

/**
 * Why an answer ended.
 */
export type StopReason = "stop" | "length" | "context" | "cancelled";

/**
 * Token counts, as the OpenAI API names them.
 */
export type Usage = { prompt_tokens: number, completion_tokens: number, total_tokens: number, cached_tokens: number, };

/**
 * Durations in milliseconds, and the tokens they were spent on.
 */
export type Timings = { 
/**
 * Prompt tokens computed (not those found in the cache).
 */
prompt_n: number, 
/**
 * Time spent on them.
 */
prompt_ms: number, 
/**
 * Tokens generated.
 */
predicted_n: number, 
/**
 * Time spent on them.
 */
predicted_ms: number, 
/**
 * Prompt tokens found in the cache.
 */
cached_n: number, };

/**
 * The end of an answer.
 */
export type Done = { 
/**
 * Why it ended.
 */
reason: StopReason, 
/**
 * The rest of the text.
 */
text: string, 
/**
 * Token counts.
 */
usage: Usage, 
/**
 * Durations.
 */
timings: Timings, };

/**
 * The outcome of one step.
 */
export type StepEvent = { "type": "prefill", 
/**
 * Prompt tokens in the cache.
 */
done: number, 
/**
 * Prompt tokens.
 */
total: number, } | { "type": "token" } & Token | { "type": "done" } & Done;

/**
 * Options of `Embedder.embed`.
 */
export type EmbedOptions = { 
/**
 * By default the model's own.
 */
pooling?: 'none' | 'mean' | 'cls' | 'last', 
/**
 * By default true.
 */
normalize?: boolean, };

/**
 * What can go wrong in the engine. `code()` is stable across versions; messages are not.
 */
export type EngineError = { "code": "not_gguf", "values": { found: string, } } | { "code": "gguf_version", "values": { version: number, } } | { "code": "file_truncated", "values": { what: string, need: number, have: number, } } | { "code": "gguf_header", "values": { problem: string } } | { "code": "missing_key", "values": { key: string, } } | { "code": "bad_metadata", "values": { key: string, problem: string, } } | { "code": "unsupported_architecture", "values": { name: string, supported: string, } } | { "code": "unsupported_type", "values": { tensor: string, dtype: string, } } | { "code": "missing_tensor", "values": { name: string, } } | { "code": "tensor_shape", "values": { name: string, want: Array<number>, got: Array<number>, } } | { "code": "tensor_bytes", "values": { name: string, dtype: string, elements: number, want: number, got: number, } } | { "code": "tokenizer", "values": { problem: string } } | { "code": "chat_template", "values": { problem: string } } | { "code": "token_out_of_range", "values": { id: number, vocab: number, } } | { "code": "empty_prompt" } | { "code": "context_full", "values": { tokens: number, context: number, } } | { "code": "bad_parameter", "values": { name: string, problem: string, } } | { "code": "no_infill" } | { "code": "bad_grammar", "values": { problem: string } } | { "code": "session", "values": { problem: string } } | { "code": "backend", "values": { backend: string, problem: string, } } | { "code": "no_gpu", "values": Reason } | { "code": "out_of_memory", "values": { what: string, bytes: number, } } | { "code": "device_lost", "values": { problem: string } } | { "code": "state", "values": { problem: string } } | { "code": "io", "values": { path: string, problem: string, } };

/** What is thrown: its code and values are an `EngineError`. */
export type ThrownError = Error & EngineError & { remedy: string };
