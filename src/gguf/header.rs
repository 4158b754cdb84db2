//! The header parser: a cursor over a prefix that asks for more bytes instead of failing.

use std::collections::{HashMap, HashSet};
use std::fmt::Display;

use super::{Array, GgmlType, Metadata, Value};
use crate::error::{Error, Result};

/// Lengths above these are damage, not models.
const MAX_KEY_VALUES: u64 = 65_536;
const MAX_TENSORS: u64 = 65_536;
const MAX_STRING: u64 = 16 << 20;
const MAX_ARRAY: u64 = 16 << 20;
/// Shapes are `usize`: where that has 32 bits, a larger claim must not wrap into a believable one.
const MAX_ELEMENTS: u64 = if usize::BITS < 64 { 1 << 31 } else { 1 << 40 };
/// A header this long has no end; the largest real vocabularies need about 30 MB.
const MAX_HEADER: u64 = 256 << 20;

/// One entry of the tensor directory.
#[derive(Debug, Clone, PartialEq)]
pub struct TensorInfo {
    /// The name as llama.cpp's converter writes it, such as `blk.0.attn_q.weight`.
    pub name: String,
    /// The shape, slowest dimension first: `[rows, columns]` for a matrix.
    pub shape: Vec<usize>,
    /// The block format.
    pub dtype: GgmlType,
    /// Absolute offset in the file, in bytes.
    pub offset: u64,
    /// Length in bytes.
    pub size: u64,
}

impl TensorInfo {
    /// Rows of a matrix; 1 of a vector.
    pub fn rows(&self) -> usize {
        if self.shape.len() > 1 { self.shape[0] } else { 1 }
    }

    /// Number of elements.
    pub fn elements(&self) -> usize {
        self.shape.iter().product()
    }
}

/// A parsed header.
#[derive(Debug, Clone, PartialEq)]
pub struct Gguf {
    /// Format version.
    pub version: u32,
    /// The key-value pairs.
    pub metadata: Metadata,
    /// The tensor directory, sorted by offset.
    pub tensors: Vec<TensorInfo>,
    /// Where tensor data starts, in bytes.
    pub data_offset: u64,
    index: HashMap<String, usize>,
}

/// The outcome of parsing a prefix.
#[derive(Debug, Clone, PartialEq)]
pub enum Parsed {
    /// The header is complete.
    Done(Box<Gguf>),
    /// Call again with at least this many bytes from the start of the file.
    NeedMore(u64),
}

/// Why the cursor stopped: either damage, or the prefix is too short.
enum Stop {
    Error(Error),
    NeedMore(u64),
}

impl From<Error> for Stop {
    fn from(e: Error) -> Self {
        Stop::Error(e)
    }
}

impl Gguf {
    /// A directory without a file.
    pub(crate) fn of_tensors(tensors: Vec<TensorInfo>) -> Gguf {
        let index = tensors.iter().enumerate().map(|(i, t)| (t.name.clone(), i)).collect();
        Gguf { version: 3, metadata: Metadata::default(), tensors, data_offset: 0, index }
    }

    /// Parses the start of a file. `file_size` is the length of the whole file, where it is known:
    /// lengths that point beyond it are then errors instead of requests for more.
    ///
    /// # Errors
    /// [`Error::NotGguf`], [`Error::GgufVersion`], [`Error::Truncated`], [`Error::GgufHeader`] or
    /// [`Error::UnsupportedType`].
    pub fn parse(prefix: &[u8], file_size: Option<u64>) -> Result<Parsed> {
        let mut cursor = Cursor { bytes: prefix, at: 0 };
        match cursor.header() {
            Ok(gguf) => {
                if let Some(size) = file_size
                    && let Some(last) = gguf.tensors.iter().max_by_key(|t| t.offset + t.size)
                    && last.offset + last.size > size
                {
                    return Err(Error::Truncated {
                        what: format!("tensor {:?}", last.name),
                        need: last.offset + last.size,
                        have: size,
                    });
                }
                Ok(Parsed::Done(Box::new(gguf)))
            }
            Err(Stop::Error(e)) => Err(e),
            Err(Stop::NeedMore(need)) => {
                if let Some(size) = file_size
                    && need > size
                {
                    return Err(Error::Truncated { what: "the header".into(), need, have: size });
                }
                if need > MAX_HEADER {
                    return Err(Error::header(format!("it claims to be longer than {MAX_HEADER} bytes")));
                }
                // Ask for a little more than the next field, so that few rounds are needed.
                let generous = need.max(prefix.len() as u64 * 2).clamp(64 << 10, MAX_HEADER);
                Ok(Parsed::NeedMore(file_size.map_or(generous, |size| generous.min(size)).max(need)))
            }
        }
    }

    /// Parses a whole file held in memory.
    ///
    /// # Errors
    /// As [`Gguf::parse`].
    pub fn parse_whole(bytes: &[u8]) -> Result<Gguf> {
        match Gguf::parse(bytes, Some(bytes.len() as u64))? {
            Parsed::Done(gguf) => Ok(*gguf),
            Parsed::NeedMore(need) => {
                Err(Error::Truncated { what: "the header".into(), need, have: bytes.len() as u64 })
            }
        }
    }

    /// The tensor with this name.
    pub fn tensor(&self, name: &str) -> Option<&TensorInfo> {
        self.index.get(name).map(|&i| &self.tensors[i])
    }

    /// The position of a tensor in [`Gguf::tensors`].
    pub fn tensor_index(&self, name: &str) -> Option<usize> {
        self.index.get(name).copied()
    }
}

struct Cursor<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Cursor<'a> {
    fn take(&mut self, n: usize) -> Result<&'a [u8], Stop> {
        let end = self.at.checked_add(n).ok_or_else(|| Error::header("a length overflows"))?;
        match self.bytes.get(self.at..end) {
            Some(slice) => {
                self.at = end;
                Ok(slice)
            }
            None => Err(Stop::NeedMore(end as u64)),
        }
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], Stop> {
        let mut out = [0; N];
        out.copy_from_slice(self.take(N)?);
        Ok(out)
    }

    fn u32(&mut self) -> Result<u32, Stop> {
        Ok(u32::from_le_bytes(self.array()?))
    }

    fn u64(&mut self) -> Result<u64, Stop> {
        Ok(u64::from_le_bytes(self.array()?))
    }

    /// `what` is put into words only when something is wrong: a vocabulary has a hundred thousand strings.
    fn string(&mut self, what: impl Display) -> Result<String, Stop> {
        let len = self.u64()?;
        if len > MAX_STRING {
            return Err(Error::header(format!("{what} claims a length of {len} bytes (at most {MAX_STRING})")).into());
        }
        Ok(String::from_utf8_lossy(self.take(len as usize)?).into_owned())
    }

    fn scalar(&mut self, kind: u32, key: &str) -> Result<Value, Stop> {
        Ok(match kind {
            0 => Value::U64(u64::from(self.array::<1>()?[0])),
            1 => Value::I64(i64::from(i8::from_le_bytes(self.array()?))),
            2 => Value::U64(u64::from(u16::from_le_bytes(self.array()?))),
            3 => Value::I64(i64::from(i16::from_le_bytes(self.array()?))),
            4 => Value::U64(u64::from(self.u32()?)),
            5 => Value::I64(i64::from(i32::from_le_bytes(self.array()?))),
            6 => Value::F64(f64::from(f32::from_le_bytes(self.array()?))),
            7 => match self.array::<1>()?[0] {
                0 => Value::Bool(false),
                1 => Value::Bool(true),
                other => return Err(Error::header(format!("metadata key {key:?} holds {other} as a boolean")).into()),
            },
            8 => Value::String(self.string(format_args!("metadata key {key:?}"))?),
            9 => Value::Array(self.metadata_array(key, 0)?),
            10 => Value::U64(self.u64()?),
            11 => Value::I64(i64::from_le_bytes(self.array()?)),
            12 => Value::F64(f64::from_le_bytes(self.array()?)),
            other => return Err(Error::header(format!("metadata key {key:?} has unknown value type {other}")).into()),
        })
    }

    fn metadata_array(&mut self, key: &str, depth: usize) -> Result<Array, Stop> {
        if depth > 4 {
            return Err(Error::header(format!("metadata key {key:?} nests arrays too deeply")).into());
        }
        let kind = self.u32()?;
        let len = self.u64()?;
        if len > MAX_ARRAY {
            return Err(Error::header(format!(
                "metadata key {key:?} claims {len} array elements (at most {MAX_ARRAY})"
            ))
            .into());
        }
        let len = len as usize;
        let width = match kind {
            0 | 1 | 7 => 1,
            2 | 3 => 2,
            4..=6 => 4,
            8 => 8,
            9 => 12,
            10..=12 => 8,
            other => return Err(Error::header(format!("metadata key {key:?} has unknown element type {other}")).into()),
        };
        // Nothing is reserved before the bytes for it are known to exist.
        if self.bytes.len() - self.at < len * width {
            return Err(Stop::NeedMore((self.at + len * width) as u64));
        }
        if kind == 9 {
            for _ in 0..len {
                self.metadata_array(key, depth + 1)?;
            }
            return Ok(Array::Nested(len));
        }
        if kind == 8 {
            let mut out = Vec::with_capacity(len);
            for _ in 0..len {
                out.push(self.string(format_args!("an element of metadata key {key:?}"))?);
            }
            return Ok(Array::String(out));
        }
        let mut unsigned = Vec::new();
        let mut signed = Vec::new();
        let mut floats = Vec::new();
        let mut bools = Vec::new();
        for _ in 0..len {
            match self.scalar(kind, key)? {
                Value::U64(v) => unsigned.push(v),
                Value::I64(v) => signed.push(v),
                Value::F64(v) => floats.push(v as f32),
                Value::Bool(v) => bools.push(v),
                Value::String(_) | Value::Array(_) => {
                    return Err(Error::header(format!("metadata key {key:?} mixes types")).into());
                }
            }
        }
        Ok(match kind {
            0 | 2 | 4 | 10 => Array::U64(unsigned),
            1 | 3 | 5 | 11 => Array::I64(signed),
            6 | 12 => Array::F32(floats),
            _ => Array::Bool(bools),
        })
    }

    fn header(&mut self) -> Result<Gguf, Stop> {
        // An HTML page of three bytes is still no GGUF file: compare what there is.
        let have = &self.bytes[..self.bytes.len().min(4)];
        if !b"GGUF".starts_with(have) {
            return Err(Error::NotGguf { found: String::from_utf8_lossy(have).into_owned() }.into());
        }
        self.take(4)?;
        let version = self.u32()?;
        if version.swap_bytes() == 3 || version.swap_bytes() == 2 {
            return Err(Error::header("the file is big-endian; only little-endian files are supported").into());
        }
        if !(2..=3).contains(&version) {
            return Err(Error::GgufVersion { version }.into());
        }
        let tensor_count = self.u64()?;
        let kv_count = self.u64()?;
        if tensor_count > MAX_TENSORS {
            return Err(Error::header(format!("it claims {tensor_count} tensors (at most {MAX_TENSORS})")).into());
        }
        if kv_count > MAX_KEY_VALUES {
            return Err(
                Error::header(format!("it claims {kv_count} metadata entries (at most {MAX_KEY_VALUES})")).into()
            );
        }
        let mut metadata = HashMap::new();
        for _ in 0..kv_count {
            let key = self.string("a metadata key")?;
            let kind = self.u32()?;
            let value = self.scalar(kind, &key)?;
            if metadata.contains_key(&key) {
                return Err(Error::header(format!("metadata key {key:?} occurs twice")).into());
            }
            metadata.insert(key, value);
        }
        let metadata = Metadata(metadata);
        let alignment = metadata.usize("general.alignment").map_err(Stop::Error)?.unwrap_or(32) as u64;
        if !alignment.is_power_of_two() || alignment > 1 << 16 {
            return Err(Error::header(format!("alignment {alignment} is not a power of two up to 65536")).into());
        }
        let mut tensors = Vec::new();
        for _ in 0..tensor_count {
            tensors.push(self.tensor_info(alignment)?);
        }
        let data_offset = (self.at as u64).next_multiple_of(alignment);
        for t in &mut tensors {
            t.offset += data_offset;
        }
        finish(version, metadata, tensors, data_offset).map_err(Stop::Error)
    }

    fn tensor_info(&mut self, alignment: u64) -> Result<TensorInfo, Stop> {
        let name = self.string("a tensor name")?;
        let dims = self.u32()?;
        // None at all is a single number; whoever reads a tensor wants it in the right shape.
        if dims > 4 {
            return Err(Error::header(format!("tensor {name:?} claims {dims} dimensions")).into());
        }
        let mut shape = Vec::with_capacity(4);
        // A dimension of 0 empties the tensor but hides no other: their product must fit in any order.
        let mut product = 1u64;
        for _ in 0..dims {
            let dim = self.u64()?;
            product = product
                .checked_mul(dim.max(1))
                .filter(|&n| n <= MAX_ELEMENTS)
                .ok_or_else(|| Error::header(format!("tensor {name:?} claims a dimension of {dim}")))?;
            shape.push(dim as usize);
        }
        let elements = if shape.contains(&0) { 0 } else { product };
        let dtype = GgmlType::from_id(self.u32()?);
        let offset = self.u64()?;
        if !offset.is_multiple_of(alignment) || offset > 1 << 48 {
            return Err(
                Error::header(format!("tensor {name:?} starts at {offset}, not at a multiple of {alignment}")).into()
            );
        }
        let Some((per_block, block_bytes)) = dtype.block() else {
            return Err(Error::UnsupportedType { tensor: name, dtype: dtype.to_string() }.into());
        };
        let columns = shape.first().copied().unwrap_or(1);
        if !columns.is_multiple_of(per_block) {
            return Err(Error::header(format!(
                "tensor {name:?}: rows of {columns} elements do not fill {dtype} blocks of {per_block}"
            ))
            .into());
        }
        shape.reverse();
        let size = elements / per_block as u64 * block_bytes as u64;
        Ok(TensorInfo { name, shape, dtype, offset, size })
    }
}

/// Checks what needs the whole directory: names are unique, ranges do not overlap.
fn finish(version: u32, metadata: Metadata, mut tensors: Vec<TensorInfo>, data_offset: u64) -> Result<Gguf> {
    // An empty tensor may stand where the next begins.
    tensors.sort_by_key(|t| (t.offset, t.size));
    let mut names = HashSet::new();
    for t in &tensors {
        if !names.insert(t.name.as_str()) {
            return Err(Error::header(format!("tensor {:?} occurs twice", t.name)));
        }
    }
    for pair in tensors.windows(2) {
        if pair[0].offset + pair[0].size > pair[1].offset {
            return Err(Error::header(format!(
                "tensors {:?} (bytes {}..{}) and {:?} (from {}) overlap",
                pair[0].name,
                pair[0].offset,
                pair[0].offset + pair[0].size,
                pair[1].name,
                pair[1].offset
            )));
        }
    }
    Ok(Gguf { version, metadata, data_offset, ..Gguf::of_tensors(tensors) })
}
