//! Activations in the forms that mat-vec kernels read: 8-bit quads, 16-bit pairs, or plain f32.
//!
//! Quantization rounds to nearest, in blocks of 32, with one scale a block. Low-bit weights meet
//! 8-bit activations; Q8_0 meets 16-bit ones, which costs nothing there (the bytes are widened
//! anyway) and keeps the head's logits near those of f32.
//!
//! The error of a block grows with its scale, and a few blocks with outlying channels make up most
//! of a token's error. Those are *fine*: what rounding left of them is kept in a second set of quads,
//! for a second pass over the same weights. On SmolLM2 that is one block in five, and it cuts the
//! error of the logits to a half or a third.

use super::repack::{BLOCK, Layout};
use super::simd::{F32x4, QUAD_BYTES, Quad};

/// Which forms a matrix reads.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Needs {
    /// 8-bit quads with scales and sums.
    pub quads: bool,
    /// 16-bit pairs with scales.
    pub pairs: bool,
}

impl Needs {
    /// What one layout reads; f32 is always there.
    pub fn of(layout: Layout) -> Self {
        Needs { quads: matches!(layout, Layout::Low { .. }), pairs: layout == Layout::Q8 }
    }

    /// What either reads.
    pub fn or(self, o: Needs) -> Self {
        Needs { quads: self.quads || o.quads, pairs: self.pairs || o.pairs }
    }
}

/// Activations of a batch of tokens, (tokens, cols).
#[derive(Debug, Default)]
pub struct Input {
    /// Columns of one token.
    pub cols: usize,
    /// (tokens, cols)
    pub x: Vec<f32>,
    /// (tokens, cols / 4) quads
    pub quads: Vec<[u8; QUAD_BYTES]>,
    /// (tokens, cols / 4) remainders of fine blocks in units of scale / 256, zeros elsewhere
    pub fine_quads: Vec<[u8; QUAD_BYTES]>,
    /// (tokens, cols / 32) whether a block is fine
    pub fine: Vec<bool>,
    /// (tokens, cols / 32) scale of the quads
    pub scale: Vec<f32>,
    /// (tokens, cols / 16) scale · Σ quants, for the offsets of weights
    pub sums: Vec<f32>,
    /// (tokens, cols / 2)
    pub pairs: Vec<[i16; 2]>,
    /// (tokens, cols / 32) scale of the pairs
    pub pair_scale: Vec<f32>,
}

impl Input {
    /// Room for `tokens` rows of at most `cols` columns.
    pub fn new(tokens: usize, cols: usize) -> Self {
        Input {
            cols,
            x: vec![0.0; tokens * cols],
            quads: vec![[0; QUAD_BYTES]; tokens * cols.div_ceil(4)],
            fine_quads: vec![[0; QUAD_BYTES]; tokens * cols.div_ceil(4)],
            fine: vec![false; tokens * cols.div_ceil(BLOCK)],
            scale: vec![0.0; tokens * cols.div_ceil(BLOCK)],
            sums: vec![0.0; tokens * cols.div_ceil(16)],
            pairs: vec![[0; 2]; tokens * cols.div_ceil(2)],
            pair_scale: vec![0.0; tokens * cols.div_ceil(BLOCK)],
        }
    }

    /// Sets the width of the rows that follow.
    pub fn reshape(&mut self, cols: usize) {
        self.cols = cols;
    }

    /// Row `t` of the f32 activations, to be written before [`Input::quantize`].
    pub fn row_mut(&mut self, t: usize) -> &mut [f32] {
        &mut self.x[t * self.cols..(t + 1) * self.cols]
    }

    /// Derives the forms in `needs` from row `t`.
    pub fn quantize(&mut self, t: usize, needs: Needs) {
        let (n, blocks) = (self.cols, self.cols / BLOCK);
        let x = &self.x[t * n..t * n + blocks * BLOCK];
        if needs.quads {
            let scales = &mut self.scale[t * blocks..(t + 1) * blocks];
            let fine = &mut self.fine[t * blocks..(t + 1) * blocks];
            let coarse = &mut self.quads[t * n / 4..(t + 1) * n / 4];
            let rest = &mut self.fine_quads[t * n / 4..(t + 1) * n / 4];
            let sums = &mut self.sums[2 * t * blocks..2 * (t + 1) * blocks];
            let x = x.as_chunks::<BLOCK>().0;
            scales.iter_mut().zip(x).for_each(|(s, x)| *s = max_abs(x) / 127.0);
            let limit = (scales.iter().map(|s| s * s).sum::<f32>() / blocks as f32).sqrt();
            let quads = coarse.chunks_exact_mut(8).zip(rest.chunks_exact_mut(8)).zip(sums.as_chunks_mut::<2>().0);
            for (b, ((coarse, rest), sums)) in quads.enumerate() {
                fine[b] = scales[b] > limit;
                *sums = quantize_block(&x[b], scales[b], fine[b], coarse, rest);
            }
        }
        if needs.pairs {
            let pairs = &mut self.pairs[t * n / 2..(t + 1) * n / 2];
            let scales = &mut self.pair_scale[t * blocks..(t + 1) * blocks];
            for (b, (x, pairs)) in x.as_chunks::<BLOCK>().0.iter().zip(pairs.chunks_exact_mut(16)).enumerate() {
                let scale = max_abs(x) / 32767.0;
                scales[b] = scale;
                let inverse = F32x4::splat(if scale > f32::MIN_POSITIVE { 1.0 / scale } else { 0.0 });
                for (x, pair) in x.as_chunks::<4>().0.iter().zip(pairs.as_chunks_mut::<2>().0) {
                    let v = F32x4::load(x).mul(inverse).to_i16();
                    *pair = [[v[0], v[1]], [v[2], v[3]]];
                }
            }
        }
    }
}

/// Rounds one block to quads, and its remainders too if it is fine. Gives the sums of both halves.
fn quantize_block(
    x: &[f32; BLOCK],
    scale: f32,
    fine: bool,
    coarse: &mut [[u8; QUAD_BYTES]],
    rest: &mut [[u8; QUAD_BYTES]],
) -> [f32; 2] {
    let inverse = F32x4::splat(if scale > f32::MIN_POSITIVE { 1.0 / scale } else { 0.0 });
    let mut sum = [0i32; 2];
    let count = |v: [i16; 4]| v.iter().map(|&v| i32::from(v)).sum::<i32>();
    for (q, (x, (coarse, rest))) in x.as_chunks::<4>().0.iter().zip(coarse.iter_mut().zip(rest)).enumerate() {
        let x = F32x4::load(x).mul(inverse);
        let near = x.to_i16();
        sum[q / 4] += 256 * count(near);
        Quad::store(near.map(|v| v as i8), coarse);
        let left = if fine {
            // At most half a unit: ±128, of which +128 has no byte.
            let left = x.sub(x.nearest()).mul(F32x4::splat(256.0));
            left.min(F32x4::splat(127.0)).to_i16()
        } else {
            [0; 4]
        };
        sum[q / 4] += count(left);
        Quad::store(left.map(|v| v as i8), rest);
    }
    sum.map(|s| s as f32 * (scale / 256.0))
}

fn max_abs(x: &[f32; BLOCK]) -> f32 {
    let start = F32x4::splat(0.0);
    x.as_chunks::<4>().0.iter().fold(start, |m, x| m.max(F32x4::load(x).abs())).reduce_max()
}
