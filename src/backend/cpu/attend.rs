//! The attention step: QK-norm, rotation, cache write, and the sharing out of chunks to threads.

use std::ops::Range;

use super::attention::{KvPages, MOST_HEADS, PAGE, Partial};
use super::disjoint::Disjoint;
use super::pool::Pool;
use super::state::RunState;
use super::{CpuBackend, ops};
use crate::backend::scalar::ops::rope;
use crate::backend::{LayerWeights, Span};
use crate::config::{ModelConfig, QkNorm, RopeKind};
use crate::error::Result;

/// Tasks for each thread from which on no finer ones are wanted.
const TASKS: usize = 8;

/// `run.qkv` → `run.attention`, writing keys and values into `kv`.
pub fn attend<K: KvPages>(
    pool: &mut Pool,
    c: &ModelConfig,
    run: &mut RunState,
    layer: &LayerWeights<CpuBackend>,
    index: usize,
    kv: &mut K,
    span: Span,
) -> Result<()> {
    kv.reserve(c, span.start + span.len)?;
    for (t, qkv) in run.qkv.chunks_exact_mut(c.qkv_rows()).take(span.len).enumerate() {
        let (q, rest) = qkv.split_at_mut(c.q_dim());
        let (k, v) = rest.split_at_mut(c.kv_dim());
        qk_norm(c, layer.q_norm.as_deref(), q);
        qk_norm(c, layer.k_norm.as_deref(), k);
        if let Some(kind) = layer.config.rope {
            let angles = if kind == RopeKind::Local { &run.local } else { &run.global };
            let (cos, sin) = angles.at(t);
            q.chunks_exact_mut(c.head_dim).for_each(|h| rope(h, cos, sin, c.rope.style));
            k.chunks_exact_mut(c.head_dim).for_each(|h| rope(h, cos, sin, c.rope.style));
        }
        q.iter_mut().for_each(|q| *q *= c.attn_scale);
        kv.write(c, index, false, span.start + t, k);
        kv.write(c, index, true, span.start + t, v);
    }
    attend_batch(pool, c, run, layer, index, kv, span);
    Ok(())
}

fn qk_norm(c: &ModelConfig, weight: Option<&[f32]>, x: &mut [f32]) {
    let Some(weight) = weight else { return };
    let width = if c.qk_norm == QkNorm::PerHead { c.head_dim } else { x.len() };
    x.chunks_exact_mut(width).for_each(|x| ops::rms_norm_in_place(x, weight, c.norm_eps));
}

/// Attention of a batch into `run.attention`. One token is shared out by (kv head, chunk of positions), or
/// by (query head, chunk) where those are few; several by (token, kv head). The merge goes through the same
/// chunks in all, so that the bits are the same.
fn attend_batch<K: KvPages>(
    pool: &mut Pool,
    c: &ModelConfig,
    run: &mut RunState,
    layer: &LayerWeights<CpuBackend>,
    index: usize,
    kv: &K,
    span: Span,
) {
    let group = c.heads / c.kv_heads;
    let width = group * c.head_dim;
    let visible = |t: usize| {
        let end = span.start + t + 1;
        (layer.config.window.map_or(0, |w| end.saturating_sub(w)), end)
    };
    let (partials, sums) = (Disjoint::new(&mut run.partial), Disjoint::new(&mut run.partial_sums));
    let qkv = &run.qkv;
    // Chunk `page` of token t and of those query heads of kv head `head`, into place `slot` of the scratch.
    let one = |t: usize, head: usize, heads: Range<usize>, page: usize, slot: usize| {
        let (first, end) = visible(t);
        let (from, to) = (first.max(page * PAGE), end.min((page + 1) * PAGE));
        let (start, end) = (heads.start * c.head_dim, heads.end * c.head_dim);
        let q = &qkv[t * c.qkv_rows() + head * width..][start..end];
        let mut sum = [Partial::EMPTY; MOST_HEADS];
        // SAFETY: the heads of a slot belong to one task.
        let out = unsafe { partials.slice(slot * width + start..slot * width + end) };
        for (i, (q, out)) in q.chunks(MOST_HEADS * c.head_dim).zip(out.chunks_mut(MOST_HEADS * c.head_dim)).enumerate()
        {
            let n = q.len() / c.head_dim;
            kv.chunk(c, index, head, from, to, q, out, &mut sum[..n]);
            for (j, s) in sum[..n].iter().enumerate() {
                let at = 2 * (slot * group + heads.start + i * MOST_HEADS + j);
                // SAFETY: as above.
                unsafe { sums.write(at, &[s.max, s.sum]) }
            }
        }
    };
    let merge = |slot: usize, states: &mut [Partial], out: &mut [f32], first: bool| {
        // SAFETY: called by the task that wrote the slot, or after the region that did.
        let (part, pairs) = unsafe {
            (partials.slice(slot * width..(slot + 1) * width), sums.slice(2 * slot * group..2 * (slot + 1) * group))
        };
        for (h, state) in states.iter_mut().enumerate() {
            let range = h * c.head_dim..(h + 1) * c.head_dim;
            let next = Partial { max: pairs[2 * h], sum: pairs[2 * h + 1] };
            if first {
                *state = next;
                out[range.clone()].copy_from_slice(&part[range]);
            } else {
                state.merge(&mut out[range.clone()], next, &part[range]);
            }
        }
    };
    let divide = |states: &[Partial], out: &mut [f32]| {
        for (s, out) in states.iter().zip(out.chunks_exact_mut(c.head_dim)) {
            let inverse = 1.0 / s.sum;
            out.iter_mut().for_each(|o| *o *= inverse);
        }
    };
    if span.len == 1 {
        let state = &mut run.head_state[..group];
        let (first, end) = visible(0);
        let (first_page, pages) = (first / PAGE, end.div_ceil(PAGE) - first / PAGE);
        // Heads that share keys and values are together where there is enough to share out all the same.
        let many = pool.threads() == 1 || c.kv_heads * pages >= TASKS * pool.threads();
        let parts = if many { 1 } else { group };
        pool.run(c.kv_heads * pages * parts, 1, &|tasks| {
            for task in tasks {
                let (slot, part) = (task / parts, task % parts);
                let heads = part * group / parts..(part + 1) * group / parts;
                one(0, slot / pages, heads, first_page + slot % pages, slot);
            }
        });
        for head in 0..c.kv_heads {
            let out = &mut run.attention[head * width..(head + 1) * width];
            (0..pages).for_each(|p| merge(head * pages + p, state, out, p == 0));
            divide(state, out);
        }
    } else {
        let attention = Disjoint::new(&mut run.attention);
        pool.run(span.len * c.kv_heads, 1, &|tasks| {
            let mut state = vec![Partial::EMPTY; group];
            for task in tasks {
                let (t, head) = (task / c.kv_heads, task % c.kv_heads);
                let (first, end) = visible(t);
                // SAFETY: a task's rows of the output are its own.
                let out = unsafe { attention.slice(t * c.q_dim() + head * width..t * c.q_dim() + (head + 1) * width) };
                for page in first / PAGE..end.div_ceil(PAGE) {
                    one(t, head, 0..group, page, task);
                    merge(task, &mut state, out, page == first / PAGE);
                }
                divide(&state, out);
            }
        });
    }
}
