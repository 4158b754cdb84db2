//! Vectors of passages in 8 bits, and the passages nearest to a question's by brute force.
//!
//! A vector is scaled to length 1 and rounded to 255 steps of its largest element. All are looked at: an index for fewer
//! looks would be larger than they.

use std::ops::Range;

/// A passage near a question.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Near {
    /// Its number in the collection.
    pub passage: u32,
    /// Cosine of the angle between its vector and the question's.
    pub cosine: f32,
}

/// Vectors of passages, as far as they are known.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Vectors {
    /// Numbers of a vector; 0 until the first is known.
    width: usize,
    /// `width` for each passage up to the last that has one.
    steps: Vec<i8>,
    /// What a step is worth; 0 where a passage has no vector yet.
    scales: Vec<f32>,
}

/// Longer vectors are no encoder's.
const WIDEST: usize = 8192;

/// A vector of length 1 in steps, and what a step is worth; `None` for one without a direction.
fn rounded(vector: &[f32]) -> Option<(impl Iterator<Item = i8>, f32)> {
    let length = vector.iter().map(|x| x * x).sum::<f32>().sqrt();
    let most = vector.iter().fold(0f32, |most, x| most.max(x.abs()));
    if !(length.is_finite() && most > 0.0) {
        return None;
    }
    Some((vector.iter().map(move |x| (x / most * 127.0).round() as i8), most / 127.0 / length))
}

/// Σ aᵢ·bᵢ of whole blocks.
fn dot(a: &[[i8; 16]], b: &[[i16; 16]]) -> i32 {
    let mut sums = [0i32; 8];
    for (a, b) in a.iter().zip(b) {
        // Two neighbours a lane, which processors multiply and add in one instruction.
        for lane in 0..8 {
            sums[lane] += i32::from(a[2 * lane]) * i32::from(b[2 * lane])
                + i32::from(a[2 * lane + 1]) * i32::from(b[2 * lane + 1]);
        }
    }
    sums.iter().sum()
}

impl Vectors {
    /// Numbers of a vector; 0 where none is known.
    pub fn width(&self) -> usize {
        self.width
    }

    /// The number of the last passage that has one, plus 1.
    pub fn len(&self) -> usize {
        self.scales.len()
    }

    /// Whether a passage has one.
    pub fn has(&self, passage: u32) -> bool {
        self.scales.get(passage as usize).is_some_and(|scale| *scale > 0.0)
    }

    /// Whether no passage has one.
    pub fn is_empty(&self) -> bool {
        self.width == 0
    }

    /// Sets a passage's vector; false where it is of another encoder than the others (another width), or no direction.
    pub fn set(&mut self, passage: u32, vector: &[f32]) -> bool {
        let fits = vector.len().is_multiple_of(16) && (16..=WIDEST).contains(&vector.len());
        let Some((steps, scale)) = rounded(vector).filter(|_| fits && [0, vector.len()].contains(&self.width)) else {
            return false;
        };
        self.width = vector.len();
        let (at, count) = (passage as usize, self.scales.len().max(passage as usize + 1));
        self.scales.resize(count, 0.0);
        self.steps.resize(count * self.width, 0);
        self.scales[at] = scale;
        self.steps[at * self.width..(at + 1) * self.width].iter_mut().zip(steps).for_each(|(to, step)| *to = step);
        true
    }

    /// The passages nearest to a question, the nearest first.
    pub fn nearest(&self, question: &[f32], limit: usize) -> Vec<Near> {
        if question.len() != self.width || limit == 0 {
            return Vec::new();
        }
        let Some((steps, scale)) = rounded(question) else { return Vec::new() };
        let steps: Vec<i16> = steps.map(i16::from).collect();
        let blocks = steps.as_chunks::<16>().0;
        let mut near: Vec<Near> = (0..)
            .zip(self.steps.chunks_exact(self.width).zip(&self.scales))
            .filter(|(_, (_, own))| **own > 0.0)
            .map(|(passage, (v, own))| Near { passage, cosine: dot(v.as_chunks().0, blocks) as f32 * own * scale })
            .collect();
        let best = |a: &Near, b: &Near| b.cosine.total_cmp(&a.cosine).then(a.passage.cmp(&b.passage));
        if near.len() > limit {
            near.select_nth_unstable_by(limit - 1, best);
            near.truncate(limit);
        }
        near.sort_by(best);
        near
    }

    /// Those of some passages.
    pub fn part(&self, passages: Range<usize>) -> Vectors {
        let of = |from: usize, count: usize| from * count..passages.end.min(self.scales.len()).max(from) * count;
        let (scales, steps) = (of(passages.start, 1), of(passages.start, self.width));
        let scales = self.scales.get(scales).unwrap_or_default().to_vec();
        let width = if scales.is_empty() { 0 } else { self.width };
        Vectors { width, steps: self.steps.get(steps).unwrap_or_default().to_vec(), scales }
    }

    /// Sets those of the passages from `first` on; false where they are of another encoder.
    pub fn place(&mut self, first: usize, other: &Vectors) -> bool {
        if other.is_empty() {
            return true;
        }
        if !self.is_empty() && self.width != other.width {
            return false;
        }
        self.width = other.width;
        let end = first + other.scales.len();
        let count = self.scales.len().max(end);
        self.scales.resize(count, 0.0);
        self.steps.resize(count * self.width, 0);
        self.scales[first..end].copy_from_slice(&other.scales);
        self.steps[first * self.width..end * self.width].copy_from_slice(&other.steps);
        true
    }

    /// As it is stored: the width, the number of passages, what steps are worth, the steps.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(8 + self.scales.len() * (4 + self.width));
        bytes.extend((self.width as u32).to_le_bytes());
        bytes.extend((self.scales.len() as u32).to_le_bytes());
        self.scales.iter().for_each(|scale| bytes.extend(scale.to_le_bytes()));
        bytes.extend(self.steps.iter().map(|step| *step as u8));
        bytes
    }

    /// Reads what [`Vectors::to_bytes`] wrote; `None` where it is damaged.
    pub fn from_bytes(bytes: &[u8]) -> Option<Vectors> {
        let (width, rest) = bytes.split_first_chunk::<4>()?;
        let (count, rest) = rest.split_first_chunk::<4>()?;
        let [width, count] = [width, count].map(|n| u32::from_le_bytes(*n) as usize);
        if count == 0 {
            return Some(Vectors::default()).filter(|_| width == 0 && rest.is_empty());
        }
        if !(16..=WIDEST).contains(&width) || width % 16 != 0 || Some(rest.len()) != count.checked_mul(4 + width) {
            return None;
        }
        let (scales, steps) = rest.split_at(4 * count);
        let scales: Vec<f32> = scales.as_chunks::<4>().0.iter().map(|b| f32::from_le_bytes(*b)).collect();
        let sound = scales.iter().all(|s| s.is_finite() && *s >= 0.0);
        sound.then(|| Vectors { width, steps: steps.iter().map(|b| *b as i8).collect(), scales })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A vector that points mostly along one axis.
    fn towards(axis: usize, rest: f32) -> Vec<f32> {
        (0..32).map(|i| if i == axis { 3.0 } else { rest * ((i * 7 + axis) % 5) as f32 }).collect()
    }

    fn cosine(a: &[f32], b: &[f32]) -> f32 {
        let dot = |a: &[f32], b: &[f32]| a.iter().zip(b).map(|(x, y)| x * y).sum::<f32>();
        dot(a, b) / (dot(a, a) * dot(b, b)).sqrt()
    }

    #[test]
    fn the_nearest_are_found_with_their_cosines() {
        let mut vectors = Vectors::default();
        for passage in [0, 2, 5] {
            assert!(vectors.set(passage, &towards(passage as usize, 0.2)));
        }
        let question = towards(2, 0.3);
        let near = vectors.nearest(&question, 2);
        assert_eq!(near[0].passage, 2);
        assert_eq!(near.len(), 2);
        for Near { passage, cosine: got } in near {
            let want = cosine(&question, &towards(passage as usize, 0.2));
            assert!((got - want).abs() < 2e-3, "passage {passage}: {got}, not {want}");
        }
        assert!(vectors.has(5) && !vectors.has(4) && !vectors.has(6));
    }

    #[test]
    fn what_has_no_direction_or_another_width_is_refused() {
        let mut vectors = Vectors::default();
        assert!(!vectors.set(0, &[0.0; 32]) && !vectors.set(0, &[f32::NAN; 32]) && !vectors.set(0, &[1.0; 5]));
        assert!(vectors.set(0, &[1.0; 32]) && !vectors.set(1, &[1.0; 16]));
        assert_eq!(vectors.nearest(&[1.0; 16], 5), []);
    }

    #[test]
    fn what_is_stored_comes_back_at_its_place() {
        let mut vectors = Vectors::default();
        vectors.set(1, &towards(1, 0.1));
        let bytes = vectors.to_bytes();
        assert_eq!(Vectors::from_bytes(&bytes).as_ref(), Some(&vectors));
        assert_eq!(Vectors::from_bytes(&Vectors::default().to_bytes()), Some(Vectors::default()));
        for cut in 0..bytes.len() {
            assert_eq!(Vectors::from_bytes(&bytes[..cut]), None);
        }
        let mut all = Vectors::default();
        assert!(all.place(7, &vectors));
        assert_eq!(all.nearest(&towards(1, 0.1), 9).first().map(|n| n.passage), Some(8));
        let mut other = Vectors::default();
        other.set(0, &[1.0; 16]);
        assert!(!all.place(9, &other) && !all.has(9));
        assert_eq!(all.part(7..9), vectors);
        assert_eq!(all.part(20..30), Vectors::default());
    }
}
