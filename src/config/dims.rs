//! The sizes of a model, checked once: whoever multiplies two of them, or one and a batch, stays within `usize`,
//! of 32 bits too.

use crate::error::{Error, Result};
use crate::gguf::{Gguf, Metadata};

/// Widest row of activations. The widest known (a gate and up projection) have some 100,000 elements.
const MAX_WIDTH: u64 = 1 << 20;
/// Single numbers above this are damage, not a model.
const MAX_NUMBER: usize = 1 << 24;
/// Bytes of an element at most, in activations and caches.
const ELEMENT: u64 = 4;
/// Bytes that one allocation can have.
const MAX_BYTES: u64 = isize::MAX as u64;

/// The sizes of a decoder.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Dims {
    /// Tokens in the vocabulary.
    pub vocab: usize,
    /// Positions the model was trained for.
    pub context_length: usize,
    /// Width of the residual stream.
    pub dim: usize,
    /// Width of the MLP's hidden layer.
    pub ff: usize,
    /// Query heads.
    pub heads: usize,
    /// Key and value heads; `heads` is a multiple.
    pub kv_heads: usize,
    /// Width of one head.
    pub head_dim: usize,
    /// The MLP has a gate beside its up projection.
    pub gated: bool,
}

/// A number that must be there, from 1 to `most`.
pub(super) fn positive(meta: &Metadata, key: &str, most: usize) -> Result<usize> {
    match meta.need_usize(key)? {
        0 => Err(Error::bad_metadata(key, "must not be 0")),
        n if n > most => Err(Error::bad_metadata(key, format!("{n} is implausibly large"))),
        n => Ok(n),
    }
}

impl Dims {
    /// Reads and checks the sizes.
    pub(super) fn from_gguf(gguf: &Gguf, arch: &str, gated: bool) -> Result<Self> {
        let meta = &gguf.metadata;
        let key = |k: &str| format!("{arch}.{k}");
        let positive = |k: &str| positive(meta, &key(k), MAX_NUMBER);
        let (dim, heads) = (positive("embedding_length")?, positive("attention.head_count")?);
        let kv_heads = match meta.usize(&key("attention.head_count_kv"))? {
            None => heads,
            Some(0) => return Err(Error::bad_metadata(key("attention.head_count_kv"), "must not be 0")),
            Some(n) => n,
        };
        if !heads.is_multiple_of(kv_heads) {
            return Err(Error::bad_metadata(
                key("attention.head_count"),
                format!("{heads} query heads are no multiple of {kv_heads} key-value heads"),
            ));
        }
        let head_dim = match meta.usize(&key("attention.key_length"))? {
            Some(n) if n > 0 => n,
            Some(_) => return Err(Error::bad_metadata(key("attention.key_length"), "must not be 0")),
            // Converters leave the key out where heads divide the width; the rotary dimension is the
            // only other trace of an explicit head size.
            None if dim.is_multiple_of(heads) => dim / heads,
            None => {
                return Err(Error::bad_metadata(
                    key("attention.head_count"),
                    format!("{heads} heads do not divide the embedding length {dim}"),
                ));
            }
        };
        if let Some(value) = meta.usize(&key("attention.value_length"))?
            && value != head_dim
        {
            return Err(Error::bad_metadata(
                key("attention.value_length"),
                format!("{value} differs from the key length {head_dim}"),
            ));
        }
        let vocab = gguf
            .tensor("token_embd.weight")
            .ok_or_else(|| Error::MissingTensor { name: "token_embd.weight".into() })?
            .rows();
        let dims = Dims {
            vocab,
            context_length: positive("context_length")?,
            dim,
            ff: positive("feed_forward_length")?,
            heads,
            kv_heads,
            head_dim,
            gated,
        };
        dims.check_widths(arch)?;
        Ok(dims)
    }

    /// Rows of the fused Q, K and V projection.
    pub fn qkv_rows(&self) -> usize {
        (self.heads + 2 * self.kv_heads) * self.head_dim
    }

    /// Width of all query heads together.
    pub fn q_dim(&self) -> usize {
        self.heads * self.head_dim
    }

    /// Width of all key (or value) heads together.
    pub fn kv_dim(&self) -> usize {
        self.kv_heads * self.head_dim
    }

    /// Rows of the gate and up projection together.
    pub fn gate_up_rows(&self) -> usize {
        if self.gated { 2 * self.ff } else { self.ff }
    }

    /// No row of activations is implausibly wide; what the methods above multiply is checked in 64 bits here.
    fn check_widths(&self, arch: &str) -> Result<()> {
        let wide = |n: usize| n as u64;
        let heads = (wide(self.heads) + 2 * wide(self.kv_heads)).saturating_mul(wide(self.head_dim));
        let mlp = wide(self.ff) * if self.gated { 2 } else { 1 };
        let widths = [
            ("embedding_length", wide(self.dim)),
            ("feed_forward_length", mlp),
            ("attention.key_length", heads),
            ("vocab_size", wide(self.vocab) / 16),
        ];
        for (key, width) in widths {
            if width > MAX_WIDTH {
                let problem = format!("rows of {width} elements are implausible (at most {MAX_WIDTH})");
                return Err(Error::bad_metadata(format!("{arch}.{key}"), problem));
            }
        }
        Ok(())
    }

    /// Whether what `layers` layers need for `context` positions in batches of `batch` tokens can be addressed.
    ///
    /// # Errors
    /// [`Error::OutOfMemory`] with the first part that cannot.
    pub fn check_room(&self, layers: usize, context: usize, batch: usize) -> Result<()> {
        self.check_room_within(layers, context, batch, MAX_BYTES)
    }

    fn check_room_within(&self, layers: usize, context: usize, batch: usize, most: u64) -> Result<()> {
        let [layers, context, batch, vocab] = [layers, context, batch, self.vocab].map(|n| n as u64);
        let widest = [self.dim, self.qkv_rows(), self.gate_up_rows()].into_iter().max().unwrap_or(0) as u64;
        let (q, kv) = (self.q_dim() as u64, self.kv_dim() as u64);
        let parts = [
            ("the activations of a batch", [batch, widest, 1, 1]),
            ("the logits of a batch", [batch, vocab, 1, 1]),
            // The finest cut of positions for attention has this many to a part.
            ("the partial results of attention", [context / 64 + batch + 1, q, 1, 1]),
            ("keys and values of a layer", [context, kv, 2, 1]),
            // Some backends keep all layers of some positions together.
            ("keys and values of some positions", [context.min(256), kv, 2, layers]),
        ];
        for (what, factors) in parts {
            let bytes = factors.into_iter().fold(ELEMENT, u64::saturating_mul);
            if bytes > most {
                return Err(Error::OutOfMemory { what: what.into(), bytes });
            }
        }
        Ok(())
    }

    /// Elements of keys and values of `layers` layers for `len` positions.
    ///
    /// # Errors
    /// [`Error::OutOfMemory`] if they cannot be addressed as f32.
    pub fn kv_elements(&self, layers: usize, len: usize) -> Result<usize> {
        let factors = [layers, 2, len, self.kv_dim()].map(|n| n as u64);
        let elements = factors.into_iter().fold(1, u64::saturating_mul);
        let bytes = elements.saturating_mul(ELEMENT);
        match usize::try_from(elements) {
            Ok(elements) if bytes <= MAX_BYTES => Ok(elements),
            _ => Err(Error::OutOfMemory { what: "a copy of the KV cache".into(), bytes }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SMALL: Dims = Dims {
        vocab: 49_152,
        context_length: 8192,
        dim: 576,
        ff: 1536,
        heads: 9,
        kv_heads: 3,
        head_dim: 64,
        gated: true,
    };

    #[test]
    fn widths_that_wrap_in_32_bits_are_refused() {
        SMALL.check_widths("llama").unwrap();
        // 65,536 · 65,537 is 65,536 in 32 bits, which a small tensor would have satisfied.
        let wraps = Dims { heads: 65_536, kv_heads: 1, head_dim: 65_537, ..SMALL };
        let error = wraps.check_widths("llama").unwrap_err();
        assert_eq!(error.code(), "bad_metadata");
        assert!(error.to_string().contains("llama.attention.key_length"), "{error}");
        for wide in [
            Dims { dim: 1 << 24, ..SMALL },
            Dims { ff: 1 << 20, ..SMALL },
            Dims { head_dim: usize::MAX, ..SMALL },
            Dims { vocab: 1 << 25, ..SMALL },
        ] {
            assert_eq!(wide.check_widths("llama").unwrap_err().code(), "bad_metadata", "{wide:?}");
        }
    }

    /// Within the widest accepted sizes nothing wraps but is refused.
    #[test]
    fn what_cannot_be_addressed_is_refused_before_it_is_allocated() {
        let most = i32::MAX as u64;
        SMALL.check_room_within(30, 8192, 64, most).unwrap();
        let wide = Dims { heads: 1 << 10, kv_heads: 1 << 8, head_dim: 1 << 9, ..SMALL };
        wide.check_widths("llama").unwrap();
        for (context, batch, what) in [
            (1 << 20, 64, "partial results"),
            (64, 1 << 12, "activations"),
            (256, 8, "positions"),
            (1 << 14, 8, "a layer"),
        ] {
            let error = wide.check_room_within(100, context, batch, most).unwrap_err();
            assert_eq!(error.code(), "out_of_memory");
            assert!(error.to_string().contains(what), "{context} {batch}: {error}");
        }
        assert!(SMALL.check_room_within(30, 64, 1 << 16, most).unwrap_err().to_string().contains("logits"));
    }

    #[test]
    fn a_copy_of_the_cache_is_counted_without_wrapping() {
        assert_eq!(SMALL.kv_elements(30, 100).unwrap(), 30 * 2 * 100 * 192);
        let wide = Dims { kv_heads: 1 << 10, head_dim: 1 << 10, ..SMALL };
        assert_eq!(wide.kv_elements(4096, usize::MAX).unwrap_err().code(), "out_of_memory");
        if usize::BITS == 32 {
            assert_eq!(wide.kv_elements(4096, 1 << 10).unwrap_err().code(), "out_of_memory");
        }
    }
}
