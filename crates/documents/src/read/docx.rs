//! Word documents (ISO/IEC 29500, WordprocessingML): body, tables, text boxes, notes, comments, headers and footers.

use std::collections::HashMap;

use super::ReadError;
use super::archive::Archive;
use super::lines::Blocks;
use super::xml::{Xml, walk};
use crate::document::{BlockKind, Document};

/// Reads a document.
pub fn read(archive: &Archive<'_>) -> Result<Document, ReadError> {
    let levels =
        if archive.has("word/styles.xml") { levels(&archive.text("word/styles.xml")?)? } else { HashMap::new() };
    let mut story = Story { levels, ..Story::default() };
    story.read("word/document.xml", &archive.text("word/document.xml")?)?;
    let aside = [
        ("footnotes", "footnotes"),
        ("endnotes", "endnotes"),
        ("comments", "comments"),
        ("header", "header"),
        ("footer", "footer"),
    ];
    for (start, part) in aside {
        for name in archive.matching(&format!("word/{start}"), ".xml") {
            story.note = true;
            story.blocks.no_heading();
            story.blocks.base.insert("part".into(), part.into());
            story.read(&name, &archive.text(&name)?)?;
        }
    }
    let title = if archive.has("docProps/core.xml") { title(&archive.text("docProps/core.xml")?) } else { None };
    Ok(Document { title, blocks: story.blocks.list, ..Document::default() })
}

/// The levels of headings by their styles' ids.
fn levels(styles: &str) -> Result<HashMap<String, u8>, ReadError> {
    let mut levels = HashMap::new();
    let mut id = String::new();
    walk("word/styles.xml", styles, |event| {
        if let Xml::Open(element) = event {
            match element.name {
                "style" => id = element.attribute("styleId").unwrap_or_default(),
                "name" => {
                    let name = element.attribute("val").unwrap_or_default().to_lowercase();
                    let level = name.strip_prefix("heading ").and_then(|n| n.parse::<u8>().ok());
                    if let Some(level) = level.or((name == "title").then_some(1)).filter(|l| (1..=9).contains(l)) {
                        levels.insert(id.clone(), level);
                    }
                }
                "outlineLvl" => {
                    if let Some(level) = element.attribute("val").and_then(|v| v.parse::<u8>().ok()).filter(|l| *l < 9)
                    {
                        levels.entry(id.clone()).or_insert(level + 1);
                    }
                }
                _ => {}
            }
        }
    })?;
    Ok(levels)
}

/// `dc:title`, if it is one.
pub fn title(core: &str) -> Option<String> {
    let mut title = String::new();
    let mut inside = false;
    let walked = walk("title", core, |event| match event {
        Xml::Open(element) => inside = element.name == "title" && title.is_empty(),
        Xml::Close(_) => inside = false,
        Xml::Text(text) if inside => title.push_str(text),
        Xml::Text(_) => {}
    });
    walked.ok()?;
    Some(title.trim().to_owned()).filter(|t| !t.is_empty())
}

/// A paragraph that is open; a text box puts paragraphs within paragraphs.
#[derive(Default)]
struct Paragraph {
    text: String,
    kind: Option<BlockKind>,
}

#[derive(Default)]
struct Story {
    levels: HashMap<String, u8>,
    blocks: Blocks,
    note: bool,
    open: Vec<Paragraph>,
    /// Rows of tables that are open: the cells before, and the one that is read.
    rows: Vec<(Vec<String>, String)>,
    /// Text boxes that are open: their paragraphs stand outside of the row around them.
    boxes: usize,
    fallback: usize,
    in_text: bool,
    separator: bool,
}

impl Story {
    fn read(&mut self, name: &str, text: &str) -> Result<(), ReadError> {
        walk(name, text, |event| self.event(event))
    }

    fn event(&mut self, event: Xml<'_>) {
        match event {
            Xml::Open(element) if element.name == "Fallback" => self.fallback += 1,
            Xml::Close("Fallback") => self.fallback = self.fallback.saturating_sub(1),
            // What stands in a fallback stands in the choice before it, too.
            _ if self.fallback > 0 => {}
            Xml::Open(element) => match element.name {
                "p" => self.open.push(Paragraph::default()),
                "t" => self.in_text = true,
                "tab" | "br" | "cr" | "ptab" => self.put(if element.name == "tab" { " " } else { "\n" }),
                "noBreakHyphen" => self.put("-"),
                "pStyle" | "outlineLvl" => {
                    let value = element.attribute("val").unwrap_or_default();
                    let level = match element.name {
                        "pStyle" => self.levels.get(&value).copied(),
                        _ => value.parse::<u8>().ok().filter(|l| *l < 9).map(|l| l + 1),
                    };
                    if let (Some(paragraph), Some(level)) = (self.open.last_mut(), level) {
                        paragraph.kind = Some(BlockKind::Heading(level));
                    }
                }
                "numPr" => {
                    if let Some(paragraph) = self.open.last_mut() {
                        paragraph.kind.get_or_insert(BlockKind::Item);
                    }
                }
                "tr" => self.rows.push(Default::default()),
                "txbxContent" => self.boxes += 1,
                "footnote" | "endnote" => self.separator = element.attribute("type").is_some_and(|t| t != "normal"),
                _ => {}
            },
            Xml::Close(name) => match name {
                "p" => self.paragraph_ends(),
                "t" => self.in_text = false,
                "tc" => {
                    if let Some((cells, cell)) = self.rows.last_mut() {
                        cells.push(std::mem::take(cell).split_whitespace().collect::<Vec<_>>().join(" "));
                    }
                }
                "tr" => {
                    if let Some((cells, _)) = self.rows.pop() {
                        match self.rows.last_mut() {
                            // A table within a cell is text of that cell.
                            Some((_, cell)) => {
                                cell.push(' ');
                                cell.push_str(&cells.join(" "));
                            }
                            None => self.blocks.push(BlockKind::Row, &cells.join("\t")),
                        }
                    }
                }
                "txbxContent" => self.boxes = self.boxes.saturating_sub(1),
                "footnote" | "endnote" => self.separator = false,
                _ => {}
            },
            Xml::Text(text) => {
                if self.in_text {
                    self.put(text);
                }
            }
        }
    }

    fn put(&mut self, text: &str) {
        if let Some(paragraph) = self.open.last_mut() {
            paragraph.text.push_str(text);
        }
    }

    fn paragraph_ends(&mut self) {
        let Some(paragraph) = self.open.pop() else { return };
        if let (Some((_, cell)), 0) = (self.rows.last_mut(), self.boxes) {
            cell.push(' ');
            cell.push_str(&paragraph.text);
        } else if !self.separator {
            let kind = if self.note { BlockKind::Note } else { paragraph.kind.unwrap_or(BlockKind::Paragraph) };
            self.blocks.push(kind, &paragraph.text);
        }
    }
}
