//! Files to documents: the kind is told by the file's first bytes and by its name. PDF is read by the page, see `pages`.

mod archive;
mod docx;
mod epub;
mod html;
mod lines;
mod markdown;
pub mod pages;
mod plain;
mod pptx;
mod subtitles;
mod xml;

use serde_json::{Value, json};

use crate::document::Document;

pub use archive::Limits;

/// Why a file was not read: a code for the page's words, and the values that stand in them.
#[derive(Debug, Clone, PartialEq)]
pub struct ReadError {
    /// Which.
    pub code: &'static str,
    /// The culprit and the numbers.
    pub values: Value,
}

impl ReadError {
    fn new(code: &'static str, values: Value) -> Self {
        ReadError { code, values }
    }

    /// A part of the file that is damaged.
    fn damaged(part: &str, problem: impl ToString) -> Self {
        ReadError::new("document_damaged", json!({ "part": part, "problem": problem.to_string() }))
    }
}

impl std::fmt::Display for ReadError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let value = |key: &str| self.values[key].as_str().map_or_else(|| self.values[key].to_string(), str::to_owned);
        match self.code {
            "document_damaged" => write!(f, "{} is damaged: {}", value("part"), value("problem")),
            "document_too_large" => {
                write!(f, "{} unpacks to more than {} bytes: not read", value("part"), value("limit"))
            }
            "document_entities" => write!(f, "{} defines XML entities: not read", value("part")),
            "document_encoding" => write!(f, "{}: neither UTF-8 nor UTF-16: save it as UTF-8", value("name")),
            "document_kind" => {
                write!(f, "{}: files of this kind are not read here ({})", value("name"), value("reads"))
            }
            code => write!(f, "{code}: {}", self.values),
        }
    }
}

impl std::error::Error for ReadError {}

/// What the names of files that are read end with.
pub const READS: &str = "docx, pptx, epub, html, md, txt, srt, vtt, source code";

/// Names of source code and of data that is read as lines.
const CODE: &str = " rs py js mjs ts tsx jsx c h cc cpp hpp cs go java kt swift rb php pl lua sh bash zsh ps1 sql r jl scala \
    hs ml ex exs erl clj dart m mm vue svelte css scss toml yaml yml ini cfg conf json xml proto gradle cmake tex bib log ";

/// Reads a file.
///
/// # Errors
/// [`ReadError`] with the culprit: a kind that is not read, a damaged part, more than the limits.
pub fn read(name: &str, bytes: &[u8]) -> Result<Document, ReadError> {
    let extension = name.rsplit_once('.').map(|(_, e)| e.to_ascii_lowercase()).unwrap_or_default();
    let mut document = if bytes.starts_with(b"PK\x03\x04") {
        let archive = archive::Archive::open(name, bytes, Limits::default())?;
        if archive.has("word/document.xml") {
            docx::read(&archive)?
        } else if archive.has("ppt/presentation.xml") {
            pptx::read(&archive)?
        } else if archive.has("META-INF/container.xml") {
            epub::read(&archive)?
        } else {
            return Err(ReadError::new("document_kind", json!({ "name": name, "reads": READS })));
        }
    } else if bytes.starts_with(b"%PDF") || bytes.starts_with(&[0xD0, 0xCF, 0x11, 0xE0]) {
        return Err(ReadError::new("document_kind", json!({ "name": name, "reads": READS })));
    } else {
        let text = decode(name, bytes)?;
        let start = text.trim_start().get(..14).unwrap_or_default().to_ascii_lowercase();
        match extension.as_str() {
            "html" | "htm" | "xhtml" => html::read(&text),
            "md" | "markdown" | "mdx" => markdown::read(&text),
            "srt" | "vtt" => subtitles::read(&text),
            _ if start.starts_with("<!doctype html") || start.starts_with("<html") => html::read(&text),
            _ if CODE.contains(&format!(" {extension} ")) => plain::code(&text),
            _ => plain::text(&text),
        }
    };
    document.name = name.to_owned();
    Ok(document)
}

/// Text of a file in UTF-8 or UTF-16.
fn decode(name: &str, bytes: &[u8]) -> Result<String, ReadError> {
    let utf16 = |bytes: &[u8], unit: fn([u8; 2]) -> u16| {
        let units: Vec<u16> = bytes.chunks_exact(2).map(|b| unit([b[0], b[1]])).collect();
        String::from_utf16_lossy(&units)
    };
    match bytes {
        [0xFF, 0xFE, rest @ ..] => Ok(utf16(rest, u16::from_le_bytes)),
        [0xFE, 0xFF, rest @ ..] => Ok(utf16(rest, u16::from_be_bytes)),
        [0xEF, 0xBB, 0xBF, rest @ ..] => Ok(String::from_utf8_lossy(rest).into_owned()),
        _ if bytes.contains(&0) => Err(ReadError::new("document_kind", json!({ "name": name, "reads": READS }))),
        _ => match std::str::from_utf8(bytes) {
            Ok(text) => Ok(text.to_owned()),
            Err(_) => Err(ReadError::new("document_encoding", json!({ "name": name }))),
        },
    }
}

#[cfg(test)]
mod tests;
