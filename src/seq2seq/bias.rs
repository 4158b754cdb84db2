//! T5's relative position bias: distance → bucket → one number a head. Holds no weights but that table.

use candle_core::{Device, Tensor};

/// Distances from here on share the last bucket; GGUF has no key for it and every T5 uses this.
pub(crate) const MAX_DISTANCE: usize = 128;

/// Stands for minus infinity where a query must not see a key; finite, so that no row can become NaN.
const MASKED: f32 = -1e30;

/// Whether a query sees keys behind it only.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Direction {
    /// The encoder: keys on both sides, each side with half of the buckets.
    Both,
    /// The decoder: keys up to the query's own position.
    Backward,
}

/// The learned table of one stack.
pub(crate) struct PositionBias {
    pub table: Vec<f32>, // (buckets, heads)
    pub buckets: usize,
    pub heads: usize,
    pub direction: Direction,
}

impl PositionBias {
    /// What to add to the scores of queries `first .. first + queries` over keys `0 .. keys`:
    /// `(heads, queries, keys)`, the causal mask included.
    pub(crate) fn scores(&self, first: usize, queries: usize, keys: usize) -> candle_core::Result<Tensor> {
        let mut values = Vec::with_capacity(self.heads * queries * keys);
        for head in 0..self.heads {
            for query in first..first + queries {
                for key in 0..keys {
                    values.push(if self.direction == Direction::Backward && key > query {
                        MASKED
                    } else {
                        self.table[bucket(query, key, self.buckets, self.direction) * self.heads + head]
                    });
                }
            }
        }
        Tensor::from_vec(values, (self.heads, queries, keys), &Device::Cpu)
    }
}

/// Near distances have a bucket each; farther ones share buckets that grow with the logarithm
/// (Raffel et al., arXiv:1910.10683, section 2.1).
fn bucket(query: usize, key: usize, buckets: usize, direction: Direction) -> usize {
    let (buckets, offset) = match direction {
        Direction::Both => (buckets / 2, if key > query { buckets / 2 } else { 0 }),
        Direction::Backward => (buckets, 0),
    };
    let distance = query.abs_diff(key);
    let near = buckets / 2;
    if distance < near {
        return offset + distance;
    }
    let far = (distance as f64 / near as f64).ln() / (MAX_DISTANCE as f64 / near as f64).ln();
    // Powers of two fall on bucket edges: the small addition keeps them on the upper side on every platform.
    let step = (far * (buckets - near) as f64 + 1e-6) as usize;
    offset + (near + step).min(buckets - 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn encoder_buckets_split_by_direction_and_grow_with_distance() {
        let at = |query, key| bucket(query, key, 32, Direction::Both);
        // What the paper's formula gives in exact arithmetic.
        assert_eq!(
            [0, 1, 7, 8, 11, 12, 15, 16, 31, 32, 63, 64, 127, 500].map(|d| at(600, 600 - d)),
            [0, 1, 7, 8, 8, 9, 9, 10, 11, 12, 13, 14, 15, 15]
        );
        assert_eq!([1, 7, 8, 16, 64, 500].map(|d| at(0, d)), [17, 23, 24, 26, 30, 31]);
    }

    #[test]
    fn decoder_buckets_use_the_whole_table_for_the_past() {
        let at = |d: usize| bucket(600, 600 - d, 32, Direction::Backward);
        assert_eq!(
            [0, 1, 15, 16, 18, 19, 31, 32, 64, 112, 113, 127, 128, 600].map(at),
            [0, 1, 15, 16, 16, 17, 21, 21, 26, 30, 31, 31, 31, 31]
        );
    }
}
