//! The tokens of a model that fills in the middle of a text. Which ids they are, and how the text between them stays
//! text; where they go in a prompt is the session's.

use super::Tokenizer;
use super::vocab::Vocab;
use crate::error::Result;
use crate::gguf::Metadata;

/// The ids around what stands before and behind a gap, and around further files.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct InfillTokens {
    /// Before the text in front of the gap.
    pub prefix: u32,
    /// Before the text behind the gap.
    pub suffix: u32,
    /// Behind both: the model goes on with what belongs between them.
    pub middle: u32,
    /// Before the name of a repository.
    pub repository: Option<u32>,
    /// Before the name of a file.
    pub file: Option<u32>,
}

/// A role: the names of its metadata keys, newest first, and the texts that known vocabularies give the token.
type Role = (&'static [&'static str], &'static [&'static str]);

const PREFIX: Role = (
    &["fim_pre", "prefix"],
    &["<|fim_prefix|>", "<fim-prefix>", "<fim_prefix>", "<｜fim▁begin｜>", "<PRE>", "▁<PRE>", "<|code_prefix|>"],
);
const SUFFIX: Role = (
    &["fim_suf", "suffix"],
    &["<|fim_suffix|>", "<fim-suffix>", "<fim_suffix>", "<｜fim▁hole｜>", "<SUF>", "▁<SUF>", "<|code_suffix|>"],
);
const MIDDLE: Role = (
    &["fim_mid", "middle"],
    &["<|fim_middle|>", "<fim-middle>", "<fim_middle>", "<｜fim▁end｜>", "<MID>", "▁<MID>", "<|code_middle|>"],
);
const REPOSITORY: Role =
    (&["fim_rep"], &["<|repo_name|>", "<|fim_repo|>", "<fim-repo>", "<repo_name>", "<reponame>", "<REPO>"]);
const FILE: Role = (&["fim_sep"], &["<|file_sep|>", "<file_sep>", "<filename>"]);

impl InfillTokens {
    /// None where one of the first three is missing. An id outside the vocabulary counts as missing.
    pub(super) fn from_metadata(meta: &Metadata, vocab: &Vocab) -> Result<Option<Self>> {
        let id = |(keys, texts): Role| -> Result<Option<u32>> {
            for key in keys {
                let named = meta.usize(&format!("tokenizer.ggml.{key}_token_id"))?;
                if let Some(id) = named.filter(|&id| id < vocab.tokens.len()) {
                    return Ok(Some(id as u32));
                }
            }
            let known = |text: &str| texts.contains(&text);
            Ok(vocab.iter().find(|(_, text, _)| text.starts_with(['<', '▁']) && known(text)).map(|(id, _, _)| id))
        };
        let (Some(prefix), Some(suffix), Some(middle)) = (id(PREFIX)?, id(SUFFIX)?, id(MIDDLE)?) else {
            return Ok(None);
        };
        Ok(Some(InfillTokens { prefix, suffix, middle, repository: id(REPOSITORY)?, file: id(FILE)? }))
    }

    fn all(&self) -> impl Iterator<Item = u32> {
        [Some(self.prefix), Some(self.suffix), Some(self.middle), self.repository, self.file].into_iter().flatten()
    }
}

impl Tokenizer {
    /// The tokens that this vocabulary fills in the middle with.
    pub fn infill(&self) -> Option<&InfillTokens> {
        self.infill.as_ref()
    }

    /// The ids of a text that people wrote, for a prompt that fills in the middle. The texts of the tokens above stay
    /// text, as those of control tokens do: a file that quotes them is still one file.
    ///
    /// # Errors
    /// As [`Tokenizer::encode`].
    pub fn encode_quoted(&self, text: &str) -> Result<Vec<u32>> {
        let quoted: Vec<&str> = self
            .infill
            .iter()
            .flat_map(InfillTokens::all)
            .filter_map(|id| std::str::from_utf8(self.token_bytes(id)).ok())
            .filter(|token| token.len() > 1)
            .collect();
        let mut ids = Vec::with_capacity(text.len() / 3 + 1);
        let mut start = 0;
        for (at, first) in text.char_indices() {
            if quoted.iter().any(|token| text[at..].starts_with(token)) {
                let cut = at + first.len_utf8(); // within the token's text, which is whole in neither piece
                ids.extend(self.encode(&text[start..cut], false)?);
                start = cut;
            }
        }
        ids.extend(self.encode(&text[start..], false)?);
        Ok(ids)
    }
}
