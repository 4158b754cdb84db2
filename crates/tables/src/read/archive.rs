//! What is checked of a zip before a reader unpacks it: bombs, sizes that lie, entities in XML.

use std::io::{Cursor, Read};

use zip::ZipArchive;

use super::damaged;
use crate::error::{Result, TableError};

/// Bytes that all parts together may unpack to.
const MOST_UNPACKED: u64 = 3 << 30;
/// Bytes that parts which are held in memory may unpack to, each.
const MOST_HELD: u64 = 1 << 30;
/// Parts that a workbook may have.
const MOST_PARTS: u64 = 100_000;
/// No honest sheet packs better; deflate itself ends at 1032.
const BEST_RATIO: u64 = 400;
/// Below this a part's ratio says nothing.
const SMALL: u64 = 64 << 20;
/// A packed part below this cannot unpack to more than a second's work.
const CHECKED_FROM: u64 = 256 << 10;

/// Refuses what would not end, and says which kind of workbook it is: `xlsx`, `xlsb` or `ods`.
pub fn check(name: &str, bytes: &[u8]) -> Result<&'static str> {
    let mut archive = ZipArchive::new(Cursor::new(bytes)).map_err(|e| damaged(name, e))?;
    let too_large = |what, found, limit| TableError::TooLarge { name: name.into(), what, found, limit };
    if archive.len() as u64 > MOST_PARTS {
        return Err(too_large("parts", archive.len() as u64, MOST_PARTS));
    }
    let mut total: u64 = 0;
    let mut format = None;
    for index in 0..archive.len() {
        let mut part = archive.by_index(index).map_err(|e| locked(name, &e))?;
        let path = part.name().map_err(|e| damaged(name, e))?.into_owned();
        let (packed, size) = (part.compressed_size(), part.size());
        total = total.saturating_add(size);
        if total > MOST_UNPACKED {
            return Err(too_large("bytes", total, MOST_UNPACKED));
        }
        if size > SMALL && size / packed.max(1) > BEST_RATIO {
            return Err(too_large("bytes", size, packed.max(1) * BEST_RATIO));
        }
        if !path.contains("sheet") && !path.contains("media") && size > MOST_HELD {
            return Err(too_large("bytes", size, MOST_HELD));
        }
        match path.as_str() {
            "xl/workbook.bin" => format = Some("xlsb"),
            "xl/workbook.xml" => format = format.or(Some("xlsx")),
            "content.xml" => format = format.or(Some("ods")),
            _ => {}
        }
        let xml = path.ends_with(".xml") || path.ends_with(".rels");
        if !xml && !path.ends_with(".bin") {
            continue;
        }
        let mut head = [0; 1024];
        let read = read_head(&mut part, &mut head).map_err(|e| damaged(name, e))?;
        if xml && head[..read].windows(9).any(|w| w == b"<!DOCTYPE" || w == b"<!ENTITY ") {
            let problem = format!("{path} declares a document type, as files that attack a reader do");
            return Err(TableError::Hostile { name: name.into(), problem });
        }
        if packed > CHECKED_FROM {
            let rest = std::io::copy(&mut part.take(size.saturating_sub(read as u64) + 1), &mut std::io::sink());
            let rest = rest.map_err(|e| damaged(name, e))?;
            if rest + read as u64 != size {
                return Err(damaged(name, format!("{path} is not of the size that it declares")));
            }
        }
    }
    // A zip of something else, as a document, has none of the parts.
    let other = || TableError::UnknownFormat { name: name.into() };
    format.ok_or_else(other)
}

fn read_head(part: &mut impl Read, head: &mut [u8]) -> std::io::Result<usize> {
    let mut read = 0;
    while read < head.len() {
        match part.read(&mut head[read..])? {
            0 => break,
            n => read += n,
        }
    }
    Ok(read)
}

fn locked(name: &str, error: &zip::result::ZipError) -> TableError {
    let text = error.to_string();
    if text.to_ascii_lowercase().contains("password") {
        return TableError::Locked { name: name.into() };
    }
    damaged(name, text)
}
