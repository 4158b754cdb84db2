//! Weights on the device: stacked tensors as segments of one format that fit a binding.

use super::device::Gpu;
use super::repack::{PlaneFormat, Planes, repack};
use crate::backend::Part;
use crate::error::{Error, Result};
use crate::gguf::GgmlType;

/// Rows of one format, each plane a range of one buffer.
#[derive(Debug, Clone)]
pub struct Segment {
    /// First row, counted over the matrix.
    pub row0: usize,
    /// Number of rows.
    pub rows: usize,
    /// Format of the planes.
    pub layout: PlaneFormat,
    /// Blocks of 32 columns in a row.
    pub blocks: usize,
    buffer: wgpu::Buffer,
    at: [usize; 3],
}

impl Segment {
    /// A plane as a binding; `None` where the format has no such plane.
    pub fn plane(&self, i: usize) -> Option<wgpu::BufferBinding<'_>> {
        let size = self.layout.plane_bytes(self.rows * self.blocks)[i].next_multiple_of(16) as u64;
        let size = wgpu::BufferSize::new(size)?;
        Some(wgpu::BufferBinding { buffer: &self.buffer, offset: self.at[i] as u64, size: Some(size) })
    }

    /// Bytes of all planes.
    pub fn bytes(&self) -> usize {
        self.layout.plane_bytes(self.rows * self.blocks).iter().sum()
    }
}

/// Several tensors stacked by rows.
#[derive(Debug)]
pub struct GpuMatrix {
    /// Tells matrices of one backend apart.
    pub id: usize,
    /// Output features.
    pub rows: usize,
    /// Input features.
    pub cols: usize,
    /// In the order of rows.
    pub segments: Vec<Segment>,
    parts: Vec<Part>,
}

/// Bytes that are repacked at once: small, so that a browser's heap stays small.
const CHUNK: usize = 1 << 20;

impl GpuMatrix {
    /// Allocates room for stacked parts.
    ///
    /// # Errors
    /// [`Error::UnsupportedType`], [`Error::OutOfMemory`] for a row that no binding can hold.
    pub fn new(gpu: &Gpu, id: usize, parts: &[Part]) -> Result<GpuMatrix> {
        let cols = parts.first().map_or(0, |p| p.cols);
        let mut segments = Vec::new();
        let (mut row0, mut i) = (0, 0);
        while i < parts.len() {
            let dtype = parts[i].dtype;
            let same = parts[i..].iter().take_while(|p| p.dtype == dtype).count();
            let rows: usize = parts[i..i + same].iter().map(|p| p.rows).sum();
            segment(gpu, &parts[i], row0, rows, &mut segments)?;
            (row0, i) = (row0 + rows, i + same);
        }
        Ok(GpuMatrix { id, rows: row0, cols, segments, parts: parts.to_vec() })
    }

    /// Uploads rows of part `part` from `first` on, given as the file stores them.
    ///
    /// # Errors
    /// [`Error::TensorBytes`] if they are not whole rows of the part.
    pub fn fill(&mut self, gpu: &Gpu, part: usize, first: usize, bytes: &[u8]) -> Result<()> {
        let p = &self.parts[part];
        let count = p.rows_of(first, bytes)?;
        let row_bytes = bytes.len() / count.max(1);
        let first = first + self.parts[..part].iter().map(|p| p.rows).sum::<usize>();
        let mut done = 0;
        while done < count {
            let row = first + done;
            let s = self.segments.iter().find(|s| (s.row0..s.row0 + s.rows).contains(&row));
            let s = s.ok_or_else(|| Error::State(format!("{} has no row {row}", p.name)))?;
            let rows = (count - done).min(s.row0 + s.rows - row).min((CHUNK / row_bytes).max(1));
            let mut planes = Planes::default();
            repack(p.dtype, p.cols, &bytes[done * row_bytes..(done + rows) * row_bytes], &mut planes);
            let before = s.layout.plane_bytes((row - s.row0) * s.blocks);
            for (i, plane) in planes.planes.iter().enumerate().filter(|(_, p)| !p.is_empty()) {
                gpu.queue.write_buffer(&s.buffer, (s.at[i] + before[i]) as u64, plane);
            }
            done += rows;
        }
        Ok(())
    }
}

fn row_bytes(dtype: GgmlType, cols: usize) -> Option<usize> {
    dtype.bytes(cols)
}

/// Cuts rows of one format where a plane would outgrow a binding.
fn segment(gpu: &Gpu, part: &Part, row0: usize, rows: usize, out: &mut Vec<Segment>) -> Result<()> {
    let unsupported = || Error::UnsupportedType { tensor: part.name.clone(), dtype: part.dtype.to_string() };
    let layout = PlaneFormat::of(part.dtype).ok_or_else(unsupported)?;
    row_bytes(part.dtype, part.cols).ok_or_else(unsupported)?;
    let blocks = part.cols.div_ceil(32);
    let widest = layout.plane_bytes(blocks).into_iter().max().unwrap_or(1).max(1);
    let limit = gpu.limits.max_storage_buffer_binding_size.min(gpu.limits.max_buffer_size / 3) as usize;
    let most = limit / widest;
    if most == 0 {
        return Err(Error::OutOfMemory { what: format!("a row of {}", part.name), bytes: widest as u64 });
    }
    let mut at = 0;
    while at < rows {
        let rows = (rows - at).min(most);
        let mut end = 0;
        let at_plane = layout.plane_bytes(rows * blocks).map(|bytes| {
            let start = end;
            end = (start + bytes).next_multiple_of(256);
            start
        });
        let buffer = gpu.buffer(&part.name, end, wgpu::BufferUsages::STORAGE)?;
        out.push(Segment { row0: row0 + at, rows, layout, blocks, buffer, at: at_plane });
        at += rows;
    }
    Ok(())
}

/// An f32 vector, padded with zeros to whole blocks of 32.
#[derive(Debug)]
pub struct GpuVector {
    /// The padded elements.
    pub buffer: wgpu::Buffer,
}

impl GpuVector {
    /// Uploads a vector.
    ///
    /// # Errors
    /// [`Error::OutOfMemory`].
    pub fn new(gpu: &Gpu, data: &[f32]) -> Result<GpuVector> {
        let buffer = gpu.storage("a vector", 4 * data.len().next_multiple_of(32))?;
        gpu.queue.write_buffer(&buffer, 0, bytemuck::cast_slice(data));
        Ok(GpuVector { buffer })
    }
}
