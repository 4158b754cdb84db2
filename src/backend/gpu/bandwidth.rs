//! How fast a device copies its own memory: what the speed of kernels is compared with.

use super::device::Gpu;
use crate::clock::now_ms;
use crate::error::Result;

/// Bytes of each buffer, where the device has as much.
const MOST: u64 = 256 << 20;
/// Copies under way at once, so that submitting them costs little beside them.
const COPIES: u32 = 8;
const ROUNDS: usize = 5;

impl Gpu {
    /// Bytes that a copy from one buffer to another reads and writes a second; the best of several rounds.
    ///
    /// # Errors
    /// [`crate::Error::OutOfMemory`], and what the device reports.
    pub async fn copy_bandwidth(&self) -> Result<f64> {
        let software = if self.is_software() { 8 } else { 1 };
        let bytes = MOST.min(self.limits.max_buffer_size) / software;
        let from = self.buffer("copy from", bytes as usize, wgpu::BufferUsages::COPY_SRC)?;
        let to = self.buffer("copy to", bytes as usize, wgpu::BufferUsages::COPY_SRC)?;
        let mut best = f64::INFINITY;
        for round in 0..=ROUNDS {
            let mut encoder = self.device.create_command_encoder(&wgpu::CommandEncoderDescriptor::default());
            for _ in 0..COPIES {
                encoder.copy_buffer_to_buffer(&from, 0, &to, 0, bytes);
            }
            self.settle().await?;
            let start = now_ms();
            self.queue.submit([encoder.finish()]);
            self.settle().await?;
            // The first round touches the memory for the first time.
            if round > 0 {
                best = best.min(now_ms() - start);
            }
        }
        Ok(2.0 * bytes as f64 * f64::from(COPIES) / (best.max(1e-3) / 1e3))
    }
}
