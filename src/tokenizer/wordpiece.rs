//! WordPiece on the `tokenizers` crate: BERT's normalizer and pre-tokenizer, longest match first.
//!
//! GGUF writes WordPiece vocabularies the other way round: a word's start carries `▁`, its
//! continuation carries nothing, where BERT's own files mark the continuation with `##`.

use tokenizers::models::bpe;
use tokenizers::models::wordpiece::WordPiece;
use tokenizers::normalizers::BertNormalizer;
use tokenizers::pre_tokenizers::bert::BertPreTokenizer;
use tokenizers::{
    Model, NormalizedString, Normalizer, OffsetReferential, OffsetType, PreTokenizedString, PreTokenizer,
};

use super::crate_error;
use super::vocab::{SpecialIds, TokenKind, Vocab, duplicate};
use crate::error::{Error, Result};
use crate::gguf::Metadata;

pub(super) struct WordPieces {
    model: WordPiece,
    normalizer: BertNormalizer,
}

impl WordPieces {
    pub fn new(meta: &Metadata, vocab: &Vocab, ids: &SpecialIds) -> Result<Self> {
        let unk =
            ids.unk.ok_or_else(|| Error::Tokenizer("a WordPiece vocabulary needs unknown_token_id".to_owned()))?;
        let mut map = bpe::Vocab::with_capacity(vocab.tokens.len());
        for (id, text, kind) in vocab.iter() {
            let text = match kind {
                _ if id == unk => text.to_owned(),
                TokenKind::Normal | TokenKind::Unused => match text.strip_prefix('▁') {
                    Some(start) => start.to_owned(),
                    None => format!("##{text}"),
                },
                _ => continue, // split off before the words are looked at
            };
            if let Some(first) = map.insert(text, id) {
                return Err(duplicate(&vocab.tokens[id as usize], first, id));
            }
        }
        let unk = vocab.tokens[unk as usize].clone();
        let model = WordPiece::builder().vocab(map).unk_token(unk).build().map_err(crate_error)?;
        let lowercase = meta.bool("tokenizer.ggml.normalizer.lowercase")?.unwrap_or(true);
        let strip_accents = meta.bool("tokenizer.ggml.normalizer.strip_accents")?;
        Ok(WordPieces { model, normalizer: BertNormalizer::new(true, true, strip_accents, lowercase) })
    }

    pub fn encode(&self, text: &str, out: &mut Vec<u32>) -> Result<()> {
        let mut normalized = NormalizedString::from(text);
        self.normalizer.normalize(&mut normalized).map_err(crate_error)?;
        let mut words = PreTokenizedString::from(normalized);
        BertPreTokenizer.pre_tokenize(&mut words).map_err(crate_error)?;
        words.tokenize(|word| self.model.tokenize(word.get())).map_err(crate_error)?;
        for (_, _, tokens) in words.get_splits(OffsetReferential::Normalized, OffsetType::None) {
            out.extend(tokens.iter().flatten().map(|token| token.id));
        }
        Ok(())
    }
}
