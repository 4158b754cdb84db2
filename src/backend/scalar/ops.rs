//! The operations of the scalar backend. Each is the definition that faster kernels are held to.

use crate::config::{Activation, RopeStyle};

/// Σ aᵢ·bᵢ in eight interleaved partial sums, which keeps f32 rounding near that of a tree sum.
pub fn dot(a: &[f32], b: &[f32]) -> f32 {
    let (a8, a_rest) = a.as_chunks::<8>();
    let (b8, b_rest) = b.as_chunks::<8>();
    let mut sums = [0.0f32; 8];
    for (a, b) in a8.iter().zip(b8) {
        for i in 0..8 {
            sums[i] += a[i] * b[i];
        }
    }
    let tail: f32 = a_rest.iter().zip(b_rest).map(|(a, b)| a * b).sum();
    sums.iter().sum::<f32>() + tail
}

/// y ← W·x + b, with W of shape (y.len(), x.len()).
pub fn mat_vec(w: &[f32], bias: Option<&[f32]>, x: &[f32], y: &mut [f32]) {
    for (r, (y, row)) in y.iter_mut().zip(w.chunks_exact(x.len())).enumerate() {
        *y = dot(row, x) + bias.map_or(0.0, |b| b[r]);
    }
}

/// x ← x / √(mean(x²) + eps) · w (arXiv:1910.07467).
pub fn rms_norm(x: &mut [f32], w: &[f32], eps: f32) {
    let scale = 1.0 / (dot(x, x) / x.len() as f32 + eps).sqrt();
    x.iter_mut().zip(w).for_each(|(x, w)| *x = *x * scale * w);
}

/// x ← (x − mean) / √(var + eps) · w + b (arXiv:1607.06450).
pub fn layer_norm(x: &mut [f32], w: &[f32], b: Option<&[f32]>, eps: f32) {
    let mean = x.iter().sum::<f32>() / x.len() as f32;
    x.iter_mut().for_each(|x| *x -= mean);
    let scale = 1.0 / (dot(x, x) / x.len() as f32 + eps).sqrt();
    for (i, x) in x.iter_mut().enumerate() {
        *x = *x * scale * w[i] + b.map_or(0.0, |b| b[i]);
    }
}

/// Rotates the first `2 * cos.len()` elements of one head (arXiv:2104.09864).
pub fn rope(head: &mut [f32], cos: &[f32], sin: &[f32], style: RopeStyle) {
    let turned = |(x, y): (f32, f32), (cos, sin): (&f32, &f32)| (x * cos - y * sin, x * sin + y * cos);
    let angles = cos.iter().zip(sin);
    match style {
        RopeStyle::None => {}
        RopeStyle::Interleaved => {
            head.as_chunks_mut().0.iter_mut().zip(angles).for_each(|(p, a)| *p = turned((*p).into(), a).into());
        }
        RopeStyle::Neox => {
            let (x, y) = head.split_at_mut(cos.len());
            x.iter_mut().zip(y).zip(angles).for_each(|((x, y), a)| (*x, *y) = turned((*x, *y), a));
        }
    }
}

/// x ← exp(x − max) / Σ exp(x − max).
pub fn softmax(x: &mut [f32]) {
    let max = x.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    x.iter_mut().for_each(|x| *x = (*x - max).exp());
    let sum: f32 = x.iter().sum();
    x.iter_mut().for_each(|x| *x /= sum);
}

/// cap·tanh(x/cap), or x without a cap.
pub fn softcap(x: f32, cap: Option<f32>) -> f32 {
    cap.map_or(x, |cap| cap * (x / cap).tanh())
}

/// The MLP's nonlinearity.
pub fn activate(kind: Activation, x: f32) -> f32 {
    match kind {
        Activation::Silu => x / (1.0 + (-x).exp()),
        Activation::GeluTanh => {
            // √(2/π), as in the original GPT-2 code.
            const ROOT: f32 = 0.797_884_6;
            0.5 * x * (1.0 + (ROOT * (x + 0.044715 * x * x * x)).tanh())
        }
    }
}
