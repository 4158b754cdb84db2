//! Rotary embeddings: base, scaling, and the table of inverse frequencies they come to.
//!
//! All scalings used by the supported families are linear in the position, so a table of one inverse
//! frequency a pair, and one factor on cosine and sine, says everything. Sources: RoFormer
//! (arXiv:2104.09864), YaRN (arXiv:2309.00071), LongRoPE (arXiv:2402.13753).

use super::{Family, RopeStyle};
use crate::error::{Error, Result};
use crate::gguf::Metadata;

/// How positions beyond the trained length are mapped.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Scaling {
    /// Unscaled, or scaled by a tensor of factors only.
    None,
    /// Positions divided by the factor.
    Linear { factor: f32 },
    /// Interpolation by frequency.
    Yarn { factor: f32, original: usize, beta_fast: f32, beta_slow: f32, extrapolation: f32 },
}

/// Rotary settings of a model.
#[derive(Debug, Clone, PartialEq)]
pub struct RopeConfig {
    /// Layout of the pairs.
    pub style: RopeStyle,
    /// Rotated dimensions of a head (even, at most `head_dim`).
    pub dims: usize,
    /// Base frequency.
    pub base: f32,
    /// Base frequency of windowed layers, where it differs.
    pub local_base: Option<f32>,
    /// Scaling of the global table.
    pub scaling: Scaling,
    /// Factor on cosine and sine.
    pub attn_factor: f32,
    /// Positions up to which the short factors apply (LongRoPE).
    pub original_context: Option<usize>,
}

/// Inverse frequencies of the rotated pairs, in radians a position.
#[derive(Debug, Clone, PartialEq)]
pub struct RopeTable {
    /// One entry a pair, `dims / 2`.
    pub inv_freq: Vec<f32>,
    /// Factor on cosine and sine.
    pub mscale: f32,
}

impl RopeConfig {
    pub(super) fn from_metadata(
        meta: &Metadata,
        arch: &str,
        family: &Family,
        head_dim: usize,
        context: usize,
    ) -> Result<Self> {
        let key = |k: &str| format!("{arch}.rope.{k}");
        let dims = meta.usize(&key("dimension_count"))?.unwrap_or(head_dim);
        if family.rope != RopeStyle::None && (dims == 0 || !dims.is_multiple_of(2) || dims > head_dim) {
            return Err(Error::bad_metadata(
                key("dimension_count"),
                format!("{dims} must be even, not 0 and at most the head dimension {head_dim}"),
            ));
        }
        let base = meta.f32(&key("freq_base"))?.unwrap_or(10_000.0);
        let local_base = match family.local_rope_base {
            None => None,
            Some(default) => Some(meta.f32(&key("freq_base_swa"))?.unwrap_or(default)),
        };
        for b in [Some(base), local_base].into_iter().flatten() {
            if b <= 0.0 {
                return Err(Error::bad_metadata(key("freq_base"), format!("{b} must be positive")));
            }
        }
        let factor = match meta.f32(&key("scaling.factor"))? {
            // llama.cpp's older converters wrote the linear factor here.
            None => meta.f32(&key("scale_linear"))?.unwrap_or(1.0),
            Some(0.0) => 1.0,
            Some(f) => f,
        };
        if factor <= 0.0 {
            return Err(Error::bad_metadata(key("scaling.factor"), format!("{factor} must be positive")));
        }
        let original_context = meta.usize(&key("scaling.original_context_length"))?.filter(|&n| n > 0);
        let scaling = match meta.str(&key("scaling.type"))? {
            None if factor != 1.0 => Scaling::Linear { factor },
            None | Some("none" | "longrope") => Scaling::None,
            Some("linear") => Scaling::Linear { factor },
            Some("yarn") => Scaling::Yarn {
                factor,
                original: original_context.unwrap_or(context),
                beta_fast: meta.f32(&key("scaling.yarn_beta_fast"))?.unwrap_or(32.0),
                beta_slow: meta.f32(&key("scaling.yarn_beta_slow"))?.unwrap_or(1.0),
                extrapolation: meta.f32(&key("scaling.yarn_ext_factor"))?.unwrap_or(1.0),
            },
            Some(other) => {
                return Err(Error::bad_metadata(
                    key("scaling.type"),
                    format!("{other:?} is not supported (none, linear, yarn and longrope are)"),
                ));
            }
        };
        let attn_factor = match meta.f32(&key("scaling.attn_factor"))? {
            Some(f) if f > 0.0 => f,
            Some(f) => return Err(Error::bad_metadata(key("scaling.attn_factor"), format!("{f} must be positive"))),
            None => 1.0,
        };
        Ok(RopeConfig { style: family.rope, dims, base, local_base, scaling, attn_factor, original_context })
    }

    /// The table of global layers; `factors` divides the frequencies (Llama 3, LongRoPE).
    ///
    /// # Errors
    /// [`Error::TensorShape`] if there is not one factor a pair.
    pub fn global_table(&self, name: &str, factors: Option<&[f32]>) -> Result<RopeTable> {
        if let Some(f) = factors
            && f.len() != self.dims / 2
        {
            return Err(Error::TensorShape { name: name.to_owned(), want: vec![self.dims / 2], got: vec![f.len()] });
        }
        let mut mscale = self.attn_factor;
        let mut inv_freq = inverse_frequencies(self.base, self.dims);
        if let Some(f) = factors {
            inv_freq.iter_mut().zip(f).for_each(|(v, f)| *v /= f);
        }
        match self.scaling {
            Scaling::None => {}
            Scaling::Linear { factor } => inv_freq.iter_mut().for_each(|v| *v /= factor),
            Scaling::Yarn { factor, original, beta_fast, beta_slow, extrapolation } => {
                let dims = self.dims as f32;
                let bound = |rotations: f32| {
                    dims * (original as f32 / (rotations * 2.0 * std::f32::consts::PI)).ln() / (2.0 * self.base.ln())
                };
                let low = bound(beta_fast).floor().max(0.0);
                let high = bound(beta_slow).ceil().min(dims - 1.0);
                for (i, v) in inv_freq.iter_mut().enumerate() {
                    let ramp = ((i as f32 - low) / (high - low).max(0.001)).clamp(0.0, 1.0);
                    let mix = (1.0 - ramp) * extrapolation;
                    *v *= (1.0 - mix) / factor + mix;
                }
                if extrapolation != 0.0 {
                    mscale *= 1.0 + 0.1 * factor.ln();
                }
            }
        }
        Ok(RopeTable { inv_freq, mscale })
    }

    /// The table of windowed layers, which no scaling touches.
    pub fn local_table(&self) -> RopeTable {
        RopeTable { inv_freq: inverse_frequencies(self.local_base.unwrap_or(self.base), self.dims), mscale: 1.0 }
    }
}

/// 1 / base^(2i/dims) for each pair i.
fn inverse_frequencies(base: f32, dims: usize) -> Vec<f32> {
    (0..dims / 2).map(|i| 1.0 / base.powf((2 * i) as f32 / dims as f32)).collect()
}

impl RopeTable {
    /// Writes `(cos, sin)` of every pair at a position, times the table's factor.
    pub fn angles(&self, position: usize, cos: &mut [f32], sin: &mut [f32]) {
        for ((&f, c), s) in self.inv_freq.iter().zip(cos).zip(sin) {
            let angle = f * position as f32;
            *c = angle.cos() * self.mscale;
            *s = angle.sin() * self.mscale;
        }
    }
}
