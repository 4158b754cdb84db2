//! BPE's merges: the symbols of a word join by rank until no two neighbours can (Sennrich et al. 2016).
//!
//! The `tokenizers` crate has the same, and tests hold this one to it. It wants vocabulary and merges as
//! owned strings, hundreds of thousands of them, and keeps every text twice: that was most of what it
//! took to open a model.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap};
use std::hash::BuildHasherDefault;

use super::vocab::ShortHash;
use crate::error::{Error, Result};

/// Text → id of all tokens, while the merges are built.
pub(super) type Ids<'v> = HashMap<&'v str, u32, BuildHasherDefault<ShortHash>>;

/// What two neighbours become.
#[derive(Debug, Clone, Copy)]
struct Merge {
    rank: u32,
    id: u32,
}

pub(super) struct Merges {
    by_pair: HashMap<(u32, u32), Merge, BuildHasherDefault<ShortHash>>,
}

/// A part of a word that may still join its neighbours.
#[derive(Debug, Clone, Copy)]
struct Symbol {
    id: u32,
    prev: usize,
    next: usize,
    joined: bool, // into its left neighbour
}

/// No neighbour on that side.
const NONE: usize = usize::MAX;

/// Two neighbours that can join, the lowest rank and then the leftmost first.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Candidate {
    rank: u32,
    left: usize, // which symbol
    pair: (u32, u32),
    id: u32,
}

/// Room for one word, used again for the next.
#[derive(Default)]
pub(super) struct Word {
    symbols: Vec<Symbol>,
    queue: BinaryHeap<Reverse<Candidate>>,
}

impl Merges {
    /// `lines` are two tokens and a space each, the first to be merged first.
    ///
    /// # Errors
    /// [`Error::Tokenizer`] for a line that is something else or names a token that there is not.
    pub fn new(lines: &[String], ids: &Ids) -> Result<Self> {
        let mut by_pair = HashMap::with_capacity_and_hasher(lines.len(), Default::default());
        let mut joined = String::new();
        for (rank, line) in lines.iter().enumerate() {
            let (left, right) = halves(line)
                .ok_or_else(|| Error::Tokenizer(format!("merge {rank} ({line:?}) is not two tokens and a space")))?;
            joined.clear();
            joined.push_str(left);
            joined.push_str(right);
            let id = |token: &str| {
                ids.get(token).copied().ok_or_else(|| {
                    let count = ids.len();
                    Error::Tokenizer(format!(
                        "merge {rank} ({line:?}) names token {token:?}, which is not among the {count} tokens"
                    ))
                })
            };
            by_pair.insert((id(left)?, id(right)?), Merge { rank: rank as u32, id: id(&joined)? });
        }
        Ok(Merges { by_pair })
    }

    /// Joins the symbols of a word, and appends what they have become.
    pub fn apply(&self, symbols: impl Iterator<Item = u32>, word: &mut Word, out: &mut Vec<u32>) {
        word.symbols.clear();
        word.symbols.extend(symbols.enumerate().map(|(i, id)| Symbol {
            id,
            prev: i.wrapping_sub(1), // NONE for the first
            next: i + 1,
            joined: false,
        }));
        let Some(last) = word.symbols.last_mut() else { return };
        last.next = NONE;
        for right in 1..word.symbols.len() {
            self.propose(word, right - 1, right);
        }
        while let Some(Reverse(Candidate { left, pair, id, .. })) = word.queue.pop() {
            let Symbol { id: first, prev, next: right, joined } = word.symbols[left];
            // What was found earlier may have joined other neighbours meanwhile.
            if joined || right == NONE || (first, word.symbols[right].id) != pair {
                continue;
            }
            let next = word.symbols[right].next;
            word.symbols[right].joined = true;
            word.symbols[left].id = id;
            word.symbols[left].next = next;
            if next != NONE {
                word.symbols[next].prev = left;
                self.propose(word, left, next);
            }
            if prev != NONE {
                self.propose(word, prev, left);
            }
        }
        out.extend(word.symbols.iter().filter(|symbol| !symbol.joined).map(|symbol| symbol.id));
    }

    fn propose(&self, word: &mut Word, left: usize, right: usize) {
        let pair = (word.symbols[left].id, word.symbols[right].id);
        if let Some(&Merge { rank, id }) = self.by_pair.get(&pair) {
            word.queue.push(Reverse(Candidate { rank, left, pair, id }));
        }
    }
}

/// The two tokens of a merge. The first character may itself be a space in some vocabularies.
fn halves(line: &str) -> Option<(&str, &str)> {
    let first = line.chars().next()?.len_utf8();
    let space = first + line[first..].find(' ')?;
    Some((&line[..space], &line[space + 1..]))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use tokenizers::Model;
    use tokenizers::models::bpe;

    /// Tokens and merges as training would find them: each merge joins two tokens that are there.
    fn vocabulary(picks: &[(usize, usize)]) -> (Vec<String>, Vec<String>) {
        let mut tokens: Vec<String> = ["a", "b", "c", "é"].map(str::to_owned).to_vec();
        let mut lines = Vec::new();
        for &(left, right) in picks {
            let (left, right) = (tokens[left % tokens.len()].clone(), tokens[right % tokens.len()].clone());
            let joined = [left.as_str(), right.as_str()].concat();
            lines.push(format!("{left} {right}"));
            if !tokens.contains(&joined) {
                tokens.push(joined);
            }
        }
        (tokens, lines)
    }

    proptest! {
        #[test]
        fn words_merge_as_in_the_tokenizers_crate(
            picks in prop::collection::vec((0usize..64, 0usize..64), 0..40),
            words in prop::collection::vec("[abcé]{0,24}", 1..8),
        ) {
            let (tokens, lines) = vocabulary(&picks);
            let ids: Ids = tokens.iter().enumerate().map(|(id, text)| (text.as_str(), id as u32)).collect();
            let merges = Merges::new(&lines, &ids).unwrap();
            let owned = ids.iter().map(|(text, &id)| ((*text).to_owned(), id)).collect::<bpe::Vocab>();
            let pairs = lines.iter().map(|line| halves(line).unwrap()).map(|(l, r)| (l.to_owned(), r.to_owned()));
            let crates = bpe::BPE::builder().vocab_and_merges(owned, pairs.collect()).build().unwrap();
            let mut room = Word::default();
            for word in words {
                let mut got = Vec::new();
                merges.apply(word.chars().map(|c| ids[c.to_string().as_str()]), &mut room, &mut got);
                let want: Vec<u32> = crates.tokenize(&word).unwrap().iter().map(|token| token.id).collect();
                prop_assert_eq!(got, want, "{}", word);
            }
        }
    }
}
