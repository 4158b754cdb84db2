//! Blocks with places under the heading above them, as formats without pages have them; and lines joined to paragraphs.

use serde_json::{Map, Value, json};

use crate::document::{Block, BlockKind, Place};
use crate::words::is_single;

/// Collects blocks and counts paragraphs under each heading.
#[derive(Default)]
pub struct Blocks {
    /// What was collected.
    pub list: Vec<Block>,
    heading: String,
    paragraph: u32,
    /// What every place has beside heading and paragraph, such as the part of a book.
    pub base: Map<String, Value>,
}

impl Blocks {
    /// Adds a block under the last heading.
    pub fn push(&mut self, kind: BlockKind, text: &str) {
        let text = tidy(text, kind == BlockKind::Code);
        if text.is_empty() {
            return;
        }
        if let BlockKind::Heading(_) = kind {
            self.heading = text.clone();
            self.paragraph = 0;
        } else {
            self.paragraph += 1;
        }
        let label = match self.heading.as_str() {
            "" => format!("¶ {}", self.paragraph),
            heading => heading.to_owned(),
        };
        let mut anchor = self.base.clone();
        anchor.insert("heading".into(), json!(self.heading));
        anchor.insert("paragraph".into(), json!(self.paragraph));
        self.list.push(Block { kind, text, place: Place { label, anchor: Value::Object(anchor) } });
    }

    /// Forgets the heading, as where a new part begins.
    pub fn no_heading(&mut self) {
        self.heading.clear();
        self.paragraph = 0;
    }
}

/// Single spaces, no spaces at ends of lines; tabs stay, since they are between cells.
pub fn tidy(text: &str, code: bool) -> String {
    if code {
        return text.trim_end().trim_start_matches(['\n', '\r']).to_owned();
    }
    let mut tidied = String::with_capacity(text.len());
    for c in text.trim().chars() {
        match c {
            '\t' | '\n' => {
                tidied.truncate(tidied.trim_end_matches(' ').len());
                tidied.push(c);
            }
            '\r' | '\u{AD}' | '\u{FEFF}' | '\0' => {}
            c if c.is_whitespace() => {
                if !tidied.ends_with(char::is_whitespace) {
                    tidied.push(' ');
                }
            }
            c => tidied.push(c),
        }
    }
    tidied
}

/// Lines of one paragraph as one line: a hyphen at a line's end is dropped before lower case, and no space goes between
/// characters of scripts that have none.
pub fn join<'a>(lines: impl IntoIterator<Item = &'a str>) -> String {
    let mut joined = String::new();
    for line in lines {
        let line = line.trim();
        let (last, first) = (joined.chars().next_back(), line.chars().next());
        match (last, first) {
            (None, _) | (_, None) => {}
            (Some('-' | '\u{AD}' | '‐'), Some(first)) if first.is_lowercase() && letter_before_last(&joined) => {
                joined.pop();
            }
            (Some(last), Some(first)) if is_wide(last) && is_wide(first) => {}
            _ => joined.push(' '),
        }
        joined.push_str(line);
    }
    joined
}

fn letter_before_last(text: &str) -> bool {
    text.chars().rev().nth(1).is_some_and(char::is_lowercase)
}

fn is_wide(c: char) -> bool {
    is_single(c) || matches!(c, '\u{3000}'..='\u{303F}' | '\u{FF00}'..='\u{FFEF}' | '“' | '”')
}
