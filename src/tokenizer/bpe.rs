//! Byte-level BPE on the `tokenizers` crate: split by the pre-tokenizer's regexes, map bytes, merge.

use std::collections::HashSet;

use tokenizers::models::bpe::{self, BPE};
use tokenizers::pre_tokenizers::byte_level::ByteLevel;
use tokenizers::pre_tokenizers::split::{Split, SplitPattern};
use tokenizers::{Model, OffsetReferential, OffsetType, PreTokenizedString, PreTokenizer, SplitDelimiterBehavior};

use super::crate_error;
use super::pre::Pre;
use super::vocab::{Vocab, duplicate};
use crate::error::{Error, Result};
use crate::gguf::Metadata;

pub(super) struct Bpe {
    model: BPE,
    splits: Vec<Split>,
    bytes: ByteLevel,
}

impl Bpe {
    pub fn new(meta: &Metadata, vocab: &Vocab, pre: &Pre) -> Result<Self> {
        let mut map = bpe::Vocab::with_capacity(vocab.tokens.len());
        for (id, text, _) in vocab.iter() {
            // An unused id may have no text at all; it can never be produced.
            if let Some(first) = map.insert(text.to_owned(), id)
                && !text.is_empty()
            {
                return Err(duplicate(text, first, id));
            }
        }
        let lines = meta.need_strings("tokenizer.ggml.merges")?;
        let longest = vocab.tokens.iter().map(String::len).max().unwrap_or(0);
        let mut merges = Vec::with_capacity(lines.len());
        for (rank, line) in lines.iter().enumerate() {
            let (left, right) = halves(line)
                .ok_or_else(|| Error::Tokenizer(format!("merge {rank} ({line:?}) is not two tokens and a space")))?;
            // The crate joins them in a buffer for the longest token, and panics beyond it.
            if left.len() + right.len() > longest
                && let Some(error) = unknown_token(&lines[rank..=rank], vocab)
            {
                return Err(error);
            }
            merges.push((left.to_owned(), right.to_owned()));
        }
        let builder = BPE::builder().vocab_and_merges(map, merges).ignore_merges(pre.ignore_merges);
        let model =
            builder.build().map_err(|error| unknown_token(lines, vocab).unwrap_or_else(|| crate_error(error)))?;
        let split = |regex: &&str| {
            let pattern = SplitPattern::Regex((*regex).to_owned());
            Split::new(pattern, SplitDelimiterBehavior::Isolated, false).map_err(crate_error)
        };
        let splits = pre.regexes.iter().map(split).collect::<Result<_>>()?;
        Ok(Bpe { model, splits, bytes: ByteLevel::new(false, true, false) })
    }

    pub fn encode(&self, text: &str, out: &mut Vec<u32>) -> Result<()> {
        let mut words = PreTokenizedString::from(text);
        for split in &self.splits {
            split.pre_tokenize(&mut words).map_err(crate_error)?;
        }
        self.bytes.pre_tokenize(&mut words).map_err(crate_error)?;
        words.tokenize(|word| self.model.tokenize(word.get())).map_err(crate_error)?;
        for (_, _, tokens) in words.get_splits(OffsetReferential::Normalized, OffsetType::None) {
            out.extend(tokens.iter().flatten().map(|token| token.id));
        }
        Ok(())
    }
}

/// The two tokens of a merge. The first character may itself be a space in some vocabularies.
fn halves(line: &str) -> Option<(&str, &str)> {
    let first = line.chars().next()?.len_utf8();
    let space = first + line[first..].find(' ')?;
    Some((&line[..space], &line[space + 1..]))
}

/// The first merge with a token that the vocabulary lacks; looked for only when the merges were refused.
fn unknown_token(lines: &[String], vocab: &Vocab) -> Option<Error> {
    let known: HashSet<&str> = vocab.tokens.iter().map(String::as_str).collect();
    lines.iter().enumerate().find_map(|(rank, line)| {
        let (left, right) = halves(line)?;
        let joined = [left, right].concat();
        let missing = [left, right, &joined].into_iter().find(|token| !known.contains(token))?;
        let count = known.len();
        Some(Error::Tokenizer(format!(
            "merge {rank} ({line:?}) names token {missing:?}, which is not among the {count} tokens"
        )))
    })
}
