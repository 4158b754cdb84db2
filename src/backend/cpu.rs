//! The CPU backend: packed weights, integer dot products, SIMD, threads.
//!
//! The same code runs natively, as wasm simd128 and as relaxed SIMD; `simd` holds what differs.

pub mod attention;
pub mod disjoint;
pub mod input;
pub mod kernels;
pub mod matrix;
pub mod ops;
pub mod pool;
pub mod repack;
pub mod simd;
pub mod tune;

mod attend;
mod state;
#[cfg(test)]
mod tests;

use attention::{CpuKv, Pages};
use matrix::CpuMatrix;
use pool::Pool;
use state::RunState;

use super::{Backend, Draws, LayerWeights, Linear, LogitRows, NormWeights, Part, Plan, Span, Weights};
use crate::config::{ModelConfig, NormKind};
use crate::error::{Error, Result};

/// See the module's text.
#[derive(Debug)]
pub struct CpuBackend {
    pool: Pool,
    plan: Option<Plan>,
    run: RunState,
    /// Some weights meet rounded activations.
    quantized: bool,
    /// The number of threads is to be found by measuring.
    measures: bool,
}

/// Runs the expression on whichever cache it is.
macro_rules! each {
    ($kv:expr, $name:ident => $body:expr) => {
        match $kv {
            CpuKv::F16($name) => $body,
            CpuKv::F32($name) => $body,
        }
    };
}

impl CpuBackend {
    /// A backend that computes on `threads` threads, the caller included.
    ///
    /// # Errors
    /// [`Error::BadParameter`] for 0 threads, [`Error::Backend`] if threads cannot be started.
    pub fn new(threads: usize) -> Result<Self> {
        if threads == 0 {
            return Err(Error::BadParameter { name: "threads", problem: "must not be 0".into() });
        }
        Ok(CpuBackend {
            pool: Pool::new(threads),
            plan: None,
            run: RunState::default(),
            quantized: false,
            measures: false,
        })
    }

    /// Uses as many of its threads as are worth it, which a short measurement tells once the weights are there.
    pub fn measuring(self) -> Self {
        CpuBackend { measures: true, ..self }
    }
}

fn prepared(plan: &Option<Plan>) -> Result<&Plan> {
    plan.as_ref().ok_or_else(|| Error::State("a step before prepare".into()))
}

fn norm(c: &ModelConfig, w: Option<&NormWeights<CpuBackend>>, x: &[f32], y: &mut [f32]) {
    match w {
        None => y.copy_from_slice(x),
        Some(w) => match c.norm {
            NormKind::Rms => ops::rms_norm(x, &w.weight, c.norm_eps, y),
            NormKind::Layer => ops::layer_norm(x, &w.weight, w.bias.as_deref(), c.norm_eps, y),
        },
    }
}

impl CpuBackend {
    /// Normalizes `n` residual rows from `first` on into the input, in the forms `matrix` reads.
    fn input_from_residual(
        run: &mut RunState,
        c: &ModelConfig,
        w: Option<&NormWeights<Self>>,
        first: usize,
        n: usize,
        matrix: &CpuMatrix,
    ) {
        run.input.reshape(c.dim);
        for t in 0..n {
            let x = &run.residual[(first + t) * c.dim..(first + t + 1) * c.dim];
            norm(c, w, x, run.input.row_mut(t));
            run.input.quantize(t, matrix.needs());
        }
    }

    /// Residual ← residual + post_norm(W·input + b), what both halves of a layer end with.
    fn join(&mut self, linear: &Linear<Self>, post: Option<&NormWeights<Self>>, n: usize) -> Result<()> {
        let (run, c) = (&mut self.run, &prepared(&self.plan)?.config);
        let y = &mut run.projected[..n * c.dim];
        linear.weight.product(&self.pool, &run.input, n, linear.bias.as_deref(), y);
        for (y, r) in y.chunks_exact(c.dim).zip(run.residual.chunks_exact_mut(c.dim)) {
            let y = match post {
                None => y,
                Some(_) => {
                    norm(c, post, y, &mut run.row);
                    &run.row
                }
            };
            r.iter_mut().zip(y).for_each(|(r, y)| *r += y);
        }
        Ok(())
    }
}

impl Draws for CpuBackend {}

impl Backend for CpuBackend {
    type Matrix = CpuMatrix;
    type Vector = Vec<f32>;
    type Kv = CpuKv;

    const NAME: &'static str = "cpu";

    fn describe(&self) -> (String, usize) {
        (simd::VARIANT.to_owned(), self.pool.threads())
    }

    fn matrix(&mut self, parts: &[Part]) -> Result<CpuMatrix> {
        let matrix = CpuMatrix::new(parts)?;
        self.quantized |= matrix.needs() != input::Needs::default();
        Ok(matrix)
    }

    fn fill(&mut self, matrix: &mut CpuMatrix, part: usize, bytes: &[u8]) -> Result<()> {
        matrix.fill(part, bytes)
    }

    fn vector(&mut self, data: &[f32]) -> Result<Vec<f32>> {
        Ok(data.to_vec())
    }

    fn prepare(&mut self, plan: &Plan, weights: &Weights<Self>) -> Result<()> {
        self.run = RunState::new(plan);
        if self.measures {
            let head = weights.head.as_ref().map_or(&weights.token_embd, |head| &head.weight);
            tune::tune(&mut self.pool, head, &mut self.run.input);
        }
        self.plan = Some(plan.clone());
        Ok(())
    }

    fn kv(&mut self) -> Result<CpuKv> {
        prepared(&self.plan)?;
        Ok(if self.quantized { CpuKv::F16(Pages::default()) } else { CpuKv::F32(Pages::default()) })
    }

    fn kv_copy(&mut self, from: &CpuKv, to: &mut CpuKv, len: usize) -> Result<()> {
        let c = &prepared(&self.plan)?.config;
        match (from, to) {
            (CpuKv::F16(from), CpuKv::F16(to)) => to.copy_from(c, from, len),
            (CpuKv::F32(from), CpuKv::F32(to)) => to.copy_from(c, from, len),
            _ => Err(Error::State("caches of one model differ in precision".into())),
        }
    }

    async fn kv_read(&mut self, kv: &CpuKv, len: usize) -> Result<Vec<f32>> {
        let c = &prepared(&self.plan)?.config;
        let mut out = vec![0.0; c.layers.len() * 2 * len * c.kv_dim()];
        for (i, row) in out.chunks_exact_mut(c.kv_dim()).enumerate() {
            each!(kv, kv => kv.read(c, i / (2 * len), i / len % 2 == 1, i % len, row));
        }
        Ok(out)
    }

    fn kv_write(&mut self, kv: &mut CpuKv, len: usize, data: &[f32]) -> Result<()> {
        let c = &prepared(&self.plan)?.config;
        let want = c.layers.len() * 2 * len * c.kv_dim();
        if data.len() != want {
            return Err(Error::Session(format!("it holds {} values, {want} are wanted", data.len())));
        }
        each!(kv, kv => kv.reserve(c, len))?;
        for (i, row) in data.chunks_exact(c.kv_dim()).enumerate() {
            each!(kv, kv => kv.write(c, i / (2 * len), i / len % 2 == 1, i % len, row));
        }
        Ok(())
    }

    fn embed(&mut self, weights: &Weights<Self>, tokens: &[u32], span: Span) -> Result<()> {
        let plan = prepared(&self.plan)?;
        let c = &plan.config;
        for (t, (&id, x)) in tokens.iter().zip(self.run.residual.chunks_exact_mut(c.dim)).enumerate() {
            weights.token_embd.row(id as usize, x);
            x.iter_mut().for_each(|x| *x *= c.embed_scale);
            if let Some(positions) = &weights.position_embd {
                positions.row(span.start + t, &mut self.run.row);
                x.iter_mut().zip(&self.run.row).for_each(|(x, p)| *x += p);
            }
        }
        self.run.rotate_to(plan, span);
        Ok(())
    }

    fn attn_in(&mut self, layer: &LayerWeights<Self>, span: Span) -> Result<()> {
        let (run, c) = (&mut self.run, &prepared(&self.plan)?.config);
        let w = &layer.qkv;
        Self::input_from_residual(run, c, layer.attn_norm.as_ref(), 0, span.len, &w.weight);
        let qkv = &mut run.qkv[..span.len * c.qkv_rows()];
        w.weight.product(&self.pool, &run.input, span.len, w.bias.as_deref(), qkv);
        Ok(())
    }

    fn attend(&mut self, layer: &LayerWeights<Self>, index: usize, kv: &mut CpuKv, span: Span) -> Result<()> {
        let (run, c) = (&mut self.run, &prepared(&self.plan)?.config);
        each!(kv, kv => attend::attend(&self.pool, c, run, layer, index, kv, span))?;
        run.input.reshape(c.q_dim());
        for t in 0..span.len {
            run.input.row_mut(t).copy_from_slice(&run.attention[t * c.q_dim()..(t + 1) * c.q_dim()]);
            run.input.quantize(t, layer.attn_out.weight.needs());
        }
        Ok(())
    }

    fn attn_out(&mut self, layer: &LayerWeights<Self>, span: Span) -> Result<()> {
        self.join(&layer.attn_out, layer.post_attn_norm.as_ref(), span.len)
    }

    fn mlp_in(&mut self, layer: &LayerWeights<Self>, span: Span) -> Result<()> {
        let (run, c) = (&mut self.run, &prepared(&self.plan)?.config);
        let w = &layer.gate_up;
        Self::input_from_residual(run, c, layer.ffn_norm.as_ref(), 0, span.len, &w.weight);
        let hidden = &mut run.gate_up[..span.len * c.gate_up_rows()];
        w.weight.product(&self.pool, &run.input, span.len, w.bias.as_deref(), hidden);
        run.input.reshape(c.ff);
        for (t, y) in hidden.chunks_exact(c.gate_up_rows()).enumerate() {
            let (gate, up) = y.split_at(c.ff);
            ops::activate(c.activation, gate, c.gated.then_some(up), run.input.row_mut(t));
            run.input.quantize(t, layer.down.weight.needs());
        }
        Ok(())
    }

    fn mlp_out(&mut self, layer: &LayerWeights<Self>, span: Span) -> Result<()> {
        self.join(&layer.down, layer.post_ffn_norm.as_ref(), span.len)
    }

    fn logits(&mut self, weights: &Weights<Self>, span: Span, rows: LogitRows) -> Result<()> {
        let (run, c) = (&mut self.run, &prepared(&self.plan)?.config);
        let (first, n) = match rows {
            LogitRows::None => (0, 0),
            LogitRows::Last => (span.len - 1, 1),
            LogitRows::All => (0, span.len),
        };
        let (head, bias) = match &weights.head {
            Some(l) => (&l.weight, l.bias.as_deref()),
            None => (&weights.token_embd, None),
        };
        Self::input_from_residual(run, c, Some(&weights.output_norm), first, n, head);
        run.logits.resize(n * c.vocab, 0.0);
        head.product(&self.pool, &run.input, n, bias, &mut run.logits);
        if let Some(cap) = c.logit_softcap {
            ops::softcap(&mut run.logits, cap);
        }
        Ok(())
    }

    async fn read_logits(&mut self, out: &mut Vec<f32>) -> Result<()> {
        out.clear();
        out.extend_from_slice(&self.run.logits);
        Ok(())
    }
}
