//! File blocks → the layout that the CPU kernels read, in groups of four rows.
//!
//! A packed block covers 4 rows × 32 columns. Its quants come as *quads* (four consecutive columns
//! of one row) such that one vector holds the same quad of all four rows. See [`Layout`].

use half::f16;

use crate::gguf::GgmlType;
use crate::quant::{f16_at, k_scale_min};

/// Rows of a packed group.
pub const GROUP: usize = 4;
/// Columns of a packed block.
pub const BLOCK: usize = 32;

/// How a tensor lies in memory for the kernels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Layout {
    /// Unsigned quants of 4 + `high` bits; weight = d·q + m with f16 d and m for each `sub` columns.
    ///
    /// A block is 64 bytes of nibbles (vector j holds quad 2j low, quad 2j+1 high), then `high` × 16
    /// bytes of upper bits, then for each sub-block four d and four m, one a row.
    Low { high: u8, sub: u8 },
    /// Signed bytes with one f16 scale a row and block: 16 column pairs of four rows, then four d.
    Q8,
    /// Rows as in the file, decoded to f32 in registers.
    Rows(GgmlType),
}

impl Layout {
    /// The layout that a file type is repacked to; `None` for types that are not supported.
    pub fn of(dtype: GgmlType) -> Option<Layout> {
        Some(match dtype {
            GgmlType::Q4_0 | GgmlType::Q4_1 | GgmlType::Q4_K => Layout::Low { high: 0, sub: 32 },
            GgmlType::Q5_0 | GgmlType::Q5_1 | GgmlType::Q5_K => Layout::Low { high: 1, sub: 32 },
            GgmlType::Q2_K | GgmlType::Q3_K => Layout::Low { high: 0, sub: 16 },
            GgmlType::Q6_K => Layout::Low { high: 2, sub: 16 },
            GgmlType::Q8_0 => Layout::Q8,
            GgmlType::F32 | GgmlType::F16 | GgmlType::BF16 => Layout::Rows(dtype),
            GgmlType::Other(_) => return None,
        })
    }

    /// Bytes of a packed block (4 rows × 32 columns); for [`Layout::Rows`] of one element.
    pub const fn stride(self) -> usize {
        match self {
            Layout::Low { high, sub } => 64 + 16 * high as usize + 16 * (BLOCK / sub as usize),
            Layout::Q8 => 136,
            Layout::Rows(GgmlType::F32) => 4,
            Layout::Rows(_) => 2,
        }
    }

    /// Bytes of a packed tensor.
    pub fn bytes(self, rows: usize, cols: usize) -> usize {
        match self {
            Layout::Rows(_) => rows * cols * self.stride(),
            _ => rows.div_ceil(GROUP) * (cols / BLOCK) * self.stride(),
        }
    }
}

/// One row's block of 32 columns before packing.
#[derive(Debug, Clone)]
struct RowBlock {
    q: [u8; BLOCK],
    d: [f32; 2],
    m: [f32; 2],
}

/// Repacks a whole tensor of `cols` columns; `bytes` holds whole rows.
pub fn repack(dtype: GgmlType, layout: Layout, cols: usize, bytes: &[u8], out: &mut [u8]) {
    match layout {
        Layout::Rows(_) => out.copy_from_slice(bytes),
        Layout::Q8 => repack_q8(cols, bytes, out),
        Layout::Low { high, sub } => repack_low(dtype, high, sub as usize, cols, bytes, out),
    }
}

fn repack_q8(cols: usize, bytes: &[u8], out: &mut [u8]) {
    let row_bytes = cols / BLOCK * 34;
    let groups = out.chunks_exact_mut(cols / BLOCK * Layout::Q8.stride());
    for (out, rows) in groups.zip(bytes.chunks(GROUP * row_bytes)) {
        for (r, row) in rows.chunks_exact(row_bytes).enumerate() {
            for (block, out) in row.chunks_exact(34).zip(out.chunks_exact_mut(Layout::Q8.stride())) {
                for (p, pair) in block[2..].as_chunks::<2>().0.iter().enumerate() {
                    out[8 * p + 2 * r..8 * p + 2 * r + 2].copy_from_slice(pair);
                }
                out[128 + 2 * r..130 + 2 * r].copy_from_slice(&block[..2]);
            }
        }
    }
}

fn repack_low(dtype: GgmlType, high: u8, sub: usize, cols: usize, bytes: &[u8], out: &mut [u8]) {
    let layout = Layout::Low { high, sub: sub as u8 };
    let Some(row_bytes) = dtype.bytes(cols) else { return };
    let groups = out.chunks_exact_mut(cols / BLOCK * layout.stride());
    for (out, rows) in groups.zip(bytes.chunks(GROUP * row_bytes)) {
        for (r, row) in rows.chunks_exact(row_bytes).enumerate() {
            for (b, out) in out.chunks_exact_mut(layout.stride()).enumerate() {
                put(&unpack(dtype, row, b), r, high, sub, out);
            }
        }
    }
}

/// Places one row's block into a packed block that was zero before.
fn put(block: &RowBlock, r: usize, high: u8, sub: usize, out: &mut [u8]) {
    let (nibbles, rest) = out.split_at_mut(64);
    for j in 0..4 {
        for i in 0..4 {
            let (a, b) = (block.q[8 * j + i], block.q[8 * j + 4 + i]);
            nibbles[16 * j + 4 * r + i] = (a & 15) | (b << 4);
        }
    }
    let (bits, scales) = rest.split_at_mut(16 * high as usize);
    if high > 0 {
        let per_vector = 8 / high as usize;
        for quad in 0..8 {
            for i in 0..4 {
                let at = 16 * (quad / per_vector) + 4 * r + i;
                bits[at] |= (block.q[4 * quad + i] >> 4) << (high as usize * (quad % per_vector));
            }
        }
    }
    for s in 0..BLOCK / sub {
        let at = 16 * s + 2 * r;
        scales[at..at + 2].copy_from_slice(&f16::from_f32(block.d[s]).to_le_bytes());
        scales[at + 8..at + 10].copy_from_slice(&f16::from_f32(block.m[s]).to_le_bytes());
    }
}

/// Columns `32·b..` of a row as unsigned quants with scale and offset.
fn unpack(dtype: GgmlType, row: &[u8], b: usize) -> RowBlock {
    let mut out = RowBlock { q: [0; BLOCK], d: [0.0; 2], m: [0.0; 2] };
    let simple = |bytes: usize| &row[b * bytes..(b + 1) * bytes];
    // K-quants: the super-block, and which eighth of it.
    let k = |bytes: usize| (&row[b / 8 * bytes..(b / 8 + 1) * bytes], b % 8);
    match dtype {
        GgmlType::Q4_0 => {
            let block = simple(18);
            nibbles(&block[2..], &mut out.q);
            out.d[0] = f16_at(block, 0);
            out.m[0] = -8.0 * out.d[0];
        }
        GgmlType::Q4_1 => {
            let block = simple(20);
            nibbles(&block[4..], &mut out.q);
            (out.d[0], out.m[0]) = (f16_at(block, 0), f16_at(block, 2));
        }
        GgmlType::Q5_0 => {
            let block = simple(22);
            nibbles(&block[6..], &mut out.q);
            fifth_bits(&block[2..6], &mut out.q);
            out.d[0] = f16_at(block, 0);
            out.m[0] = -16.0 * out.d[0];
        }
        GgmlType::Q5_1 => {
            let block = simple(24);
            nibbles(&block[8..], &mut out.q);
            fifth_bits(&block[4..8], &mut out.q);
            (out.d[0], out.m[0]) = (f16_at(block, 0), f16_at(block, 2));
        }
        GgmlType::Q4_K | GgmlType::Q5_K => {
            let five = dtype == GgmlType::Q5_K;
            let (block, j) = k(if five { 176 } else { 144 });
            let (scale, min) = k_scale_min(&block[4..16], j);
            let quants = &block[if five { 48 } else { 16 } + 32 * (j / 2)..];
            for (i, q) in out.q.iter_mut().enumerate() {
                *q = if j % 2 == 0 { quants[i] & 15 } else { quants[i] >> 4 };
                if five {
                    *q |= ((block[16 + i] >> j) & 1) << 4;
                }
            }
            out.d[0] = f16_at(block, 0) * f32::from(scale);
            out.m[0] = -f16_at(block, 2) * f32::from(min);
        }
        GgmlType::Q2_K => {
            let (block, j) = k(84);
            let quants = &block[16 + 32 * (j / 4)..];
            out.q.iter_mut().enumerate().for_each(|(i, q)| *q = (quants[i] >> (2 * (j % 4))) & 3);
            for s in 0..2 {
                let scale = block[2 * j + s];
                out.d[s] = f16_at(block, 80) * f32::from(scale & 15);
                out.m[s] = -f16_at(block, 82) * f32::from(scale >> 4);
            }
        }
        GgmlType::Q3_K => {
            let (block, j) = k(110);
            let quants = &block[32 + 32 * (j / 4)..];
            for (i, q) in out.q.iter_mut().enumerate() {
                *q = ((quants[i] >> (2 * (j % 4))) & 3) | (((block[i] >> j) & 1) << 2);
            }
            for s in 0..2 {
                let n = 2 * j + s;
                let low = if n < 8 { block[96 + n] & 15 } else { block[96 + n - 8] >> 4 };
                let scale = i32::from(low | (((block[104 + n % 4] >> (2 * (n / 4))) & 3) << 4)) - 32;
                out.d[s] = f16_at(block, 108) * scale as f32;
                out.m[s] = -4.0 * out.d[s];
            }
        }
        GgmlType::Q6_K => {
            let (block, j) = k(210);
            let (half, quarter) = (j / 4, j % 4);
            for (i, q) in out.q.iter_mut().enumerate() {
                let byte = block[64 * half + 32 * (quarter % 2) + i];
                let low = if quarter < 2 { byte & 15 } else { byte >> 4 };
                *q = low | (((block[128 + 32 * half + i] >> (2 * quarter)) & 3) << 4);
            }
            for s in 0..2 {
                out.d[s] = f16_at(block, 208) * f32::from(block[192 + 2 * j + s] as i8);
                out.m[s] = -32.0 * out.d[s];
            }
        }
        GgmlType::F32 | GgmlType::F16 | GgmlType::BF16 | GgmlType::Q8_0 | GgmlType::Other(_) => {}
    }
    out
}

fn nibbles(bytes: &[u8], q: &mut [u8; BLOCK]) {
    for i in 0..16 {
        q[i] = bytes[i] & 15;
        q[i + 16] = bytes[i] >> 4;
    }
}

fn fifth_bits(bytes: &[u8], q: &mut [u8; BLOCK]) {
    let bits = u32::from_le_bytes([bytes[0], bytes[1], bytes[2], bytes[3]]);
    q.iter_mut().enumerate().for_each(|(i, q)| *q |= (((bits >> i) & 1) << 4) as u8);
}

/// Decodes one row of a packed tensor, for embedding look-ups.
pub fn packed_row(layout: Layout, cols: usize, data: &[u8], row: usize, out: &mut [f32]) {
    let (group, r) = (row / GROUP, row % GROUP);
    let blocks = cols / BLOCK;
    match layout {
        Layout::Rows(dtype) => {
            let width = cols * layout.stride();
            // Lengths agree by construction, so this cannot fail.
            let _ = crate::quant::dequantize(dtype, &data[row * width..(row + 1) * width], out);
        }
        Layout::Q8 => {
            let data = &data[group * blocks * layout.stride()..];
            for (block, out) in data.chunks_exact(layout.stride()).zip(out.chunks_exact_mut(BLOCK)) {
                let d = f16_at(block, 128 + 2 * r);
                out.iter_mut()
                    .enumerate()
                    .for_each(|(c, o)| *o = d * f32::from(block[8 * (c / 2) + 2 * r + c % 2] as i8));
            }
        }
        Layout::Low { high, sub } => {
            let data = &data[group * blocks * layout.stride()..];
            for (block, out) in data.chunks_exact(layout.stride()).zip(out.chunks_exact_mut(BLOCK)) {
                for (c, o) in out.iter_mut().enumerate() {
                    let (quad, lane) = (c / 4, 4 * r + c % 4);
                    let byte = block[16 * (quad / 2) + lane];
                    let mut q = if quad % 2 == 0 { byte & 15 } else { byte >> 4 };
                    if high > 0 {
                        let per_vector = 8 / high as usize;
                        let bits = block[64 + 16 * (quad / per_vector) + lane] >> (high as usize * (quad % per_vector));
                        q |= (bits & ((1 << high) - 1)) << 4;
                    }
                    let scales = 64 + 16 * high as usize + 16 * (c / sub as usize) + 2 * r;
                    *o = f32::from(q) * f16_at(block, scales) + f16_at(block, scales + 8);
                }
            }
        }
    }
}
