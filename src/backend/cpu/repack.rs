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
    /// Unsigned quants of 4 + `high` bits; weight = d·q + m with f16 d and m for each `sub` columns, or, if it is
    /// `centred`, d·(q − 2^(3 + `high`)).
    ///
    /// A block is 64 bytes of nibbles (vector j holds quad 2j low, quad 2j+1 high), then `high` × 16
    /// bytes of upper bits, then for each sub-block four d, and four m if there are any, one a row.
    Low { high: u8, sub: u8, centred: bool },
    /// Signed bytes with one f16 scale a row and block: 16 column pairs of four rows, then four d.
    Q8,
    /// Rows as in the file, decoded to f32 in registers.
    Rows(GgmlType),
}

impl Layout {
    /// The layout that a file type is repacked to; `None` for types that are not supported.
    pub fn of(dtype: GgmlType) -> Option<Layout> {
        Some(match dtype {
            GgmlType::Q4_1 | GgmlType::Q4_K => Layout::Low { high: 0, sub: 32, centred: false },
            GgmlType::Q4_0 => Layout::Low { high: 0, sub: 32, centred: true },
            GgmlType::Q5_1 | GgmlType::Q5_K => Layout::Low { high: 1, sub: 32, centred: false },
            GgmlType::Q5_0 => Layout::Low { high: 1, sub: 32, centred: true },
            GgmlType::Q2_K => Layout::Low { high: 0, sub: 16, centred: false },
            GgmlType::Q3_K => Layout::Low { high: 0, sub: 16, centred: true },
            GgmlType::Q6_K => Layout::Low { high: 2, sub: 16, centred: true },
            GgmlType::Q8_0 => Layout::Q8,
            GgmlType::F32 | GgmlType::F16 | GgmlType::BF16 => Layout::Rows(dtype),
            GgmlType::Other(_) => return None,
        })
    }

    /// Bytes of a packed block (4 rows × 32 columns); for [`Layout::Rows`] of one element.
    pub const fn stride(self) -> usize {
        match self {
            Layout::Low { high, sub, centred } => {
                64 + 16 * high as usize + if centred { 8 } else { 16 } * (BLOCK / sub as usize)
            }
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

/// The quant that stands for 0 in centred layouts.
pub const fn centre(high: u8) -> f32 {
    (8 << high) as f32
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
        Layout::Low { .. } => repack_low(dtype, layout, cols, bytes, out),
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

fn repack_low(dtype: GgmlType, layout: Layout, cols: usize, bytes: &[u8], out: &mut [u8]) {
    let Some(row_bytes) = dtype.bytes(cols) else { return };
    let groups = out.chunks_exact_mut(cols / BLOCK * layout.stride());
    for (out, rows) in groups.zip(bytes.chunks(GROUP * row_bytes)) {
        for (r, row) in rows.chunks_exact(row_bytes).enumerate() {
            for (b, out) in out.chunks_exact_mut(layout.stride()).enumerate() {
                put(&unpack(dtype, row, b), r, layout, out);
            }
        }
    }
}

/// Places one row's block into a packed block.
fn put(block: &RowBlock, r: usize, layout: Layout, out: &mut [u8]) {
    let Layout::Low { high, sub, centred } = layout else { return };
    // A quad is a word, so that four weights move at once.
    let quads = block.q.as_chunks::<4>().0;
    let bits =
        |k: usize, shift: u32, mask: u8| (u32::from_le_bytes(quads[k]) >> shift) & (u32::from(mask) * 0x0101_0101);
    let (nibbles, rest) = out.split_at_mut(64);
    for (j, out) in nibbles.as_chunks_mut::<16>().0.iter_mut().enumerate() {
        let word = bits(2 * j, 0, 15) | bits(2 * j + 1, 0, 15) << 4;
        out[4 * r..4 * r + 4].copy_from_slice(&word.to_le_bytes());
    }
    let (upper, scales) = rest.split_at_mut(16 * high as usize);
    for (v, out) in upper.as_chunks_mut::<16>().0.iter_mut().enumerate() {
        let per_vector = 8 / high as usize;
        let mask = (1 << high) - 1;
        let word =
            (0..per_vector).fold(0, |word, i| word | bits(v * per_vector + i, 4, mask) << (usize::from(high) * i));
        out[4 * r..4 * r + 4].copy_from_slice(&word.to_le_bytes());
    }
    for (s, scales) in scales.chunks_exact_mut(scales.len() / (BLOCK / sub as usize)).enumerate() {
        let at = 2 * r;
        scales[at..at + 2].copy_from_slice(&f16::from_f32(block.d[s]).to_le_bytes());
        if !centred {
            scales[at + 8..at + 10].copy_from_slice(&f16::from_f32(block.m[s]).to_le_bytes());
        }
    }
}

/// Columns `32·b..` of a row as unsigned quants with scale and offset, of which centred layouts have none.
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
            halves(quants, j % 2 == 1, &mut out.q);
            if five {
                let mask = 1 << j;
                out.q.iter_mut().zip(&block[16..]).for_each(|(q, b)| *q |= if b & mask == 0 { 0 } else { 16 });
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
                // Three bits less 4, so with 4 added less 8.
                *q = 4 + (((quants[i] >> (2 * (j % 4))) & 3) | (((block[i] >> j) & 1) << 2));
            }
            for s in 0..2 {
                let n = 2 * j + s;
                let low = if n < 8 { block[96 + n] & 15 } else { block[96 + n - 8] >> 4 };
                let scale = i32::from(low | (((block[104 + n % 4] >> (2 * (n / 4))) & 3) << 4)) - 32;
                out.d[s] = f16_at(block, 108) * scale as f32;
            }
        }
        GgmlType::Q6_K => {
            let (block, j) = k(210);
            let (half, quarter) = (j / 4, j % 4);
            halves(&block[64 * half + 32 * (quarter % 2)..], quarter >= 2, &mut out.q);
            let upper = &block[128 + 32 * half..];
            out.q.iter_mut().zip(upper).for_each(|(q, b)| *q |= ((b >> (2 * quarter)) & 3) << 4);
            for s in 0..2 {
                out.d[s] = f16_at(block, 208) * f32::from(block[192 + 2 * j + s] as i8);
            }
        }
        GgmlType::F32 | GgmlType::F16 | GgmlType::BF16 | GgmlType::Q8_0 | GgmlType::Other(_) => {}
    }
    out
}

/// The low or the high halves of 32 bytes.
fn halves(bytes: &[u8], high: bool, q: &mut [u8; BLOCK]) {
    match high {
        false => q.iter_mut().zip(bytes).for_each(|(q, b)| *q = b & 15),
        true => q.iter_mut().zip(bytes).for_each(|(q, b)| *q = b >> 4),
    }
}

fn nibbles(bytes: &[u8], q: &mut [u8; BLOCK]) {
    for i in 0..16 {
        q[i] = bytes[i] & 15;
        q[i + 16] = bytes[i] >> 4;
    }
}

fn fifth_bits(bytes: &[u8], q: &mut [u8; BLOCK]) {
    // Eight elements a byte; compared instead of shifted, which vectors do lane by lane alike.
    for (q, byte) in q.as_chunks_mut::<8>().0.iter_mut().zip(bytes) {
        for (i, q) in q.iter_mut().enumerate() {
            *q |= if byte & (1 << i) == 0 { 0 } else { 16 };
        }
    }
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
        Layout::Low { high, sub, centred } => {
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
                    let width = if centred { 8 } else { 16 };
                    let at = 64 + 16 * high as usize + width * (c / sub as usize) + 2 * r;
                    let (d, q) = (f16_at(block, at), f32::from(q));
                    *o = if centred { d * (q - centre(high)) } else { q * d + f16_at(block, at + 8) };
                }
            }
        }
    }
}
