//! Block formats → f32, bit for bit as ggml defines them. The reference for every packed kernel.
//!
//! Layouts are those of ggml's `ggml-common.h`: a block holds its scales as f16 and its quants
//! packed; K-quants are super-blocks of 256 with 6-bit (or 4-bit) sub-block scales.

use half::{bf16, f16};

use crate::error::{Error, Result};
use crate::gguf::GgmlType;

/// The smallest power of two in which ±`max` is at most ±`limit` units; it and its inverse are normal numbers.
/// Rounding to units of it what was rounded so before changes nothing.
pub fn power_of_two_scale(max: f32, limit: f32) -> f32 {
    // Rounds the exponent up.
    let bits = (max / limit).to_bits().saturating_add(0x7f_ffff) & 0x7f80_0000;
    f32::from_bits(bits.clamp(0x0100_0000, 0x7e00_0000))
}

/// Decodes `out.len()` elements of `bytes`.
///
/// # Errors
/// [`Error::TensorBytes`] if the lengths disagree, [`Error::UnsupportedType`] for other formats.
pub fn dequantize(dtype: GgmlType, bytes: &[u8], out: &mut [f32]) -> Result<()> {
    let want = dtype.bytes(out.len()).filter(|_| dtype.is_supported());
    let Some(want) = want else {
        return Err(Error::UnsupportedType { tensor: "?".into(), dtype: dtype.to_string() });
    };
    if want != bytes.len() {
        return Err(Error::TensorBytes {
            name: "?".into(),
            dtype: dtype.to_string(),
            elements: out.len(),
            want,
            got: bytes.len(),
        });
    }
    match dtype {
        GgmlType::F32 => each::<4, 1>(bytes, out, |b, o| o[0] = f32::from_le_bytes(*b)),
        GgmlType::F16 => each::<2, 1>(bytes, out, |b, o| o[0] = f16::from_le_bytes(*b).to_f32()),
        GgmlType::BF16 => each::<2, 1>(bytes, out, |b, o| o[0] = bf16::from_le_bytes(*b).to_f32()),
        GgmlType::Q4_0 => each(bytes, out, q4_0),
        GgmlType::Q4_1 => each(bytes, out, q4_1),
        GgmlType::Q5_0 => each(bytes, out, q5_0),
        GgmlType::Q5_1 => each(bytes, out, q5_1),
        GgmlType::Q8_0 => each(bytes, out, q8_0),
        GgmlType::Q2_K => each(bytes, out, q2_k),
        GgmlType::Q3_K => each(bytes, out, q3_k),
        GgmlType::Q4_K => each(bytes, out, q4_k),
        GgmlType::Q5_K => each(bytes, out, q5_k),
        GgmlType::Q6_K => each(bytes, out, q6_k),
        GgmlType::Other(_) => {}
    }
    Ok(())
}

fn each<const BYTES: usize, const ELEMENTS: usize>(
    bytes: &[u8],
    out: &mut [f32],
    decode: impl Fn(&[u8; BYTES], &mut [f32; ELEMENTS]),
) {
    let (blocks, _) = bytes.as_chunks::<BYTES>();
    let (outs, _) = out.as_chunks_mut::<ELEMENTS>();
    for (b, o) in blocks.iter().zip(outs) {
        decode(b, o);
    }
}

/// The f16 at byte `at`.
pub(crate) fn f16_at(b: &[u8], at: usize) -> f32 {
    f16::from_le_bytes([b[at], b[at + 1]]).to_f32()
}

fn q4_0(b: &[u8; 18], o: &mut [f32; 32]) {
    let d = f16_at(b, 0);
    for i in 0..16 {
        o[i] = (i32::from(b[2 + i] & 15) - 8) as f32 * d;
        o[i + 16] = (i32::from(b[2 + i] >> 4) - 8) as f32 * d;
    }
}

fn q4_1(b: &[u8; 20], o: &mut [f32; 32]) {
    let (d, m) = (f16_at(b, 0), f16_at(b, 2));
    for i in 0..16 {
        o[i] = f32::from(b[4 + i] & 15) * d + m;
        o[i + 16] = f32::from(b[4 + i] >> 4) * d + m;
    }
}

/// The fifth bits of a Q5 block start at byte `at`; gives the 5-bit value of element `i`.
fn q5(b: &[u8], at: usize, i: usize) -> i32 {
    let high = u32::from_le_bytes([b[at], b[at + 1], b[at + 2], b[at + 3]]);
    let byte = b[at + 4 + i % 16];
    let low = if i < 16 { byte & 15 } else { byte >> 4 };
    i32::from(low) | (((high >> i) & 1) << 4) as i32
}

fn q5_0(b: &[u8; 22], o: &mut [f32; 32]) {
    let d = f16_at(b, 0);
    o.iter_mut().enumerate().for_each(|(i, o)| *o = (q5(b, 2, i) - 16) as f32 * d);
}

fn q5_1(b: &[u8; 24], o: &mut [f32; 32]) {
    let (d, m) = (f16_at(b, 0), f16_at(b, 2));
    o.iter_mut().enumerate().for_each(|(i, o)| *o = q5(b, 4, i) as f32 * d + m);
}

fn q8_0(b: &[u8; 34], o: &mut [f32; 32]) {
    let d = f16_at(b, 0);
    o.iter_mut().enumerate().for_each(|(i, o)| *o = f32::from(b[2 + i] as i8) * d);
}

/// 16 scale bytes (scale low, min high nibble), 64 quant bytes, d, dmin.
fn q2_k(b: &[u8; 84], o: &mut [f32; 256]) {
    let (d, dmin) = (f16_at(b, 80), f16_at(b, 82));
    for (i, o) in o.iter_mut().enumerate() {
        let scale = b[i / 16];
        let q = (b[16 + 32 * (i / 128) + i % 32] >> (2 * (i % 128 / 32))) & 3;
        *o = d * f32::from(scale & 15) * f32::from(q) - dmin * f32::from(scale >> 4);
    }
}

/// 32 high-bit bytes, 64 quant bytes, 12 bytes of 6-bit scales, d.
fn q3_k(b: &[u8; 110], o: &mut [f32; 256]) {
    let d = f16_at(b, 108);
    for (i, o) in o.iter_mut().enumerate() {
        let s = i / 16;
        let low = if s < 8 { b[96 + s] & 15 } else { b[96 + s - 8] >> 4 };
        let scale = i32::from(low | (((b[104 + s % 4] >> (2 * (s / 4))) & 3) << 4)) - 32;
        let q = (b[32 + 32 * (i / 128) + i % 32] >> (2 * (i % 128 / 32))) & 3;
        let high = (b[i % 32] >> (i / 32)) & 1;
        *o = d * scale as f32 * (i32::from(q) - if high == 1 { 0 } else { 4 }) as f32;
    }
}

/// The 6-bit scale and min of sub-block `j` (0..8) in the 12 bytes that Q4_K and Q5_K share.
pub(crate) fn k_scale_min(s: &[u8], j: usize) -> (u8, u8) {
    if j < 4 {
        (s[j] & 63, s[j + 4] & 63)
    } else {
        ((s[j + 4] & 15) | ((s[j - 4] >> 6) << 4), (s[j + 4] >> 4) | ((s[j] >> 6) << 4))
    }
}

/// d, dmin, 12 bytes of 6-bit scales and mins, 128 quant bytes.
fn q4_k(b: &[u8; 144], o: &mut [f32; 256]) {
    let (d, dmin) = (f16_at(b, 0), f16_at(b, 2));
    for (i, o) in o.iter_mut().enumerate() {
        let (scale, min) = k_scale_min(&b[4..16], i / 32);
        let byte = b[16 + 32 * (i / 64) + i % 32];
        let q = if i % 64 < 32 { byte & 15 } else { byte >> 4 };
        *o = d * f32::from(scale) * f32::from(q) - dmin * f32::from(min);
    }
}

/// As Q4_K, with 32 bytes of fifth bits between scales and quants.
fn q5_k(b: &[u8; 176], o: &mut [f32; 256]) {
    let (d, dmin) = (f16_at(b, 0), f16_at(b, 2));
    for (i, o) in o.iter_mut().enumerate() {
        let (scale, min) = k_scale_min(&b[4..16], i / 32);
        let byte = b[48 + 32 * (i / 64) + i % 32];
        let low = if i % 64 < 32 { byte & 15 } else { byte >> 4 };
        let high = (b[16 + i % 32] >> (i / 32)) & 1;
        *o = d * f32::from(scale) * f32::from(low + 16 * high) - dmin * f32::from(min);
    }
}

/// 128 bytes of low nibbles, 64 of high bits, 16 signed scales, d.
fn q6_k(b: &[u8; 210], o: &mut [f32; 256]) {
    let d = f16_at(b, 208);
    for (i, o) in o.iter_mut().enumerate() {
        let (half, r) = (i / 128, i % 128);
        let byte = b[64 * half + r % 64];
        let low = if r < 64 { byte & 15 } else { byte >> 4 };
        let high = (b[128 + 32 * half + r % 32] >> (2 * (r / 32))) & 3;
        let scale = b[192 + i / 16] as i8;
        *o = d * f32::from(scale) * (i32::from(low | (high << 4)) - 32) as f32;
    }
}
