//! Activations of the CPU backend, allocated once for the largest batch.

use super::attention::{PAGE, Partial};
use super::input::Input;
use crate::backend::{Plan, Span};
use crate::config::RopeTable;

/// Cosines and sines of a batch's positions.
#[derive(Debug, Default)]
pub struct Angles {
    half: usize,
    cos: Vec<f32>, // (max_batch, half)
    sin: Vec<f32>, // (max_batch, half)
}

impl Angles {
    fn new(batch: usize, half: usize) -> Self {
        Angles { half, cos: vec![0.0; batch * half], sin: vec![0.0; batch * half] }
    }

    fn set(&mut self, table: &RopeTable, span: Span) {
        for t in 0..span.len {
            let range = t * self.half..(t + 1) * self.half;
            table.angles(span.start + t, &mut self.cos[range.clone()], &mut self.sin[range]);
        }
    }

    /// (cos, sin) of the batch's token `t`.
    pub fn at(&self, t: usize) -> (&[f32], &[f32]) {
        let range = t * self.half..(t + 1) * self.half;
        (&self.cos[range.clone()], &self.sin[range])
    }
}

/// What the steps of a layer hand to each other.
#[derive(Debug, Default)]
pub struct RunState {
    pub residual: Vec<f32>,       // (max_batch, dim)
    pub input: Input,             // (max_batch, widest input)
    pub qkv: Vec<f32>,            // (max_batch, qkv_rows)
    pub attention: Vec<f32>,      // (max_batch, q_dim)
    pub gate_up: Vec<f32>,        // (max_batch, gate_up_rows)
    pub projected: Vec<f32>,      // (max_batch, dim)
    pub row: Vec<f32>,            // (dim)
    pub logits: Vec<f32>,         // (rows asked for, vocab)
    pub partial: Vec<f32>,        // (max(max_batch, pages), q_dim)
    pub partial_sums: Vec<f32>,   // (max(max_batch, pages), heads, 2)
    pub head_state: Vec<Partial>, // (heads that share keys and values)
    pub global: Angles,
    pub local: Angles,
}

impl RunState {
    pub fn new(plan: &Plan) -> Self {
        let (c, n) = (&plan.config, plan.max_batch);
        let slots = n.max(plan.context.div_ceil(PAGE) + 1);
        RunState {
            residual: vec![0.0; n * c.dim],
            input: Input::new(n, c.dim.max(c.ff).max(c.q_dim())),
            qkv: vec![0.0; n * c.qkv_rows()],
            attention: vec![0.0; n * c.q_dim()],
            gate_up: vec![0.0; n * c.gate_up_rows()],
            projected: vec![0.0; n * c.dim],
            row: vec![0.0; c.dim],
            logits: Vec::with_capacity(c.vocab),
            partial: vec![0.0; slots * c.q_dim()],
            partial_sums: vec![0.0; 2 * slots * c.heads],
            head_state: vec![Partial::EMPTY; c.heads / c.kv_heads],
            global: Angles::new(n, plan.rope.global.inv_freq.len()),
            local: Angles::new(n, plan.rope.local.inv_freq.len()),
        }
    }

    /// Sets the rotations for a batch.
    pub fn rotate_to(&mut self, plan: &Plan, span: Span) {
        let long = plan.rope.global_long.as_ref().filter(|_| span.rope_long);
        self.global.set(long.unwrap_or(&plan.rope.global), span);
        if plan.config.rope.local_base.is_some() {
            self.local.set(&plan.rope.local, span);
        }
    }
}
