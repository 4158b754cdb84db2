//! One row of data a decoder family. A new family is a new row, never a new forward pass.

use super::{Activation, Dims, NormKind};
use crate::error::{Error, Result};

/// Whether queries and keys are normalized before the rotation.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum QkNorm {
    /// Not at all.
    None,
    /// Each head by itself (qwen3, gemma3).
    PerHead,
    /// All heads as one vector (olmo2).
    Full,
}

/// How rotary pairs are laid out in a head.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum RopeStyle {
    /// No rotation.
    None,
    /// Pairs (2i, 2i+1), as llama's converter permutes Q and K.
    Interleaved,
    /// Pairs (i, i + dims/2), the GPT-NeoX layout.
    Neox,
}

/// The fixed properties of a family; sizes come from metadata.
#[derive(Debug, Clone, Copy)]
#[expect(missing_docs, reason = "the fields are described where `ModelConfig` repeats them")]
pub struct Family {
    pub name: &'static str,
    pub norm: NormKind,
    pub eps_key: &'static str,
    pub pre_norm: bool,
    pub post_norm: bool,
    pub qk_norm: QkNorm,
    pub activation: Activation,
    pub gated: bool,
    pub rope: RopeStyle,
    pub learned_positions: bool,
    pub scaled_embeddings: bool,
    /// Default base of windowed layers, where it differs from the global base.
    pub local_rope_base: Option<f32>,
    /// Every n-th layer sees everything, the others the window; 1 gives all layers the window.
    pub full_attention_every: usize,
    /// Every n-th layer has no rotation; 0 for none.
    pub no_rope_every: usize,
    /// From this many layers on, scores are scaled by √(dim/heads) instead of √head_dim (gemma 27B).
    pub wide_scale_layers: Option<usize>,
}

const LLAMA: Family = Family {
    name: "llama",
    norm: NormKind::Rms,
    eps_key: "attention.layer_norm_rms_epsilon",
    pre_norm: true,
    post_norm: false,
    qk_norm: QkNorm::None,
    activation: Activation::Silu,
    gated: true,
    rope: RopeStyle::Interleaved,
    learned_positions: false,
    scaled_embeddings: false,
    local_rope_base: None,
    full_attention_every: 1,
    no_rope_every: 0,
    wide_scale_layers: None,
};

const QWEN2: Family = Family { name: "qwen2", rope: RopeStyle::Neox, ..LLAMA };

const GEMMA2: Family = Family {
    name: "gemma2",
    post_norm: true,
    activation: Activation::GeluTanh,
    rope: RopeStyle::Neox,
    scaled_embeddings: true,
    full_attention_every: 2,
    wide_scale_layers: Some(46),
    ..LLAMA
};

const FAMILIES: &[Family] = &[
    LLAMA,
    Family { name: "mistral", ..LLAMA },
    QWEN2,
    Family { name: "qwen3", qk_norm: QkNorm::PerHead, ..QWEN2 },
    GEMMA2,
    Family {
        name: "gemma3",
        qk_norm: QkNorm::PerHead,
        local_rope_base: Some(10_000.0),
        full_attention_every: 6,
        wide_scale_layers: Some(62),
        ..GEMMA2
    },
    Family { name: "phi3", ..QWEN2 },
    Family { name: "smollm3", no_rope_every: 4, ..LLAMA },
    Family { name: "olmo2", pre_norm: false, post_norm: true, qk_norm: QkNorm::Full, ..QWEN2 },
    Family {
        name: "gpt2",
        norm: NormKind::Layer,
        eps_key: "attention.layer_norm_epsilon",
        activation: Activation::GeluTanh,
        gated: false,
        rope: RopeStyle::None,
        learned_positions: true,
        ..LLAMA
    },
];

impl Family {
    /// The row with this `general.architecture`.
    ///
    /// # Errors
    /// [`Error::UnsupportedArchitecture`] with the list of names that would do.
    pub fn named(name: &str) -> Result<Family> {
        FAMILIES.iter().find(|f| f.name == name).copied().ok_or_else(|| Error::UnsupportedArchitecture {
            name: name.to_owned(),
            supported: FAMILIES.iter().map(|f| f.name).collect::<Vec<_>>().join(", "),
        })
    }

    pub(super) fn is_windowed(&self, layer: usize) -> bool {
        self.full_attention_every == 1 || !(layer + 1).is_multiple_of(self.full_attention_every)
    }

    pub(super) fn has_rope(&self, layer: usize) -> bool {
        self.rope != RopeStyle::None && (self.no_rope_every == 0 || !(layer + 1).is_multiple_of(self.no_rope_every))
    }

    pub(super) fn attn_scale(&self, dims: &Dims, layers: usize) -> f32 {
        let width = match self.wide_scale_layers {
            Some(n) if layers == n => dims.dim as f32 / dims.heads as f32,
            _ => dims.head_dim as f32,
        };
        1.0 / width.sqrt()
    }
}
