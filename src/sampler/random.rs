//! Random numbers by position, in 32-bit arithmetic only, so that a shader computes the same ones.

/// A number in [0, 1) for a draw, the same for the same seed and position:
///
/// ```text
/// r = pcg(pcg(position + pcg(seed)) ^ seed)
/// u = (r >> 8) · 2⁻²⁴
/// ```
///
/// where `pcg` is the 32-bit PCG-RXS-M-XS permutation as a hash (Jarzynski and Olano 2020, "Hash
/// Functions for GPU Rendering"). All additions and products wrap.
pub fn random_unit(seed: u32, position: u32) -> f32 {
    let r = pcg(pcg(position.wrapping_add(pcg(seed))) ^ seed);
    (r >> 8) as f32 / (1 << 24) as f32
}

fn pcg(input: u32) -> u32 {
    let state = input.wrapping_mul(747_796_405).wrapping_add(2_891_336_453);
    let word = ((state >> ((state >> 28) + 4)) ^ state).wrapping_mul(277_803_737);
    (word >> 22) ^ word
}

/// A seed that differs from call to call.
#[cfg(not(all(target_arch = "wasm32", target_os = "unknown")))]
pub fn random_seed() -> u32 {
    use std::hash::{BuildHasher, Hasher};
    std::collections::hash_map::RandomState::new().build_hasher().finish() as u32
}

/// A seed that differs from call to call.
#[cfg(all(target_arch = "wasm32", target_os = "unknown"))]
pub fn random_seed() -> u32 {
    let mut bytes = [0; 4];
    // Without a source of randomness in the page every run is the same; that is no reason to fail.
    let _ = getrandom::fill(&mut bytes);
    u32::from_le_bytes(bytes)
}
