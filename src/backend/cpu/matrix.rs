//! A packed matrix of stacked tensors and its product with a batch, split over threads.

use super::disjoint::Disjoint;
use super::input::{Input, Needs};
use super::kernels::{mat_mul, mat_vec, row_dot, tile, units};
use super::pool::Pool;
use super::repack::{GROUP, Layout, packed_row, repack};
use super::simd::F32x4;
use super::wide::MOST_GROUPS;
use crate::backend::Part;
use crate::error::{Error, Result};
use crate::gguf::GgmlType;

/// Stacked tensors, each in the layout of its type.
#[derive(Debug)]
pub struct CpuMatrix {
    parts: Vec<PackedPart>,
    rows: usize,
    cols: usize,
    needs: Needs,
}

#[derive(Debug)]
struct PackedPart {
    part: Part,
    layout: Layout,
    first_row: usize,
    data: Vec<u8>, // reserved, and empty until it is filled
}

impl CpuMatrix {
    /// Reserves the packed form of all parts.
    pub fn new(parts: &[Part]) -> Result<Self> {
        let mut matrix = CpuMatrix { parts: Vec::new(), rows: 0, cols: 0, needs: Needs::default() };
        for part in parts {
            let layout = Layout::of(part.dtype)
                .ok_or_else(|| Error::UnsupportedType { tensor: part.name.clone(), dtype: part.dtype.to_string() })?;
            let bytes = layout.bytes(part.rows, part.cols);
            let mut data = Vec::new();
            data.try_reserve_exact(bytes)
                .map_err(|_| Error::OutOfMemory { what: part.name.clone(), bytes: bytes as u64 })?;
            matrix.needs = matrix.needs.or(Needs::of(layout));
            matrix.parts.push(PackedPart { part: part.clone(), layout, first_row: matrix.rows, data });
            matrix.rows += part.rows;
            matrix.cols = part.cols;
        }
        Ok(matrix)
    }

    /// Repacks the file's bytes of rows of one part, from `first` on.
    pub fn fill(&mut self, part: usize, first: usize, bytes: &[u8]) -> Result<()> {
        let p = &mut self.parts[part];
        let end = first + p.part.rows_of(first, bytes)?;
        let [start, end] = [first, end].map(|row| p.layout.bytes(row, p.part.cols));
        // Only now, so that what is written next is still in the processor's cache.
        p.data.resize(end.max(p.data.len()), 0);
        repack(p.part.dtype, p.layout, p.part.cols, bytes, &mut p.data[start..end]);
        Ok(())
    }

    /// Output features.
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// Input features.
    pub fn cols(&self) -> usize {
        self.cols
    }

    /// Which forms of the activations the product reads.
    pub fn needs(&self) -> Needs {
        self.needs
    }

    /// Bytes that one product with a vector reads.
    pub fn bytes(&self) -> usize {
        self.parts.iter().map(|p| p.data.len()).sum()
    }

    /// Row `row` as f32.
    pub fn row(&self, row: usize, out: &mut [f32]) {
        if let Some(p) = self.parts.iter().rev().find(|p| row >= p.first_row) {
            packed_row(p.layout, self.cols, &p.data, row - p.first_row, out);
        }
    }

    /// y ← W·x + b for the tokens of `input`; y is (tokens, rows).
    pub fn product(&self, pool: &mut Pool, input: &Input, bias: Option<&[f32]>, y: &mut [f32]) {
        // A unit is a group of rows, or a tile of them, or a row.
        let count = |p: &PackedPart| units(p.layout, p.part.rows).div_ceil(tile(p.layout, input));
        let most = self.parts.iter().map(|p| tile(p.layout, input)).max().unwrap_or(1);
        let total: usize = self.parts.iter().map(count).sum();
        let out = Disjoint::new(y);
        pool.run(total, GRAIN.div_ceil(most), &|range| {
            let mut start = 0;
            for p in &self.parts {
                let n = count(p);
                let (from, to) = (range.start.max(start), range.end.min(start + n));
                if from < to {
                    self.part_product(p, from - start..to - start, input, bias, &out);
                }
                start += n;
            }
        });
    }

    fn part_product(
        &self,
        p: &PackedPart,
        units: std::ops::Range<usize>,
        input: &Input,
        bias: Option<&[f32]>,
        out: &Disjoint<'_, f32>,
    ) {
        if let Layout::Rows(dtype) = p.layout {
            return self.rows_product(p, dtype, units, input, bias, out);
        }
        let width = p.data.len() / p.part.rows.div_ceil(GROUP);
        let group = |unit: usize| &p.data[unit * width..(unit + 1) * width];
        if input.tokens() > 1 {
            let (tile, last) = (tile(p.layout, input), p.part.rows.div_ceil(GROUP) - 1);
            let mut sums = [F32x4::splat(0.0); TOKENS * MOST_GROUPS];
            for first in (0..input.tokens()).step_by(TOKENS) {
                let sums = &mut sums[..tile * TOKENS.min(input.tokens() - first)];
                for start in units.clone().map(|unit| unit * tile) {
                    // What lies beyond the last group is computed and left.
                    let groups = std::array::from_fn(|g| group((start + g).min(last)));
                    mat_mul(p.layout, groups, input, first, sums);
                    for (t, sums) in sums.chunks_exact(tile).enumerate() {
                        for (unit, sum) in (start..=last).zip(sums) {
                            self.store(p, *sum, first + t, unit, bias, out);
                        }
                    }
                }
            }
            return;
        }
        for unit in units {
            self.store(p, mat_vec(p.layout, group(unit), input), 0, unit, bias, out);
        }
    }

    #[inline(always)]
    fn store(&self, p: &PackedPart, v: F32x4, t: usize, unit: usize, bias: Option<&[f32]>, out: &Disjoint<'_, f32>) {
        let valid = GROUP.min(p.part.rows - GROUP * unit);
        let row = p.first_row + GROUP * unit;
        let mut lanes = [0.0; GROUP];
        v.store(&mut lanes);
        if let Some(b) = bias {
            lanes.iter_mut().zip(&b[row..row + valid]).for_each(|(v, b)| *v += b);
        }
        if valid == GROUP {
            // SAFETY: each unit is run once, and only it writes these rows.
            return unsafe { out.write(t * self.rows + row, &lanes) };
        }
        // SAFETY: each unit is run once, and only it writes these rows.
        unsafe { out.write(t * self.rows + row, &lanes[..valid]) }
    }

    fn rows_product(
        &self,
        p: &PackedPart,
        dtype: GgmlType,
        units: std::ops::Range<usize>,
        input: &Input,
        bias: Option<&[f32]>,
        out: &Disjoint<'_, f32>,
    ) {
        let width = p.data.len() / p.part.rows;
        for r in units {
            let (data, row) = (&p.data[r * width..(r + 1) * width], p.first_row + r);
            for t in 0..input.tokens() {
                let v = row_dot(dtype, data, input.row(t)) + bias.map_or(0.0, |b| b[row]);
                // SAFETY: each unit is run once, and only it writes this row.
                unsafe { out.write(t * self.rows + row, &[v]) }
            }
        }
    }
}

/// Units (groups of rows) that are worth handing to another thread.
const GRAIN: usize = 4;
/// Tokens of a batch that a block of weights is unpacked for.
const TOKENS: usize = 64;
