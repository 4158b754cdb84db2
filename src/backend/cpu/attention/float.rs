//! Keys and values in f32, for models that keep their own precision.

use super::{KvPages, MOST_HEADS, PAGE, Partial, allocate, first_row, weigh};
use crate::backend::cpu::ops::softcap;
use crate::backend::cpu::simd::F32x4;
use crate::config::ModelConfig;
use crate::error::Result;

/// See the module's text.
#[derive(Debug, Default)]
pub struct FloatPages {
    /// Each (layer, key or value, kv_head, PAGE, head_dim).
    pages: Vec<Vec<f32>>,
}

impl KvPages for FloatPages {
    fn reserve(&mut self, c: &ModelConfig, len: usize) -> Result<()> {
        while self.pages.len() * PAGE < len {
            self.pages.push(allocate(first_row(c, c.layers.len(), false, 0) * c.head_dim)?);
        }
        Ok(())
    }

    fn write(&mut self, c: &ModelConfig, layer: usize, value: bool, position: usize, row: &[f32]) {
        let page = &mut self.pages[position / PAGE];
        for (head, x) in row.chunks_exact(c.head_dim).enumerate() {
            let at = (first_row(c, layer, value, head) + position % PAGE) * c.head_dim;
            page[at..at + c.head_dim].copy_from_slice(x);
        }
    }

    fn read(&self, c: &ModelConfig, layer: usize, value: bool, position: usize, row: &mut [f32]) {
        let page = &self.pages[position / PAGE];
        for (head, x) in row.chunks_exact_mut(c.head_dim).enumerate() {
            let at = (first_row(c, layer, value, head) + position % PAGE) * c.head_dim;
            x.copy_from_slice(&page[at..at + c.head_dim]);
        }
    }

    fn copy_from(&mut self, c: &ModelConfig, other: &Self, len: usize) -> Result<()> {
        self.reserve(c, len)?;
        self.pages.iter_mut().zip(&other.pages).for_each(|(to, from)| to.copy_from_slice(from));
        Ok(())
    }

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
    ) {
        let page = &self.pages[from / PAGE];
        let rows = |value: bool| {
            let at = first_row(c, layer, value, head) + from % PAGE;
            &page[at * c.head_dim..(at + to - from) * c.head_dim]
        };
        let (keys, values) = (rows(false), rows(true));
        match partials.len() {
            1 => heads::<1>(c, keys, values, q, out, partials),
            2 => heads::<2>(c, keys, values, q, out, partials),
            3 => heads::<3>(c, keys, values, q, out, partials),
            _ => heads::<MOST_HEADS>(c, keys, values, q, out, partials),
        }
    }
}

#[inline(always)]
fn heads<const H: usize>(
    c: &ModelConfig,
    keys: &[f32],
    values: &[f32],
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
            let k = F32x4::load(k);
            for h in 0..H {
                acc[h] = k.mul_add(load4(queries[h], i), acc[h]);
            }
        }
        for h in 0..H {
            let rest: f32 = tail.iter().enumerate().map(|(i, &k)| k * queries[h][dim - tail.len() + i]).sum();
            scores[h][p] = acc[h].sum() + rest;
        }
    }
    for h in 0..H {
        if let Some(cap) = c.attn_softcap {
            // Only real scores: a capped −1e30 would be −cap, and count.
            softcap(&mut scores[h][..n], cap);
        }
        partials[h] = weigh(&mut scores[h][..n.next_multiple_of(4)]);
    }
    let vectors = dim / 4;
    let mut i = 0;
    while i < vectors {
        // Two vectors of each head at a time stay in registers.
        if i + 1 < vectors {
            columns::<H, 2>(dim, values, &scores, i, out);
            i += 2;
        } else {
            columns::<H, 1>(dim, values, &scores, i, out);
            i += 1;
        }
    }
    for j in 4 * vectors..dim {
        for h in 0..H {
            out[h * dim + j] = values.chunks_exact(dim).zip(&scores[h]).map(|(v, s)| v[j] * s).sum();
        }
    }
}

#[inline(always)]
fn load4(x: &[f32], vector: usize) -> F32x4 {
    F32x4::load(&x.as_chunks::<4>().0[vector])
}

/// out[h][4i..4i+4N] ← Σ weight·value over positions.
#[inline(always)]
fn columns<const H: usize, const N: usize>(
    dim: usize,
    values: &[f32],
    weights: &[[f32; PAGE]; H],
    i: usize,
    out: &mut [f32],
) {
    let mut acc = [[F32x4::splat(0.0); N]; H];
    for (p, row) in values.chunks_exact(dim).enumerate() {
        let row = row.as_chunks::<4>().0;
        for n in 0..N {
            let v = F32x4::load(&row[i + n]);
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
