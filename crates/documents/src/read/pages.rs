//! Pages of text to a document, as the page's PDF reader gives them: lines in reading order. What stands at the top or
//! the bottom of most pages is dropped, hyphens at ends of lines are joined.

use std::collections::{HashMap, HashSet};

use serde::Deserialize;
use serde_json::{Value, json};

use super::lines::join;
use crate::document::{Block, BlockKind, Document, Place};

/// A page.
#[derive(Debug, Clone, Default, Deserialize)]
pub struct Page {
    /// From 1.
    pub page: u32,
    /// What is printed on it: `iv`, `A-3`.
    #[serde(default)]
    pub label: Option<String>,
    /// Lines in reading order; an empty one parts paragraphs.
    pub lines: Vec<String>,
    /// The levels of headings among the lines, by the line's number from 0.
    #[serde(default)]
    pub headings: HashMap<String, u8>,
    /// Sections of the file's outline that begin on it, in order.
    #[serde(default)]
    pub sections: Vec<Section>,
}

/// A section of the outline.
#[derive(Debug, Clone, Default, Deserialize)]
pub struct Section {
    /// The number of the line, from 0, before which it begins.
    pub line: usize,
    /// How deep it is; `1` is the highest level.
    pub level: u8,
    /// What it is called.
    pub title: String,
}

/// Lines at an end of the page that may be a header or a footer.
const MARGIN: usize = 2;

/// Makes a document of pages.
pub fn from_pages(name: &str, hash: Option<String>, title: Option<String>, pages: &[Page]) -> Document {
    let repeated = repeated(pages);
    // The first of each stays, so that it can be found.
    let mut met: HashSet<String> = HashSet::new();
    let mut blocks = Vec::new();
    let mut empty = 0u32;
    // Lines in large print are headings within the section of the outline that they stand in.
    let mut depth = 0u8;
    for page in pages {
        let label = page.label.clone().unwrap_or_else(|| page.page.to_string());
        let place = Place { label, anchor: json!({ "page": page.page }) };
        let mut push = |kind, text: String| {
            if !text.trim().is_empty() {
                blocks.push(Block { kind, text, place: place.clone() });
            }
        };
        let mut paragraph: Vec<&str> = Vec::new();
        let kept: Vec<&str> = page.lines.iter().map(String::as_str).collect();
        if kept.iter().all(|line| line.trim().is_empty()) {
            empty += 1;
        }
        // A page with nothing else is no page of headers.
        let alone = kept.iter().all(|line| line.trim().is_empty() || repeated.contains_key(&shape(line)));
        let mut sections = page.sections.iter().peekable();
        for (n, line) in kept.iter().enumerate() {
            while let Some(section) = sections.next_if(|section| section.line <= n) {
                push(BlockKind::Paragraph, join(paragraph.drain(..)));
                push(BlockKind::Section(section.level), section.title.clone());
                depth = section.level;
            }
            let margin =
                !alone && is_margin(&kept, n) && repeated.contains_key(&shape(line)) && !met.insert(shape(line));
            let heading = page.headings.get(&n.to_string());
            if line.trim().is_empty() || margin || heading.is_some() {
                push(BlockKind::Paragraph, join(paragraph.drain(..)));
            }
            match heading {
                Some(&level) if !margin => {
                    push(BlockKind::Heading(level.saturating_add(depth)), line.trim().to_owned())
                }
                None if !margin => paragraph.push(line),
                _ => {}
            }
        }
        push(BlockKind::Paragraph, join(paragraph.drain(..)));
        for section in sections {
            push(BlockKind::Section(section.level), section.title.clone());
            depth = section.level;
        }
    }
    let mut notices: Vec<Value> = Vec::new();
    if empty > 0 {
        notices.push(json!({ "code": "document_without_text", "values": { "pages": empty, "of": pages.len() } }));
    }
    Document { name: name.to_owned(), hash, title, blocks, notices }
}

/// Whether a line is among the first or last ones with text.
fn is_margin(lines: &[&str], n: usize) -> bool {
    let text = |range: &[&str]| range.iter().filter(|l| !l.trim().is_empty()).count();
    text(&lines[..n]) < MARGIN || text(&lines[n + 1..]) < MARGIN
}

/// A line with its numbers alike.
fn shape(line: &str) -> String {
    let mut shape = String::new();
    for c in line.trim().chars() {
        let c = if c.is_ascii_digit() { '0' } else { c };
        if c != '0' || !shape.ends_with('0') {
            shape.push(c);
        }
    }
    shape
}

/// The shapes of lines that stand at an end of more than half of the pages, or of half of each kind of side.
fn repeated(pages: &[Page]) -> HashMap<String, usize> {
    let mut counts: HashMap<String, usize> = HashMap::new();
    for page in pages {
        let lines: Vec<&str> = page.lines.iter().map(String::as_str).collect();
        let mut seen = Vec::new();
        for (n, line) in lines.iter().enumerate() {
            if !line.trim().is_empty() && is_margin(&lines, n) {
                let shape = shape(line);
                if !seen.contains(&shape) {
                    seen.push(shape.clone());
                    *counts.entry(shape).or_default() += 1;
                }
            }
        }
    }
    let enough = (pages.len() * 2 / 5).max(3);
    counts.retain(|_, count| *count >= enough);
    counts
}
