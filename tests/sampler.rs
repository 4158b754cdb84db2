//! The sampler: supports, penalties, repeatability, and logits that are no numbers.
#![allow(clippy::unwrap_used, reason = "a test that panics has failed")]

use loquat::sampler::{Sampler, SamplingParams, argmax, random_unit};
use proptest::prelude::*;

/// No filter at all: the model's own distribution.
fn open() -> SamplingParams {
    SamplingParams { temperature: 1.0, top_k: 0, top_p: 1.0, min_p: 0.0, seed: Some(7), ..SamplingParams::default() }
}

fn draw(params: &SamplingParams, logits: &[f32], n: usize) -> Vec<u32> {
    let mut sampler = Sampler::new(params.clone()).unwrap();
    (0..n).map(|_| sampler.sample(&mut logits.to_vec(), &[])).collect()
}

#[test]
fn temperature_zero_takes_the_likeliest_and_the_lowest_id_among_equals() {
    let greedy = SamplingParams::greedy();
    assert_eq!(draw(&greedy, &[0.0, 3.0, 1.0, 3.0], 3), [1, 1, 1]);
    assert_eq!(draw(&SamplingParams { top_k: 1, ..open() }, &[0.0, 1.0, 5.0], 2), [2, 2]);
}

#[test]
fn draws_follow_the_distribution() {
    // Probabilities 1/2, 1/3, 1/6; 6000 draws have a standard deviation below 39.
    let logits = [3f32.ln(), 2f32.ln(), 0.0];
    let drawn = draw(&open(), &logits, 6000);
    for (id, expected) in [(0, 3000.0f32), (1, 2000.0), (2, 1000.0)] {
        let count = drawn.iter().filter(|&&d| d == id).count() as f32;
        assert!((count - expected).abs() < 160.0, "id {id}: {count} of {expected}");
    }
}

#[test]
fn a_high_temperature_flattens_and_a_low_one_sharpens() {
    let logits = [2.0, 0.0];
    let share = |temperature| {
        let drawn = draw(&SamplingParams { temperature, ..open() }, &logits, 2000);
        drawn.iter().filter(|&&id| id == 0).count() as f32 / 2000.0
    };
    // 1 / (1 + e^(-2 / t))
    assert!((share(1.0) - 0.881).abs() < 0.03);
    assert!((share(4.0) - 0.622).abs() < 0.05);
    assert!(share(0.25) > 0.995);
}

#[test]
fn top_p_keeps_the_shortest_prefix_that_reaches_it() {
    // Probabilities 0.5, 0.25, 0.125, 0.125: 0.6 needs the first two.
    let logits: Vec<f32> = [4.0f32, 2.0, 1.0, 1.0].iter().map(|p| p.ln()).collect();
    let drawn = draw(&SamplingParams { top_p: 0.6, ..open() }, &logits, 500);
    assert!(drawn.contains(&1) && drawn.iter().all(|&id| id <= 1));
    let one = draw(&SamplingParams { top_p: 0.4, ..open() }, &logits, 100);
    assert!(one.iter().all(|&id| id == 0));
    let zero = draw(&SamplingParams { top_p: 0.0, ..open() }, &logits, 10);
    assert!(zero.iter().all(|&id| id == 0), "the likeliest always stays");
}

#[test]
fn penalties_push_down_what_was_said() {
    let penalize = |params: SamplingParams, history: &[u32]| {
        let mut logits = [2.0, -1.0, 1.0, 1.5];
        Sampler::new(params).unwrap().sample(&mut logits, history);
        logits
    };
    let repetition = SamplingParams { repetition_penalty: 2.0, ..SamplingParams::greedy() };
    assert_eq!(penalize(repetition, &[0, 1, 0]), [1.0, -2.0, 1.0, 1.5]);
    let frequency = SamplingParams { frequency_penalty: 0.5, presence_penalty: 0.25, ..SamplingParams::greedy() };
    assert_eq!(penalize(frequency.clone(), &[0, 2, 0]), [0.75, -1.0, 0.25, 1.5]);
    let short = SamplingParams { penalty_last_n: 1, ..frequency.clone() };
    assert_eq!(penalize(short, &[0, 2]), [2.0, -1.0, 0.25, 1.5]);
    let all = SamplingParams { penalty_last_n: 0, ..frequency };
    let long: Vec<u32> = std::iter::once(3).chain(std::iter::repeat_n(1, 100)).collect();
    assert_eq!(penalize(all, &long), [2.0, -51.25, 1.0, 0.75]);
    assert_eq!(penalize(SamplingParams { presence_penalty: 2.0, ..SamplingParams::greedy() }, &[9999])[0], 2.0);
}

#[test]
fn logits_that_are_no_numbers_are_never_drawn_and_never_panic() {
    let (nan, inf) = (f32::NAN, f32::INFINITY);
    for params in [SamplingParams::greedy(), open(), SamplingParams { top_k: 2, ..open() }] {
        assert!(draw(&params, &[nan, 1.0, -inf, nan], 50).iter().all(|&id| id == 1));
        assert!(draw(&params, &[1.0, inf, nan, 2.0], 50).iter().all(|&id| id == 1));
        assert_eq!(draw(&params, &[nan, nan], 1), [0]);
        assert_eq!(draw(&params, &[-inf, -inf], 1), [0]);
        assert_eq!(draw(&params, &[], 1), [0]);
    }
    assert_eq!(argmax(&[nan, -inf]), None);
    assert!(Sampler::logprobs(&[nan, 0.0], 0, 2).logprob == -inf);
}

#[test]
fn logprobs_are_those_of_the_softmax() {
    let logits: Vec<f32> = [0.5f32, 0.125, 0.25, 0.125].iter().map(|p| p.ln() + 3.0).collect();
    let got = Sampler::logprobs(&logits, 2, 3);
    let near = |a: f32, p: f32| (a - p.ln()).abs() < 1e-6;
    assert!(near(got.logprob, 0.25), "{}", got.logprob);
    assert_eq!(got.top.iter().map(|t| t.0).collect::<Vec<_>>(), [0, 2, 1]);
    assert!(near(got.top[0].1, 0.5) && near(got.top[1].1, 0.25) && near(got.top[2].1, 0.125));
    assert!(Sampler::logprobs(&logits, 2, 0).top.is_empty());
}

#[test]
fn random_numbers_are_those_a_shader_computes() {
    // Computed with Python integers from the formula in the documentation.
    for (seed, position, r) in RANDOM {
        assert_eq!(random_unit(seed, position), r as f32 / 16_777_216.0, "seed {seed}, position {position}");
    }
}

const RANDOM: [(u32, u32, u32); 4] =
    [(0, 0, 8_379_828), (7, 1, 3_270_628), (7, 2, 2_038_807), (3735928559, 123456, 13_284_629)];

#[test]
fn parameters_outside_their_range_are_named() {
    for (params, name) in [
        (SamplingParams { temperature: -0.1, ..open() }, "temperature"),
        (SamplingParams { temperature: f32::NAN, ..open() }, "temperature"),
        (SamplingParams { top_p: 1.5, ..open() }, "top_p"),
        (SamplingParams { min_p: -1.0, ..open() }, "min_p"),
        (SamplingParams { repetition_penalty: 0.0, ..open() }, "repetition_penalty"),
        (SamplingParams { frequency_penalty: 3.0, ..open() }, "frequency_penalty"),
        (SamplingParams { presence_penalty: f32::INFINITY, ..open() }, "presence_penalty"),
    ] {
        let error = Sampler::new(params).unwrap_err();
        assert!(error.code() == "bad_parameter" && error.to_string().contains(name), "{error}");
    }
    let parsed: SamplingParams = serde_json::from_str(r#"{"temperature": 0, "top_k": 5, "seed": 3}"#).unwrap();
    assert_eq!((parsed.temperature, parsed.top_k, parsed.seed, parsed.top_p), (0.0, 5, Some(3), 0.95));
}

/// The draw as the documentation tells it, with a full sort and nothing clever.
fn naive(params: &SamplingParams, logits: &[f32], u: f32) -> u32 {
    let mut order: Vec<u32> = (0..logits.len() as u32).collect();
    order.sort_by(|&a, &b| logits[b as usize].total_cmp(&logits[a as usize]).then(a.cmp(&b)));
    if params.top_k > 0 {
        order.truncate(params.top_k);
    }
    let weight = |id: u32| ((logits[id as usize] - logits[order[0] as usize]) / params.temperature).exp();
    let total = order.iter().fold(0.0f32, |sum, &id| sum + weight(id));
    let mut kept = Vec::new();
    let mut sum = 0.0f32;
    for &id in &order {
        if !kept.is_empty() && (sum >= params.top_p * total || weight(id) < params.min_p) {
            break;
        }
        kept.push(id);
        sum += weight(id);
    }
    let mut running = 0.0f32;
    for &id in &kept {
        running += weight(id);
        if running > u * sum {
            return id;
        }
    }
    kept[kept.len() - 1]
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_sampler_equals_its_description(
        logits in proptest::collection::vec(-30f32..30.0, 1..400),
        top_k in 0usize..70,
        top_p in 0.01f32..=1.0,
        min_p in 0.0f32..0.5,
        temperature in 0.05f32..3.0,
        seed in 0u32..1000,
    ) {
        let params = SamplingParams { temperature, top_k, top_p, min_p, seed: Some(seed.into()), ..open() };
        let mut sampler = Sampler::new(params.clone()).unwrap();
        for position in 0..3 {
            let got = sampler.sample(&mut logits.clone(), &[]);
            prop_assert_eq!(got, naive(&params, &logits, random_unit(seed, position)));
        }
    }

    #[test]
    fn draws_stay_within_top_k_and_min_p(
        logits in proptest::collection::vec(-8f32..8.0, 2..200),
        top_k in 1usize..20,
        min_p in 0.001f32..0.5,
        seed in 0i64..1_000_000,
    ) {
        let best = logits.iter().copied().fold(f32::MIN, f32::max);
        for id in draw(&SamplingParams { top_k, min_p, seed: Some(seed), ..open() }, &logits, 20) {
            let logit = logits[id as usize];
            prop_assert!(logits.iter().filter(|&&l| l > logit).count() < top_k);
            prop_assert!((logit - best).exp() >= min_p * 0.999);
        }
    }

    #[test]
    fn the_same_seed_gives_the_same_ids(logits in proptest::collection::vec(-4f32..4.0, 2..100), seed: i64) {
        let params = SamplingParams { seed: Some(seed.saturating_abs()), ..open() };
        prop_assert_eq!(draw(&params, &logits, 10), draw(&params, &logits, 10));
    }
}
