//! What readers make of files: blocks of text with their places, and the passages that are searched and quoted.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::sentence::sentences;

/// A document as a reader gives it.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Document {
    /// The file's name, or the page's title.
    pub name: String,
    /// SHA-256 of the file, hexadecimal.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hash: Option<String>,
    /// What the document calls itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// In reading order.
    pub blocks: Vec<Block>,
    /// What could not be read, as `{code, values}` for the page.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notices: Vec<Value>,
}

/// A paragraph, a heading, a row of a table.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Block {
    /// What it is.
    pub kind: BlockKind,
    /// Its text; a table's row has tabs between cells.
    pub text: String,
    /// Where it stands.
    pub place: Place,
}

/// Kinds of blocks that are treated differently.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BlockKind {
    /// A heading; `1` is the highest level.
    Heading(u8),
    /// Where a section of the outline begins; its title is no text of the page, which may show it in other words.
    Section(u8),
    /// Running text.
    Paragraph,
    /// An item of a list.
    Item,
    /// A row of a table.
    Row,
    /// A footnote, endnote, comment or speaker's note.
    Note,
    /// Lines of code, kept as they are.
    Code,
}

/// Where a block stands.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Place {
    /// For people: a page's label, a slide's number, a heading.
    pub label: String,
    /// For programs: `{ "page": 3 }`, `{ "slide": 2 }`, `{ "heading": …, "paragraph": 4 }`, `{ "part": …, "paragraph": 4 }`.
    pub anchor: Value,
}

/// What is found and quoted: neighbouring blocks of one page or section.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Passage {
    /// Which document of the collection.
    pub document: u32,
    /// Its number within the document, from 0.
    pub number: u32,
    /// The headings above it, outermost first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub headings: Vec<String>,
    /// Where it begins.
    pub place: Place,
    /// The blocks' texts, a line each.
    pub text: String,
}

/// Small blocks are joined up to so many bytes.
const JOINED: usize = 900;
/// Longer blocks are split between sentences; some 300 words of English, 600 characters of Chinese.
const LONGEST: usize = 1800;
/// Headings longer than this are paragraphs in large print.
const LONGEST_HEADING: usize = 200;

/// Splits a document into passages. A passage never crosses a page, a slide or a heading.
pub fn passages(document: u32, blocks: Vec<Block>) -> Vec<Passage> {
    let mut headings: Vec<(u8, String)> = Vec::new();
    let mut made: Vec<Passage> = Vec::new();
    let mut open = false;
    for block in blocks {
        let text = block.text.trim();
        if text.is_empty() {
            continue;
        }
        if let BlockKind::Heading(level) | BlockKind::Section(level) = block.kind
            && text.len() <= LONGEST_HEADING
        {
            headings.retain(|(l, _)| *l < level);
            headings.push((level, text.to_owned()));
            open = false;
        }
        if matches!(block.kind, BlockKind::Section(_)) {
            continue;
        }
        let scope = scope(&block.place);
        for part in split(text) {
            let joins = open
                && made.last().is_some_and(|last| {
                    // A heading opens a passage even where it stands alone in it.
                    last.text.len() + part.len() < JOINED && self::scope(&last.place) == scope
                });
            match made.last_mut() {
                Some(last) if joins => {
                    last.text.push('\n');
                    last.text.push_str(part);
                }
                _ => made.push(Passage {
                    document,
                    number: made.len() as u32,
                    headings: headings.iter().map(|(_, h)| h.clone()).collect(),
                    place: block.place.clone(),
                    text: part.to_owned(),
                }),
            }
            open = true;
        }
    }
    made
}

/// What passages must not cross: a page, a slide, a part of a book.
fn scope(place: &Place) -> Option<&Value> {
    ["page", "slide", "part"].iter().find_map(|key| place.anchor.get(key))
}

/// A long text in parts of about the same size, cut between sentences.
fn split(text: &str) -> Vec<&str> {
    if text.len() <= LONGEST {
        return vec![text];
    }
    let want = text.len() / text.len().div_ceil(LONGEST * 2 / 3);
    let mut parts = Vec::new();
    let (mut start, mut end) = (0, 0);
    for sentence in sentences(text) {
        if end > start && sentence.end - start > want + want / 8 {
            parts.push(&text[start..end]);
            start = sentence.start;
        }
        end = sentence.end;
    }
    if end > start {
        parts.push(&text[start..end]);
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn block(kind: BlockKind, text: &str, page: u32) -> Block {
        Block { kind, text: text.into(), place: Place { label: page.to_string(), anchor: json!({ "page": page }) } }
    }

    #[test]
    fn passages_stay_on_their_page_and_know_their_headings() {
        use BlockKind::{Heading, Paragraph};
        let blocks = vec![
            block(Heading(1), "One", 1),
            block(Paragraph, "first", 1),
            block(Paragraph, "second", 1),
            block(Paragraph, "third", 2),
            block(Heading(2), "Inner", 2),
            block(Paragraph, "fourth", 2),
            block(Heading(1), "Two", 2),
        ];
        let made = passages(0, blocks);
        let texts: Vec<&str> = made.iter().map(|p| p.text.as_str()).collect();
        assert_eq!(texts, ["One\nfirst\nsecond", "third", "Inner\nfourth", "Two"]);
        assert_eq!(made[2].headings, ["One", "Inner"]);
        assert_eq!(made[3].headings, ["Two"]);
    }

    #[test]
    fn long_blocks_are_split_between_sentences_and_nothing_is_lost() {
        let text = "This is a sentence of some words. ".repeat(300);
        let made = passages(0, vec![block(BlockKind::Paragraph, &text, 1)]);
        assert!(made.iter().all(|p| p.text.len() <= LONGEST && p.text.ends_with('.')));
        let squeeze = |s: &str| s.split_whitespace().collect::<String>();
        assert_eq!(made.iter().map(|p| squeeze(&p.text)).collect::<String>(), squeeze(&text));
    }
}
