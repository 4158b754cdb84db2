//! A small model of the same kind as a real one: its family, formats and head sizes, random weights.
//! What the self-test and the speed probe run, so that neither needs the real weights.

use half::f16;

use crate::backend::Backend;
use crate::config::{LayerConfig, ModelConfig, QkNorm};
use crate::error::{Error, Result};
use crate::gguf::{GgmlType, Gguf, TensorInfo};
use crate::model::{LoadOptions, Model, ModelLoader};

/// Sizes of a synthetic model.
#[derive(Debug, Clone, Copy)]
pub enum Size {
    /// As little as the formats allow; every combination of layer formats and settings once.
    Small,
    /// One layer as in the real model, and a small vocabulary.
    OneLayer,
    /// All of the real model, with this context.
    Whole { context: usize },
}

/// A directory and a configuration to go with it.
#[derive(Debug, Clone)]
pub struct Synthetic {
    gguf: Gguf,
    config: ModelConfig,
    context: usize,
    seed: u64, // of the weights
}

/// Context of a synthetic model.
pub const CONTEXT: usize = 64;
const VOCAB: usize = 96;

impl Synthetic {
    /// A model like the one that `real` and `config` describe.
    pub fn like(real: &Gguf, config: &ModelConfig, size: Size) -> Synthetic {
        let seed = 0x9E37_79B9_7F4A_7C15;
        if let Size::Whole { context } = size {
            let known = |t: &&TensorInfo| !t.name.starts_with("rope_factors");
            let gguf = Gguf::of_tensors(real.tensors.iter().filter(known).cloned().collect());
            return Synthetic { gguf, config: config.clone(), context, seed };
        }
        let mut small = config.clone();
        small.dims.vocab = VOCAB;
        small.dims.context_length = CONTEXT;
        if matches!(size, Size::Small) {
            // K-quants need rows of whole super-blocks of 256.
            let shared = (config.heads / config.kv_heads).min(4);
            let heads = (1..=256).find(|n| (n * config.head_dim).is_multiple_of(256)).unwrap_or(1);
            let dims = &mut small.dims;
            dims.kv_heads = if shared > 1 && heads.is_multiple_of(shared) { heads / shared } else { heads };
            (dims.heads, dims.dim, dims.ff) = (heads, 256, 256);
        }
        let layers = distinct_layers(real, config, size);
        small.layers = layers.iter().map(|&l| shortened(config.layers[l])).collect();
        let mut tensors = Vec::new();
        for t in &real.tensors {
            match t.name.strip_prefix("blk.").and_then(|rest| rest.split_once('.')) {
                None => tensors.extend(tensor(t, t.name.clone(), &t.name, &small, real)),
                Some((number, name)) => {
                    let at = number.parse().ok().and_then(|n: usize| layers.iter().position(|&l| l == n));
                    tensors.extend(at.and_then(|l| tensor(t, format!("blk.{l}.{name}"), name, &small, real)));
                }
            }
        }
        Synthetic { gguf: Gguf::of_tensors(tensors), config: small, context: CONTEXT, seed }
    }

    /// The same with other weights.
    #[cfg(test)]
    pub fn seeded(self, seed: u64) -> Synthetic {
        Synthetic { seed, ..self }
    }

    /// All that it is made of, in words: the same for the same kind of model.
    pub fn description(&self) -> String {
        format!("{:?} {:?}", self.config, self.gguf.tensors)
    }

    /// Loads it; the same weights on every backend.
    ///
    /// # Errors
    /// What the backend reports.
    pub fn load<B: Backend>(&self, backend: B) -> Result<Model<B>> {
        let options =
            LoadOptions { context_length: Some(self.context), max_batch: if self.context > CONTEXT { 64 } else { 32 } };
        let mut loader = ModelLoader::with_config(&self.gguf, self.config.clone(), backend, options)?;
        let mut random = Random(self.seed);
        for (i, t) in self.gguf.tensors.iter().enumerate() {
            if loader.wants(i) {
                let bytes = if t.shape.len() == 1 {
                    // Norm weights and rotary factors are near 1.
                    let values = (0..t.elements()).map(|_| 1.0 + 0.2 * random.unit());
                    encode(t.dtype, values)
                        .ok_or_else(|| Error::UnsupportedType { tensor: t.name.clone(), dtype: t.dtype.to_string() })?
                } else {
                    random.blocks(t.dtype, t.elements())
                };
                loader.tensor(i, &bytes)?;
            }
        }
        loader.finish()
    }
}

/// Windows that a short prompt reaches beyond.
fn shortened(layer: LayerConfig) -> LayerConfig {
    LayerConfig { window: layer.window.map(|w| w.min(5)), ..layer }
}

/// Layers that differ in formats or settings, at most four.
fn distinct_layers(real: &Gguf, config: &ModelConfig, size: Size) -> Vec<usize> {
    let formats = |l: usize| -> Vec<(&str, GgmlType)> {
        let prefix = format!("blk.{l}.");
        real.tensors.iter().filter_map(|t| Some((t.name.strip_prefix(&prefix)?, t.dtype))).collect()
    };
    let mut seen: Vec<(Vec<_>, LayerConfig)> = Vec::new();
    let mut layers = Vec::new();
    let most = if matches!(size, Size::Small) { 4 } else { 1 };
    for l in 0..config.layers.len() {
        let mut kind = (formats(l), config.layers[l]);
        kind.0.sort_unstable();
        if layers.len() < most && !seen.contains(&kind) {
            seen.push(kind);
            layers.push(l);
        }
    }
    layers
}

/// The tensor with the shape it has in a model of these sizes; `None` if it is not known.
fn tensor(t: &TensorInfo, new_name: String, name: &str, c: &ModelConfig, real: &Gguf) -> Option<TensorInfo> {
    let gate_apart = real.tensors.iter().any(|t| t.name.ends_with("ffn_gate.weight"));
    let up = if gate_apart { c.ff } else { c.gate_up_rows() };
    let (stem, kind) = name.rsplit_once('.')?;
    let (rows, cols) = match stem {
        "token_embd" | "output" => (c.vocab, c.dim),
        "position_embd" => (c.context_length, c.dim),
        "rope_freqs" | "rope_factors_short" | "rope_factors_long" => (c.rope.dims / 2, 0),
        "attn_q" => (c.q_dim(), c.dim),
        "attn_k" | "attn_v" => (c.kv_dim(), c.dim),
        "attn_qkv" => (c.qkv_rows(), c.dim),
        "attn_output" => (c.dim, c.q_dim()),
        "ffn_gate" => (c.ff, c.dim),
        "ffn_up" => (up, c.dim),
        "ffn_down" => (c.dim, c.ff),
        "attn_q_norm" => (if c.qk_norm == QkNorm::Full { c.q_dim() } else { c.head_dim }, 0),
        "attn_k_norm" => (if c.qk_norm == QkNorm::Full { c.kv_dim() } else { c.head_dim }, 0),
        _ => (c.dim, 0),
    };
    let shape = if cols > 0 && kind == "weight" { vec![rows, cols] } else { vec![rows] };
    let size = t.dtype.bytes(shape.iter().product())? as u64;
    Some(TensorInfo { name: new_name, shape, dtype: t.dtype, offset: 0, size })
}

fn encode(dtype: GgmlType, values: impl Iterator<Item = f32>) -> Option<Vec<u8>> {
    Some(match dtype {
        GgmlType::F32 => values.flat_map(f32::to_le_bytes).collect(),
        GgmlType::F16 => values.flat_map(|v| f16::from_f32(v).to_le_bytes()).collect(),
        GgmlType::BF16 => values.flat_map(|v| half::bf16::from_f32(v).to_le_bytes()).collect(),
        _ => return None,
    })
}

/// xorshift64*.
#[derive(Debug, Clone)]
pub struct Random(pub u64);

impl Random {
    /// The next 64 bits; the high ones are the better ones.
    pub fn bits(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_F491_4F6C_DD1D)
    }

    /// In −1..1.
    pub fn unit(&mut self) -> f32 {
        (self.bits() >> 40) as f32 / (1 << 23) as f32 - 1.0
    }

    /// Blocks of a format: any bits, with scales that are small and finite.
    pub fn blocks(&mut self, dtype: GgmlType, elements: usize) -> Vec<u8> {
        // Where a format has a minimum, its scale is drawn apart.
        let (places, scale): (&[usize], f32) = match dtype {
            GgmlType::Q4_1 | GgmlType::Q5_1 => (&[0, 2], 0.05),
            GgmlType::Q4_K | GgmlType::Q5_K => (&[0, 2], 1e-3),
            GgmlType::Q2_K => (&[80, 82], 1e-2),
            GgmlType::Q3_K => (&[108], 1e-3),
            GgmlType::Q6_K => (&[208], 1e-4),
            GgmlType::Q8_0 => (&[0], 2e-3),
            _ => (&[0], 0.02),
        };
        if let Some(bytes) = encode(dtype, (0..elements).map(|_| 0.2 * self.unit())) {
            return bytes;
        }
        let Some((per, size)) = dtype.block() else { return Vec::new() };
        let mut bytes = vec![0; elements / per * size];
        for eight in bytes.chunks_mut(8) {
            eight.copy_from_slice(&self.bits().to_le_bytes()[..eight.len()]);
        }
        for block in bytes.chunks_exact_mut(size) {
            for &at in places {
                block[at..at + 2].copy_from_slice(&f16::from_f32(scale * self.unit()).to_le_bytes());
            }
        }
        bytes
    }
}
