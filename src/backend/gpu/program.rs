//! A model's steps as dispatches: what [`GpuBackend::prepare`](super::GpuBackend) compiles.

use std::collections::HashMap;
use std::rc::Rc;

use super::GpuBackend;
use super::act::{Act, Stage};
use super::attention::Attention;
use super::builder::{Builder, head, pair};
use super::device::{Gpu, gpu_error};
use super::linear::{Epilogue, Linears, Side};
use super::matrix::Segment;
use super::op::{Maker, Op};
use crate::backend::{Plan, Weights};
use crate::config::Activation;
use crate::error::Result;

/// Everything made at load.
#[derive(Debug)]
pub struct Program {
    pub(super) plan: Plan,
    pub(super) token_bytes: usize,
    pub(super) ids: wgpu::Buffer,                       // (max_batch) token ids
    pub(super) logits: Act,                             // (1, vocab)
    pub(super) all_logits: Option<(Act, [Vec<Op>; 2])>, // (max_batch, vocab), when first asked for
    pub(super) embed: Vec<Op>,
    pub(super) stages: HashMap<usize, Rc<Stage>>, // by the step's matrix
    pub(super) last_logits: Vec<Op>,
    pub(super) attention: Attention,
    residual: Act,
    normed: Act,
}

impl Program {
    /// Allocates the run state and makes all dispatches but those of a cache.
    ///
    /// # Errors
    /// [`Error::OutOfMemory`](crate::Error), [`Error::Backend`](crate::Error) for sizes that the
    /// kernels cannot do.
    pub fn new(
        gpu: &Gpu,
        maker: &mut Maker,
        linears: Linears,
        plan: &Plan,
        w: &Weights<GpuBackend>,
    ) -> Result<Program> {
        let c = &plan.config;
        if !c.head_dim.is_multiple_of(4) || c.head_dim > 256 {
            return Err(gpu_error(format!("heads of {} (multiples of 4 up to 256 are supported)", c.head_dim)));
        }
        let n = plan.max_batch;
        let act = |what: &str, width: usize| Act::new(gpu, what, n, width);
        let (residual, normed, qkv) = (act("residual", c.dim)?, act("normed", c.dim)?, act("qkv", c.qkv_rows())?);
        let (attention, hidden) = (act("attention", c.q_dim())?, act("hidden", c.ff)?);
        let raw = act("raw projection", c.gate_up_rows().max(c.dim))?;
        let logits = Act::new(gpu, "logits", 1, c.vocab)?;
        let ids = gpu.storage("token ids", 4 * n)?;
        let attend = Attention::new(gpu, maker, plan, &w.layers, [qkv.clone(), attention.clone()])?;

        let mut b = Builder { gpu, maker, linears, config: c };
        let mut embed = b.embed(&w.token_embd, false, &ids, &residual)?;
        if let Some(positions) = &w.position_embd {
            embed.extend(b.embed(positions, true, &ids, &residual)?);
        }
        let mut stages = HashMap::new();
        let act = match c.activation {
            Activation::Silu => 1,
            Activation::GeluTanh => 2,
        };
        let plain = Epilogue::default();
        for layer in &w.layers {
            let streams = (&residual, &normed);
            let to = Side { y: &qkv, raw: &raw, epilogue: plain };
            let stage = b.norm_then(layer.attn_norm.as_ref(), streams, pair(&layer.qkv), to)?;
            stages.insert(layer.qkv.weight.id, Rc::new(stage));
            let stage = b.join(pair(&layer.attn_out), layer.post_attn_norm.as_ref(), &attention, (&raw, &residual))?;
            stages.insert(layer.attn_out.weight.id, Rc::new(stage));
            let epilogue = Epilogue { act, glu: c.gated.then_some(c.ff), ..plain };
            let to = Side { y: &hidden, raw: &raw, epilogue };
            let stage = b.norm_then(layer.ffn_norm.as_ref(), streams, pair(&layer.gate_up), to)?;
            stages.insert(layer.gate_up.weight.id, Rc::new(stage));
            let stage = b.join(pair(&layer.down), layer.post_ffn_norm.as_ref(), &hidden, (&raw, &residual))?;
            stages.insert(layer.down.weight.id, Rc::new(stage));
        }
        let to = Side { y: &logits, raw: &raw, epilogue: Epilogue { cap: c.logit_softcap, logits: true, ..plain } };
        let last_logits = b.norm_then(Some(&w.output_norm), (&residual, &normed), head(w), to)?.decode;
        let layers = w.layers.iter().flat_map(|l| [&l.qkv, &l.attn_out, &l.gate_up, &l.down]);
        let matrices = layers.map(|l| &l.weight).chain([head(w).0]);
        let token_bytes = matrices.flat_map(|m| &m.segments).map(Segment::bytes).sum();
        let plan = plan.clone();
        Ok(Program {
            plan,
            token_bytes,
            ids,
            logits,
            all_logits: None,
            embed,
            stages,
            last_logits,
            attention: attend,
            residual,
            normed,
        })
    }

    /// Makes room for logits of a whole batch.
    ///
    /// # Errors
    /// [`Error::OutOfMemory`](crate::Error).
    pub fn grow_logits(
        &mut self,
        gpu: &Gpu,
        maker: &mut Maker,
        linears: Linears,
        w: &Weights<GpuBackend>,
    ) -> Result<()> {
        if self.all_logits.is_none() {
            let c = self.plan.config.clone();
            let y = Act::new(gpu, "logits of a batch", self.plan.max_batch, c.vocab)?;
            let mut b = Builder { gpu, maker, linears, config: &c };
            let epilogue = Epilogue { cap: c.logit_softcap, ..Default::default() };
            let to = Side { y: &y, raw: &self.normed, epilogue };
            let stage = b.norm_then(Some(&w.output_norm), (&self.residual, &self.normed), head(w), to)?;
            self.all_logits = Some((y, stage.batch));
        }
        Ok(())
    }
}
