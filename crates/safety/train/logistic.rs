//! Logistic regression over hashed features: stochastic gradients with AdaGrad steps and decay of the weights.

use loquat_safety::classifier::sigmoid;
use loquat_safety::features::Feature;

/// One sentence.
pub struct Example<'a> {
    pub features: &'a [Feature],
    pub positive: bool,
    pub weight: f32,
    /// How many of the features that tell words are left out at random: many where sentences come from templates,
    /// so that their classes are learned rather than the templates' words.
    pub dropout: f32,
}

pub struct Settings {
    pub epochs: usize,
    pub rate: f32,
    /// L2, a step and feature.
    pub decay: f32,
    /// As an example's, for features that tell classes.
    pub dropout: f32,
    /// Another number is another run.
    pub seed: u64,
    /// Whether positive and negative examples count the same in sum, or a rare class somewhat less.
    pub balanced: bool,
}

impl Default for Settings {
    fn default() -> Self {
        Settings { epochs: 10, rate: 0.25, decay: 2e-6, dropout: 0.3, seed: 1, balanced: false }
    }
}

/// Bias and weights, 2^`bits` of them.
pub fn train(examples: &[Example<'_>], bits: u8, settings: &Settings) -> (f32, Vec<f32>) {
    let size = 1_usize << bits;
    let mask = (size - 1) as u32;
    let sum = |positive: bool| examples.iter().filter(|e| e.positive == positive).map(|e| e.weight).sum::<f32>();
    let (yes, no) = (sum(true).max(1.0), sum(false).max(1.0));
    // Square root: a rare class is not to be guessed as often as a common one.
    let balance = if settings.balanced { no / yes } else { (no / yes).sqrt() };
    let (mut bias, mut weights) = (0.0, vec![0.0_f32; size]);
    let (mut bias_squares, mut squares) = (1e-6_f32, vec![1e-6_f32; size]);
    let mut order: Vec<usize> = (0..examples.len()).collect();
    let mut random = Random(7 * settings.seed);
    for _ in 0..settings.epochs {
        for n in (1..order.len()).rev() {
            order.swap(n, random.next() as usize % (n + 1));
        }
        for &n in &order {
            let example = &examples[n];
            let mut keep = |f: &Feature| {
                let dropout = if f.general { settings.dropout } else { example.dropout };
                let kept = random.unit() >= dropout;
                kept.then(|| Feature { value: f.value / (1.0 - dropout), ..*f })
            };
            let kept: Vec<Feature> = example.features.iter().filter_map(&mut keep).collect();
            let score = bias + kept.iter().map(|f| weights[(f.hash & mask) as usize] * f.value).sum::<f32>();
            let error = sigmoid(score) - f32::from(u8::from(example.positive));
            let gradient = error * example.weight * if example.positive { balance } else { 1.0 };
            bias_squares += gradient * gradient;
            bias -= settings.rate * gradient / bias_squares.sqrt();
            for feature in &kept {
                let at = (feature.hash & mask) as usize;
                let step = gradient * feature.value + settings.decay * weights[at];
                squares[at] += step * step;
                weights[at] -= settings.rate * step / squares[at].sqrt();
            }
        }
    }
    (bias, weights)
}

/// xorshift: the same run gives the same weights.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 >> 11
    }

    fn unit(&mut self) -> f32 {
        (self.next() & 0xff_ffff) as f32 / 16_777_216.0
    }
}
