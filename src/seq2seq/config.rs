//! GGUF metadata → a validated [`T5Config`]. Reads no weights.

use crate::dense::{count, count_or, epsilon, table_rows};
use crate::error::{Error, Result};
use crate::gguf::Gguf;

/// T5's architecture as data.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct T5Config {
    pub vocab: usize,
    pub hidden: usize,
    pub encoder_layers: usize,
    pub decoder_layers: usize,
    pub heads: usize,
    /// Width of one head's queries and keys, which `heads` need not multiply to `hidden`.
    pub key_length: usize,
    /// Width of one head's values.
    pub value_length: usize,
    pub feed_forward: usize,
    /// GELU times a second projection (T5 1.1, Flan-T5) instead of one ReLU.
    pub gated: bool,
    pub norm_epsilon: f64,
    /// Buckets of relative positions.
    pub buckets: usize,
    /// No `output.weight`: logits come from the embedding, scaled by `hidden^-0.5`.
    pub tied: bool,
    /// The longest input and the longest output, in tokens.
    pub context: usize,
    /// What the decoder reads first.
    pub start_token: u32,
}

impl T5Config {
    pub(crate) fn from_gguf(gguf: &Gguf) -> Result<Self> {
        let arch = gguf.metadata.need_str("general.architecture")?;
        if arch != super::ARCHITECTURE {
            return Err(Error::UnsupportedArchitecture {
                name: arch.to_owned(),
                supported: super::ARCHITECTURE.to_owned(),
            });
        }
        let hidden = count(gguf, "t5.embedding_length")?;
        let heads = count(gguf, "t5.attention.head_count")?;
        let key_length = match gguf.metadata.usize("t5.attention.key_length")? {
            None if !hidden.is_multiple_of(heads) => {
                return Err(Error::bad_metadata(
                    "t5.attention.head_count",
                    format!("{heads} heads do not divide the embedding length {hidden}, and no key_length is given"),
                ));
            }
            _ => count_or(gguf, "t5.attention.key_length", hidden / heads)?,
        };
        let encoder_layers = count(gguf, "t5.block_count")?;
        let vocab = table_rows(gguf, "token_embd.weight", hidden)?;
        let start = gguf.metadata.usize("t5.decoder_start_token_id")?.unwrap_or(0);
        if start >= vocab {
            return Err(Error::bad_metadata(
                "t5.decoder_start_token_id",
                format!("is {start}, the vocabulary has {vocab} tokens"),
            ));
        }
        Ok(T5Config {
            vocab,
            hidden,
            encoder_layers,
            decoder_layers: count_or(gguf, "t5.decoder_block_count", encoder_layers)?,
            heads,
            key_length,
            value_length: count_or(gguf, "t5.attention.value_length", key_length)?,
            feed_forward: count(gguf, "t5.feed_forward_length")?,
            gated: gguf.tensor("enc.blk.0.ffn_gate.weight").is_some(),
            norm_epsilon: epsilon(gguf, "t5.attention.layer_norm_rms_epsilon")?,
            buckets: buckets(gguf)?,
            tied: gguf.tensor("output.weight").is_none(),
            context: count(gguf, "t5.context_length")?,
            start_token: start as u32,
        })
    }
}

/// The encoder halves the buckets by direction and each half again by distance; the decoder has all of them
/// for one direction. Its near half must end before the distances do.
fn buckets(gguf: &Gguf) -> Result<usize> {
    let key = "t5.attention.relative_buckets_count";
    let end = 2 * super::bias::MAX_DISTANCE;
    match count(gguf, key)? {
        n if n.is_multiple_of(4) && n < end => Ok(n),
        n => Err(Error::bad_metadata(key, format!("is {n}, must be a multiple of 4 below {end}"))),
    }
}
