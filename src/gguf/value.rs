//! Metadata values and typed access to them, with errors that name the key.

use std::collections::HashMap;

use crate::error::{Error, Result};

/// One metadata value. Integers keep their sign only; GGUF's widths do not matter to readers.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// Any unsigned integer width.
    U64(u64),
    /// Any signed integer width.
    I64(i64),
    /// f32 or f64.
    F64(f64),
    /// A boolean.
    Bool(bool),
    /// UTF-8 text; invalid sequences were replaced.
    String(String),
    /// A homogeneous array.
    Array(Array),
}

/// A homogeneous metadata array.
#[derive(Debug, Clone, PartialEq)]
pub enum Array {
    /// Unsigned integers.
    U64(Vec<u64>),
    /// Signed integers.
    I64(Vec<i64>),
    /// Floats.
    F32(Vec<f32>),
    /// Booleans.
    Bool(Vec<bool>),
    /// Texts.
    String(Vec<String>),
    /// An array of arrays; only its length is kept.
    Nested(usize),
}

impl Array {
    /// Number of elements.
    pub fn len(&self) -> usize {
        match self {
            Array::U64(v) => v.len(),
            Array::I64(v) => v.len(),
            Array::F32(v) => v.len(),
            Array::Bool(v) => v.len(),
            Array::String(v) => v.len(),
            Array::Nested(n) => *n,
        }
    }

    /// Whether there are no elements.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// All key-value pairs of a file.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Metadata(pub HashMap<String, Value>);

impl Metadata {
    /// Drops the vocabulary, once a tokenizer is made of it: 250,000 texts are some 20 MB.
    pub fn forget_tokenizer(&mut self) {
        self.0.retain(|key, _| !key.starts_with("tokenizer."));
    }

    /// The raw value, if present.
    pub fn get(&self, key: &str) -> Option<&Value> {
        self.0.get(key)
    }

    /// A text, if present.
    ///
    /// # Errors
    /// [`Error::BadMetadata`] if the key holds another type.
    pub fn str(&self, key: &str) -> Result<Option<&str>> {
        match self.get(key) {
            None => Ok(None),
            Some(Value::String(s)) => Ok(Some(s)),
            Some(other) => Err(wrong(key, "a string", other)),
        }
    }

    /// A non-negative integer, if present.
    ///
    /// # Errors
    /// [`Error::BadMetadata`] if the key holds another type or a negative number.
    pub fn usize(&self, key: &str) -> Result<Option<usize>> {
        match self.get(key) {
            None => Ok(None),
            Some(Value::U64(v)) => {
                usize::try_from(*v).map(Some).map_err(|_| Error::bad_metadata(key, format!("{v} is too large")))
            }
            Some(Value::I64(v)) => {
                usize::try_from(*v).map(Some).map_err(|_| Error::bad_metadata(key, format!("{v} must not be negative")))
            }
            Some(other) => Err(wrong(key, "an integer", other)),
        }
    }

    /// A number, if present; integers are accepted.
    ///
    /// # Errors
    /// [`Error::BadMetadata`] if the key holds another type or is not finite.
    pub fn f32(&self, key: &str) -> Result<Option<f32>> {
        let v = match self.get(key) {
            None => return Ok(None),
            Some(Value::F64(v)) => *v as f32,
            Some(Value::U64(v)) => *v as f32,
            Some(Value::I64(v)) => *v as f32,
            Some(other) => return Err(wrong(key, "a number", other)),
        };
        if v.is_finite() { Ok(Some(v)) } else { Err(Error::bad_metadata(key, format!("{v} is not finite"))) }
    }

    /// A boolean, if present.
    ///
    /// # Errors
    /// [`Error::BadMetadata`] if the key holds another type.
    pub fn bool(&self, key: &str) -> Result<Option<bool>> {
        match self.get(key) {
            None => Ok(None),
            Some(Value::Bool(v)) => Ok(Some(*v)),
            Some(other) => Err(wrong(key, "a boolean", other)),
        }
    }

    /// An array, if present.
    ///
    /// # Errors
    /// [`Error::BadMetadata`] if the key holds another type.
    pub fn array(&self, key: &str) -> Result<Option<&Array>> {
        match self.get(key) {
            None => Ok(None),
            Some(Value::Array(a)) => Ok(Some(a)),
            Some(other) => Err(wrong(key, "an array", other)),
        }
    }

    /// An array of texts, if present.
    ///
    /// # Errors
    /// [`Error::BadMetadata`] if the key holds another type.
    pub fn strings(&self, key: &str) -> Result<Option<&[String]>> {
        match self.array(key)? {
            None => Ok(None),
            Some(Array::String(v)) => Ok(Some(v)),
            Some(_) => Err(Error::bad_metadata(key, "must be an array of strings")),
        }
    }

    /// An array of numbers as f32, if present.
    ///
    /// # Errors
    /// [`Error::BadMetadata`] if the key holds another type.
    pub fn f32s(&self, key: &str) -> Result<Option<Vec<f32>>> {
        match self.array(key)? {
            None => Ok(None),
            Some(Array::F32(v)) => Ok(Some(v.clone())),
            Some(Array::U64(v)) => Ok(Some(v.iter().map(|&x| x as f32).collect())),
            Some(Array::I64(v)) => Ok(Some(v.iter().map(|&x| x as f32).collect())),
            Some(_) => Err(Error::bad_metadata(key, "must be an array of numbers")),
        }
    }

    /// An array of integers, if present.
    ///
    /// # Errors
    /// [`Error::BadMetadata`] if the key holds another type.
    pub fn i64s(&self, key: &str) -> Result<Option<Vec<i64>>> {
        match self.array(key)? {
            None => Ok(None),
            Some(Array::I64(v)) => Ok(Some(v.clone())),
            Some(Array::U64(v)) => Ok(Some(v.iter().map(|&x| x as i64).collect())),
            Some(Array::Bool(v)) => Ok(Some(v.iter().map(|&x| i64::from(x)).collect())),
            Some(_) => Err(Error::bad_metadata(key, "must be an array of integers")),
        }
    }

    /// Like [`Metadata::str`], but the key must exist.
    ///
    /// # Errors
    /// [`Error::MissingKey`] or [`Error::BadMetadata`].
    pub fn need_str(&self, key: &str) -> Result<&str> {
        self.str(key)?.ok_or_else(|| missing(key))
    }

    /// Like [`Metadata::usize`], but the key must exist.
    ///
    /// # Errors
    /// [`Error::MissingKey`] or [`Error::BadMetadata`].
    pub fn need_usize(&self, key: &str) -> Result<usize> {
        self.usize(key)?.ok_or_else(|| missing(key))
    }

    /// Like [`Metadata::strings`], but the key must exist.
    ///
    /// # Errors
    /// [`Error::MissingKey`] or [`Error::BadMetadata`].
    pub fn need_strings(&self, key: &str) -> Result<&[String]> {
        self.strings(key)?.ok_or_else(|| missing(key))
    }
}

fn missing(key: &str) -> Error {
    Error::MissingKey { key: key.to_owned() }
}

fn wrong(key: &str, want: &str, got: &Value) -> Error {
    let got = match got {
        Value::U64(_) | Value::I64(_) => "an integer",
        Value::F64(_) => "a float",
        Value::Bool(_) => "a boolean",
        Value::String(_) => "a string",
        Value::Array(_) => "an array",
    };
    Error::bad_metadata(key, format!("must be {want}, is {got}"))
}
