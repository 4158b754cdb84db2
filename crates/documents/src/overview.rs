//! Whole documents without a model: the telling sentence of a part, and all dates, amounts or names with their places.
//! Everything is verbatim.

use std::collections::{HashMap, HashSet};
use std::ops::Range;

use crate::collection::Collection;
use crate::entity::{names, numbers, times};
use crate::evidence::Candidate;
use crate::han_names;
use crate::question::{Question, TermKind, is_particle};
use crate::sentence::sentences;
use crate::span::{whole_date, whole_number};
use crate::whole::Whole;

/// Bytes of a sentence that can stand for a part.
const FITS: Range<usize> = 40..420;

/// How often terms stand in the documents.
pub struct Frequencies(HashMap<String, f32>);

impl Frequencies {
    /// Counts a collection's terms.
    pub fn of(collection: &Collection) -> Frequencies {
        let mut counts: HashMap<String, f32> = HashMap::new();
        for passage in collection.passages() {
            for term in terms(collection, &passage.text) {
                *counts.entry(term).or_default() += 1.0;
            }
        }
        Frequencies(counts)
    }
}

fn terms(collection: &Collection, text: &str) -> Vec<String> {
    let question = Question::new(text, collection.words());
    let telling = |kind: TermKind, text: &str| kind != TermKind::Single && !is_particle(text);
    question.terms.into_iter().filter(|t| telling(t.kind, &t.text)).map(|t| t.text).collect()
}

/// The sentence of some passages whose terms are the most frequent in the documents.
pub fn telling(collection: &Collection, passages: &[u32], counts: &Frequencies) -> Option<Candidate> {
    telling_with(collection, passages, counts, |_| true)
}

/// The same, of those sentences that fit.
pub fn telling_with(
    collection: &Collection,
    passages: &[u32],
    counts: &Frequencies,
    fits: impl Fn(&str) -> bool,
) -> Option<Candidate> {
    let mut best: Option<Candidate> = None;
    for &number in passages {
        let Some(passage) = collection.passages().get(number as usize) else { continue };
        for range in sentences(&passage.text) {
            let text = &passage.text[range.clone()];
            if !FITS.contains(&text.len()) || text.contains('\t') || !fits(text) {
                continue;
            }
            let terms = terms(collection, text);
            let sum: f32 = terms.iter().map(|t| counts.0.get(t).copied().unwrap_or_default().ln_1p()).sum();
            let score = sum / (terms.len() as f32 + 4.0);
            if best.as_ref().is_none_or(|b| score > b.score) {
                best = Some(Candidate { passage: number, rank: 0, range, score });
            }
        }
    }
    best
}

/// A thing that was found, as it stands.
#[derive(Debug, Clone, PartialEq)]
pub struct Item {
    /// The thing.
    pub text: String,
    /// The passage that has it.
    pub passage: u32,
    /// The sentence around it.
    pub sentence: Range<usize>,
}

/// Every thing of a kind, each once a passage.
pub fn items(collection: &Collection, whole: &Whole) -> Vec<Item> {
    let mut found: Vec<Item> = Vec::new();
    let texts = || collection.passages().iter().map(|passage| passage.text.as_str());
    let (people, ordinary) = match whole {
        Whole::Names => (han_names::people(texts()), texts().flat_map(small_words).collect()),
        _ => (HashSet::new(), HashSet::new()),
    };
    for (number, passage) in (0..).zip(collection.passages()) {
        let first = found.len();
        for sentence in sentences(&passage.text) {
            let text = &passage.text[sentence.clone()];
            let ranges: Vec<Range<usize>> = match whole {
                Whole::Dates => times(text, "")
                    .into_iter()
                    .map(|r| whole_date(text, r))
                    .filter(|r| digit(&text[r.clone()]))
                    .collect(),
                Whole::Amounts => numbers(text, "")
                    .into_iter()
                    .map(|r| whole_number(text, r))
                    .filter(|r| money(&text[r.clone()]))
                    .collect(),
                Whole::Names => all_names(text, &people, &ordinary),
                _ => Vec::new(),
            };
            for range in ranges {
                let thing = &text[range];
                if !found[first..].iter().any(|item| item.text.contains(thing)) {
                    found.push(Item { text: thing.to_owned(), passage: number, sentence: sentence.clone() });
                }
            }
        }
    }
    found
}

/// Words that begin in lower case.
fn small_words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !c.is_alphanumeric()).filter(|word| word.starts_with(char::is_lowercase))
}

/// Names in any language that is understood, in the text's order. A word that opens a sentence and is ordinary elsewhere is
/// none.
fn all_names(text: &str, people: &HashSet<String>, ordinary: &HashSet<&str>) -> Vec<Range<usize>> {
    let mut found = names(text, "");
    let opens = |at: usize| !text[..at].contains(char::is_alphanumeric);
    found.retain(|name| !opens(name.start) || !ordinary.contains(text[name.clone()].to_lowercase().as_str()));
    found.extend(han_names::names(text, people));
    found.sort_by_key(|range| range.start);
    found
}

fn digit(text: &str) -> bool {
    text.chars().any(|c| c.is_ascii_digit())
}

fn money(text: &str) -> bool {
    text.contains(['$', '€', '£', '¥', '%', '元', '円', '万', '亿'])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::read::read;

    fn collection(text: &str) -> Collection {
        let mut collection = Collection::default();
        collection.add(read("a.md", text.as_bytes()).expect("a document"));
        collection
    }

    #[test]
    fn dates_and_amounts_are_whole() {
        let collection = collection("It opened on May 3, 1871 and cost $5 million.\n\n1996年12月16日开幕，票价30元。");
        let texts = |whole| items(&collection, &whole).into_iter().map(|i| i.text).collect::<Vec<_>>();
        assert_eq!(texts(Whole::Dates), ["May 3, 1871", "1996年12月16日"]);
        assert_eq!(texts(Whole::Amounts), ["$5 million", "30元"]);
    }

    #[test]
    fn names_are_listed_in_both_languages() {
        let collection = collection(
            "Bridges are old. The bridges were built by Anna Reed. Reed was here.\n\n记者王小明说，它由 IBM 和北京大学出资。",
        );
        let texts = items(&collection, &Whole::Names).into_iter().map(|i| i.text).collect::<Vec<_>>();
        assert_eq!(texts, ["Anna Reed", "王小明", "IBM", "北京大学"]);
    }
}
