//! Norms, projections and embeddings of a model → dispatches. Leaves attention to `attention`.

use super::act::{Act, Stage};
use super::device::Gpu;
use super::linear::{Epilogue, Linears, Operand, Side, zero};
use super::op::{Batch, Bound, Maker, Op};
use super::params::{Embed, Norm};
use super::pipeline::{EMBED, NORM};
use super::{GpuBackend, GpuMatrix, GpuVector};
use crate::backend::{Linear, NormWeights, Weights};
use crate::config::{ModelConfig, NormKind};
use crate::error::Result;

/// Makes stages for a model.
pub(super) struct Builder<'a> {
    pub gpu: &'a Gpu,
    pub maker: &'a mut Maker,
    pub linears: Linears,
    pub config: &'a ModelConfig,
}

impl Builder<'_> {
    pub fn norm(&mut self, n: &NormWeights<GpuBackend>, x: &Act, y: &Act, add: bool) -> Result<Op> {
        let c = self.config;
        let layer = f64::from(u8::from(c.norm == NormKind::Layer));
        let params = Norm { dim: c.dim as u32, x_stride: x.stride, y_stride: y.stride, eps: c.norm_eps };
        let constants = [("LAYER", layer), ("ADD", f64::from(u8::from(add)))];
        let p = self.maker.prepare(self.gpu, &NORM, &[], &constants, params)?;
        let bias = Bound::maybe(n.bias.as_ref().map(|b| &b.buffer));
        let bound = [Bound::Whole(&x.buffer), Bound::Whole(&n.weight.buffer), bias, Bound::Whole(&y.buffer)];
        Ok(self.maker.bind(self.gpu, &p, &bound, (1, 1, Batch::Tokens(1))))
    }

    /// A projection of the residual, normed first where the family does so.
    pub fn norm_then(
        &mut self,
        norm: Option<&NormWeights<GpuBackend>>,
        (residual, normed): (&Act, &Act),
        weight: (&GpuMatrix, Option<&GpuVector>),
        to: Side<'_>,
    ) -> Result<Stage> {
        let Some(n) = norm else {
            return self.linears.stage(self.gpu, self.maker, weight, Operand::plain(residual), to);
        };
        let op = self.norm(n, residual, normed, false)?;
        let folded = self.config.norm == NormKind::Rms;
        let input = if folded {
            Operand {
                decode: residual,
                gain: Some(&n.weight),
                batch: normed,
                dim: self.config.dim,
                eps: self.config.norm_eps,
            }
        } else {
            Operand::plain(normed)
        };
        let mut stage = self.linears.stage(self.gpu, self.maker, weight, input, to)?;
        stage.batch.iter_mut().for_each(|ops| ops.insert(0, op.clone()));
        if !folded {
            stage.decode.insert(0, op);
        }
        Ok(stage)
    }

    /// `residual += post_norm(W·x + b)`
    pub fn join(
        &mut self,
        weight: (&GpuMatrix, Option<&GpuVector>),
        post: Option<&NormWeights<GpuBackend>>,
        x: &Act,
        (raw, residual): (&Act, &Act),
    ) -> Result<Stage> {
        let Some(n) = post else {
            let to = Side { y: residual, raw, epilogue: Epilogue { add: true, ..Default::default() } };
            return self.linears.stage(self.gpu, self.maker, weight, Operand::plain(x), to);
        };
        let to = Side { y: raw, raw, epilogue: Epilogue::default() };
        let mut stage = self.linears.stage(self.gpu, self.maker, weight, Operand::plain(x), to)?;
        let op = self.norm(n, raw, residual, true)?;
        stage.all().for_each(|ops| ops.push(op.clone()));
        Ok(stage)
    }

    pub fn embed(&mut self, m: &GpuMatrix, positions: bool, ids: &wgpu::Buffer, x: &Act) -> Result<Vec<Op>> {
        let mut ops = Vec::new();
        for s in &m.segments {
            let params = Embed {
                row0: s.row0 as u32,
                rows: s.rows as u32,
                blocks: s.blocks as u32,
                x_stride: x.stride / 4,
                factor: if positions { 1.0 } else { self.config.embed_scale },
            };
            let mut constants = vec![("POSITIONS", f64::from(u8::from(positions)))];
            constants.extend(zero(&s.layout));
            let format = self.linears.format(&s.layout);
            let p = self.maker.prepare(self.gpu, &EMBED, &format, &constants, params)?;
            let plane = |i| s.plane(i).map_or(Bound::Nothing, Bound::Range);
            let bound = [plane(0), plane(1), plane(2), Bound::Whole(ids), Bound::Whole(&x.buffer)];
            let grid = ((4 * s.blocks as u32).div_ceil(64), 1, Batch::Tokens(1));
            ops.push(self.maker.bind(self.gpu, &p, &bound, grid));
        }
        Ok(ops)
    }
}

/// A linear's weight and bias.
pub(super) fn pair(l: &Linear<GpuBackend>) -> (&GpuMatrix, Option<&GpuVector>) {
    (&l.weight, l.bias.as_ref())
}

/// The head's weight and bias: its own, or the embedding table.
pub(super) fn head(w: &Weights<GpuBackend>) -> (&GpuMatrix, Option<&GpuVector>) {
    w.head.as_ref().map_or((&w.token_embd, None), pair)
}
