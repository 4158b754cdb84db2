//! The shapes that only JavaScript sees, and the TypeScript of all that cross to it, which is generated from Rust:
//! `www/protocol/engine-types.d.ts`. Converts nothing.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::reason::Reason;
use crate::session::ModelInfo;
use crate::template::RenderOptions;

/// What a page may choose about a model.
#[derive(Debug, Clone, Default, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(optional_fields))]
#[serde(default)]
pub struct LoaderOptions {
    /// By default `auto`: a GPU if it is there and measured to be faster.
    #[cfg_attr(test, ts(optional, type = "'auto' | 'cpu' | 'scalar' | 'gpu'"))]
    pub backend: Option<String>,
    /// Positions of the KV cache; by default the model's, at most 4096.
    pub context_length: Option<usize>,
    /// At most so many: a measurement once the weights are loaded decides.
    pub threads: Option<usize>,
    /// Use `threads` as they are, without measuring.
    pub fixed_threads: Option<bool>,
    /// `embed` opens encoders: end with `embedder()` instead of `finish()`.
    #[cfg_attr(test, ts(optional, type = "'chat' | 'embed'"))]
    pub task: Option<String>,
    /// Length of the whole file in bytes, if known: damage is then found earlier.
    pub file_size: Option<f64>,
    /// What `learned()` of an earlier loader gave, on the same adapter and driver.
    pub gpu_known: Option<String>,
    /// GPU devices are asked for with the feature `subgroups`.
    pub gpu_subgroups: Option<bool>,
}

/// Options of `Embedder.embed`.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(optional_fields))]
#[serde(default)]
pub struct EmbedOptions {
    /// By default the model's own.
    #[cfg_attr(test, ts(optional, type = "'none' | 'mean' | 'cls' | 'last'"))]
    pub pooling: Option<String>,
    /// By default true.
    pub normalize: Option<bool>,
}

/// Where a tensor's bytes are in the file.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct TensorRange<'a> {
    /// Its number, for `Loader.tensor`.
    pub index: usize,
    /// Its name in the file.
    pub name: &'a str,
    /// Its first byte, from the beginning of the file.
    pub offset: f64,
    /// Its length in bytes.
    pub size: f64,
}

/// A model, and how it runs. `context_length` is that of the KV cache.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct EngineInfo {
    /// The model.
    #[serde(flatten)]
    pub model: ModelInfo,
    /// Positions the model was trained for.
    pub trained_context_length: usize,
    /// `cpu`, `gpu` or `scalar`.
    pub backend: &'static str,
    /// Its variant, such as `simd128`.
    pub variant: String,
    /// Threads that compute.
    pub threads: usize,
    /// Why this backend was chosen, in a sentence for logs.
    pub reason: String,
    /// The same as facts, for whoever has words of its own.
    pub reasons: Vec<Reason>,
}

/// Options of `Engine.template`.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(optional_fields))]
#[serde(default)]
pub struct TemplateOptions {
    /// Tools, as the OpenAI API has them.
    #[cfg_attr(test, ts(optional, type = "unknown[]"))]
    pub tools: Option<Value>,
    /// Open the assistant's turn after the last message (the default).
    pub add_generation_prompt: Option<bool>,
    /// What `strftime_now` sees.
    #[cfg_attr(test, ts(optional, type = "unknown"))]
    pub now: Option<Value>,
    /// Further variables, such as `enable_thinking`.
    #[serde(alias = "chat_template_kwargs")]
    #[cfg_attr(test, ts(optional, type = "Record<string, unknown>"))]
    pub template_vars: Option<Map<String, Value>>,
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

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::Path;

    use ts_rs::{Config, TS};

    use super::*;
    use crate::backend::gpu::GpuStats;
    use crate::error::Error;
    use crate::grammar::Constraint;
    use crate::session::*;

    /// A declaration with its comment.
    fn declared<T: TS>(config: &Config) -> String {
        format!("{}export {}\n", T::docs().unwrap_or_default(), T::decl(config))
    }

    /// The whole file.
    fn declarations() -> String {
        let c = &Config::new().with_large_int("number");
        let all = [
            "// Generated from Rust by a test: LOQUAT_WRITE=1 cargo test --lib api. What crosses between engine and page.\n".into(),
            declared::<LoaderOptions>(c),
            declared::<TensorRange<'_>>(c),
            declared::<ModelInfo>(c),
            declared::<Reason>(c),
            declared::<EngineInfo>(c),
            declared::<GpuStats>(c),
            "/** A message as the OpenAI API has it; the chat template sees every field. */\n\
             export type Message = { role: string, content?: unknown, [field: string]: unknown };\n"
                .into(),
            declared::<TemplateOptions>(c),
            declared::<Sampling>(c),
            declared::<Stops>(c),
            declared::<Constraint>(c),
            declared::<InfillFile>(c),
            declared::<Infill>(c),
            declared::<Request>(c),
            declared::<Budget>(c),
            declared::<ContextPlan>(c),
            declared::<Begun>(c),
            declared::<Choice>(c),
            declared::<Token>(c),
            declared::<StopReason>(c),
            declared::<Usage>(c),
            declared::<Timings>(c),
            declared::<Done>(c),
            declared::<StepEvent>(c),
            declared::<EmbedOptions>(c),
            declared::<Error>(c),
            "/** What is thrown: its code and values are an `EngineError`. */\n\
             export type ThrownError = Error & EngineError & { remedy: string };\n"
                .into(),
        ];
        all.join("\n")
    }

    #[test]
    fn the_declarations_for_typescript_are_those_of_rust() {
        let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("www/protocol/engine-types.d.ts");
        let want = declarations();
        if std::env::var_os("LOQUAT_WRITE").is_some() {
            fs::write(&file, &want).unwrap();
        }
        let got = fs::read_to_string(&file).unwrap_or_default();
        assert!(
            got == want,
            "www/protocol/engine-types.d.ts is old: LOQUAT_WRITE=1 cargo test --lib api writes it anew"
        );
    }

    #[test]
    fn further_variables_and_the_time_reach_the_template() {
        let options: TemplateOptions =
            serde_json::from_str(r#"{"now": "2024-07-26", "chat_template_kwargs": {"enable_thinking": false}}"#)
                .unwrap();
        let variables = RenderOptions::from(options).variables;
        assert_eq!((&variables["now"], &variables["enable_thinking"]), (&"2024-07-26".into(), &false.into()));
    }
}
