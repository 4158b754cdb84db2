//! The vocabulary as GGUF stores it, checked once; and the bytes that each token stands for.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

use crate::error::{Error, Result};
use crate::gguf::Metadata;

/// What a token is, as `tokenizer.ggml.token_type` numbers it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum TokenKind {
    Normal,
    Unknown,
    Control,
    UserDefined,
    Unused,
    Byte,
}

/// Tokens in id order, with their kinds and scores.
pub(super) struct Vocab<'m> {
    pub tokens: &'m [String],
    pub kinds: Vec<TokenKind>,
    pub scores: Option<Vec<f32>>,
}

impl<'m> Vocab<'m> {
    pub fn from_metadata(meta: &'m Metadata) -> Result<Self> {
        let tokens = meta.need_strings("tokenizer.ggml.tokens")?;
        if tokens.is_empty() {
            return Err(Error::Tokenizer("the vocabulary is empty".to_owned()));
        }
        if u32::try_from(tokens.len()).is_err() {
            return Err(Error::Tokenizer(format!("{} tokens are too many", tokens.len())));
        }
        let kinds = match meta.i64s("tokenizer.ggml.token_type")? {
            None => vec![TokenKind::Normal; tokens.len()],
            Some(types) => {
                same_length("token_type", types.len(), tokens.len())?;
                types.iter().map(|&t| kind(t)).collect()
            }
        };
        let scores = meta.f32s("tokenizer.ggml.scores")?;
        if let Some(scores) = &scores {
            same_length("scores", scores.len(), tokens.len())?;
            if let Some(id) = scores.iter().position(|s| s.is_nan()) {
                return Err(Error::Tokenizer(format!("the score of token {id} ({:?}) is not a number", tokens[id])));
            }
        }
        Ok(Vocab { tokens, kinds, scores })
    }

    /// Scores in id order; an error for vocabularies that cannot work without.
    pub fn need_scores(&self) -> Result<&[f32]> {
        self.scores.as_deref().ok_or_else(|| Error::MissingKey { key: "tokenizer.ggml.scores".to_owned() })
    }

    /// Ids and texts in id order.
    pub fn iter(&self) -> impl Iterator<Item = (u32, &'m str, TokenKind)> + '_ {
        self.tokens.iter().zip(&self.kinds).enumerate().map(|(id, (text, &kind))| (id as u32, text.as_str(), kind))
    }
}

/// Two ids must not share a text: which of them is meant could not be known.
pub(super) fn duplicate(text: &str, first: u32, second: u32) -> Error {
    Error::Tokenizer(format!("token {text:?} has two ids, {first} and {second}"))
}

fn same_length(what: &str, got: usize, want: usize) -> Result<()> {
    if got == want {
        return Ok(());
    }
    Err(Error::Tokenizer(format!("tokenizer.ggml.{what} has {got} entries for {want} tokens")))
}

fn kind(number: i64) -> TokenKind {
    match number {
        2 => TokenKind::Unknown,
        3 => TokenKind::Control,
        4 => TokenKind::UserDefined,
        5 => TokenKind::Unused,
        6 => TokenKind::Byte,
        _ => TokenKind::Normal,
    }
}

/// Without these, texts would begin otherwise than the model knows them, or answers would not end. Vocabularies that
/// cannot do without another one say so themselves.
const NEEDED: &[&str] = &["bos", "eos", "eot"];

/// The ids that have a role, each inside the vocabulary.
#[derive(Debug, Clone, Default)]
pub(super) struct SpecialIds {
    pub bos: Option<u32>,
    pub eos: Option<u32>,
    pub eot: Option<u32>,
    pub eom: Option<u32>,
    pub unk: Option<u32>,
    pub sep: Option<u32>,
    pub pad: Option<u32>,
    pub cls: Option<u32>,
    pub fim: [Option<u32>; 3], // pad, repository, file separator: they end an answer too
    /// Ids outside the vocabulary that no answer needs, and that are left out.
    pub note: Option<String>,
}

impl SpecialIds {
    pub fn from_metadata(meta: &Metadata, vocab: &Vocab, model: &str) -> Result<Self> {
        let mut outside = Vec::new();
        let mut id = |name: &str, default: Option<u32>| -> Result<Option<u32>> {
            let key = format!("tokenizer.ggml.{name}_token_id");
            let Some(id) = meta.get(&key).and_then(|_| meta.usize(&key).transpose()) else {
                return Ok(default.filter(|&id| (id as usize) < vocab.tokens.len()));
            };
            let id = id?;
            if id == u32::MAX as usize {
                return Ok(None); // how some converters write "none"
            }
            if id >= vocab.tokens.len() && !NEEDED.contains(&name) {
                outside.push(format!("{key} is {id}"));
                return Ok(None);
            }
            if id >= vocab.tokens.len() {
                return Err(Error::Tokenizer(format!(
                    "{key} is {id}, but the vocabulary has {} tokens",
                    vocab.tokens.len()
                )));
            }
            Ok(Some(id as u32))
        };
        // The defaults of the format, for files that leave them out.
        let (bos, eos, unk, sep, pad) = match model {
            "llama" => (Some(1), Some(2), Some(0), None, None),
            "bert" => (Some(101), None, Some(100), Some(102), Some(0)),
            "t5" => (None, Some(1), Some(2), None, Some(0)),
            _ => (None, None, None, None, None),
        };
        // "seperator" is how the format spells it.
        let sep = id("seperator", None)?.or(id("separator", sep)?);
        let ids = SpecialIds {
            bos: id("bos", bos)?,
            eos: id("eos", eos)?,
            eot: id("eot", None)?,
            eom: id("eom", None)?,
            unk: id("unknown", unk)?,
            sep,
            pad: id("padding", pad)?,
            cls: id("cls", None)?,
            fim: [id("fim_pad", None)?, id("fim_rep", None)?, id("fim_sep", None)?],
            note: None,
        };
        let count = vocab.tokens.len();
        let note = (!outside.is_empty())
            .then(|| format!("{}, but the vocabulary has {count} tokens; it does without", outside.join(" and ")));
        Ok(SpecialIds { note, ..ids })
    }
}

/// Bytes of every token, back to back.
pub(super) struct Pieces {
    bytes: Vec<u8>,
    ends: Vec<u32>, // (tokens), offsets into bytes
}

impl Pieces {
    pub fn get(&self, id: u32) -> &[u8] {
        let id = id as usize;
        let Some(&end) = self.ends.get(id) else { return &[] };
        let start = if id == 0 { 0 } else { self.ends[id - 1] };
        &self.bytes[start as usize..end as usize]
    }

    /// Byte-level BPE: every character of a normal token stands for one byte.
    pub fn byte_level(vocab: &Vocab) -> Self {
        let to_byte = byte_of_char();
        Self::build(vocab, |text, kind, out| {
            if matches!(kind, TokenKind::Control | TokenKind::UserDefined | TokenKind::Unknown) {
                out.extend_from_slice(text.as_bytes());
                return;
            }
            for c in text.chars() {
                match to_byte.get(c as usize).copied().flatten() {
                    Some(byte) => out.push(byte),
                    None => out.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes()),
                }
            }
        })
    }

    /// SentencePiece and WordPiece in GGUF: `▁` is a space, `<0xAB>` of type byte is that byte.
    pub fn sentencepiece(vocab: &Vocab) -> Self {
        Self::build(vocab, |text, kind, out| match kind {
            TokenKind::Control | TokenKind::Unknown => out.extend_from_slice(text.as_bytes()),
            TokenKind::Byte => match byte_of_name(text) {
                Some(byte) => out.push(byte),
                None => out.extend_from_slice(text.as_bytes()),
            },
            TokenKind::Normal | TokenKind::UserDefined | TokenKind::Unused => {
                out.extend_from_slice(text.replace('▁', " ").as_bytes())
            }
        })
    }

    fn build(vocab: &Vocab, mut piece: impl FnMut(&str, TokenKind, &mut Vec<u8>)) -> Self {
        let mut bytes = Vec::with_capacity(vocab.tokens.len() * 8);
        let mut ends = Vec::with_capacity(vocab.tokens.len());
        for (_, text, kind) in vocab.iter() {
            piece(text, kind, &mut bytes);
            ends.push(bytes.len() as u32);
        }
        Pieces { bytes, ends }
    }
}

/// `<0xAB>` → 0xAB.
pub(super) fn byte_of_name(text: &str) -> Option<u8> {
    let hex = text.strip_prefix("<0x")?.strip_suffix('>')?;
    if hex.len() != 2 { None } else { u8::from_str_radix(hex, 16).ok() }
}

/// Every character that stands for a byte is below this one.
pub(super) const BYTE_CHARACTERS: usize = 0x144;

/// GPT-2's byte alphabet: printable Latin-1 stands for itself, the other bytes for U+0100 and up,
/// in order (Radford et al. 2019, `bytes_to_unicode`).
fn byte_of_char() -> [Option<u8>; BYTE_CHARACTERS] {
    let mut table = [None; BYTE_CHARACTERS];
    let mut next = 0x100;
    for byte in 0..=255u8 {
        if matches!(byte, 0x21..=0x7E | 0xA1..=0xAC | 0xAE..=0xFF) {
            table[byte as usize] = Some(byte);
        } else {
            table[next] = Some(byte);
            next += 1;
        }
    }
    table
}

/// Text → id with a hash that is quick for short keys; the vocabulary is no adversary's dictionary
/// of the process, so a keyed hash would only cost load time.
pub(super) type Index = HashMap<Box<str>, u32, BuildHasherDefault<ShortHash>>;

/// Of the kind of FNV-1a, eight bytes at a time.
#[derive(Default)]
pub(super) struct ShortHash(u64);

impl Hasher for ShortHash {
    fn finish(&self) -> u64 {
        self.0 ^ (self.0 >> 29)
    }

    fn write(&mut self, bytes: &[u8]) {
        for chunk in bytes.chunks(8) {
            let mut word = [0; 8];
            word[..chunk.len()].copy_from_slice(chunk);
            self.0 = (self.0.rotate_left(5) ^ u64::from_le_bytes(word)).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        }
    }
}
