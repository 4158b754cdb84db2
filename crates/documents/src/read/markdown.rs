//! Markdown, by lines: headings, lists, tables, code; marks within lines stay, so that what is quoted is in the file.

use super::lines::{Blocks, join};
use crate::document::{BlockKind, Document};

/// Reads Markdown.
pub fn read(text: &str) -> Document {
    let mut blocks = Blocks::default();
    let mut paragraph: Vec<&str> = Vec::new();
    let mut code: Option<(&str, Vec<&str>)> = None;
    let mut title = None;
    let mut lines = text.lines().peekable();
    if lines.peek() == Some(&"---") {
        lines.next();
        for line in lines.by_ref().take_while(|line| line.trim() != "---") {
            if let Some(named) = line.strip_prefix("title:") {
                title = Some(named.trim().trim_matches(['"', '\'']).to_owned());
            }
        }
    }
    while let Some(line) = lines.next() {
        let trimmed = line.trim();
        if let Some((fence, mut inner)) = code.take() {
            if trimmed.starts_with(fence) {
                blocks.push(BlockKind::Code, &inner.join("\n"));
            } else {
                inner.push(line);
                code = Some((fence, inner));
            }
            continue;
        }
        let level = trimmed.bytes().take_while(|b| *b == b'#').count();
        let heading = (1..=6).contains(&level) && trimmed[level..].starts_with([' ', '\t']);
        let underlined =
            lines.peek().map(|l| l.trim()).filter(|l| !l.is_empty() && !trimmed.is_empty() && paragraph.is_empty());
        if let Some(fence) = ["```", "~~~"].into_iter().find(|f| trimmed.starts_with(f)) {
            flush(&mut paragraph, &mut blocks);
            code = Some((fence, Vec::new()));
        } else if heading {
            flush(&mut paragraph, &mut blocks);
            blocks.push(BlockKind::Heading(level as u8), trimmed[level..].trim_end_matches('#'));
        } else if let Some(level) = underlined.and_then(underline) {
            lines.next();
            blocks.push(BlockKind::Heading(level), trimmed);
        } else if trimmed.starts_with('|') && trimmed.len() > 1 {
            flush(&mut paragraph, &mut blocks);
            if !trimmed.chars().all(|c| matches!(c, '|' | '-' | ':' | ' ')) {
                let cells: Vec<&str> = trimmed.trim_matches('|').split('|').map(str::trim).collect();
                blocks.push(BlockKind::Row, &cells.join("\t"));
            }
        } else if is_item(trimmed) {
            flush(&mut paragraph, &mut blocks);
            let mut item = vec![trimmed];
            while let Some(next) =
                lines.next_if(|l| l.starts_with([' ', '\t']) && !l.trim().is_empty() && !is_item(l.trim()))
            {
                item.push(next);
            }
            blocks.push(BlockKind::Item, &join(item));
        } else if trimmed.is_empty() {
            flush(&mut paragraph, &mut blocks);
        } else {
            paragraph.push(trimmed.trim_start_matches("> "));
        }
    }
    if let Some((_, inner)) = code {
        blocks.push(BlockKind::Code, &inner.join("\n"));
    }
    flush(&mut paragraph, &mut blocks);
    Document { title, blocks: blocks.list, ..Document::default() }
}

fn flush(paragraph: &mut Vec<&str>, blocks: &mut Blocks) {
    blocks.push(BlockKind::Paragraph, &join(paragraph.drain(..)));
}

/// The level of a heading that a line of `=` or `-` is under.
fn underline(line: &str) -> Option<u8> {
    let all = |c: char| line.len() >= 3 && line.chars().all(|l| l == c);
    if all('=') { Some(1) } else { all('-').then_some(2) }
}

fn is_item(line: &str) -> bool {
    let digits = line.bytes().take_while(u8::is_ascii_digit).count();
    ["- ", "* ", "+ "].iter().any(|mark| line.starts_with(mark))
        || (1..=4).contains(&digits) && [". ", ") "].iter().any(|mark| line[digits..].starts_with(mark))
}
