//! Attention over chunks, in both formats of the cache.

use super::{Random, VARIANT};
use crate::backend::cpu::attention::{FixedPages, FloatPages, KvPages, MOST_HEADS, PAGE, Partial, fixed};
use crate::config::ModelConfig;
use crate::gguf::Gguf;

/// A configuration with heads of this shape.
fn config(heads: usize, kv_heads: usize, head_dim: usize, cap: Option<f32>) -> ModelConfig {
    let file = include_bytes!("../../../../tests/fixtures/arch/llama-q4_1/model.gguf");
    let mut c = ModelConfig::from_gguf(&Gguf::parse_whole(file).expect("a fixture")).expect("a fixture");
    (c.dims.heads, c.dims.kv_heads, c.dims.head_dim, c.attn_softcap) = (heads, kv_heads, head_dim, cap);
    c.layers.truncate(2);
    c
}

/// Against softmax in f64 over what the cache gives back; `slack` is added to the error that f32 has.
fn attention<K: KvPages + Default>(rounded: impl Fn(&ModelConfig, &[f32]) -> Vec<f32>, slack: impl Fn(usize) -> f64) {
    let (mut random, seed) = Random::new();
    for _ in 0..24 {
        let group = 1 + random.below(MOST_HEADS);
        let kv_heads = 1 + random.below(3);
        let dim = [1, 3, 4, 6, 20, 64, 72, 128][random.below(8)];
        let c = config(group * kv_heads, kv_heads, dim, (random.below(3) == 0).then_some(5.0));
        let end = 1 + random.below(2 * PAGE);
        let page = random.below(end.div_ceil(PAGE));
        let to = end.min((page + 1) * PAGE);
        let from = page * PAGE + random.below(to - page * PAGE);
        let (mut kv, head) = (K::default(), random.below(kv_heads));
        kv.reserve(&c, end).expect("room");
        let (mut keys, mut values) = (Vec::new(), Vec::new());
        for p in 0..end {
            let mut row = |value| {
                kv.write(&c, 1, value, p, &random.vector(kv_heads * dim));
                let mut stored = vec![0.0; kv_heads * dim];
                kv.read(&c, 1, value, p, &mut stored);
                stored[head * dim..(head + 1) * dim].to_vec()
            };
            keys.push(row(false));
            values.push(row(true));
        }
        let q: Vec<f32> = random.vector(group * dim).iter().map(|q| 3.0 * q).collect();
        let mut out = vec![f32::NAN; group * dim];
        let mut partials = vec![Partial { max: f32::NAN, sum: f32::NAN }; group];
        kv.chunk(&c, 1, head, from, to, &q, &mut out, &mut partials);
        let q: Vec<f32> = q.chunks(dim).flat_map(|q| rounded(&c, q)).collect();
        for h in 0..group {
            let dot = |k: &[f32]| k.iter().zip(&q[h * dim..]).map(|(&k, &q)| f64::from(k) * f64::from(q)).sum::<f64>();
            let capped = |s: f64| c.attn_softcap.map_or(s, |cap| f64::from(cap) * (s / f64::from(cap)).tanh());
            let weights: Vec<f64> = keys[from..to].iter().map(|k| capped(dot(k)).exp()).collect();
            let sum: f64 = weights.iter().sum();
            for j in 0..dim {
                let want = weights.iter().zip(&values[from..to]).map(|(w, v)| w * f64::from(v[j])).sum::<f64>() / sum;
                let got = f64::from(out[h * dim + j] / partials[h].sum);
                assert!(
                    (got - want).abs() <= 2e-5 + slack(to - from),
                    "{VARIANT}: head {h} of {group}×{dim}, positions {from}..{to}, column {j}: {got} for {want} \
                     (LOQUAT_SEED={seed})"
                );
            }
        }
    }
}

#[test]
fn attention_over_a_chunk_is_softmax_over_its_positions() {
    // Scores of 128 products reach 40, and e^score carries their rounding: 128 · 2⁻²⁴ of their size at worst.
    attention::<FloatPages>(|_, q| q.to_vec(), |_| 0.0);
    // Weights are rounded by half a unit of 1/32767 of their sum, scales being within a factor of two of the largest
    // element, which is at most 1 here.
    attention::<FixedPages>(fixed::rounded_query, |positions| positions as f64 / 32767.0);
}

#[test]
fn what_was_rounded_once_is_not_rounded_again() {
    let (mut random, seed) = Random::new();
    for dim in [1, 6, 64, 80] {
        let c = config(2, 2, dim, None);
        let mut kv = FixedPages::default();
        kv.reserve(&c, PAGE).expect("room");
        for position in 0..40 {
            for value in [false, true] {
                let row = random.activations(2 * dim);
                let mut once = vec![f32::NAN; 2 * dim];
                let mut twice = once.clone();
                kv.write(&c, 1, value, position, &row);
                kv.read(&c, 1, value, position, &mut once);
                kv.write(&c, 1, value, position, &once);
                kv.read(&c, 1, value, position, &mut twice);
                assert_eq!(once, twice, "{dim} columns, position {position} (LOQUAT_SEED={seed})");
                for (x, row) in once.chunks(dim).zip(row.chunks(dim)) {
                    // 12 bits at least, and a scale within a factor of two of the best.
                    let allowed = row.iter().fold(0f32, |m, x| m.max(x.abs())) / 4096.0;
                    let near = x.iter().zip(row).all(|(a, b)| (a - b).abs() <= allowed);
                    assert!(near, "{row:?} became {x:?} (LOQUAT_SEED={seed})");
                }
            }
        }
    }
}

#[test]
fn the_largest_keys_and_values_fit() {
    for dim in [64, 80, 256] {
        let c = config(1, 1, dim, None);
        let mut kv = FixedPages::default();
        kv.reserve(&c, PAGE).expect("room");
        let row = vec![-1e35; dim];
        for position in 0..PAGE {
            kv.write(&c, 0, false, position, &vec![1.0; dim]);
            kv.write(&c, 0, true, position, &row);
        }
        let (mut out, mut partials) = (vec![f32::NAN; dim], [Partial::EMPTY]);
        kv.chunk(&c, 0, 0, 0, PAGE, &vec![1.0; dim], &mut out, &mut partials);
        let near = |x: f32| (f64::from(x) / f64::from(partials[0].sum) / -1e35 - 1.0).abs() < 0.01;
        assert!(out.iter().all(|&x| near(x)), "{dim} columns: {:?}", &out[..4]);
    }
}

#[test]
fn chunks_merge_to_the_whole() {
    let (mut random, seed) = Random::new();
    let scores: Vec<f64> = (0..9).map(|_| 8.0 * f64::from(random.unit())).collect();
    let values: Vec<f64> = (0..9).map(|_| f64::from(random.unit())).collect();
    let part = |range: std::ops::Range<usize>| {
        let max = scores[range.clone()].iter().fold(f64::MIN, |m, &s| m.max(s));
        let weights: Vec<f64> = scores[range.clone()].iter().map(|s| (s - max).exp()).collect();
        let out = weights.iter().zip(&values[range]).map(|(w, v)| w * v).sum::<f64>();
        (Partial { max: max as f32, sum: weights.iter().sum::<f64>() as f32 }, [out as f32])
    };
    let (mut state, mut out) = (Partial::EMPTY, [0.0]);
    for range in [0..2, 2..3, 3..9] {
        let (next, value) = part(range);
        state.merge(&mut out, next, &value);
    }
    let (whole, want) = part(0..9);
    assert!((out[0] / state.sum - want[0] / whole.sum).abs() < 1e-6, "{out:?} {want:?} (LOQUAT_SEED={seed})");
}
