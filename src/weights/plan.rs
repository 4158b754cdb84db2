//! The directory of a file → where each tensor goes, with all shapes checked.

use super::part_of;
use crate::backend::Part;
use crate::config::{ModelConfig, NormKind, QkNorm};
use crate::error::{Error, Result};
use crate::gguf::{Gguf, TensorInfo};

/// Names a matrix: a layer (or the model) and the step it serves.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct MatrixSlot {
    pub layer: Option<usize>,
    pub name: &'static str,
}

/// Names a vector and its length.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct VectorSlot {
    pub layer: Option<usize>,
    pub name: String,
    pub len: usize,
}

/// Where one tensor of the directory goes.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Slot {
    /// Nothing reads it.
    Unused,
    /// A part of a matrix.
    Matrix { matrix: usize, part: usize },
    /// Elements of a vector, from this one on.
    Vector { vector: usize, at: usize },
    /// 0: `rope_freqs`, 1: short factors, 2: long factors.
    RopeFactors(usize),
}

/// The whole plan.
pub(super) struct TensorPlan {
    /// One a tensor, in the directory's order.
    pub slots: Vec<Slot>,
    pub matrices: Vec<(MatrixSlot, Vec<Part>)>,
    pub vectors: Vec<VectorSlot>,
}

pub(super) fn plan(gguf: &Gguf, config: &ModelConfig) -> Result<TensorPlan> {
    let mut p = Planner {
        gguf,
        out: TensorPlan { slots: vec![Slot::Unused; gguf.tensors.len()], matrices: Vec::new(), vectors: Vec::new() },
    };
    let c = config;
    p.matrix(None, "token_embd", &[("token_embd.weight".into(), c.vocab)], c.dim)?;
    if c.learned_positions {
        p.matrix(None, "position_embd", &[("position_embd.weight".into(), c.context_length)], c.dim)?;
    }
    if p.has("output.weight") {
        p.matrix(None, "output", &[("output.weight".into(), c.vocab)], c.dim)?;
        p.bias(None, "output", &[("output.bias".into(), c.vocab)])?;
    }
    p.norm(None, "output_norm", "output_norm", c)?;
    for (i, name) in ["rope_freqs.weight", "rope_factors_short.weight", "rope_factors_long.weight"].iter().enumerate() {
        if p.has(name) {
            let (index, _) = p.find(name, &[c.rope.dims / 2])?;
            p.out.slots[index] = Slot::RopeFactors(i);
        }
    }
    for l in 0..c.layers.len() {
        p.layer(l, c)?;
    }
    Ok(p.out)
}

struct Planner<'a> {
    gguf: &'a Gguf,
    out: TensorPlan,
}

impl Planner<'_> {
    fn has(&self, name: &str) -> bool {
        self.gguf.tensor(name).is_some()
    }

    fn layer(&mut self, l: usize, c: &ModelConfig) -> Result<()> {
        let layer = Some(l);
        let t = |name: &str| format!("blk.{l}.{name}");
        if c.pre_norm {
            self.norm(layer, "attn_norm", &t("attn_norm"), c)?;
            self.norm(layer, "ffn_norm", &t("ffn_norm"), c)?;
        }
        if c.post_norm {
            self.norm(layer, "post_attention_norm", &t("post_attention_norm"), c)?;
            self.norm(layer, "post_ffw_norm", &t("post_ffw_norm"), c)?;
        }
        let qkv = |kind: &str| {
            if self.has(&t("attn_qkv.weight")) {
                vec![(t(&format!("attn_qkv.{kind}")), c.qkv_rows())]
            } else {
                vec![
                    (t(&format!("attn_q.{kind}")), c.q_dim()),
                    (t(&format!("attn_k.{kind}")), c.kv_dim()),
                    (t(&format!("attn_v.{kind}")), c.kv_dim()),
                ]
            }
        };
        let (weights, biases) = (qkv("weight"), qkv("bias"));
        self.matrix(layer, "qkv", &weights, c.dim)?;
        self.bias(layer, "qkv", &biases)?;
        let (q_norm, k_norm) = match c.qk_norm {
            QkNorm::None => (0, 0),
            QkNorm::PerHead => (c.head_dim, c.head_dim),
            QkNorm::Full => (c.q_dim(), c.kv_dim()),
        };
        if q_norm > 0 {
            self.vector(layer, "attn_q_norm.weight", &[(t("attn_q_norm.weight"), q_norm)])?;
            self.vector(layer, "attn_k_norm.weight", &[(t("attn_k_norm.weight"), k_norm)])?;
        }
        self.matrix(layer, "attn_output", &[(t("attn_output.weight"), c.dim)], c.q_dim())?;
        self.bias(layer, "attn_output", &[(t("attn_output.bias"), c.dim)])?;
        let up = |kind: &str| {
            if c.gated && self.has(&t("ffn_gate.weight")) {
                vec![(t(&format!("ffn_gate.{kind}")), c.ff), (t(&format!("ffn_up.{kind}")), c.ff)]
            } else {
                vec![(t(&format!("ffn_up.{kind}")), c.gate_up_rows())]
            }
        };
        let (weights, biases) = (up("weight"), up("bias"));
        self.matrix(layer, "gate_up", &weights, c.dim)?;
        self.bias(layer, "gate_up", &biases)?;
        self.matrix(layer, "ffn_down", &[(t("ffn_down.weight"), c.dim)], c.ff)?;
        self.bias(layer, "ffn_down", &[(t("ffn_down.bias"), c.dim)])
    }

    fn find(&self, name: &str, want: &[usize]) -> Result<(usize, &TensorInfo)> {
        let index = self.gguf.tensor_index(name).ok_or_else(|| Error::MissingTensor { name: name.to_owned() })?;
        let info = &self.gguf.tensors[index];
        if info.shape != want {
            return Err(Error::TensorShape { name: name.to_owned(), want: want.to_vec(), got: info.shape.clone() });
        }
        if !info.dtype.is_supported() {
            return Err(Error::UnsupportedType { tensor: name.to_owned(), dtype: info.dtype.to_string() });
        }
        Ok((index, info))
    }

    fn matrix(
        &mut self,
        layer: Option<usize>,
        name: &'static str,
        tensors: &[(String, usize)],
        cols: usize,
    ) -> Result<()> {
        let matrix = self.out.matrices.len();
        let mut parts = Vec::with_capacity(tensors.len());
        for (part, (tensor, rows)) in tensors.iter().enumerate() {
            let (index, info) = self.find(tensor, &[*rows, cols])?;
            parts.push(part_of(info));
            self.out.slots[index] = Slot::Matrix { matrix, part };
        }
        self.out.matrices.push((MatrixSlot { layer, name }, parts));
        Ok(())
    }

    /// A vector stacked from tensors that must all exist.
    fn vector(&mut self, layer: Option<usize>, name: &str, tensors: &[(String, usize)]) -> Result<()> {
        let vector = self.out.vectors.len();
        let mut at = 0;
        for (tensor, len) in tensors {
            let (index, _) = self.find(tensor, &[*len])?;
            self.out.slots[index] = Slot::Vector { vector, at };
            at += len;
        }
        self.out.vectors.push(VectorSlot { layer, name: name.to_owned(), len: at });
        Ok(())
    }

    /// The bias of a matrix: absent, or all of its parts.
    fn bias(&mut self, layer: Option<usize>, matrix: &str, tensors: &[(String, usize)]) -> Result<()> {
        if tensors.iter().any(|(t, _)| self.has(t)) {
            self.vector(layer, &format!("{matrix}.bias"), tensors)?;
        }
        Ok(())
    }

    fn norm(&mut self, layer: Option<usize>, slot: &str, tensor: &str, c: &ModelConfig) -> Result<()> {
        self.vector(layer, &format!("{slot}.weight"), &[(format!("{tensor}.weight"), c.dim)])?;
        if c.norm == NormKind::Layer {
            self.vector(layer, &format!("{slot}.bias"), &[(format!("{tensor}.bias"), c.dim)])?;
        }
        Ok(())
    }
}
