//! SubRip and WebVTT: what is said, with the time at which it begins.

use serde_json::json;

use super::lines::join;
use crate::document::{Block, BlockKind, Document, Place};

/// Cues that make one block.
const CUES: usize = 8;

/// Reads subtitles.
pub fn read(text: &str) -> Document {
    let mut blocks: Vec<Block> = Vec::new();
    let mut said: Vec<String> = Vec::new();
    let mut began = String::new();
    let mut cues = 0;
    let mut within = false;
    for line in text.lines() {
        let line = line.trim();
        if let Some((from, _)) = line.split_once("-->") {
            if cues >= CUES {
                push(&mut blocks, &mut said, &began);
                cues = 0;
            }
            let from = from.trim().split([',', '.']).next().unwrap_or_default();
            if cues == 0 {
                began = from.to_owned();
            }
            cues += 1;
            within = true;
        } else if line.is_empty() {
            within = false;
        } else if within {
            let spoken = without_tags(line);
            // Rolling captions repeat the line before.
            if said.last() != Some(&spoken) {
                said.push(spoken);
            }
        }
    }
    push(&mut blocks, &mut said, &began);
    Document { blocks, ..Document::default() }
}

fn push(blocks: &mut Vec<Block>, said: &mut Vec<String>, began: &str) {
    let text = join(said.iter().map(String::as_str));
    if !text.is_empty() {
        let place = Place { label: began.to_owned(), anchor: json!({ "time": began }) };
        blocks.push(Block { kind: BlockKind::Paragraph, text, place });
    }
    said.clear();
}

fn without_tags(line: &str) -> String {
    let mut text = String::new();
    let mut inside = false;
    for c in line.chars() {
        match c {
            '<' => inside = true,
            '>' if inside => inside = false,
            c if !inside => text.push(c),
            _ => {}
        }
    }
    text
}
