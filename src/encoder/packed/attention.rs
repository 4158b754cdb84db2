//! Attention of all tokens over all: softmax(q·kᵀ / √d)·v, a head at a time, in f32.
//!
//! Four queries at a time: their products with eight keys, and with two vectors of values, are eight sums that stay in
//! registers.

use crate::backend::cpu::attention::weigh;
use crate::backend::cpu::disjoint::Disjoint;
use crate::backend::cpu::pool::Pool;
use crate::backend::cpu::simd::F32x4;

/// Queries of a block.
const QUERIES: usize = 4;
/// Keys of a block.
const KEYS: usize = 8;

/// `qkv` is (n, 3 · width), `out` is (n, width).
pub fn attend(pool: &mut Pool, heads: usize, width: usize, qkv: &[f32], out: &mut [f32]) {
    let n = qkv.len() / (3 * width);
    let size = width / heads;
    let out = Disjoint::new(out);
    pool.run(heads, 1, &|heads| {
        let mut head = Head::new(n, size);
        for h in heads {
            head.take(qkv, 3 * width, width, h * size);
            for first in (0..n).step_by(QUERIES) {
                head.queries(qkv, 3 * width, h * size, first);
                for (q, row) in head.rows.chunks_exact(head.vectors * 4).take(n - first).enumerate() {
                    // SAFETY: a head belongs to one task, and so do its columns of the output.
                    unsafe { out.write((first + q) * width + h * size, &row[..size]) }
                }
            }
        }
    });
}

/// What is kept of one head, padded with zeros to whole vectors and blocks.
struct Head {
    n: usize,
    size: usize,
    vectors: usize,                  // of a query, a key, a value
    keys: Vec<f32>,                  // (size, padded n)
    values: Vec<f32>,                // (n, 4 · vectors)
    query: Vec<[[f32; 4]; QUERIES]>, // (size) each in all lanes
    scores: Vec<f32>,                // (QUERIES, padded n)
    rows: Vec<f32>,                  // (QUERIES, 4 · vectors)
}

impl Head {
    fn new(n: usize, size: usize) -> Self {
        let (padded, vectors) = (n.next_multiple_of(KEYS), size.div_ceil(8) * 2);
        Head {
            n,
            size,
            vectors,
            keys: vec![0.0; size * padded],
            values: vec![0.0; n * vectors * 4],
            query: vec![[[0.0; 4]; QUERIES]; size],
            scores: vec![0.0; QUERIES * padded],
            rows: vec![0.0; QUERIES * vectors * 4],
        }
    }

    /// Takes over keys and values of the head whose columns begin at `at`.
    fn take(&mut self, qkv: &[f32], stride: usize, width: usize, at: usize) {
        let padded = self.n.next_multiple_of(KEYS);
        for (t, (row, value)) in
            qkv.chunks_exact(stride).zip(self.values.chunks_exact_mut(self.vectors * 4)).enumerate()
        {
            let key = &row[width + at..width + at + self.size];
            key.iter().enumerate().for_each(|(d, k)| self.keys[d * padded + t] = *k);
            value[..self.size].copy_from_slice(&row[2 * width + at..2 * width + at + self.size]);
        }
    }

    /// Sets `rows` to the attention of the queries from `first` on.
    fn queries(&mut self, qkv: &[f32], stride: usize, at: usize, first: usize) {
        let scale = 1.0 / (self.size as f32).sqrt();
        for q in 0..QUERIES {
            // Beyond the last, the last again.
            let row = &qkv[(first + q).min(self.n - 1) * stride + at..][..self.size];
            self.query.iter_mut().zip(row).for_each(|(to, x)| to[q] = [x * scale; 4]);
        }
        let padded = self.n.next_multiple_of(KEYS);
        for block in 0..padded / KEYS {
            self.score(padded, block * KEYS);
        }
        let mut sums = [0.0; QUERIES];
        for (scores, sum) in self.scores.chunks_exact_mut(padded).zip(&mut sums) {
            scores[self.n..].fill(-1e30);
            *sum = weigh(scores).sum;
        }
        for pair in 0..self.vectors / 2 {
            self.mix(padded, pair * 8, &sums);
        }
    }

    /// Scores of the keys from `key` on.
    #[inline(always)]
    fn score(&mut self, padded: usize, key: usize) {
        let mut acc = [[F32x4::splat(0.0); 2]; QUERIES];
        for (query, keys) in self.query.iter().zip(self.keys.chunks_exact(padded)) {
            let keys = keys[key..key + KEYS].as_chunks::<4>().0;
            let (a, b) = (F32x4::load(&keys[0]), F32x4::load(&keys[1]));
            for q in 0..QUERIES {
                let x = F32x4::load(&query[q]);
                acc[q] = [x.mul_add(a, acc[q][0]), x.mul_add(b, acc[q][1])];
            }
        }
        for (acc, scores) in acc.iter().zip(self.scores.chunks_exact_mut(padded)) {
            let to = scores[key..key + KEYS].as_chunks_mut::<4>().0;
            acc[0].store(&mut to[0]);
            acc[1].store(&mut to[1]);
        }
    }

    /// Eight columns of the values, by the weights in `scores`.
    #[inline(always)]
    fn mix(&mut self, padded: usize, column: usize, sums: &[f32; QUERIES]) {
        let mut acc = [[F32x4::splat(0.0); 2]; QUERIES];
        let (weights, width) = (&self.scores, self.vectors * 4);
        let weights: [&[f32]; QUERIES] = std::array::from_fn(|q| &weights[q * padded..q * padded + self.n]);
        for (t, value) in self.values.chunks_exact(width).enumerate() {
            let value = value[column..column + 8].as_chunks::<4>().0;
            let (a, b) = (F32x4::load(&value[0]), F32x4::load(&value[1]));
            for q in 0..QUERIES {
                let w = F32x4::splat(weights[q][t]);
                acc[q] = [w.mul_add(a, acc[q][0]), w.mul_add(b, acc[q][1])];
            }
        }
        for (q, acc) in acc.iter().enumerate() {
            let to = self.rows[q * width + column..][..8].as_chunks_mut::<4>().0;
            let inverse = F32x4::splat(1.0 / sums[q]);
            acc[0].mul(inverse).store(&mut to[0]);
            acc[1].mul(inverse).store(&mut to[1]);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Odd numbers of tokens and columns, against plain loops in f64.
    #[test]
    fn it_agrees_with_plain_loops() {
        for (n, heads, size) in [(1, 2, 32), (3, 1, 12), (9, 3, 20), (37, 2, 33)] {
            let width = heads * size;
            let qkv: Vec<f32> = (0..n * 3 * width).map(|i| ((i * 7919 % 1013) as f32 - 506.0) / 250.0).collect();
            let mut out = vec![f32::NAN; n * width];
            attend(&mut Pool::alone(), heads, width, &qkv, &mut out);
            let at = |t: usize, part: usize, c: usize| f64::from(qkv[t * 3 * width + part * width + c]);
            for t in 0..n {
                for h in 0..heads {
                    let columns = h * size..(h + 1) * size;
                    let score = |k: usize| {
                        columns.clone().map(|c| at(t, 0, c) * at(k, 1, c)).sum::<f64>() / (size as f64).sqrt()
                    };
                    let weights: Vec<f64> = (0..n).map(|k| score(k).exp()).collect();
                    let sum: f64 = weights.iter().sum();
                    for c in columns.clone() {
                        let want = (0..n).map(|k| weights[k] * at(k, 2, c)).sum::<f64>() / sum;
                        let got = f64::from(out[t * width + c]);
                        assert!((want - got).abs() < 1e-4, "{n} tokens, {heads} heads of {size}: {got}, not {want}");
                    }
                }
            }
        }
    }
}
