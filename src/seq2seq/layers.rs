//! One T5 block: attention and feed-forward over f32 candle tensors. Knows nothing of files or tokens.

use candle_core::{D, Result, Tensor};

/// A norm without mean and bias (RMS), applied before each part of a block.
pub(crate) struct Norm {
    pub weight: Tensor, // (hidden)
    pub epsilon: f64,
}

impl Norm {
    pub(crate) fn apply(&self, x: &Tensor) -> Result<Tensor> {
        candle_nn::ops::rms_norm(x, &self.weight, self.epsilon as f32)
    }
}

/// Keys and values of one attention: what the cache holds.
#[derive(Clone)]
pub(crate) struct KeyValues {
    keys: Tensor,   // (heads, tokens, key_length)
    values: Tensor, // (heads, tokens, value_length)
}

impl KeyValues {
    /// These positions followed by `more`.
    pub(crate) fn append(&self, more: &KeyValues) -> Result<KeyValues> {
        Ok(KeyValues {
            keys: Tensor::cat(&[&self.keys, &more.keys], 1)?,
            values: Tensor::cat(&[&self.values, &more.values], 1)?,
        })
    }
}

/// Attention without bias terms and without the usual division by the root of the head's width.
pub(crate) struct Attention {
    pub norm: Norm,
    pub q: Tensor, // (heads * key_length, hidden)
    pub k: Tensor, // (heads * key_length, hidden)
    pub v: Tensor, // (heads * value_length, hidden)
    pub o: Tensor, // (hidden, heads * value_length)
    pub heads: usize,
}

impl Attention {
    /// Keys and values of `x`, `(tokens, hidden)`, which self-attention has normed before.
    pub(crate) fn keys_values(&self, x: &Tensor) -> Result<KeyValues> {
        Ok(KeyValues { keys: self.split(&linear(x, &self.k)?)?, values: self.split(&linear(x, &self.v)?)? })
    }

    /// What normed `x`, `(tokens, hidden)`, sees in `kv`; `bias` is `(heads, tokens, keys)`.
    pub(crate) fn attend(&self, x: &Tensor, kv: &KeyValues, bias: Option<&Tensor>) -> Result<Tensor> {
        let q = self.split(&linear(x, &self.q)?)?;
        let mut scores = q.matmul(&kv.keys.t()?)?;
        if let Some(bias) = bias {
            scores = (scores + bias)?;
        }
        let seen = candle_nn::ops::softmax_last_dim(&scores)?.matmul(&kv.values)?;
        linear(&seen.transpose(0, 1)?.flatten_from(1)?, &self.o)
    }

    /// `(tokens, heads * width)` → `(heads, tokens, width)`
    fn split(&self, x: &Tensor) -> Result<Tensor> {
        let (tokens, width) = x.dims2()?;
        x.reshape((tokens, self.heads, width / self.heads))?.transpose(0, 1)?.contiguous()
    }
}

/// The feed-forward part.
pub(crate) struct FeedForward {
    pub norm: Norm,
    /// With a gate: `down(gelu(gate x) * up x)`, without: `down(relu(up x))`.
    pub gate: Option<Tensor>, // (feed_forward, hidden)
    pub up: Tensor,   // (feed_forward, hidden)
    pub down: Tensor, // (hidden, feed_forward)
}

impl FeedForward {
    fn apply(&self, x: &Tensor) -> Result<Tensor> {
        let x = self.norm.apply(x)?;
        let up = linear(&x, &self.up)?;
        let inner = match &self.gate {
            // candle's `gelu` is the tanh form, which T5 1.1 was trained with.
            Some(gate) => (linear(&x, gate)?.gelu()? * up)?,
            None => up.relu()?,
        };
        linear(&inner, &self.down)
    }
}

/// One layer of either stack.
pub(crate) struct Block {
    pub attention: Attention,
    /// Attention over the encoder's output; decoder only.
    pub cross: Option<Attention>,
    pub feed_forward: FeedForward,
}

impl Block {
    /// `x` `(tokens, hidden)` through the layer. `past` holds the earlier positions' keys and values and
    /// receives those of `x`; `encoder` are the cross-attention's.
    pub(crate) fn forward(
        &self,
        x: &Tensor,
        bias: Option<&Tensor>,
        past: &mut Option<KeyValues>,
        encoder: Option<&KeyValues>,
    ) -> Result<Tensor> {
        let normed = self.attention.norm.apply(x)?;
        let new = self.attention.keys_values(&normed)?;
        let kv = match past.as_ref() {
            Some(past) => past.append(&new)?,
            None => new,
        };
        let mut x = (x + self.attention.attend(&normed, &kv, bias)?)?;
        *past = Some(kv);
        if let (Some(cross), Some(encoder)) = (&self.cross, encoder) {
            let normed = cross.norm.apply(&x)?;
            x = (&x + cross.attend(&normed, encoder, None)?)?;
        }
        &x + self.feed_forward.apply(&x)?
    }
}

/// `x` `(tokens, in)` times the transpose of `weight` `(out, in)`.
pub(crate) fn linear(x: &Tensor, weight: &Tensor) -> Result<Tensor> {
    debug_assert_eq!(x.dim(D::Minus1)?, weight.dim(1)?);
    x.matmul(&weight.t()?)
}
