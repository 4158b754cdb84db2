//! GGUF tensors, one at a time → a [`T5`]. Computes nothing but dequantization.

use candle_core::Tensor;

use crate::dense::{Dense, candle_error};
use crate::error::Result;
use crate::gguf::Gguf;

use super::bias::{Direction, PositionBias};
use super::config::T5Config;
use super::layers::{Attention, Block, FeedForward, Norm};
use super::{Stack, T5};

/// Takes a model's tensors in any order; no more than one of them is needed in memory undecoded.
pub struct T5Loader {
    config: T5Config,
    /// Per stack, which layers have a position table of their own (all have in uMT5, the first in T5).
    biased: [Vec<bool>; 2],
    dense: Dense,
}

impl T5Loader {
    /// Checks metadata and the tensor directory; no weights are needed yet.
    ///
    /// # Errors
    /// [`crate::Error::MissingKey`], [`crate::Error::BadMetadata`], [`crate::Error::MissingTensor`],
    /// [`crate::Error::TensorShape`], [`crate::Error::UnsupportedType`] or
    /// [`crate::Error::UnsupportedArchitecture`].
    pub fn new(gguf: &Gguf) -> Result<Self> {
        let config = T5Config::from_gguf(gguf)?;
        let mut dense = Dense::default();
        dense.want(gguf, "token_embd.weight", &[config.vocab, config.hidden])?;
        if !config.tied {
            dense.want(gguf, "output.weight", &[config.vocab, config.hidden])?;
        }
        let encoder = want_stack(&mut dense, gguf, &config, "enc", config.encoder_layers)?;
        let decoder = want_stack(&mut dense, gguf, &config, "dec", config.decoder_layers)?;
        Ok(T5Loader { config, biased: [encoder, decoder], dense })
    }

    /// Decodes one tensor. Tensors that the model does not use are passed over.
    ///
    /// # Errors
    /// [`crate::Error::TensorBytes`] where the bytes do not match the directory.
    pub fn tensor(&mut self, name: &str, bytes: &[u8]) -> Result<()> {
        self.dense.accept(name, bytes)
    }

    /// Builds the model.
    ///
    /// # Errors
    /// [`crate::Error::MissingTensor`] where one was never given.
    pub fn finish(mut self) -> Result<T5> {
        let [encoder, decoder] = std::mem::take(&mut self.biased);
        Ok(T5 {
            embedding: self.dense.take("token_embd.weight")?,
            output: if self.config.tied { None } else { Some(self.dense.take("output.weight")?) },
            encoder: self.stack("enc", &encoder, Direction::Both)?,
            decoder: self.stack("dec", &decoder, Direction::Backward)?,
            config: self.config,
        })
    }

    fn stack(&mut self, stack: &str, biased: &[bool], direction: Direction) -> Result<Stack> {
        let mut blocks = Vec::new();
        for (i, &biased) in biased.iter().enumerate() {
            let at = format!("{stack}.blk.{i}");
            let cross = if direction == Direction::Backward { Some(self.attention(&at, "cross_attn")?) } else { None };
            let block = Block {
                attention: self.attention(&at, "attn")?,
                cross,
                feed_forward: FeedForward {
                    norm: self.norm(&format!("{at}.ffn_norm"))?,
                    gate: if self.config.gated { Some(self.take(&format!("{at}.ffn_gate"))?) } else { None },
                    up: self.take(&format!("{at}.ffn_up"))?,
                    down: self.take(&format!("{at}.ffn_down"))?,
                },
            };
            let bias = if biased { Some(self.bias(&at, direction)?) } else { None };
            blocks.push((block, bias));
        }
        Ok(Stack { blocks, norm: self.norm(&format!("{stack}.output_norm"))? })
    }

    fn attention(&mut self, at: &str, kind: &str) -> Result<Attention> {
        Ok(Attention {
            norm: self.norm(&format!("{at}.{kind}_norm"))?,
            q: self.take(&format!("{at}.{kind}_q"))?,
            k: self.take(&format!("{at}.{kind}_k"))?,
            v: self.take(&format!("{at}.{kind}_v"))?,
            o: self.take(&format!("{at}.{kind}_o"))?,
            heads: self.config.heads,
        })
    }

    fn bias(&mut self, at: &str, direction: Direction) -> Result<PositionBias> {
        let table = self.take(&format!("{at}.attn_rel_b"))?;
        Ok(PositionBias {
            table: table.flatten_all().and_then(|t| t.to_vec1()).map_err(candle_error)?,
            buckets: self.config.buckets,
            heads: self.config.heads,
            direction,
        })
    }

    fn norm(&mut self, name: &str) -> Result<Norm> {
        Ok(Norm { weight: self.take(name)?, epsilon: self.config.norm_epsilon })
    }

    fn take(&mut self, name: &str) -> Result<Tensor> {
        self.dense.take(&format!("{name}.weight"))
    }
}

/// Declares the tensors of one stack; says which layers have a position table.
fn want_stack(dense: &mut Dense, gguf: &Gguf, c: &T5Config, stack: &str, layers: usize) -> Result<Vec<bool>> {
    let (keys, values) = (c.heads.saturating_mul(c.key_length), c.heads.saturating_mul(c.value_length));
    let mut biased = Vec::new();
    for i in 0..layers {
        let mut want = |name: &str, shape: &[usize]| dense.want(gguf, &format!("{stack}.blk.{i}.{name}.weight"), shape);
        let kinds: &[&str] = if stack == "dec" { &["attn", "cross_attn"] } else { &["attn"] };
        for kind in kinds {
            want(&format!("{kind}_norm"), &[c.hidden])?;
            want(&format!("{kind}_q"), &[keys, c.hidden])?;
            want(&format!("{kind}_k"), &[keys, c.hidden])?;
            want(&format!("{kind}_v"), &[values, c.hidden])?;
            want(&format!("{kind}_o"), &[c.hidden, values])?;
        }
        want("ffn_norm", &[c.hidden])?;
        if c.gated {
            want("ffn_gate", &[c.feed_forward, c.hidden])?;
        }
        want("ffn_up", &[c.feed_forward, c.hidden])?;
        want("ffn_down", &[c.hidden, c.feed_forward])?;
        let has_bias = i == 0 || gguf.tensor(&format!("{stack}.blk.{i}.attn_rel_b.weight")).is_some();
        if has_bias {
            want("attn_rel_b", &[c.buckets, c.heads])?;
        }
        biased.push(has_bias);
    }
    dense.want(gguf, &format!("{stack}.output_norm.weight"), &[c.hidden])?;
    Ok(biased)
}
