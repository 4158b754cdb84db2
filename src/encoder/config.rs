//! GGUF metadata → a validated [`EncoderConfig`]. Reads no weights.

use crate::dense::{count, epsilon, table_rows};
use crate::error::{Error, Result};
use crate::gguf::Gguf;

use super::Pooling;

/// candle tabulates RoPE for every position; beyond this a file's claim is not believed.
const MAX_ROPE_CONTEXT: usize = 32_768;

/// How a model knows the order of its tokens, which also decides which candle model runs it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Family {
    /// A learned table of this many positions, GELU, biases everywhere: BERT, RoBERTa, XLM-RoBERTa.
    Bert { positions: usize },
    /// RoPE with this base and a gated SiLU feed-forward: nomic-embed-text.
    Nomic { rope_base: f32 },
}

/// An encoder's architecture as data.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct EncoderConfig {
    pub family: Family,
    pub vocab: usize,
    pub hidden: usize,
    pub layers: usize,
    pub heads: usize,
    pub feed_forward: usize,
    /// The longest input, in tokens.
    pub context: usize,
    /// Rows of the token-type table; 0 where the file has none.
    pub token_types: usize,
    pub norm_epsilon: f64,
    pub pooling: Pooling,
}

impl EncoderConfig {
    pub(crate) fn from_gguf(gguf: &Gguf) -> Result<Self> {
        let arch = gguf.metadata.need_str("general.architecture")?;
        let key = |name: &str| format!("{arch}.{name}");
        let hidden = count(gguf, &key("embedding_length"))?;
        let heads = count(gguf, &key("attention.head_count"))?;
        if !hidden.is_multiple_of(heads) {
            return Err(Error::bad_metadata(
                key("attention.head_count"),
                format!("{heads} heads do not divide the embedding length {hidden}"),
            ));
        }
        if gguf.metadata.bool(&key("attention.causal"))?.unwrap_or(false) {
            return Err(Error::bad_metadata(key("attention.causal"), "is true, an encoder attends both ways"));
        }
        let mut context = count(gguf, &key("context_length"))?;
        let family = match arch {
            "bert" => {
                let positions = table_rows(gguf, "position_embd.weight", hidden)?;
                context = context.min(positions);
                Family::Bert { positions }
            }
            "nomic-bert" => {
                context = context.min(MAX_ROPE_CONTEXT);
                Family::Nomic { rope_base: rope_base(gguf, arch, hidden / heads)? }
            }
            other => {
                return Err(Error::UnsupportedArchitecture {
                    name: other.to_owned(),
                    supported: super::ARCHITECTURES.join(", "),
                });
            }
        };
        Ok(EncoderConfig {
            family,
            vocab: table_rows(gguf, "token_embd.weight", hidden)?,
            hidden,
            layers: count(gguf, &key("block_count"))?,
            heads,
            feed_forward: count(gguf, &key("feed_forward_length"))?,
            context,
            token_types: match gguf.tensor("token_types.weight") {
                Some(_) => table_rows(gguf, "token_types.weight", hidden)?,
                None => 0,
            },
            norm_epsilon: epsilon(gguf, &key("attention.layer_norm_epsilon"))?,
            pooling: pooling(gguf, &key("pooling_type"))?,
        })
    }
}

fn rope_base(gguf: &Gguf, arch: &str, head: usize) -> Result<f32> {
    let key = |name: &str| format!("{arch}.rope.{name}");
    let dimension = gguf.metadata.usize(&key("dimension_count"))?.unwrap_or(head);
    if dimension != head {
        return Err(Error::bad_metadata(
            key("dimension_count"),
            format!("is {dimension}, but heads of {head} rotate as a whole"),
        ));
    }
    if !head.is_multiple_of(2) {
        return Err(Error::bad_metadata(
            format!("{arch}.attention.head_count"),
            format!("gives heads of {head}, an odd number that RoPE cannot rotate in pairs"),
        ));
    }
    if let Some(scaling) = gguf.metadata.str(&key("scaling.type"))?
        && scaling != "none"
    {
        return Err(Error::bad_metadata(key("scaling.type"), format!("{scaling:?} is not supported for encoders")));
    }
    let base = gguf.metadata.f32(&key("freq_base"))?.unwrap_or(10_000.0);
    if base <= 0.0 {
        return Err(Error::bad_metadata(key("freq_base"), format!("is {base}, must be positive")));
    }
    Ok(base)
}

/// The numbers are llama.cpp's. A file that names none gets the mean, which is what most were trained with.
fn pooling(gguf: &Gguf, key: &str) -> Result<Pooling> {
    match gguf.metadata.usize(key)? {
        None | Some(1) => Ok(Pooling::Mean),
        Some(0) => Ok(Pooling::None),
        Some(2) => Ok(Pooling::Cls),
        Some(3) => Ok(Pooling::Last),
        Some(other) => {
            Err(Error::bad_metadata(key, format!("{other} is not supported (0 none, 1 mean, 2 cls and 3 last are)")))
        }
    }
}
