//! Streams one tensor at a time from the file into a backend; never holds the file, nor a large tensor.
//!
//! The directory says at once where every tensor belongs, so tensors may arrive in any order, each
//! exactly once; a large one in pieces, which are in order. Shapes are checked against the configuration before the first byte is needed.

mod plan;

use std::sync::Arc;

use crate::backend::{Backend, LayerWeights, Linear, NormWeights, PIECE_ROWS, Part, RopeTables, Weights};
use crate::config::ModelConfig;
use crate::error::{Error, Result};
use crate::gguf::{GgmlType, Gguf, TensorInfo};
use crate::quant::dequantize;
use plan::{MatrixSlot, Slot, TensorPlan, VectorSlot};

/// Whether the directory has every tensor of the architecture, in its shape and in a known format.
///
/// # Errors
/// [`Error::MissingTensor`], [`Error::TensorShape`], [`Error::UnsupportedType`].
pub fn check(gguf: &Gguf, config: &ModelConfig) -> Result<()> {
    plan::plan(gguf, config).map(drop)
}

/// Takes tensors and becomes [`Weights`].
#[derive(Debug)]
pub struct WeightsLoader<B: Backend> {
    config: Arc<ModelConfig>,
    tensors: Vec<TensorInfo>,
    slots: Vec<Slot>,
    matrices: Vec<(MatrixSlot, B::Matrix)>,
    vectors: Vec<(VectorSlot, Vec<f32>)>,
    rope_factors: [Option<Vec<f32>>; 3],
    done: Vec<bool>,
    filled: Vec<u64>, // bytes of each tensor
}

/// A piece of a tensor has about so many bytes: a head may be a fifth of a model, and what holds a whole one for a
/// moment is memory that a page never gives back.
const PIECE: u64 = 8 << 20;

impl<B: Backend> WeightsLoader<B> {
    /// Plans where each tensor goes and allocates the matrices.
    ///
    /// # Errors
    /// [`Error::MissingTensor`], [`Error::TensorShape`], [`Error::UnsupportedType`] and what the
    /// backend's allocation reports.
    pub fn new(gguf: &Gguf, config: Arc<ModelConfig>, backend: &mut B) -> Result<Self> {
        let TensorPlan { slots, matrices, vectors } = plan::plan(gguf, &config)?;
        let mut allocated = Vec::with_capacity(matrices.len());
        for (slot, parts) in matrices {
            allocated.push((slot, backend.matrix(&parts)?));
        }
        let done = vec![false; gguf.tensors.len()];
        let vectors = vectors.into_iter().map(|v| (v.clone(), vec![0.0; v.len])).collect();
        Ok(WeightsLoader {
            config,
            tensors: gguf.tensors.clone(),
            slots,
            matrices: allocated,
            vectors,
            rope_factors: [None, None, None],
            filled: vec![0; done.len()],
            done,
        })
    }

    /// Whether a tensor's bytes are wanted; tensors the architecture does not use may be skipped.
    pub fn wants(&self, index: usize) -> bool {
        self.slots.get(index).is_some_and(|s| !matches!(s, Slot::Unused))
    }

    /// The bytes in which a tensor may be handed over: all at once, or pieces of as many, and what is left.
    pub fn piece(&self, index: usize) -> u64 {
        let Some(info) = self.tensors.get(index) else { return 0 };
        match (self.slots.get(index), info.shape.as_slice()) {
            (Some(Slot::Matrix { .. }), [rows, ..]) if *rows > 0 => {
                let some = PIECE_ROWS as u64 * (info.size / *rows as u64);
                info.size.min((PIECE / some.max(1)).max(1) * some)
            }
            _ => info.size,
        }
    }

    /// Hands over the bytes of tensor `index` of the directory, or the next piece of them.
    ///
    /// # Errors
    /// [`Error::TensorBytes`], [`Error::State`] for an unknown or repeated index.
    pub fn tensor(&mut self, index: usize, bytes: &[u8], backend: &mut B) -> Result<()> {
        let info = self
            .tensors
            .get(index)
            .ok_or_else(|| Error::State(format!("tensor index {index}, the file has {}", self.tensors.len())))?;
        if self.done[index] {
            return Err(Error::State(format!("tensor {:?} was given twice", info.name)));
        }
        let (before, piece) = (self.filled[index], self.piece(index));
        let (left, got) = (info.size - before, bytes.len() as u64);
        if got != left && (got != piece || got > left) {
            return Err(Error::TensorBytes {
                name: info.name.clone(),
                dtype: info.dtype.to_string(),
                elements: info.elements(),
                want: left as usize,
                got: bytes.len(),
            });
        }
        self.filled[index] += got;
        self.done[index] = got == left;
        match self.slots[index] {
            Slot::Unused => {}
            Slot::Matrix { matrix, part } => {
                let row = info.size / info.shape[0].max(1) as u64;
                backend.fill(&mut self.matrices[matrix].1, part, (before / row.max(1)) as usize, bytes)?;
            }
            Slot::Vector { vector, at } => {
                self.vectors[vector].1[at..at + info.elements()].copy_from_slice(&floats(info, bytes)?);
            }
            Slot::RopeFactors(i) => self.rope_factors[i] = Some(floats(info, bytes)?),
        }
        Ok(())
    }

    /// All tensors are in: gives the weights and the rotary tables.
    ///
    /// # Errors
    /// [`Error::MissingTensor`] if one was not handed over.
    pub fn finish(self, backend: &mut B) -> Result<(Weights<B>, RopeTables)> {
        for (i, slot) in self.slots.iter().enumerate() {
            if !matches!(slot, Slot::Unused) && !self.done[i] {
                return Err(Error::MissingTensor { name: self.tensors[i].name.clone() });
            }
        }
        let rope = self.rope_tables()?;
        let vectors = self.vectors.into_iter().map(|(slot, data)| Ok((slot, backend.vector(&data)?)));
        let mut take = Taker { matrices: self.matrices, vectors: vectors.collect::<Result<_>>()? };
        let layers = (0..self.config.layers.len())
            .map(|l| {
                Ok(LayerWeights {
                    config: self.config.layers[l],
                    attn_norm: take.norm(Some(l), "attn_norm"),
                    qkv: take.linear(Some(l), "qkv")?,
                    q_norm: take.vector(Some(l), "attn_q_norm.weight"),
                    k_norm: take.vector(Some(l), "attn_k_norm.weight"),
                    attn_out: take.linear(Some(l), "attn_output")?,
                    post_attn_norm: take.norm(Some(l), "post_attention_norm"),
                    ffn_norm: take.norm(Some(l), "ffn_norm"),
                    gate_up: take.linear(Some(l), "gate_up")?,
                    down: take.linear(Some(l), "ffn_down")?,
                    post_ffn_norm: take.norm(Some(l), "post_ffw_norm"),
                })
            })
            .collect::<Result<Vec<_>>>()?;
        let missing = |name: &str| Error::MissingTensor { name: name.to_owned() };
        let weights = Weights {
            token_embd: take.matrix(None, "token_embd").ok_or_else(|| missing("token_embd.weight"))?,
            position_embd: take.matrix(None, "position_embd"),
            layers,
            output_norm: take.norm(None, "output_norm").ok_or_else(|| missing("output_norm.weight"))?,
            head: take.linear(None, "output").ok(),
        };
        Ok((weights, rope))
    }

    fn rope_tables(&self) -> Result<RopeTables> {
        let rope = &self.config.rope;
        let [freqs, short, long] = &self.rope_factors;
        let (name, factors) = match (freqs, short) {
            (Some(f), _) => ("rope_freqs.weight", Some(f)),
            (None, s) => ("rope_factors_short.weight", s.as_ref()),
        };
        Ok(RopeTables {
            global: rope.global_table(name, factors.map(Vec::as_slice))?,
            global_long: match long {
                Some(f) => Some(rope.global_table("rope_factors_long.weight", Some(f))?),
                None => None,
            },
            local: rope.local_table(),
        })
    }
}

/// Small tensors are plain f32 everywhere, whatever the file stores.
fn floats(info: &TensorInfo, bytes: &[u8]) -> Result<Vec<f32>> {
    let mut out = vec![0.0; info.elements()];
    dequantize(info.dtype, bytes, &mut out)?;
    Ok(out)
}

struct Taker<B: Backend> {
    matrices: Vec<(MatrixSlot, B::Matrix)>,
    vectors: Vec<(VectorSlot, B::Vector)>,
}

impl<B: Backend> Taker<B> {
    fn matrix(&mut self, layer: Option<usize>, name: &'static str) -> Option<B::Matrix> {
        let at = self.matrices.iter().position(|(s, _)| s.layer == layer && s.name == name)?;
        Some(self.matrices.swap_remove(at).1)
    }

    fn vector(&mut self, layer: Option<usize>, name: &str) -> Option<B::Vector> {
        let at = self.vectors.iter().position(|(s, _)| s.layer == layer && s.name == name)?;
        Some(self.vectors.swap_remove(at).1)
    }

    fn linear(&mut self, layer: Option<usize>, name: &'static str) -> Result<Linear<B>> {
        let weight = self.matrix(layer, name).ok_or_else(|| Error::MissingTensor { name: name.to_owned() })?;
        let bias = self.vector(layer, &format!("{name}.bias"));
        Ok(Linear { weight, bias })
    }

    fn norm(&mut self, layer: Option<usize>, name: &str) -> Option<NormWeights<B>> {
        let weight = self.vector(layer, &format!("{name}.weight"))?;
        let bias = self.vector(layer, &format!("{name}.bias"));
        Some(NormWeights { weight, bias })
    }
}

/// Bytes of all tensors by type, for reports.
pub fn quantization_counts(gguf: &Gguf) -> Vec<(GgmlType, usize)> {
    let mut counts = std::collections::BTreeMap::new();
    for t in &gguf.tensors {
        *counts.entry(t.dtype).or_insert(0) += 1;
    }
    counts.into_iter().collect()
}

pub(crate) fn part_of(info: &TensorInfo) -> Part {
    Part { name: info.name.clone(), rows: info.shape[0], cols: info.shape[1], dtype: info.dtype }
}
