//! GGUF tensors as f32 candle tensors, one at a time. Shared by `encoder` and `seq2seq`; knows no architecture.

use std::collections::HashMap;

use candle_core::{Device, Tensor};

use crate::error::{Error, Result};
use crate::gguf::{GgmlType, Gguf};
use crate::quant::dequantize;

/// What the directory says about a tensor that the model needs.
struct Wanted {
    dtype: GgmlType,
    shape: Vec<usize>,
}

/// The tensors a model needs: first declared against the directory, then filled in any order, then taken.
#[derive(Default)]
pub(crate) struct Dense {
    wanted: HashMap<String, Wanted>,
    loaded: HashMap<String, Tensor>,
}

impl Dense {
    /// Declares a tensor; the file must have it in this shape and in a type that can be decoded.
    pub(crate) fn want(&mut self, gguf: &Gguf, name: &str, shape: &[usize]) -> Result<()> {
        let dtype = checked(gguf, name, shape)?;
        self.wanted.insert(name.to_owned(), Wanted { dtype, shape: shape.to_vec() });
        Ok(())
    }

    /// Dequantizes a declared tensor; any other one (a classifier head, say) is passed over.
    pub(crate) fn accept(&mut self, name: &str, bytes: &[u8]) -> Result<()> {
        let Some(Wanted { dtype, shape }) = self.wanted.get(name) else {
            return Ok(());
        };
        let elements = shape.iter().product();
        let want = dtype.bytes(elements).unwrap_or(0);
        if bytes.len() != want {
            return Err(Error::TensorBytes {
                name: name.to_owned(),
                dtype: dtype.to_string(),
                elements,
                want,
                got: bytes.len(),
            });
        }
        let mut values = vec![0.0; elements];
        dequantize(*dtype, bytes, &mut values)?;
        let tensor = Tensor::from_vec(values, shape.as_slice(), &Device::Cpu).map_err(candle_error)?;
        self.loaded.insert(name.to_owned(), tensor);
        Ok(())
    }

    /// Hands out a declared tensor.
    pub(crate) fn take(&mut self, name: &str) -> Result<Tensor> {
        self.loaded.remove(name).ok_or_else(|| Error::MissingTensor { name: name.to_owned() })
    }
}

/// The format of a tensor, which the file must have in this shape and in a format that can be decoded.
pub(crate) fn checked(gguf: &Gguf, name: &str, shape: &[usize]) -> Result<GgmlType> {
    let info = gguf.tensor(name).ok_or_else(|| Error::MissingTensor { name: name.to_owned() })?;
    // Tools that rewrite files drop dimensions of 1 at the slow end: [1, 96] may come as [96].
    if without_leading_ones(&info.shape) != without_leading_ones(shape) {
        return Err(Error::TensorShape { name: name.to_owned(), want: shape.to_vec(), got: info.shape.clone() });
    }
    if !info.dtype.is_supported() {
        return Err(Error::UnsupportedType { tensor: name.to_owned(), dtype: info.dtype.to_string() });
    }
    Ok(info.dtype)
}

fn without_leading_ones(shape: &[usize]) -> &[usize] {
    let ones = shape.iter().take_while(|&&n| n == 1).count();
    &shape[ones..]
}

/// candle's errors, which point at shapes inside its own operations: a mistake here, not in the file.
pub(crate) fn candle_error(error: candle_core::Error) -> Error {
    Error::Backend { backend: "candle", problem: error.to_string() }
}

/// Refuses an attention matrix that would end the program instead of an error.
pub(crate) fn check_attention_memory(heads: usize, queries: usize, keys: usize) -> Result<()> {
    // Scores, their softmax and one temporary exist at the same time.
    let bytes = 3 * 4 * heads as u64 * queries as u64 * keys as u64;
    let limit = if usize::BITS == 32 { 1 << 30 } else { 16 << 30 };
    if bytes > limit {
        return Err(Error::OutOfMemory { what: format!("attention of {queries} over {keys} tokens"), bytes });
    }
    Ok(())
}

/// Checks that a sequence is neither empty nor too long and that its ids are in the vocabulary.
pub(crate) fn check_ids(ids: &[u32], vocab: usize, context: usize) -> Result<()> {
    if ids.is_empty() {
        return Err(Error::EmptyPrompt);
    }
    if ids.len() > context {
        return Err(Error::ContextFull { tokens: ids.len(), context });
    }
    match ids.iter().find(|&&id| id as usize >= vocab) {
        Some(&id) => Err(Error::TokenOutOfRange { id, vocab }),
        None => Ok(()),
    }
}

/// Counts above this are damage: no model has such a width, and products of two of them still fit.
const MAX_COUNT: usize = 1 << 24;

/// A metadata count that must be there and be believable.
pub(crate) fn count(gguf: &Gguf, key: &str) -> Result<usize> {
    check_count(key, gguf.metadata.need_usize(key)?)
}

/// As [`count`], for a key that may be absent.
pub(crate) fn count_or(gguf: &Gguf, key: &str, default: usize) -> Result<usize> {
    check_count(key, gguf.metadata.usize(key)?.unwrap_or(default))
}

fn check_count(key: &str, n: usize) -> Result<usize> {
    if (1..=MAX_COUNT).contains(&n) {
        Ok(n)
    } else {
        Err(Error::bad_metadata(key, format!("is {n}, must be 1 to {MAX_COUNT}")))
    }
}

/// Rows of a table of `[rows, width]`; a table of one row may have lost its first dimension.
pub(crate) fn table_rows(gguf: &Gguf, name: &str, width: usize) -> Result<usize> {
    let info = gguf.tensor(name).ok_or_else(|| Error::MissingTensor { name: name.to_owned() })?;
    match info.shape[..] {
        [rows, columns] if columns == width => Ok(rows),
        [columns] if columns == width => Ok(1),
        [rows, ..] => {
            Err(Error::TensorShape { name: name.to_owned(), want: vec![rows, width], got: info.shape.clone() })
        }
        [] => Err(Error::MissingTensor { name: name.to_owned() }),
    }
}

/// The small number that keeps a norm's division finite.
pub(crate) fn epsilon(gguf: &Gguf, key: &str) -> Result<f64> {
    let eps = gguf.metadata.f32(key)?.ok_or_else(|| Error::MissingKey { key: key.to_owned() })?;
    if eps <= 0.0 || eps >= 1.0 {
        return Err(Error::bad_metadata(key, format!("is {eps}, must lie between 0 and 1")));
    }
    Ok(f64::from(eps))
}
