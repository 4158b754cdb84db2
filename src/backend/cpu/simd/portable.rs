//! The vector vocabulary on plain arrays. LLVM turns most of it into the target's own vectors.

#[cfg(not(target_arch = "x86_64"))]
use super::Dots;

/// Name of this set of operations, for reports.
pub const VARIANT: &str = "portable";

/// Four f32 lanes.
#[derive(Debug, Clone, Copy)]
#[repr(align(16))]
pub struct F32x4([f32; 4]);

/// Four i32 lanes.
#[derive(Debug, Clone, Copy)]
#[repr(align(16))]
pub struct I32x4([i32; 4]);

/// Sixteen bytes.
#[derive(Debug, Clone, Copy)]
#[repr(align(16))]
pub struct U8x16([u8; 16]);

macro_rules! lanes {
    ($self:ident, $other:ident, |$a:ident, $b:ident| $e:expr) => {
        F32x4(std::array::from_fn(|i| {
            let ($a, $b) = ($self.0[i], $other.0[i]);
            $e
        }))
    };
}

#[expect(missing_docs, reason = "the names say it")]
#[expect(clippy::should_implement_trait, reason = "operations are called like the instructions they become")]
impl F32x4 {
    #[inline(always)]
    pub fn splat(v: f32) -> Self {
        F32x4([v; 4])
    }

    #[inline(always)]
    pub fn load(v: &[f32; 4]) -> Self {
        F32x4(*v)
    }

    #[inline(always)]
    pub fn store(self, out: &mut [f32; 4]) {
        *out = self.0;
    }

    #[inline(always)]
    pub fn add(self, o: Self) -> Self {
        lanes!(self, o, |a, b| a + b)
    }

    #[inline(always)]
    pub fn sub(self, o: Self) -> Self {
        lanes!(self, o, |a, b| a - b)
    }

    #[inline(always)]
    pub fn mul(self, o: Self) -> Self {
        lanes!(self, o, |a, b| a * b)
    }

    #[inline(always)]
    pub fn div(self, o: Self) -> Self {
        lanes!(self, o, |a, b| a / b)
    }

    #[inline(always)]
    pub fn max(self, o: Self) -> Self {
        lanes!(self, o, |a, b| if a > b { a } else { b })
    }

    #[inline(always)]
    pub fn min(self, o: Self) -> Self {
        lanes!(self, o, |a, b| if a < b { a } else { b })
    }

    #[inline(always)]
    pub fn abs(self) -> Self {
        F32x4(self.0.map(f32::abs))
    }

    /// self · m + a, perhaps fused.
    #[inline(always)]
    pub fn mul_add(self, m: Self, a: Self) -> Self {
        self.mul(m).add(a)
    }

    /// Rounds to the nearest integer, ties to even.
    #[inline(always)]
    pub fn nearest(self) -> Self {
        F32x4(self.0.map(f32::round_ties_even))
    }

    /// 2^self for integral lanes in −126..=127.
    #[inline(always)]
    pub fn pow2(self) -> Self {
        F32x4(self.0.map(|n| f32::from_bits(((n as i32 + 127) as u32) << 23)))
    }

    /// The sum of all lanes, as (0+1)+(2+3).
    #[inline(always)]
    pub fn sum(self) -> f32 {
        (self.0[0] + self.0[1]) + (self.0[2] + self.0[3])
    }

    #[inline(always)]
    pub fn reduce_max(self) -> f32 {
        self.0[0].max(self.0[1]).max(self.0[2].max(self.0[3]))
    }

    #[inline(always)]
    pub fn from_i32(v: I32x4) -> Self {
        F32x4(v.0.map(|v| v as f32))
    }

    /// Four finite f16 (little-endian) to f32, the way `wasm.rs` does it.
    #[inline(always)]
    pub fn from_f16(v: &[u8; 8]) -> Self {
        F32x4(u16s(v).map(|h| {
            let bits = (i32::from(h as i16) << 13) as u32 & 0x8fff_e000;
            f32::from_bits(bits) * f32::from_bits(0x7780_0000)
        }))
    }

    /// Four bf16 (little-endian) to f32.
    #[inline(always)]
    pub fn from_bf16(v: &[u8; 8]) -> Self {
        F32x4(u16s(v).map(|v| f32::from_bits(u32::from(v) << 16)))
    }

    /// Rounds each lane to the nearest integer and saturates to i16.
    #[inline(always)]
    pub fn to_i16(self) -> [i16; 4] {
        self.0.map(|v| v.round_ties_even() as i16)
    }
}

#[inline(always)]
fn u16s(v: &[u8; 8]) -> [u16; 4] {
    std::array::from_fn(|i| u16::from_le_bytes([v[2 * i], v[2 * i + 1]]))
}

#[expect(missing_docs, reason = "the names say it")]
#[expect(clippy::should_implement_trait, reason = "operations are called like the instructions they become")]
impl I32x4 {
    #[inline(always)]
    pub fn zero() -> Self {
        I32x4([0; 4])
    }

    /// The nearest integers are given as floats; saturates.
    #[inline(always)]
    pub fn from_f32(v: F32x4) -> Self {
        I32x4(v.0.map(|v| v as i32))
    }

    /// Lane i is the sum of all lanes of v[i].
    #[inline(always)]
    pub fn sums(v: [I32x4; 4]) -> Self {
        I32x4(v.map(I32x4::sum))
    }

    /// The sum of all lanes.
    #[inline(always)]
    pub fn sum(self) -> i32 {
        (self.0[0] + self.0[1]) + (self.0[2] + self.0[3])
    }

    /// Adds, in each lane, products of two i16 of `w` (eight widened bytes) and the pair `y`.
    #[inline(always)]
    pub fn dot_i8_i16(self, w: &[i8; 8], y: &[i16; 2]) -> Self {
        I32x4(std::array::from_fn(|r| {
            self.0[r] + i32::from(w[2 * r]) * i32::from(y[0]) + i32::from(w[2 * r + 1]) * i32::from(y[1])
        }))
    }

    #[inline(always)]
    pub fn add(self, o: Self) -> Self {
        I32x4(std::array::from_fn(|i| self.0[i] + o.0[i]))
    }
}

/// Eight i16 lanes.
#[derive(Debug, Clone, Copy)]
#[repr(align(16))]
pub struct I16x8([i16; 8]);

#[expect(missing_docs, reason = "the names say it")]
impl I16x8 {
    #[inline(always)]
    pub fn load(v: &[i16; 8]) -> Self {
        I16x8(*v)
    }

    #[inline(always)]
    pub fn store(self, out: &mut [i16; 8]) {
        *out = self.0;
    }

    /// The nearest integers are given as floats; saturates.
    #[inline(always)]
    pub fn from_f32(a: F32x4, b: F32x4) -> Self {
        I16x8(std::array::from_fn(|i| if i < 4 { a.0[i] as i16 } else { b.0[i - 4] as i16 }))
    }

    /// Lanes 2·PAIR and 2·PAIR + 1, four times.
    #[inline(always)]
    pub fn pair<const PAIR: usize>(self) -> Self {
        I16x8(std::array::from_fn(|i| self.0[2 * PAIR + i % 2]))
    }

    /// Products of lanes, summed in pairs.
    #[inline(always)]
    pub fn dot(self, o: Self) -> I32x4 {
        I32x4(std::array::from_fn(|i| {
            i32::from(self.0[2 * i]) * i32::from(o.0[2 * i]) + i32::from(self.0[2 * i + 1]) * i32::from(o.0[2 * i + 1])
        }))
    }
}

/// See [`super::Dots`]: i16 sums, as in `wasm.rs`.
#[cfg(not(target_arch = "x86_64"))]
#[derive(Debug, Clone, Copy)]
#[repr(align(16))]
pub struct Halves([i16; 8]);

#[cfg(not(target_arch = "x86_64"))]
impl Dots for Halves {
    const HALVES: bool = true;

    #[inline(always)]
    fn zero() -> Self {
        Halves([0; 8])
    }

    #[inline(always)]
    fn add(self, w: U8x16, y: Quad) -> Self {
        Halves(std::array::from_fn(|i| {
            let product = |j: usize| i16::from(w.0[2 * i + j]) * i16::from(y.0[(2 * i + j) % 4]);
            self.0[i] + product(0) + product(1)
        }))
    }

    #[inline(always)]
    fn sum(self) -> I32x4 {
        I32x4(std::array::from_fn(|r| i32::from(self.0[2 * r]) + i32::from(self.0[2 * r + 1])))
    }
}

/// See [`super::Dots`]: i32 sums.
#[cfg(not(target_arch = "x86_64"))]
#[derive(Debug, Clone, Copy)]
#[repr(align(16))]
pub struct Words([i32; 4]);

#[cfg(not(target_arch = "x86_64"))]
impl Dots for Words {
    const HALVES: bool = false;

    #[inline(always)]
    fn zero() -> Self {
        Words([0; 4])
    }

    #[inline(always)]
    fn add(self, w: U8x16, y: Quad) -> Self {
        Words(std::array::from_fn(|r| {
            (0..4).fold(self.0[r], |sum, i| sum + i32::from(w.0[4 * r + i]) * i32::from(y.0[i]))
        }))
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
        U8x16(*v)
    }

    #[inline(always)]
    pub fn and(self, mask: u8) -> Self {
        U8x16(self.0.map(|v| v & mask))
    }

    #[inline(always)]
    pub fn or(self, o: Self) -> Self {
        U8x16(std::array::from_fn(|i| self.0[i] | o.0[i]))
    }

    /// (self >> N) & mask.
    #[inline(always)]
    pub fn shr_and<const N: u32>(self, mask: u8) -> Self {
        U8x16(self.0.map(|v| (v >> N) & mask))
    }

    /// (self << N) & mask.
    #[inline(always)]
    pub fn shl_and<const N: u32>(self, mask: u8) -> Self {
        U8x16(self.0.map(|v| (v << N) & mask))
    }
}

/// Four consecutive activations, as the dot product wants them.
#[cfg(not(target_arch = "x86_64"))]
#[derive(Debug, Clone, Copy)]
pub struct Quad([i8; 4]);

/// Bytes that four consecutive activations take.
pub const QUAD_BYTES: usize = 4;

/// Eight quads.
#[cfg(not(target_arch = "x86_64"))]
#[derive(Debug, Clone, Copy)]
pub struct Quads([[i8; 4]; 8]);

#[cfg(not(target_arch = "x86_64"))]
impl Quads {
    /// Reads what [`store_quads`] wrote.
    #[inline(always)]
    pub fn load(v: &[u8; 8 * QUAD_BYTES]) -> Self {
        Quads(std::array::from_fn(|q| std::array::from_fn(|i| v[4 * q + i] as i8)))
    }

    /// Quad `4 · HALF + LANE`.
    #[inline(always)]
    pub fn get<const HALF: usize, const LANE: usize>(self) -> Quad {
        Quad(self.0[4 * HALF + LANE])
    }
}

/// Writes eight quads, saturated to bytes, in this target's layout.
#[inline(always)]
pub fn store_quads(v: [I32x4; 8], out: &mut [u8; 8 * QUAD_BYTES]) {
    for (v, out) in v.iter().zip(out.as_chunks_mut::<4>().0) {
        *out = v.0.map(|v| v.clamp(-128, 127) as u8);
    }
}
