//! Two documents side by side: sentences that both have, those that one has in another form, those of one alone.

use std::collections::{HashMap, HashSet};
use std::ops::Range;

use crate::collection::Collection;
use crate::question::{Question, TermKind};
use crate::sentence::sentences;

/// A sentence and where it stands.
#[derive(Debug, Clone, PartialEq)]
pub struct Stand {
    /// Its passage.
    pub passage: u32,
    /// Its bytes there.
    pub range: Range<usize>,
}

/// What the comparison found.
#[derive(Debug, Default)]
pub struct Comparison {
    /// How many sentences both have, word by word.
    pub same: usize,
    /// The same in other words or numbers.
    pub changed: Vec<(Stand, Stand)>,
    /// Only in the first.
    pub first: Vec<Stand>,
    /// Only in the second.
    pub second: Vec<Stand>,
}

/// Sentences of a document that are compared.
const MOST: usize = 6000;
/// The share of terms that two sentences have in common, to be two forms of one.
const ALIKE: f32 = 0.6;

/// The terms of a sentence.
struct Termed {
    stand: Stand,
    plain: String,
    terms: HashSet<String>,
}

fn termed(collection: &Collection, document: u32) -> Vec<Termed> {
    let mut made = Vec::new();
    for (number, passage) in (0..).zip(collection.passages()).filter(|(_, p)| p.document == document) {
        for range in sentences(&passage.text) {
            let text = &passage.text[range.clone()];
            let question = Question::new(text, collection.words());
            let terms: HashSet<String> =
                question.terms.into_iter().filter(|t| t.kind != TermKind::Single).map(|t| t.text).collect();
            if terms.len() > 2 && made.len() < MOST {
                let plain = text.split_whitespace().collect::<Vec<_>>().join(" ");
                made.push(Termed { stand: Stand { passage: number, range }, plain, terms });
            }
        }
    }
    made
}

/// Compares the first two documents of a collection.
pub fn compare(collection: &Collection) -> Comparison {
    let (first, second) = (termed(collection, 0), termed(collection, 1));
    let mut with: HashMap<&str, Vec<usize>> = HashMap::new();
    for (n, sentence) in second.iter().enumerate() {
        for term in &sentence.terms {
            with.entry(term).or_default().push(n);
        }
    }
    let mut found = Comparison::default();
    let mut taken = vec![false; second.len()];
    for sentence in first {
        let mut shared: HashMap<usize, usize> = HashMap::new();
        // A word of every sentence tells nothing, and would make the work grow with the square of the length.
        let rare = sentence.terms.iter().filter_map(|t| with.get(t.as_str())).filter(|list| list.len() <= 200);
        for &n in rare.flatten().filter(|&&n| !taken[n]) {
            *shared.entry(n).or_default() += 1;
        }
        let share = |n: usize| {
            let common = sentence.terms.intersection(&second[n].terms).count() as f32;
            common / (sentence.terms.len().max(second[n].terms.len()) as f32)
        };
        let mut close: Vec<(usize, f32)> = shared.into_keys().map(|n| (n, share(n))).collect();
        close.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
        match close.first() {
            Some(&(n, share)) if share >= ALIKE => {
                taken[n] = true;
                if second[n].plain == sentence.plain {
                    found.same += 1;
                } else {
                    found.changed.push((sentence.stand, second[n].stand.clone()));
                }
            }
            _ => found.first.push(sentence.stand),
        }
    }
    found.second = second.into_iter().zip(taken).filter(|(_, taken)| !taken).map(|(s, _)| s.stand).collect();
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::read::read;

    #[test]
    fn what_changed_between_two_versions_is_found() {
        let mut collection = Collection::default();
        for (name, rent, more) in [("a.txt", "900", "Pets are allowed in the garden."), ("b.txt", "950", "")] {
            let text = format!(
                "The rent of the flat is {rent} euros a month.\n\nThe tenant cleans the stairs weekly.\n\n{more}"
            );
            collection.add(read(name, text.as_bytes()).expect("a document"));
        }
        let found = compare(&collection);
        let text = |s: &Stand| &collection.passages()[s.passage as usize].text[s.range.clone()];
        assert_eq!(found.same, 1);
        let changed: Vec<_> = found.changed.iter().map(|(a, b)| (text(a), text(b))).collect();
        assert_eq!(
            changed,
            [("The rent of the flat is 900 euros a month.", "The rent of the flat is 950 euros a month.")]
        );
        assert_eq!(found.first.iter().map(text).collect::<Vec<_>>(), ["Pets are allowed in the garden."]);
        assert!(found.second.is_empty());
    }
}
