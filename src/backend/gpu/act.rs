//! Buffers of activations, and the steps of a layer that read and write them. Makes no dispatches.

use super::device::Gpu;
use super::op::Op;
use crate::error::Result;

/// An activation buffer: (max_batch, stride) floats, rows padded with zeros to whole blocks of 32.
#[derive(Debug, Clone)]
pub struct Act {
    /// The floats.
    pub buffer: wgpu::Buffer,
    /// Floats a token.
    pub stride: u32,
}

impl Act {
    pub(super) fn new(gpu: &Gpu, what: &str, tokens: usize, width: usize) -> Result<Act> {
        let stride = width.next_multiple_of(32);
        let act = Act { buffer: gpu.storage(what, 4 * tokens * stride)?, stride: stride as u32 };
        #[cfg(test)]
        act.poison(gpu, tokens, width);
        Ok(act)
    }
}

#[cfg(test)]
impl Act {
    /// Not a number wherever a kernel is to write: what it leaves out reaches the logits.
    fn poison(&self, gpu: &Gpu, tokens: usize, width: usize) {
        for t in 0..tokens {
            let at = 4 * t as u64 * u64::from(self.stride);
            gpu.queue.write_buffer(&self.buffer, at, bytemuck::cast_slice(&vec![f32::NAN; width]));
        }
    }
}

/// A step of a layer: for one token, and for batches of at most 16 or more tokens.
#[derive(Debug, Default)]
pub struct Stage {
    /// One token.
    pub decode: Vec<Op>,
    /// Few and many tokens.
    pub batch: [Vec<Op>; 2],
}

impl Stage {
    /// The dispatches for `len` tokens.
    pub fn ops(&self, len: usize) -> &[Op] {
        match len {
            1 => &self.decode,
            2..=16 => &self.batch[0],
            _ => &self.batch[1],
        }
    }

    pub(super) fn all(&mut self) -> impl Iterator<Item = &mut Vec<Op>> {
        std::iter::once(&mut self.decode).chain(&mut self.batch)
    }
}
