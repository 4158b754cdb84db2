//! SentencePiece's precompiled character map: the longest known prefix of the text is replaced, again
//! and again. Stored as a double-array trie (Aoe 1989) over UTF-8 bytes and a pool of replacements.
//!
//! Not `spm_precompiled`, though `tokenizers` brings it: a damaged map makes that panic, and it reserves what a file
//! claims; and it looks up whole grapheme clusters, where SentencePiece takes the longest prefix.

use std::borrow::Cow;

use crate::error::{Error, Result};
use crate::gguf::{Array, Metadata};

const KEY: &str = "tokenizer.ggml.precompiled_charsmap";

/// Empty when the file has no map: text stays as it is.
#[derive(Default)]
pub(super) struct CharsMap {
    units: Vec<u32>,       // double array; see `Unit` accessors below
    replacements: Vec<u8>, // NUL-terminated UTF-8 texts
}

impl CharsMap {
    pub fn from_metadata(meta: &Metadata) -> Result<Self> {
        let blob: Vec<u8> = match meta.array(KEY)? {
            None => return Ok(CharsMap::default()),
            Some(Array::U64(v)) => v.iter().map(|&b| b as u8).collect(),
            Some(Array::I64(v)) => v.iter().map(|&b| b as u8).collect(),
            Some(_) => return Err(Error::bad_metadata(KEY, "must be an array of bytes")),
        };
        if blob.is_empty() {
            return Ok(CharsMap::default());
        }
        let Some((head, rest)) = blob.split_first_chunk::<4>() else {
            return Err(Error::bad_metadata(KEY, format!("has {} bytes, needs at least 4", blob.len())));
        };
        let trie_bytes = u32::from_le_bytes(*head) as usize;
        if !trie_bytes.is_multiple_of(4) || trie_bytes > rest.len() {
            let problem = format!("claims a trie of {trie_bytes} bytes in {} bytes", rest.len());
            return Err(Error::bad_metadata(KEY, problem));
        }
        let (trie, replacements) = rest.split_at(trie_bytes);
        let units = trie.chunks_exact(4).map(|b| u32::from_le_bytes([b[0], b[1], b[2], b[3]])).collect();
        Ok(CharsMap { units, replacements: replacements.to_vec() })
    }

    pub fn apply<'t>(&self, text: &'t str) -> Cow<'t, str> {
        if self.units.is_empty() {
            return Cow::Borrowed(text);
        }
        let mut out = String::with_capacity(text.len());
        let mut rest = text;
        while let Some(c) = rest.chars().next() {
            match self.longest_prefix(rest) {
                Some((length, replacement)) => {
                    out.push_str(replacement);
                    rest = &rest[length..];
                }
                None => {
                    out.push(c);
                    rest = &rest[c.len_utf8()..];
                }
            }
        }
        Cow::Owned(out)
    }

    /// Bytes matched, and what replaces them. A damaged map matches nothing; it never panics.
    fn longest_prefix(&self, text: &str) -> Option<(usize, &str)> {
        let mut best = None;
        let mut node = offset(*self.units.first()?);
        for (i, &byte) in text.as_bytes().iter().enumerate() {
            node ^= byte as usize;
            let Some(&unit) = self.units.get(node) else { break };
            if label(unit) != u32::from(byte) {
                break;
            }
            node ^= offset(unit);
            if has_leaf(unit)
                && let Some(&leaf) = self.units.get(node)
            {
                best = Some((i + 1, value(leaf)));
            }
        }
        let (length, start) = best?;
        if !text.is_char_boundary(length) {
            return None;
        }
        let bytes = self.replacements.get(start..)?;
        let end = bytes.iter().position(|&b| b == 0)?;
        Some((length, std::str::from_utf8(&bytes[..end]).ok()?))
    }
}

// The bit layout of a darts-clone unit.

fn has_leaf(unit: u32) -> bool {
    (unit >> 8) & 1 == 1
}

fn value(unit: u32) -> usize {
    (unit & 0x7FFF_FFFF) as usize
}

fn label(unit: u32) -> u32 {
    unit & 0x8000_00FF
}

fn offset(unit: u32) -> usize {
    ((unit >> 10) << ((unit & 0x200) >> 6)) as usize
}
