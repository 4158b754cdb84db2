//! The vector vocabulary on SSE2, which every x86-64 has. Bit for bit what `portable.rs` computes.
//!
//! The products of weights are in `wide` where the processor has more; everything else is written in this.

use core::arch::x86_64::{__m128, __m128i};
use core::mem::transmute;

use super::Dots;

/// The instructions on values, which are safe to use here: every x86-64 has them.
macro_rules! instructions {
    ($($name:ident $(<$imm:ident>)? ($($arg:ident: $type:ty),*) -> $out:ty;)*) => {$(
        #[inline(always)]
        fn $name $(<const $imm: i32>)? ($($arg: $type),*) -> $out {
            // SAFETY: SSE2 is part of x86-64, and no memory is touched.
            unsafe { core::arch::x86_64::$name $(::<$imm>)? ($($arg),*) }
        }
    )*};
}

instructions! {
    _mm_add_epi32(a: __m128i, b: __m128i) -> __m128i;
    _mm_add_ps(a: __m128, b: __m128) -> __m128;
    _mm_and_ps(a: __m128, b: __m128) -> __m128;
    _mm_and_si128(a: __m128i, b: __m128i) -> __m128i;
    _mm_andnot_ps(a: __m128, b: __m128) -> __m128;
    _mm_castps_si128(a: __m128) -> __m128i;
    _mm_castsi128_ps(a: __m128i) -> __m128;
    _mm_cmpge_ps(a: __m128, b: __m128) -> __m128;
    _mm_cmplt_ps(a: __m128, b: __m128) -> __m128;
    _mm_cmpord_ps(a: __m128, b: __m128) -> __m128;
    _mm_cvtepi32_ps(a: __m128i) -> __m128;
    _mm_cvtps_epi32(a: __m128) -> __m128i;
    _mm_cvtsi128_si32(a: __m128i) -> i32;
    _mm_cvtsi32_si128(a: i32) -> __m128i;
    _mm_cvtsi64_si128(a: i64) -> __m128i;
    _mm_cvtss_f32(a: __m128) -> f32;
    _mm_cvttps_epi32(a: __m128) -> __m128i;
    _mm_div_ps(a: __m128, b: __m128) -> __m128;
    _mm_madd_epi16(a: __m128i, b: __m128i) -> __m128i;
    _mm_max_ps(a: __m128, b: __m128) -> __m128;
    _mm_max_ss(a: __m128, b: __m128) -> __m128;
    _mm_min_ps(a: __m128, b: __m128) -> __m128;
    _mm_movehl_ps(a: __m128, b: __m128) -> __m128;
    _mm_mul_ps(a: __m128, b: __m128) -> __m128;
    _mm_or_ps(a: __m128, b: __m128) -> __m128;
    _mm_or_si128(a: __m128i, b: __m128i) -> __m128i;
    _mm_packs_epi16(a: __m128i, b: __m128i) -> __m128i;
    _mm_packs_epi32(a: __m128i, b: __m128i) -> __m128i;
    _mm_set1_epi16(a: i16) -> __m128i;
    _mm_set1_epi32(a: i32) -> __m128i;
    _mm_set1_epi8(a: i8) -> __m128i;
    _mm_set1_ps(a: f32) -> __m128;
    _mm_setzero_si128() -> __m128i;
    _mm_shuffle_epi32<I>(a: __m128i) -> __m128i;
    _mm_shuffle_ps<I>(a: __m128, b: __m128) -> __m128;
    _mm_sll_epi16(a: __m128i, b: __m128i) -> __m128i;
    _mm_slli_epi16<I>(a: __m128i) -> __m128i;
    _mm_slli_epi32<I>(a: __m128i) -> __m128i;
    _mm_srai_epi16<I>(a: __m128i) -> __m128i;
    _mm_srai_epi32<I>(a: __m128i) -> __m128i;
    _mm_srl_epi16(a: __m128i, b: __m128i) -> __m128i;
    _mm_srli_epi16<I>(a: __m128i) -> __m128i;
    _mm_sub_ps(a: __m128, b: __m128) -> __m128;
    _mm_unpackhi_epi32(a: __m128i, b: __m128i) -> __m128i;
    _mm_unpackhi_epi64(a: __m128i, b: __m128i) -> __m128i;
    _mm_unpacklo_epi16(a: __m128i, b: __m128i) -> __m128i;
    _mm_unpacklo_epi32(a: __m128i, b: __m128i) -> __m128i;
    _mm_unpacklo_epi64(a: __m128i, b: __m128i) -> __m128i;
    _mm_unpacklo_epi8(a: __m128i, b: __m128i) -> __m128i;
    _mm_xor_si128(a: __m128i, b: __m128i) -> __m128i;
}

/// Name of this set of operations, for reports.
pub const VARIANT: &str = "sse2";

/// Four f32 lanes.
#[derive(Debug, Clone, Copy)]
#[repr(transparent)]
pub struct F32x4(pub __m128);

/// Four i32 lanes.
#[derive(Debug, Clone, Copy)]
pub struct I32x4(pub __m128i);

/// Sixteen bytes.
#[derive(Debug, Clone, Copy)]
pub struct U8x16(__m128i);

// By values: the instructions that load and store go through memory once more in a build with debug assertions.

#[inline(always)]
fn load16(v: &[u8; 16]) -> __m128i {
    // SAFETY: any bytes are a vector.
    unsafe { transmute(*v) }
}

#[inline(always)]
fn store16(v: __m128i, out: &mut [u8; 16]) {
    // SAFETY: a vector is any bytes.
    *out = unsafe { transmute::<__m128i, [u8; 16]>(v) };
}

/// Eight bytes, and zeros.
#[inline(always)]
fn load8(v: &[u8; 8]) -> __m128i {
    _mm_cvtsi64_si128(i64::from_le_bytes(*v))
}

#[expect(missing_docs, reason = "the names say it")]
#[expect(clippy::should_implement_trait, reason = "operations are called like the instructions they become")]
impl F32x4 {
    #[inline(always)]
    pub fn splat(v: f32) -> Self {
        F32x4(_mm_set1_ps(v))
    }

    #[inline(always)]
    pub fn load(v: &[f32; 4]) -> Self {
        // SAFETY: either is four floats.
        F32x4(unsafe { transmute::<[f32; 4], __m128>(*v) })
    }

    #[inline(always)]
    pub fn store(self, out: &mut [f32; 4]) {
        // SAFETY: either is four floats.
        *out = unsafe { transmute::<__m128, [f32; 4]>(self.0) };
    }

    #[inline(always)]
    pub fn add(self, o: Self) -> Self {
        F32x4(_mm_add_ps(self.0, o.0))
    }

    #[inline(always)]
    pub fn sub(self, o: Self) -> Self {
        F32x4(_mm_sub_ps(self.0, o.0))
    }

    #[inline(always)]
    pub fn mul(self, o: Self) -> Self {
        F32x4(_mm_mul_ps(self.0, o.0))
    }

    #[inline(always)]
    pub fn div(self, o: Self) -> Self {
        F32x4(_mm_div_ps(self.0, o.0))
    }

    #[inline(always)]
    pub fn max(self, o: Self) -> Self {
        F32x4(_mm_max_ps(self.0, o.0))
    }

    #[inline(always)]
    pub fn min(self, o: Self) -> Self {
        F32x4(_mm_min_ps(self.0, o.0))
    }

    #[inline(always)]
    pub fn abs(self) -> Self {
        F32x4(_mm_andnot_ps(_mm_set1_ps(-0.0), self.0))
    }

    /// self · m + a, perhaps fused.
    #[inline(always)]
    pub fn mul_add(self, m: Self, a: Self) -> Self {
        self.mul(m).add(a)
    }

    /// Rounds to the nearest integer, ties to even.
    #[inline(always)]
    pub fn nearest(self) -> Self {
        // From 2²³ on there are only integers; what is no number stays.
        let small = _mm_cmplt_ps(self.abs().0, _mm_set1_ps(8_388_608.0));
        let sign = _mm_and_ps(self.0, _mm_set1_ps(-0.0));
        let near = _mm_or_ps(_mm_cvtepi32_ps(_mm_cvtps_epi32(self.0)), sign);
        F32x4(_mm_or_ps(_mm_and_ps(small, near), _mm_andnot_ps(small, self.0)))
    }

    /// 2^self for integral lanes in −126..=127.
    #[inline(always)]
    pub fn pow2(self) -> Self {
        let n = _mm_cvttps_epi32(self.0);
        F32x4(_mm_castsi128_ps(_mm_slli_epi32::<23>(_mm_add_epi32(n, _mm_set1_epi32(127)))))
    }

    /// The sum of all lanes, as (0+1)+(2+3).
    #[inline(always)]
    pub fn sum(self) -> f32 {
        let mut v = [0.0; 4];
        self.store(&mut v);
        (v[0] + v[1]) + (v[2] + v[3])
    }

    #[inline(always)]
    pub fn reduce_max(self) -> f32 {
        let a = _mm_max_ps(self.0, _mm_movehl_ps(self.0, self.0));
        _mm_cvtss_f32(_mm_max_ss(a, _mm_shuffle_ps::<0x55>(a, a)))
    }

    #[inline(always)]
    pub fn from_i32(v: I32x4) -> Self {
        F32x4(_mm_cvtepi32_ps(v.0))
    }

    /// Four finite f16 (little-endian) to f32, the way `wasm.rs` does it.
    #[inline(always)]
    pub fn from_f16(v: &[u8; 8]) -> Self {
        let v = load8(v);
        let wide = _mm_srai_epi32::<16>(_mm_unpacklo_epi16(v, v));
        let bits = _mm_and_si128(_mm_slli_epi32::<13>(wide), _mm_set1_epi32(0x8fff_e000_u32 as i32));
        F32x4(_mm_mul_ps(_mm_castsi128_ps(bits), _mm_set1_ps(f32::from_bits(0x7780_0000))))
    }

    /// Four bf16 (little-endian) to f32.
    #[inline(always)]
    pub fn from_bf16(v: &[u8; 8]) -> Self {
        F32x4(_mm_castsi128_ps(_mm_unpacklo_epi16(_mm_setzero_si128(), load8(v))))
    }

    /// Rounds each lane to the nearest integer and saturates to i16.
    #[inline(always)]
    pub fn to_i16(self) -> [i16; 4] {
        let mut out = [0; 8];
        I16x8::from_f32(self.nearest(), F32x4::splat(0.0)).store(&mut out);
        [out[0], out[1], out[2], out[3]]
    }
}

#[expect(missing_docs, reason = "the names say it")]
#[expect(clippy::should_implement_trait, reason = "operations are called like the instructions they become")]
impl I32x4 {
    #[inline(always)]
    pub fn zero() -> Self {
        I32x4(_mm_setzero_si128())
    }

    /// The nearest integers are given as floats; saturates.
    #[inline(always)]
    pub fn from_f32(v: F32x4) -> Self {
        // The instruction gives the least integer for all that does not fit.
        let above = _mm_castps_si128(_mm_cmpge_ps(v.0, _mm_set1_ps(2_147_483_648.0)));
        let number = _mm_castps_si128(_mm_cmpord_ps(v.0, v.0));
        I32x4(_mm_and_si128(number, _mm_xor_si128(_mm_cvttps_epi32(v.0), above)))
    }

    /// Lane i is the sum of all lanes of v[i].
    #[inline(always)]
    pub fn sums(v: [I32x4; 4]) -> Self {
        let two = |a: __m128i, b: __m128i| _mm_add_epi32(_mm_unpacklo_epi32(a, b), _mm_unpackhi_epi32(a, b));
        let (a, b) = (two(v[0].0, v[1].0), two(v[2].0, v[3].0));
        I32x4(_mm_add_epi32(_mm_unpacklo_epi64(a, b), _mm_unpackhi_epi64(a, b)))
    }

    /// The sum of all lanes.
    #[inline(always)]
    pub fn sum(self) -> i32 {
        let a = _mm_add_epi32(self.0, _mm_shuffle_epi32::<0x4e>(self.0));
        _mm_cvtsi128_si32(_mm_add_epi32(a, _mm_shuffle_epi32::<0x55>(a)))
    }

    /// Adds, in each lane, products of two i16 of `w` (eight widened bytes) and the pair `y`.
    #[inline(always)]
    pub fn dot_i8_i16(self, w: &[i8; 8], y: &[i16; 2]) -> Self {
        let w = load8(bytemuck::cast_ref(w));
        let w = _mm_srai_epi16::<8>(_mm_unpacklo_epi8(w, w));
        let y = _mm_set1_epi32(i32::from(y[0]) & 0xffff | i32::from(y[1]) << 16);
        I32x4(_mm_add_epi32(self.0, _mm_madd_epi16(w, y)))
    }

    #[inline(always)]
    pub fn add(self, o: Self) -> Self {
        I32x4(_mm_add_epi32(self.0, o.0))
    }
}

/// Eight i16 lanes.
#[derive(Debug, Clone, Copy)]
pub struct I16x8(__m128i);

#[expect(missing_docs, reason = "the names say it")]
impl I16x8 {
    #[inline(always)]
    pub fn load(v: &[i16; 8]) -> Self {
        I16x8(load16(bytemuck::cast_ref(v)))
    }

    #[inline(always)]
    pub fn store(self, out: &mut [i16; 8]) {
        store16(self.0, bytemuck::cast_mut(out));
    }

    /// The nearest integers are given as floats; saturates.
    #[inline(always)]
    pub fn from_f32(a: F32x4, b: F32x4) -> Self {
        I16x8(_mm_packs_epi32(I32x4::from_f32(a).0, I32x4::from_f32(b).0))
    }

    /// Lanes 2·PAIR and 2·PAIR + 1, four times.
    #[inline(always)]
    pub fn pair<const PAIR: usize>(self) -> Self {
        I16x8(splat::<PAIR>(self.0))
    }

    /// Products of lanes, summed in pairs.
    #[inline(always)]
    pub fn dot(self, o: Self) -> I32x4 {
        I32x4(_mm_madd_epi16(self.0, o.0))
    }
}

/// See [`Dots`]: i32 sums of even and odd bytes, there being no product of bytes in SSE2.
#[derive(Debug, Clone, Copy)]
pub struct Words(__m128i);

/// Which there are.
pub type Halves = Words;

impl Dots for Words {
    const HALVES: bool = false;

    #[inline(always)]
    fn zero() -> Self {
        Words(_mm_setzero_si128())
    }

    #[inline(always)]
    fn add(self, w: U8x16, y: Quad) -> Self {
        let even = _mm_madd_epi16(_mm_and_si128(w.0, _mm_set1_epi16(0x00ff)), y.even);
        let odd = _mm_madd_epi16(_mm_srli_epi16::<8>(w.0), y.odd);
        Words(_mm_add_epi32(self.0, _mm_add_epi32(even, odd)))
    }

    #[inline(always)]
    fn sum(self) -> I32x4 {
        I32x4(self.0)
    }
}

#[expect(missing_docs, reason = "the names say it")]
impl U8x16 {
    #[inline(always)]
    pub fn load(v: &[u8; 16]) -> Self {
        U8x16(load16(v))
    }

    #[inline(always)]
    pub fn and(self, mask: u8) -> Self {
        U8x16(_mm_and_si128(self.0, _mm_set1_epi8(mask as i8)))
    }

    #[inline(always)]
    pub fn or(self, o: Self) -> Self {
        U8x16(_mm_or_si128(self.0, o.0))
    }

    /// (self >> N) & mask, where the mask hides what 16-bit shifts bring in from the neighbour.
    #[inline(always)]
    pub fn shr_and<const N: u32>(self, mask: u8) -> Self {
        debug_assert!(mask <= 0xff >> N);
        U8x16(_mm_srl_epi16(self.0, _mm_cvtsi32_si128(N as i32))).and(mask)
    }

    /// (self << N) & mask, see [`U8x16::shr_and`].
    #[inline(always)]
    pub fn shl_and<const N: u32>(self, mask: u8) -> Self {
        debug_assert!(mask.trailing_zeros() >= N);
        U8x16(_mm_sll_epi16(self.0, _mm_cvtsi32_si128(N as i32))).and(mask)
    }
}

/// Four consecutive activations as two pairs of i16, in every lane.
#[derive(Debug, Clone, Copy)]
pub struct Quad {
    even: __m128i,
    odd: __m128i,
}

/// Bytes that four consecutive activations take.
pub const QUAD_BYTES: usize = 4;

/// Eight quads.
#[derive(Debug, Clone, Copy)]
pub struct Quads([__m128i; 2]);

impl Quads {
    /// Reads what [`store_quads`] wrote.
    #[inline(always)]
    pub fn load(v: &[u8; 8 * QUAD_BYTES]) -> Self {
        let halves = v.as_chunks::<16>().0;
        Quads([load16(&halves[0]), load16(&halves[1])])
    }

    /// Quad `4 · HALF + LANE`.
    #[inline(always)]
    pub fn get<const HALF: usize, const LANE: usize>(self) -> Quad {
        let quad = splat::<LANE>(self.0[HALF]);
        Quad { even: _mm_srai_epi16::<8>(_mm_slli_epi16::<8>(quad)), odd: _mm_srai_epi16::<8>(quad) }
    }
}

#[inline(always)]
fn splat<const LANE: usize>(v: __m128i) -> __m128i {
    match LANE {
        0 => _mm_shuffle_epi32::<0x00>(v),
        1 => _mm_shuffle_epi32::<0x55>(v),
        2 => _mm_shuffle_epi32::<0xaa>(v),
        _ => _mm_shuffle_epi32::<0xff>(v),
    }
}

/// Writes eight quads, saturated to bytes.
#[inline(always)]
pub fn store_quads(v: [I32x4; 8], out: &mut [u8; 8 * QUAD_BYTES]) {
    let halves: [__m128i; 4] = std::array::from_fn(|i| _mm_packs_epi32(v[2 * i].0, v[2 * i + 1].0));
    for (i, out) in out.as_chunks_mut::<16>().0.iter_mut().enumerate() {
        store16(_mm_packs_epi16(halves[2 * i], halves[2 * i + 1]), out);
    }
}
