//! The oracle: plain loops over dequantized f32 weights, no cleverness.
//!
//! Every other backend is tested against this one, so it favours being obviously right. One token is
//! computed at a time, which makes results independent of how a prompt is cut into batches.

pub mod ops;

use std::sync::Arc;

use super::{Backend, Draws, LayerWeights, LogitRows, NormWeights, Part, Plan, Span, Weights};
use crate::config::{ModelConfig, NormKind, QkNorm, RopeTable};
use crate::error::{Error, Result};
use crate::quant::dequantize;

/// A dense matrix, row by row.
#[derive(Debug)]
pub struct DenseMatrix {
    parts: Vec<Part>,
    data: Vec<f32>, // (rows, cols)
    cols: usize,
}

impl DenseMatrix {
    fn row(&self, r: usize) -> &[f32] {
        &self.data[r * self.cols..(r + 1) * self.cols]
    }
}

/// Keys and values of every layer, in f32.
#[derive(Debug)]
pub struct ScalarKv {
    keys: Vec<Vec<f32>>,   // per layer (context, kv_dim)
    values: Vec<Vec<f32>>, // per layer (context, kv_dim)
}

/// Activations of a batch, each `(max_batch, width)`.
#[derive(Debug, Default)]
struct RunState {
    residual: Vec<f32>,  // dim
    qkv: Vec<f32>,       // qkv_rows
    attention: Vec<f32>, // q_dim
    hidden: Vec<f32>,    // ff
    logits: Vec<f32>,    // vocab, as many rows as were asked for
}

/// See the module's text.
#[derive(Debug, Default)]
pub struct ScalarBackend {
    plan: Option<Plan>,
    run: RunState,
}

impl ScalarBackend {
    /// A backend without a model yet.
    pub fn new() -> Self {
        Self::default()
    }

    fn plan(&self) -> Result<&Plan> {
        self.plan.as_ref().ok_or_else(|| Error::State("a step before prepare".into()))
    }

    fn config(&self) -> Result<Arc<ModelConfig>> {
        Ok(self.plan()?.config.clone())
    }
}

fn norm(c: &ModelConfig, w: Option<&NormWeights<ScalarBackend>>, x: &[f32]) -> Vec<f32> {
    let mut y = x.to_vec();
    if let Some(w) = w {
        match (c.norm, &w.bias) {
            (NormKind::Layer, bias) => ops::layer_norm(&mut y, &w.weight, bias.as_deref(), c.norm_eps),
            (NormKind::Rms, _) => ops::rms_norm(&mut y, &w.weight, c.norm_eps),
        }
    }
    y
}

/// `residual += post_norm(W·x + b)`, what both halves of a layer end with.
fn join(
    c: &ModelConfig,
    linear: &super::Linear<ScalarBackend>,
    post: Option<&NormWeights<ScalarBackend>>,
    x: &[f32],
    residual: &mut [f32],
) {
    let mut y = vec![0.0; c.dim];
    ops::mat_vec(&linear.weight.data, linear.bias.as_deref(), x, &mut y);
    let y = norm(c, post, &y);
    residual.iter_mut().zip(y).for_each(|(r, y)| *r += y);
}

impl Draws for ScalarBackend {}

impl Backend for ScalarBackend {
    type Matrix = DenseMatrix;
    type Vector = Vec<f32>;
    type Kv = ScalarKv;

    const NAME: &'static str = "scalar";

    fn describe(&self) -> (String, usize) {
        ("f32".into(), 1)
    }

    fn matrix(&mut self, parts: &[Part]) -> Result<DenseMatrix> {
        let rows: usize = parts.iter().map(|p| p.rows).sum();
        let cols = parts.first().map_or(0, |p| p.cols);
        let mut data = Vec::new();
        data.try_reserve_exact(rows * cols).map_err(|_| Error::OutOfMemory {
            what: parts.first().map_or_else(String::new, |p| p.name.clone()),
            bytes: 4 * (rows * cols) as u64,
        })?;
        data.resize(rows * cols, 0.0);
        Ok(DenseMatrix { parts: parts.to_vec(), data, cols })
    }

    fn fill(&mut self, matrix: &mut DenseMatrix, part: usize, first: usize, bytes: &[u8]) -> Result<()> {
        let start: usize = matrix.parts[..part].iter().map(|p| p.rows * p.cols).sum();
        let p = &matrix.parts[part];
        let rows = p.rows_of(first, bytes)?;
        dequantize(p.dtype, bytes, &mut matrix.data[start + first * p.cols..start + (first + rows) * p.cols])
    }

    fn vector(&mut self, data: &[f32]) -> Result<Vec<f32>> {
        Ok(data.to_vec())
    }

    fn prepare(&mut self, plan: &Plan, _weights: &Weights<Self>) -> Result<()> {
        let (c, n) = (&plan.config, plan.max_batch);
        self.run = RunState {
            residual: vec![0.0; n * c.dim],
            qkv: vec![0.0; n * c.qkv_rows()],
            attention: vec![0.0; n * c.q_dim()],
            hidden: vec![0.0; n * c.ff],
            logits: Vec::new(),
        };
        self.plan = Some(plan.clone());
        Ok(())
    }

    fn kv(&mut self) -> Result<ScalarKv> {
        let plan = self.plan()?;
        let size = plan.context * plan.config.kv_dim();
        let layers = || vec![vec![0.0; size]; plan.config.layers.len()];
        Ok(ScalarKv { keys: layers(), values: layers() })
    }

    fn kv_copy(&mut self, from: &ScalarKv, to: &mut ScalarKv, len: usize) -> Result<()> {
        let n = len * self.config()?.kv_dim();
        for (from, to) in from.keys.iter().chain(&from.values).zip(to.keys.iter_mut().chain(&mut to.values)) {
            to[..n].copy_from_slice(&from[..n]);
        }
        Ok(())
    }

    async fn kv_read(&mut self, kv: &ScalarKv, len: usize) -> Result<Vec<f32>> {
        let n = len * self.config()?.kv_dim();
        Ok(kv.keys.iter().zip(&kv.values).flat_map(|(k, v)| k[..n].iter().chain(&v[..n])).copied().collect())
    }

    fn kv_write(&mut self, kv: &mut ScalarKv, len: usize, data: &[f32]) -> Result<()> {
        let n = len * self.config()?.kv_dim();
        if data.len() != 2 * n * kv.keys.len() {
            return Err(Error::Session(format!("{} values for {} layers of {n}", data.len(), kv.keys.len())));
        }
        if n > 0 {
            for (layer, chunk) in data.chunks_exact(2 * n).enumerate() {
                kv.keys[layer][..n].copy_from_slice(&chunk[..n]);
                kv.values[layer][..n].copy_from_slice(&chunk[n..]);
            }
        }
        Ok(())
    }

    fn embed(&mut self, weights: &Weights<Self>, tokens: &[u32], span: Span) -> Result<()> {
        let c = self.config()?;
        for (t, (&id, x)) in tokens.iter().zip(self.run.residual.chunks_exact_mut(c.dim)).enumerate() {
            for (x, &e) in x.iter_mut().zip(weights.token_embd.row(id as usize)) {
                *x = e * c.embed_scale;
            }
            if let Some(positions) = &weights.position_embd {
                x.iter_mut().zip(positions.row(span.start + t)).for_each(|(x, p)| *x += p);
            }
        }
        Ok(())
    }

    fn attn_in(&mut self, layer: &LayerWeights<Self>, span: Span) -> Result<()> {
        let c = self.config()?;
        let rows = self.run.qkv.chunks_exact_mut(c.qkv_rows());
        for (x, qkv) in self.run.residual.chunks_exact(c.dim).zip(rows).take(span.len) {
            let x = norm(&c, layer.attn_norm.as_ref(), x);
            ops::mat_vec(&layer.qkv.weight.data, layer.qkv.bias.as_deref(), &x, qkv);
        }
        Ok(())
    }

    fn attend(&mut self, layer: &LayerWeights<Self>, index: usize, kv: &mut ScalarKv, span: Span) -> Result<()> {
        let plan = self.plan.as_ref().ok_or_else(|| Error::State("a step before prepare".into()))?;
        let c = &plan.config;
        let rope = plan.rope.pick(&layer.config, span.rope_long);
        let (keys, values) = (&mut kv.keys[index], &mut kv.values[index]);
        for t in 0..span.len {
            let position = span.start + t;
            let qkv = &mut self.run.qkv[t * c.qkv_rows()..(t + 1) * c.qkv_rows()];
            let (q, rest) = qkv.split_at_mut(c.q_dim());
            let (k, v) = rest.split_at_mut(c.kv_dim());
            qk_norm(c, layer.q_norm.as_deref(), q);
            qk_norm(c, layer.k_norm.as_deref(), k);
            if let Some(table) = rope {
                rotate(c, table, position, q);
                rotate(c, table, position, k);
            }
            let at = position * c.kv_dim();
            keys[at..at + c.kv_dim()].copy_from_slice(k);
            values[at..at + c.kv_dim()].copy_from_slice(v);
            let first = layer.config.window.map_or(0, |w| (position + 1).saturating_sub(w));
            let out = &mut self.run.attention[t * c.q_dim()..(t + 1) * c.q_dim()];
            for (h, (q, out)) in q.chunks_exact(c.head_dim).zip(out.chunks_exact_mut(c.head_dim)).enumerate() {
                let head = h / (c.heads / c.kv_heads) * c.head_dim;
                let at = |p: usize| p * c.kv_dim() + head..p * c.kv_dim() + head + c.head_dim;
                let mut scores: Vec<f32> = (first..=position)
                    .map(|p| ops::softcap(ops::dot(q, &keys[at(p)]) * c.attn_scale, c.attn_softcap))
                    .collect();
                ops::softmax(&mut scores);
                out.fill(0.0);
                for (p, s) in (first..=position).zip(scores) {
                    out.iter_mut().zip(&values[at(p)]).for_each(|(o, v)| *o += s * v);
                }
            }
        }
        Ok(())
    }

    fn attn_out(&mut self, layer: &LayerWeights<Self>, span: Span) -> Result<()> {
        let c = self.config()?;
        let inputs = self.run.attention.chunks_exact(c.q_dim());
        for (x, r) in inputs.zip(self.run.residual.chunks_exact_mut(c.dim)).take(span.len) {
            join(&c, &layer.attn_out, layer.post_attn_norm.as_ref(), x, r);
        }
        Ok(())
    }

    fn mlp_in(&mut self, layer: &LayerWeights<Self>, span: Span) -> Result<()> {
        let c = self.config()?;
        let mut y = vec![0.0; c.gate_up_rows()];
        let outputs = self.run.hidden.chunks_exact_mut(c.ff);
        for (x, h) in self.run.residual.chunks_exact(c.dim).zip(outputs).take(span.len) {
            let x = norm(&c, layer.ffn_norm.as_ref(), x);
            ops::mat_vec(&layer.gate_up.weight.data, layer.gate_up.bias.as_deref(), &x, &mut y);
            let (gate, up) = y.split_at(c.ff);
            for (i, h) in h.iter_mut().enumerate() {
                let a = ops::activate(c.activation, gate[i]);
                *h = if c.gated { a * up[i] } else { a };
            }
        }
        Ok(())
    }

    fn mlp_out(&mut self, layer: &LayerWeights<Self>, span: Span) -> Result<()> {
        let c = self.config()?;
        for (x, r) in self.run.hidden.chunks_exact(c.ff).zip(self.run.residual.chunks_exact_mut(c.dim)).take(span.len) {
            join(&c, &layer.down, layer.post_ffn_norm.as_ref(), x, r);
        }
        Ok(())
    }

    fn logits(&mut self, weights: &Weights<Self>, span: Span, rows: LogitRows) -> Result<()> {
        let c = self.config()?;
        let range = match rows {
            LogitRows::None => 0..0,
            LogitRows::Last => span.len - 1..span.len,
            LogitRows::All => 0..span.len,
        };
        self.run.logits.resize(range.len() * c.vocab, 0.0);
        let (head, bias) = match &weights.head {
            Some(l) => (&l.weight, l.bias.as_deref()),
            None => (&weights.token_embd, None),
        };
        for (t, out) in range.zip(self.run.logits.chunks_exact_mut(c.vocab)) {
            let x = norm(&c, Some(&weights.output_norm), &self.run.residual[t * c.dim..(t + 1) * c.dim]);
            ops::mat_vec(&head.data, bias, &x, out);
            out.iter_mut().for_each(|l| *l = ops::softcap(*l, c.logit_softcap));
        }
        Ok(())
    }

    async fn read_logits(&mut self, out: &mut Vec<f32>) -> Result<()> {
        out.clear();
        out.extend_from_slice(&self.run.logits);
        Ok(())
    }
}

fn qk_norm(c: &ModelConfig, weight: Option<&[f32]>, x: &mut [f32]) {
    let Some(weight) = weight else { return };
    let width = if c.qk_norm == QkNorm::PerHead { c.head_dim } else { x.len() };
    x.chunks_exact_mut(width).for_each(|x| ops::rms_norm(x, weight, c.norm_eps));
}

fn rotate(c: &ModelConfig, table: &RopeTable, position: usize, x: &mut [f32]) {
    let half = c.rope.dims / 2;
    let (mut cos, mut sin) = (vec![0.0; half], vec![0.0; half]);
    table.angles(position, &mut cos, &mut sin);
    x.chunks_exact_mut(c.head_dim).for_each(|head| ops::rope(head, &cos, &sin, c.rope.style));
}
