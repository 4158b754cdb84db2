//! Products of packed weights with activations, a group of four rows at a time.
//!
//! One token is the mat-vec of decoding, a batch the matrix product of prefill; every token's sums
//! are formed in the same order in both, so how a prompt is cut never changes a result.
//!
//! The loops over blocks are functions of their own, whose values fit into what a browser's compiler
//! has: some eleven registers for addresses and fifteen for vectors. What does not fit is stored and
//! loaded around every product. A thread reads one group after the other, since processors fetch a
//! single stream of memory ahead, and lose two that take turns.

use super::input::{Input, PairBlock, QuadBlock};
use super::repack::{BLOCK, GROUP, Layout, centre};
use super::simd::{DotKind, Dots, F32x4, Halves, I32x4, Quads, U8x16, Words};
use super::wide::{self, MOST_GROUPS};
use crate::gguf::GgmlType;

/// Four rows of one group times the one token of `input`; lane r is row r of the group.
/// `data` holds the group's blocks in `layout`, over all columns of `input`.
#[inline(always)]
pub fn mat_vec(layout: Layout, data: &[u8], input: &Input) -> F32x4 {
    match (layout, input.dots) {
        (Layout::Low { .. }, DotKind::Halves) => low_vec::<Halves>(layout, data, input),
        (Layout::Low { .. }, DotKind::Words) => low_vec::<Words>(layout, data, input),
        (_, DotKind::Wide(level)) => wide::mat_vec(level, layout, data, input),
        (Layout::Q8, _) => q8_vec(as_blocks(data), input.pairs()),
        (Layout::Rows(_), _) => F32x4::splat(0.0),
    }
}

/// Groups of rows that [`mat_mul`] takes together.
pub fn tile(layout: Layout, input: &Input) -> usize {
    match (layout, input.dots) {
        (Layout::Low { .. } | Layout::Q8, DotKind::Wide(level)) if input.tokens() > 1 => level.groups(),
        _ => 1,
    }
}

/// The rows of a tile times the tokens from `first` on; `sums` is (tokens, groups of the tile).
///
/// The tile is the first [`tile`] of `groups`, the data of one group each.
#[inline(always)]
pub fn mat_mul(layout: Layout, groups: [&[u8]; MOST_GROUPS], input: &Input, first: usize, sums: &mut [F32x4]) {
    let data = groups[0];
    sums.fill(F32x4::splat(0.0));
    match (layout, input.dots) {
        (_, DotKind::Wide(level)) => wide::mat_mul(level, layout, groups, input, first, sums),
        (Layout::Low { .. }, DotKind::Halves) => low_mul::<Halves>(layout, data, input, first, sums),
        (Layout::Low { .. }, DotKind::Words) => low_mul::<Words>(layout, data, input, first, sums),
        (Layout::Q8, _) => q8_mul(as_blocks(data), input, first, sums),
        (Layout::Rows(_), _) => {}
    }
}

/// Calls the function for the layout, with its stride, upper bits, sub-blocks, and whether it is centred.
macro_rules! by_layout {
    ($layout:expr, $name:ident::<$($dots:ident,)? _>, $args:tt, $else:expr) => {
        match $layout {
            Layout::Low { high: 0, sub: 32, centred: false } => $name::<$($dots,)? 80, 0, 1, false> $args,
            Layout::Low { high: 0, sub: 32, centred: true } => $name::<$($dots,)? 72, 0, 1, true> $args,
            Layout::Low { high: 1, sub: 32, centred: false } => $name::<$($dots,)? 96, 1, 1, false> $args,
            Layout::Low { high: 1, sub: 32, centred: true } => $name::<$($dots,)? 88, 1, 1, true> $args,
            Layout::Low { high: 0, sub: 16, centred: false } => $name::<$($dots,)? 96, 0, 2, false> $args,
            Layout::Low { high: 0, sub: 16, centred: true } => $name::<$($dots,)? 80, 0, 2, true> $args,
            Layout::Low { high: 2, sub: 16, centred: true } => $name::<$($dots,)? 112, 2, 2, true> $args,
            _ => $else,
        }
    };
}
#[cfg(target_arch = "x86_64")]
pub(super) use by_layout;

#[inline(always)]
fn low_vec<D: Dots>(layout: Layout, data: &[u8], input: &Input) -> F32x4 {
    by_layout!(layout, vec_blocks::<D, _>, (as_blocks(data), input), F32x4::splat(0.0))
}

#[inline(always)]
fn low_mul<D: Dots>(layout: Layout, data: &[u8], input: &Input, first: usize, sums: &mut [F32x4]) {
    by_layout!(layout, mul_blocks::<D, _>, (as_blocks(data), input, first, sums), ());
}

#[inline(always)]
fn as_blocks<const STRIDE: usize>(data: &[u8]) -> &[[u8; STRIDE]] {
    data.as_chunks().0
}

#[inline(never)]
fn vec_blocks<D: Dots, const STRIDE: usize, const HIGH: usize, const SUBS: usize, const CENTRED: bool>(
    data: &[[u8; STRIDE]],
    input: &Input,
) -> F32x4 {
    let mut sum = F32x4::splat(0.0);
    for (data, x) in data.iter().zip(input.quads()) {
        sum = Unpacked::new::<HIGH, SUBS, CENTRED>(data).add::<D, HIGH, SUBS, CENTRED>(x, sum);
    }
    // A loop of its own: no register is left for it in the other.
    for (b, x) in input.only_rest() {
        sum = Unpacked::new::<HIGH, SUBS, CENTRED>(&data[b]).add_rest::<D, HIGH, SUBS>(x, sum);
    }
    sum
}

#[inline(never)]
fn mul_blocks<D: Dots, const STRIDE: usize, const HIGH: usize, const SUBS: usize, const CENTRED: bool>(
    data: &[[u8; STRIDE]],
    input: &Input,
    first: usize,
    sums: &mut [F32x4],
) {
    for (data, x) in data.iter().zip(input.quads().chunks_exact(input.tokens())) {
        let w = Unpacked::new::<HIGH, SUBS, CENTRED>(data);
        for (x, sum) in x[first..].iter().zip(sums.iter_mut()) {
            *sum = w.add::<D, HIGH, SUBS, CENTRED>(x, *sum);
        }
    }
    for (b, data) in data.iter().enumerate() {
        let fine = input.fine(b);
        if fine.is_empty() {
            continue;
        }
        let w = Unpacked::new::<HIGH, SUBS, CENTRED>(data);
        for fine in fine {
            if let Some(sum) = sums.get_mut((fine.token as usize).wrapping_sub(first)) {
                *sum = w.add_rest::<D, HIGH, SUBS>(input.rest(*fine), *sum);
            }
        }
    }
}

/// A packed block of low-bit weights in registers.
#[derive(Clone, Copy)]
struct Unpacked {
    quads: [U8x16; 8],
    /// Scale and offset of either half, or of the whole twice; no offset in centred layouts.
    scales: [(F32x4, F32x4); 2],
}

impl Unpacked {
    #[inline(always)]
    fn new<const HIGH: usize, const SUBS: usize, const CENTRED: bool>(block: &[u8]) -> Self {
        let vectors = block.as_chunks::<16>().0;
        let scales = |s: usize| {
            let at = 64 + 16 * HIGH + if CENTRED { 8 } else { 16 } * s;
            let half = |at: usize| F32x4::from_f16(eight(&block[at..at + 8]));
            if CENTRED { (half(at), F32x4::splat(0.0)) } else { (half(at), half(at + 8)) }
        };
        Unpacked {
            quads: std::array::from_fn(|k| quad_weights::<HIGH>(vectors, k)),
            scales: [scales(0), scales(SUBS - 1)],
        }
    }

    /// `sum` and the products with a token's block.
    #[inline(always)]
    fn add<D: Dots, const HIGH: usize, const SUBS: usize, const CENTRED: bool>(
        &self,
        x: &QuadBlock,
        sum: F32x4,
    ) -> F32x4 {
        let one = |dots: I32x4, s: usize, offset: f32, sum: F32x4| {
            let (d, m) = self.scales[s];
            let sum = F32x4::from_i32(dots).mul(d).mul_add(F32x4::splat(x.scale), sum);
            if CENTRED {
                // A power of two, so the same as the product of it and d.
                d.mul_add(F32x4::splat(-centre(HIGH as u8) * offset), sum)
            } else {
                m.mul_add(F32x4::splat(offset), sum)
            }
        };
        let y = Quads::load(&x.quads);
        if SUBS == 1 {
            return one(self.dots::<D, HIGH, SUBS, 0>(y), 0, x.sums[0], sum);
        }
        let sum = one(self.dots::<D, HIGH, SUBS, 0>(y), 0, x.sums[1], sum);
        one(self.dots::<D, HIGH, SUBS, 1>(y), 1, x.sums[2], sum)
    }

    /// `sum` and the products with what rounding left of a block.
    #[inline(always)]
    fn add_rest<D: Dots, const HIGH: usize, const SUBS: usize>(&self, x: &QuadBlock, sum: F32x4) -> F32x4 {
        let one = |dots: I32x4, s: usize, sum: F32x4| {
            F32x4::from_i32(dots).mul(self.scales[s].0).mul_add(F32x4::splat(x.scale), sum)
        };
        let y = Quads::load(&x.quads);
        let sum = one(self.dots::<D, HIGH, SUBS, 0>(y), 0, sum);
        if SUBS == 1 { sum } else { one(self.dots::<D, HIGH, SUBS, 1>(y), 1, sum) }
    }

    /// The integer products of sub-block `S`.
    #[inline(always)]
    fn dots<D: Dots, const HIGH: usize, const SUBS: usize, const S: usize>(&self, y: Quads) -> I32x4 {
        // Quads whose products (at most 2 · 128 · (2^(4+HIGH) − 1) a half lane) fit an i16 together.
        let run = if D::HALVES { (8 >> HIGH).min(8 / SUBS) } else { 8 / SUBS };
        let mut sum: Option<I32x4> = None;
        let mut dots = D::zero();
        // Written out, so that lanes are constants.
        macro_rules! quad {
            ($($k:literal $half:literal $lane:literal,)*) => {$(
                if $k / (8 / SUBS) == S {
                    dots = dots.add(self.quads[$k], y.get::<$half, $lane>());
                    if ($k + 1) % run == 0 {
                        sum = Some(sum.map_or(dots.sum(), |sum| sum.add(dots.sum())));
                        dots = D::zero();
                    }
                }
            )*};
        }
        quad!(0 0 0, 1 0 1, 2 0 2, 3 0 3, 4 1 0, 5 1 1, 6 1 2, 7 1 3,);
        sum.unwrap_or(I32x4::zero())
    }
}

const Q8: usize = Layout::Q8.stride();

#[inline(never)]
fn q8_vec(data: &[[u8; Q8]], x: &[PairBlock]) -> F32x4 {
    let mut sum = F32x4::splat(0.0);
    for (w, x) in data.iter().zip(x) {
        let dots = q8_dots::<0>(w, x).add(q8_dots::<1>(w, x));
        sum = q8_add(w, x, dots, sum);
    }
    sum
}

#[inline(never)]
fn q8_mul(data: &[[u8; Q8]], input: &Input, first: usize, sums: &mut [F32x4]) {
    for (w, x) in data.iter().zip(input.pairs().chunks_exact(input.tokens())) {
        for (x, sum) in x[first..].iter().zip(sums.iter_mut()) {
            let dots = q8_dots::<0>(w, x).add(q8_dots::<1>(w, x));
            *sum = q8_add(w, x, dots, *sum);
        }
    }
}

/// The integer products of one half of a block.
#[inline(always)]
fn q8_dots<const HALF: usize>(w: &[u8; Q8], x: &PairBlock) -> I32x4 {
    let weights = bytemuck::cast_slice::<u8, i8>(&w[64 * HALF..64 * HALF + 64]).as_chunks::<8>().0;
    let pairs = x.pairs.as_chunks::<8>().0[HALF];
    let mut dots = I32x4::zero();
    for p in 0..8 {
        dots = dots.dot_i8_i16(&weights[p], &pairs[p]);
    }
    dots
}

#[inline(always)]
fn q8_add(w: &[u8; Q8], x: &PairBlock, dots: I32x4, sum: F32x4) -> F32x4 {
    let d = F32x4::from_f16(eight(&w[128..]));
    F32x4::from_i32(dots).mul(d).mul_add(F32x4::splat(x.scale), sum)
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

/// A slice of eight as an array; the callers' slices are eight long.
#[inline(always)]
fn eight<U>(s: &[U]) -> &[U; 8] {
    match s.first_chunk() {
        Some(c) => c,
        None => unreachable!("callers slice eight"),
    }
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
