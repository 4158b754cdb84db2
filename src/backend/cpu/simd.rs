//! The few 128-bit vector operations that the CPU kernels are written in, one file a target.
//!
//! `wasm.rs` maps them to simd128 (and relaxed SIMD where the build has it), `sse2.rs` to what every
//! x86-64 has; `portable.rs` is the same on plain arrays, for other processors and as the twin that
//! tests compare with. Kernels exist once, over this vocabulary, but for the products of weights on
//! x86-64, which `wide` has for longer vectors.

#[cfg(not(any(target_arch = "wasm32", all(target_arch = "x86_64", not(test)))))]
pub mod portable;
#[cfg(target_arch = "x86_64")]
mod sse2;
#[cfg(target_arch = "wasm32")]
mod wasm;

#[cfg(not(any(target_arch = "wasm32", target_arch = "x86_64")))]
pub use portable::*;
#[cfg(target_arch = "x86_64")]
pub use sse2::*;
#[cfg(target_arch = "wasm32")]
pub use wasm::*;

use super::level::Level;

/// Sums of products of four weights (0..=127) with a quad of activations, a row a lane.
///
/// The same integers whichever way they are summed; which is fastest depends on the processor, see
/// [`DotKind`].
pub trait Dots: Copy {
    /// A lane is two i16: the products of `w` and 255, times how often [`Dots::add`] is called, must
    /// stay below 2¹⁵.
    const HALVES: bool;

    /// No products yet.
    fn zero() -> Self;

    /// Adds the products of `w` and `y`.
    fn add(self, w: U8x16, y: Quad) -> Self;

    /// The sums.
    fn sum(self) -> I32x4;
}

/// How the kernels sum up products of bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DotKind {
    /// i16 sums of [`Halves`]: fastest where a processor multiplies bytes to i16 only.
    Halves,
    /// i32 sums of [`Words`]: fastest where one instruction multiplies bytes and sums them up (VNNI, the dot
    /// products of ARM).
    Words,
    /// By longer vectors.
    Wide(Level),
}

impl Default for DotKind {
    fn default() -> Self {
        NARROW[0]
    }
}

/// Those that this processor has and that differ in this build, the one to begin with first.
pub fn dot_kinds() -> Vec<DotKind> {
    match Level::best() {
        Some(level) => vec![DotKind::Wide(level)],
        None => NARROW.to_vec(),
    }
}

/// Those over the vocabulary.
pub const NARROW: &[DotKind] = match HALVES {
    true => &[DotKind::Halves, DotKind::Words],
    false => &[DotKind::Words],
};

/// Whether i16 sums are something of their own.
const HALVES: bool = <Halves as Dots>::HALVES;

/// e^x for each lane, with a relative error below 3e-7 for x in −87..=88; x beyond is taken as
/// the nearest of these.
///
/// Cody and Waite's reduction to |r| ≤ ln 2 / 2, then a polynomial of degree six.
#[inline(always)]
pub fn exp(x: F32x4) -> F32x4 {
    let x = x.max(F32x4::splat(-87.3)).min(F32x4::splat(88.0));
    let n = x.mul(F32x4::splat(std::f32::consts::LOG2_E)).nearest();
    let r = n.mul_add(F32x4::splat(-0.693_359_4), x);
    let r = n.mul_add(F32x4::splat(2.121_944_4e-4), r);
    let mut p = F32x4::splat(1.0 / 720.0);
    for c in [1.0 / 120.0, 1.0 / 24.0, 1.0 / 6.0, 0.5, 1.0, 1.0] {
        p = p.mul_add(r, F32x4::splat(c));
    }
    p.mul(n.pow2())
}

/// tanh of each lane through [`exp`], clamped where it is 1 in f32.
#[inline(always)]
pub fn tanh(x: F32x4) -> F32x4 {
    let x = x.max(F32x4::splat(-9.0)).min(F32x4::splat(9.0));
    let e = exp(x.add(x));
    e.sub(F32x4::splat(1.0)).div(e.add(F32x4::splat(1.0)))
}
