//! Attention over a paged cache, in chunks of positions that are merged in order.
//!
//! The chunks (flash decoding, arXiv:2205.14135) are what threads share while decoding; because
//! they are always merged from first to last, the result is the same for any number of threads and
//! any way of batching. Keys and values live in pages of one chunk, allocated as a sequence grows.

pub mod fixed;
mod float;

pub use fixed::FixedPages;
pub use float::FloatPages;

use super::simd::{self, F32x4};
use crate::config::ModelConfig;
use crate::error::{Error, Result};

/// Positions of a page, and of a chunk.
pub const PAGE: usize = 256;
/// Query heads that one call of [`KvPages::chunk`] takes at most.
pub const MOST_HEADS: usize = 4;

/// Keys and values of all layers: in 16-bit integers for quantized models, whose activations are
/// coarser than that, in f32 for models that keep their own precision.
#[derive(Debug)]
pub enum CpuKv {
    /// Two bytes an element.
    Fixed(FixedPages),
    /// Four bytes an element.
    Float(FloatPages),
}

impl CpuKv {
    /// An empty cache.
    pub fn new(c: &ModelConfig, quantized: bool) -> Self {
        match quantized && FixedPages::can_hold(c) {
            true => CpuKv::Fixed(FixedPages::default()),
            false => CpuKv::Float(FloatPages::default()),
        }
    }
}

/// A cache in one number format.
pub trait KvPages: Sync {
    /// Allocates pages up to `len` positions.
    fn reserve(&mut self, c: &ModelConfig, len: usize) -> Result<()>;

    /// Writes the key or value row of one position, (kv_heads, head_dim).
    fn write(&mut self, c: &ModelConfig, layer: usize, value: bool, position: usize, row: &[f32]);

    /// Reads what [`KvPages::write`] wrote.
    fn read(&self, c: &ModelConfig, layer: usize, value: bool, position: usize, row: &mut [f32]);

    /// Takes over the first `len` positions of another cache, in whole pages.
    fn copy_from(&mut self, c: &ModelConfig, other: &Self, len: usize) -> Result<()>;

    /// One chunk: query heads of kv head `head` over positions `from..to`, all on one page.
    ///
    /// `q` is (heads, head_dim), already scaled; `out` likewise; `partials` one a query head, at most
    /// [`MOST_HEADS`].
    #[expect(clippy::too_many_arguments, reason = "coordinates of a chunk")]
    fn chunk(
        &self,
        c: &ModelConfig,
        layer: usize,
        head: usize,
        from: usize,
        to: usize,
        q: &[f32],
        out: &mut [f32],
        partials: &mut [Partial],
    );
}

/// Where rows of a page lie: (layer, key or value, kv_head, PAGE).
fn first_row(c: &ModelConfig, layer: usize, value: bool, head: usize) -> usize {
    ((layer * 2 + usize::from(value)) * c.kv_heads + head) * PAGE
}

/// Elements of one kind for one more page.
fn allocate<E: Copy + Default>(size: usize) -> Result<Vec<E>> {
    let mut page = Vec::new();
    page.try_reserve_exact(size)
        .map_err(|_| Error::OutOfMemory { what: "the KV cache".into(), bytes: (size * size_of::<E>()) as u64 })?;
    page.resize(size, E::default());
    Ok(page)
}

/// Attention of some heads over some positions, not yet divided by the sum of weights.
#[derive(Debug, Clone, Copy)]
pub struct Partial {
    /// Largest score.
    pub max: f32,
    /// Σ e^(score − max).
    pub sum: f32,
}

impl Partial {
    /// No positions yet.
    pub const EMPTY: Partial = Partial { max: -1e30, sum: 0.0 };

    /// Adds the next chunk: `out` and `part` are Σ e^(score − max)·v of either.
    pub fn merge(&mut self, out: &mut [f32], next: Partial, part: &[f32]) {
        let max = self.max.max(next.max);
        let (a, b) = ((self.max - max).exp(), (next.max - max).exp());
        out.iter_mut().zip(part).for_each(|(o, p)| *o = *o * a + p * b);
        *self = Partial { max, sum: self.sum * a + next.sum * b };
    }
}

/// Turns whole vectors of scores into weights e^(score − max); those masked hold −1e30.
#[inline(always)]
pub fn weigh(scores: &mut [f32]) -> Partial {
    let vectors = scores.as_chunks_mut::<4>().0;
    let max = vectors.iter().fold(F32x4::splat(-1e30), |m, s| m.max(F32x4::load(s))).reduce_max();
    let mut sum = F32x4::splat(0.0);
    for s in vectors.iter_mut() {
        let e = simd::exp(F32x4::load(s).sub(F32x4::splat(max)));
        e.store(s);
        sum = sum.add(e);
    }
    Partial { max, sum: sum.sum() }
}
