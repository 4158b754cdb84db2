//! Draws on the device against the sampler: the same ids for the same logits, parameters and seed.

use super::act::Act;
use super::device::Gpu;
use super::draw::{Drawer, HISTORY, TOP_K};
use super::kernel_tests::{fresh, gpu};
use super::op::{Maker, Recorder};
use super::{GpuBackend, GpuVector};
use crate::backend::{Draw, Draws};
use crate::sampler::{Sampler, SamplingParams, argmax};
use crate::verdict::synthetic::Random;

/// A device's exp differs from the CPU's by a few units in the last place, and so do sums of weights. A
/// draw that is this near to the border between two tokens, relative to the sum, may fall to either.
const BORDER: f32 = 1e-5;

/// Draws once on the device.
fn draw(gpu: &Gpu, logits: &[f32], how: &Draw, history: &[u32]) -> u32 {
    let mut maker = Maker::new(gpu).unwrap();
    let act = Act::new(gpu, "logits", 1, logits.len()).unwrap();
    // Poison: what lies behind the vocabulary must not win.
    let mut padded = vec![f32::MAX; act.stride as usize];
    padded[..logits.len()].copy_from_slice(logits);
    gpu.queue.write_buffer(&act.buffer, 0, bytemuck::cast_slice(&padded));
    let ids = GpuVector::new(gpu, &[f32::MAX; 32]).unwrap().buffer;
    let mut drawer = Drawer::new(gpu, &mut maker, &act, logits.len(), &ids).unwrap();
    drawer.remember(gpu, history);
    let mut recorder = Recorder::default();
    drawer.record(gpu, &mut recorder, how);
    drawer.send(gpu, &mut recorder, &ids).unwrap();
    pollster::block_on(drawer.receive(gpu)).unwrap()
}

fn how(params: &SamplingParams, position: usize, history: usize) -> Draw {
    Sampler::new(params.clone()).unwrap().draw(position, history)
}

/// The sampler's id for the draw at this position.
fn wanted(params: &SamplingParams, position: usize, logits: &[f32], history: &[u32]) -> u32 {
    let mut sampler = Sampler::new(params.clone()).unwrap();
    (0..position).for_each(|_| sampler.skip());
    sampler.sample(&mut logits.to_vec(), history)
}

/// Logits like those of a model: a few that matter, many that don't.
fn logits(random: &mut Random, n: usize) -> Vec<f32> {
    (0..n).map(|_| 4.0 * random.unit() / random.unit().abs().max(0.1).sqrt()).collect()
}

/// Every token once had a copy of the device's description, with the names of adapter and driver.
#[test]
fn a_token_that_is_waited_for_carries_no_copy_of_the_device() {
    let Some(gpu) = gpu() else { return };
    let mut backend = GpuBackend::on(gpu).unwrap();
    let waits = size_of_val(&backend.drawn());
    assert!(waits < size_of::<Gpu>(), "{waits} bytes");
}

const VOCABULARIES: [usize; 5] = [33, 1000, 5003, 49_152, 70_001];

#[test]
fn greedy_draws_take_the_best_logit_whatever_the_others_are() {
    let (Some(gpu), mut random) = (gpu(), fresh()) else { return };
    let greedy = SamplingParams { seed: Some(1), ..SamplingParams::greedy() };
    let draw = |logits: &[f32]| draw(&gpu, logits, &how(&greedy, 0, 0), &[]);
    for n in VOCABULARIES {
        let logits = logits(&mut random, n);
        assert_eq!(Some(draw(&logits)), argmax(&logits), "{n} logits");
    }
    let special = |at: &[(usize, f32)]| {
        let mut logits = vec![f32::NEG_INFINITY; 9000];
        at.iter().for_each(|&(i, v)| logits[i] = v);
        draw(&logits)
    };
    assert_eq!(special(&[]), 0, "nothing is possible");
    assert_eq!(special(&[(4097, f32::NAN), (8191, -1e30)]), 8191, "NaN is impossible");
    assert_eq!(special(&[(7000, 2.0), (4096, 2.0), (4100, 1.9)]), 4096, "the first of equals");
    assert_eq!(special(&[(8999, -0.0), (5, 0.0)]), 5, "zeros are equal");
    assert_eq!(special(&[(3, 1e38), (8000, f32::INFINITY)]), 8000);
}

#[test]
fn draws_by_temperature_top_k_top_p_and_min_p_are_the_samplers() {
    let (Some(gpu), mut random) = (gpu(), fresh()) else { return };
    let (mut compared, mut different) = (0, std::collections::BTreeSet::new());
    for (i, n) in VOCABULARIES.into_iter().cycle().take(60).enumerate() {
        let unit = |random: &mut Random| 0.5 + 0.5 * random.unit();
        let params = SamplingParams {
            temperature: 0.1 + 2.0 * unit(&mut random),
            top_k: if i % 4 == 0 { TOP_K } else { 2 + (random.bits() >> 59) as usize },
            top_p: if i % 3 == 0 { 1.0 } else { unit(&mut random) },
            min_p: if i % 2 == 0 { 0.0 } else { 0.3 * unit(&mut random) },
            seed: Some(random.bits() as i64 & i64::MAX),
            ..SamplingParams::default()
        };
        let (logits, position) = (logits(&mut random, n), (random.bits() >> 57) as usize);
        let want = wanted(&params, position, &logits, &[]);
        let got = draw(&gpu, &logits, &how(&params, position, 0), &[]);
        if on_border(&params, position, &logits) {
            continue;
        }
        assert_eq!(got, want, "{params:?} at {position} of {n} logits");
        compared += 1;
        different.insert(Some(got) == argmax(&logits));
    }
    assert!(compared > 50, "only {compared} draws were off the borders");
    assert_eq!(different.len(), 2, "every draw was (or none was) the likeliest token");
}

/// Whether a slightly different draw, or slightly different limits, give another token.
fn on_border(params: &SamplingParams, position: usize, logits: &[f32]) -> bool {
    let of = |params: &SamplingParams| wanted(params, position, logits, &[]);
    let near = |factor: f32| {
        let SamplingParams { top_p, min_p, temperature, .. } = *params;
        let top = SamplingParams { top_p: (top_p * factor).min(1.0), ..params.clone() };
        let min = SamplingParams { min_p: min_p * factor, ..params.clone() };
        let hot = SamplingParams { temperature: temperature * factor, ..params.clone() };
        [top, min, hot].iter().any(|p| of(p) != of(params))
    };
    near(1.0 - BORDER) || near(1.0 + BORDER)
}

#[test]
fn penalties_are_the_samplers() {
    let (Some(gpu), mut random) = (gpu(), fresh()) else { return };
    for (n, len, last_n) in [(1000, 7, 64), (5003, 300, 64), (5003, 3000, HISTORY), (49_152, 1500, 1000)] {
        let history: Vec<u32> = (0..len).map(|_| (random.bits() >> 40) as u32 % (n as u32 / 9)).collect();
        let mut logits = logits(&mut random, n);
        // Those that are penalized would win otherwise.
        history.iter().for_each(|&id| logits[id as usize] = 9.0 + 4.0 * random.unit());
        for (repetition_penalty, frequency_penalty, presence_penalty) in
            [(1.3, 0.0, 0.0), (1.0, 0.4, 0.0), (0.9, -0.2, 1.1)]
        {
            let greedy = SamplingParams {
                repetition_penalty,
                frequency_penalty,
                presence_penalty,
                penalty_last_n: last_n,
                seed: Some(1),
                ..SamplingParams::greedy()
            };
            let got = draw(&gpu, &logits, &how(&greedy, 0, len), &history);
            assert_eq!(got, wanted(&greedy, 0, &logits, &history), "{greedy:?}, {len} tokens, {n} logits");
        }
    }
}

/// The history grows on the device, around the end of its ring.
#[test]
fn drawn_tokens_join_the_history() {
    let Some(gpu) = gpu() else { return };
    let mut maker = Maker::new(&gpu).unwrap();
    let act = Act::new(&gpu, "logits", 1, 64).unwrap();
    let ids = GpuVector::new(&gpu, &[0.0; 32]).unwrap().buffer;
    let mut drawer = Drawer::new(&gpu, &mut maker, &act, 64, &ids).unwrap();
    let mut recorder = Recorder::default();
    let params = SamplingParams { presence_penalty: 2.0, seed: Some(1), ..SamplingParams::greedy() };
    let mut history: Vec<u32> = (0..HISTORY as u32 - 3).map(|i| i % 7).collect();
    drawer.remember(&gpu, &history);
    let logits: Vec<f32> = (0..64).map(|i| i as f32 / 100.0).collect();
    let start = history.len();
    for i in 0..10 {
        gpu.queue.write_buffer(&act.buffer, 0, bytemuck::cast_slice(&logits));
        drawer.record(&gpu, &mut recorder, &how(&params, i, start + i));
        drawer.send(&gpu, &mut recorder, &ids).unwrap();
    }
    // All ten were under way at once.
    for i in 0..10 {
        let want = wanted(&params, i, &logits, &history);
        assert_eq!(pollster::block_on(drawer.receive(&gpu)).unwrap(), want, "draw {i}");
        history.push(want);
    }
    assert_eq!(&history[start..], [63, 62, 61, 60, 59, 58, 57, 56, 55, 54]);
}
