//! Every error of the engine, each with a stable code that the UI turns into a remedy.
//!
//! A message names the culprit and its numbers; `remedy` says what the person can do about it. Whoever has words of its
//! own takes the code and the `values`.

use serde::{Serialize, Serializer};
use serde_json::{Map, Value, json};

use crate::reason::Reason;

/// The result of every fallible engine operation.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// What can go wrong in the engine. `code()` is stable across versions; messages are not.
#[derive(Debug, Clone, PartialEq, thiserror::Error, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(rename = "EngineError"))]
#[serde(tag = "code", content = "values")]
#[non_exhaustive]
pub enum Error {
    /// The first four bytes are not `GGUF`.
    #[error("not a GGUF file: it starts with {found:?} instead of \"GGUF\"")]
    #[serde(rename = "not_gguf")]
    NotGguf { found: String },
    /// A GGUF version the reader does not know.
    #[error("GGUF version {version} is not supported (2 and 3 are)")]
    #[serde(rename = "gguf_version")]
    GgufVersion { version: u32 },
    /// The file ends inside its header or a tensor.
    #[error("the file ends too early: {what} needs bytes up to {need}, the file has {have}")]
    #[serde(rename = "file_truncated")]
    Truncated { what: String, need: u64, have: u64 },
    /// A structural error in the header: absurd counts, bad types, overlaps, duplicates.
    #[error("damaged GGUF header: {0}")]
    #[serde(rename = "gguf_header")]
    GgufHeader(
        #[serde(serialize_with = "as_problem")]
        #[cfg_attr(test, ts(type = "{ problem: string }"))]
        String,
    ),
    /// A metadata key that the model needs is absent.
    #[error("metadata key {key:?} is missing")]
    #[serde(rename = "missing_key")]
    MissingKey { key: String },
    /// A metadata value has the wrong type or an impossible value.
    #[error("metadata key {key:?}: {problem}")]
    #[serde(rename = "bad_metadata")]
    BadMetadata { key: String, problem: String },
    /// `general.architecture` names a family this engine does not implement.
    #[error("architecture {name:?} is not supported (supported: {supported})")]
    #[serde(rename = "unsupported_architecture")]
    UnsupportedArchitecture { name: String, supported: String },
    /// A tensor is stored in a block format that is not implemented.
    #[error("tensor {tensor:?} has type {dtype}, which is not supported")]
    #[serde(rename = "unsupported_type")]
    UnsupportedType { tensor: String, dtype: String },
    /// The file lacks a tensor of its architecture.
    #[error("tensor {name:?} is missing from the file")]
    #[serde(rename = "missing_tensor")]
    MissingTensor { name: String },
    /// A tensor has another shape than the configuration implies.
    #[error("tensor {name:?}: want shape {want:?}, got {got:?}")]
    #[serde(rename = "tensor_shape")]
    TensorShape { name: String, want: Vec<usize>, got: Vec<usize> },
    /// A tensor's bytes do not match its type and shape.
    #[error("tensor {name:?}: {dtype} of {elements} elements needs {want} bytes, got {got}")]
    #[serde(rename = "tensor_bytes")]
    TensorBytes { name: String, dtype: String, elements: usize, want: usize, got: usize },
    /// The vocabulary or tokenizer metadata is unusable.
    #[error("tokenizer: {0}")]
    #[serde(rename = "tokenizer")]
    Tokenizer(
        #[serde(serialize_with = "as_problem")]
        #[cfg_attr(test, ts(type = "{ problem: string }"))]
        String,
    ),
    /// The chat template does not parse, or raised an error on these messages.
    #[error("chat template: {0}")]
    #[serde(rename = "chat_template")]
    Template(
        #[serde(serialize_with = "as_problem")]
        #[cfg_attr(test, ts(type = "{ problem: string }"))]
        String,
    ),
    /// A token id outside the vocabulary.
    #[error("token id {id} is outside the vocabulary of {vocab} tokens")]
    #[serde(rename = "token_out_of_range")]
    TokenOutOfRange { id: u32, vocab: usize },
    /// Nothing to continue from.
    #[error("the prompt is empty: there is no token to continue from")]
    #[serde(rename = "empty_prompt")]
    EmptyPrompt,
    /// The prompt does not fit the context.
    #[error("the prompt has {tokens} tokens, the context holds {context}")]
    #[serde(rename = "context_full")]
    ContextFull { tokens: usize, context: usize },
    /// A request parameter is out of its range.
    #[error("parameter {name:?}: {problem}")]
    #[serde(rename = "bad_parameter")]
    BadParameter { name: &'static str, problem: String },
    /// The vocabulary has no tokens for filling in the middle.
    #[error("this model cannot fill in the middle: its vocabulary has no prefix, suffix and middle tokens")]
    #[serde(rename = "no_infill")]
    NoInfill,
    /// A schema or grammar for the answer cannot be used.
    #[error("the constraint on the answer: {0}")]
    #[serde(rename = "bad_grammar")]
    Grammar(
        #[serde(serialize_with = "as_problem")]
        #[cfg_attr(test, ts(type = "{ problem: string }"))]
        String,
    ),
    /// A saved session does not belong to this model or is damaged.
    #[error("saved session: {0}")]
    #[serde(rename = "session")]
    Session(
        #[serde(serialize_with = "as_problem")]
        #[cfg_attr(test, ts(type = "{ problem: string }"))]
        String,
    ),
    /// The computing backend failed or is not available.
    #[error("{backend} backend: {problem}")]
    #[serde(rename = "backend")]
    Backend { backend: &'static str, problem: String },
    /// There is no GPU that is worth using.
    #[error("no GPU can be used: {0}")]
    #[serde(rename = "no_gpu")]
    NoGpu(Reason),
    /// An allocation was refused.
    #[error("out of memory: {what} needs {bytes} bytes")]
    #[serde(rename = "out_of_memory")]
    OutOfMemory { what: String, bytes: u64 },
    /// The GPU device went away.
    #[error("the GPU device was lost: {0}")]
    #[serde(rename = "device_lost")]
    DeviceLost(
        #[serde(serialize_with = "as_problem")]
        #[cfg_attr(test, ts(type = "{ problem: string }"))]
        String,
    ),
    /// Calls in an order that makes no sense, such as `step` before `begin`.
    #[error("wrong order of calls: {0}")]
    #[serde(rename = "state")]
    State(
        #[serde(serialize_with = "as_problem")]
        #[cfg_attr(test, ts(type = "{ problem: string }"))]
        String,
    ),
    /// Reading or writing a file failed (native tools only).
    #[error("{path}: {problem}")]
    #[serde(rename = "io")]
    Io { path: String, problem: String },
}

impl Error {
    /// A stable identifier in snake case, for UIs and logs.
    pub fn code(&self) -> &'static str {
        match self {
            Error::NotGguf { .. } => "not_gguf",
            Error::GgufVersion { .. } => "gguf_version",
            Error::Truncated { .. } => "file_truncated",
            Error::GgufHeader(_) => "gguf_header",
            Error::MissingKey { .. } => "missing_key",
            Error::BadMetadata { .. } => "bad_metadata",
            Error::UnsupportedArchitecture { .. } => "unsupported_architecture",
            Error::UnsupportedType { .. } => "unsupported_type",
            Error::MissingTensor { .. } => "missing_tensor",
            Error::TensorShape { .. } => "tensor_shape",
            Error::TensorBytes { .. } => "tensor_bytes",
            Error::Tokenizer(_) => "tokenizer",
            Error::Template(_) => "chat_template",
            Error::TokenOutOfRange { .. } => "token_out_of_range",
            Error::EmptyPrompt => "empty_prompt",
            Error::ContextFull { .. } => "context_full",
            Error::BadParameter { .. } => "bad_parameter",
            Error::NoInfill => "no_infill",
            Error::Grammar(_) => "bad_grammar",
            Error::Session(_) => "session",
            Error::Backend { .. } => "backend",
            Error::NoGpu(_) => "no_gpu",
            Error::OutOfMemory { .. } => "out_of_memory",
            Error::DeviceLost(_) => "device_lost",
            Error::State(_) => "state",
            Error::Io { .. } => "io",
        }
    }

    /// All that [`Error::code`] can give, as `values` are declared for each in the API's types.
    pub const CODES: &[&str] = &[
        "not_gguf",
        "gguf_version",
        "file_truncated",
        "gguf_header",
        "missing_key",
        "bad_metadata",
        "unsupported_architecture",
        "unsupported_type",
        "missing_tensor",
        "tensor_shape",
        "tensor_bytes",
        "tokenizer",
        "chat_template",
        "token_out_of_range",
        "empty_prompt",
        "context_full",
        "bad_parameter",
        "no_infill",
        "bad_grammar",
        "session",
        "backend",
        "no_gpu",
        "out_of_memory",
        "device_lost",
        "state",
        "io",
    ];

    /// The facts behind the message, by name: all fields of the variant.
    pub fn values(&self) -> Map<String, Value> {
        match serde_json::to_value(self) {
            Ok(Value::Object(mut all)) => match all.remove("values") {
                Some(Value::Object(values)) => values,
                _ => Map::new(),
            },
            _ => Map::new(),
        }
    }

    /// One sentence that says what to do about it.
    pub fn remedy(&self) -> &'static str {
        match self {
            Error::NotGguf { .. } => {
                "Choose a model file in GGUF format; an HTML page or an archive was probably saved in its place."
            }
            Error::GgufVersion { .. } => {
                "Convert the model again with a current converter, which writes GGUF version 3."
            }
            Error::Truncated { .. } | Error::GgufHeader(_) | Error::TensorBytes { .. } => {
                "Download the file again; this copy is incomplete or damaged."
            }
            Error::MissingKey { .. }
            | Error::BadMetadata { .. }
            | Error::MissingTensor { .. }
            | Error::TensorShape { .. } => {
                "Use another conversion of this model; this file does not describe a complete model."
            }
            Error::UnsupportedArchitecture { .. } => "Choose a model of a supported family.",
            Error::UnsupportedType { .. } => {
                "Choose a file of the same model in another quantization, such as Q4_0, Q4_K_M or Q8_0."
            }
            Error::Tokenizer(_) => "Use another conversion of this model; its vocabulary is unusable.",
            Error::Template(_) => "Check the order of roles in the conversation, or set another chat template.",
            Error::TokenOutOfRange { .. } => "Use ids that this model's tokenizer gave.",
            Error::EmptyPrompt => "Write a message first.",
            Error::ContextFull { .. } => "Shorten the conversation or load the model with a larger context.",
            Error::NoInfill => "Choose a coder model, such as Qwen2.5-Coder.",
            Error::Grammar(_) => "Correct or simplify the schema or grammar of the answer.",
            Error::BadParameter { .. } => "Set the parameter to a value in its range.",
            Error::Session(_) => "Start the conversation again; it will be read once more.",
            Error::Backend { .. } => "Choose another backend in the settings.",
            Error::NoGpu(_) => "Choose the CPU, or a browser with WebGPU on a machine with a GPU.",
            Error::OutOfMemory { .. } => "Close other tabs, choose a smaller model or a shorter context.",
            Error::DeviceLost(_) => "Reload the page; if it happens again, choose the CPU backend.",
            Error::State(_) => "Reload the page and report this; it is a mistake in the program.",
            Error::Io { .. } => "Check the path and its permissions.",
        }
    }

    pub(crate) fn bad_metadata(key: impl Into<String>, problem: impl Into<String>) -> Self {
        Error::BadMetadata { key: key.into(), problem: problem.into() }
    }

    pub(crate) fn header(problem: impl Into<String>) -> Self {
        Error::GgufHeader(problem.into())
    }
}

/// Variants that have a problem in words have it under that name.
fn as_problem<S: Serializer>(problem: &str, serializer: S) -> Result<S::Ok, S::Error> {
    json!({ "problem": problem }).serialize(serializer)
}

#[cfg(test)]
mod tests {
    use super::*;
    use ts_rs::{Config, TS};

    #[test]
    fn an_error_is_a_code_and_all_of_its_fields() {
        let truncated = Error::Truncated { what: "the header".into(), need: 9, have: 3 };
        assert_eq!(truncated.values(), *json!({ "what": "the header", "need": 9, "have": 3 }).as_object().unwrap());
        let words = Error::Template("Roles must alternate!".into());
        assert_eq!(words.values(), *json!({ "problem": "Roles must alternate!" }).as_object().unwrap());
        assert_eq!(serde_json::to_value(&words).unwrap()["code"], words.code());
        assert_eq!(Error::EmptyPrompt.values(), Map::new());
        let bad = Error::BadParameter { name: "top_p", problem: "must be between 0 and 1".into() };
        assert_eq!(serde_json::to_value(&bad).unwrap(), json!({ "code": bad.code(), "values": bad.values() }));
    }

    /// The declaration has every variant; the list has no other code.
    #[test]
    fn the_list_of_codes_is_complete() {
        let declared = Error::decl(&Config::new());
        let of_variants: Vec<&str> =
            declared.split("\"code\": \"").skip(1).filter_map(|rest| rest.split('"').next()).collect();
        assert_eq!(of_variants, Error::CODES);
    }
}
