//! Logits to one token id. Runs on no device, but says what one would have to do.
//!
//! A device's sampler ([`Draw`]) must choose the same ids, so the order of steps and the random numbers are fixed:
//!
//! 1. penalties on the tokens of the recent history (repetition, then frequency and presence);
//! 2. candidates in descending order of logit, equal logits by ascending id, cut to `top_k`
//!    (a device that draws by itself keeps at most 64);
//! 3. temperature: weight = exp((logit − best logit) / temperature), in f32, so the best weighs 1;
//! 4. top-p: the shortest prefix whose weights reach `top_p` of the sum of all;
//! 5. min-p: the candidates whose weight is at least `min_p`;
//! 6. a draw: the first candidate whose running sum exceeds `u` × the sum of the kept weights, with
//!    `u` = [`random_unit`]`(seed, position)` and position counting the draws since the start.
//!
//! Sums run over the candidates in order, in f32. Temperature 0 takes the first candidate.

mod params;
mod random;

use std::cmp::Ordering;
use std::collections::HashMap;

use crate::backend::Draw;
use crate::error::Result;
pub use params::SamplingParams;
pub use random::{random_seed, random_unit};

/// Draws ids from logits; holds the parameters, the seed and how many draws were made.
#[derive(Debug, Clone)]
pub struct Sampler {
    params: SamplingParams,
    seed: u32,
    position: u32,
    candidates: Vec<Candidate>, // kept between calls, so that decoding does not allocate
    counts: HashMap<u32, u32>,
}

#[derive(Debug, Clone, Copy)]
struct Candidate {
    logit: f32,
    id: u32,
}

impl Candidate {
    /// Better first: higher logit, then lower id.
    fn order(&self, other: &Self) -> Ordering {
        other.logit.total_cmp(&self.logit).then(self.id.cmp(&other.id))
    }
}

/// How likely the model found a token, and what it found likeliest.
#[derive(Debug, Clone, PartialEq)]
pub struct Logprobs {
    /// Natural logarithm of the token's probability.
    pub logprob: f32,
    /// The likeliest ids with theirs, best first.
    pub top: Vec<(u32, f32)>,
}

impl Sampler {
    /// A sampler at position 0. Without a seed in the parameters it picks one ([`Sampler::seed`]).
    ///
    /// # Errors
    /// [`Error::BadParameter`](crate::Error::BadParameter) for a value outside its range.
    pub fn new(params: SamplingParams) -> Result<Self> {
        params.validate()?;
        let seed = match params.seed {
            Some(seed) if seed >= 0 => (seed as u32) ^ ((seed >> 32) as u32),
            _ => random_seed(),
        };
        Ok(Sampler { params, seed, position: 0, candidates: Vec::new(), counts: HashMap::new() })
    }

    /// The seed in use, to repeat a run.
    pub fn seed(&self) -> u32 {
        self.seed
    }

    /// Draws made so far.
    pub fn position(&self) -> u32 {
        self.position
    }

    /// The parameters in use.
    pub fn params(&self) -> &SamplingParams {
        &self.params
    }

    /// How a device would make the draw that is `ahead` draws away, `history` tokens into the sequence.
    pub fn draw(&self, ahead: usize, history: usize) -> Draw {
        let p = &self.params;
        Draw {
            temperature: p.temperature,
            top_k: p.top_k,
            top_p: p.top_p,
            min_p: p.min_p,
            repetition_penalty: p.repetition_penalty,
            frequency_penalty: p.frequency_penalty,
            presence_penalty: p.presence_penalty,
            penalty_last_n: p.penalty_last_n,
            seed: self.seed,
            position: self.position.wrapping_add(ahead as u32),
            history,
        }
    }

    /// A device has made the next draw.
    pub fn skip(&mut self) {
        self.position = self.position.wrapping_add(1);
    }

    /// Chooses the next id. `history` holds the prompt and what was generated, oldest first; the
    /// penalties are applied to `logits` in place. NaN counts as impossible; if nothing is possible
    /// the answer is id 0.
    pub fn sample(&mut self, logits: &mut [f32], history: &[u32]) -> u32 {
        self.penalize(logits, history);
        let position = self.position;
        self.position = self.position.wrapping_add(1);
        let Some(best) = argmax(logits) else { return 0 };
        let temperature = self.params.temperature;
        if temperature <= 0.0 || self.params.top_k == 1 {
            return best;
        }
        let best_logit = finite(logits[best as usize]);
        self.collect(logits, best_logit - TAIL * temperature);

        let weight = |c: &Candidate| ((c.logit - best_logit) / temperature).exp();
        let total = self.candidates.iter().map(weight).fold(0.0f32, |sum, w| sum + w);
        let wanted = self.params.top_p * total;
        let (mut sum, mut kept) = (0.0f32, 0);
        for candidate in &self.candidates {
            let w = weight(candidate);
            if kept > 0 && (w < self.params.min_p || sum >= wanted) {
                break;
            }
            sum += w;
            kept += 1;
        }
        let threshold = random_unit(self.seed, position) * sum;
        let mut running = 0.0f32;
        for candidate in &self.candidates[..kept] {
            running += weight(candidate);
            if running > threshold {
                return candidate.id;
            }
        }
        self.candidates[..kept].last().map_or(best, |c| c.id)
    }

    /// Log-probabilities of the model itself: of `id`, and of the `k` likeliest. Call it before
    /// [`Sampler::sample`], which changes the logits.
    pub fn logprobs(logits: &[f32], id: u32, k: usize) -> Logprobs {
        let max = argmax(logits).map_or(0.0, |best| finite(logits[best as usize]));
        let sum: f64 = logits.iter().map(|&l| f64::from(finite(l) - max).exp()).sum();
        let log_sum = f64::from(max) + sum.ln();
        let logprob = |l: f32| (f64::from(finite(l)) - log_sum) as f32;
        let mut candidates = Vec::with_capacity(k + 1);
        keep_best(logits, f32::NEG_INFINITY, k, &mut candidates);
        Logprobs {
            logprob: logits.get(id as usize).map_or(f32::NEG_INFINITY, |&l| logprob(l)),
            top: candidates.iter().map(|c| (c.id, logprob(c.logit))).collect(),
        }
    }

    fn penalize(&mut self, logits: &mut [f32], history: &[u32]) {
        let p = &self.params;
        if p.repetition_penalty == 1.0 && p.frequency_penalty == 0.0 && p.presence_penalty == 0.0 {
            return;
        }
        let last_n = if p.penalty_last_n == 0 { history.len() } else { p.penalty_last_n };
        self.counts.clear();
        for &id in &history[history.len().saturating_sub(last_n)..] {
            *self.counts.entry(id).or_default() += 1;
        }
        for (&id, &count) in &self.counts {
            let Some(logit) = logits.get_mut(id as usize) else { continue };
            let scaled = if *logit > 0.0 { *logit / p.repetition_penalty } else { *logit * p.repetition_penalty };
            *logit = scaled - p.frequency_penalty * count as f32 - p.presence_penalty;
        }
    }

    /// Fills `candidates` with those above `floor`, in order, at most `top_k`.
    fn collect(&mut self, logits: &[f32], floor: f32) {
        let k = self.params.top_k;
        if k > 0 && k < logits.len() {
            keep_best(logits, floor, k, &mut self.candidates);
            return;
        }
        self.candidates.clear();
        let all = logits.iter().enumerate().map(|(id, &l)| Candidate { logit: finite(l), id: id as u32 });
        self.candidates.extend(all.filter(|c| c.logit >= floor));
        self.candidates.sort_unstable_by(Candidate::order);
    }
}

/// Weights below e^−18 < 2^−25 vanish when they are added in f32 to a sum that starts at 1, so leaving
/// them out changes no result and saves sorting a whole vocabulary.
const TAIL: f32 = 18.0;

/// The `k` best above `floor`, in order.
fn keep_best(logits: &[f32], floor: f32, k: usize, out: &mut Vec<Candidate>) {
    out.clear();
    if k == 0 {
        return;
    }
    let mut worst = floor;
    // Twice as many as wanted are gathered before each cut, so the cost per logit stays constant.
    let room = k.saturating_mul(2).max(64).min(logits.len());
    for (id, &logit) in logits.iter().enumerate() {
        let logit = finite(logit);
        if logit < worst {
            continue;
        }
        out.push(Candidate { logit, id: id as u32 });
        if out.len() >= room && out.len() > k {
            out.select_nth_unstable_by(k - 1, Candidate::order);
            out.truncate(k);
            worst = out[k - 1].logit;
        }
    }
    out.sort_unstable_by(Candidate::order);
    out.truncate(k);
}

/// The id of the highest logit, the lowest id among equals; none when no logit is a number.
pub fn argmax(logits: &[f32]) -> Option<u32> {
    /// Logits that are looked at together, in vectors.
    const RUN: usize = 64;
    let (mut best, mut at) = (rank(f32::NEG_INFINITY), None);
    for (i, run) in logits.chunks(RUN).enumerate() {
        let (eights, rest) = run.as_chunks::<8>();
        let lanes =
            eights.iter().fold([i32::MIN; 8], |most, eight| std::array::from_fn(|l| most[l].max(rank(eight[l]))));
        let most = lanes.into_iter().chain(rest.iter().map(|&l| rank(l))).fold(best, i32::max);
        if most > best {
            best = most;
            at = run.iter().position(|&l| rank(l) == most).map(|place| (RUN * i + place) as u32);
        }
    }
    at
}

/// An integer that is as much greater or less as the logit is; the least where that is not a number.
///
/// Comparing floats would do in any machine but one: where relaxed SIMD is on, LLVM 22 makes `if a > b { a } else { b }`
/// an instruction that may give anything for what is not a number.
fn rank(logit: f32) -> i32 {
    // So that −0 is 0.
    let bits = (logit + 0.0).to_bits() as i32;
    if logit.is_nan() { i32::MIN } else { bits ^ ((bits >> 31) as u32 >> 1) as i32 }
}

/// Logits as arithmetic can use them: NaN is impossible, +∞ is the largest number.
fn finite(logit: f32) -> f32 {
    if logit.is_nan() { f32::NEG_INFINITY } else { logit.min(f32::MAX) + 0.0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Here, since relaxed SIMD once made something else of it.
    #[test]
    fn the_highest_logit_is_found_wherever_it_is_and_the_first_among_equals() {
        for n in [1, 7, 8, 63, 64, 65, 130, 300] {
            for best in 0..n {
                let mut logits: Vec<f32> = (0..n).map(|i| -1.0 - (i * 7 % 11) as f32).collect();
                logits[best..].iter_mut().step_by(5).for_each(|l| *l = -0.0);
                logits[..best].iter_mut().step_by(3).for_each(|l| *l = f32::NAN);
                logits[n - 1] = if best == n - 1 { 0.0 } else { f32::NAN };
                assert_eq!(argmax(&logits), Some(best as u32), "{n} logits");
            }
            assert_eq!(argmax(&vec![f32::NAN; n]), None);
            assert_eq!(argmax(&vec![f32::NEG_INFINITY; n]), None);
        }
    }
}
