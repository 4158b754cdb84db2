//! The vector vocabulary on WebAssembly SIMD. With relaxed SIMD the byte dot product is one
//! instruction; its 7-bit operand is always the unsigned weight, so that every engine agrees.

use core::arch::wasm32::*;

use super::Dots;

/// Name of this set of operations, for reports.
pub const VARIANT: &str = if cfg!(target_feature = "relaxed-simd") { "relaxed-simd" } else { "simd128" };

/// Four f32 lanes.
#[derive(Debug, Clone, Copy)]
pub struct F32x4(v128);

/// Four i32 lanes.
#[derive(Debug, Clone, Copy)]
pub struct I32x4(v128);

/// Sixteen bytes.
#[derive(Debug, Clone, Copy)]
pub struct U8x16(v128);

#[expect(missing_docs, reason = "the names say it")]
#[expect(clippy::should_implement_trait, reason = "operations are called like the instructions they become")]
impl F32x4 {
    #[inline(always)]
    pub fn splat(v: f32) -> Self {
        F32x4(f32x4_splat(v))
    }

    #[inline(always)]
    pub fn load(v: &[f32; 4]) -> Self {
        // SAFETY: the reference covers 16 readable bytes; wasm loads need no alignment.
        F32x4(unsafe { v128_load(v.as_ptr().cast()) })
    }

    #[inline(always)]
    pub fn store(self, out: &mut [f32; 4]) {
        // SAFETY: the reference covers 16 writable bytes.
        unsafe { v128_store(out.as_mut_ptr().cast(), self.0) }
    }

    #[inline(always)]
    pub fn add(self, o: Self) -> Self {
        F32x4(f32x4_add(self.0, o.0))
    }

    #[inline(always)]
    pub fn sub(self, o: Self) -> Self {
        F32x4(f32x4_sub(self.0, o.0))
    }

    #[inline(always)]
    pub fn mul(self, o: Self) -> Self {
        F32x4(f32x4_mul(self.0, o.0))
    }

    #[inline(always)]
    pub fn div(self, o: Self) -> Self {
        F32x4(f32x4_div(self.0, o.0))
    }

    #[inline(always)]
    pub fn max(self, o: Self) -> Self {
        F32x4(f32x4_pmax(self.0, o.0))
    }

    #[inline(always)]
    pub fn min(self, o: Self) -> Self {
        F32x4(f32x4_pmin(self.0, o.0))
    }

    #[inline(always)]
    pub fn abs(self) -> Self {
        F32x4(f32x4_abs(self.0))
    }

    /// self · m + a, perhaps fused.
    #[inline(always)]
    pub fn mul_add(self, m: Self, a: Self) -> Self {
        #[cfg(target_feature = "relaxed-simd")]
        return F32x4(f32x4_relaxed_madd(self.0, m.0, a.0));
        #[cfg(not(target_feature = "relaxed-simd"))]
        self.mul(m).add(a)
    }

    /// Rounds to the nearest integer, ties to even.
    #[inline(always)]
    pub fn nearest(self) -> Self {
        F32x4(f32x4_nearest(self.0))
    }

    /// 2^self for integral lanes in −126..=127.
    #[inline(always)]
    pub fn pow2(self) -> Self {
        let n = i32x4_trunc_sat_f32x4(self.0);
        F32x4(i32x4_shl(i32x4_add(n, i32x4_splat(127)), 23))
    }

    /// The sum of all lanes, as (0+1)+(2+3).
    #[inline(always)]
    pub fn sum(self) -> f32 {
        (f32x4_extract_lane::<0>(self.0) + f32x4_extract_lane::<1>(self.0))
            + (f32x4_extract_lane::<2>(self.0) + f32x4_extract_lane::<3>(self.0))
    }

    #[inline(always)]
    pub fn reduce_max(self) -> f32 {
        let a = f32x4_pmax(self.0, i32x4_shuffle::<2, 3, 0, 1>(self.0, self.0));
        f32x4_extract_lane::<0>(a).max(f32x4_extract_lane::<1>(a))
    }

    #[inline(always)]
    pub fn from_i32(v: I32x4) -> Self {
        F32x4(f32x4_convert_i32x4(v.0))
    }

    /// Four finite f16 (little-endian) to f32: exponent and mantissa move into place, the bias is
    /// corrected by a multiplication, which is exact for subnormals too.
    #[inline(always)]
    pub fn from_f16(v: &[u8; 8]) -> Self {
        // SAFETY: the reference covers 8 readable bytes; wasm loads need no alignment.
        let wide = unsafe { i32x4_load_extend_i16x4(v.as_ptr().cast()) };
        let bits = v128_and(i32x4_shl(wide, 13), u32x4_splat(0x8fff_e000));
        F32x4(f32x4_mul(bits, f32x4_splat(f32::from_bits(0x7780_0000))))
    }

    /// Four bf16 (little-endian) to f32.
    #[inline(always)]
    pub fn from_bf16(v: &[u8; 8]) -> Self {
        // SAFETY: the reference covers 8 readable bytes; wasm loads need no alignment.
        let wide = unsafe { u32x4_load_extend_u16x4(v.as_ptr().cast()) };
        F32x4(i32x4_shl(wide, 16))
    }

    /// Rounds each lane to the nearest integer and saturates to i16.
    #[inline(always)]
    pub fn to_i16(self) -> [i16; 4] {
        let v = i32x4_trunc_sat_f32x4(f32x4_nearest(self.0));
        let v = i16x8_narrow_i32x4(v, v);
        [i16x8_extract_lane::<0>(v), i16x8_extract_lane::<1>(v), i16x8_extract_lane::<2>(v), i16x8_extract_lane::<3>(v)]
    }
}

#[expect(missing_docs, reason = "the names say it")]
#[expect(clippy::should_implement_trait, reason = "operations are called like the instructions they become")]
impl I32x4 {
    #[inline(always)]
    pub fn zero() -> Self {
        I32x4(i32x4_splat(0))
    }

    /// The nearest integers are given as floats; saturates.
    #[inline(always)]
    pub fn from_f32(v: F32x4) -> Self {
        I32x4(i32x4_trunc_sat_f32x4(v.0))
    }

    /// Lane i is the sum of all lanes of v[i].
    #[inline(always)]
    pub fn sums(v: [I32x4; 4]) -> Self {
        // Shuffles that are one instruction everywhere: interleaved words, then interleaved halves.
        let two = |a: v128, b: v128| i32x4_add(i32x4_shuffle::<0, 4, 1, 5>(a, b), i32x4_shuffle::<2, 6, 3, 7>(a, b));
        let (a, b) = (two(v[0].0, v[1].0), two(v[2].0, v[3].0));
        I32x4(i32x4_add(i64x2_shuffle::<0, 2>(a, b), i64x2_shuffle::<1, 3>(a, b)))
    }

    /// The sum of all lanes.
    #[inline(always)]
    pub fn sum(self) -> i32 {
        (i32x4_extract_lane::<0>(self.0) + i32x4_extract_lane::<1>(self.0))
            + (i32x4_extract_lane::<2>(self.0) + i32x4_extract_lane::<3>(self.0))
    }

    /// Adds, in each lane, products of two i16 of `w` (eight widened bytes) and the pair `y`.
    #[inline(always)]
    pub fn dot_i8_i16(self, w: &[i8; 8], y: &[i16; 2]) -> Self {
        // SAFETY: the references cover 8 and 4 readable bytes.
        let (w, y) = unsafe { (i16x8_load_extend_i8x8(w.as_ptr()), v128_load32_splat(y.as_ptr().cast())) };
        I32x4(i32x4_add(self.0, i32x4_dot_i16x8(w, y)))
    }

    #[inline(always)]
    pub fn add(self, o: Self) -> Self {
        I32x4(i32x4_add(self.0, o.0))
    }
}

/// Eight i16 lanes.
#[derive(Debug, Clone, Copy)]
pub struct I16x8(v128);

#[expect(missing_docs, reason = "the names say it")]
impl I16x8 {
    #[inline(always)]
    pub fn load(v: &[i16; 8]) -> Self {
        // SAFETY: the reference covers 16 readable bytes; wasm loads need no alignment.
        I16x8(unsafe { v128_load(v.as_ptr().cast()) })
    }

    #[inline(always)]
    pub fn store(self, out: &mut [i16; 8]) {
        // SAFETY: the reference covers 16 writable bytes.
        unsafe { v128_store(out.as_mut_ptr().cast(), self.0) }
    }

    /// The nearest integers are given as floats; saturates.
    #[inline(always)]
    pub fn from_f32(a: F32x4, b: F32x4) -> Self {
        I16x8(i16x8_narrow_i32x4(i32x4_trunc_sat_f32x4(a.0), i32x4_trunc_sat_f32x4(b.0)))
    }

    /// Lanes 2·PAIR and 2·PAIR + 1, four times.
    #[inline(always)]
    pub fn pair<const PAIR: usize>(self) -> Self {
        I16x8(splat::<PAIR>(self.0))
    }

    /// Products of lanes, summed in pairs.
    #[inline(always)]
    pub fn dot(self, o: Self) -> I32x4 {
        I32x4(i32x4_dot_i16x8(self.0, o.0))
    }
}

/// See [`Dots`]: i16 sums, one instruction for sixteen products and one to add them.
#[derive(Debug, Clone, Copy)]
#[cfg(target_feature = "relaxed-simd")]
pub struct Halves(v128);

#[cfg(target_feature = "relaxed-simd")]
impl Dots for Halves {
    const HALVES: bool = true;

    #[inline(always)]
    fn zero() -> Self {
        Halves(i32x4_splat(0))
    }

    #[inline(always)]
    fn add(self, w: U8x16, y: Quad) -> Self {
        Halves(i16x8_add(self.0, i16x8_relaxed_dot_i8x16_i7x16(y.0, w.0)))
    }

    #[inline(always)]
    fn sum(self) -> I32x4 {
        I32x4(i32x4_extadd_pairwise_i16x8(self.0))
    }
}

/// See [`Dots`]: i32 sums, with relaxed SIMD one instruction where the processor has it, three or more elsewhere.
#[derive(Debug, Clone, Copy)]
pub struct Words(v128);

impl Dots for Words {
    const HALVES: bool = false;

    #[inline(always)]
    fn zero() -> Self {
        Words(i32x4_splat(0))
    }

    #[inline(always)]
    fn add(self, w: U8x16, y: Quad) -> Self {
        #[cfg(target_feature = "relaxed-simd")]
        return Words(i32x4_relaxed_dot_i8x16_i7x16_add(y.0, w.0, self.0));
        #[cfg(not(target_feature = "relaxed-simd"))]
        {
            let even = i32x4_dot_i16x8(v128_and(w.0, u16x8_splat(0x00ff)), y.even);
            let odd = i32x4_dot_i16x8(u16x8_shr(w.0, 8), y.odd);
            Words(i32x4_add(self.0, i32x4_add(even, odd)))
        }
    }

    #[inline(always)]
    fn sum(self) -> I32x4 {
        I32x4(self.0)
    }
}

/// Which there are: without relaxed SIMD there is no product of bytes.
#[cfg(not(target_feature = "relaxed-simd"))]
pub type Halves = Words;

#[expect(missing_docs, reason = "the names say it")]
impl U8x16 {
    #[inline(always)]
    pub fn load(v: &[u8; 16]) -> Self {
        // SAFETY: the reference covers 16 readable bytes.
        U8x16(unsafe { v128_load(v.as_ptr().cast()) })
    }

    #[inline(always)]
    pub fn and(self, mask: u8) -> Self {
        U8x16(v128_and(self.0, u8x16_splat(mask)))
    }

    #[inline(always)]
    pub fn or(self, o: Self) -> Self {
        U8x16(v128_or(self.0, o.0))
    }

    /// (self >> N) & mask, where the mask hides what 16-bit shifts bring in from the neighbour.
    #[inline(always)]
    pub fn shr_and<const N: u32>(self, mask: u8) -> Self {
        debug_assert!(mask <= 0xff >> N);
        U8x16(v128_and(u16x8_shr(self.0, N), u8x16_splat(mask)))
    }

    /// (self << N) & mask, see [`U8x16::shr_and`].
    #[inline(always)]
    pub fn shl_and<const N: u32>(self, mask: u8) -> Self {
        debug_assert!(mask.trailing_zeros() >= N);
        U8x16(v128_and(u16x8_shl(self.0, N), u8x16_splat(mask)))
    }
}

/// Four consecutive activations, as the dot product wants them, in every lane.
#[derive(Debug, Clone, Copy)]
#[cfg(target_feature = "relaxed-simd")]
pub struct Quad(v128);

/// Four consecutive activations as two pairs of i16, in every lane.
#[derive(Debug, Clone, Copy)]
#[cfg(not(target_feature = "relaxed-simd"))]
pub struct Quad {
    even: v128,
    odd: v128,
}

/// Bytes that four consecutive activations take.
pub const QUAD_BYTES: usize = if cfg!(target_feature = "relaxed-simd") { 4 } else { 8 };

/// Eight quads, loaded in whole vectors: an engine folds the address of such a load into the instruction, of one
/// that splats it does not.
#[derive(Debug, Clone, Copy)]
pub struct Quads([v128; QUAD_BYTES / 2]);

impl Quads {
    /// Reads what [`store_quads`] wrote.
    #[inline(always)]
    pub fn load(v: &[u8; 8 * QUAD_BYTES]) -> Self {
        // SAFETY: the reference covers as many readable bytes as are loaded.
        Quads(std::array::from_fn(|i| unsafe { v128_load(v.as_ptr().add(16 * i).cast()) }))
    }

    /// Quad `4 · HALF + LANE`.
    #[inline(always)]
    pub fn get<const HALF: usize, const LANE: usize>(self) -> Quad {
        #[cfg(target_feature = "relaxed-simd")]
        return Quad(splat::<LANE>(self.0[HALF]));
        #[cfg(not(target_feature = "relaxed-simd"))]
        {
            let v = self.0[2 * HALF + LANE / 2];
            match LANE % 2 {
                0 => Quad { even: splat::<0>(v), odd: splat::<1>(v) },
                _ => Quad { even: splat::<2>(v), odd: splat::<3>(v) },
            }
        }
    }
}

#[inline(always)]
fn splat<const LANE: usize>(v: v128) -> v128 {
    i32x4_shuffle::<LANE, LANE, LANE, LANE>(v, v)
}

/// Writes eight quads, saturated to bytes, in this target's layout.
#[inline(always)]
pub fn store_quads(v: [I32x4; 8], out: &mut [u8; 8 * QUAD_BYTES]) {
    let halves: [v128; 4] = std::array::from_fn(|i| i16x8_narrow_i32x4(v[2 * i].0, v[2 * i + 1].0));
    let out: *mut v128 = out.as_mut_ptr().cast();
    #[cfg(target_feature = "relaxed-simd")]
    for i in 0..2 {
        // SAFETY: the reference covers 32 writable bytes.
        unsafe { v128_store(out.add(i), i8x16_narrow_i16x8(halves[2 * i], halves[2 * i + 1])) }
    }
    #[cfg(not(target_feature = "relaxed-simd"))]
    for (i, half) in halves.into_iter().enumerate() {
        // SAFETY: the reference covers 64 writable bytes.
        unsafe { v128_store(out.add(i), i16x8_shuffle::<0, 2, 1, 3, 4, 6, 5, 7>(half, half)) }
    }
}
