//! The sentences that may hold an answer, and what speaks for and against there being one.

use std::ops::Range;

use crate::collection::Collection;
use crate::entity::has_kind;
use crate::question::{Language, Question, TermKind};
use crate::search::{self, Found, Weighed, overlap, rarity};
use crate::sentence::sentences;

/// A sentence of a passage.
#[derive(Debug, Clone, PartialEq)]
pub struct Candidate {
    /// The passage's number in the collection.
    pub passage: u32,
    /// The passage's rank in the search, from 0.
    pub rank: usize,
    /// Its bytes in the passage's text.
    pub range: Range<usize>,
    /// Higher is better; comparable within one question only.
    pub score: f32,
}

/// So many passages are looked into.
const PASSAGES: usize = 6;
/// How much the passage counts beside the sentence.
const PASSAGE_SHARE: f32 = 0.8;
/// What a sentence gains that has the kind of thing that is asked for.
const KIND_SHARE: f32 = 0.12;

/// Sentences of the first passages, best first.
pub fn candidates(collection: &Collection, question: &Question, found: &Found) -> Vec<Candidate> {
    let all: f32 = found.terms.iter().map(|t| t.weight).sum::<f32>().max(f32::MIN_POSITIVE);
    let best = found.hits.first().map_or(1.0, |h| h.score).max(f32::MIN_POSITIVE);
    let mut list = Vec::new();
    for (rank, hit) in found.hits.iter().take(PASSAGES).enumerate() {
        let Some(passage) = collection.passages().get(hit.passage as usize) else { continue };
        for range in sentences(&passage.text) {
            let text = &passage.text[range.clone()];
            let mut score = overlap(text, collection.words(), &found.terms) / all + PASSAGE_SHARE * hit.score / best;
            if has_kind(text, question) {
                score += KIND_SHARE;
            }
            list.push(Candidate { passage: hit.passage, rank, range, score });
        }
    }
    list.sort_by(|a, b| b.score.total_cmp(&a.score));
    list
}

/// Passages of the collections that `answerable` was fitted on. A smaller one is judged as if it stood among passages of
/// other texts up to this number: in a file of two sentences every word that stands there would be a common one, every
/// word that does not would stand nowhere, and the first passage would be ahead of nothing.
const USUAL: usize = 120;
/// In what share of other passages a word or number, a pair and a single character stand.
const ELSEWHERE: [f32; 3] = [0.02, 0.01, 0.1];
/// What share of the words that stand nowhere here, names aside, stands in other passages.
const KNOWN_ELSEWHERE: f32 = 0.6;
/// How much of a question the best of the other passages covers.
const COVERED_ELSEWHERE: f32 = 0.22;
/// A character tells less than a word or a pair.
const SINGLE: f32 = 0.35;

/// The other passages that a small collection is judged among.
struct Others {
    here: usize,
    /// How many they are.
    count: usize,
}

impl Others {
    fn of(collection: &Collection) -> Others {
        let here = collection.index().len();
        Others { here, count: USUAL.saturating_sub(here) }
    }

    /// From 0, where there are none, to almost 1.
    fn share(&self) -> f32 {
        self.count as f32 / USUAL as f32
    }

    /// A term's weight among all.
    fn weight(&self, t: &Weighed) -> f32 {
        if t.weight == 0.0 {
            return 0.0;
        }
        let [word, pair, single] = ELSEWHERE;
        let (factor, share) = match t.term.kind {
            TermKind::Word | TermKind::Number => (1.0, word),
            TermKind::Pair => (1.0, pair),
            TermKind::Single => (SINGLE * search::SINGLE, single),
        };
        factor * rarity(t.frequency as f32 + share * self.count as f32, self.here + self.count)
    }
}

/// How many numbers [`features`] gives.
pub const FEATURES: usize = 8;

/// What tells whether the collection answers a question, each about 0 to 1:
/// the question's weight that the best passage covers, and the best sentence; that stands nowhere at all; the names and
/// numbers that the best passage lacks; whether there are names; whether the best sentences have the kind of thing that
/// is asked for; how far the first passage is ahead of the second; how much of the question there is to judge by.
pub fn features(collection: &Collection, question: &Question, found: &Found, list: &[Candidate]) -> [f32; FEATURES] {
    let others = Others::of(collection);
    let most = rarity(0.0, others.here + others.count);
    let weight = |t: &Weighed| others.weight(t);
    let all: f32 = found.terms.iter().map(weight).sum::<f32>().max(f32::MIN_POSITIVE);
    let covered = |text: &str, headings: &[String]| -> f32 {
        let words = collection.words().of(text);
        let stands = |t: &Weighed| match t.term.kind {
            TermKind::Single | TermKind::Pair => {
                text.contains(&t.term.text) || headings.iter().any(|h| h.contains(&t.term.text))
            }
            _ => {
                words.iter().any(|w| w.term == t.term.text)
                    || headings.iter().any(|h| collection.words().of(h).iter().any(|w| w.term == t.term.text))
            }
        };
        found.terms.iter().filter(|t| stands(t)).map(weight).sum::<f32>() / all
    };
    let mut passage_cover = 0f32;
    let mut names_missing = 1f32;
    let names: Vec<&Weighed> = found.terms.iter().filter(|t| t.term.name).collect();
    let names_weight: f32 = names.iter().map(|t| weight(t)).sum::<f32>().max(f32::MIN_POSITIVE);
    for hit in found.hits.iter().take(2) {
        let Some(passage) = collection.passages().get(hit.passage as usize) else { continue };
        passage_cover = passage_cover.max(covered(&passage.text, &passage.headings));
        let words = collection.words().of(&passage.text);
        let lacks = |t: &&&Weighed| {
            let term = &t.term.text;
            !words.iter().any(|w| w.term == *term)
                && !passage.text.contains(term.as_str())
                && !passage.headings.iter().any(|h| collection.words().of(h).iter().any(|w| w.term == *term))
        };
        let missing = names.iter().filter(lacks).map(|t| weight(t)).sum::<f32>() / names_weight;
        names_missing = names_missing.min(missing);
    }
    if names.is_empty() {
        names_missing = 0.0;
    }
    let mut sentence_cover = 0f32;
    for candidate in list.iter().take(3) {
        if let Some(passage) = collection.passages().get(candidate.passage as usize) {
            sentence_cover = sentence_cover.max(covered(&passage.text[candidate.range.clone()], &passage.headings));
        }
    }
    let unknown = |t: &Weighed| if t.term.name { 1.0 } else { 1.0 - KNOWN_ELSEWHERE * others.share() };
    let nowhere = found.terms.iter().filter(|t| t.frequency == 0 && t.term.kind != TermKind::Single);
    let nowhere: f32 = nowhere.map(|t| weight(t) * unknown(t)).sum();
    let kind = list.iter().take(3).any(|c| {
        let passage = collection.passages().get(c.passage as usize);
        passage.is_some_and(|p| has_kind(&p.text[c.range.clone()], question))
    });
    let score = |n: usize| found.hits.get(n).map_or(0.0, |h| h.score);
    let second = COVERED_ELSEWHERE * others.share() / passage_cover.max(f32::MIN_POSITIVE);
    let ahead = if score(0) > 0.0 { 1.0 - (score(1) / score(0)).max(second.min(1.0)) } else { 0.0 };
    [
        passage_cover,
        sentence_cover,
        nowhere / all,
        names_missing,
        f32::from(u8::from(!names.is_empty())),
        f32::from(u8::from(kind)),
        ahead,
        (all / most / if question.language == Language::English { 8.0 } else { 20.0 }).min(1.5),
    ]
}
