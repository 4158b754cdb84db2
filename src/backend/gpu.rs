//! WebGPU compute shaders, through `wgpu`: Vulkan natively, the browser's API in wasm.
//!
//! All dispatches of a model are made at load ([`program`]); a step of the token loop only records
//! them into the open compute pass ([`op`]). Sampling and text are not its affair.

mod act;
mod attention;
#[cfg(test)]
mod attention_tests;
mod bandwidth;
mod builder;
#[cfg(test)]
mod builder_tests;
mod depth;
mod device;
mod draw;
#[cfg(test)]
mod draw_tests;
#[cfg(test)]
pub(crate) mod kernel_tests;
mod kv;
mod linear;
mod matrix;
mod op;
mod params;
mod pipeline;
mod program;
mod repack;
#[cfg(test)]
mod rope_tests;
mod shader;

use std::rc::Rc;

pub use device::{Gpu, GpuOptions};
pub use kv::GpuKv;
pub use linear::Linears;
pub use matrix::{GpuMatrix, GpuVector};
pub(crate) use shader::FILES as SHADERS;

use serde::Serialize;

use super::{Backend, Draws, LayerWeights, LogitRows, Part, Plan, Span, Weights};
use crate::error::{Error, Result};
use draw::Drawer;
use op::{Maker, Recorder};
use params::Step;
use program::Program;

/// See the module's text.
#[derive(Debug)]
pub struct GpuBackend {
    gpu: Gpu,
    maker: Maker,
    recorder: Recorder,
    pub(crate) linears: Linears,
    program: Option<Program>,
    matrices: usize,
    uploaded: usize,
    wanted: LogitRows,
    logit_tokens: usize,
    readback: Option<wgpu::Buffer>,
    /// Whether it is trusted to draw.
    pub(crate) draws: bool,
    drawer: Option<Drawer>,
}

/// Counters of a backend.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct GpuStats {
    /// Compute dispatches since the device was opened.
    pub dispatches: u64,
    /// Command buffers submitted.
    pub submits: u64,
    /// Bytes of weights that one token reads.
    pub token_bytes: usize,
    /// Dispatches of a token outside the layers, drawing not counted.
    pub outside_layers: usize,
    /// Tokens that followed one that the device had drawn.
    pub steps: u64,
    /// Milliseconds this side spent on recording and submitting those.
    pub encode_ms: f64,
    /// Tokens kept under way at present.
    pub depth: usize,
}

/// Natively, uploads wait in host memory until a submission; this many bytes may wait.
const PENDING: usize = 32 << 20;

impl GpuBackend {
    /// Opens the best adapter.
    ///
    /// # Errors
    /// [`Error::Backend`] if there is none.
    pub async fn new(options: GpuOptions) -> Result<GpuBackend> {
        GpuBackend::on(Gpu::open(options).await?)
    }

    /// A backend on an open device, which it shares with others.
    ///
    /// # Errors
    /// What went wrong on the device before.
    pub fn on(gpu: Gpu) -> Result<GpuBackend> {
        let maker = Maker::new(&gpu)?;
        let linears = Linears::guess(&gpu);
        gpu.check()?;
        Ok(GpuBackend {
            gpu,
            maker,
            recorder: Recorder::default(),
            linears,
            program: None,
            matrices: 0,
            uploaded: 0,
            wanted: LogitRows::None,
            logit_tokens: 0,
            readback: None,
            draws: true,
            drawer: None,
        })
    }

    /// The device, to ask about it.
    pub fn gpu(&self) -> &Gpu {
        &self.gpu
    }

    /// Chooses the shape of mat-vec workgroups; takes effect in [`Backend::prepare`].
    pub fn set_linears(&mut self, linears: Linears) {
        self.linears = linears;
    }

    /// What was recorded so far, and what a token costs.
    pub fn stats(&self) -> GpuStats {
        let Recorder { dispatches, submits, .. } = self.recorder;
        let program = self.program.as_ref();
        let (steps, encode_ms) = self.drawer.as_ref().map_or((0, 0.0), |d| (d.steps, d.encode_ms));
        GpuStats {
            dispatches,
            submits,
            token_bytes: program.map_or(0, |p| p.token_bytes),
            outside_layers: program.map_or(0, |p| p.embed.len() + p.last_logits.len()),
            steps,
            encode_ms,
            depth: self.depth(),
        }
    }

    fn program(&self) -> Result<&Program> {
        self.program.as_ref().ok_or_else(|| Error::State("a step before prepare".into()))
    }

    fn stage(&mut self, matrix: &GpuMatrix, len: usize) -> Result<()> {
        let stage = self.program()?.stages.get(&matrix.id).map(Rc::clone);
        let stage = stage.ok_or_else(|| Error::State("weights of another model".into()))?;
        for op in stage.ops(len) {
            self.recorder.run(&self.gpu, op, len);
        }
        Ok(())
    }

    /// Starts a batch with these tokens, or with the one that is on the device.
    fn begin(&mut self, tokens: Option<&[u32]>, span: Span) -> Result<()> {
        // What is recorded reads the ids and the step that are about to be overwritten.
        self.recorder.submit(&self.gpu)?;
        let program = self.program.as_ref().ok_or_else(|| Error::State("a step before prepare".into()))?;
        if let Some(tokens) = tokens {
            self.gpu.queue.write_buffer(&program.ids, 0, bytemuck::cast_slice(tokens));
        }
        let step = Step {
            start: span.start as u32,
            len: span.len as u32,
            logit_first: span.len as u32 - 1,
            rope_long: u32::from(span.rope_long),
        };
        self.maker.set_step(&self.gpu, step);
        for op in &program.embed {
            self.recorder.run(&self.gpu, op, span.len);
        }
        Ok(())
    }
}

impl Backend for GpuBackend {
    type Matrix = GpuMatrix;
    type Vector = GpuVector;
    type Kv = GpuKv;

    const NAME: &'static str = "gpu";

    fn describe(&self) -> (String, usize) {
        let adapter = match self.gpu.adapter() {
            // Not every browser names it.
            name if name.is_empty() => "WebGPU".to_owned(),
            name => name,
        };
        (format!("{adapter}{}", if self.gpu.f16 { ", f16 cache" } else { "" }), 1)
    }

    fn matrix(&mut self, parts: &[Part]) -> Result<GpuMatrix> {
        self.matrices += 1;
        GpuMatrix::new(&self.gpu, self.matrices, parts)
    }

    fn fill(&mut self, matrix: &mut GpuMatrix, part: usize, first: usize, bytes: &[u8]) -> Result<()> {
        matrix.fill(&self.gpu, part, first, bytes)?;
        self.uploaded += bytes.len();
        if self.uploaded >= PENDING {
            self.uploaded = 0;
            self.gpu.queue.submit([]);
            self.gpu.wait()?;
        }
        self.gpu.check()
    }

    fn vector(&mut self, data: &[f32]) -> Result<GpuVector> {
        GpuVector::new(&self.gpu, data)
    }

    fn prepare(&mut self, plan: &Plan, weights: &Weights<Self>) -> Result<()> {
        (self.program, self.drawer) = (None, None);
        self.gpu.forgive_memory();
        let (gpu, maker) = (&self.gpu, &mut self.maker);
        self.program = Some(gpu.making(|| Program::new(gpu, maker, self.linears, plan, weights))?);
        self.gpu.check()
    }

    fn kv(&mut self) -> Result<GpuKv> {
        let program = self.program.as_ref().ok_or_else(|| Error::State("a cache before prepare".into()))?;
        self.gpu.making(|| program.attention.kv(&self.gpu, &mut self.maker))
    }

    fn kv_copy(&mut self, from: &GpuKv, to: &mut GpuKv, len: usize) -> Result<()> {
        from.copy(&self.gpu, &mut self.recorder, to, len);
        self.recorder.submit(&self.gpu).map(drop)
    }

    async fn kv_read(&mut self, kv: &GpuKv, len: usize) -> Result<Vec<f32>> {
        kv.read(&self.gpu, &mut self.recorder, len).await
    }

    fn kv_write(&mut self, kv: &mut GpuKv, len: usize, data: &[f32]) -> Result<()> {
        self.recorder.submit(&self.gpu)?;
        kv.write(&self.gpu, len, data)
    }

    fn embed(&mut self, _weights: &Weights<Self>, tokens: &[u32], span: Span) -> Result<()> {
        self.begin(Some(tokens), span)
    }

    fn attn_in(&mut self, layer: &LayerWeights<Self>, span: Span) -> Result<()> {
        self.stage(&layer.qkv.weight, span.len)
    }

    fn attend(&mut self, layer: &LayerWeights<Self>, index: usize, kv: &mut GpuKv, span: Span) -> Result<()> {
        let program = self.program.as_ref().ok_or_else(|| Error::State("a step before prepare".into()))?;
        let (gpu, ops) = (&self.gpu, &kv.ops[index]);
        if span.len > 1 {
            self.recorder.run(gpu, &ops.rope_kv, span.len);
            self.recorder.run(gpu, &ops.batch, span.len);
            return Ok(());
        }
        let visible = (span.start + 1).min(layer.config.window.unwrap_or(usize::MAX));
        let splits = attention::splits(visible);
        self.recorder.run_split(gpu, &ops.decode, 1, splits);
        if splits > 1 {
            self.recorder.run(gpu, &program.attention.join, 1);
        }
        Ok(())
    }

    fn attn_out(&mut self, layer: &LayerWeights<Self>, span: Span) -> Result<()> {
        self.stage(&layer.attn_out.weight, span.len)
    }

    fn mlp_in(&mut self, layer: &LayerWeights<Self>, span: Span) -> Result<()> {
        self.stage(&layer.gate_up.weight, span.len)
    }

    fn mlp_out(&mut self, layer: &LayerWeights<Self>, span: Span) -> Result<()> {
        self.stage(&layer.down.weight, span.len)
    }

    fn logits(&mut self, weights: &Weights<Self>, span: Span, rows: LogitRows) -> Result<()> {
        let program = self.program.as_mut().ok_or_else(|| Error::State("a step before prepare".into()))?;
        self.wanted = if span.len == 1 && rows == LogitRows::All { LogitRows::Last } else { rows };
        match self.wanted {
            LogitRows::None => {}
            LogitRows::Last => {
                for op in &program.last_logits {
                    self.recorder.run(&self.gpu, op, span.len);
                }
            }
            LogitRows::All => {
                program.grow_logits(&self.gpu, &mut self.maker, self.linears, weights)?;
                if let Some((_, ops)) = &program.all_logits {
                    for op in &ops[usize::from(span.len > 16)] {
                        self.recorder.run(&self.gpu, op, span.len);
                    }
                    self.logit_tokens = span.len;
                }
            }
        }
        Ok(())
    }

    async fn settle(&mut self) -> Result<()> {
        self.recorder.submit(&self.gpu)?;
        self.gpu.settle().await
    }

    async fn read_logits(&mut self, out: &mut Vec<f32>) -> Result<()> {
        out.clear();
        let program = self.program.as_ref().ok_or_else(|| Error::State("a step before prepare".into()))?;
        let vocab = program.plan.config.vocab;
        let (act, rows) = match (self.wanted, &program.all_logits) {
            (LogitRows::None, _) => return Ok(()),
            (LogitRows::All, Some((act, _))) => (act, self.logit_tokens),
            _ => (&program.logits, 1),
        };
        let stride = act.stride as usize;
        let bytes = 4 * rows * stride;
        let staging = match self.readback.take().filter(|buffer| buffer.size() >= bytes as u64) {
            Some(buffer) => buffer,
            None => self.gpu.buffer("readback", bytes, wgpu::BufferUsages::MAP_READ)?,
        };
        let staging = self.readback.insert(staging);
        self.recorder.encoder(&self.gpu).copy_buffer_to_buffer(&act.buffer, 0, staging, 0, bytes as u64);
        self.recorder.submit(&self.gpu)?;
        self.gpu
            .read(staging, bytes, |data| {
                for row in data.chunks_exact(4 * stride) {
                    out.extend(row.as_chunks::<4>().0[..vocab].iter().map(|&b| f32::from_le_bytes(b)));
                }
            })
            .await
    }
}
