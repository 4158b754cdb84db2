//! A gap in a text → the tokens that ask a model to fill it. No chat template: the tokens are the vocabulary's own.
//!
//! The order is prefix, suffix, middle, which all families with these tokens know; further files come first, each under
//! its name, as Qwen2.5-Coder was trained.

use serde::Deserialize;

use crate::error::{Error, Result};
use crate::tokenizer::{InfillTokens, Tokenizer};

/// What stands around the gap.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
#[cfg_attr(test, derive(ts_rs::TS), ts(optional_fields))]
pub struct Infill {
    /// The text before the gap.
    #[cfg_attr(test, ts(optional, as = "Option<String>"))]
    pub prefix: String,
    /// The text behind the gap.
    #[cfg_attr(test, ts(optional, as = "Option<String>"))]
    pub suffix: String,
    /// The name of the file with the gap.
    pub path: Option<String>,
    /// The repository that the files are of.
    pub repository: Option<String>,
    /// Other files of it that the model should know, the most important last.
    #[cfg_attr(test, ts(optional, as = "Option<Vec<InfillFile>>"))]
    pub files: Vec<InfillFile>,
}

/// A file beside the one with the gap.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct InfillFile {
    /// Its name.
    pub path: String,
    /// Its text.
    pub text: String,
}

/// A file or repository whose name nobody gave.
const UNNAMED_REPOSITORY: &str = "project";
const UNNAMED_FILE: &str = "file";

/// Tokens of a prompt, so that an answer of `wanted` tokens has room too, if it wants no more than half of the context.
pub(super) fn room(context: usize, wanted: Option<usize>) -> usize {
    context - wanted.unwrap_or(usize::MAX).min(context / 2)
}

impl Infill {
    /// At most `room` tokens, one for the beginning of a text left: the text around the gap first, three quarters of it
    /// from before the gap, then as many of the other files' last tokens as fit.
    pub(super) fn tokens(&self, tokenizer: &Tokenizer, room: usize) -> Result<Vec<u32>> {
        let special = tokenizer.infill().ok_or(Error::NoInfill)?;
        let name = self.file_name(tokenizer, special)?;
        let room = room.saturating_sub(name.len() + 4); // three tokens around the gap, one that begins a text
        let mut prefix = tokenizer.encode_quoted(&self.prefix)?;
        let mut suffix = tokenizer.encode_quoted(&self.suffix)?;
        let behind = suffix.len().min((room / 4).max(room.saturating_sub(prefix.len())));
        suffix.truncate(behind);
        prefix.drain(..prefix.len().saturating_sub(room - behind));
        let mut ids = self.other_files(tokenizer, special)?;
        ids.drain(..ids.len().saturating_sub(room - behind - prefix.len()));
        ids.extend(name);
        ids.push(special.prefix);
        ids.extend(prefix);
        ids.push(special.suffix);
        ids.extend(suffix);
        ids.push(special.middle);
        Ok(ids)
    }

    /// What stands before the gap's file if it is one of several, or is named.
    fn file_name(&self, tokenizer: &Tokenizer, special: &InfillTokens) -> Result<Vec<u32>> {
        match special.file {
            Some(file) if self.path.is_some() || !self.files.is_empty() => {
                let name = self.path.as_deref().unwrap_or(UNNAMED_FILE);
                Ok([vec![file], tokenizer.encode_quoted(&format!("{name}\n"))?].concat())
            }
            _ => Ok(Vec::new()),
        }
    }

    /// Nothing where the vocabulary has no token to tell files apart.
    fn other_files(&self, tokenizer: &Tokenizer, special: &InfillTokens) -> Result<Vec<u32>> {
        let Some(separator) = special.file else { return Ok(Vec::new()) };
        let mut ids = Vec::new();
        if let (Some(token), false) = (special.repository, self.files.is_empty()) {
            let name = self.repository.as_deref().unwrap_or(UNNAMED_REPOSITORY);
            ids.push(token);
            ids.extend(tokenizer.encode_quoted(&format!("{name}\n"))?);
        }
        for InfillFile { path, text } in &self.files {
            ids.push(separator);
            ids.extend(tokenizer.encode_quoted(&format!("{path}\n{text}\n"))?);
        }
        Ok(ids)
    }
}

#[cfg(test)]
mod tests {
    use super::room;

    #[test]
    fn an_answer_gets_the_room_that_it_wants_up_to_half_of_the_context() {
        assert_eq!(room(1000, Some(100)), 900);
        assert_eq!(room(1000, Some(900)), 500);
        assert_eq!(room(1000, None), 500);
    }
}
