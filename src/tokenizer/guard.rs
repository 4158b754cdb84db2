//! Keeps the texts of control tokens plain where they are quoted. Which texts those are, the session
//! decides: it marks them before a chat template mixes them with the template's own tokens.

use super::{Fragment, Tokenizer};
use crate::error::Result;

impl Tokenizer {
    /// Puts `mark` into every control token's text within `text`, so that none of them is whole;
    /// `None` if there are none. `mark` must not occur in `text`.
    pub fn mark_control(&self, text: &str, mark: char) -> Option<String> {
        let mut marked = String::new();
        let mut copied = 0;
        for (at, first) in text.char_indices() {
            // A token of a single character cannot be broken; there are none among real control tokens.
            if self.special.control_length(text, at).is_some_and(|length| length > first.len_utf8()) {
                let end = at + first.len_utf8();
                marked.push_str(&text[copied..end]);
                marked.push(mark);
                copied = end;
            }
        }
        (copied > 0).then(|| marked + &text[copied..])
    }

    /// As [`Tokenizer::encode`] with special tokens parsed, except those that contain `mark`; the
    /// marks themselves leave no trace.
    ///
    /// # Errors
    /// As [`Tokenizer::encode`].
    pub fn encode_marked(&self, text: &str, mark: char) -> Result<Vec<u32>> {
        let mut out = Vec::with_capacity(text.len() / 3 + 1);
        let mut after_special = true;
        for fragment in self.special.split(text, true) {
            match fragment {
                Fragment::Token(id) => {
                    out.push(id);
                    after_special = true;
                }
                Fragment::Text(text) => {
                    self.encode_text(&text.replace(mark, ""), after_special, &mut out)?;
                    after_special = false;
                }
            }
        }
        Ok(out)
    }
}
