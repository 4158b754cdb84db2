//! Activations in the forms that mat-vec kernels read: blocks of 8-bit quads, of 16-bit pairs, or plain f32.
//!
//! Quantization rounds to nearest, in blocks of 32, with one scale a block. Low-bit weights meet
//! 8-bit activations; Q8_0 meets 16-bit ones, which costs nothing there (the bytes are widened
//! anyway) and keeps the head's logits near those of f32.
//!
//! The error of a block grows with its scale, and a few blocks with outlying channels make up most
//! of a token's error. Those are *fine*: what rounding left of them is kept in blocks of its own,
//! for a second pass over the same weights. On SmolLM2 that is one block in five, and it cuts the
//! error of the logits to a half or a third.
//!
//! The same block of all tokens of a batch lies together: a kernel unpacks a block of weights once and
//! walks over the tokens.

use super::disjoint::Disjoint;
use super::pool::Pool;
use super::repack::{BLOCK, Layout};
use super::simd::{self, DotKind, F32x4, I32x4, QUAD_BYTES};

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

/// 32 activations of a token in 8 bits.
#[derive(Debug, Clone, Copy)]
#[repr(C, align(16))]
pub struct QuadBlock {
    /// Four consecutive columns each, as [`simd::store_quads`] lays them.
    pub quads: [u8; 8 * QUAD_BYTES],
    /// What a unit is worth.
    pub scale: f32,
    /// Σ of the activations as rounded, for the offsets of weights: all, the first half, the second.
    /// Unused in fine blocks, whose share is in the coarse block's.
    pub sums: [f32; 3],
}

impl Default for QuadBlock {
    fn default() -> Self {
        QuadBlock { quads: [0; _], scale: 0.0, sums: [0.0; 3] }
    }
}

/// 32 activations of a token in 16 bits.
#[derive(Debug, Clone, Copy, Default)]
#[repr(C, align(16))]
pub struct PairBlock {
    /// Two consecutive columns each.
    pub pairs: [[i16; 2]; 16],
    /// What a unit is worth.
    pub scale: f32,
}

/// A token's fine block.
#[derive(Debug, Clone, Copy, Default)]
pub struct Fine {
    /// Its token.
    pub token: u32,
    /// Its place among all fine blocks.
    pub at: u32,
}

/// Activations of a batch of tokens, (tokens, cols).
#[derive(Debug, Default)]
pub struct Input {
    cols: usize,
    tokens: usize,
    x: Vec<f32>,            // (tokens, cols)
    quads: Vec<QuadBlock>,  // (cols / 32, tokens)
    pairs: Vec<PairBlock>,  // (cols / 32, tokens)
    rest: Vec<QuadBlock>,   // (tokens, cols / 32), of which the first of each token are set
    rest_of: Vec<u32>,      // (tokens, cols / 32) the blocks of columns that they belong to
    rest_len: Vec<u32>,     // (tokens)
    fine: Vec<Fine>,        // by block of columns, then by token
    fine_start: Vec<usize>, // (cols / 32 + 1) where in `fine` a block of columns begins
    /// How products are summed; see [`DotKind`].
    pub dots: DotKind,
}

impl Input {
    /// Room for `tokens` rows of at most `cols` columns.
    pub fn new(tokens: usize, cols: usize) -> Self {
        let blocks = cols.div_ceil(BLOCK);
        Input {
            cols,
            tokens,
            x: vec![0.0; tokens * cols],
            quads: vec![QuadBlock::default(); tokens * blocks],
            pairs: vec![PairBlock::default(); tokens * blocks],
            rest: vec![QuadBlock::default(); tokens * blocks],
            rest_of: vec![0; tokens * blocks],
            rest_len: vec![0; tokens],
            fine: vec![Fine::default(); tokens * blocks],
            fine_start: vec![0; blocks + 1],
            dots: DotKind::default(),
        }
    }

    /// Sets the batch: `row(t, x)` writes the (cols) activations of token t, of which the forms in `needs`
    /// are derived. Tokens are shared out to threads.
    pub fn fill(
        &mut self,
        pool: &mut Pool,
        tokens: usize,
        cols: usize,
        needs: Needs,
        row: &(dyn Fn(usize, &mut [f32]) + Sync),
    ) {
        let blocks = cols / BLOCK;
        (self.cols, self.tokens) = (cols, tokens);
        let (x, len) = (Disjoint::new(&mut self.x), Disjoint::new(&mut self.rest_len));
        let (quads, pairs) = (Disjoint::new(&mut self.quads), Disjoint::new(&mut self.pairs));
        let (rest, of) = (Disjoint::new(&mut self.rest), Disjoint::new(&mut self.rest_of));
        pool.run(tokens, 1, &|range| {
            for t in range {
                let own = t * blocks..(t + 1) * blocks;
                // SAFETY: a token belongs to one task, and so do its rows and its blocks.
                let (x, rest, of) =
                    unsafe { (x.slice(t * cols..(t + 1) * cols), rest.slice(own.clone()), of.slice(own)) };
                row(t, x);
                let x = x.as_chunks::<BLOCK>().0;
                if needs.quads {
                    // SAFETY: as above.
                    let coarse = |b: usize| unsafe { quads.one(b * tokens + t) };
                    let found = quantize(x, coarse, &mut rest.iter_mut().zip(of));
                    // SAFETY: as above.
                    unsafe { len.write(t, &[found]) };
                }
                if needs.pairs {
                    for (b, x) in x.iter().enumerate() {
                        // SAFETY: as above.
                        widen(x, unsafe { pairs.one(b * tokens + t) });
                    }
                }
            }
        });
        if needs.quads {
            self.sort_fine();
        }
    }

    /// Lists the fine blocks by columns: a counting sort of what each token has found.
    fn sort_fine(&mut self) {
        let blocks = self.cols / BLOCK;
        let start = &mut self.fine_start[..=blocks];
        start.fill(0);
        let found = |t: usize| t * blocks..t * blocks + self.rest_len[t] as usize;
        for of in (0..self.tokens).flat_map(found) {
            start[self.rest_of[of] as usize] += 1;
        }
        let mut sum = 0;
        start.iter_mut().for_each(|s| sum += std::mem::replace(s, sum));
        for t in 0..self.tokens {
            for at in found(t) {
                let place = &mut start[self.rest_of[at] as usize];
                self.fine[*place] = Fine { token: t as u32, at: at as u32 };
                *place += 1;
            }
        }
        // Each has moved on to where the next begins.
        start.rotate_right(1);
        start[0] = 0;
    }

    /// Tokens of the batch.
    pub fn tokens(&self) -> usize {
        self.tokens
    }

    /// Blocks of 32 columns.
    pub fn blocks(&self) -> usize {
        self.cols / BLOCK
    }

    /// The f32 activations of token `t`.
    pub fn row(&self, t: usize) -> &[f32] {
        &self.x[t * self.cols..(t + 1) * self.cols]
    }

    /// The 8-bit blocks, (blocks, tokens).
    #[inline(always)]
    pub fn quads(&self) -> &[QuadBlock] {
        &self.quads[..self.blocks() * self.tokens]
    }

    /// The 16-bit blocks, (blocks, tokens).
    #[inline(always)]
    pub fn pairs(&self) -> &[PairBlock] {
        &self.pairs[..self.blocks() * self.tokens]
    }

    /// The fine ones among the blocks `b` of all tokens, by token.
    #[inline(always)]
    pub fn fine(&self, b: usize) -> &[Fine] {
        &self.fine[self.fine_start[b]..self.fine_start[b + 1]]
    }

    /// The fine blocks of the one token, by the blocks of columns that they belong to.
    #[inline(always)]
    pub fn only_rest(&self) -> impl Iterator<Item = (usize, &QuadBlock)> {
        debug_assert_eq!(self.tokens, 1);
        let found = self.rest_len[0] as usize;
        self.rest_of[..found].iter().map(|&b| b as usize).zip(&self.rest[..found])
    }

    /// What rounding left of a fine block.
    #[inline(always)]
    pub fn rest(&self, fine: Fine) -> &QuadBlock {
        &self.rest[fine.at as usize]
    }
}

/// Rounds a row to 8 bits; gives the number of fine blocks.
fn quantize<'a>(
    x: &[[f32; BLOCK]],
    coarse: impl Fn(usize) -> &'a mut QuadBlock,
    fine: &mut dyn Iterator<Item = (&mut QuadBlock, &mut u32)>,
) -> u32 {
    let mut squares = 0.0;
    for (b, x) in x.iter().enumerate() {
        let scale = max_abs(x) / 127.0;
        coarse(b).scale = scale;
        squares += scale * scale;
    }
    let limit = (squares / x.len() as f32).sqrt();
    let mut found = 0;
    for (b, x) in x.iter().enumerate() {
        let block = coarse(b);
        let rest = if block.scale > limit { fine.next() } else { None };
        if let Some((rest, at)) = rest {
            (*at, rest.scale) = (b as u32, block.scale / 256.0);
            round(x, block, Some(rest));
            found += 1;
        } else {
            round(x, block, None);
        }
    }
    found
}

/// Rounds one block to units of its scale, and the remainders to 1/256 of that.
#[inline(always)]
fn round(x: &[f32; BLOCK], block: &mut QuadBlock, rest: Option<&mut QuadBlock>) {
    let inverse = F32x4::splat(inverse(block.scale));
    let x = x.as_chunks::<4>().0;
    let near: [F32x4; 8] = std::array::from_fn(|q| F32x4::load(&x[q]).mul(inverse).nearest());
    let units = near.map(I32x4::from_f32);
    store_quads(units, block);
    // In 1/256 of a unit.
    let mut sums = half_sums(units).map(|s| 256 * s);
    if let Some(rest) = rest {
        let left: [I32x4; 8] = std::array::from_fn(|q| {
            // At most half a unit: ±128, of which +128 has no byte.
            let left = F32x4::load(&x[q]).mul(inverse).sub(near[q]).mul(F32x4::splat(256.0));
            I32x4::from_f32(left.min(F32x4::splat(127.0)).nearest())
        });
        store_quads(left, rest);
        let more = half_sums(left);
        sums = [sums[0] + more[0], sums[1] + more[1]];
    }
    let [a, b] = sums.map(|s| s as f32 * (block.scale / 256.0));
    block.sums = [a + b, a, b];
}

fn store_quads(v: [I32x4; 8], block: &mut QuadBlock) {
    simd::store_quads(v, &mut block.quads);
}

fn half_sums(v: [I32x4; 8]) -> [i32; 2] {
    let sum = |v: &[I32x4]| v[0].add(v[1]).add(v[2].add(v[3])).sum();
    [sum(&v[..4]), sum(&v[4..])]
}

/// Rounds one block to 16 bits.
fn widen(x: &[f32; BLOCK], block: &mut PairBlock) {
    let scale = max_abs(x) / 32767.0;
    block.scale = scale;
    let inverse = F32x4::splat(inverse(scale));
    for (x, pairs) in x.as_chunks::<4>().0.iter().zip(block.pairs.as_chunks_mut::<2>().0) {
        let v = F32x4::load(x).mul(inverse).to_i16();
        *pairs = [[v[0], v[1]], [v[2], v[3]]];
    }
}

fn inverse(scale: f32) -> f32 {
    if scale > f32::MIN_POSITIVE { 1.0 / scale } else { 0.0 }
}

fn max_abs(x: &[f32; BLOCK]) -> f32 {
    let start = F32x4::splat(0.0);
    x.as_chunks::<4>().0.iter().fold(start, |m, x| m.max(F32x4::load(x).abs())).reduce_max()
}
