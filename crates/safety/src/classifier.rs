//! A linear model over hashed features: weights of 8 bits, one table a class.
//!
//! A file: the magic `LQC1`, how many classes, the bits of a table's size, then for each class its name (length and
//! bytes), bias and scale (f32, little endian), and after all of these the tables (i8, class by class).

use crate::features::Feature;

/// One model of `weights/`.
#[derive(Debug)]
pub struct Classifier<'a> {
    classes: Vec<Class<'a>>,
    mask: u32,
}

#[derive(Debug)]
struct Class<'a> {
    name: &'a str,
    bias: f32,
    scale: f32,
    weights: &'a [u8], // i8, 2^bits
}

impl<'a> Classifier<'a> {
    /// Reads a file; nothing if it is no such file.
    pub fn read(mut bytes: &'a [u8]) -> Option<Self> {
        let mut take = |length: usize| {
            let (head, rest) = bytes.split_at_checked(length)?;
            bytes = rest;
            Some(head)
        };
        if take(4)? != b"LQC1" {
            return None;
        }
        let [count, bits] = *take(2)? else { return None };
        let size = 1_usize.checked_shl(u32::from(bits)).filter(|_| bits <= 24)?;
        let mut classes = Vec::with_capacity(usize::from(count));
        for _ in 0..count {
            let length = usize::from(*take(1)?.first()?);
            let name = std::str::from_utf8(take(length)?).ok()?;
            let bias = f32::from_le_bytes(take(4)?.try_into().ok()?);
            let scale = f32::from_le_bytes(take(4)?.try_into().ok()?);
            classes.push(Class { name, bias, scale, weights: &[] });
        }
        for class in &mut classes {
            class.weights = take(size)?;
        }
        Some(Classifier { classes, mask: u32::try_from(size - 1).ok()? })
    }

    /// Names and logits, in the file's order.
    pub fn logits(&self, features: &[Feature]) -> Vec<(&'a str, f32)> {
        let logit = |class: &Class<'a>| {
            let weight = |f: &Feature| f32::from(class.weights[(f.hash & self.mask) as usize].cast_signed()) * f.value;
            (class.name, features.iter().map(weight).sum::<f32>().mul_add(class.scale, class.bias))
        };
        self.classes.iter().map(logit).collect()
    }
}

/// Writes a file that [`Classifier::read`] reads: name, bias and weights by class, each 2^`bits`.
pub fn write(bits: u8, classes: &[(&str, f32, Vec<f32>)]) -> Vec<u8> {
    let mut bytes = b"LQC1".to_vec();
    let mut tables = Vec::new();
    bytes.extend([u8::try_from(classes.len()).unwrap_or(u8::MAX), bits]);
    for (name, bias, weights) in classes {
        let largest = weights.iter().fold(1e-9_f32, |largest, weight| largest.max(weight.abs()));
        let scale = largest / 127.0;
        bytes.push(u8::try_from(name.len()).unwrap_or(u8::MAX));
        bytes.extend(name.bytes());
        bytes.extend(bias.to_le_bytes());
        bytes.extend(scale.to_le_bytes());
        tables.extend(weights.iter().map(|weight| ((weight / scale).round() as i8).cast_unsigned()));
    }
    bytes.extend(tables);
    bytes
}

/// 1 / (1 + e^−x).
pub fn sigmoid(x: f32) -> f32 {
    1.0 / (1.0 + (-x).exp())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read() {
        let bytes = write(1, &[("a", 0.5, vec![1.27, -0.5]), ("b", 0.0, vec![0.0, 2.54])]);
        let read = Classifier::read(&bytes).expect("a model");
        let logits = read.logits(&[Feature { hash: 3, value: 2.0, general: false }]);
        assert_eq!(logits[0].0, "a");
        assert!((logits[0].1 - -0.5).abs() < 1e-3, "{logits:?}");
        assert!((logits[1].1 - 5.08).abs() < 1e-3, "{logits:?}");
    }

    #[test]
    fn a_file_that_is_cut_is_no_model() {
        let bytes = write(4, &[("a", 0.5, vec![0.1; 16])]);
        for end in 0..bytes.len() {
            assert!(Classifier::read(&bytes[..end]).is_none(), "{end}");
        }
    }
}
