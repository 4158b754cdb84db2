//! Parts of a zip archive, each unpacked when it is asked for and never beyond the limits.

use std::cell::Cell;
use std::collections::HashMap;

use serde_json::json;

use super::ReadError;

/// What an archive may unpack to.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Bytes of one part.
    pub part: usize,
    /// Bytes of all parts that are read.
    pub all: usize,
    /// Parts that are listed.
    pub parts: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Limits { part: 64 << 20, all: 256 << 20, parts: 65_536 }
    }
}

/// An archive in memory.
pub struct Archive<'a> {
    name: String,
    zip: rawzip::ZipSliceArchive<&'a [u8]>,
    parts: HashMap<String, (rawzip::ZipArchiveEntryWayfinder, rawzip::CompressionMethod)>,
    limits: Limits,
    left: Cell<usize>,
}

impl<'a> Archive<'a> {
    /// Reads the directory.
    ///
    /// # Errors
    /// A damaged directory, or too many parts.
    pub fn open(name: &str, bytes: &'a [u8], limits: Limits) -> Result<Self, ReadError> {
        let zip = rawzip::ZipArchive::from_slice(bytes).map_err(|e| ReadError::damaged(name, e))?;
        let mut parts = HashMap::new();
        let mut entries = zip.entries();
        while let Some(entry) = entries.next_entry().map_err(|e| ReadError::damaged(name, e))? {
            if parts.len() >= limits.parts {
                return Err(ReadError::new("document_too_large", json!({ "part": name, "limit": limits.parts })));
            }
            let path = String::from_utf8_lossy(entry.file_path().as_ref()).trim_start_matches('/').to_owned();
            parts.entry(path).or_insert((entry.wayfinder(), entry.compression_method()));
        }
        Ok(Archive { name: name.to_owned(), zip, parts, limits, left: Cell::new(limits.all) })
    }

    /// Whether there is a part of this name.
    pub fn has(&self, part: &str) -> bool {
        self.parts.contains_key(part)
    }

    /// The names of parts that begin and end like this, in the order of their numbers.
    pub fn matching(&self, start: &str, end: &str) -> Vec<String> {
        let mut names: Vec<String> =
            self.parts.keys().filter(|n| n.starts_with(start) && n.ends_with(end)).cloned().collect();
        names.sort_by(|a, b| a.len().cmp(&b.len()).then(a.cmp(b)));
        names
    }

    /// A part's text.
    ///
    /// # Errors
    /// A part that is missing, damaged, packed in an unknown way or larger than the limits.
    pub fn text(&self, part: &str) -> Result<String, ReadError> {
        let named = format!("{}: {part}", self.name);
        let Some(&(wayfinder, method)) = self.parts.get(part) else {
            return Err(ReadError::damaged(&named, "missing"));
        };
        let entry = self.zip.get_entry(wayfinder).map_err(|e| ReadError::damaged(&named, e))?;
        let limit = self.limits.part.min(self.left.get());
        let too_large = || ReadError::new("document_too_large", json!({ "part": named, "limit": limit }));
        let bytes = match method {
            rawzip::CompressionMethod::STORE if entry.data().len() > limit => return Err(too_large()),
            rawzip::CompressionMethod::STORE => entry.data().to_vec(),
            rawzip::CompressionMethod::DEFLATE => {
                use miniz_oxide::inflate::{TINFLStatus, decompress_to_vec_with_limit};
                decompress_to_vec_with_limit(entry.data(), limit).map_err(|e| match e.status {
                    TINFLStatus::HasMoreOutput => too_large(),
                    status => ReadError::damaged(&named, format!("{status:?}")),
                })?
            }
            other => return Err(ReadError::damaged(&named, format!("packed by {other:?}"))),
        };
        self.left.set(self.left.get() - bytes.len());
        super::decode(&named, &bytes)
    }
}

/// A path of a part from a relation's target, which is relative to the folder of `from` or absolute.
pub fn resolve(from: &str, target: &str) -> String {
    let target = target.split('#').next().unwrap_or_default();
    let mut folders: Vec<&str> = match target.strip_prefix('/') {
        Some(_) => Vec::new(),
        None => from.rsplit_once('/').map_or(Vec::new(), |(folder, _)| folder.split('/').collect()),
    };
    for step in target.split('/') {
        match step {
            "" | "." => {}
            ".." => {
                folders.pop();
            }
            step => folders.push(step),
        }
    }
    folders.join("/")
}
