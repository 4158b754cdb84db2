//! Keys and values in 16-bit integers, a power of two a row for their scale, and attention by integer products.
//!
//! Scores are sums of products of integer queries and keys; outputs are sums of values times softmax
//! weights that are rounded to 15 bits of the chunk's total. Either fits an i32: the bits of queries
//! and keys depend on the head's width, and the weights of a chunk add up to one. Against f16, which
//! keeps eleven bits of every element, a row keeps at least that of its largest.
//!
//! A power of two for a scale makes rounding what was rounded before change nothing.

use std::ops::Range;

use super::{KvPages, PAGE, Partial, allocate, first_row, weigh};
use crate::backend::cpu::ops::softcap;
use crate::backend::cpu::simd::{F32x4, I16x8, I32x4};
use crate::config::ModelConfig;
use crate::error::Result;
use crate::quant::power_of_two_scale;

/// Elements of a vector.
const LANES: usize = 8;
/// Widest head; wider ones are kept in f32.
const MOST_DIM: usize = 256;
/// Positions that are computed together, whole, whichever of them are asked for.
const RUN: usize = 16;
/// What softmax weights times scales of values add up to, about.
const WHOLE: f32 = 32767.0;

/// See the module's text.
#[derive(Debug, Default)]
pub struct FixedPages {
    pages: Vec<Page>,
}

/// Rows of `padded(head_dim)` elements. Keys lie one after the other; values in pairs of positions,
/// element by element, as the products want them.
#[derive(Debug)]
struct Page {
    elements: Vec<i16>, // (layer, key or value, kv_head, PAGE, padded head_dim)
    scales: Vec<f32>,   // (layer, key or value, kv_head, PAGE)
}

/// Elements that a row takes.
fn padded(c: &ModelConfig) -> usize {
    c.head_dim.next_multiple_of(LANES)
}

/// Largest integers of queries and of keys, such that a row's products fit an i32 together.
fn limits(c: &ModelConfig) -> (f32, f32) {
    let bits = 31 - padded(c).ilog2() - u32::from(!padded(c).is_power_of_two());
    let q = (bits / 2).min(15);
    (((1 << q) - 1) as f32, ((1 << (bits - q).min(15)) - 1) as f32)
}

/// The unit of a row.
fn scale_for(x: &[f32], limit: f32) -> f32 {
    let (vectors, rest) = x.as_chunks::<4>();
    let most = vectors.iter().fold(F32x4::splat(0.0), |m, x| m.max(F32x4::load(x).abs())).reduce_max();
    power_of_two_scale(rest.iter().fold(most, |m, x| m.max(x.abs())), limit)
}

/// x / scale, rounded to nearest. A value that is no number becomes 0.
fn round(x: &[f32], scale: f32, out: &mut [i16]) {
    let inverse = 1.0 / scale;
    let ((x, x_rest), (out, out_rest)) = (x.as_chunks::<LANES>(), out.as_chunks_mut::<LANES>());
    for (x, out) in x.iter().zip(out) {
        let near = |i: usize| F32x4::load(&x.as_chunks().0[i]).mul(F32x4::splat(inverse)).nearest();
        I16x8::from_f32(near(0), near(1)).store(out);
    }
    x_rest.iter().zip(out_rest).for_each(|(x, out)| *out = (x * inverse).round_ties_even() as i16);
}

/// A query as the products see it.
#[cfg(test)]
pub fn rounded_query(c: &ModelConfig, q: &[f32]) -> Vec<f32> {
    let (scale, mut rounded) = (scale_for(q, limits(c).0), vec![0; q.len()]);
    round(q, scale, &mut rounded);
    rounded.into_iter().map(|q| f32::from(q) * scale).collect()
}

impl FixedPages {
    /// Whether heads are narrow enough.
    pub fn can_hold(c: &ModelConfig) -> bool {
        c.head_dim <= MOST_DIM
    }

    /// Where element `i` of a row lies, from the first of its head.
    fn place(dim: usize, value: bool, position: usize, i: usize) -> usize {
        match value {
            false => position * dim + i,
            true => (position / 2 * dim + i) * 2 + position % 2,
        }
    }
}

impl KvPages for FixedPages {
    fn reserve(&mut self, c: &ModelConfig, len: usize) -> Result<()> {
        let rows = first_row(c, c.layers.len(), false, 0);
        while self.pages.len() * PAGE < len {
            self.pages.push(Page { elements: allocate(rows * padded(c))?, scales: allocate(rows)? });
        }
        Ok(())
    }

    fn write(&mut self, c: &ModelConfig, layer: usize, value: bool, position: usize, row: &[f32]) {
        let (page, dim) = (&mut self.pages[position / PAGE], padded(c));
        let limit = if value { WHOLE } else { limits(c).1 };
        for (head, x) in row.chunks_exact(c.head_dim).enumerate() {
            let first = first_row(c, layer, value, head);
            let scale = scale_for(x, limit);
            page.scales[first + position % PAGE] = scale;
            let elements = &mut page.elements[first * dim..(first + PAGE) * dim];
            let mut rounded = [0; MOST_DIM];
            let rounded = &mut rounded[..x.len()];
            round(x, scale, rounded);
            let places = &mut elements[Self::place(dim, value, position % PAGE, 0)..];
            match value {
                false => places[..x.len()].copy_from_slice(rounded),
                true => places.iter_mut().step_by(2).zip(rounded).for_each(|(place, x)| *place = *x),
            }
        }
    }

    fn read(&self, c: &ModelConfig, layer: usize, value: bool, position: usize, row: &mut [f32]) {
        let (page, dim) = (&self.pages[position / PAGE], padded(c));
        for (head, x) in row.chunks_exact_mut(c.head_dim).enumerate() {
            let first = first_row(c, layer, value, head);
            let elements = &page.elements[first * dim..(first + PAGE) * dim];
            let scale = page.scales[first + position % PAGE];
            for (i, x) in x.iter_mut().enumerate() {
                *x = f32::from(elements[Self::place(dim, value, position % PAGE, i)]) * scale;
            }
        }
    }

    fn copy_from(&mut self, c: &ModelConfig, other: &Self, len: usize) -> Result<()> {
        self.reserve(c, len)?;
        for (to, from) in self.pages.iter_mut().zip(&other.pages) {
            to.elements.copy_from_slice(&from.elements);
            to.scales.copy_from_slice(&from.scales);
        }
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
        let (page, dim) = (&self.pages[from / PAGE], padded(c));
        let (from, to) = (from % PAGE, from % PAGE + (to - from));
        let of = |value: bool| {
            let first = first_row(c, layer, value, head);
            (&page.elements[first * dim..(first + PAGE) * dim], &page.scales[first..first + PAGE])
        };
        let (keys, key_scales) = of(false);
        let (values, value_scales) = of(true);
        // Whole runs are computed; what lies outside from..to is masked.
        let runs = from / RUN * RUN..to.next_multiple_of(RUN);
        let limit = limits(c).0;
        for ((q, out), partial) in q.chunks_exact(c.head_dim).zip(out.chunks_exact_mut(c.head_dim)).zip(partials) {
            let scale = scale_for(q, limit);
            let mut query = [0; MOST_DIM];
            round(q, scale, &mut query[..q.len()]);
            let mut dots = [I32x4::zero(); PAGE / 4];
            score(&query[..dim], &keys[runs.start * dim..runs.end * dim], dim, &mut dots[..runs.len() / 4]);
            let mut scores = [0.0; PAGE];
            let (places, scales) = (&mut scores[runs.clone()], &key_scales[runs.clone()]);
            for ((place, dots), k) in places.as_chunks_mut::<4>().0.iter_mut().zip(dots).zip(scales.as_chunks::<4>().0)
            {
                F32x4::from_i32(dots).mul(F32x4::load(k).mul(F32x4::splat(scale))).store(place);
            }
            if let Some(cap) = c.attn_softcap {
                softcap(&mut scores[from..to], cap);
            }
            scores[runs.start..from].fill(-1e30);
            scores[to..runs.end].fill(-1e30);
            *partial = weigh(&mut scores[runs.clone()]);
            let mut weights = [0; PAGE];
            let unit = share(&mut scores, value_scales, &runs, from..to, &mut weights);
            let mut sums = [I32x4::zero(); MOST_DIM / 4];
            let values = &values[runs.start * dim..runs.end * dim];
            weighted_sum(&weights[runs.clone()], values, &mut sums[..dim / 4]);
            for (out, sum) in out.chunks_mut(4).zip(sums) {
                let mut lanes = [0.0; 4];
                F32x4::from_i32(sum).mul(F32x4::splat(unit)).store(&mut lanes);
                out.copy_from_slice(&lanes[..out.len()]);
            }
        }
    }
}

/// Rounds weight · scale of each position to 1/[`WHOLE`] of their sum, and 0 where it is not wanted; gives what a
/// unit is worth.
fn share(
    scores: &mut [f32; PAGE],
    scales: &[f32],
    runs: &Range<usize>,
    wanted: Range<usize>,
    weights: &mut [i16; PAGE],
) -> f32 {
    for (w, s) in scores[runs.clone()].as_chunks_mut::<4>().0.iter_mut().zip(scales[runs.clone()].as_chunks::<4>().0) {
        F32x4::load(w).mul(F32x4::load(s)).store(w);
    }
    // Nothing outside counts, whatever an earlier sequence has left there.
    scores[runs.start..wanted.start].fill(0.0);
    scores[wanted.end..runs.end].fill(0.0);
    let mut sum = F32x4::splat(0.0);
    for w in scores[runs.clone()].as_chunks::<4>().0 {
        sum = sum.add(F32x4::load(w));
    }
    let whole = sum.sum().max(f32::MIN_POSITIVE);
    let inverse = F32x4::splat(WHOLE / whole);
    for (w, out) in scores[runs.clone()].as_chunks::<8>().0.iter().zip(weights[runs.clone()].as_chunks_mut::<8>().0) {
        let [a, b] = std::array::from_fn(|i| F32x4::load(&w.as_chunks().0[i]).mul(inverse).nearest());
        I16x8::from_f32(a, b).store(out);
    }
    whole / WHOLE
}

/// dots[i] ← products of the query with keys 4i to 4i + 3.
fn score(query: &[i16], keys: &[i16], dim: usize, dots: &mut [I32x4]) {
    // At most eight vectors of the query stay in registers.
    for at in (0..dim).step_by(8 * LANES) {
        let (query, keys) = (&query[at..], &keys[at..]);
        match (dim - at).min(8 * LANES) / LANES {
            1 => score_part::<1>(query, keys, dim, dots),
            2 => score_part::<2>(query, keys, dim, dots),
            3 => score_part::<3>(query, keys, dim, dots),
            4 => score_part::<4>(query, keys, dim, dots),
            5 => score_part::<5>(query, keys, dim, dots),
            6 => score_part::<6>(query, keys, dim, dots),
            7 => score_part::<7>(query, keys, dim, dots),
            _ => score_part::<8>(query, keys, dim, dots),
        }
    }
}

#[inline(never)]
fn score_part<const N: usize>(query: &[i16], keys: &[i16], dim: usize, dots: &mut [I32x4]) {
    let query: [I16x8; N] = std::array::from_fn(|i| I16x8::load(&query.as_chunks().0[i]));
    for (dots, keys) in dots.iter_mut().zip(keys.chunks(4 * dim)) {
        let key = |p: usize| {
            let key = keys[p * dim..p * dim + N * LANES].as_chunks::<LANES>().0;
            let mut sum = query[0].dot(I16x8::load(&key[0]));
            for i in 1..N {
                sum = sum.add(query[i].dot(I16x8::load(&key[i])));
            }
            sum
        };
        *dots = dots.add(I32x4::sums([key(0), key(1), key(2), key(3)]));
    }
}

/// sums[i] += Σ weight · value of elements 4i to 4i + 3, over a run of positions.
#[inline(never)]
fn weighted_sum(weights: &[i16], values: &[i16], sums: &mut [I32x4]) {
    // Eight pairs of positions at a time, whose weights stay in registers.
    let width = 8 * sums.len(); // of a pair
    for (w, values) in weights.as_chunks::<16>().0.iter().zip(values.chunks_exact(8 * width)) {
        let [a, b]: [I16x8; 2] = std::array::from_fn(|i| I16x8::load(&w.as_chunks().0[i]));
        let pairs = [
            a.pair::<0>(),
            a.pair::<1>(),
            a.pair::<2>(),
            a.pair::<3>(),
            b.pair::<0>(),
            b.pair::<1>(),
            b.pair::<2>(),
            b.pair::<3>(),
        ];
        let values = values.as_chunks::<LANES>().0;
        for (i, sum) in sums.iter_mut().enumerate() {
            for (p, pair) in pairs.iter().enumerate() {
                *sum = sum.add(pair.dot(I16x8::load(&values[p * (width / LANES) + i])));
            }
        }
    }
}
