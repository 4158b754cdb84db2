//! The shapes that cross to JavaScript, in Rust and in TypeScript.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use wasm_bindgen::prelude::wasm_bindgen;

use crate::session::ModelInfo;
use crate::template::RenderOptions;

/// Where a tensor's bytes are in the file.
#[derive(Serialize)]
pub(super) struct TensorRange<'a> {
    pub index: usize,
    pub name: &'a str,
    pub offset: f64,
    pub size: f64,
}

/// How a model runs.
#[derive(Debug, Clone, Serialize)]
pub(super) struct Description {
    pub backend: &'static str,
    pub variant: String,
    pub threads: usize,
    /// Why this backend was chosen.
    pub reason: String,
    /// Positions of the KV cache.
    pub context_length: usize,
}

/// A model, and how it runs.
#[derive(Debug, Clone, Serialize)]
pub(super) struct EngineInfo {
    #[serde(flatten)]
    model: Map<String, Value>,
    trained_context_length: usize,
    #[serde(flatten)]
    description: Description,
}

impl EngineInfo {
    pub fn new(model: ModelInfo, description: Description) -> Self {
        let trained_context_length = model.context_length;
        let model = match serde_json::to_value(model) {
            Ok(Value::Object(mut fields)) => {
                fields.remove("context_length");
                fields
            }
            _ => Map::new(),
        };
        EngineInfo { model, trained_context_length, description }
    }
}

/// Options of `Engine.template`.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct TemplateOptions {
    tools: Option<Value>,
    add_generation_prompt: Option<bool>,
    /// What `strftime_now` sees.
    now: Option<Value>,
    template_vars: Option<Map<String, Value>>,
}

impl From<TemplateOptions> for RenderOptions {
    fn from(o: TemplateOptions) -> Self {
        let mut variables = o.template_vars.unwrap_or_default();
        if let Some(now) = o.now {
            variables.insert("now".into(), now);
        }
        let add_generation_prompt = o.add_generation_prompt.unwrap_or(true);
        RenderOptions { tools: o.tools, add_generation_prompt, now: None, variables }
    }
}

#[wasm_bindgen(typescript_custom_section)]
const TYPES: &str = r#"
export interface LoaderOptions {
  backend?: 'auto' | 'cpu' | 'scalar' | 'gpu';
  /** Positions of the KV cache; by default the model's, at most 4096. */
  context_length?: number;
  /** At most so many: a measurement once the weights are loaded decides. */
  threads?: number;
  /** Use `threads` as they are, without measuring. */
  fixed_threads?: boolean;
  /** Length of the whole file in bytes, if known: damage is then found earlier. */
  file_size?: number;
  /** `embed` opens encoders: end with `embedder()` instead of `finish()`. */
  task?: 'chat' | 'embed';
  /** What `learned()` of an earlier loader gave, on the same adapter and driver. */
  gpu_known?: string;
  /** GPU devices are asked for with the feature `subgroups`. */
  gpu_subgroups?: boolean;
}
export interface EmbedOptions { pooling?: 'none' | 'mean' | 'cls' | 'last'; normalize?: boolean }
export interface TensorRange { index: number; name: string; offset: number; size: number }
export interface ModelInfo {
  architecture: string; name: string; parameters: number; quantization: Record<string, number>;
  context_length: number; file_type?: string; vocab_size: number; n_layers: number;
  embedding_length: number; feed_forward_length: number; head_count: number; head_count_kv: number;
  head_dim: number; tensor_count: number; weight_bytes: number;
  tokenizer?: string; tokenizer_note?: string; chat_template: boolean; chat_template_note?: string;
  kv_bytes_per_token: number; fingerprint: string;
}
export interface EngineInfo extends ModelInfo {
  backend: string; variant: string; threads: number; reason: string; trained_context_length: number;
}
export interface GpuStats {
  dispatches: number; submits: number; token_bytes: number; outside_layers: number;
  steps: number; encode_ms: number; depth: number;
}
export interface Message { role: string; content: unknown; [field: string]: unknown }
export interface TemplateOptions {
  tools?: unknown[]; add_generation_prompt?: boolean; now?: unknown; template_vars?: Record<string, unknown>;
}
export interface Request {
  messages?: Message[]; prompt?: string; ids?: ArrayLike<number>;
  tools?: unknown[]; template_vars?: Record<string, unknown>;
  max_tokens?: number; temperature?: number; top_k?: number; top_p?: number; min_p?: number;
  repetition_penalty?: number; frequency_penalty?: number; presence_penalty?: number;
  penalty_last_n?: number; seed?: number; stop?: string | string[]; logprobs?: number;
  constraint?: { type: 'json_object' } | { type: 'json_schema'; schema: unknown }
    | { type: 'regex'; regex: string } | { type: 'lark'; grammar: string };
  ignore_eos?: boolean; add_generation_prompt?: boolean; continue_final?: boolean;
}
export interface Usage {
  prompt_tokens: number; completion_tokens: number; total_tokens: number; cached_tokens: number;
}
export interface Timings {
  prompt_n: number; prompt_ms: number; predicted_n: number; predicted_ms: number; cached_n: number;
}
export type StepEvent =
  | { type: 'prefill'; done: number; total: number }
  | { type: 'token'; text: string; id: number; logprob?: number;
      top?: { id: number; text: string; logprob: number }[] }
  | { type: 'done'; reason: 'stop' | 'length' | 'context' | 'cancelled'; text: string;
      usage: Usage; timings: Timings };
"#;
