//! BERT on the packed matrices of the CPU backend: weights keep the bits that the file has, and meet activations as
//! integers. The forward pass over f32 weights, on candle, is the second opinion in `tests/encoders.rs`.

mod attention;
mod gelu;
mod load;

use std::cell::RefCell;

use crate::backend::cpu::input::Input;
use crate::backend::cpu::matrix::CpuMatrix;
use crate::backend::cpu::ops::layer_norm;
use crate::backend::cpu::pool::Pool;
use crate::backend::cpu::trial::Ways;
use crate::error::Result;

pub(super) use load::PackedLoader;

/// Weights and the threads that multiply with them.
pub(super) struct PackedBert {
    hidden: usize,
    heads: usize,
    feed_forward: usize,
    epsilon: f32,
    tokens: CpuMatrix,    // (vocab, hidden)
    positions: CpuMatrix, // (positions, hidden)
    first_type: Vec<f32>, // (hidden), all tokens are of the first type
    norm: Norm,
    layers: Vec<Layer>,
    /// Not part of the model: what computes.
    workers: RefCell<Workers>,
}

struct Workers {
    pool: Pool,
    ways: Ways,
}

impl Workers {
    fn new(pool: Pool) -> Self {
        let ways = Ways::new(&pool, false);
        Workers { pool, ways }
    }
}

struct Norm {
    weight: Vec<f32>,
    bias: Vec<f32>,
}

struct Linear {
    weight: CpuMatrix,
    bias: Vec<f32>,
}

struct Layer {
    qkv: Linear, // (3 · hidden, hidden)
    out: Linear,
    out_norm: Norm,
    up: Linear,
    down: Linear,
    norm: Norm,
}

impl PackedBert {
    /// Lets so many threads compute, the caller included.
    pub fn with_threads(self, threads: usize) -> Self {
        PackedBert { workers: RefCell::new(Workers::new(Pool::new(threads))), ..self }
    }

    /// The last hidden state, (ids, hidden); ids and their number have been checked.
    pub fn forward(&self, ids: &[u32]) -> Result<Vec<f32>> {
        let Workers { pool, ways } = &mut *self.workers.borrow_mut();
        let (n, width) = (ids.len(), self.hidden);
        let mut x = self.embed(ids); // (n, width)
        let mut input = Input::new(n, width.max(self.feed_forward));
        let mut wide = vec![0.0; n * self.feed_forward.max(3 * width)];
        let mut narrow = vec![0.0; n * width];
        let mut row = vec![0.0; width];
        let mut product = |pool: &mut Pool, input: &mut Input, linear: &Linear, y: &mut [f32]| {
            ways.product(pool, &linear.weight, input, Some(&linear.bias), y);
        };
        for layer in &self.layers {
            let qkv = &mut wide[..n * 3 * width];
            fill(pool, &mut input, &layer.qkv, &x, n);
            product(pool, &mut input, &layer.qkv, qkv);
            attention::attend(pool, self.heads, width, qkv, &mut narrow);
            fill(pool, &mut input, &layer.out, &narrow, n);
            product(pool, &mut input, &layer.out, &mut narrow);
            self.join(&narrow, &layer.out_norm, &mut row, &mut x);

            let up = &mut wide[..n * self.feed_forward];
            fill(pool, &mut input, &layer.up, &x, n);
            product(pool, &mut input, &layer.up, up);
            let (up, ff) = (&*up, self.feed_forward);
            input.fill(pool, n, ff, layer.down.weight.needs(), &|t, y| gelu::gelu(&up[t * ff..(t + 1) * ff], y));
            product(pool, &mut input, &layer.down, &mut narrow);
            self.join(&narrow, &layer.norm, &mut row, &mut x);
        }
        pool.check()?;
        Ok(x)
    }

    /// Embeddings of tokens, positions and the type, normalized.
    fn embed(&self, ids: &[u32]) -> Vec<f32> {
        let width = self.hidden;
        let mut x = vec![0.0; ids.len() * width];
        let mut position = vec![0.0; width];
        let mut sum = vec![0.0; width];
        for (t, (&id, x)) in ids.iter().zip(x.chunks_exact_mut(width)).enumerate() {
            self.tokens.row(id as usize, &mut sum);
            self.positions.row(t, &mut position);
            for ((s, p), y) in sum.iter_mut().zip(&position).zip(&self.first_type) {
                *s += p + y;
            }
            layer_norm(&sum, &self.norm.weight, Some(&self.norm.bias), self.epsilon, x);
        }
        x
    }

    /// x ← norm(x + y), a row at a time.
    fn join(&self, y: &[f32], norm: &Norm, row: &mut [f32], x: &mut [f32]) {
        let width = self.hidden;
        for (x, y) in x.chunks_exact_mut(width).zip(y.chunks_exact(width)) {
            row.iter_mut().zip(x.iter()).zip(y).for_each(|((r, x), y)| *r = x + y);
            layer_norm(row, &norm.weight, Some(&norm.bias), self.epsilon, x);
        }
    }
}

/// Sets the input of a product to rows as they are.
fn fill(pool: &mut Pool, input: &mut Input, linear: &Linear, x: &[f32], tokens: usize) {
    let width = linear.weight.cols();
    input.fill(pool, tokens, width, linear.weight.needs(), &|t, y| {
        y.copy_from_slice(&x[t * width..(t + 1) * width]);
    });
}
