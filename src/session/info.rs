//! What a model file says about itself, for people and for cache keys. Reads the header only.

use std::collections::BTreeMap;

use serde::Serialize;

use super::prompt::Prompts;
use crate::config::ModelConfig;
use crate::gguf::{Array, Gguf, TensorInfo, Value};
use crate::tokenizer::Tokenizer;
use crate::weights::quantization_counts;

/// A model at a glance.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[expect(missing_docs, reason = "the names say it; units are in them or in tokens")]
#[cfg_attr(test, derive(ts_rs::TS), ts(optional_fields))]
pub struct ModelInfo {
    pub architecture: String,
    pub name: String,
    /// Elements of all tensors.
    pub parameters: u64,
    /// Tensors by block format.
    pub quantization: BTreeMap<String, usize>,
    /// Positions the model was trained for.
    pub context_length: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub file_type: Option<String>,
    pub vocab_size: usize,
    pub n_layers: usize,
    pub embedding_length: usize,
    pub feed_forward_length: usize,
    pub head_count: usize,
    pub head_count_kv: usize,
    pub head_dim: usize,
    pub tensor_count: usize,
    pub weight_bytes: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tokenizer: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tokenizer_note: Option<String>,
    /// The file brings a chat template of its own.
    pub chat_template: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub chat_template_note: Option<String>,
    /// It can fill in the middle of a text.
    pub infill: bool,
    /// Keys and values of one position, two bytes an element.
    pub kv_bytes_per_token: u64,
    /// Identifies the file's header, in hexadecimal.
    pub fingerprint: String,
}

impl ModelInfo {
    /// Reads the header. `prompts` is absent where the file has no usable tokenizer.
    pub fn new(gguf: &Gguf, config: &ModelConfig, prompts: Option<&Prompts>) -> Self {
        ModelInfo {
            chat_template: prompts.is_some_and(|p| p.template().is_own()),
            chat_template_note: prompts.and_then(|p| p.template().note()).map(str::to_owned),
            tokenizer: prompts.map(|p| p.tokenizer().kind().to_owned()),
            tokenizer_note: prompts.and_then(|p| p.tokenizer().note()).map(str::to_owned),
            infill: prompts.is_some_and(|p| p.tokenizer().infill().is_some()),
            n_layers: config.layers.len(),
            embedding_length: config.dim,
            feed_forward_length: config.ff,
            head_count: config.heads,
            head_count_kv: config.kv_heads,
            head_dim: config.head_dim,
            vocab_size: config.vocab,
            context_length: config.context_length,
            kv_bytes_per_token: 2 * 2 * config.layers.len() as u64 * config.kv_dim() as u64,
            ..ModelInfo::of_file(gguf, &config.architecture, &config.name)
        }
    }

    /// Of an encoder or an encoder-decoder; what only decoders have is 0.
    pub fn of_other(gguf: &Gguf, architecture: &str, tokenizer: Option<&Tokenizer>) -> Self {
        let meta = &gguf.metadata;
        let number = |key: &str| meta.usize(&format!("{architecture}.{key}")).ok().flatten().unwrap_or(0);
        let name = meta.str("general.name").ok().flatten().unwrap_or(architecture);
        ModelInfo {
            tokenizer: tokenizer.map(|t| t.kind().to_owned()),
            tokenizer_note: tokenizer.and_then(Tokenizer::note).map(str::to_owned),
            vocab_size: gguf.tensor("token_embd.weight").map_or(0, TensorInfo::rows),
            context_length: number("context_length"),
            n_layers: number("block_count"),
            embedding_length: number("embedding_length"),
            feed_forward_length: number("feed_forward_length"),
            head_count: number("attention.head_count"),
            head_count_kv: number("attention.head_count"),
            ..ModelInfo::of_file(gguf, architecture, name)
        }
    }

    fn of_file(gguf: &Gguf, architecture: &str, name: &str) -> Self {
        ModelInfo {
            architecture: architecture.to_owned(),
            name: name.to_owned(),
            parameters: gguf.tensors.iter().map(|t| t.elements() as u64).sum(),
            quantization: quantization_counts(gguf).into_iter().map(|(t, n)| (t.to_string(), n)).collect(),
            context_length: 0,
            file_type: gguf.metadata.usize("general.file_type").ok().flatten().map(file_type),
            vocab_size: 0,
            n_layers: 0,
            embedding_length: 0,
            feed_forward_length: 0,
            head_count: 0,
            head_count_kv: 0,
            head_dim: 0,
            tensor_count: gguf.tensors.len(),
            weight_bytes: gguf.tensors.iter().map(|t| t.size).sum(),
            tokenizer: None,
            tokenizer_note: None,
            chat_template: false,
            chat_template_note: None,
            infill: false,
            kv_bytes_per_token: 0,
            fingerprint: format!("{:016x}", fingerprint(gguf)),
        }
    }
}

/// The names of llama.cpp's file types.
fn file_type(id: usize) -> String {
    let name = match id {
        0 => "F32",
        1 => "F16",
        2 => "Q4_0",
        3 => "Q4_1",
        7 => "Q8_0",
        8 => "Q5_0",
        9 => "Q5_1",
        10 => "Q2_K",
        11 => "Q3_K_S",
        12 => "Q3_K_M",
        13 => "Q3_K_L",
        14 => "Q4_K_S",
        15 => "Q4_K_M",
        16 => "Q5_K_S",
        17 => "Q5_K_M",
        18 => "Q6_K",
        21 => "Q2_K_S",
        32 => "BF16",
        other => return format!("file type {other}"),
    };
    name.to_owned()
}

/// A hash of the metadata and the tensor directory. Two files with the same fingerprint have the same
/// vocabulary, architecture and layout; weights are not looked at.
pub fn fingerprint(gguf: &Gguf) -> u64 {
    let mut hash = HeaderHash(0xcbf2_9ce4_8422_2325);
    let mut entries: Vec<_> = gguf.metadata.0.iter().collect();
    entries.sort_by_key(|(key, _)| *key);
    for (key, value) in entries {
        hash.text(key);
        hash.value(value);
    }
    for tensor in &gguf.tensors {
        hash.text(&tensor.name);
        hash.text(&tensor.dtype.to_string());
        tensor.shape.iter().for_each(|&n| hash.number(n as u64));
        hash.number(tensor.offset);
    }
    hash.0
}

/// Of the kind of FNV-1a, over words of 64 bits: no protection against intent, enough to tell files apart. The rotation
/// brings the upper bits of a word down, where the product alone would leave them.
struct HeaderHash(u64);

impl HeaderHash {
    fn number(&mut self, n: u64) {
        self.0 = (self.0.rotate_left(32) ^ n).wrapping_mul(0x0100_0000_01b3);
    }

    fn text(&mut self, text: &str) {
        self.number(text.len() as u64);
        for chunk in text.as_bytes().chunks(8) {
            let mut word = [0; 8];
            word[..chunk.len()].copy_from_slice(chunk);
            self.number(u64::from_le_bytes(word));
        }
    }

    fn value(&mut self, value: &Value) {
        match value {
            Value::U64(v) => self.number(*v),
            Value::I64(v) => self.number(*v as u64),
            Value::F64(v) => self.number(v.to_bits()),
            Value::Bool(v) => self.number(u64::from(*v)),
            Value::String(v) => self.text(v),
            Value::Array(array) => {
                self.number(array.len() as u64);
                match array {
                    Array::U64(v) => v.iter().for_each(|&v| self.number(v)),
                    Array::I64(v) => v.iter().for_each(|&v| self.number(v as u64)),
                    Array::F32(v) => v.iter().for_each(|&v| self.number(u64::from(v.to_bits()))),
                    Array::Bool(v) => v.iter().for_each(|&v| self.number(u64::from(v))),
                    Array::String(v) => v.iter().for_each(|v| self.text(v)),
                    Array::Nested(_) => {}
                }
            }
        }
    }
}
