//! The rotation of keys and their way into the cache against the scalar `rope`: both layouts of pairs, heads that are
//! rotated in part, batches that go on from a position. Fresh seeds, and a cache of no numbers.

use super::act::Act;
use super::kernel_tests::{act, fresh, gpu, read, vector};
use super::op::{Batch, Bound, Maker, Recorder};
use super::params::{Attend, Step};
use super::pipeline::ROPE_KV;
use crate::backend::scalar::ops;
use crate::config::RopeStyle;

/// Positions of the cache.
const CONTEXT: usize = 40;
/// Roundings of two products and a sum, relative to the pair's length.
const ROPE_2E22: f32 = 1.0 / (1 << 22) as f32;

#[test]
fn rope_kv_agrees_with_the_scalar_twin() {
    let Some(gpu) = gpu() else { return };
    let (mut maker, mut random) = (Maker::new(&gpu).unwrap(), fresh());
    for (style, constant) in [(RopeStyle::None, 0.0), (RopeStyle::Interleaved, 1.0), (RopeStyle::Neox, 2.0)] {
        for (heads, kv_heads, head_dim, dims) in [(4, 2, 64, 64), (2, 2, 80, 48), (3, 1, 32, 2), (1, 1, 256, 256)] {
            for (start, tokens) in [(0, 1), (0, 5), (17, 1), (31, 9)] {
                let (kv_dim, pairs) = (kv_heads * head_dim, dims / 2);
                let width = (heads + 2 * kv_heads) * head_dim;
                let x = vector(&mut random, tokens * width);
                let qkv = act(&gpu, &x, width);
                // (position, pair) of cosine and sine; twice as many positions as are used.
                let angles = vector(&mut random, CONTEXT * pairs);
                let table: Vec<f32> = angles.iter().flat_map(|a| [(9.0 * a).cos(), (9.0 * a).sin()]).collect();
                let rope = act(&gpu, &table, table.len());
                let kv = Act::new(&gpu, "kv", 2 * CONTEXT, kv_dim).unwrap();
                assert_eq!(kv.stride as usize, kv_dim, "rows follow each other");
                let params = Attend {
                    heads: heads as u32,
                    kv_heads: kv_heads as u32,
                    head_dim: head_dim as u32,
                    qkv_stride: qkv.stride,
                    values: (CONTEXT * kv_dim / 4) as u32,
                    pairs: pairs as u32,
                    eps: 1e-5,
                    ..Attend::default()
                };
                let constants = [("QK_NORM", 0.0), ("ROPE", constant)];
                let p = maker.prepare(&gpu, &ROPE_KV, &[("kv", "kv_f32")], &constants, params).unwrap();
                let (qkv, rope) = (Bound::Whole(&qkv.buffer), Bound::Whole(&rope.buffer));
                let bound = [qkv, Bound::Whole(&kv.buffer), Bound::Nothing, Bound::Nothing, rope];
                let op = maker.bind(&gpu, &p, &bound, (kv_heads as u32, 1, Batch::Tokens(1)));
                maker.set_step(&gpu, Step { start: start as u32, len: tokens as u32, logit_first: 0, rope_long: 0 });
                let mut recorder = Recorder::default();
                recorder.run(&gpu, &op, tokens);
                let got = read(&gpu, recorder, &kv, 2 * CONTEXT, kv_dim);

                for position in 0..CONTEXT {
                    let row = |half: usize| &got[(half * CONTEXT + position) * kv_dim..][..kv_dim];
                    if !(start..start + tokens).contains(&position) {
                        assert!(row(0).iter().chain(row(1)).all(|v| v.is_nan()), "{position} was written");
                        continue;
                    }
                    let token = &x[(position - start) * width..][..width];
                    let (key, value) = token[heads * head_dim..].split_at(kv_dim);
                    let (cos, sin): (Vec<f32>, Vec<f32>) = table[2 * position * pairs..][..2 * pairs]
                        .as_chunks::<2>()
                        .0
                        .iter()
                        .map(|p| (p[0], p[1]))
                        .unzip();
                    let mut want = key.to_vec();
                    want.chunks_exact_mut(head_dim).for_each(|head| ops::rope(head, &cos, &sin, style));
                    for (i, (g, w)) in row(0).iter().zip(&want).enumerate() {
                        let case = format!("{style:?}, {dims} of {head_dim}, position {position}, element {i}");
                        assert!((g - w).abs() <= ROPE_2E22 * 2.0, "{case}: {g} for {w}");
                    }
                    assert_eq!(row(1), value, "values stay as they are");
                }
            }
        }
    }
}
