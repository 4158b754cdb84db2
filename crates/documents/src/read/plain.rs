//! Text and source code: paragraphs are parted by empty lines.

use serde_json::json;

use super::lines::join;
use crate::document::{Block, BlockKind, Document, Place};

/// Lines of code that make one block.
const LINES: usize = 40;

/// Running text.
pub fn text(text: &str) -> Document {
    let mut blocks = Vec::new();
    let lines: Vec<&str> = text.lines().collect();
    let mut start = 0;
    for end in 0..=lines.len() {
        let parted = lines.get(end).is_none_or(|line| line.trim().is_empty());
        // An indented line, or one after a short line, begins a paragraph, too.
        let begins = end > start
            && lines.get(end).is_some_and(|line| {
                let longest = lines[start..end].iter().map(|l| l.chars().count()).max().unwrap_or(0);
                let before = lines[end - 1].chars().count();
                line.starts_with(['\u{3000}', '\t'])
                    || line.starts_with("    ")
                    || longest > 0 && before * 2 < longest
                    || before > 200
            });
        if parted || begins {
            push(&mut blocks, BlockKind::Paragraph, start, join(lines[start..end].iter().copied()));
            start = if parted { end + 1 } else { end };
        }
    }
    Document { blocks, ..Document::default() }
}

/// Lines that stay as they are.
pub fn code(text: &str) -> Document {
    let mut blocks = Vec::new();
    let lines: Vec<&str> = text.lines().collect();
    let mut start = 0;
    for end in 0..=lines.len() {
        let parted = lines.get(end).is_none_or(|line| line.trim().is_empty());
        if parted || end - start >= LINES {
            push(&mut blocks, BlockKind::Code, start, lines[start..end].join("\n"));
            start = if parted { end + 1 } else { end };
        }
    }
    Document { blocks, ..Document::default() }
}

fn push(blocks: &mut Vec<Block>, kind: BlockKind, start: usize, text: String) {
    if !text.trim().is_empty() {
        let place = Place { label: format!("L{}", start + 1), anchor: json!({ "line": start + 1 }) };
        blocks.push(Block { kind, text, place });
    }
}
