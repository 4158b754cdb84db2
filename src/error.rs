//! Every error of the engine, each with a stable code that the UI turns into a remedy.
//!
//! A message names the culprit and its numbers; `remedy` says what the person can do about it.

use crate::gguf::GgmlType;

/// The result of every fallible engine operation.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// What can go wrong in the engine. `code()` is stable across versions; messages are not.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The first four bytes are not `GGUF`.
    #[error("not a GGUF file: it starts with {found:?} instead of \"GGUF\"")]
    NotGguf { found: String },
    /// A GGUF version the reader does not know.
    #[error("GGUF version {version} is not supported (2 and 3 are)")]
    GgufVersion { version: u32 },
    /// The file ends inside its header or a tensor.
    #[error("the file ends too early: {what} needs bytes up to {need}, the file has {have}")]
    Truncated { what: String, need: u64, have: u64 },
    /// A structural error in the header: absurd counts, bad types, overlaps, duplicates.
    #[error("damaged GGUF header: {0}")]
    GgufHeader(String),
    /// A metadata key that the model needs is absent.
    #[error("metadata key {key:?} is missing")]
    MissingKey { key: String },
    /// A metadata value has the wrong type or an impossible value.
    #[error("metadata key {key:?}: {problem}")]
    BadMetadata { key: String, problem: String },
    /// `general.architecture` names a family this engine does not implement.
    #[error("architecture {name:?} is not supported (supported: {supported})")]
    UnsupportedArchitecture { name: String, supported: String },
    /// A tensor is stored in a block format that is not implemented.
    #[error("tensor {tensor:?} has type {dtype}, which is not supported")]
    UnsupportedType { tensor: String, dtype: String },
    /// The file lacks a tensor of its architecture.
    #[error("tensor {name:?} is missing from the file")]
    MissingTensor { name: String },
    /// A tensor has another shape than the configuration implies.
    #[error("tensor {name:?}: want shape {want:?}, got {got:?}")]
    TensorShape { name: String, want: Vec<usize>, got: Vec<usize> },
    /// A tensor's bytes do not match its type and shape.
    #[error("tensor {name:?}: {dtype} of {elements} elements needs {want} bytes, got {got}")]
    TensorBytes { name: String, dtype: GgmlType, elements: usize, want: usize, got: usize },
    /// The vocabulary or tokenizer metadata is unusable.
    #[error("tokenizer: {0}")]
    Tokenizer(String),
    /// The chat template does not parse, or raised an error on these messages.
    #[error("chat template: {0}")]
    Template(String),
    /// A token id outside the vocabulary.
    #[error("token id {id} is outside the vocabulary of {vocab} tokens")]
    TokenOutOfRange { id: u32, vocab: usize },
    /// Nothing to continue from.
    #[error("the prompt is empty: there is no token to continue from")]
    EmptyPrompt,
    /// The prompt does not fit the context.
    #[error("the prompt has {tokens} tokens, the context holds {context}")]
    ContextFull { tokens: usize, context: usize },
    /// A request parameter is out of its range.
    #[error("parameter {name:?}: {problem}")]
    BadParameter { name: &'static str, problem: String },
    /// A schema or grammar for the answer cannot be used.
    #[error("the constraint on the answer: {0}")]
    Grammar(String),
    /// A saved session does not belong to this model or is damaged.
    #[error("saved session: {0}")]
    Session(String),
    /// The computing backend failed or is not available.
    #[error("{backend} backend: {problem}")]
    Backend { backend: &'static str, problem: String },
    /// An allocation was refused.
    #[error("out of memory: {what} needs {bytes} bytes")]
    OutOfMemory { what: String, bytes: u64 },
    /// The GPU device went away.
    #[error("the GPU device was lost: {0}")]
    DeviceLost(String),
    /// Calls in an order that makes no sense, such as `step` before `begin`.
    #[error("wrong order of calls: {0}")]
    State(String),
    /// Reading or writing a file failed (native tools only).
    #[error("{path}: {problem}")]
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
            Error::Grammar(_) => "bad_grammar",
            Error::Session(_) => "session",
            Error::Backend { .. } => "backend",
            Error::OutOfMemory { .. } => "out_of_memory",
            Error::DeviceLost(_) => "device_lost",
            Error::State(_) => "state",
            Error::Io { .. } => "io",
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
            Error::Grammar(_) => "Correct or simplify the schema or grammar of the answer.",
            Error::BadParameter { .. } => "Set the parameter to a value in its range.",
            Error::Session(_) => "Start the conversation again; it will be read once more.",
            Error::Backend { .. } => "Choose another backend in the settings.",
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
