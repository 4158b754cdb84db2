//! A text as hashed features: what both classifiers see. Training and scoring share this file, so they cannot differ.
//!
//! Four groups, each of length 1 however long the text is: words (n-grams and pairs with gaps; n-grams of characters
//! for Chinese and Japanese), parts of words, classes of the lexicon with their pairs and neighbours, and classes with
//! the way in which the sentence begins.

use std::collections::BTreeSet;
use std::sync::OnceLock;

use crate::hash::hash;
use crate::lexicon::{Token, lexicon};
use crate::script::is_cjk;

/// One feature: a hash, from which a model takes as many bits as it has, and the value.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Feature {
    /// FNV-1a, mixed.
    pub hash: u32,
    /// What the weight is multiplied by.
    pub value: f32,
    /// Whether it tells classes or kinds of words rather than the words themselves.
    pub general: bool,
}

/// The features of a normalized text.
pub fn features(normalized: &str) -> Vec<Feature> {
    let tokens = lexicon().tokens(normalized);
    let mut all = Vec::new();
    let groups =
        [(words(&tokens, normalized), 1.0, false), (parts(&tokens), 0.5, false), (classes(&tokens), 1.0, true)];
    for (group, weight, general) in groups {
        let value = weight / (group.len().max(1) as f32).sqrt();
        all.extend(group.into_iter().map(|hash| Feature { hash, value, general }));
    }
    all
}

/// Whether a token is a word in letters: Chinese and Japanese are told by characters, and a number that no sentence of the
/// training had would weigh what the word weighs that shares its bits.
pub(crate) fn spells(token: &Token) -> bool {
    !token.text.starts_with(is_cjk) && token.text.chars().any(|c| !c.is_ascii_digit())
}

/// N-grams up to 3 and pairs with gaps of Latin words; n-grams up to 4 of other characters.
fn words(tokens: &[Token], normalized: &str) -> BTreeSet<u32> {
    let mut set = BTreeSet::new();
    let latin: Vec<&str> = tokens.iter().filter(|token| spells(token)).map(|token| token.text.as_str()).collect();
    for at in 0..latin.len() {
        set.insert(hash(b'w', &latin[at..=at]));
        for length in 2..=3 {
            if let Some(gram) = latin.get(at..at + length) {
                set.insert(hash(b'w', gram));
            }
        }
        for gap in 2..=4 {
            if let Some(other) = latin.get(at + gap) {
                set.insert(hash(b's', &[latin[at], other]));
            }
        }
    }
    let chars: Vec<(usize, char)> = normalized.char_indices().filter(|(_, c)| !c.is_whitespace()).collect();
    for at in 0..chars.len() {
        if !is_cjk(chars[at].1) {
            continue;
        }
        for length in 1..=4 {
            let Some(&(end, last)) = chars.get(at + length - 1) else { break };
            if !is_cjk(last) {
                break;
            }
            set.insert(hash(b'c', &[&normalized[chars[at].0..end + last.len_utf8()]]));
        }
    }
    set
}

/// N-grams of 4 and 5 letters within Latin words, their ends marked.
fn parts(tokens: &[Token]) -> BTreeSet<u32> {
    let mut set = BTreeSet::new();
    for token in tokens.iter().filter(|token| spells(token)) {
        let marked: Vec<char> = format!("<{}>", token.text).chars().collect();
        for length in 4..=5 {
            for gram in marked.windows(length) {
                set.insert(hash(b'p', &[gram.iter().collect::<String>().as_str()]));
            }
        }
    }
    set
}

/// Words that say nothing between two classes.
fn empty(token: &Token) -> bool {
    token.classes == 0
        && matches!(
            token.text.as_str(),
            "a" | "an"
                | "the"
                | "to"
                | "of"
                | "my"
                | "some"
                | "this"
                | "that"
                | "is"
                | "are"
                | "in"
                | "on"
                | "for"
                | "and"
                | "with"
                | "的"
                | "了"
                | "一"
                | "个"
                | "の"
                | "を"
                | "が"
                | "は"
                | "に"
        )
}

/// Names of the kinds of `weights/kinds.bin`, by number.
fn kind_names() -> &'static [String] {
    static NAMES: OnceLock<Vec<String>> = OnceLock::new();
    NAMES.get_or_init(|| (0..=u8::MAX).map(|kind| format!("k{kind}")).collect())
}

/// Pairs further apart than this say nothing.
const REACH: usize = 24; // tokens with a class

fn classes(tokens: &[Token]) -> BTreeSet<u32> {
    let (names, kinds) = (lexicon().names(), kind_names());
    let of = |token: &Token| {
        let (classes, kind) = (token.classes, usize::from(token.kind));
        let listed = (0..names.len()).filter(move |bit| classes >> bit & 1 == 1).map(|bit| names[bit]);
        listed.chain((kind != 0).then(|| kinds[kind].as_str()))
    };
    let telling: Vec<&Token> = tokens.iter().filter(|token| !empty(token)).collect();
    let classed: Vec<&Token> = telling.iter().copied().filter(|token| token.classes != 0 || token.kind != 0).collect();
    let first: Vec<&str> = tokens.iter().take(3).map(|token| token.text.as_str()).collect();
    let mut set = BTreeSet::new();
    set.insert(hash(b'n', &[length_of(tokens.len())]));
    for (at, token) in classed.iter().enumerate() {
        for class in of(token) {
            set.insert(hash(b'k', &[class]));
            for length in 1..=first.len().min(2) {
                set.insert(hash(b'f', &[first[..length].join(" ").as_str(), class]));
            }
            for other in classed.iter().skip(at + 1).take(REACH) {
                for second in of(other) {
                    set.insert(hash(b'q', &[class, second]));
                }
            }
        }
    }
    // What stands beside a class: the classes of its neighbours, or that they have none, and their words.
    for (at, token) in telling.iter().enumerate() {
        for class in of(token) {
            match telling.get(at + 1) {
                None => _ = set.insert(hash(b'a', &[class, "end"])),
                Some(next) if next.classes == 0 && next.kind == 0 => {
                    set.insert(hash(b'a', &[class, "other"]));
                    set.insert(hash(b'b', &[class, &next.text]));
                }
                Some(next) => {
                    if next.classes == 0 {
                        set.insert(hash(b'b', &[class, &next.text]));
                    }
                    for second in of(next) {
                        set.insert(hash(b'a', &[class, second]));
                        if let Some(after) = telling.get(at + 2) {
                            for third in of(after) {
                                set.insert(hash(b'3', &[class, second, third]));
                            }
                        }
                    }
                }
            }
            if let Some(before) = at.checked_sub(1).and_then(|before| telling.get(before))
                && before.classes == 0
            {
                set.insert(hash(b'e', &[&before.text, class]));
            }
        }
    }
    set
}

fn length_of(tokens: usize) -> &'static str {
    match tokens {
        0..=3 => "1",
        4..=8 => "2",
        9..=16 => "3",
        17..=40 => "4",
        _ => "5",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_group_has_its_length() {
        let square: f32 = features("how do i kill a python process").iter().map(|f| f.value * f.value).sum();
        assert!((square - 2.25).abs() < 1e-3, "{square}");
        assert_eq!(features("").len(), 1);
    }
}
