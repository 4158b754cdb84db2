//! Files to documents: what the documents crate reads, and PDF through a program that prints its pages as JSON
//! (`{"title", "pages": [{"page", "label", "lines", "headings"}]}`, as xtask/read-pdf.mjs does).

use std::path::Path;
use std::process::Command;

use loquat::{Error, Result};
use loquat_documents::document::Document;
use loquat_documents::read::{pages, read};
use serde::Deserialize;

use crate::file::io_error;

#[derive(Deserialize)]
struct Paged {
    title: Option<String>,
    pages: Vec<pages::Page>,
}

/// Reads a file; a PDF needs a reader.
pub fn read_file(path: &Path, pdf_reader: Option<&Path>, password: Option<&str>) -> Result<Document> {
    let name = path.file_name().map_or_else(|| path.display().to_string(), |n| n.to_string_lossy().into_owned());
    let problem = |problem: String| Error::Io { path: path.display().to_string(), problem };
    let is_pdf = path.extension().is_some_and(|e| e.eq_ignore_ascii_case("pdf"));
    if !is_pdf {
        let bytes = std::fs::read(path).map_err(|e| io_error(path, &e))?;
        return read(&name, &bytes).map_err(|e| problem(e.to_string()));
    }
    let Some(reader) = pdf_reader else {
        return Err(problem("PDF is read by pdf.js: give --pdf-reader xtask/read-pdf.mjs (needs Node.js)".into()));
    };
    let mut command = Command::new("node");
    command.arg(reader).arg(path).args(password);
    let output = command.output().map_err(|e| problem(format!("node: {e}")))?;
    if !output.status.success() {
        return Err(problem(String::from_utf8_lossy(&output.stderr).trim().to_owned()));
    }
    let paged: Paged = serde_json::from_slice(&output.stdout).map_err(|e| problem(e.to_string()))?;
    Ok(pages::from_pages(&name, None, paged.title, &paged.pages))
}
