//! The linear model: one weight a feature, by its hash. Trained by `cargo run --example train-questions`.

/// How many weights there are.
pub const BUCKETS: usize = 1 << 18;

/// Weights, packed as they are shipped: a scale and one byte each, zeros left out.
pub struct Weights {
    weights: Vec<f32>,
}

impl Default for Weights {
    fn default() -> Self {
        Weights::read(include_bytes!("weights.bin"))
    }
}

impl Weights {
    /// No preference at all.
    pub fn zero() -> Self {
        Weights { weights: vec![0.0; BUCKETS] }
    }

    /// These weights.
    pub fn new(mut weights: Vec<f32>) -> Self {
        weights.resize(BUCKETS, 0.0);
        Weights { weights }
    }

    /// From bytes: a scale (f32), then runs of a count of zeros (u8) and a weight (i8). Broken bytes give zeros.
    pub fn read(bytes: &[u8]) -> Self {
        let mut weights = vec![0.0; BUCKETS];
        if let [a, b, c, d, rest @ ..] = bytes {
            let scale = f32::from_le_bytes([*a, *b, *c, *d]);
            let mut at = 0;
            for run in rest.chunks_exact(2) {
                at += usize::from(run[0]);
                if let Some(weight) = weights.get_mut(at) {
                    *weight = f32::from(run[1] as i8) * scale;
                }
                at += 1;
            }
        }
        Weights { weights }
    }

    /// To bytes, as [`Weights::read`] takes them.
    pub fn write(&self) -> Vec<u8> {
        let largest = self.weights.iter().fold(0.0f32, |m, w| m.max(w.abs())).max(1e-9);
        let scale = largest / 127.0;
        let mut bytes = scale.to_le_bytes().to_vec();
        let mut zeros = 0u8;
        for weight in &self.weights {
            let packed = (weight / scale).round().clamp(-127.0, 127.0) as i8;
            if packed == 0 && zeros < 255 {
                zeros += 1;
            } else {
                bytes.extend([zeros, packed as u8]);
                zeros = 0;
            }
        }
        bytes
    }

    /// The sum over features.
    pub fn score(&self, features: &[u32]) -> f32 {
        features.iter().map(|f| self.weights[*f as usize % BUCKETS]).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weights_survive_packing() {
        let mut weights = vec![0.0; BUCKETS];
        weights[3] = 1.27;
        weights[70_000] = -0.5;
        let read = Weights::read(&Weights::new(weights).write());
        assert!((read.score(&[3]) - 1.27).abs() < 0.011 && (read.score(&[70_000]) + 0.5).abs() < 0.011);
        assert_eq!(read.score(&[4]), 0.0);
    }
}
