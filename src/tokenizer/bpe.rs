//! Byte-level BPE: the `tokenizers` crate splits by the pre-tokenizer's regexes and maps bytes to
//! characters, then the characters merge.

use tokenizers::pre_tokenizers::byte_level::ByteLevel;
use tokenizers::pre_tokenizers::split::{Split, SplitPattern};
use tokenizers::{
    NormalizedString, OffsetReferential, OffsetType, PreTokenizedString, PreTokenizer, SplitDelimiterBehavior,
};

use super::crate_error;
use super::merges::{Ids, Merges, Word};
use super::pre::Pre;
use super::vocab::{BYTE_CHARACTERS, Index, Vocab, duplicate};
use crate::error::Result;
use crate::gguf::Metadata;

pub(super) struct Bpe {
    /// The ids of the characters that stand for bytes; `None` for one that is no token.
    alphabet: Vec<Option<u32>>,
    merges: Merges,
    /// All tokens, where a word that is one is not merged.
    whole: Option<Index>,
    splits: Vec<Split>,
    bytes: ByteLevel,
    composes: bool,
}

impl Bpe {
    pub fn new(meta: &Metadata, vocab: &Vocab, pre: &Pre) -> Result<Self> {
        let mut ids = Ids::with_capacity_and_hasher(vocab.tokens.len(), Default::default());
        let mut alphabet = vec![None; BYTE_CHARACTERS];
        for (id, text, _) in vocab.iter() {
            // An unused id may have no text at all; it can never be produced.
            if let Some(first) = ids.insert(text, id)
                && !text.is_empty()
            {
                return Err(duplicate(text, first, id));
            }
            let mut characters = text.chars();
            if let (Some(c), None) = (characters.next(), characters.next())
                && let Some(place) = alphabet.get_mut(c as usize)
            {
                *place = Some(id);
            }
        }
        let merges = Merges::new(meta.need_strings("tokenizer.ggml.merges")?, &ids)?;
        let whole = pre.ignore_merges.then(|| ids.iter().map(|(&text, &id)| (text.into(), id)).collect());
        let split = |regex: &&str| {
            let pattern = SplitPattern::Regex((*regex).to_owned());
            Split::new(pattern, SplitDelimiterBehavior::Isolated, false).map_err(crate_error)
        };
        let splits = pre.regexes.iter().map(split).collect::<Result<_>>()?;
        Ok(Bpe { alphabet, merges, whole, splits, bytes: ByteLevel::new(false, true, false), composes: pre.composes })
    }

    pub fn encode(&self, text: &str, out: &mut Vec<u32>) -> Result<()> {
        let mut text = NormalizedString::from(text);
        if self.composes && !text.get().is_ascii() {
            text.nfc();
        }
        let mut words = PreTokenizedString::from(text);
        for split in &self.splits {
            split.pre_tokenize(&mut words).map_err(crate_error)?;
        }
        self.bytes.pre_tokenize(&mut words).map_err(crate_error)?;
        let mut room = Word::default();
        for (word, _, _) in words.get_splits(OffsetReferential::Normalized, OffsetType::None) {
            match self.whole.as_ref().and_then(|whole| whole.get(word)) {
                Some(&id) => out.push(id),
                None => self.merges.apply(word.chars().filter_map(|c| self.symbol(c)), &mut room, out),
            }
        }
        Ok(())
    }

    /// A byte that is no token leaves no trace, as in the files' own tokenizers.
    fn symbol(&self, c: char) -> Option<u32> {
        self.alphabet.get(c as usize).copied().flatten()
    }
}
