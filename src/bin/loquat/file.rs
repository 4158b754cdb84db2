//! Model files on disk: the header from a growing prefix, then one tensor at a time by seek and read.
//! Also the small files and outputs of the commands, with errors that name the path.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom, Write};
use std::path::Path;

use loquat::gguf::{Gguf, Parsed, TensorInfo};
use loquat::{Error, Result};

/// An open model file with its header.
pub struct ModelFile {
    /// The header.
    pub gguf: Gguf,
    file: File,
    path: String,
}

impl ModelFile {
    /// Opens a file and reads its header.
    pub fn open(path: &Path) -> Result<Self> {
        let name = path.display().to_string();
        let failed = |e: std::io::Error| io_error(path, &e);
        let file = File::open(path).map_err(failed)?;
        let size = file.metadata().map_err(failed)?.len();
        let mut prefix = Vec::new();
        let mut want = size.min(4 << 20);
        loop {
            let more = want - prefix.len() as u64;
            (&file).take(more).read_to_end(&mut prefix).map_err(failed)?;
            match Gguf::parse(&prefix, Some(size))? {
                Parsed::Done(gguf) => return Ok(ModelFile { gguf: *gguf, file, path: name }),
                Parsed::NeedMore(bytes) if bytes > prefix.len() as u64 && bytes <= size => want = bytes,
                Parsed::NeedMore(need) => {
                    return Err(Error::Truncated { what: "the header".into(), need, have: size });
                }
            }
        }
    }

    /// `general.architecture`.
    pub fn architecture(&self) -> Result<&str> {
        self.gguf.metadata.need_str("general.architecture")
    }

    /// Reads every tensor that `wants` accepts, in file order, and hands it over.
    pub fn tensors(
        &mut self,
        wants: impl Fn(usize) -> bool,
        mut give: impl FnMut(usize, &TensorInfo, &[u8]) -> Result<()>,
    ) -> Result<()> {
        let mut bytes = Vec::new();
        for index in (0..self.gguf.tensors.len()).filter(|&i| wants(i)) {
            let info = &self.gguf.tensors[index];
            bytes.resize(info.size as usize, 0);
            let read = self.file.seek(SeekFrom::Start(info.offset)).and_then(|_| self.file.read_exact(&mut bytes));
            read.map_err(|e| io_error(Path::new(&self.path), &e))?;
            give(index, &self.gguf.tensors[index], &bytes)?;
        }
        Ok(())
    }
}

pub fn io_error(path: &Path, error: &std::io::Error) -> Error {
    Error::Io { path: path.display().to_string(), problem: error.to_string() }
}

/// A text file.
pub fn read_text(path: &Path) -> Result<String> {
    std::fs::read_to_string(path).map_err(|e| io_error(path, &e))
}

/// A JSON file.
pub fn read_json<T: serde::de::DeserializeOwned>(path: &Path) -> Result<T> {
    serde_json::from_str(&read_text(path)?).map_err(|e| Error::Io {
        path: path.display().to_string(),
        problem: format!("it is not the JSON that was expected: {e}"),
    })
}

/// Raw little-endian f32, written as it is computed.
pub struct FloatFile {
    out: std::io::BufWriter<File>,
    path: std::path::PathBuf,
}

impl FloatFile {
    pub fn create(path: &Path) -> Result<Self> {
        let file = File::create(path).map_err(|e| io_error(path, &e))?;
        Ok(FloatFile { out: std::io::BufWriter::new(file), path: path.to_owned() })
    }

    pub fn write(&mut self, values: &[f32]) -> Result<()> {
        let written = values.iter().try_for_each(|v| self.out.write_all(&v.to_le_bytes()));
        written.map_err(|e| io_error(&self.path, &e))
    }

    pub fn finish(mut self) -> Result<()> {
        self.out.flush().map_err(|e| io_error(&self.path, &e))
    }
}

/// A value as one line of JSON on stdout.
pub fn print_json(value: &serde_json::Value) -> Result<()> {
    print_bytes(format!("{value}\n").as_bytes())
}

/// Bytes on stdout, exactly.
pub fn print_bytes(bytes: &[u8]) -> Result<()> {
    let mut out = std::io::stdout().lock();
    let written = out.write_all(bytes).and_then(|()| out.flush());
    written.map_err(|e| Error::Io { path: "standard output".into(), problem: e.to_string() })
}
