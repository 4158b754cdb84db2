//! The classes of words of `words/lexicon.txt`, and a text cut into words with their classes.

use std::collections::HashMap;
use std::sync::OnceLock;

use crate::hash::hash;
use crate::script::{is_cjk, variants};

/// One bit a class, in the order of the file.
pub type Classes = u64;

/// A word, or a character of Chinese or Japanese that belongs to no word of the lexicon.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Token {
    /// As it stands in the normalized text; words of a phrase are joined by `_`.
    pub text: String,
    /// What the lexicon says of it.
    pub classes: Classes,
    /// What kind of thing an English word names that the lexicon does not have, 0 if unknown; see `train/kinds.py`.
    pub kind: u8,
}

/// The lexicon, read once.
pub struct Lexicon {
    names: Vec<&'static str>,
    /// Phrases by their first word; a word alone is a phrase of one. Longest first.
    phrases: HashMap<String, Vec<Phrase>>,
    /// Prefixes of words, at least three letters.
    prefixes: HashMap<String, Classes>,
    cjk: HashMap<String, Classes>,
    longest_cjk: usize, // characters
}

struct Phrase {
    words: Vec<String>,
    /// Whether the last word is a prefix.
    open: bool,
    classes: Classes,
}

/// Ends of forms, and what stands in their place.
const STEMS: [(&str, &str); 7] =
    [("ies", "y"), ("es", ""), ("s", ""), ("ed", ""), ("ed", "e"), ("ing", ""), ("ing", "e")];

/// A word's kind, or that of the word of which it is the plural or a form.
fn kind(word: &str) -> u8 {
    const KINDS: &[u8] = include_bytes!("../weights/kinds.bin");
    let of = |word: &str| {
        let at = hash(b'v', &[word]) as usize & (KINDS.len() - 1);
        if word.len() < 3 { 0 } else { KINDS.get(at).copied().unwrap_or(0) }
    };
    let stem = |(end, instead): &(&str, &str)| Some(of(&format!("{}{instead}", word.strip_suffix(end)?)));
    match of(word) {
        0 => STEMS.iter().filter_map(stem).find(|kind| *kind != 0).unwrap_or(0),
        kind => kind,
    }
}

/// The lexicon.
pub fn lexicon() -> &'static Lexicon {
    static READ: OnceLock<Lexicon> = OnceLock::new();
    READ.get_or_init(|| Lexicon::read(include_str!("../words/lexicon.txt")))
}

impl Lexicon {
    fn read(text: &'static str) -> Self {
        let mut all = Lexicon {
            names: Vec::new(),
            phrases: HashMap::new(),
            prefixes: HashMap::new(),
            cjk: HashMap::new(),
            longest_cjk: 0,
        };
        let lines = text.lines().filter(|line| !line.starts_with('#'));
        for (name, entries) in lines.filter_map(|line| line.split_once(": ")) {
            let class = 1 << all.names.len();
            all.names.push(name);
            for entry in entries.split(", ") {
                all.insert(entry, class);
            }
        }
        for phrases in all.phrases.values_mut() {
            phrases.sort_by_key(|phrase| std::cmp::Reverse(phrase.words.len()));
        }
        all
    }

    fn insert(&mut self, entry: &str, class: Classes) {
        if entry.chars().any(is_cjk) {
            let entry = variants(entry);
            self.longest_cjk = self.longest_cjk.max(entry.chars().count());
            *self.cjk.entry(entry).or_default() |= class;
            return;
        }
        let (entry, open) = entry.strip_suffix('*').map_or((entry, false), |prefix| (prefix, true));
        let words: Vec<String> = latin_words(entry).collect();
        match words.as_slice() {
            [] => {}
            [word] if open => *self.prefixes.entry(word.clone()).or_default() |= class,
            [first, ..] => {
                let phrases = self.phrases.entry(first.clone()).or_default();
                match phrases.iter_mut().find(|phrase| phrase.words == words && phrase.open == open) {
                    Some(phrase) => phrase.classes |= class,
                    None => phrases.push(Phrase { words, open, classes: class }),
                }
            }
        }
    }

    /// The bits of classes of these names.
    pub fn bits(&self, names: &[&str]) -> Classes {
        let bit = |(at, name): (usize, &&str)| if names.contains(name) { 1 << at } else { 0 };
        self.names.iter().enumerate().map(bit).fold(0, |all, bit| all | bit)
    }

    /// The names of the classes, by bit.
    pub fn names(&self) -> &[&'static str] {
        &self.names
    }

    /// Whether a word of Latin letters is listed by itself.
    pub fn knows_latin(&self, word: &str) -> bool {
        word.len() >= 3 && self.classes_of_word(word) != 0
    }

    /// Of a word, or else of the word that it is the plural or a form of.
    fn classes_of_word(&self, word: &str) -> Classes {
        match self.classes_of_form(word) {
            0 if word.len() > 4 => {
                let stem = |(end, instead): &(&str, &str)| Some(format!("{}{instead}", word.strip_suffix(end)?));
                let stems = STEMS.iter().filter_map(stem).filter(|stem| stem.len() > 2);
                stems.map(|stem| self.classes_of_form(&stem)).find(|classes| *classes != 0).unwrap_or(0)
            }
            classes => classes,
        }
    }

    fn classes_of_form(&self, word: &str) -> Classes {
        let alone = self.phrases.get(word).and_then(|phrases| phrases.iter().find(|phrase| phrase.words.len() == 1));
        let ends = word.char_indices().map(|(at, c)| at + c.len_utf8()).filter(|end| *end >= 3);
        let prefixes = ends.filter_map(|end| self.prefixes.get(&word[..end]));
        alone.map_or(0, |phrase| phrase.classes) | prefixes.fold(0, |all, classes| all | classes)
    }

    /// The phrase of two words or more that `words` begins with: how many words, and its classes.
    fn phrase(&self, words: &[&str]) -> Option<(usize, Classes)> {
        let fits = |phrase: &&Phrase| {
            let length = phrase.words.len();
            length > 1
                && length <= words.len()
                && phrase.words[..length - 1].iter().zip(words).all(|(a, b)| a == b)
                && (words[length - 1] == phrase.words[length - 1]
                    || phrase.open && words[length - 1].starts_with(&phrase.words[length - 1]))
        };
        let found = self.phrases.get(*words.first()?)?.iter().find(fits)?;
        Some((found.words.len(), found.classes))
    }

    /// A normalized text in words. Punctuation is dropped.
    pub fn tokens(&self, text: &str) -> Vec<Token> {
        let mut tokens = Vec::new();
        for run in runs(text) {
            if run.starts_with(is_cjk) {
                self.cjk_tokens(run, &mut tokens);
            } else {
                self.latin_tokens(run, &mut tokens);
            }
        }
        tokens
    }

    fn latin_tokens(&self, run: &str, tokens: &mut Vec<Token>) {
        let owned: Vec<String> = latin_words(run).collect();
        let words: Vec<&str> = owned.iter().map(String::as_str).collect();
        let mut at = 0;
        while at < words.len() {
            let (length, classes) = self.phrase(&words[at..]).unwrap_or((1, self.classes_of_word(words[at])));
            let kind = if classes == 0 { kind(words[at]) } else { 0 };
            tokens.push(Token { text: words[at..at + length].join("_"), classes, kind });
            at += length;
        }
    }

    fn cjk_tokens(&self, run: &str, tokens: &mut Vec<Token>) {
        let mut rest = run;
        while let Some(first) = rest.chars().next() {
            let ends = rest.char_indices().take(self.longest_cjk).map(|(at, c)| at + c.len_utf8());
            let longest = ends.rev_by_collecting().find_map(|end| Some((end, *self.cjk.get(&rest[..end])?)));
            let (end, classes) = longest.unwrap_or((first.len_utf8(), 0));
            tokens.push(Token { text: rest[..end].to_owned(), classes, kind: 0 });
            rest = &rest[end..];
        }
    }
}

/// `char_indices` ends where it is cut, so its `take` cannot be read backwards without being collected.
trait RevByCollecting: Iterator + Sized {
    fn rev_by_collecting(self) -> std::iter::Rev<std::vec::IntoIter<Self::Item>> {
        self.collect::<Vec<_>>().into_iter().rev()
    }
}

impl<I: Iterator> RevByCollecting for I {}

/// Runs of Chinese or Japanese characters, and what stands between them.
fn runs(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = text;
    std::iter::from_fn(move || {
        let first = rest.chars().next()?;
        let end = rest.find(|c| is_cjk(c) != is_cjk(first)).unwrap_or(rest.len());
        let (run, after) = rest.split_at(end);
        rest = after;
        Some(run)
    })
}

/// Words of letters and digits. "Batman's" is "batman", so that a name is known as its owner, too; any other apostrophe
/// within a word is dropped.
pub fn latin_words(text: &str) -> impl Iterator<Item = String> {
    let word = |word: &str| {
        let owner = word.strip_suffix("'s").filter(|owner| owner.len() > 1).unwrap_or(word);
        owner.replace('\'', "")
    };
    let plain = text.replace('’', "'");
    let words: Vec<String> = plain
        .split(|c: char| !c.is_alphanumeric() && c != '\'')
        .map(|each| word(each.trim_matches('\'')))
        .filter(|word| !word.is_empty())
        .collect();
    words.into_iter()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn classes(text: &str) -> Vec<(String, Vec<&'static str>)> {
        let names = lexicon().names();
        let of = |token: Token| {
            let set = (0..names.len()).filter(|bit| token.classes >> bit & 1 == 1).map(|bit| names[bit]);
            (token.text, set.collect())
        };
        lexicon().tokens(text).into_iter().map(of).filter(|(_, set): &(_, Vec<_>)| !set.is_empty()).collect()
    }

    #[test]
    fn every_class_has_a_bit() {
        assert!(lexicon().names().len() <= 64);
        assert!(lexicon().names().len() > 40);
    }

    #[test]
    fn phrases_go_before_words_and_prefixes_stand_for_forms() {
        let found = classes("murdering a child process");
        assert_eq!(found[0], ("murdering".to_owned(), vec!["KILL"]));
        assert_eq!(found[1].0, "child_process");
        assert_eq!(classes("self-harm")[0], ("self_harm".to_owned(), vec!["SELFHARM"]));
    }

    #[test]
    fn chinese_takes_the_longest_word() {
        let found = classes("如何终止子进程");
        assert!(found.iter().any(|(word, _)| word == "子进程"), "{found:?}");
    }
}
