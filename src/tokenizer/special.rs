//! Splits a text at the tokens that are whole by definition. Leaves the rest to the tokenizer's model.

use std::collections::HashMap;

use super::vocab::{TokenKind, Vocab, duplicate};
use crate::error::Result;
use crate::gguf::Metadata;

/// A part of a text.
#[derive(Debug, PartialEq)]
pub(super) enum Fragment<'t> {
    /// Text for the model to tokenize; never empty.
    Text(&'t str),
    /// A special token.
    Token(u32),
}

/// Control, unknown and user-defined tokens by their text.
pub(super) struct SpecialTokens {
    by_text: HashMap<Box<str>, Special>,
    /// Lengths in bytes of the texts that start with a byte, longest first.
    lengths: Vec<Vec<usize>>, // (256, lengths)
}

#[derive(Clone, Copy)]
struct Special {
    id: u32,
    control: bool,      // only on request; user-defined tokens always
    strips_right: bool, // swallows the white space behind it
    strips_left: bool,
}

impl SpecialTokens {
    pub fn new(vocab: &Vocab, meta: &Metadata) -> Result<Self> {
        let name = meta.str("general.name")?.unwrap_or_default().to_lowercase();
        let phi3 = name.contains("phi-3") || name.contains("phi3");
        let pre = meta.str("tokenizer.ggml.pre")?.unwrap_or_default();
        let strips_mask = pre.starts_with("jina-v2") || name.contains("modern-bert");
        let mut tokens = SpecialTokens { by_text: HashMap::new(), lengths: vec![Vec::new(); 256] };
        for (id, text, kind) in vocab.iter() {
            if !matches!(kind, TokenKind::Control | TokenKind::UserDefined | TokenKind::Unknown) || text.is_empty() {
                continue;
            }
            // GGUF has no field for the stripping of added tokens; llama.cpp knows these by name.
            let strips_right = phi3 && !matches!(text, "<unk>" | "<s>" | "<|endoftext|>");
            let strips_left = strips_mask && matches!(text, "<mask>" | "[MASK]");
            let special = Special { id, control: kind != TokenKind::UserDefined, strips_right, strips_left };
            if let Some(other) = tokens.by_text.insert(text.into(), special) {
                return Err(duplicate(text, other.id, id));
            }
            let lengths = &mut tokens.lengths[text.as_bytes()[0] as usize];
            if !lengths.contains(&text.len()) {
                lengths.push(text.len());
            }
        }
        for lengths in &mut tokens.lengths {
            lengths.sort_unstable_by(|a, b| b.cmp(a));
        }
        Ok(tokens)
    }

    /// Leftmost, then longest; control tokens only with `parse_control`.
    pub fn split<'t>(&self, text: &'t str, parse_control: bool) -> Vec<Fragment<'t>> {
        let mut fragments = Vec::new();
        let bytes = text.as_bytes();
        let (mut start, mut at) = (0, 0);
        while at < bytes.len() {
            let Some((length, special)) = self.find(text, at, parse_control) else {
                at += 1;
                continue;
            };
            let mut before = &text[start..at];
            if special.strips_left {
                before = before.trim_end();
            }
            if !before.is_empty() {
                fragments.push(Fragment::Text(before));
            }
            fragments.push(Fragment::Token(special.id));
            at += length;
            if special.strips_right {
                at = text.len() - text[at..].trim_start().len();
            }
            start = at;
        }
        if start < text.len() {
            fragments.push(Fragment::Text(&text[start..]));
        }
        fragments
    }

    /// Length in bytes of the control token whose text begins at `at`.
    pub fn control_length(&self, text: &str, at: usize) -> Option<usize> {
        self.find(text, at, true).filter(|(_, special)| special.control).map(|(length, _)| length)
    }

    fn find(&self, text: &str, at: usize, parse_control: bool) -> Option<(usize, Special)> {
        let lengths = &self.lengths[text.as_bytes()[at] as usize];
        lengths.iter().find_map(|&length| {
            let candidate = text.get(at..at + length)?;
            let special = self.by_text.get(candidate)?;
            (parse_control || !special.control).then_some((length, *special))
        })
    }
}
