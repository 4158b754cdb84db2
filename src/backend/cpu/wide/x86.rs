//! The way to the instructions that there are.

#[macro_use]
mod kernels;
mod avx2;
mod avx512;
mod avx_vnni;

use super::MOST_GROUPS;
use crate::backend::cpu::input::Input;
use crate::backend::cpu::level::{Level, Set};
use crate::backend::cpu::repack::Layout;
use crate::backend::cpu::simd::F32x4;

/// Four rows of one group times the one token of `input`; lane r is row r of the group.
pub fn mat_vec(level: Level, layout: Layout, data: &[u8], input: &Input) -> F32x4 {
    // SAFETY: a level exists only where the processor has its instructions.
    unsafe {
        match level.set() {
            Set::Avx2 => avx2::mat_vec(layout, data, input),
            Set::AvxVnni => avx_vnni::mat_vec(layout, data, input),
            Set::Avx512 => avx512::mat_vec(layout, data, input),
        }
    }
}

/// The rows of a tile times the tokens from `first` on; `sums` is (tokens, groups of the level).
///
/// The tile is the first [`Level::groups`] of `groups`, the data of one group each.
pub fn mat_mul(
    level: Level,
    layout: Layout,
    groups: [&[u8]; MOST_GROUPS],
    input: &Input,
    first: usize,
    sums: &mut [F32x4],
) {
    sums.fill(F32x4::splat(0.0));
    // SAFETY: a level exists only where the processor has its instructions.
    unsafe {
        match level.set() {
            Set::Avx2 => avx2::mat_mul(layout, groups, input, first, sums),
            Set::AvxVnni => avx_vnni::mat_mul(layout, groups, input, first, sums),
            Set::Avx512 => avx512::mat_mul(layout, groups, input, first, sums),
        }
    }
}
