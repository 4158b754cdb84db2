//! Presentations (ISO/IEC 29500, PresentationML): titles, text, tables, diagrams and speaker's notes, slide by slide.

use std::collections::HashMap;

use serde_json::json;

use super::ReadError;
use super::archive::{Archive, resolve};
use super::docx::title;
use super::lines::tidy;
use super::xml::{Xml, walk};
use crate::document::{Block, BlockKind, Document, Place};

/// Reads a presentation.
pub fn read(archive: &Archive<'_>) -> Result<Document, ReadError> {
    let mut blocks = Vec::new();
    for (number, slide) in (1..).zip(slides(archive)?) {
        let mut shapes = Shapes::new(number, None);
        walk(&slide, &archive.text(&slide)?, |event| shapes.event(event))?;
        blocks.append(&mut shapes.blocks);
        for target in relations(archive, &slide)?.into_values() {
            let part = if target.contains("/notesSlides/") {
                "notes"
            } else if target.contains("/diagrams/data") {
                "diagram"
            } else {
                continue;
            };
            if archive.has(&target) {
                let mut shapes = Shapes::new(number, Some(part));
                walk(&target, &archive.text(&target)?, |event| shapes.event(event))?;
                blocks.append(&mut shapes.blocks);
            }
        }
    }
    let title = if archive.has("docProps/core.xml") { title(&archive.text("docProps/core.xml")?) } else { None };
    // What programs call every presentation is no title.
    let title = title.filter(|t| !t.to_lowercase().starts_with("powerpoint presentation"));
    Ok(Document { title, blocks, ..Document::default() })
}

/// The parts of the slides, in the order in which they are shown.
fn slides(archive: &Archive<'_>) -> Result<Vec<String>, ReadError> {
    const PRESENTATION: &str = "ppt/presentation.xml";
    let relations = relations(archive, PRESENTATION)?;
    let mut slides = Vec::new();
    walk(PRESENTATION, &archive.text(PRESENTATION)?, |event| {
        if let Xml::Open(element) = event
            && element.name == "sldId"
            && let Some(part) = element.exact("r:id").and_then(|id| relations.get(&id))
        {
            slides.push(part.clone());
        }
    })?;
    slides.retain(|slide| archive.has(slide));
    Ok(slides)
}

/// What a part refers to, by id.
fn relations(archive: &Archive<'_>, part: &str) -> Result<HashMap<String, String>, ReadError> {
    let (folder, file) = part.rsplit_once('/').unwrap_or(("", part));
    let name = format!("{folder}/_rels/{file}.rels");
    let mut relations = HashMap::new();
    if archive.has(&name) {
        walk(&name, &archive.text(&name)?, |event| {
            if let Xml::Open(element) = event
                && element.name == "Relationship"
                && let (Some(id), Some(target)) = (element.attribute("Id"), element.attribute("Target"))
            {
                relations.insert(id, resolve(part, &target));
            }
        })?;
    }
    Ok(relations)
}

struct Shapes {
    slide: u32,
    part: Option<&'static str>,
    blocks: Vec<Block>,
    text: String,
    in_text: bool,
    placeholder: String,
    cells: Option<Vec<String>>,
    cell: String,
}

impl Shapes {
    fn new(slide: u32, part: Option<&'static str>) -> Self {
        Shapes {
            slide,
            part,
            blocks: Vec::new(),
            text: String::new(),
            in_text: false,
            placeholder: String::new(),
            cells: None,
            cell: String::new(),
        }
    }

    fn event(&mut self, event: Xml<'_>) {
        match event {
            Xml::Open(element) => match element.name {
                "sp" => self.placeholder.clear(),
                "ph" => self.placeholder = element.attribute("type").unwrap_or_else(|| "body".into()),
                "t" => self.in_text = true,
                "br" => self.text.push('\n'),
                "tr" => self.cells = Some(Vec::new()),
                _ => {}
            },
            Xml::Close(name) => match name {
                "t" => self.in_text = false,
                "p" => self.paragraph_ends(),
                "tc" => {
                    let cell = std::mem::take(&mut self.cell);
                    if let Some(cells) = &mut self.cells {
                        cells.push(cell.split_whitespace().collect::<Vec<_>>().join(" "));
                    }
                }
                "tr" => {
                    if let Some(cells) = self.cells.take() {
                        self.push(BlockKind::Row, &cells.join("\t"));
                    }
                }
                "sp" => self.placeholder.clear(),
                _ => {}
            },
            Xml::Text(text) => {
                if self.in_text {
                    self.text.push_str(text);
                }
            }
        }
    }

    fn paragraph_ends(&mut self) {
        let text = std::mem::take(&mut self.text);
        if self.cells.is_some() {
            self.cell.push(' ');
            self.cell.push_str(&text);
            return;
        }
        // Numbers and dates that are on every slide.
        if matches!(self.placeholder.as_str(), "sldNum" | "dt" | "ftr" | "hdr") {
            return;
        }
        let kind = match (self.part, self.placeholder.as_str()) {
            (Some("notes"), _) => BlockKind::Note,
            (None, "title" | "ctrTitle") => BlockKind::Heading(1),
            _ => BlockKind::Paragraph,
        };
        self.push(kind, &text);
    }

    fn push(&mut self, kind: BlockKind, text: &str) {
        let text = tidy(text, false);
        if !text.is_empty() {
            let mut anchor = json!({ "slide": self.slide });
            if let Some(part) = self.part {
                anchor["part"] = json!(part);
            }
            let place = Place { label: self.slide.to_string(), anchor };
            self.blocks.push(Block { kind, text, place });
        }
    }
}
