//! The loops over blocks, written once over the operations of `avx2.rs` or `avx512.rs`, and compiled for either.
//!
//! Macros, since a function's instructions are an attribute of it, which no type parameter can set.

/// Gives functions the instructions `$features`, and lets them become part of those that call them.
macro_rules! operations {
    ($features:literal $($item:item)*) => {$(
        #[target_feature(enable = $features)]
        #[inline]
        $item
    )*};
}

/// Defines `mat_vec` and `mat_mul` with the operations in scope, for processors with `$features`.
macro_rules! kernels {
    ($features:literal) => {
        use $crate::backend::cpu::input::{Input, PairBlock, QuadBlock};
        use $crate::backend::cpu::kernels::by_layout;
        use $crate::backend::cpu::repack::{Layout, centre};
        use $crate::backend::cpu::simd::{F32x4, I32x4};
        use $crate::backend::cpu::wide::MOST_GROUPS;
        use $crate::backend::cpu::wide::x86::kernels::{Q8, eight, sixteen};

        /// Four rows of one group times one token.
        #[target_feature(enable = $features)]
        pub fn mat_vec(layout: Layout, data: &[u8], input: &Input) -> F32x4 {
            if layout == Layout::Q8 {
                return q8_vec(data.as_chunks().0, input.pairs());
            }
            by_layout!(layout, vec_blocks::<_>, (data.as_chunks().0, input), F32x4::splat(0.0))
        }

        /// A tile times the tokens from `first` on.
        #[target_feature(enable = $features)]
        pub fn mat_mul(layout: Layout, groups: [&[u8]; MOST_GROUPS], input: &Input, first: usize, sums: &mut [F32x4]) {
            if layout == Layout::Q8 {
                return q8_mul(groups, input, first, sums);
            }
            by_layout!(layout, mul_blocks::<_>, (groups, input, first, sums), ());
        }

        #[target_feature(enable = $features)]
        fn vec_blocks<const STRIDE: usize, const HIGH: usize, const SUBS: usize, const CENTRED: bool>(
            data: &[[u8; STRIDE]],
            input: &Input,
        ) -> F32x4 {
            let mut sum = F32x4::splat(0.0);
            for (block, x) in data.iter().zip(input.quads()) {
                let dots = block_dots::<STRIDE, HIGH, SUBS>(block, &x.quads);
                let scales = block_scales::<STRIDE, HIGH, SUBS, CENTRED>(block);
                for s in 0..SUBS {
                    let (d, m) = scales[s];
                    let offset = if SUBS == 1 { x.sums[0] } else { x.sums[1 + s] };
                    sum = F32x4::from_i32(I32x4(dots[s])).mul(d).mul_add(F32x4::splat(x.scale), sum);
                    sum = m.mul_add(F32x4::splat(offset), sum);
                }
            }
            for (b, x) in input.only_rest() {
                let dots = block_dots::<STRIDE, HIGH, SUBS>(&data[b], &x.quads);
                let scales = block_scales::<STRIDE, HIGH, SUBS, CENTRED>(&data[b]);
                for (s, (d, _)) in scales.into_iter().enumerate() {
                    sum = F32x4::from_i32(I32x4(dots[s])).mul(d).mul_add(F32x4::splat(x.scale), sum);
                }
            }
            sum
        }

        /// Scale and offset of each half of one group's block, or of the whole.
        #[target_feature(enable = $features)]
        #[inline]
        fn block_scales<const STRIDE: usize, const HIGH: usize, const SUBS: usize, const CENTRED: bool>(
            block: &[u8; STRIDE],
        ) -> [(F32x4, F32x4); SUBS] {
            let mut out = [(F32x4::splat(0.0), F32x4::splat(0.0)); SUBS];
            let at = 64 + 16 * HIGH;
            if CENTRED {
                let (a, b) = four_scales(&if SUBS == 1 { eight(block, at) } else { *sixteen(block, 4 + HIGH) });
                let offset = F32x4::splat(-centre(HIGH as u8));
                out[0] = (a, a.mul(offset));
                if SUBS == 2 {
                    out[SUBS - 1] = (b, b.mul(offset));
                }
                return out;
            }
            for (s, pair) in out.iter_mut().enumerate() {
                *pair = four_scales(sixteen(block, 4 + HIGH + s));
            }
            out
        }

        #[target_feature(enable = $features)]
        fn mul_blocks<const STRIDE: usize, const HIGH: usize, const SUBS: usize, const CENTRED: bool>(
            groups: [&[u8]; MOST_GROUPS],
            input: &Input,
            first: usize,
            sums: &mut [F32x4],
        ) {
            let blocks: [&[[u8; STRIDE]]; GROUPS] = std::array::from_fn(|g| groups[g].as_chunks().0);
            let sums = sums.as_chunks_mut::<GROUPS>().0;
            for (b, x) in input.quads().chunks_exact(input.tokens()).enumerate() {
                let tile = Tile::<HIGH, SUBS>::new::<STRIDE, CENTRED>(blocks, b);
                for (x, sum) in x[first..].iter().zip(sums.iter_mut()) {
                    store(tile.add(x, load(sum)), sum);
                }
            }
            for b in 0..input.blocks() {
                let fine = input.fine(b);
                if fine.is_empty() {
                    continue;
                }
                let tile = Tile::<HIGH, SUBS>::new::<STRIDE, CENTRED>(blocks, b);
                for fine in fine {
                    if let Some(sum) = sums.get_mut((fine.token as usize).wrapping_sub(first)) {
                        store(tile.add_rest(input.rest(*fine), load(sum)), sum);
                    }
                }
            }
        }

        /// One block of each group, unpacked.
        struct Tile<const HIGH: usize, const SUBS: usize> {
            quads: [Bytes; 8],
            /// Scale and offset of either half, or of the whole.
            scales: [(Floats, Floats); SUBS],
        }

        impl<const HIGH: usize, const SUBS: usize> Tile<HIGH, SUBS> {
            #[target_feature(enable = $features)]
            #[inline]
            fn new<const STRIDE: usize, const CENTRED: bool>(blocks: [&[[u8; STRIDE]]; GROUPS], b: usize) -> Self {
                let rows = gathered(blocks, b);
                let mut quads = [zero(); 8];
                for j in 0..4 {
                    let nibbles = join(&rows, j);
                    quads[2 * j] = and(nibbles, 15);
                    quads[2 * j + 1] = and(right::<4>(nibbles), 15);
                }
                if HIGH == 1 {
                    let bits = join(&rows, 4);
                    quads[0] = or(quads[0], and(left::<4>(bits), 16));
                    quads[1] = or(quads[1], and(left::<3>(bits), 16));
                    quads[2] = or(quads[2], and(left::<2>(bits), 16));
                    quads[3] = or(quads[3], and(left::<1>(bits), 16));
                    quads[4] = or(quads[4], and(bits, 16));
                    quads[5] = or(quads[5], and(right::<1>(bits), 16));
                    quads[6] = or(quads[6], and(right::<2>(bits), 16));
                    quads[7] = or(quads[7], and(right::<3>(bits), 16));
                }
                if HIGH == 2 {
                    for half in 0..2 {
                        let (bits, k) = (join(&rows, 4 + half), 4 * half);
                        quads[k] = or(quads[k], and(left::<4>(bits), 48));
                        quads[k + 1] = or(quads[k + 1], and(left::<2>(bits), 48));
                        quads[k + 2] = or(quads[k + 2], and(bits, 48));
                        quads[k + 3] = or(quads[k + 3], and(right::<2>(bits), 48));
                    }
                }
                let mut all = [(splat(0.0), splat(0.0)); SUBS];
                if CENTRED {
                    let (a, b) = scales(if SUBS == 1 {
                        join(&rows.map(|row| eight(row, 64 + 16 * HIGH)).each_ref(), 0)
                    } else {
                        join(&rows, 4 + HIGH)
                    });
                    let offset = splat(-centre(HIGH as u8));
                    all[0] = (a, mul(a, offset));
                    if SUBS == 2 {
                        all[SUBS - 1] = (b, mul(b, offset));
                    }
                } else {
                    for (s, pair) in all.iter_mut().enumerate() {
                        *pair = scales(join(&rows, 4 + HIGH + s));
                    }
                }
                Tile { quads, scales: all }
            }

            /// `sum` and the products with a token's block.
            #[target_feature(enable = $features)]
            #[inline]
            fn add(&self, x: &QuadBlock, mut sum: Floats) -> Floats {
                for s in 0..SUBS {
                    let (d, m) = self.scales[s];
                    let offset = if SUBS == 1 { x.sums[0] } else { x.sums[1 + s] };
                    sum = add(mul(mul(self.dots(s, x), d), splat(x.scale)), sum);
                    sum = add(mul(m, splat(offset)), sum);
                }
                sum
            }

            /// `sum` and the products with what rounding left of a block.
            #[target_feature(enable = $features)]
            #[inline]
            fn add_rest(&self, x: &QuadBlock, mut sum: Floats) -> Floats {
                for s in 0..SUBS {
                    sum = add(mul(mul(self.dots(s, x), self.scales[s].0), splat(x.scale)), sum);
                }
                sum
            }

            /// The products of half `s`, or of the whole.
            #[target_feature(enable = $features)]
            #[inline]
            fn dots(&self, s: usize, x: &QuadBlock) -> Floats {
                let (w, y) = (&self.quads, x.quads.as_chunks::<4>().0);
                let half = 8 / SUBS;
                floats(quad_dots::<HIGH>(&w[half * s..half * (s + 1)], &y[half * s..half * (s + 1)]))
            }
        }

        #[target_feature(enable = $features)]
        fn q8_vec(data: &[[u8; Q8]], x: &[PairBlock]) -> F32x4 {
            let mut sum = F32x4::splat(0.0);
            for (block, x) in data.iter().zip(x) {
                let (d, _) = four_scales(&eight(block, 128));
                let dots = I32x4(q8_dots(block, &x.pairs));
                sum = F32x4::from_i32(dots).mul(d).mul_add(F32x4::splat(x.scale), sum);
            }
            sum
        }

        #[target_feature(enable = $features)]
        fn q8_mul(groups: [&[u8]; MOST_GROUPS], input: &Input, first: usize, sums: &mut [F32x4]) {
            let blocks: [&[[u8; Q8]]; GROUPS] = std::array::from_fn(|g| groups[g].as_chunks().0);
            let sums = sums.as_chunks_mut::<GROUPS>().0;
            for (b, x) in input.pairs().chunks_exact(input.tokens()).enumerate() {
                let rows = gathered(blocks, b);
                let mut pairs = [zero(); 16];
                for i in 0..8 {
                    (pairs[2 * i], pairs[2 * i + 1]) = widened(join(&rows, i));
                }
                let (d, _) = scales(join(&rows.map(|row| eight(row, 128)).each_ref(), 0));
                for (x, sum) in x[first..].iter().zip(sums.iter_mut()) {
                    let dots = floats(pair_dots(&pairs, &x.pairs));
                    store(add(mul(mul(dots, d), splat(x.scale)), load(sum)), sum);
                }
            }
        }

        /// Block `b` of each group.
        #[inline(always)]
        fn gathered<const STRIDE: usize>(blocks: [&[[u8; STRIDE]]; GROUPS], b: usize) -> [&[u8; STRIDE]; GROUPS] {
            std::array::from_fn(|g| &blocks[g][b])
        }
    };
}

use crate::backend::cpu::repack::Layout;

/// Bytes of a block of [`Layout::Q8`].
pub const Q8: usize = Layout::Q8.stride();

/// Bytes `at` to `at` + 7 of a block, and zeros.
#[inline(always)]
pub fn eight<const STRIDE: usize>(block: &[u8; STRIDE], at: usize) -> [u8; 16] {
    let (_, from) = block.split_at(at);
    // As a number, so that it need not be put together in memory.
    from.first_chunk().map_or(0, |&eight| u128::from(u64::from_le_bytes(eight))).to_le_bytes()
}

/// Bytes 16·i to 16·i + 15 of a block.
#[inline(always)]
pub fn sixteen<const STRIDE: usize>(block: &[u8; STRIDE], i: usize) -> &[u8; 16] {
    &block.as_chunks().0[i]
}

/// Two i16 as they lie in an i32.
#[inline(always)]
pub fn pair(y: &[i16; 2]) -> i32 {
    i32::from(y[0]) & 0xffff | i32::from(y[1]) << 16
}
