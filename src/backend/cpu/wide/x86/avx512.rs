//! Vectors of 512 bits, with products of bytes that are summed in the same instruction (AVX-512 VNNI).

use core::arch::x86_64::*;
use core::mem::transmute;

use super::kernels::pair;

/// Groups of a tile.
pub const GROUPS: usize = crate::backend::cpu::level::GROUPS_512;

type Bytes = __m512i;
type Floats = __m512;

kernels!("avx512f,avx512bw,avx512vl,avx512vnni,avx2,f16c");

operations! {
    "avx512f,avx512bw,avx512vl,avx512vnni,avx2,f16c"

    fn zero() -> Bytes {
        _mm512_setzero_si512()
    }

    fn load16(v: &[u8; 16]) -> __m128i {
        // SAFETY: any bytes are a vector.
        unsafe { transmute(*v) }
    }

    fn load32(v: &[u8; 32]) -> __m256i {
        // SAFETY: any bytes are a vector.
        unsafe { transmute(*v) }
    }

    fn load64(v: &[u8; 64]) -> Bytes {
        // SAFETY: any bytes are a vector.
        unsafe { transmute(*v) }
    }

    /// The vector `i` of each group, one after the other.
    fn join<const STRIDE: usize>(rows: &[&[u8; STRIDE]; GROUPS], i: usize) -> Bytes {
        let one = |g: usize| load16(sixteen(rows[g], i));
        let two = |g: usize| _mm256_inserti128_si256::<1>(_mm256_castsi128_si256(one(g)), one(g + 1));
        _mm512_inserti64x4::<1>(_mm512_castsi256_si512(two(0)), two(2))
    }

    fn and(v: Bytes, mask: u8) -> Bytes {
        _mm512_and_si512(v, _mm512_set1_epi8(mask as i8))
    }

    fn or(a: Bytes, b: Bytes) -> Bytes {
        _mm512_or_si512(a, b)
    }

    /// In lanes of 16 bits; a mask hides what comes from the neighbour.
    fn left<const N: u32>(v: Bytes) -> Bytes {
        _mm512_slli_epi16::<N>(v)
    }

    /// In lanes of 16 bits, see [`left`].
    fn right<const N: u32>(v: Bytes) -> Bytes {
        _mm512_srli_epi16::<N>(v)
    }

    fn splat(v: f32) -> Floats {
        _mm512_set1_ps(v)
    }

    fn load(v: &[F32x4; GROUPS]) -> Floats {
        // SAFETY: either is sixteen floats.
        unsafe { transmute(*v) }
    }

    fn store(v: Floats, out: &mut [F32x4; GROUPS]) {
        // SAFETY: either is sixteen floats.
        *out = unsafe { transmute::<Floats, [F32x4; GROUPS]>(v) };
    }

    fn add(a: Floats, b: Floats) -> Floats {
        _mm512_add_ps(a, b)
    }

    fn mul(a: Floats, b: Floats) -> Floats {
        _mm512_mul_ps(a, b)
    }

    fn floats(v: Bytes) -> Floats {
        _mm512_cvtepi32_ps(v)
    }

    /// The first and the second four f16 of each group.
    fn scales(v: Bytes) -> (Floats, Floats) {
        let v = _mm512_permutexvar_epi64(_mm512_setr_epi64(0, 2, 4, 6, 1, 3, 5, 7), v);
        (_mm512_cvtph_ps(_mm512_castsi512_si256(v)), _mm512_cvtph_ps(_mm512_extracti64x4_epi64::<1>(v)))
    }

    /// The same of one group.
    fn four_scales(v: &[u8; 16]) -> (F32x4, F32x4) {
        let v = _mm256_cvtph_ps(load16(v));
        (F32x4(_mm256_castps256_ps128(v)), F32x4(_mm256_extractf128_ps::<1>(v)))
    }

    /// Σ of quads of weights with as many of activations.
    fn quad_dots<const HIGH: usize>(w: &[Bytes], y: &[[u8; 4]]) -> Bytes {
        let mut sum = zero();
        for (w, y) in w.iter().zip(y) {
            sum = _mm512_dpbusd_epi32(sum, *w, _mm512_set1_epi32(i32::from_le_bytes(*y)));
        }
        sum
    }

    /// Bytes as i16: the first eight of each sixteen, and the others.
    fn widened(v: Bytes) -> (Bytes, Bytes) {
        let (a, b) = (_mm512_unpacklo_epi8(v, v), _mm512_unpackhi_epi8(v, v));
        (_mm512_srai_epi16::<8>(a), _mm512_srai_epi16::<8>(b))
    }

    /// Σ of pairs of weights with pairs of activations.
    fn pair_dots(w: &[Bytes; 16], y: &[[i16; 2]; 16]) -> Bytes {
        let mut sum = zero();
        for (w, y) in w.iter().zip(y) {
            sum = _mm512_dpwssd_epi32(sum, *w, _mm512_set1_epi32(pair(y)));
        }
        sum
    }

    /// The products of one block, whose nibbles are one vector.
    fn block_dots<const STRIDE: usize, const HIGH: usize, const SUBS: usize>(
        block: &[u8; STRIDE],
        y: &[u8; 32],
    ) -> [__m128i; SUBS] {
        let nibbles = load64(&block.as_chunks().0[0]);
        let (mut even, mut odd) = (and(nibbles, 15), and(right::<4>(nibbles), 15));
        if HIGH == 1 {
            // Bit k belongs to quad k, and becomes bit 4 of it.
            let bits = _mm512_broadcast_i32x4(load16(sixteen(block, 4)));
            let turn = _mm512_setr_epi32(4, 4, 4, 4, 2, 2, 2, 2, 0, 0, 0, 0, 30, 30, 30, 30);
            even = or(even, and(_mm512_rolv_epi32(bits, turn), 16));
            let turn = _mm512_setr_epi32(3, 3, 3, 3, 1, 1, 1, 1, 31, 31, 31, 31, 29, 29, 29, 29);
            odd = or(odd, and(_mm512_rolv_epi32(bits, turn), 16));
        }
        if HIGH == 2 {
            // Two bits of four quads a vector.
            let bits = _mm512_castsi256_si512(load32(&block.as_chunks().0[2]));
            let bits = _mm512_permutexvar_epi64(_mm512_setr_epi64(0, 1, 0, 1, 2, 3, 2, 3), bits);
            let turn = _mm512_setr_epi32(4, 4, 4, 4, 0, 0, 0, 0, 4, 4, 4, 4, 0, 0, 0, 0);
            even = or(even, and(_mm512_rolv_epi32(bits, turn), 48));
            let turn = _mm512_setr_epi32(2, 2, 2, 2, 30, 30, 30, 30, 2, 2, 2, 2, 30, 30, 30, 30);
            odd = or(odd, and(_mm512_rolv_epi32(bits, turn), 48));
        }
        let y = _mm512_castsi256_si512(load32(y));
        let places = _mm512_setr_epi32(0, 0, 0, 0, 2, 2, 2, 2, 4, 4, 4, 4, 6, 6, 6, 6);
        let sum = _mm512_dpbusd_epi32(zero(), even, _mm512_permutexvar_epi32(places, y));
        let places = _mm512_setr_epi32(1, 1, 1, 1, 3, 3, 3, 3, 5, 5, 5, 5, 7, 7, 7, 7);
        let sum = _mm512_dpbusd_epi32(sum, odd, _mm512_permutexvar_epi32(places, y));
        let (a, b) = (_mm512_castsi512_si256(sum), _mm512_extracti64x4_epi64::<1>(sum));
        let mut out = [_mm_setzero_si128(); SUBS];
        if SUBS == 1 {
            out[0] = folded(_mm256_add_epi32(a, b));
        } else {
            (out[0], out[SUBS - 1]) = (folded(a), folded(b));
        }
        out
    }

    fn folded(v: __m256i) -> __m128i {
        _mm_add_epi32(_mm256_castsi256_si128(v), _mm256_extracti128_si256::<1>(v))
    }

    /// The products of a byte block.
    fn q8_dots(block: &[u8; Q8], y: &[[i16; 2]; 16]) -> __m128i {
        let (y, mut sum) = (load64(bytemuck::cast_ref(y)), zero());
        let mut places = _mm512_setr_epi32(0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3);
        for w in block.as_chunks::<32>().0 {
            let w = _mm512_cvtepi8_epi16(load32(w));
            sum = _mm512_dpwssd_epi32(sum, w, _mm512_permutexvar_epi32(places, y));
            places = _mm512_add_epi32(places, _mm512_set1_epi32(4));
        }
        folded(_mm256_add_epi32(_mm512_castsi512_si256(sum), _mm512_extracti64x4_epi64::<1>(sum)))
    }
}
