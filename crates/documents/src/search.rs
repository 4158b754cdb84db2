//! Passages for a question, by BM25 (Robertson and Zaragoza, 2009) over words, characters and pairs of characters.
//!
//! The first passages are put in order again by how close together their terms stand: in one sentence, side by side.
//! Where vectors are known, their order and that of the words are fused by reciprocal ranks (Cormack et al., 2009).

use std::collections::HashMap;

use crate::document::Passage;
use crate::index::Index;
use crate::question::{Question, Term, TermKind, is_particle};
use crate::sentence::sentences;
use crate::vectors::Near;
use crate::words::Words;

/// A passage that was found.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Hit {
    /// Its number in the collection.
    pub passage: u32,
    /// Higher is better; comparable within one search only.
    pub score: f32,
}

/// BM25's saturation of repeated terms.
const K1: f32 = 1.2;
/// BM25's weight of a passage's length.
const B: f32 = 0.6;
/// A character tells less than a pair.
pub const SINGLE: f32 = 0.35;
/// So many are put in order again.
const AGAIN: usize = 40;

/// A term's weight: BM25's inverse document frequency.
pub fn rarity(frequency: f32, passages: usize) -> f32 {
    let (n, df) = (passages as f32, frequency);
    (1.0 + (n - df + 0.5) / (df + 0.5)).ln()
}

/// A term of the question with what the collection says of it.
#[derive(Debug, Clone)]
pub struct Weighed {
    /// The term.
    pub term: Term,
    /// In how many passages it stands.
    pub frequency: u32,
    /// Its weight.
    pub weight: f32,
}

/// What a search found.
#[derive(Debug, Clone, Default)]
pub struct Found {
    /// The question's terms.
    pub terms: Vec<Weighed>,
    /// Best first.
    pub hits: Vec<Hit>,
}

/// The best passages for a question.
pub fn search(index: &Index, passages: &[Passage], words: &Words, question: &Question, limit: usize) -> Found {
    let mut scores = vec![0f32; index.len()];
    let mut terms = Vec::with_capacity(question.terms.len());
    let mut singles: HashMap<&str, Vec<(u32, u32)>> = HashMap::new();
    for term in question.terms.iter().filter(|t| t.kind == TermKind::Single) {
        singles.insert(&term.text, index.passages(&term.text));
    }
    for term in &question.terms {
        let (list, factor) = match term.kind {
            TermKind::Pair => (pair(&term.text, &singles, passages), 1.0),
            TermKind::Single if is_particle(&term.text) => (Vec::new(), 0.0),
            TermKind::Single => (singles.get(term.text.as_str()).cloned().unwrap_or_default(), SINGLE),
            TermKind::Word | TermKind::Number => (index.passages(&term.text), 1.0),
        };
        let weight = rarity(list.len() as f32, index.len()) * factor;
        for &(passage, count) in &list {
            let count = count as f32;
            let saturated = count * (K1 + 1.0) / (count + K1 * (1.0 - B + B * index.relative_length(passage)));
            if let Some(score) = scores.get_mut(passage as usize) {
                *score += weight * saturated;
            }
        }
        terms.push(Weighed { term: term.clone(), frequency: list.len() as u32, weight });
    }
    let mut hits: Vec<Hit> =
        (0..).zip(&scores).filter(|(_, s)| **s > 0.0).map(|(passage, &score)| Hit { passage, score }).collect();
    let best = |a: &Hit, b: &Hit| b.score.total_cmp(&a.score).then(a.passage.cmp(&b.passage));
    let again = AGAIN.max(limit).min(hits.len());
    if hits.len() > again {
        hits.select_nth_unstable_by(again - 1, best);
        hits.truncate(again);
    }
    for hit in &mut hits {
        if let Some(passage) = passages.get(hit.passage as usize) {
            hit.score += closeness(passage, words, &terms);
        }
    }
    hits.sort_by(best);
    hits.truncate(limit);
    Found { terms, hits }
}

/// Ranks are counted from here: the first place is worth little more than the second.
const RANKS: f32 = 10.0;
/// What the order of the words counts beside that of vectors.
const WORDS: f32 = 2.0;
/// The part of a question's greatest possible score from which on it counts in full.
const ENOUGH: f32 = 0.33;

/// The passages of both lists in one order, with scores from 1 down.
///
/// Words count twice as much as vectors, if the passage that they put first has a good part of the question's weight; a
/// question in another language shares a name or a number with some passage, which says little.
pub fn fuse(found: &Found, near: &[Near]) -> Vec<Hit> {
    let rank = |rank: usize| 1.0 / (RANKS + rank as f32);
    let all: f32 = found.terms.iter().map(|t| t.weight * (K1 + 1.0)).sum();
    let covered = found.hits.first().map_or(0.0, |h| h.score / all.max(f32::MIN_POSITIVE));
    let words = WORDS * (covered / ENOUGH).min(1.0).powi(2);
    let mut fused: HashMap<u32, f32> = HashMap::new();
    for (r, hit) in found.hits.iter().enumerate() {
        fused.insert(hit.passage, words * rank(r));
    }
    for (r, near) in near.iter().enumerate() {
        *fused.entry(near.passage).or_default() += rank(r);
    }
    let mut hits: Vec<Hit> = fused.into_iter().map(|(passage, score)| Hit { passage, score }).collect();
    hits.sort_by(|a, b| b.score.total_cmp(&a.score).then(a.passage.cmp(&b.passage)));
    let best = hits.first().map_or(1.0, |h| h.score);
    // Reciprocal ranks are close together, where scores of words are not: the second place is worth about half.
    hits.iter_mut().for_each(|h| h.score = (h.score / best).powi(8));
    hits
}

/// The passages in which two characters stand side by side: those that have both, with a look at their texts.
fn pair(pair: &str, singles: &HashMap<&str, Vec<(u32, u32)>>, passages: &[Passage]) -> Vec<(u32, u32)> {
    let Some((cut, _)) = pair.char_indices().nth(1) else { return Vec::new() };
    let (Some(a), Some(b)) = (singles.get(&pair[..cut]), singles.get(&pair[cut..])) else { return Vec::new() };
    let (mut i, mut j) = (0, 0);
    let mut found = Vec::new();
    while let (Some(&(x, _)), Some(&(y, _))) = (a.get(i), b.get(j)) {
        if x == y
            && let Some(passage) = passages.get(x as usize)
        {
            let in_headings = passage.headings.iter().filter(|h| h.contains(pair)).count();
            let count = passage.text.matches(pair).count() + in_headings;
            if count > 0 {
                found.push((x, count as u32));
            }
        }
        i += usize::from(x <= y);
        j += usize::from(y <= x);
    }
    found
}

/// How much of the question stands in the best single sentence, and how much of it side by side as there.
fn closeness(passage: &Passage, words: &Words, terms: &[Weighed]) -> f32 {
    let mut best = 0f32;
    for range in sentences(&passage.text) {
        best = best.max(overlap(&passage.text[range], words, terms));
    }
    best * SENTENCE
}

/// Weight of the best sentence beside the passage.
const SENTENCE: f32 = 0.5;

/// The weights of the terms that stand in a text; neighbours of the question that stand side by side count more.
pub fn overlap(text: &str, words: &Words, terms: &[Weighed]) -> f32 {
    let found = words.of(text);
    let mut sum = 0.0;
    let mut last: Option<usize> = None;
    for Weighed { term, weight, .. } in terms {
        match term.kind {
            TermKind::Pair => sum += if text.contains(&term.text) { *weight } else { 0.0 },
            TermKind::Single => sum += if text.contains(&term.text) { *weight } else { 0.0 },
            TermKind::Word | TermKind::Number => {
                let follows = last.and_then(|l| found.get(l + 1)).is_some_and(|w| w.term == term.text);
                let at = if follows { last.map(|l| l + 1) } else { found.iter().position(|w| w.term == term.text) };
                if at.is_some() {
                    sum += weight * if follows { 1.0 + BESIDE } else { 1.0 };
                }
                last = at;
            }
        }
    }
    sum
}

/// What words gain that stand side by side as in the question.
const BESIDE: f32 = 0.4;
