//! The inverted index: for each term the passages that have it, compressed. Ranking is in `search`.
//!
//! Pairs of characters have no lists of their own: they would outweigh the text. They are looked up in the texts that
//! have both characters, see `search`.

use std::collections::HashMap;

use crate::document::Passage;
use crate::words::Words;

/// One term's passages: for each the distance to the one before, shifted by a bit that says whether a count follows.
#[derive(Debug, Clone, Default, PartialEq)]
struct Postings {
    bytes: Vec<u8>,
    last: u32,
    count: u32,
}

/// Which passages have which terms.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Index {
    /// By the hash of a term: two of a hundred thousand terms may share one, which costs a little precision.
    terms: HashMap<u32, Postings>,
    /// Terms of a passage.
    lengths: Vec<u16>,
    total: u64,
}

/// FNV-1a.
fn hash(term: &str) -> u32 {
    term.bytes().fold(0x811c_9dc5, |h, b| (h ^ u32::from(b)).wrapping_mul(0x0100_0193))
}

fn put(mut n: u32, to: &mut Vec<u8>) {
    while n >= 0x80 {
        to.push(n as u8 | 0x80);
        n >>= 7;
    }
    to.push(n as u8);
}

fn take(bytes: &mut &[u8]) -> Option<u32> {
    let mut n = 0u32;
    for shift in (0..35).step_by(7) {
        let (&b, rest) = bytes.split_first()?;
        *bytes = rest;
        n |= u32::from(b & 0x7f).checked_shl(shift)?;
        if b < 0x80 {
            return Some(n);
        }
    }
    None
}

impl Index {
    /// Adds the next passage; its number is how many were added before.
    pub fn add(&mut self, passage: &Passage, words: &Words) {
        let mut counts: HashMap<u32, u32> = HashMap::new();
        let mut length = 0u32;
        words.each(&passage.text, |term, _, _, _| {
            *counts.entry(hash(term)).or_default() += 1;
            length += 1;
        });
        // A heading counts as if it were said once more in each passage below it.
        for heading in &passage.headings {
            words.each(heading, |term, _, _, _| *counts.entry(hash(term)).or_default() += 1);
        }
        let number = self.lengths.len() as u32;
        for (term, count) in counts {
            let postings = self.terms.entry(term).or_default();
            let distance = number - postings.last;
            put(distance << 1 | u32::from(count > 1), &mut postings.bytes);
            if count > 1 {
                put(count, &mut postings.bytes);
            }
            postings.last = number;
            postings.count += 1;
        }
        self.lengths.push(length.min(u32::from(u16::MAX)) as u16);
        self.total += u64::from(length);
    }

    /// How many passages there are.
    pub fn len(&self) -> usize {
        self.lengths.len()
    }

    /// Whether nothing was added.
    pub fn is_empty(&self) -> bool {
        self.lengths.is_empty()
    }

    /// In how many passages a term stands.
    pub fn frequency(&self, term: &str) -> u32 {
        self.terms.get(&hash(term)).map_or(0, |p| p.count)
    }

    /// The passages of a term and how often it stands in each.
    pub fn passages(&self, term: &str) -> Vec<(u32, u32)> {
        let Some(postings) = self.terms.get(&hash(term)) else { return Vec::new() };
        let mut bytes = postings.bytes.as_slice();
        let mut at = 0u32;
        let mut found = Vec::with_capacity(postings.count as usize);
        while let Some(n) = take(&mut bytes) {
            at = at.saturating_add(n >> 1);
            let count = if n & 1 == 1 { take(&mut bytes).unwrap_or(1) } else { 1 };
            if (at as usize) < self.lengths.len() {
                found.push((at, count));
            }
        }
        found
    }

    /// A passage's length beside the mean one.
    pub fn relative_length(&self, passage: u32) -> f32 {
        let mean = self.total as f32 / self.lengths.len().max(1) as f32;
        self.lengths.get(passage as usize).map_or(1.0, |&n| f32::from(n) / mean.max(1.0))
    }

    /// Adds the passages of another index behind those of this one.
    pub fn append(&mut self, other: &Index) {
        let offset = self.lengths.len() as u32;
        for (term, theirs) in &other.terms {
            let ours = self.terms.entry(*term).or_default();
            let mut bytes = theirs.bytes.as_slice();
            // Only the first distance changes: it is now from our last passage.
            if let Some(first) = take(&mut bytes) {
                put((offset + (first >> 1)).saturating_sub(ours.last) << 1 | first & 1, &mut ours.bytes);
                ours.bytes.extend_from_slice(bytes);
                ours.last = offset + theirs.last;
                ours.count += theirs.count;
            }
        }
        self.lengths.extend_from_slice(&other.lengths);
        self.total += other.total;
    }

    /// As it is stored: lengths of passages, then terms in the order of their hashes.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::new();
        put(self.lengths.len() as u32, &mut bytes);
        for length in &self.lengths {
            put(u32::from(*length), &mut bytes);
        }
        let mut terms: Vec<(&u32, &Postings)> = self.terms.iter().collect();
        terms.sort_by_key(|(hash, _)| **hash);
        let mut before = 0;
        for (hash, postings) in terms {
            put(hash - before, &mut bytes);
            put(postings.bytes.len() as u32, &mut bytes);
            bytes.extend_from_slice(&postings.bytes);
            before = *hash;
        }
        bytes
    }

    /// Reads what [`Index::to_bytes`] wrote; `None` where it is damaged.
    pub fn from_bytes(mut bytes: &[u8]) -> Option<Index> {
        let mut index = Index::default();
        let passages = take(&mut bytes)?;
        for _ in 0..passages {
            index.lengths.push(u16::try_from(take(&mut bytes)?).ok()?);
        }
        index.total = index.lengths.iter().map(|&l| u64::from(l)).sum();
        let mut hash = 0u32;
        while !bytes.is_empty() {
            hash = hash.checked_add(take(&mut bytes)?)?;
            let length = take(&mut bytes)? as usize;
            let list = bytes.get(..length)?;
            bytes = &bytes[length..];
            let mut postings = Postings { bytes: list.to_vec(), ..Postings::default() };
            let mut rest = list;
            while !rest.is_empty() {
                let n = take(&mut rest)?;
                if n & 1 == 1 {
                    take(&mut rest)?;
                }
                postings.last = postings.last.checked_add(n >> 1).filter(|at| *at < passages)?;
                postings.count += 1;
            }
            index.terms.insert(hash, postings);
        }
        Some(index)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::Place;

    fn passage(text: &str) -> Passage {
        Passage { document: 0, number: 0, headings: Vec::new(), place: Place::default(), text: text.into() }
    }

    #[test]
    fn passages_and_counts_come_back() {
        let (mut index, words) = (Index::default(), Words::default());
        for n in 0..1000 {
            let text = if n % 300 == 7 { "loop loop loop" } else { "other" };
            index.add(&passage(text), &words);
        }
        assert_eq!(index.passages("loop"), [(7, 3), (307, 3), (607, 3), (907, 3)]);
        assert_eq!(index.frequency("other"), 996);
        assert_eq!(index.passages("absent"), []);
    }

    #[test]
    fn what_is_stored_comes_back_and_two_halves_make_a_whole() {
        let words = Words::default();
        let (mut whole, mut first, mut second) = (Index::default(), Index::default(), Index::default());
        for n in 0..100 {
            let text = format!("word{} again again 第{}号", n % 7, n % 5);
            whole.add(&passage(&text), &words);
            if n < 40 { &mut first } else { &mut second }.add(&passage(&text), &words);
        }
        first.append(&second);
        assert_eq!(first, whole);
        let bytes = whole.to_bytes();
        assert_eq!(Index::from_bytes(&bytes), Some(whole));
        for cut in 1..bytes.len() {
            let _ = Index::from_bytes(&bytes[..cut]);
        }
    }

    #[test]
    fn a_damaged_list_ends_early() {
        assert_eq!(take(&mut [0xff; 9].as_slice()), None);
        assert_eq!(take(&mut [0x80].as_slice()), None);
    }
}
