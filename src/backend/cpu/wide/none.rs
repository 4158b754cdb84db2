//! What there is in place of `x86.rs` on other processors: no level.

use super::MOST_GROUPS;
use crate::backend::cpu::input::Input;
use crate::backend::cpu::level::Level;
use crate::backend::cpu::repack::Layout;
use crate::backend::cpu::simd::F32x4;

/// See `x86.rs`.
pub fn mat_vec(level: Level, _layout: Layout, _data: &[u8], _input: &Input) -> F32x4 {
    match level {}
}

/// See `x86.rs`.
pub fn mat_mul(
    level: Level,
    _layout: Layout,
    _groups: [&[u8]; MOST_GROUPS],
    _input: &Input,
    _first: usize,
    _sums: &mut [F32x4],
) {
    match level {}
}
