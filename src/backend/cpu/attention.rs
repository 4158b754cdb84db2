//! Attention over a paged cache, in chunks of positions that are merged in order.
//!
//! The chunks (flash decoding, arXiv:2205.14135) are what threads share while decoding; because
//! they are always merged from first to last, the result is the same for any number of threads and
//! any way of batching. Keys and values live in pages of one chunk, allocated as a sequence grows.

use half::f16;

use super::simd::{self, F32x4};
use crate::config::ModelConfig;
use crate::error::{Error, Result};

/// Positions of a page, and of a chunk.
pub const PAGE: usize = 256;
/// Query heads that share a pass over keys and values.
const HEADS: usize = 4;

/// How one key or value element is stored.
pub trait Element: Copy + Default + Send + Sync + std::fmt::Debug + 'static {
    /// From f32, rounding to nearest.
    fn encode(v: f32) -> Self;
    /// To f32.
    fn decode(self) -> f32;
    /// Four elements to f32.
    fn decode4(v: &[Self; 4]) -> F32x4;
}

impl Element for f32 {
    fn encode(v: f32) -> f32 {
        v
    }

    fn decode(self) -> f32 {
        self
    }

    #[inline(always)]
    fn decode4(v: &[f32; 4]) -> F32x4 {
        F32x4::load(v)
    }
}

/// An f16 by its bytes, little-endian.
#[derive(Debug, Clone, Copy, Default, bytemuck::Pod, bytemuck::Zeroable)]
#[repr(transparent)]
pub struct Half([u8; 2]);

impl Element for Half {
    fn encode(v: f32) -> Self {
        // An overflow would be an infinity, which turns into NaN further on.
        Half(f16::from_f32(v.clamp(-65504.0, 65504.0)).to_le_bytes())
    }

    fn decode(self) -> f32 {
        f16::from_le_bytes(self.0).to_f32()
    }

    #[inline(always)]
    fn decode4(v: &[Half; 4]) -> F32x4 {
        F32x4::from_f16(bytemuck::cast_ref(v))
    }
}

/// Keys and values of all layers: in f16 for quantized models, whose activations are coarser than
/// that, in f32 for models that keep their own precision.
#[derive(Debug)]
pub enum CpuKv {
    /// Two bytes an element.
    F16(Pages<Half>),
    /// Four bytes an element.
    F32(Pages<f32>),
}

/// See [`CpuKv`].
#[derive(Debug, Default)]
pub struct Pages<E: Element> {
    /// Each (layer, key or value, kv_head, PAGE, head_dim).
    pages: Vec<Vec<E>>,
}

impl<E: Element> Pages<E> {
    fn offset(c: &ModelConfig, layer: usize, value: bool, head: usize) -> usize {
        ((layer * 2 + usize::from(value)) * c.kv_heads + head) * PAGE * c.head_dim
    }

    /// Allocates pages up to `len` positions.
    pub fn reserve(&mut self, c: &ModelConfig, len: usize) -> Result<()> {
        let size = Self::offset(c, c.layers.len(), false, 0);
        while self.pages.len() * PAGE < len {
            let mut page = Vec::new();
            page.try_reserve_exact(size).map_err(|_| Error::OutOfMemory {
                what: "the KV cache".into(),
                bytes: (size * size_of::<E>()) as u64,
            })?;
            page.resize(size, E::default());
            self.pages.push(page);
        }
        Ok(())
    }

    /// Writes the key or value row of one position, (kv_heads, head_dim).
    pub fn write(&mut self, c: &ModelConfig, layer: usize, value: bool, position: usize, row: &[f32]) {
        let page = &mut self.pages[position / PAGE];
        for (head, x) in row.chunks_exact(c.head_dim).enumerate() {
            let at = Self::offset(c, layer, value, head) + position % PAGE * c.head_dim;
            page[at..at + c.head_dim].iter_mut().zip(x).for_each(|(o, &x)| *o = E::encode(x));
        }
    }

    /// Reads what [`Pages::write`] wrote.
    pub fn read(&self, c: &ModelConfig, layer: usize, value: bool, position: usize, row: &mut [f32]) {
        for (head, x) in row.chunks_exact_mut(c.head_dim).enumerate() {
            let at = Self::offset(c, layer, value, head) + position % PAGE * c.head_dim;
            let page = &self.pages[position / PAGE][at..at + c.head_dim];
            x.iter_mut().zip(page).for_each(|(x, &v)| *x = v.decode());
        }
    }

    /// The pages, for whole copies.
    pub fn copy_from(&mut self, c: &ModelConfig, other: &Self, len: usize) -> Result<()> {
        self.reserve(c, len)?;
        for (to, from) in self.pages.iter_mut().zip(&other.pages) {
            to.copy_from_slice(from);
        }
        Ok(())
    }

    /// Keys (or values) of a head in one page, from position `from` of the page to `to`.
    #[expect(clippy::too_many_arguments, reason = "coordinates of a chunk")]
    fn rows(
        &self,
        c: &ModelConfig,
        page: usize,
        layer: usize,
        value: bool,
        head: usize,
        from: usize,
        to: usize,
    ) -> &[E] {
        let at = Self::offset(c, layer, value, head);
        &self.pages[page][at + from * c.head_dim..at + to * c.head_dim]
    }
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

/// One chunk: the query heads of kv head `head` over positions `from..to`, all on one page.
///
/// `q` is (group, head_dim), already scaled; `out` likewise; `partials` one a query head.
#[expect(clippy::too_many_arguments, reason = "coordinates of a chunk")]
pub fn chunk<E: Element>(
    c: &ModelConfig,
    kv: &Pages<E>,
    layer: usize,
    head: usize,
    from: usize,
    to: usize,
    q: &[f32],
    out: &mut [f32],
    partials: &mut [Partial],
) {
    let page = from / PAGE;
    let (a, b) = (from % PAGE, from % PAGE + (to - from));
    let keys = kv.rows(c, page, layer, false, head, a, b);
    let values = kv.rows(c, page, layer, true, head, a, b);
    let width = HEADS * c.head_dim;
    for ((q, out), partials) in q.chunks(width).zip(out.chunks_mut(width)).zip(partials.chunks_mut(HEADS)) {
        match partials.len() {
            1 => heads::<E, 1>(c, keys, values, q, out, partials),
            2 => heads::<E, 2>(c, keys, values, q, out, partials),
            3 => heads::<E, 3>(c, keys, values, q, out, partials),
            _ => heads::<E, 4>(c, keys, values, q, out, partials),
        }
    }
}

#[inline(always)]
fn heads<E: Element, const H: usize>(
    c: &ModelConfig,
    keys: &[E],
    values: &[E],
    q: &[f32],
    out: &mut [f32],
    partials: &mut [Partial],
) {
    let dim = c.head_dim;
    let n = keys.len() / dim;
    let mut scores = [[-1e30f32; PAGE]; H];
    let queries: [&[f32]; H] = std::array::from_fn(|h| &q[h * dim..(h + 1) * dim]);
    for (p, key) in keys.chunks_exact(dim).enumerate() {
        let mut acc = [F32x4::splat(0.0); H];
        let (vectors, tail) = key.as_chunks::<4>();
        for (i, k) in vectors.iter().enumerate() {
            let k = E::decode4(k);
            for h in 0..H {
                acc[h] = k.mul_add(load4(queries[h], i), acc[h]);
            }
        }
        for h in 0..H {
            let rest: f32 = tail.iter().enumerate().map(|(i, &k)| k.decode() * queries[h][dim - tail.len() + i]).sum();
            scores[h][p] = acc[h].sum() + rest;
        }
    }
    for h in 0..H {
        partials[h] = weigh(&mut scores[h], n, c.attn_softcap);
    }
    let vectors = dim / 4;
    let mut i = 0;
    while i < vectors {
        // Two vectors of each head at a time stay in registers.
        if i + 1 < vectors {
            columns::<E, H, 2>(dim, values, &scores, i, out);
            i += 2;
        } else {
            columns::<E, H, 1>(dim, values, &scores, i, out);
            i += 1;
        }
    }
    for j in 4 * vectors..dim {
        for h in 0..H {
            out[h * dim + j] = values.chunks_exact(dim).zip(&scores[h]).map(|(v, s)| v[j].decode() * s).sum();
        }
    }
}

#[inline(always)]
fn load4(x: &[f32], vector: usize) -> F32x4 {
    F32x4::load(&x.as_chunks::<4>().0[vector])
}

/// Turns scores into weights e^(score − max); lanes beyond the last position hold −1e30.
#[inline(always)]
fn weigh(scores: &mut [f32; PAGE], n: usize, cap: Option<f32>) -> Partial {
    if let Some(cap) = cap {
        // Only real scores: a capped −1e30 would be −cap, and count.
        super::ops::softcap(&mut scores[..n], cap);
    }
    let vectors = scores[..n.next_multiple_of(4)].as_chunks_mut::<4>().0;
    let max = vectors.iter().fold(F32x4::splat(-1e30), |m, s| m.max(F32x4::load(s))).reduce_max();
    let mut sum = F32x4::splat(0.0);
    for s in vectors.iter_mut() {
        let e = simd::exp(F32x4::load(s).sub(F32x4::splat(max)));
        e.store(s);
        sum = sum.add(e);
    }
    Partial { max, sum: sum.sum() }
}

/// out[h][4i..4i+4N] ← Σ weight·value over positions.
#[inline(always)]
fn columns<E: Element, const H: usize, const N: usize>(
    dim: usize,
    values: &[E],
    weights: &[[f32; PAGE]; H],
    i: usize,
    out: &mut [f32],
) {
    let mut acc = [[F32x4::splat(0.0); N]; H];
    for (p, row) in values.chunks_exact(dim).enumerate() {
        let row = row.as_chunks::<4>().0;
        for n in 0..N {
            let v = E::decode4(&row[i + n]);
            for h in 0..H {
                acc[h][n] = v.mul_add(F32x4::splat(weights[h][p]), acc[h][n]);
            }
        }
    }
    for h in 0..H {
        let out = out[h * dim..(h + 1) * dim].as_chunks_mut::<4>().0;
        for n in 0..N {
            acc[h][n].store(&mut out[i + n]);
        }
    }
}
