//! Unigram (T5, XLM-R): SentencePiece's normalization, then the most probable segmentation, which the
//! `tokenizers` crate finds (Kudo 2018).

use tokenizers::Model;
use tokenizers::models::unigram::Unigram;

use super::charsmap::CharsMap;
use super::crate_error;
use super::vocab::{Kind, SpecialIds, Vocab};
use crate::error::{Error, Result};
use crate::gguf::Metadata;

pub(super) struct UnigramPieces {
    model: Unigram,
    charsmap: CharsMap,
    space_prefix: bool,
    remove_extra_whitespaces: bool,
}

impl UnigramPieces {
    pub fn new(meta: &Metadata, vocab: &Vocab, ids: &SpecialIds, space_prefix: bool) -> Result<Self> {
        let unk = ids.unk.ok_or_else(|| Error::Tokenizer("a Unigram vocabulary needs unknown_token_id".to_owned()))?;
        let scores = vocab.need_scores()?;
        let has_bytes = vocab.kinds.contains(&Kind::Byte);
        let pieces = vocab
            .iter()
            .map(|(id, text, kind)| {
                let matchable = matches!(kind, Kind::Normal | Kind::UserDefined | Kind::Unused | Kind::Byte);
                // The crate matches every piece; a text that no normalized input holds hides one.
                let text = if matchable { text.to_owned() } else { format!("\0{id}") };
                (text, f64::from(scores[id as usize]))
            })
            .collect();
        let model = Unigram::from(pieces, Some(unk as usize), has_bytes).map_err(crate_error)?;
        Ok(UnigramPieces {
            model,
            charsmap: CharsMap::from_metadata(meta)?,
            space_prefix,
            remove_extra_whitespaces: meta.bool("tokenizer.ggml.remove_extra_whitespaces")?.unwrap_or(false),
        })
    }

    pub fn encode(&self, text: &str, out: &mut Vec<u32>) -> Result<()> {
        let text = self.normalize(text);
        if !text.is_empty() {
            out.extend(self.model.tokenize(&text).map_err(crate_error)?.iter().map(|token| token.id));
        }
        Ok(())
    }

    /// Character map first, then the white space: collapse and trim if asked, prefix, `▁` for space.
    fn normalize(&self, text: &str) -> String {
        let mapped = self.charsmap.apply(text);
        let mut out = String::with_capacity(mapped.len() + 16);
        let mut after_space = self.remove_extra_whitespaces;
        for c in mapped.chars() {
            if c == ' ' && after_space {
                continue;
            }
            after_space = c == ' ' && self.remove_extra_whitespaces;
            if out.is_empty() && self.space_prefix {
                out.push('▁');
            }
            out.push(if c == ' ' { '▁' } else { c });
        }
        if self.remove_extra_whitespaces {
            let kept = out.trim_end_matches('▁').len();
            out.truncate(kept);
        }
        out
    }
}
