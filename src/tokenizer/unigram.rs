//! Unigram (T5, XLM-R): SentencePiece's normalization, then the most probable segmentation (Kudo 2018), as the
//! `tokenizers` crate finds it. That crate's trie of 250,000 pieces takes some 200 MB; here they are one sorted text.

use std::ops::Range;

use super::charsmap::CharsMap;
use super::vocab::{SpecialIds, TokenKind, Vocab};
use crate::error::{Error, Result};
use crate::gguf::Metadata;

pub(super) struct UnigramPieces {
    pieces: Sorted,
    unk: u32,
    unk_score: f64,
    /// Ids of `<0x00>` to `<0xFF>`, where the vocabulary has them all.
    bytes: Option<Box<[u32; 256]>>,
    charsmap: CharsMap,
    space_prefix: bool,
    remove_extra_whitespaces: bool,
}

/// What an unknown character scores below the least probable piece.
const UNK_PENALTY: f64 = 10.0;

impl UnigramPieces {
    pub fn new(meta: &Metadata, vocab: &Vocab, ids: &SpecialIds, space_prefix: bool) -> Result<Self> {
        let unk = ids.unk.ok_or_else(|| Error::Tokenizer("a Unigram vocabulary needs unknown_token_id".to_owned()))?;
        let scores = vocab.need_scores()?;
        let least = scores.iter().fold(f32::INFINITY, |least, score| least.min(*score));
        let pieces = Sorted::new(vocab, scores);
        let bytes = vocab.kinds.contains(&TokenKind::Byte).then(|| {
            let id = |byte: usize| pieces.id(format!("<0x{byte:02X}>").as_bytes());
            let ids: Option<Vec<u32>> = (0..256).map(id).collect();
            ids.and_then(|ids| ids.into_boxed_slice().try_into().ok())
        });
        Ok(UnigramPieces {
            pieces,
            unk,
            unk_score: f64::from(least) - UNK_PENALTY,
            bytes: bytes.flatten(),
            charsmap: CharsMap::from_metadata(meta)?,
            space_prefix,
            remove_extra_whitespaces: meta.bool("tokenizer.ggml.remove_extra_whitespaces")?.unwrap_or(false),
        })
    }

    pub fn encode(&self, text: &str, out: &mut Vec<u32>) -> Result<()> {
        let text = self.normalize(text);
        let mut unknown: Option<Range<usize>> = None;
        for (range, id) in self.segment(&text) {
            if id == self.unk {
                // Neighbours that are unknown are one.
                unknown = Some(unknown.map_or(range.start, |before| before.start)..range.end);
                continue;
            }
            self.unknown(unknown.take().map(|range| &text[range]), out);
            out.push(id);
        }
        self.unknown(unknown.map(|range| &text[range]), out);
        Ok(())
    }

    /// Characters without a piece: as their bytes, where the vocabulary has those.
    fn unknown(&self, text: Option<&str>, out: &mut Vec<u32>) {
        let Some(text) = text else { return };
        match (self.pieces.id(text.as_bytes()), &self.bytes) {
            (Some(id), _) => out.push(id),
            (None, Some(ids)) => out.extend(text.bytes().map(|byte| ids[byte as usize])),
            (None, None) => out.push(self.unk),
        }
    }

    /// The most probable pieces, in order; characters that begin no piece of their own are unknown ones.
    fn segment(&self, text: &str) -> Vec<(Range<usize>, u32)> {
        /// How a text up to here is best cut.
        #[derive(Clone, Copy)]
        struct Cut {
            score: f64,
            start: usize,
            id: u32,
        }
        let mut best: Vec<Option<Cut>> = vec![None; text.len() + 1];
        best[0] = Some(Cut { score: 0.0, start: 0, id: 0 });
        for (at, c) in text.char_indices() {
            let before = best[at].map_or(0.0, |cut| cut.score);
            let one = at + c.len_utf8();
            let mut alone = false;
            let mut offer = |end: usize, id: u32, score: f64| {
                let score = before + score;
                if best[end].is_none_or(|cut| score > cut.score) {
                    best[end] = Some(Cut { score, start: at, id });
                }
            };
            self.pieces.prefixes(&text.as_bytes()[at..], |length, id, score| {
                alone |= at + length == one;
                offer(at + length, id, f64::from(score));
            });
            if !alone {
                offer(one, self.unk, self.unk_score);
            }
        }
        let mut found = Vec::new();
        let mut end = text.len();
        while let (true, Some(cut)) = (end > 0, best[end]) {
            found.push((cut.start..end, cut.id));
            end = cut.start;
        }
        found.reverse();
        found
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

/// The pieces that texts are made of, in the order of their bytes.
struct Sorted {
    text: Vec<u8>,
    starts: Vec<u32>, // (pieces + 1), offsets into `text`
    ids: Vec<u32>,
    scores: Vec<f32>,
}

impl Sorted {
    fn new(vocab: &Vocab, scores: &[f32]) -> Self {
        let matches =
            |kind| matches!(kind, TokenKind::Normal | TokenKind::UserDefined | TokenKind::Unused | TokenKind::Byte);
        let mut ids: Vec<u32> =
            vocab.iter().filter(|(_, text, kind)| matches(*kind) && !text.is_empty()).map(|(id, _, _)| id).collect();
        let text = |id: u32| vocab.tokens[id as usize].as_str();
        // Of two ids with one text the later one counts.
        ids.sort_unstable_by(|a, b| text(*a).cmp(text(*b)).then(b.cmp(a)));
        ids.dedup_by(|b, a| text(*a) == text(*b));
        let mut sorted = Sorted { text: Vec::new(), starts: vec![0], ids: Vec::new(), scores: Vec::new() };
        sorted.text.reserve_exact(ids.iter().map(|id| text(*id).len()).sum());
        sorted.starts.reserve_exact(ids.len());
        for id in &ids {
            sorted.text.extend_from_slice(text(*id).as_bytes());
            sorted.starts.push(sorted.text.len() as u32);
        }
        sorted.scores = ids.iter().map(|id| scores[*id as usize]).collect();
        sorted.ids = ids;
        sorted
    }

    fn piece(&self, n: usize) -> &[u8] {
        &self.text[self.starts[n] as usize..self.starts[n + 1] as usize]
    }

    fn id(&self, text: &[u8]) -> Option<u32> {
        let mut id = None;
        self.prefixes(text, |length, found, _| id = (length == text.len()).then_some(found));
        id
    }

    /// Calls `found` with the length, the id and the score of every piece that `text` begins with, shortest first.
    fn prefixes(&self, text: &[u8], mut found: impl FnMut(usize, u32, f32)) {
        let mut range = 0..self.ids.len();
        for (at, byte) in text.iter().enumerate() {
            // All in `range` are longer than `at`, and have the same bytes before it.
            let first = |until: &dyn Fn(u8) -> bool, range: &Range<usize>| {
                let (mut from, mut to) = (range.start, range.end);
                while from < to {
                    let middle = from + (to - from) / 2;
                    if until(self.piece(middle)[at]) { to = middle } else { from = middle + 1 }
                }
                from
            };
            let start = first(&|b| b >= *byte, &range);
            range = start..first(&|b| b > *byte, &(start..range.end));
            if range.is_empty() {
                return;
            }
            if self.piece(range.start).len() == at + 1 {
                found(at + 1, self.ids[range.start], self.scores[range.start]);
                range.start += 1;
            }
        }
    }
}
