//! ggml blocks → planes that a shader reads in whole words. Never touches a device.
//!
//! A row is cut into blocks of 32 weights. The first plane holds the low bits of each quant, the
//! second the bits beyond a power of two, the third the scales: an f16 pair a block, or for K-quants five
//! words a super-block: f16 (d, dmin), then a byte or byte pair a sub-block. Quants stay as they are,
//! so a weight decodes to what [`crate::quant`] says, up to one rounding.

use half::f16;

use crate::gguf::GgmlType;
use crate::quant::k_scale_min;

/// How a block format looks on the device.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PlaneFormat {
    /// Shader file that decodes quants.
    pub quants: &'static str,
    /// Shader file that decodes scales.
    pub scale: &'static str,
    /// Quant that means zero.
    pub zero: f64,
    /// Bytes a block of 32 in the first plane.
    pub low: usize,
    /// Bytes a block of 32 in the second plane.
    pub high: usize,
    /// Bytes in the third plane, for this many blocks.
    pub scales: (usize, usize),
}

const PAIR: (usize, usize) = (4, 1);
const SUPER: (usize, usize) = (20, 8);
const NONE: (usize, usize) = (0, 1);

impl PlaneFormat {
    /// The layout of a supported type.
    pub fn of(dtype: GgmlType) -> Option<PlaneFormat> {
        let layout = |quants, scale, zero, low, high, scales| PlaneFormat { quants, scale, zero, low, high, scales };
        Some(match dtype {
            GgmlType::F32 => layout("quants_f32", "scale_none", 0.0, 128, 0, NONE),
            GgmlType::F16 => layout("quants_f16", "scale_none", 0.0, 64, 0, NONE),
            GgmlType::BF16 => layout("quants_bf16", "scale_none", 0.0, 64, 0, NONE),
            GgmlType::Q4_0 => layout("quants_q4", "scale_pair", 8.0, 16, 0, PAIR),
            GgmlType::Q4_1 => layout("quants_q4", "scale_pair", 0.0, 16, 0, PAIR),
            GgmlType::Q5_0 => layout("quants_q5", "scale_pair", 16.0, 16, 4, PAIR),
            GgmlType::Q5_1 => layout("quants_q5", "scale_pair", 0.0, 16, 4, PAIR),
            GgmlType::Q8_0 => layout("quants_q8", "scale_pair", 0.0, 32, 0, PAIR),
            GgmlType::Q2_K => layout("quants_q2", "scale_q2k", 0.0, 8, 0, SUPER),
            GgmlType::Q3_K => layout("quants_q3", "scale_k16", 4.0, 8, 4, SUPER),
            GgmlType::Q4_K => layout("quants_q4", "scale_k32", 0.0, 16, 0, SUPER),
            GgmlType::Q5_K => layout("quants_q5", "scale_k32", 0.0, 16, 4, SUPER),
            GgmlType::Q6_K => layout("quants_q6", "scale_k16", 32.0, 16, 8, SUPER),
            GgmlType::Other(_) => return None,
        })
    }

    /// Bytes of `blocks` blocks in each plane.
    pub fn plane_bytes(&self, blocks: usize) -> [usize; 3] {
        [blocks * self.low, blocks * self.high, blocks.div_ceil(self.scales.1) * self.scales.0]
    }
}

/// The planes of some rows.
#[derive(Debug, Default, Clone, PartialEq)]
pub struct Planes {
    /// Low bits, high bits, scales.
    pub planes: [Vec<u8>; 3],
}

/// Appends rows of `cols` weights, given as ggml stores them, to `out`. A dense row is padded with
/// zeros to whole blocks; other rows have whole blocks.
pub fn repack(dtype: GgmlType, cols: usize, bytes: &[u8], out: &mut Planes) {
    let element = match dtype {
        GgmlType::F32 => 4,
        GgmlType::F16 | GgmlType::BF16 => 2,
        _ => 0,
    };
    if element > 0 {
        let padded = cols.next_multiple_of(32) * element;
        for row in bytes.chunks_exact(cols * element) {
            let plane = &mut out.planes[0];
            plane.extend_from_slice(row);
            plane.resize(plane.len() + padded - row.len(), 0);
        }
        return;
    }
    let Some((weights, size)) = dtype.block() else { return };
    for block in bytes.chunks_exact(size) {
        for sub in 0..weights / 32 {
            pack(dtype, &quants(dtype, block, sub), out);
        }
        scales(dtype, block, &mut out.planes[2]);
    }
}

/// The quants of sub-block `sub` as unsigned numbers (Q8_0: two's complement).
fn quants(dtype: GgmlType, b: &[u8], sub: usize) -> [u8; 32] {
    let (group, at) = (sub / 4, sub % 4);
    let nibble = |base: usize, i: usize, high: bool| if high { b[base + i] >> 4 } else { b[base + i] & 15 };
    // 32-weight formats store weights 0..16 in low nibbles and 16..32 in high ones.
    let split = |base: usize, i: usize| nibble(base, i % 16, i >= 16);
    let fifth = |base: usize, i: usize| ((b[base + i / 8] >> (i % 8)) & 1) << 4;
    std::array::from_fn(|i| match dtype {
        GgmlType::Q4_0 => split(2, i),
        GgmlType::Q4_1 => split(4, i),
        GgmlType::Q5_0 => split(6, i) | fifth(2, i),
        GgmlType::Q5_1 => split(8, i) | fifth(4, i),
        GgmlType::Q8_0 => b[2 + i],
        GgmlType::Q2_K => (b[16 + 32 * group + i] >> (2 * at)) & 3,
        GgmlType::Q3_K => ((b[32 + 32 * group + i] >> (2 * at)) & 3) | (((b[i] >> sub) & 1) << 2),
        GgmlType::Q4_K => nibble(16 + 32 * (sub / 2), i, sub % 2 == 1),
        GgmlType::Q5_K => nibble(48 + 32 * (sub / 2), i, sub % 2 == 1) | (((b[16 + i] >> sub) & 1) << 4),
        GgmlType::Q6_K => {
            nibble(64 * group + 32 * (at % 2), i, at >= 2) | (((b[128 + 32 * group + i] >> (2 * at)) & 3) << 4)
        }
        _ => 0,
    })
}

fn pack(dtype: GgmlType, q: &[u8; 32], out: &mut Planes) {
    let Some(layout) = PlaneFormat::of(dtype) else { return };
    let [low, high, _] = &mut out.planes;
    let low_bits = layout.low / 4; // bits a weight: bytes of 32 weights, times 8, over 32
    bits(q, 0, low_bits, low);
    if layout.high > 0 {
        bits(q, low_bits, layout.high / 4, high);
    }
}

/// Appends bits `from..from + n` of every quant, the first quant in the lowest bits.
fn bits(q: &[u8; 32], from: usize, n: usize, out: &mut Vec<u8>) {
    let per_byte = 8 / n;
    let mask = ((1u16 << n) - 1) as u8;
    out.extend(
        q.chunks_exact(per_byte)
            .map(|q| q.iter().enumerate().fold(0, |byte, (i, q)| byte | (((q >> from) & mask) << (n * i)))),
    );
}

fn scales(dtype: GgmlType, b: &[u8], out: &mut Vec<u8>) {
    let zero = f16::ZERO.to_le_bytes();
    match dtype {
        GgmlType::Q4_0 | GgmlType::Q5_0 | GgmlType::Q8_0 => out.extend([b[0], b[1], zero[0], zero[1]]),
        GgmlType::Q4_1 | GgmlType::Q5_1 => out.extend(&b[..4]),
        GgmlType::Q2_K => {
            out.extend(&b[80..84]);
            out.extend(&b[..16]);
        }
        GgmlType::Q3_K => {
            out.extend([b[108], b[109], zero[0], zero[1]]);
            out.extend((0..16).map(|s| {
                let low = if s < 8 { b[96 + s] & 15 } else { b[96 + s - 8] >> 4 };
                (low | (((b[104 + s % 4] >> (2 * (s / 4))) & 3) << 4)).wrapping_sub(32)
            }));
        }
        GgmlType::Q4_K | GgmlType::Q5_K => {
            out.extend(&b[..4]);
            out.extend((0..8).flat_map(|j| {
                let (scale, min) = k_scale_min(&b[4..16], j);
                [scale, min]
            }));
        }
        GgmlType::Q6_K => {
            out.extend([b[208], b[209], zero[0], zero[1]]);
            out.extend(&b[192..208]);
        }
        _ => {}
    }
}
