//! EPUB (W3C EPUB 3.3): the parts of the spine in their order, each XHTML.

use std::collections::HashMap;

use serde_json::json;

use super::ReadError;
use super::archive::{Archive, resolve};
use super::docx::title;
use super::html::read_part;
use super::lines::Blocks;
use super::xml::{Xml, walk};
use crate::document::Document;

/// Reads a book.
pub fn read(archive: &Archive<'_>) -> Result<Document, ReadError> {
    const CONTAINER: &str = "META-INF/container.xml";
    let mut package = None;
    walk(CONTAINER, &archive.text(CONTAINER)?, |event| {
        if let Xml::Open(element) = event
            && element.name == "rootfile"
        {
            package = package.take().or_else(|| element.attribute("full-path"));
        }
    })?;
    let package = package.ok_or_else(|| ReadError::damaged(CONTAINER, "names no package"))?;
    let text = archive.text(&package)?;
    let mut parts = HashMap::new();
    let mut spine = Vec::new();
    walk(&package, &text, |event| {
        if let Xml::Open(element) = event {
            match (element.name, element.attribute("id"), element.attribute("href"), element.attribute("idref")) {
                ("item", Some(id), Some(href), _) => {
                    parts.insert(id, resolve(&package, &plain(&href)));
                }
                ("itemref", _, _, Some(id)) => spine.push(id),
                _ => {}
            }
        }
    })?;
    let mut blocks = Blocks::default();
    let mut notices = Vec::new();
    for part in spine.iter().filter_map(|id| parts.get(id)) {
        match archive.text(part) {
            Ok(text) => {
                blocks.no_heading();
                blocks.base.insert("part".into(), json!(part));
                blocks = read_part(&text, blocks);
            }
            Err(error @ ReadError { code: "document_too_large", .. }) => return Err(error),
            Err(error) => notices.push(json!({ "code": error.code, "values": error.values })),
        }
    }
    Ok(Document { title: title(&text), blocks: blocks.list, notices, ..Document::default() })
}

/// A path without its escapes.
fn plain(href: &str) -> String {
    let mut bytes = Vec::with_capacity(href.len());
    let mut rest = href.as_bytes();
    while let [first, tail @ ..] = rest {
        let escape = tail.get(..2).filter(|_| *first == b'%').and_then(|d| std::str::from_utf8(d).ok());
        if let Some(byte) = escape.and_then(|digits| u8::from_str_radix(digits, 16).ok()) {
            bytes.push(byte);
            rest = &tail[2..];
        } else {
            bytes.push(*first);
            rest = tail;
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}
