//! Dispatches made ready at load, and the pass that the token loop records them into.

use super::device::Gpu;
use super::params::{Step, Uniform};
use super::pipeline::{Access, Kernel};
use super::shader::Choices;
use crate::error::Result;

/// How many workgroups a dispatch has along y, for a batch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Batch {
    /// One.
    One,
    /// One for this many tokens.
    Tokens(u32),
}

/// One dispatch: everything but the number of tokens.
#[derive(Debug, Clone)]
pub struct Op {
    /// The kernel's name, for reports.
    pub name: &'static str,
    pipeline: wgpu::ComputePipeline,
    group: wgpu::BindGroup,
    x: u32,
    z: u32,
    batch: Batch,
}

/// A storage binding of an op.
#[derive(Debug, Clone)]
pub enum Bound<'a> {
    /// A whole buffer.
    Whole(&'a wgpu::Buffer),
    /// A range.
    Range(wgpu::BufferBinding<'a>),
    /// Nothing: the kernel is specialized so as not to touch it (a read finds zeros).
    Nothing,
}

impl<'a> Bound<'a> {
    /// The buffer, if there is one.
    pub fn maybe(buffer: Option<&'a wgpu::Buffer>) -> Self {
        buffer.map_or(Bound::Nothing, Bound::Whole)
    }
}

/// A pipeline with its uniform, to be bound to buffers.
#[derive(Debug, Clone)]
pub struct Prepared {
    kernel: &'static Kernel,
    pipeline: wgpu::ComputePipeline,
    uniform: (wgpu::Buffer, u64, u64),
}

impl Prepared {
    /// Where its parameters are: buffer, offset, size.
    pub fn uniform(&self) -> (wgpu::Buffer, u64, u64) {
        self.uniform.clone()
    }
}

/// Makes ops: a uniform arena and the step uniform.
#[derive(Debug)]
pub struct Maker {
    arena: Vec<wgpu::Buffer>,
    used: u64,
    step: wgpu::Buffer,
    zeros: wgpu::Buffer,
    scratch: wgpu::Buffer,
}

const SLOT: u64 = 256; // alignment of uniform offsets that every device accepts
const ARENA: u64 = 256 * SLOT;

impl Maker {
    /// An empty maker.
    ///
    /// # Errors
    /// [`Error::OutOfMemory`](crate::Error).
    pub fn new(gpu: &Gpu) -> Result<Maker> {
        Ok(Maker {
            arena: Vec::new(),
            used: ARENA,
            step: gpu.buffer("step", 256, wgpu::BufferUsages::UNIFORM)?,
            zeros: gpu.storage("zeros", 256)?,
            scratch: gpu.storage("scratch", 256)?,
        })
    }

    /// Tells all kernels where the batch stands. Takes effect with the next submission.
    pub fn set_step(&self, gpu: &Gpu, step: Step) {
        gpu.queue.write_buffer(&self.step, 0, bytemuck::bytes_of(&step));
    }

    /// A pipeline and its parameters.
    ///
    /// # Errors
    /// As [`Gpu::pipeline`].
    pub fn prepare<U: Uniform>(
        &mut self,
        gpu: &Gpu,
        kernel: &'static Kernel,
        choices: Choices<'_>,
        constants: &[(&str, f64)],
        params: U,
    ) -> Result<Prepared> {
        let pipeline = gpu.pipeline(kernel, choices, constants)?;
        if self.used + SLOT > ARENA {
            self.arena.push(gpu.buffer("uniforms", ARENA as usize, wgpu::BufferUsages::UNIFORM)?);
            self.used = 0;
        }
        let size = (size_of::<U>() as u64).next_multiple_of(16);
        let at = self.used;
        self.used += SLOT;
        let arena = self.arena[self.arena.len() - 1].clone();
        gpu.queue.write_buffer(&arena, at, bytemuck::bytes_of(&params));
        Ok(Prepared { kernel, pipeline, uniform: (arena, at, size) })
    }

    /// A pipeline with parameters that another one has made.
    ///
    /// # Errors
    /// As [`Maker::prepare`].
    pub fn prepare_with(
        &mut self,
        gpu: &Gpu,
        kernel: &'static Kernel,
        constants: &[(&str, f64)],
        uniform: &(wgpu::Buffer, u64, u64),
    ) -> Result<Prepared> {
        let pipeline = gpu.pipeline(kernel, &[], constants)?;
        Ok(Prepared { kernel, pipeline, uniform: uniform.clone() })
    }

    /// Binds buffers; `x`, `z` and `batch` give the number of workgroups.
    pub fn bind(&mut self, gpu: &Gpu, p: &Prepared, bound: &[Bound<'_>], grid: (u32, u32, Batch)) -> Op {
        debug_assert_eq!(bound.len(), p.kernel.bindings.len(), "{}", p.kernel.name);
        let (buffer, offset, size) = &p.uniform;
        let uniform = wgpu::BufferBinding { buffer, offset: *offset, size: wgpu::BufferSize::new(*size) };
        let mut entries = vec![
            wgpu::BindGroupEntry { binding: 0, resource: wgpu::BindingResource::Buffer(uniform) },
            wgpu::BindGroupEntry { binding: 1, resource: self.step.as_entire_binding() },
        ];
        for (i, (b, access)) in bound.iter().zip(p.kernel.bindings).enumerate() {
            let resource = match b {
                Bound::Whole(buffer) => buffer.as_entire_binding(),
                Bound::Range(range) => wgpu::BindingResource::Buffer(range.clone()),
                Bound::Nothing if *access == Access::Write => self.scratch.as_entire_binding(),
                Bound::Nothing => self.zeros.as_entire_binding(),
            };
            entries.push(wgpu::BindGroupEntry { binding: i as u32 + 2, resource });
        }
        let layout = gpu.layout(p.kernel);
        let group = gpu.device.create_bind_group(&wgpu::BindGroupDescriptor {
            label: Some(p.kernel.name),
            layout: &layout,
            entries: &entries,
        });
        let (x, z, batch) = grid;
        Op { name: p.kernel.name, pipeline: p.pipeline.clone(), group, x, z, batch }
    }
}

/// The open compute pass, if there is one.
#[derive(Debug, Default)]
pub struct Recorder {
    pass: Option<wgpu::ComputePass<'static>>,
    encoder: Option<wgpu::CommandEncoder>,
    /// Compute dispatches so far.
    pub dispatches: u64,
    /// Command buffers submitted so far.
    pub submits: u64,
}

impl Recorder {
    /// Records an op for a batch of `len` tokens.
    pub fn run(&mut self, gpu: &Gpu, op: &Op, len: usize) {
        self.run_split(gpu, op, len, op.z);
    }

    /// As [`Recorder::run`], with another number of workgroups along z.
    pub fn run_split(&mut self, gpu: &Gpu, op: &Op, len: usize, z: u32) {
        if self.pass.is_none() {
            let encoder = self.encoder.get_or_insert_with(|| gpu.device.create_command_encoder(&Default::default()));
            self.pass = Some(encoder.begin_compute_pass(&Default::default()).forget_lifetime());
        }
        let Some(pass) = &mut self.pass else { return };
        let y = match op.batch {
            Batch::One => 1,
            Batch::Tokens(n) => (len as u32).div_ceil(n),
        };
        pass.set_pipeline(&op.pipeline);
        pass.set_bind_group(0, &op.group, &[]);
        pass.dispatch_workgroups(op.x, y, z);
        self.dispatches += 1;
    }

    /// Ends the pass and gives the encoder, for copies.
    pub fn encoder(&mut self, gpu: &Gpu) -> &mut wgpu::CommandEncoder {
        self.pass = None;
        self.encoder.get_or_insert_with(|| gpu.device.create_command_encoder(&Default::default()))
    }

    /// Hands everything recorded to the queue; the submission, if there was anything.
    ///
    /// # Errors
    /// What the device reported so far.
    pub fn submit(&mut self, gpu: &Gpu) -> Result<Option<wgpu::SubmissionIndex>> {
        self.pass = None;
        let submission = self.encoder.take().map(|encoder| gpu.queue.submit([encoder.finish()]));
        self.submits += u64::from(submission.is_some());
        gpu.check()?;
        Ok(submission)
    }
}
