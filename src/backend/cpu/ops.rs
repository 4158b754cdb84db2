//! Norms, activations and residual sums on the vector vocabulary. Twins of `scalar/ops.rs`.

use super::simd::{self, F32x4};
use crate::config::Activation;

/// Σ aᵢ·bᵢ in four interleaved vectors of partial sums.
pub fn dot(a: &[f32], b: &[f32]) -> f32 {
    let (a16, a_rest) = a.as_chunks::<16>();
    let (b16, b_rest) = b.as_chunks::<16>();
    let mut acc = [F32x4::splat(0.0); 4];
    for (a, b) in a16.iter().zip(b16) {
        for (i, (a, b)) in a.as_chunks::<4>().0.iter().zip(b.as_chunks::<4>().0).enumerate() {
            acc[i] = F32x4::load(a).mul_add(F32x4::load(b), acc[i]);
        }
    }
    let tail: f32 = a_rest.iter().zip(b_rest).map(|(a, b)| a * b).sum();
    acc[0].add(acc[1]).add(acc[2].add(acc[3])).sum() + tail
}

/// y ← x / √(mean(x²) + eps) · w.
pub fn rms_norm(x: &[f32], w: &[f32], eps: f32, y: &mut [f32]) {
    let scale = 1.0 / (dot(x, x) / x.len() as f32 + eps).sqrt();
    y.iter_mut().zip(x).zip(w).for_each(|((y, x), w)| *y = x * scale * w);
}

/// x ← x / √(mean(x²) + eps) · w.
pub fn rms_norm_in_place(x: &mut [f32], w: &[f32], eps: f32) {
    let scale = 1.0 / (dot(x, x) / x.len() as f32 + eps).sqrt();
    x.iter_mut().zip(w).for_each(|(x, w)| *x = *x * scale * w);
}

/// y ← (x − mean) / √(var + eps) · w + b.
pub fn layer_norm(x: &[f32], w: &[f32], b: Option<&[f32]>, eps: f32, y: &mut [f32]) {
    let mean = x.iter().sum::<f32>() / x.len() as f32;
    y.iter_mut().zip(x).for_each(|(y, x)| *y = x - mean);
    let scale = 1.0 / (dot(y, y) / y.len() as f32 + eps).sqrt();
    y.iter_mut().zip(w).for_each(|(y, w)| *y = *y * scale * w);
    if let Some(b) = b {
        y.iter_mut().zip(b).for_each(|(y, b)| *y += b);
    }
}

/// h ← act(gate) · up, or act(gate) without `up`.
pub fn activate(kind: Activation, gate: &[f32], up: Option<&[f32]>, h: &mut [f32]) {
    let (out, out_tail) = h.as_chunks_mut::<4>();
    let (g, g_tail) = gate.as_chunks::<4>();
    for (i, (h, g)) in out.iter_mut().zip(g).enumerate() {
        let a = activate4(kind, F32x4::load(g));
        let up = up.and_then(|u| u.as_chunks::<4>().0.get(i));
        up.map_or(a, |u| a.mul(F32x4::load(u))).store(h);
    }
    for (i, (h, &g)) in out_tail.iter_mut().zip(g_tail).enumerate() {
        let mut lanes = [0.0; 4];
        activate4(kind, F32x4::splat(g)).store(&mut lanes);
        *h = lanes[0] * up.map_or(1.0, |u| u[4 * g_len(gate) + i]);
    }
}

fn g_len(gate: &[f32]) -> usize {
    gate.len() / 4
}

#[inline(always)]
fn activate4(kind: Activation, x: F32x4) -> F32x4 {
    let one = F32x4::splat(1.0);
    match kind {
        Activation::Silu => x.div(one.add(simd::exp(F32x4::splat(0.0).sub(x)))),
        Activation::GeluTanh => {
            let cubic = x.mul(x).mul(x).mul_add(F32x4::splat(0.044715), x);
            let t = simd::tanh(cubic.mul(F32x4::splat(0.797_884_6)));
            x.mul(F32x4::splat(0.5)).mul(one.add(t))
        }
    }
}

/// x ← cap·tanh(x/cap).
pub fn softcap(x: &mut [f32], cap: f32) {
    let (vectors, tail) = x.as_chunks_mut::<4>();
    let one = |v: F32x4| simd::tanh(v.mul(F32x4::splat(1.0 / cap))).mul(F32x4::splat(cap));
    vectors.iter_mut().for_each(|v| one(F32x4::load(v)).store(v));
    for x in tail {
        let mut lanes = [0.0; 4];
        one(F32x4::splat(*x)).store(&mut lanes);
        *x = lanes[0];
    }
}
