//! Writes GGUF bytes for tests: well-formed by default, and wrong in any field where a test asks for it.
#![allow(dead_code, reason = "every test binary uses a part of this")]

/// One metadata value in the width it is written with.
#[derive(Debug, Clone, PartialEq)]
pub enum Val {
    U8(u8),
    I8(i8),
    U16(u16),
    I16(i16),
    U32(u32),
    I32(i32),
    F32(f32),
    Bool(bool),
    Str(String),
    U64(u64),
    I64(i64),
    F64(f64),
    /// Element type, and elements of that type.
    Array(u32, Vec<Val>),
}

impl Val {
    /// GGUF's number of the type.
    pub fn kind(&self) -> u32 {
        match self {
            Val::U8(_) => 0,
            Val::I8(_) => 1,
            Val::U16(_) => 2,
            Val::I16(_) => 3,
            Val::U32(_) => 4,
            Val::I32(_) => 5,
            Val::F32(_) => 6,
            Val::Bool(_) => 7,
            Val::Str(_) => 8,
            Val::Array(..) => 9,
            Val::U64(_) => 10,
            Val::I64(_) => 11,
            Val::F64(_) => 12,
        }
    }

    fn write(&self, out: &mut Vec<u8>) {
        match self {
            Val::U8(v) => out.push(*v),
            Val::I8(v) => out.extend(v.to_le_bytes()),
            Val::U16(v) => out.extend(v.to_le_bytes()),
            Val::I16(v) => out.extend(v.to_le_bytes()),
            Val::U32(v) => out.extend(v.to_le_bytes()),
            Val::I32(v) => out.extend(v.to_le_bytes()),
            Val::F32(v) => out.extend(v.to_le_bytes()),
            Val::Bool(v) => out.push(u8::from(*v)),
            Val::Str(v) => string(v, out),
            Val::U64(v) => out.extend(v.to_le_bytes()),
            Val::I64(v) => out.extend(v.to_le_bytes()),
            Val::F64(v) => out.extend(v.to_le_bytes()),
            Val::Array(kind, elements) => {
                out.extend(kind.to_le_bytes());
                out.extend((elements.len() as u64).to_le_bytes());
                elements.iter().for_each(|e| e.write(out));
            }
        }
    }
}

/// One directory entry; every field is written as it stands.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    pub name: String,
    /// Fastest dimension first, as in the file.
    pub dims: Vec<u64>,
    pub dtype: u32,
    /// Relative to the start of the data.
    pub offset: u64,
}

/// A file to be written.
#[derive(Debug, Clone, PartialEq)]
pub struct GgufWriter {
    pub version: u32,
    pub metadata: Vec<(String, Val)>,
    pub entries: Vec<Entry>,
    pub data: Vec<u8>,
    /// Counts to claim instead of the true ones.
    pub claimed_tensors: Option<u64>,
    pub claimed_keys: Option<u64>,
    pub alignment: u64,
}

impl GgufWriter {
    pub fn new() -> Self {
        GgufWriter {
            version: 3,
            metadata: Vec::new(),
            entries: Vec::new(),
            data: Vec::new(),
            claimed_tensors: None,
            claimed_keys: None,
            alignment: 32,
        }
    }

    pub fn key(mut self, name: &str, value: Val) -> Self {
        self.metadata.push((name.into(), value));
        self
    }

    /// Appends a tensor behind the data so far, aligned.
    pub fn tensor(mut self, name: &str, dims: &[u64], dtype: u32, bytes: &[u8]) -> Self {
        self.data.resize(self.data.len().next_multiple_of(self.alignment as usize), 0);
        let offset = self.data.len() as u64;
        self.entries.push(Entry { name: name.into(), dims: dims.into(), dtype, offset });
        self.data.extend(bytes);
        self
    }

    /// Appends a directory entry only.
    pub fn entry(mut self, name: &str, dims: &[u64], dtype: u32, offset: u64) -> Self {
        self.entries.push(Entry { name: name.into(), dims: dims.into(), dtype, offset });
        self
    }

    /// The bytes up to the end of the directory, without padding.
    pub fn header(&self) -> Vec<u8> {
        let mut out = b"GGUF".to_vec();
        out.extend(self.version.to_le_bytes());
        out.extend(self.claimed_tensors.unwrap_or(self.entries.len() as u64).to_le_bytes());
        out.extend(self.claimed_keys.unwrap_or(self.metadata.len() as u64).to_le_bytes());
        for (name, value) in &self.metadata {
            string(name, &mut out);
            out.extend(value.kind().to_le_bytes());
            value.write(&mut out);
        }
        for Entry { name, dims, dtype, offset } in &self.entries {
            string(name, &mut out);
            out.extend((dims.len() as u32).to_le_bytes());
            dims.iter().for_each(|d| out.extend(d.to_le_bytes()));
            out.extend(dtype.to_le_bytes());
            out.extend(offset.to_le_bytes());
        }
        out
    }

    /// The whole file.
    pub fn bytes(&self) -> Vec<u8> {
        let mut out = self.header();
        out.resize(out.len().next_multiple_of(self.alignment.max(1) as usize), 0);
        out.extend(&self.data);
        out
    }
}

fn string(text: &str, out: &mut Vec<u8>) {
    out.extend((text.len() as u64).to_le_bytes());
    out.extend(text.as_bytes());
}
