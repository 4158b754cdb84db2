//! Products of packed weights with activations: one group of four rows against a tile of tokens.
//!
//! A tile of one token is the mat-vec of decoding, larger ones the matrix product of prefill;
//! every token's sums are formed in the same order in both, so chunking never changes a result.

#![expect(clippy::needless_range_loop, reason = "indices run over several arrays in step")]

use super::input::Input;
use super::repack::{BLOCK, GROUP, Layout};
use super::simd::{Dots, F32x4, I32x4, QUAD_BYTES, Quad, U8x16};
use crate::gguf::GgmlType;

/// Computes the rows of `G` groups for tokens `first..first+T`; lane r is row r of its group.
#[inline(always)]
pub fn tile<const G: usize, const T: usize>(
    layout: Layout,
    data: [&[u8]; G],
    input: &Input,
    first: usize,
) -> [[F32x4; T]; G] {
    match layout {
        Layout::Low { high: 0, sub: 32 } => low::<G, T, 80, 0, 1>(data, input, first),
        Layout::Low { high: 1, sub: 32 } => low::<G, T, 96, 1, 1>(data, input, first),
        Layout::Low { high: 0, .. } => low::<G, T, 96, 0, 2>(data, input, first),
        Layout::Low { .. } => low::<G, T, 128, 2, 2>(data, input, first),
        Layout::Q8 => q8::<G, T>(data, input, first),
        Layout::Rows(_) => [[F32x4::splat(0.0); T]; G],
    }
}

/// The quad `k` (0..8) of a packed block, as bytes below 2^(4 + HIGH).
#[inline(always)]
fn quad_weights<const HIGH: usize>(block: &[[u8; 16]], k: usize) -> U8x16 {
    let nibbles = U8x16::load(&block[k / 2]);
    let low = if k.is_multiple_of(2) { nibbles.and(15) } else { nibbles.shr_and::<4>(15) };
    match HIGH {
        1 => {
            let bits = U8x16::load(&block[4]);
            low.or(match k {
                0 => bits.shl_and::<4>(16),
                1 => bits.shl_and::<3>(16),
                2 => bits.shl_and::<2>(16),
                3 => bits.shl_and::<1>(16),
                4 => bits.and(16),
                5 => bits.shr_and::<1>(16),
                6 => bits.shr_and::<2>(16),
                _ => bits.shr_and::<3>(16),
            })
        }
        2 => {
            let bits = U8x16::load(&block[4 + k / 4]);
            low.or(match k % 4 {
                0 => bits.shl_and::<4>(48),
                1 => bits.shl_and::<2>(48),
                2 => bits.and(48),
                _ => bits.shr_and::<2>(48),
            })
        }
        _ => low,
    }
}

/// Four f16 at byte `at` of a packed block.
#[inline(always)]
fn scales(block: &[u8], at: usize) -> F32x4 {
    F32x4::from_f16(eight(&block[at..at + 8]))
}

/// A slice of eight as an array; the callers' slices are eight long.
#[inline(always)]
fn eight<U>(s: &[U]) -> &[U; 8] {
    match s.first_chunk() {
        Some(c) => c,
        None => unreachable!("callers slice eight"),
    }
}

/// Adds sub-block `S` of block `b` to the integer sums of each group and token.
#[inline(always)]
fn add_dots<
    const G: usize,
    const T: usize,
    const HIGH: usize,
    const SUBS: usize,
    const STRIDE: usize,
    const S: usize,
>(
    sums: &mut [[I32x4; T]; G],
    data: [&[[u8; STRIDE]]; G],
    b: usize,
    quads: [&[[u8; QUAD_BYTES]; 8]; T],
) {
    // Quads whose products (at most 2 · 128 · (2^(4+HIGH) − 1) a half lane) fit an i16 together.
    let run = (8 >> HIGH).min(8 / SUBS);
    let mut dots = [[Dots::zero(); T]; G];
    // Written out, since the compiler keeps a loop here for some types, and then chooses shifts at run time.
    macro_rules! quad {
        ($($k:literal)*) => {$(
            if $k / (8 / SUBS) == S {
                for g in 0..G {
                    let w = quad_weights::<HIGH>(data[g][b].as_chunks::<16>().0, $k);
                    for t in 0..T {
                        dots[g][t] = dots[g][t].add(w, Quad::load(&quads[t][$k]));
                    }
                }
                if ($k + 1) % run == 0 {
                    for g in 0..G {
                        for t in 0..T {
                            sums[g][t] = sums[g][t].add(dots[g][t].sum());
                            dots[g][t] = Dots::zero();
                        }
                    }
                }
            }
        )*};
    }
    quad!(0 1 2 3 4 5 6 7);
}

#[inline(always)]
fn low<const G: usize, const T: usize, const STRIDE: usize, const HIGH: usize, const SUBS: usize>(
    data: [&[u8]; G],
    input: &Input,
    first: usize,
) -> [[F32x4; T]; G] {
    let blocks = data[0].len() / STRIDE;
    let token = |t: usize| {
        let t = first + t;
        (
            input.quads[t * blocks * 8..(t + 1) * blocks * 8].as_chunks::<8>().0,
            input.fine_quads[t * blocks * 8..(t + 1) * blocks * 8].as_chunks::<8>().0,
            &input.fine[t * blocks..(t + 1) * blocks],
            &input.scale[t * blocks..(t + 1) * blocks],
            input.sums[2 * t * blocks..2 * (t + 1) * blocks].as_chunks::<2>().0,
        )
    };
    let tokens: [_; T] = std::array::from_fn(token);
    let data: [_; G] = std::array::from_fn(|g| &data[g].as_chunks::<STRIDE>().0[..blocks]);
    let mut acc = [[F32x4::splat(0.0); T]; G];
    for b in 0..blocks {
        let quads: [&[[u8; QUAD_BYTES]; 8]; T] = std::array::from_fn(|t| &tokens[t].0[b]);
        let rest: [&[[u8; QUAD_BYTES]; 8]; T] = std::array::from_fn(|t| &tokens[t].1[b]);
        let fine = tokens.iter().any(|t| t.2[b]);
        let unit = if fine { 1.0 / 256.0 } else { 1.0 };
        macro_rules! sub {
            ($s:literal) => {
                let mut sums = [[I32x4::zero(); T]; G];
                add_dots::<G, T, HIGH, SUBS, STRIDE, $s>(&mut sums, data, b, quads);
                if fine {
                    // Shifting loses nothing, so tokens whose block is not fine get the same sum.
                    sums = sums.map(|tokens| tokens.map(|sum| sum.shl::<8>()));
                    add_dots::<G, T, HIGH, SUBS, STRIDE, $s>(&mut sums, data, b, rest);
                }
                let at = 64 + 16 * HIGH + 16 * $s;
                for g in 0..G {
                    let (d, m) = (scales(&data[g][b], at), scales(&data[g][b], at + 8));
                    for t in 0..T {
                        let (.., scale, sum) = &tokens[t];
                        let offset = if SUBS == 1 { sum[b][0] + sum[b][1] } else { sum[b][$s] };
                        let product = F32x4::from_i32(sums[g][t]).mul(d);
                        acc[g][t] = product.mul_add(F32x4::splat(scale[b] * unit), acc[g][t]);
                        acc[g][t] = m.mul_add(F32x4::splat(offset), acc[g][t]);
                    }
                }
            };
        }
        sub!(0);
        if SUBS == 2 {
            sub!(1);
        }
    }
    acc
}

#[inline(always)]
fn q8<const G: usize, const T: usize>(data: [&[u8]; G], input: &Input, first: usize) -> [[F32x4; T]; G] {
    const STRIDE: usize = Layout::Q8.stride();
    let blocks = data[0].len() / STRIDE;
    let tokens: [_; T] = std::array::from_fn(|t| {
        let t = first + t;
        (
            input.pairs[16 * t * blocks..16 * (t + 1) * blocks].as_chunks::<16>().0,
            &input.pair_scale[t * blocks..(t + 1) * blocks],
        )
    });
    let data: [_; G] = std::array::from_fn(|g| &data[g].as_chunks::<STRIDE>().0[..blocks]);
    let mut acc = [[F32x4::splat(0.0); T]; G];
    for b in 0..blocks {
        let weights: [&[[i8; 8]]; G] =
            std::array::from_fn(|g| bytemuck::cast_slice::<u8, i8>(&data[g][b][..128]).as_chunks::<8>().0);
        let mut sums = [[I32x4::zero(); T]; G];
        for p in 0..16 {
            for g in 0..G {
                for t in 0..T {
                    sums[g][t] = sums[g][t].dot_i8_i16(&weights[g][p], &tokens[t].0[b][p]);
                }
            }
        }
        for g in 0..G {
            let d = scales(&data[g][b], 128);
            for t in 0..T {
                acc[g][t] = F32x4::from_i32(sums[g][t]).mul(d).mul_add(F32x4::splat(tokens[t].1[b]), acc[g][t]);
            }
        }
    }
    acc
}

/// One row of [`Layout::Rows`] against one token, in four interleaved partial sums.
#[inline(always)]
pub fn row_dot(dtype: GgmlType, row: &[u8], x: &[f32]) -> f32 {
    let mut acc = [F32x4::splat(0.0); 4];
    let (x16, rest) = x.as_chunks::<16>();
    for (i, x) in x16.iter().enumerate() {
        for (j, x) in x.as_chunks::<4>().0.iter().enumerate() {
            acc[j] = four(dtype, row, 16 * i + 4 * j).mul_add(F32x4::load(x), acc[j]);
        }
    }
    let done = 16 * x16.len();
    let (x4, tail) = rest.as_chunks::<4>();
    for (i, x) in x4.iter().enumerate() {
        acc[i] = four(dtype, row, done + 4 * i).mul_add(F32x4::load(x), acc[i]);
    }
    let start = done + 4 * x4.len();
    let tail: f32 = tail.iter().enumerate().map(|(i, x)| x * one(dtype, row, start + i)).sum();
    acc[0].add(acc[1]).add(acc[2].add(acc[3])).sum() + tail
}

#[inline(always)]
fn four(dtype: GgmlType, row: &[u8], at: usize) -> F32x4 {
    let half = |at: usize| eight(&row[2 * at..2 * at + 8]);
    match dtype {
        GgmlType::F16 => F32x4::from_f16(half(at)),
        GgmlType::BF16 => F32x4::from_bf16(half(at)),
        _ => F32x4::load(&std::array::from_fn(|i| one(dtype, row, at + i))),
    }
}

#[inline(always)]
fn one(dtype: GgmlType, row: &[u8], at: usize) -> f32 {
    match dtype {
        GgmlType::F16 => half::f16::from_le_bytes([row[2 * at], row[2 * at + 1]]).to_f32(),
        GgmlType::BF16 => half::bf16::from_le_bytes([row[2 * at], row[2 * at + 1]]).to_f32(),
        _ => f32::from_le_bytes([row[4 * at], row[4 * at + 1], row[4 * at + 2], row[4 * at + 3]]),
    }
}

/// Columns must fill blocks, except for [`Layout::Rows`]; a block is 32, a group 4.
pub const fn units(layout: Layout, rows: usize) -> usize {
    match layout {
        Layout::Rows(_) => rows,
        _ => rows.div_ceil(GROUP),
    }
}

const _: () = assert!(BLOCK == 32 && GROUP == 4);
