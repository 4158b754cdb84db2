//! Bytes of a file to a workbook. Which reader takes them is decided by the bytes first and by the name second.

mod archive;
mod delimited;
mod encoding;
mod excel;
mod json;
mod packed;
#[cfg(feature = "parquet")]
mod parquet;

use crate::error::{Result, TableError};
use crate::sheet::Sheet;

pub use delimited::Dialect;

/// Cells that one workbook may have.
pub const MOST_CELLS: u64 = 120_000_000;

/// What watches a file being read: counts cells, and tells how far it is.
struct Watch<'a> {
    name: &'a str,
    cells: u64,
    tell: &'a mut dyn FnMut(f64),
}

/// Cells between two times that it is told how far a file has been read.
const TOLD_EVERY: u64 = 1 << 16;

impl Watch<'_> {
    /// One more cell was read; `share` says how much of the file.
    fn cell(&mut self, share: impl FnOnce() -> f64) -> Result<()> {
        self.cells += 1;
        if self.cells > MOST_CELLS {
            let (name, found) = (self.name.into(), self.cells);
            return Err(TableError::TooLarge { name, what: "cells", found, limit: MOST_CELLS });
        }
        if self.cells.is_multiple_of(TOLD_EVERY) {
            (self.tell)(share());
        }
        Ok(())
    }
}

#[cfg(test)]
impl<'a> Watch<'a> {
    fn silent(name: &'a str) -> Self {
        Watch { name, cells: 0, tell: Box::leak(Box::new(|_| {})) }
    }
}

/// What a file holds.
#[derive(Debug, Clone, Default)]
pub struct Workbook {
    /// The file's name.
    pub name: String,
    /// Which reader took it: `xlsx`, `xlsb`, `xls`, `ods`, `csv`, `json`, `parquet`.
    pub format: &'static str,
    /// How a text file was read.
    pub dialect: Option<Dialect>,
    /// Its sheets, in order.
    pub sheets: Vec<Sheet>,
}

impl Workbook {
    /// Reads a file.
    pub fn open(name: &str, bytes: &[u8]) -> Result<Self> {
        Workbook::open_watched(name, bytes, &mut |_| {})
    }

    /// Reads a file, and tells now and then which share of it has been read.
    pub fn open_watched(name: &str, bytes: &[u8], tell: &mut dyn FnMut(f64)) -> Result<Self> {
        if packed::is_packed(bytes) {
            return packed::read(name, bytes);
        }
        let watch = &mut Watch { name, cells: 0, tell };
        let ending = name.rsplit('.').next().unwrap_or_default().to_ascii_lowercase();
        let mut dialect = None;
        let (format, mut sheets) = match bytes {
            [b'P', b'K', 3 | 5, ..] => excel::read_zip(watch, bytes)?,
            [0xD0, 0xCF, 0x11, 0xE0, ..] => ("xls", excel::read_xls(watch, bytes)?),
            [b'P', b'A', b'R', b'1', ..] => ("parquet", read_parquet(name, bytes)?),
            _ => {
                if is_binary(bytes) {
                    return Err(TableError::UnknownFormat { name: name.into() });
                }
                let text = encoding::decode(bytes);
                let start = text.text.trim_start().chars().next();
                let json = matches!(ending.as_str(), "json" | "jsonl" | "ndjson")
                    || (matches!(start, Some('{' | '[')) && !matches!(ending.as_str(), "csv" | "tsv" | "tab" | "txt"));
                if json {
                    ("json", vec![json::read(name, &text.text)?])
                } else {
                    let (sheet, found) = delimited::read(watch, &text, &ending)?;
                    dialect = Some(found);
                    ("csv", vec![sheet])
                }
            }
        };
        sheets.iter_mut().for_each(Sheet::finish);
        Ok(Workbook { name: name.into(), format, dialect, sheets })
    }

    /// The workbook as it was read, to be kept: opening this reads nothing anew.
    pub fn pack(&self) -> Vec<u8> {
        packed::write(self)
    }

    /// A sheet by name; the first that is not hidden where no name is given.
    pub fn sheet(&self, name: Option<&str>) -> Result<&Sheet> {
        let found = match name {
            Some(name) => self.sheets.iter().find(|s| s.name == name),
            None => {
                let shown = |s: &&Sheet| !s.hidden && s.cells() > 0;
                self.sheets.iter().find(shown).or_else(|| self.sheets.first())
            }
        };
        found.ok_or_else(|| TableError::NoSheet {
            name: name.unwrap_or_default().into(),
            known: self.sheets.iter().map(|s| s.name.clone()).collect(),
        })
    }
}

#[cfg(feature = "parquet")]
fn read_parquet(name: &str, bytes: &[u8]) -> Result<Vec<Sheet>> {
    Ok(vec![parquet::read(name, bytes)?])
}

#[cfg(not(feature = "parquet"))]
fn read_parquet(name: &str, _: &[u8]) -> Result<Vec<Sheet>> {
    Err(TableError::UnknownFormat { name: name.into() })
}

/// Text has no zero bytes, but for UTF-16, where every second one may be.
fn is_binary(bytes: &[u8]) -> bool {
    let head = &bytes[..bytes.len().min(4096)];
    if matches!(head, [0xFF, 0xFE, ..] | [0xFE, 0xFF, ..]) {
        return false;
    }
    let zeros = |start: usize| head.iter().skip(start).step_by(2).filter(|b| **b == 0).count();
    let (even, odd) = (zeros(0), zeros(1));
    even > 0 && odd > 0
}

/// An error for a file that a reader gave up on.
fn damaged(name: &str, problem: impl ToString) -> TableError {
    TableError::Damaged { name: name.into(), problem: problem.to_string() }
}
