//! Metadata → validated `ModelConfig`: the architecture as data. Reads no tensors.
//!
//! A decoder family is one [`Family`] row; the forward pass in `model.rs` is the same for all of
//! them. Keys are those that llama.cpp's converter writes.

mod dims;
mod family;
mod rope;

pub use dims::Dims;
pub use family::{Family, QkNorm, RopeStyle};
pub use rope::{RopeConfig, RopeTable, Scaling};

use crate::error::{Error, Result};
use crate::gguf::{Gguf, Metadata};

/// More layers than this are damage, not a model.
const MAX_LAYERS: usize = 4096;

/// What norm a model uses, before and after its blocks.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum NormKind {
    /// Root mean square, weight only.
    Rms,
    /// Mean and variance, weight and bias.
    Layer,
}

/// The nonlinearity of the MLP.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Activation {
    /// x · sigmoid(x)
    Silu,
    /// The tanh approximation of GELU.
    GeluTanh,
}

/// What differs from layer to layer.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LayerConfig {
    /// Attention sees this many positions, itself included; `None` sees all.
    pub window: Option<usize>,
    /// Which rotary table applies; `None` leaves queries and keys unrotated.
    pub rope: Option<RopeKind>,
}

/// Which of a model's rotary tables a layer uses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RopeKind {
    /// The model's main base frequency and scaling.
    Global,
    /// The base of windowed layers (gemma3).
    Local,
}

/// Everything the forward pass needs to know about an architecture.
#[derive(Debug, Clone, PartialEq)]
pub struct ModelConfig {
    /// `general.architecture`.
    pub architecture: String,
    /// `general.name`, or the architecture.
    pub name: String,
    /// The sizes.
    pub dims: Dims,
    /// Norm of all blocks.
    pub norm: NormKind,
    /// Epsilon of all norms.
    pub norm_eps: f32,
    /// Whether Q and K are normalized, and over what.
    pub qk_norm: QkNorm,
    /// Attention and MLP inputs are normalized.
    pub pre_norm: bool,
    /// Attention and MLP outputs are normalized before they join the residual.
    pub post_norm: bool,
    /// Activation of the MLP.
    pub activation: Activation,
    /// Rotary embedding: style, base and scaling.
    pub rope: RopeConfig,
    /// A learned position table is added to the embeddings.
    pub learned_positions: bool,
    /// Factor on attention scores, usually 1/√head_dim.
    pub attn_scale: f32,
    /// Attention scores pass through cap·tanh(score/cap).
    pub attn_softcap: Option<f32>,
    /// Logits pass through cap·tanh(logit/cap).
    pub logit_softcap: Option<f32>,
    /// Factor on token embeddings.
    pub embed_scale: f32,
    /// One entry a layer.
    pub layers: Vec<LayerConfig>,
}

impl ModelConfig {
    /// Reads and validates a decoder's configuration.
    ///
    /// # Errors
    /// [`Error::UnsupportedArchitecture`], [`Error::MissingKey`], [`Error::BadMetadata`] or
    /// [`Error::MissingTensor`].
    pub fn from_gguf(gguf: &Gguf) -> Result<Self> {
        let meta = &gguf.metadata;
        let arch = meta.need_str("general.architecture")?;
        let family = Family::named(arch)?;
        let key = |k: &str| format!("{arch}.{k}");
        let dims = Dims::from_gguf(gguf, arch, family.gated)?;
        let n_layers = dims::positive(meta, &key("block_count"), MAX_LAYERS)?;
        let norm_eps = meta.f32(&key(family.eps_key))?.ok_or_else(|| Error::MissingKey { key: key(family.eps_key) })?;
        if !(0.0..1.0).contains(&norm_eps) {
            return Err(Error::bad_metadata(key(family.eps_key), format!("{norm_eps} is not in 0..1")));
        }
        let rope = RopeConfig::from_metadata(meta, arch, &family, dims.head_dim, dims.context_length)?;
        let softcap = |k: &str| -> Result<Option<f32>> {
            match meta.f32(&key(k))? {
                Some(cap) if cap < 0.0 => Err(Error::bad_metadata(key(k), format!("{cap} must not be negative"))),
                cap => Ok(cap.filter(|&c| c > 0.0)),
            }
        };
        let config = ModelConfig {
            architecture: arch.to_owned(),
            name: meta.str("general.name")?.unwrap_or(arch).to_owned(),
            dims,
            norm: family.norm,
            norm_eps,
            qk_norm: family.qk_norm,
            pre_norm: family.pre_norm,
            post_norm: family.post_norm,
            activation: family.activation,
            rope,
            learned_positions: family.learned_positions,
            attn_scale: match meta.f32(&key("attention.scale"))? {
                Some(scale) if scale > 0.0 => scale,
                _ => family.attn_scale(&dims, n_layers),
            },
            attn_softcap: softcap("attn_logit_softcapping")?,
            logit_softcap: softcap("final_logit_softcapping")?,
            embed_scale: if family.scaled_embeddings { (dims.dim as f32).sqrt() } else { 1.0 },
            layers: layers(meta, arch, &family, n_layers)?,
        };
        config.check_vocab(meta)?;
        Ok(config)
    }

    fn check_vocab(&self, meta: &Metadata) -> Result<()> {
        if let Some(tokens) = meta.strings("tokenizer.ggml.tokens")?
            && tokens.len() > self.vocab
        {
            return Err(Error::Tokenizer(format!(
                "the vocabulary has {} tokens, the embedding table {} rows",
                tokens.len(),
                self.vocab
            )));
        }
        Ok(())
    }
}

/// A configuration reads like its sizes: `c.heads`, `c.q_dim()`.
impl std::ops::Deref for ModelConfig {
    type Target = Dims;

    fn deref(&self) -> &Dims {
        &self.dims
    }
}

fn layers(meta: &Metadata, arch: &str, family: &Family, n: usize) -> Result<Vec<LayerConfig>> {
    let window = meta.usize(&format!("{arch}.attention.sliding_window"))?.filter(|&w| w > 0);
    let stored = meta.i64s(&format!("{arch}.attention.sliding_window_pattern")).ok().flatten();
    let period = meta.usize(&format!("{arch}.attention.sliding_window_pattern")).ok().flatten();
    Ok((0..n)
        .map(|i| {
            let windowed = match (&stored, period) {
                (Some(flags), _) if !flags.is_empty() => flags[i % flags.len()] != 0,
                (_, Some(p)) if p > 0 => (i + 1) % p != 0,
                _ => family.is_windowed(i),
            };
            let window = window.filter(|_| windowed);
            let rope = family.has_rope(i).then_some(match window {
                Some(_) if family.local_rope_base.is_some() => RopeKind::Local,
                _ => RopeKind::Global,
            });
            LayerConfig { window, rope }
        })
        .collect())
}
