//! Keys and values on the device: a buffer a layer, and their copies to and from the CPU.

use half::f16;

use super::device::Gpu;
use super::op::{Op, Recorder};
use crate::error::{Error, Result};

/// Keys and values of every layer, with the dispatches that read and write them.
#[derive(Debug)]
pub struct GpuKv {
    /// Per layer: (context, kv_dim) keys, then as many values.
    pub(super) layers: Vec<wgpu::Buffer>,
    /// Per layer.
    pub(super) ops: Vec<AttendOps>,
    pub(super) shape: KvShape,
}

/// The dispatches of `attend` for one layer and cache.
#[derive(Debug)]
pub(super) struct AttendOps {
    pub decode: Op,
    pub rope_kv: Op,
    pub batch: Op,
}

/// Sizes of a cache.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KvShape {
    /// Positions.
    pub context: usize,
    /// Elements a position.
    pub dim: usize,
    /// Elements are f16.
    pub f16: bool,
}

impl KvShape {
    fn element(self) -> usize {
        if self.f16 { 2 } else { 4 }
    }

    /// Bytes of `len` positions of keys (or values).
    pub fn bytes(self, len: usize) -> usize {
        len * self.dim * self.element()
    }

    /// Where values start.
    pub fn values_at(self) -> usize {
        self.bytes(self.context)
    }
}

impl GpuKv {
    /// Records copies of `0..len` of every layer into `to`.
    pub(super) fn copy(&self, gpu: &Gpu, recorder: &mut Recorder, to: &GpuKv, len: usize) {
        let (bytes, values) = (self.shape.bytes(len) as u64, self.shape.values_at() as u64);
        let encoder = recorder.encoder(gpu);
        if bytes > 0 {
            for (from, to) in self.layers.iter().zip(&to.layers) {
                encoder.copy_buffer_to_buffer(from, 0, to, 0, bytes);
                encoder.copy_buffer_to_buffer(from, values, to, values, bytes);
            }
        }
    }

    pub(super) async fn read(&self, gpu: &Gpu, recorder: &mut Recorder, len: usize) -> Result<Vec<f32>> {
        let (bytes, values) = (self.shape.bytes(len), self.shape.values_at() as u64);
        let mut out = Vec::with_capacity(2 * self.layers.len() * len * self.shape.dim);
        if bytes == 0 {
            return Ok(out);
        }
        let staging = gpu.buffer("kv readback", 2 * bytes, wgpu::BufferUsages::MAP_READ)?;
        for layer in &self.layers {
            let encoder = recorder.encoder(gpu);
            encoder.copy_buffer_to_buffer(layer, 0, &staging, 0, bytes as u64);
            encoder.copy_buffer_to_buffer(layer, values, &staging, bytes as u64, bytes as u64);
            recorder.submit(gpu)?;
            gpu.read(&staging, 2 * bytes, |data| {
                if self.shape.f16 {
                    out.extend(data.as_chunks::<2>().0.iter().map(|&b| f16::from_le_bytes(b).to_f32()));
                } else {
                    out.extend(data.as_chunks::<4>().0.iter().map(|&b| f32::from_le_bytes(b)));
                }
            })
            .await?;
        }
        Ok(out)
    }

    pub(super) fn write(&self, gpu: &Gpu, len: usize, data: &[f32]) -> Result<()> {
        let n = len * self.shape.dim;
        if data.len() != 2 * n * self.layers.len() {
            return Err(Error::Session(format!("{} values for {} layers of {n}", data.len(), self.layers.len())));
        }
        if n == 0 {
            return Ok(());
        }
        for (layer, chunk) in self.layers.iter().zip(data.chunks_exact(2 * n)) {
            for (half, at) in chunk.chunks_exact(n).zip([0, self.shape.values_at() as u64]) {
                if self.shape.f16 {
                    let half: Vec<f16> = half.iter().map(|&v| f16::from_f32(v)).collect();
                    gpu.queue.write_buffer(layer, at, f16_bytes(&half).as_slice());
                } else {
                    gpu.queue.write_buffer(layer, at, bytemuck::cast_slice(half));
                }
            }
        }
        Ok(())
    }
}

fn f16_bytes(values: &[f16]) -> Vec<u8> {
    values.iter().flat_map(|v| v.to_le_bytes()).collect()
}
