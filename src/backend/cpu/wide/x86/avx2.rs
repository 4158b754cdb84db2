//! Vectors of 256 bits, with products of bytes in i16 (AVX2).

use core::arch::x86_64::*;
use core::mem::transmute;

use super::kernels::pair;

/// Groups of a tile.
pub const GROUPS: usize = crate::backend::cpu::level::GROUPS_256;

pub type Bytes = __m256i;
pub type Floats = __m256;

kernels!("avx2,f16c");

operations! {
    "avx2,f16c"

    pub fn zero() -> Bytes {
        _mm256_setzero_si256()
    }

    pub fn load16(v: &[u8; 16]) -> __m128i {
        // SAFETY: any bytes are a vector.
        unsafe { transmute(*v) }
    }

    pub fn load32(v: &[u8; 32]) -> Bytes {
        // SAFETY: any bytes are a vector.
        unsafe { transmute(*v) }
    }

    /// The vector `i` of each group, one after the other.
    pub fn join<const STRIDE: usize>(rows: &[&[u8; STRIDE]; GROUPS], i: usize) -> Bytes {
        let one = |g: usize| load16(sixteen(rows[g], i));
        _mm256_inserti128_si256::<1>(_mm256_castsi128_si256(one(0)), one(1))
    }

    pub fn and(v: Bytes, mask: u8) -> Bytes {
        _mm256_and_si256(v, _mm256_set1_epi8(mask as i8))
    }

    pub fn or(a: Bytes, b: Bytes) -> Bytes {
        _mm256_or_si256(a, b)
    }

    /// In lanes of 16 bits; a mask hides what comes from the neighbour.
    pub fn left<const N: i32>(v: Bytes) -> Bytes {
        _mm256_slli_epi16::<N>(v)
    }

    /// In lanes of 16 bits, see [`left`].
    pub fn right<const N: i32>(v: Bytes) -> Bytes {
        _mm256_srli_epi16::<N>(v)
    }

    pub fn splat(v: f32) -> Floats {
        _mm256_set1_ps(v)
    }

    pub fn load(v: &[F32x4; GROUPS]) -> Floats {
        // SAFETY: either is eight floats.
        unsafe { transmute(*v) }
    }

    pub fn store(v: Floats, out: &mut [F32x4; GROUPS]) {
        // SAFETY: either is eight floats.
        *out = unsafe { transmute::<Floats, [F32x4; GROUPS]>(v) };
    }

    pub fn add(a: Floats, b: Floats) -> Floats {
        _mm256_add_ps(a, b)
    }

    pub fn mul(a: Floats, b: Floats) -> Floats {
        _mm256_mul_ps(a, b)
    }

    pub fn floats(v: Bytes) -> Floats {
        _mm256_cvtepi32_ps(v)
    }

    /// The first and the second four f16 of each group.
    pub fn scales(v: Bytes) -> (Floats, Floats) {
        let v = _mm256_permute4x64_epi64::<0b11_01_10_00>(v);
        (_mm256_cvtph_ps(_mm256_castsi256_si128(v)), _mm256_cvtph_ps(_mm256_extracti128_si256::<1>(v)))
    }

    /// The same of one group.
    pub fn four_scales(v: &[u8; 16]) -> (F32x4, F32x4) {
        let v = _mm256_cvtph_ps(load16(v));
        (F32x4(_mm256_castps256_ps128(v)), F32x4(_mm256_extractf128_ps::<1>(v)))
    }

    /// Σ of quads of weights with as many of activations.
    fn quad_dots<const HIGH: usize>(w: &[Bytes], y: &[[u8; 4]]) -> Bytes {
        // So many products of 128 and a weight of 4 + HIGH bits, in pairs, fit an i16.
        let run = 8 >> HIGH;
        let mut sum = zero();
        for (w, y) in w.chunks(run).zip(y.chunks(run)) {
            let mut halves = zero();
            for (w, y) in w.iter().zip(y) {
                let y = _mm256_set1_epi32(i32::from_le_bytes(*y));
                halves = _mm256_add_epi16(halves, _mm256_maddubs_epi16(*w, y));
            }
            sum = _mm256_add_epi32(sum, words(halves));
        }
        sum
    }

    /// Sums of two i16.
    fn words(halves: __m256i) -> Bytes {
        _mm256_madd_epi16(halves, _mm256_set1_epi16(1))
    }

    /// Σ of two vectors of weights of at most six bits with activations.
    fn two_dots(w: [Bytes; 2], y: [Bytes; 2]) -> Bytes {
        words(_mm256_add_epi16(_mm256_maddubs_epi16(w[0], y[0]), _mm256_maddubs_epi16(w[1], y[1])))
    }

    /// Bytes as i16: the first eight of each sixteen, and the others.
    pub fn widened(v: Bytes) -> (Bytes, Bytes) {
        let (a, b) = (_mm256_unpacklo_epi8(v, v), _mm256_unpackhi_epi8(v, v));
        (_mm256_srai_epi16::<8>(a), _mm256_srai_epi16::<8>(b))
    }

    /// Σ of pairs of weights with pairs of activations.
    pub fn pair_dots(w: &[Bytes; 16], y: &[[i16; 2]; 16]) -> Bytes {
        let mut sum = zero();
        for (w, y) in w.iter().zip(y) {
            sum = _mm256_add_epi32(sum, _mm256_madd_epi16(*w, _mm256_set1_epi32(pair(y))));
        }
        sum
    }

    /// The products of one block.
    fn block_dots<const STRIDE: usize, const HIGH: usize, const SUBS: usize>(
        block: &[u8; STRIDE],
        y: &[u8; 32],
    ) -> [__m128i; SUBS] {
        let (w, y) = (unpacked::<STRIDE, HIGH>(block), spread(y));
        summed(two_dots(w[0], y[0]), two_dots(w[1], y[1]))
    }

    /// Quads 0 and 2, 1 and 3; 4 and 6, 5 and 7.
    pub fn unpacked<const STRIDE: usize, const HIGH: usize>(block: &[u8; STRIDE]) -> [[Bytes; 2]; 2] {
        let mut out = [[zero(); 2]; 2];
        for (half, out) in out.iter_mut().enumerate() {
            let nibbles = load32(&block.as_chunks().0[half]);
            *out = [and(nibbles, 15), and(right::<4>(nibbles), 15)];
        }
        if HIGH == 1 {
            // Bit k belongs to quad k, and becomes bit 4 of it.
            let bits = _mm256_broadcastsi128_si256(load16(sixteen(block, 4)));
            let left = |a: i32, b: i32| _mm256_sllv_epi32(bits, _mm256_setr_epi32(a, a, a, a, b, b, b, b));
            let right = |a: i32, b: i32| _mm256_srlv_epi32(bits, _mm256_setr_epi32(a, a, a, a, b, b, b, b));
            out[0] = [or(out[0][0], and(left(4, 2), 16)), or(out[0][1], and(left(3, 1), 16))];
            out[1] = [or(out[1][0], and(right(0, 2), 16)), or(out[1][1], and(right(1, 3), 16))];
        }
        if HIGH == 2 {
            for (half, out) in out.iter_mut().enumerate() {
                // Two bits of four quads.
                let bits = _mm256_broadcastsi128_si256(load16(sixteen(block, 4 + half)));
                let low = _mm256_srlv_epi32(bits, _mm256_setr_epi32(0, 0, 0, 0, 4, 4, 4, 4));
                *out = [or(out[0], and(left::<4>(low), 48)), or(out[1], and(left::<2>(low), 48))];
            }
        }
        out
    }

    /// Each quad four times, in the order of [`unpacked`].
    pub fn spread(y: &[u8; 32]) -> [[Bytes; 2]; 2] {
        let y = load32(y);
        let places = |a: i32, b: i32| _mm256_permutevar8x32_epi32(y, _mm256_setr_epi32(a, a, a, a, b, b, b, b));
        [[places(0, 2), places(1, 3)], [places(4, 6), places(5, 7)]]
    }

    /// Sums of two halves of a block, together if they have one scale.
    pub fn summed<const SUBS: usize>(a: Bytes, b: Bytes) -> [__m128i; SUBS] {
        let mut out = [_mm_setzero_si128(); SUBS];
        if SUBS == 1 {
            out[0] = folded(_mm256_add_epi32(a, b));
        } else {
            (out[0], out[SUBS - 1]) = (folded(a), folded(b));
        }
        out
    }

    fn folded(v: Bytes) -> __m128i {
        _mm_add_epi32(_mm256_castsi256_si128(v), _mm256_extracti128_si256::<1>(v))
    }

    /// The products of a byte block.
    pub fn q8_dots(block: &[u8; Q8], y: &[[i16; 2]; 16]) -> __m128i {
        let mut sum = zero();
        for (i, y) in y.as_chunks::<2>().0.iter().enumerate() {
            let (w, [a, b]) = (_mm256_cvtepi8_epi16(load16(sixteen(block, i))), y.each_ref().map(pair));
            sum = _mm256_add_epi32(sum, _mm256_madd_epi16(w, _mm256_setr_epi32(a, a, a, a, b, b, b, b)));
        }
        folded(sum)
    }
}
