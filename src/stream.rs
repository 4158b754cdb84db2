//! Token ids → text as it may be shown: never half a character, never the start of a stop string.
//!
//! What a token means is the tokenizer's; when to stop generating is the session's.

use crate::tokenizer::Tokenizer;

/// Collects the bytes of tokens and gives out text that no later token can change.
///
/// The pieces, concatenated, are the decoded text up to the first stop string.
#[derive(Debug, Clone, Default)]
pub struct TextStream {
    stops: Vec<String>,
    bytes: Vec<u8>,     // the beginning of a character, at most 3 bytes between calls
    held: String,       // text that may be the beginning of a stop string
    hit: Option<usize>, // index into stops
    at_start: bool,     // the next piece begins a text, where some vocabularies put a space
}

impl TextStream {
    /// A stream whose first token begins a text (an answer in a chat).
    pub fn new(stops: Vec<String>) -> Self {
        TextStream { at_start: true, ..TextStream::continuing(stops) }
    }

    /// A stream whose first token continues a text (a completion): a leading space belongs to it.
    pub fn continuing(stops: Vec<String>) -> Self {
        TextStream { stops: stops.into_iter().filter(|s| !s.is_empty()).collect(), ..TextStream::default() }
    }

    /// Takes a token and gives the text that has become certain, often empty. Control tokens have no
    /// text, but before one everything is certain. After a stop string nothing more comes.
    pub fn push(&mut self, tokenizer: &Tokenizer, id: u32) -> String {
        if tokenizer.is_special(id) {
            return self.finish();
        }
        let bytes = self.piece(tokenizer, id);
        self.at_start = false;
        self.push_bytes(bytes)
    }

    /// The bytes that a token would add to the text now.
    pub fn piece<'t>(&self, tokenizer: &'t Tokenizer, id: u32) -> &'t [u8] {
        if tokenizer.is_special(id) {
            return &[];
        }
        let bytes = tokenizer.token_bytes(id);
        let strips = self.at_start && tokenizer.strips_first_space();
        if strips { bytes.strip_prefix(b" ").unwrap_or(bytes) } else { bytes }
    }

    /// As [`TextStream::push`], from bytes.
    pub fn push_bytes(&mut self, bytes: &[u8]) -> String {
        if self.hit.is_some() {
            return String::new();
        }
        self.bytes.extend_from_slice(bytes);
        self.take_characters();
        self.release()
    }

    /// The rest of the text; an unfinished character becomes U+FFFD.
    pub fn finish(&mut self) -> String {
        if self.hit.is_some() {
            return String::new();
        }
        if !self.bytes.is_empty() {
            self.held.push('\u{FFFD}');
            self.bytes.clear();
        }
        let before = self.release();
        if self.hit.is_some() { before } else { before + &std::mem::take(&mut self.held) }
    }

    /// The stop string that ended the text, if one did.
    pub fn stopped(&self) -> Option<&str> {
        self.hit.map(|i| self.stops[i].as_str())
    }

    /// Moves whole characters from `bytes` to `held`, as `String::from_utf8_lossy` would read them.
    fn take_characters(&mut self) {
        loop {
            match std::str::from_utf8(&self.bytes) {
                Ok(text) => {
                    self.held.push_str(text);
                    self.bytes.clear();
                    return;
                }
                Err(error) => {
                    let (valid, rest) = self.bytes.split_at(error.valid_up_to());
                    self.held.push_str(&String::from_utf8_lossy(valid));
                    match error.error_len() {
                        Some(bad) => {
                            self.held.push('\u{FFFD}');
                            self.bytes = rest[bad..].to_vec();
                        }
                        None => {
                            self.bytes = rest.to_vec();
                            return;
                        }
                    }
                }
            }
        }
    }

    /// Gives out what of `held` can no longer become a stop string.
    fn release(&mut self) -> String {
        let first =
            self.stops.iter().enumerate().filter_map(|(i, stop)| Some((self.held.find(stop.as_str())?, i))).min();
        if let Some((at, stop)) = first {
            self.hit = Some(stop);
            self.held.truncate(at);
            return std::mem::take(&mut self.held);
        }
        let keep = self.stops.iter().map(|stop| overlap(&self.held, stop)).max().unwrap_or(0);
        let rest = self.held.split_off(self.held.len() - keep);
        std::mem::replace(&mut self.held, rest)
    }
}

/// Length in bytes of the longest end of `text` that begins `stop`.
fn overlap(text: &str, stop: &str) -> usize {
    let longest = text.len().min(stop.len().saturating_sub(1));
    (1..=longest).rev().find(|&n| text.as_bytes().ends_with(&stop.as_bytes()[..n])).unwrap_or(0)
}
