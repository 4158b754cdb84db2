//! Vectors of 256 bits, with products of bytes that are summed in the same instruction (AVX-VNNI).

use core::arch::x86_64::*;

use super::avx2::{
    Bytes, Floats, GROUPS, add, and, floats, four_scales, join, left, load, mul, or, pair_dots, q8_dots, right, scales,
    splat, spread, store, summed, unpacked, widened, zero,
};

kernels!("avx2,f16c,avxvnni");

operations! {
    "avx2,f16c,avxvnni"

    /// Σ of quads of weights with as many of activations.
    fn quad_dots<const HIGH: usize>(w: &[Bytes], y: &[[u8; 4]]) -> Bytes {
        let mut sum = zero();
        for (w, y) in w.iter().zip(y) {
            sum = _mm256_dpbusd_avx_epi32(sum, *w, _mm256_set1_epi32(i32::from_le_bytes(*y)));
        }
        sum
    }

    /// The products of one block.
    fn block_dots<const STRIDE: usize, const HIGH: usize, const SUBS: usize>(
        block: &[u8; STRIDE],
        y: &[u8; 32],
    ) -> [__m128i; SUBS] {
        let (w, y) = (unpacked::<STRIDE, HIGH>(block), spread(y));
        let two = |h: usize| {
            let sum = _mm256_dpbusd_avx_epi32(zero(), w[h][0], y[h][0]);
            _mm256_dpbusd_avx_epi32(sum, w[h][1], y[h][1])
        };
        summed(two(0), two(1))
    }
}
