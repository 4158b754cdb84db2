//! SentencePiece BPE: merge the neighbours whose joined token has the best score, until none is left.
//!
//! (Kudo and Richardson 2018, `bpe_model.cc`.) GGUF stores no merge list for these vocabularies, only
//! scores, so ranks would have to be derived; merging by score directly is exact and loads faster.

use std::cmp::Ordering;
use std::collections::BinaryHeap;

use super::vocab::{Index, SpecialIds, TokenKind, Vocab, byte_of_name, duplicate};
use crate::error::{Error, Result};

pub(super) struct Spm {
    index: Index,
    scores: Vec<f32>,
    bytes: Box<[Option<u32>; 256]>,
    unk: Option<u32>,
}

/// A run of text that may still merge with its neighbours.
struct Symbol {
    start: usize,
    end: usize, // start == end: merged into its left neighbour
    prev: usize,
    next: usize,
}

/// No neighbour on that side.
const NONE: usize = usize::MAX;

struct Bigram {
    score: f32,
    left: usize,
    right: usize,
    length: usize, // bytes of both when it was found; another length means it is outdated
}

impl Ord for Bigram {
    fn cmp(&self, other: &Self) -> Ordering {
        self.score.total_cmp(&other.score).then_with(|| other.left.cmp(&self.left))
    }
}

impl PartialOrd for Bigram {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Bigram {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Bigram {}

impl Spm {
    pub fn new(vocab: &Vocab, ids: &SpecialIds) -> Result<Self> {
        // +0.0 and -0.0 tie in SentencePiece; total_cmp would tell them apart.
        let scores: Vec<f32> = vocab.need_scores()?.iter().map(|s| s + 0.0).collect();
        let mut index = Index::with_capacity_and_hasher(vocab.tokens.len(), Default::default());
        let mut bytes = Box::new([None; 256]);
        for (id, text, kind) in vocab.iter() {
            match kind {
                TokenKind::Byte => match byte_of_name(text) {
                    Some(byte) => bytes[byte as usize] = Some(id),
                    None => return Err(Error::Tokenizer(format!("byte token {id} is {text:?}, not <0x00> to <0xFF>"))),
                },
                TokenKind::Control | TokenKind::Unknown => {}
                TokenKind::Normal | TokenKind::UserDefined | TokenKind::Unused => {
                    if let Some(first) = index.insert(text.into(), id)
                        && !text.is_empty()
                    {
                        return Err(duplicate(text, first, id));
                    }
                }
            }
        }
        Ok(Spm { index, scores, bytes, unk: ids.unk })
    }

    pub fn encode(&self, text: &str, space_prefix: bool, out: &mut Vec<u32>) -> Result<()> {
        let mut escaped = String::with_capacity(text.len() + 16);
        if space_prefix {
            escaped.push('▁');
        }
        escaped.extend(text.chars().map(|c| if c == ' ' { '▁' } else { c }));
        let text = escaped.as_str();

        let mut symbols: Vec<Symbol> = text
            .char_indices()
            .enumerate()
            .map(|(i, (start, c))| Symbol {
                start,
                end: start + c.len_utf8(),
                prev: if i == 0 { NONE } else { i - 1 },
                next: i + 1,
            })
            .collect();
        let Some(last) = symbols.last_mut() else { return Ok(()) };
        last.next = NONE;

        let mut queue = BinaryHeap::new();
        for right in 1..symbols.len() {
            self.push_bigram(text, &symbols, right - 1, right, &mut queue);
        }
        while let Some(Bigram { left, right, length, .. }) = queue.pop() {
            let (l, r) = (&symbols[left], &symbols[right]);
            let merged = l.start == l.end || r.start == r.end;
            if merged || r.end - l.start != length {
                continue;
            }
            let (end, next) = (r.end, r.next);
            symbols[right].start = end;
            symbols[left].end = end;
            symbols[left].next = next;
            if next != NONE {
                symbols[next].prev = left;
            }
            self.push_bigram(text, &symbols, symbols[left].prev, left, &mut queue);
            self.push_bigram(text, &symbols, left, next, &mut queue);
        }

        let mut at = 0;
        while at != NONE {
            let symbol = &symbols[at];
            self.emit(&text[symbol.start..symbol.end], out)?;
            at = symbol.next;
        }
        Ok(())
    }

    fn push_bigram(&self, text: &str, symbols: &[Symbol], left: usize, right: usize, queue: &mut BinaryHeap<Bigram>) {
        if left == NONE || right == NONE {
            return;
        }
        let (start, end) = (symbols[left].start, symbols[right].end);
        if let Some(&id) = self.index.get(&text[start..end]) {
            queue.push(Bigram { score: self.scores[id as usize], left, right, length: end - start });
        }
    }

    /// A symbol that is no token falls back to its bytes, or to the unknown token.
    fn emit(&self, symbol: &str, out: &mut Vec<u32>) -> Result<()> {
        if let Some(&id) = self.index.get(symbol) {
            out.push(id);
            return Ok(());
        }
        if let Some(ids) = symbol.bytes().map(|b| self.bytes[b as usize]).collect::<Option<Vec<u32>>>() {
            out.extend(ids);
            return Ok(());
        }
        let unk = self
            .unk
            .ok_or_else(|| Error::Tokenizer(format!("no token, byte token or unknown token stands for {symbol:?}")))?;
        out.push(unk);
        Ok(())
    }
}
