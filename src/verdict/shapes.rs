//! Named shapes of well-known models, as headers without a file: what a speed is measured with where nothing can be
//! downloaded. Weights come from a seed ([`Synthetic`]).

use std::collections::HashMap;

use super::synthetic::{Size, Synthetic};
use crate::backend::Backend;
use crate::config::ModelConfig;
use crate::error::{Error, Result};
use crate::gguf::{GgmlType, Gguf, Metadata, TensorInfo, Value};
use crate::model::Model;

/// The sizes of a decoder whose output matrix is its embedding table.
#[derive(Debug, Clone, Copy)]
struct Shape {
    name: &'static str,
    architecture: &'static str,
    layers: usize,
    dim: usize,
    ff: usize,
    heads: usize,
    kv_heads: usize,
    head_dim: usize,
    vocab: usize,
    context: usize,
    rope_base: f64,
}

const SMOLLM2_135M: Shape = Shape {
    name: "SmolLM2-135M",
    architecture: "llama",
    layers: 30,
    dim: 576,
    ff: 1536,
    heads: 9,
    kv_heads: 3,
    head_dim: 64,
    vocab: 49_152,
    context: 8192,
    rope_base: 1e5,
};

const QWEN2_5_0_5B: Shape = Shape {
    name: "Qwen2.5-0.5B",
    architecture: "qwen2",
    layers: 24,
    dim: 896,
    ff: 4864,
    heads: 14,
    kv_heads: 2,
    head_dim: 64,
    vocab: 151_936,
    context: 32_768,
    rope_base: 1e6,
};

const LLAMA_3_2_1B: Shape = Shape {
    name: "Llama-3.2-1B",
    architecture: "llama",
    layers: 16,
    dim: 2048,
    ff: 8192,
    heads: 32,
    kv_heads: 8,
    head_dim: 64,
    vocab: 128_256,
    context: 131_072,
    rope_base: 5e5,
};

/// All of them.
const SHAPES: &[Shape] = &[
    SMOLLM2_135M,
    QWEN2_5_0_5B,
    Shape { name: "Qwen2.5-1.5B", layers: 28, dim: 1536, ff: 8960, heads: 12, head_dim: 128, ..QWEN2_5_0_5B },
    LLAMA_3_2_1B,
    Shape { name: "Llama-3.2-3B", layers: 28, dim: 3072, heads: 24, head_dim: 128, ..LLAMA_3_2_1B },
    Shape {
        name: "Qwen3-4B",
        architecture: "qwen3",
        layers: 36,
        dim: 2560,
        ff: 9728,
        heads: 32,
        kv_heads: 8,
        head_dim: 128,
        context: 40_960,
        ..QWEN2_5_0_5B
    },
];

/// How the matrices are quantized.
const MIXES: &[&str] = &["Q4_0", "Q4_K_M", "Q8_0"];

/// The names that [`header`] knows.
pub fn names() -> impl Iterator<Item = &'static str> {
    SHAPES.iter().map(|shape| shape.name)
}

/// The header of a model of this name, such as `Llama-3.2-3B`, in a quantization: `Q4_0`, `Q4_K_M` or `Q8_0`.
///
/// # Errors
/// [`Error::BadParameter`] for another name or quantization.
pub fn header(name: &str, quantization: &str) -> Result<Gguf> {
    let unknown = |what: &'static str, known: String| Error::BadParameter {
        name: "synthetic",
        problem: format!("{what}; there are {known}"),
    };
    let shape = SHAPES
        .iter()
        .find(|shape| shape.name.eq_ignore_ascii_case(name))
        .ok_or_else(|| unknown("no shape of that name", names().collect::<Vec<_>>().join(", ")))?;
    let mix = MIXES
        .iter()
        .find(|mix| mix.eq_ignore_ascii_case(quantization))
        .ok_or_else(|| unknown("no such quantization", MIXES.join(", ")))?;
    Ok(shape.header(mix))
}

/// A model with a header's sizes and weights from a seed, the same on every backend.
///
/// # Errors
/// As for a file: what the header lacks, what the backend reports.
pub fn load<B: Backend>(gguf: &Gguf, backend: B, context: usize) -> Result<Model<B>> {
    let config = ModelConfig::from_gguf(gguf)?;
    Synthetic::like(gguf, &config, Size::Whole { context }).load(backend)
}

impl Shape {
    fn header(&self, mix: &str) -> Gguf {
        let mut tensors = vec![self.matrix("token_embd", self.vocab, self.dim, self.format(mix, "token_embd", 0))];
        tensors.push(vector("output_norm.weight", self.dim));
        for layer in 0..self.layers {
            let mut push = |stem: &str, rows: usize, columns: usize| {
                let format = self.format(mix, stem, layer);
                tensors.push(self.matrix(&format!("blk.{layer}.{stem}"), rows, columns, format));
            };
            let (q, kv) = (self.heads * self.head_dim, self.kv_heads * self.head_dim);
            push("attn_q", q, self.dim);
            push("attn_k", kv, self.dim);
            push("attn_v", kv, self.dim);
            push("attn_output", self.dim, q);
            push("ffn_gate", self.ff, self.dim);
            push("ffn_up", self.ff, self.dim);
            push("ffn_down", self.dim, self.ff);
            for (stem, length) in self.vectors(q, kv) {
                tensors.push(vector(&format!("blk.{layer}.{stem}"), length));
            }
        }
        let mut gguf = Gguf::of_tensors(tensors);
        gguf.metadata = self.metadata();
        gguf
    }

    /// What a layer has besides its matrices.
    fn vectors(&self, q: usize, kv: usize) -> Vec<(&'static str, usize)> {
        let mut vectors = vec![("attn_norm.weight", self.dim), ("ffn_norm.weight", self.dim)];
        match self.architecture {
            "qwen2" => vectors.extend([("attn_q.bias", q), ("attn_k.bias", kv), ("attn_v.bias", kv)]),
            "qwen3" => vectors.extend([("attn_q_norm.weight", self.head_dim), ("attn_k_norm.weight", self.head_dim)]),
            _ => {}
        }
        vectors
    }

    fn metadata(&self) -> Metadata {
        let number = |n: usize| Value::U64(n as u64);
        let own = [
            ("block_count", number(self.layers)),
            ("embedding_length", number(self.dim)),
            ("feed_forward_length", number(self.ff)),
            ("attention.head_count", number(self.heads)),
            ("attention.head_count_kv", number(self.kv_heads)),
            ("attention.key_length", number(self.head_dim)),
            ("attention.value_length", number(self.head_dim)),
            ("attention.layer_norm_rms_epsilon", Value::F64(1e-5)),
            ("context_length", number(self.context)),
            ("rope.freq_base", Value::F64(self.rope_base)),
        ];
        let mut all: HashMap<String, Value> =
            own.into_iter().map(|(key, value)| (format!("{}.{key}", self.architecture), value)).collect();
        all.insert("general.architecture".into(), Value::String(self.architecture.into()));
        all.insert("general.name".into(), Value::String(format!("{} (synthetic)", self.name)));
        Metadata(all)
    }

    /// The format that llama.cpp's quantizer gives a matrix.
    fn format(&self, mix: &str, stem: &str, layer: usize) -> GgmlType {
        // Half of the layers, at both ends and every third between them, have more bits.
        let eighth = self.layers / 8;
        let more = layer < eighth || layer >= self.layers - eighth || (layer - eighth) % 3 == 2;
        match (mix, stem) {
            ("Q8_0", _) => GgmlType::Q8_0,
            (_, "token_embd") => GgmlType::Q6_K,
            ("Q4_0", _) => GgmlType::Q4_0,
            (_, "attn_v" | "ffn_down") if more => GgmlType::Q6_K,
            _ => GgmlType::Q4_K,
        }
    }

    fn matrix(&self, stem: &str, rows: usize, columns: usize, format: GgmlType) -> TensorInfo {
        // Rows that are no multiple of a super-block take the next format without one.
        let format = match format {
            GgmlType::Q4_K if !columns.is_multiple_of(256) => GgmlType::Q5_0,
            GgmlType::Q6_K if !columns.is_multiple_of(256) => GgmlType::Q8_0,
            format => format,
        };
        tensor(format!("{stem}.weight"), vec![rows, columns], format)
    }
}

fn vector(name: &str, length: usize) -> TensorInfo {
    tensor(name.to_owned(), vec![length], GgmlType::F32)
}

fn tensor(name: String, shape: Vec<usize>, dtype: GgmlType) -> TensorInfo {
    let size = dtype.bytes(shape.iter().product()).unwrap_or(0) as u64;
    TensorInfo { name, shape, dtype, offset: 0, size }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::backend::LogitRows;
    use crate::backend::cpu::CpuBackend;

    /// Sizes as llama.cpp writes those files, within what their norms and paddings make.
    #[test]
    fn headers_are_as_large_as_the_files_of_those_names() {
        for (name, quantization, megabytes) in [
            ("SmolLM2-135M", "Q8_0", 144.0),
            ("Qwen2.5-0.5B", "Q8_0", 525.0),
            ("Qwen2.5-1.5B", "Q4_K_M", 980.0),
            ("Llama-3.2-1B", "Q4_0", 765.0),
            ("Llama-3.2-3B", "Q4_0", 1910.0),
            ("Qwen3-4B", "Q8_0", 4276.0),
        ] {
            let gguf = header(name, quantization).unwrap();
            let bytes: u64 = gguf.tensors.iter().map(|t| t.size).sum();
            let ratio = bytes as f64 / 1e6 / megabytes;
            assert!((0.97..1.03).contains(&ratio), "{name} {quantization}: {bytes} bytes, {ratio:.3} of the file");
            ModelConfig::from_gguf(&gguf).unwrap();
        }
        let error = header("Llama-9", "Q4_0").unwrap_err().to_string();
        assert!(error.contains("Llama-3.2-3B"), "{error}");
        assert!(header("Llama-3.2-3B", "Q3_X").unwrap_err().to_string().contains("Q4_K_M"));
    }

    #[test]
    fn a_synthetic_model_computes_finite_logits() {
        let mut model = load(&header("SmolLM2-135M", "Q4_0").unwrap(), CpuBackend::new(1).unwrap(), 16).unwrap();
        let mut kv = model.new_cache().unwrap();
        model.forward(&mut kv, &[1, 2, 3], LogitRows::Last).unwrap();
        let mut logits = Vec::new();
        pollster::block_on(model.backend().read_logits(&mut logits)).unwrap();
        assert_eq!(logits.len(), SMOLLM2_135M.vocab);
        assert!(logits.iter().all(|l| l.is_finite()));
        assert!(logits.iter().any(|l| l.abs() > 1e-6));
    }
}
