//! Attention of a model → dispatches, for each cache. Owns the rotary tables.

use super::GpuBackend;
use super::act::Act;
use super::device::{Gpu, gpu_error};
use super::kv::{AttendOps, GpuKv, KvShape};
use super::op::{Batch, Bound, Maker, Op, Prepared};
use super::params::{Attend, AttendJoin};
use super::pipeline::{ATTEND, ATTEND_JOIN, ROPE_KV};
use crate::backend::{LayerWeights, Plan, RopeTables};
use crate::config::{LayerConfig, ModelConfig, QkNorm, RopeKind, RopeStyle, RopeTable};
use crate::error::Result;

/// Splits of one token's attention at most; the shader has room for as many.
pub const SPLITS: usize = 16;
/// Positions a split is worth opening for.
const SPAN: usize = 256;

/// The number of splits for a token that sees this many positions.
pub fn splits(visible: usize) -> u32 {
    visible.div_ceil(SPAN).clamp(1, SPLITS) as u32
}

/// What attention needs besides a cache.
#[derive(Debug)]
pub struct Attention {
    /// Joins the splits of a decode step.
    pub join: Op,
    layers: Vec<Layer>,
    shape: KvShape,
    qkv: Act,
    out: Act,
    partial: wgpu::Buffer, // (heads, SPLITS, head_dim + 4)
    rope: wgpu::Buffer,    // tables of (context, pairs) of (cos, sin)
    heads: [u32; 2],       // of queries, of keys
}

#[derive(Debug)]
struct Layer {
    decode: Prepared,
    rope_kv: Prepared,
    batch: Prepared,
    norms: [Option<wgpu::Buffer>; 2], // of queries, of keys
}

impl Attention {
    /// Uploads the rotary tables and makes the pipelines.
    ///
    /// # Errors
    /// [`Error::OutOfMemory`](crate::Error), [`Error::Backend`](crate::Error) for sizes the kernels
    /// cannot do.
    pub fn new(
        gpu: &Gpu,
        maker: &mut Maker,
        plan: &Plan,
        layers: &[LayerWeights<GpuBackend>],
        [qkv, out]: [Act; 2],
    ) -> Result<Attention> {
        let c = &plan.config;
        if !c.head_dim.is_multiple_of(4) || c.head_dim > 256 {
            return Err(gpu_error(format!("heads of {} (multiples of 4 up to 256 are supported)", c.head_dim)));
        }
        let shape = KvShape { context: plan.context, dim: c.kv_dim(), f16: gpu.f16 };
        let width = c.heads * SPLITS * (c.head_dim + 4);
        let partial = gpu.storage("attention splits", width * 4)?;
        #[cfg(test)]
        gpu.queue.write_buffer(&partial, 0, bytemuck::cast_slice(&vec![f32::NAN; width]));
        let (rope, tables) = upload_tables(gpu, c, &plan.rope, plan.context)?;
        let kv = if gpu.f16 { "kv_f16" } else { "kv_f32" };
        let mut made = Vec::with_capacity(layers.len());
        for layer in layers {
            let params = params(c, &layer.config, tables, plan.context, [qkv.stride, out.stride]);
            let norm = match c.qk_norm {
                QkNorm::None => 0.0,
                QkNorm::PerHead => 1.0,
                QkNorm::Full => 2.0,
            };
            let rope = match (layer.config.rope, c.rope.style) {
                (None, _) | (_, RopeStyle::None) => 0.0,
                (_, RopeStyle::Interleaved) => 1.0,
                (_, RopeStyle::Neox) => 2.0,
            };
            let head = [("QK_NORM", norm), ("ROPE", rope)];
            let attend = |decode: f64| [head[0], head[1], ("DECODE", decode), ("SPLITS", SPLITS as f64)];
            let choices = [("kv", kv)];
            made.push(Layer {
                decode: maker.prepare(gpu, &ATTEND, &choices, &attend(1.0), params)?,
                rope_kv: maker.prepare(gpu, &ROPE_KV, &choices, &head, params)?,
                batch: maker.prepare(gpu, &ATTEND, &choices, &attend(0.0), params)?,
                norms: [&layer.q_norm, &layer.k_norm].map(|n| n.as_ref().map(|n| n.buffer.clone())),
            });
        }
        let quads = (c.head_dim / 4) as u32;
        let join = AttendJoin { quads, heads: c.heads as u32 };
        let join = maker.prepare(gpu, &ATTEND_JOIN, &[], &[("SPLITS", SPLITS as f64)], join)?;
        let bound = [Bound::Whole(&partial), Bound::Whole(&out.buffer)];
        let join = maker.bind(gpu, &join, &bound, ((c.heads as u32 * quads).div_ceil(64), 1, Batch::One));
        let heads = [c.heads as u32, c.kv_heads as u32];
        Ok(Attention { join, layers: made, shape, qkv, out, partial, rope, heads })
    }

    /// Allocates a cache and binds it.
    ///
    /// # Errors
    /// [`Error::OutOfMemory`](crate::Error).
    pub fn kv(&self, gpu: &Gpu, maker: &mut Maker) -> Result<GpuKv> {
        let mut kv = GpuKv { layers: Vec::new(), ops: Vec::new(), shape: self.shape };
        for layer in &self.layers {
            let buffer = gpu.storage("keys and values", 2 * self.shape.values_at())?;
            let [q_norm, k_norm] = &layer.norms;
            let bound = [
                Bound::Whole(&self.qkv.buffer),
                Bound::Whole(&buffer),
                Bound::maybe(q_norm.as_ref()),
                Bound::maybe(k_norm.as_ref()),
                Bound::Whole(&self.rope),
                Bound::Whole(&self.out.buffer),
                Bound::Whole(&self.partial),
            ];
            let [heads, kv_heads] = self.heads;
            kv.ops.push(AttendOps {
                decode: maker.bind(gpu, &layer.decode, &bound, (heads, 1, Batch::One)),
                rope_kv: maker.bind(gpu, &layer.rope_kv, &bound[..5], (kv_heads, 1, Batch::Tokens(1))),
                batch: maker.bind(gpu, &layer.batch, &bound, (heads, 1, Batch::Tokens(1))),
            });
            kv.layers.push(buffer);
        }
        gpu.check()?;
        Ok(kv)
    }
}

fn params(c: &ModelConfig, layer: &LayerConfig, tables: [u32; 3], context: usize, strides: [u32; 2]) -> Attend {
    let [global, global_long, local] = tables;
    let (table, table_long) = match layer.rope {
        Some(RopeKind::Local) => (local, local),
        _ => (global, global_long),
    };
    Attend {
        heads: c.heads as u32,
        kv_heads: c.kv_heads as u32,
        head_dim: c.head_dim as u32,
        qkv_stride: strides[0],
        out_stride: strides[1] / 4,
        window: layer.window.map_or(u32::MAX, |w| w as u32),
        values: (context * c.kv_dim() / 4) as u32,
        pairs: (c.rope.dims / 2) as u32,
        table,
        table_long,
        scale: c.attn_scale,
        cap: c.attn_softcap.unwrap_or(0.0),
        eps: c.norm_eps,
    }
}

/// Uploads the global, long and local tables; a table that repeats another shares its place. Gives
/// where each starts, in pairs.
fn upload_tables(gpu: &Gpu, c: &ModelConfig, t: &RopeTables, context: usize) -> Result<(wgpu::Buffer, [u32; 3])> {
    let wanted = [&t.global, t.global_long.as_ref().unwrap_or(&t.global), &t.local];
    let mut tables: Vec<&RopeTable> = Vec::new();
    let pairs = c.rope.dims / 2;
    let at = wanted.map(|table| {
        let i = tables.iter().position(|&t| t == table).unwrap_or_else(|| {
            tables.push(table);
            tables.len() - 1
        });
        (i * context * pairs) as u32
    });
    if c.rope.style == RopeStyle::None {
        return Ok((gpu.storage("rotary tables", 16)?, [0; 3]));
    }
    let buffer = gpu.storage("rotary tables", tables.len() * context * pairs * 8)?;
    let (mut cos, mut sin) = (vec![0.0; pairs], vec![0.0; pairs]);
    for (i, table) in tables.iter().enumerate() {
        let data: Vec<[f32; 2]> = (0..context)
            .flat_map(|position| {
                table.angles(position, &mut cos, &mut sin);
                cos.iter().zip(&sin).map(|(&c, &s)| [c, s]).collect::<Vec<_>>()
            })
            .collect();
        gpu.queue.write_buffer(&buffer, (i * context * pairs * 8) as u64, bytemuck::cast_slice(&data));
    }
    Ok((buffer, at))
}
