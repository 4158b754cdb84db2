//! The CPU backend: packed weights, integer dot products, SIMD, threads.
//!
//! The same code runs natively, as wasm simd128 and as relaxed SIMD; `simd` holds what differs, and `wide` the products
//! of weights by the longer vectors of x86-64.

pub mod attention;
pub mod disjoint;
pub mod input;
pub mod kernels;
pub mod level;
pub mod matrix;
pub mod ops;
pub mod pool;
pub mod repack;
pub mod simd;
pub mod trial;
pub mod wide;

mod attend;
mod state;
#[cfg(test)]
mod tests;

use attention::{CpuKv, KvPages};
use matrix::CpuMatrix;
use pool::Pool;
use state::RunState;
use trial::Ways;

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
    ways: Ways,
    /// The last batch was a token of an answer.
    decoding: bool,
}

/// Runs the expression on whichever cache it is.
macro_rules! each {
    ($kv:expr, $name:ident => $body:expr) => {
        match $kv {
            CpuKv::Fixed($name) => $body,
            CpuKv::Float($name) => $body,
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
        let pool = Pool::new(threads);
        let ways = Ways::new(&pool, false);
        Ok(CpuBackend { pool, plan: None, run: RunState::default(), quantized: false, ways, decoding: false })
    }

    /// Uses as many of its threads as are worth it, which is measured while prompts are read.
    pub fn measuring(self) -> Self {
        CpuBackend { ways: Ways::new(&self.pool, true), ..self }
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
        pool: &mut Pool,
        run: &mut RunState,
        c: &ModelConfig,
        w: Option<&NormWeights<Self>>,
        first: usize,
        n: usize,
        matrix: &CpuMatrix,
    ) {
        let residual = &run.residual[first * c.dim..(first + n) * c.dim];
        run.input.fill(pool, n, c.dim, matrix.needs(), &|t, y| {
            norm(c, w, &residual[t * c.dim..(t + 1) * c.dim], y);
        });
    }

    /// Residual ← residual + post_norm(W·input + b), what both halves of a layer end with.
    fn join(&mut self, linear: &Linear<Self>, post: Option<&NormWeights<Self>>, n: usize) -> Result<()> {
        let (run, c) = (&mut self.run, &prepared(&self.plan)?.config);
        let y = &mut run.projected[..n * c.dim];
        self.ways.product(&mut self.pool, &linear.weight, &mut run.input, linear.bias.as_deref(), y);
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
        (self.ways.variant().to_owned(), self.pool.threads())
    }

    fn matrix(&mut self, parts: &[Part]) -> Result<CpuMatrix> {
        let matrix = CpuMatrix::new(parts)?;
        self.quantized |= matrix.needs() != input::Needs::default();
        Ok(matrix)
    }

    fn fill(&mut self, matrix: &mut CpuMatrix, part: usize, first: usize, bytes: &[u8]) -> Result<()> {
        matrix.fill(part, first, bytes)
    }

    fn vector(&mut self, data: &[f32]) -> Result<Vec<f32>> {
        Ok(data.to_vec())
    }

    fn prepare(&mut self, plan: &Plan, _weights: &Weights<Self>) -> Result<()> {
        self.run = RunState::new(plan);
        self.plan = Some(plan.clone());
        Ok(())
    }

    fn kv(&mut self) -> Result<CpuKv> {
        Ok(CpuKv::new(&prepared(&self.plan)?.config, self.quantized))
    }

    fn kv_copy(&mut self, from: &CpuKv, to: &mut CpuKv, len: usize) -> Result<()> {
        let c = &prepared(&self.plan)?.config;
        match (from, to) {
            (CpuKv::Fixed(from), CpuKv::Fixed(to)) => to.copy_from(c, from, len),
            (CpuKv::Float(from), CpuKv::Float(to)) => to.copy_from(c, from, len),
            _ => Err(Error::State("caches of one model differ in precision".into())),
        }
    }

    async fn kv_read(&mut self, kv: &CpuKv, len: usize) -> Result<Vec<f32>> {
        let c = &prepared(&self.plan)?.config;
        let mut out = vec![0.0; c.kv_elements(c.layers.len(), len)?];
        for (i, row) in out.chunks_exact_mut(c.kv_dim()).enumerate() {
            each!(kv, kv => kv.read(c, i / (2 * len), i / len % 2 == 1, i % len, row));
        }
        Ok(out)
    }

    fn kv_write(&mut self, kv: &mut CpuKv, len: usize, data: &[f32]) -> Result<()> {
        let c = &prepared(&self.plan)?.config;
        let want = c.kv_elements(c.layers.len(), len)?;
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
        if span.len < trial::BATCH || self.decoding {
            self.ways.renew(span.len);
        }
        self.decoding = span.len == 1;
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
        Self::input_from_residual(&mut self.pool, run, c, layer.attn_norm.as_ref(), 0, span.len, &w.weight);
        let qkv = &mut run.qkv[..span.len * c.qkv_rows()];
        self.ways.product(&mut self.pool, &w.weight, &mut run.input, w.bias.as_deref(), qkv);
        Ok(())
    }

    fn attend(&mut self, layer: &LayerWeights<Self>, index: usize, kv: &mut CpuKv, span: Span) -> Result<()> {
        let (run, c) = (&mut self.run, &prepared(&self.plan)?.config);
        each!(kv, kv => attend::attend(&mut self.pool, c, run, layer, index, kv, span))?;
        let (attention, needs) = (&run.attention, layer.attn_out.weight.needs());
        run.input.fill(&mut self.pool, span.len, c.q_dim(), needs, &|t, x| {
            x.copy_from_slice(&attention[t * c.q_dim()..(t + 1) * c.q_dim()]);
        });
        Ok(())
    }

    fn attn_out(&mut self, layer: &LayerWeights<Self>, span: Span) -> Result<()> {
        self.join(&layer.attn_out, layer.post_attn_norm.as_ref(), span.len)
    }

    fn mlp_in(&mut self, layer: &LayerWeights<Self>, span: Span) -> Result<()> {
        let (run, c) = (&mut self.run, &prepared(&self.plan)?.config);
        let w = &layer.gate_up;
        Self::input_from_residual(&mut self.pool, run, c, layer.ffn_norm.as_ref(), 0, span.len, &w.weight);
        let hidden = &mut run.gate_up[..span.len * c.gate_up_rows()];
        self.ways.product(&mut self.pool, &w.weight, &mut run.input, w.bias.as_deref(), hidden);
        let hidden = &run.gate_up;
        run.input.fill(&mut self.pool, span.len, c.ff, layer.down.weight.needs(), &|t, x| {
            let (gate, up) = hidden[t * c.gate_up_rows()..(t + 1) * c.gate_up_rows()].split_at(c.ff);
            ops::activate(c.activation, gate, c.gated.then_some(up), x);
        });
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
        Self::input_from_residual(&mut self.pool, run, c, Some(&weights.output_norm), first, n, head);
        run.logits.resize(n * c.vocab, 0.0);
        self.ways.product(&mut self.pool, head, &mut run.input, bias, &mut run.logits);
        if let Some(cap) = c.logit_softcap {
            ops::softcap(&mut run.logits, cap);
        }
        Ok(())
    }

    async fn settle(&mut self) -> Result<()> {
        self.pool.check()
    }

    async fn read_logits(&mut self, out: &mut Vec<f32>) -> Result<()> {
        self.pool.check()?;
        out.clear();
        out.extend_from_slice(&self.run.logits);
        Ok(())
    }
}
