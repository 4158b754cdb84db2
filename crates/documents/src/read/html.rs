//! HTML, by its tags: headings, paragraphs, lists, rows. What no reader sees (scripts, hidden elements) is left out.

use html5gum::{DefaultEmitter, Token, Tokenizer};

use super::lines::Blocks;
use crate::document::{BlockKind, Document};

/// Elements whose text is no part of the page.
const LEFT_OUT: [&str; 9] = ["script", "style", "template", "noscript", "svg", "head", "select", "textarea", "iframe"];
/// Elements without an end.
const VOID: [&str; 13] =
    ["area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"];
/// Elements within a line.
const INLINE: &str = " a abbr acronym b bdi bdo big cite code data del dfn em font i ins kbd label mark q rb rp rt ruby s samp \
    small span strike strong sub sup time tt u var wbr img ";

/// Reads a page.
pub fn read(text: &str) -> Document {
    let mut page = Page::default();
    page.walk(text, true);
    Document { title: page.title.filter(|t| !t.is_empty()), blocks: page.blocks.list, ..Document::default() }
}

/// Blocks of a part of a book, which is XHTML: tags such as `<title/>` have no end there.
pub fn read_part(text: &str, blocks: Blocks) -> Blocks {
    let mut page = Page { blocks, ..Page::default() };
    page.walk(text, false);
    page.blocks
}

#[derive(Default)]
struct Page {
    blocks: Blocks,
    title: Option<String>,
    text: String,
    kind: Option<BlockKind>,
    cells: Option<Vec<String>>,
    in_cell: bool,
    /// The element that is left out, and how many of its name are open.
    skipped: Option<(String, u32)>,
    in_title: bool,
    preformatted: bool,
}

impl Page {
    fn walk(&mut self, text: &str, html: bool) {
        let mut emitter: DefaultEmitter = DefaultEmitter::default();
        emitter.naively_switch_states(html);
        for Ok(token) in Tokenizer::new_with_emitter(text, emitter) {
            match token {
                Token::StartTag(tag) => {
                    let name = String::from_utf8_lossy(&tag.name).into_owned();
                    let hidden = tag.attributes.contains_key(b"hidden".as_slice())
                        || tag.attributes.get(b"aria-hidden".as_slice()).is_some_and(|v| v.value.0 == b"true");
                    self.open(&name, hidden, tag.self_closing);
                }
                Token::EndTag(tag) => self.close(&String::from_utf8_lossy(&tag.name)),
                Token::String(text) => self.string(&String::from_utf8_lossy(&text)),
                _ => {}
            }
        }
        self.flush();
    }

    fn open(&mut self, name: &str, hidden: bool, closed: bool) {
        if let Some((skipped, depth)) = &mut self.skipped {
            if skipped == name && !closed {
                *depth += 1;
            }
            // Titles stand in the head.
            self.in_title = name == "title" && skipped == "head" && self.title.is_none() && !closed;
            return;
        }
        if VOID.contains(&name) || closed {
            if matches!(name, "br" | "hr") {
                self.text.push(if self.preformatted { '\n' } else { ' ' });
            }
            return;
        }
        if LEFT_OUT.contains(&name) || hidden {
            self.skipped = Some((name.to_owned(), 1));
            return;
        }
        match name {
            "h1" | "h2" | "h3" | "h4" | "h5" | "h6" => {
                self.flush();
                self.kind = Some(BlockKind::Heading(name.as_bytes()[1] - b'0'));
            }
            "li" | "dd" | "dt" => {
                self.flush();
                self.kind = Some(BlockKind::Item);
            }
            "pre" => {
                self.flush();
                self.kind = Some(BlockKind::Code);
                self.preformatted = true;
            }
            "tr" => {
                self.flush();
                self.cells = Some(Vec::new());
            }
            // Ends of cells may be left out.
            "td" | "th" => self.cell_ends(),
            name if INLINE.contains(&format!(" {name} ")) => {}
            // Within a row, blocks part words and nothing else.
            _ if self.cells.is_some() => self.text.push(' '),
            _ => self.flush(),
        }
    }

    fn close(&mut self, name: &str) {
        if name == "title" {
            self.in_title = false;
        }
        if let Some((skipped, depth)) = &mut self.skipped {
            if skipped == name {
                *depth -= 1;
                if *depth == 0 {
                    self.skipped = None;
                }
            }
            return;
        }
        match name {
            "td" | "th" => {
                self.cell_ends();
                self.in_cell = false;
            }
            "tr" => {
                self.cell_ends();
                self.in_cell = false;
                if let Some(cells) = self.cells.take() {
                    self.blocks.push(BlockKind::Row, &cells.join("\t"));
                    self.text.clear();
                }
            }
            "table" => self.cells = None,
            name if INLINE.contains(&format!(" {name} ")) => {}
            _ if self.cells.is_some() => self.text.push(' '),
            _ => self.flush(),
        }
    }

    /// Where a cell is open, keeps its text; then one is open.
    fn cell_ends(&mut self) {
        if let Some(cells) = self.cells.as_mut().filter(|_| self.in_cell) {
            cells.push(self.text.split_whitespace().collect::<Vec<_>>().join(" "));
        }
        self.in_cell = true;
        self.text.clear();
    }

    fn string(&mut self, text: &str) {
        if self.in_title {
            self.title.get_or_insert_default().push_str(text.trim());
        } else if self.skipped.is_none() {
            if self.preformatted {
                self.text.push_str(text);
            } else {
                self.text.extend(text.chars().map(|c| if c.is_whitespace() { ' ' } else { c }));
            }
        }
    }

    fn flush(&mut self) {
        let kind = self.kind.take().unwrap_or(BlockKind::Paragraph);
        let text = std::mem::take(&mut self.text);
        self.blocks.push(kind, &text);
        self.preformatted = false;
    }
}
