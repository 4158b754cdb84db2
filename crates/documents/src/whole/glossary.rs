//! Terms that documents define, with the sentence that defines each. Told by the form of the sentence; all verbatim.

use std::collections::HashSet;

use crate::collection::Collection;
use crate::overview::Item;
use crate::sentence::sentences;

/// Between a term and what it is.
const IS: [&str; 20] = [
    " refers to ",
    " is defined as ",
    " are defined as ",
    " means ",
    " stands for ",
    " is called ",
    " is a ",
    " is an ",
    " is the ",
    " are the ",
    "是指",
    "指的是",
    "定义为",
    "称为",
    "是一种",
    "是一个",
    "とは",
    "を指す",
    "と呼ばれる",
    "の略",
];
/// How many of them define wherever they stand; after the others a term must be a frequent one.
const PLAIN: usize = 6;
/// What begins a sentence and is no term.
const NO_TERMS: &str = " it this that these those there he she they we you i which what who here such one so he's the \
    following result reason problem goal aim first second next last other some each ";
/// Bytes of a term.
const LONGEST: usize = 60;

/// The defined terms of a collection, each once.
pub fn glossary(collection: &Collection) -> Vec<Item> {
    let mut met: HashSet<String> = HashSet::new();
    let mut found = Vec::new();
    for (number, passage) in (0..).zip(collection.passages()) {
        for sentence in sentences(&passage.text) {
            let text = &passage.text[sentence.clone()];
            let Some(term) = term(text, |term| frequent(collection, term)) else { continue };
            if met.insert(term.to_lowercase()) {
                found.push(Item { text: term.to_owned(), passage: number, sentence });
            }
        }
    }
    found
}

/// What a sentence defines.
fn term(sentence: &str, frequent: impl Fn(&str) -> bool) -> Option<&str> {
    let (at, sure) = IS.iter().enumerate().find_map(|(n, marker)| {
        let at = sentence.find(marker).filter(|&at| at <= LONGEST + 8)?;
        Some((at, n < PLAIN || !marker.starts_with(' ')))
    })?;
    let mut term = sentence[..at].trim();
    for article in ["The ", "A ", "An ", "所谓"] {
        term = term.strip_prefix(article).unwrap_or(term);
    }
    let term = term.trim_matches(|c: char| "“”\"'‘’「」《》：:，, ".contains(c));
    let words = term.split_whitespace().count();
    let first = term.split_whitespace().next().unwrap_or_default().to_lowercase();
    let plain = !term.contains(['.', ',', ';', '，', '；', '。', '\t', '(', '[']);
    let fits = plain && words <= 5 && (2..=LONGEST).contains(&term.len()) && term.chars().any(char::is_alphabetic);
    (fits && !NO_TERMS.contains(&format!(" {first} ")) && (sure || frequent(term))).then_some(term)
}

/// Whether a term stands in several passages.
fn frequent(collection: &Collection, term: &str) -> bool {
    let lower = term.to_lowercase();
    collection.passages().iter().filter(|p| p.text.to_lowercase().contains(&lower)).take(2).count() > 1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn definitions_are_told_by_their_form() {
        let common = |sentence| term(sentence, |_| false);
        assert_eq!(common("A lighthouse is defined as a tower with a light."), Some("lighthouse"));
        assert_eq!(common("“Lessee” means the person who rents the flat."), Some("Lessee"));
        assert_eq!(common("灯塔是指带有灯光的塔。"), Some("灯塔"));
        assert_eq!(common("It means nothing."), None);
        assert_eq!(common("The harbour is a busy place."), None);
        assert_eq!(term("The harbour is a busy place.", |_| true), Some("harbour"));
    }
}
