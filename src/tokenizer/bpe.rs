//! Byte-level BPE on the `tokenizers` crate: split by the pre-tokenizer's regexes, map bytes, merge.

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
        let mut merges = Vec::with_capacity(lines.len());
        let mut joined = String::new();
        for (rank, line) in lines.iter().enumerate() {
            // The first character may itself be a space in some vocabularies.
            let first = line.chars().next().map_or(0, char::len_utf8);
            let Some(space) = line[first..].find(' ') else {
                return Err(Error::Tokenizer(format!("merge {rank} ({line:?}) is not two tokens and a space")));
            };
            let (left, right) = (&line[..first + space], &line[first + space + 1..]);
            joined.clear();
            joined.push_str(left);
            joined.push_str(right);
            if let Some(missing) = [left, right, &joined].into_iter().find(|t| !map.contains_key(*t)) {
                return Err(Error::Tokenizer(format!(
                    "merge {rank} ({line:?}) names token {missing:?}, which is not among the {} tokens",
                    vocab.tokens.len()
                )));
            }
            merges.push((left.to_owned(), right.to_owned()));
        }
        let model = BPE::builder()
            .vocab_and_merges(map, merges)
            .ignore_merges(pre.ignore_merges)
            .build()
            .map_err(crate_error)?;
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
