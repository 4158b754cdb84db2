//! What a question is about: health, law or money. It is told by how many words of `words/topics.txt` it has and by the
//! words beside them, with a small classifier of its own: what tells harm from its likeness says little of topics.

use std::collections::{BTreeSet, HashSet};
use std::sync::OnceLock;

use crate::features::{Feature, spells};
use crate::hash::hash;
use crate::lexicon::{Token, lexicon};
use crate::normalize::normalize;
use crate::script::is_cjk;

/// The features that tell what a text is about: single words, pairs of neighbours, and how many words of each topic there
/// are. What is asked is told by its nouns; longer sequences would crowd a small table.
pub fn topic_features(normalized: &str) -> Vec<Feature> {
    let tokens = lexicon().tokens(normalized);
    let mut counts = BTreeSet::new();
    for (name, found) in topic_words(&tokens, normalized) {
        for count in 0..=found.min(MANY) {
            counts.insert(hash(b't', &[name, &count.to_string()]));
        }
    }
    let mut all = Vec::new();
    for (group, general) in [(neighbours(&tokens, normalized), false), (counts, true)] {
        let value = 1.0 / (group.len().max(1) as f32).sqrt();
        all.extend(group.into_iter().map(|hash| Feature { hash, value, general }));
    }
    all
}

/// So many words of a topic say all that more of them would.
const MANY: usize = 4;

/// The words of a topic, normalized as texts are.
struct Topic {
    name: &'static str,
    whole: HashSet<String>,
    starts: Vec<String>,
    /// Several words, between spaces.
    phrases: Vec<String>,
    /// Characters, which stand anywhere.
    characters: Vec<String>,
}

/// How many words of each topic a text has.
fn topic_words(tokens: &[Token], normalized: &str) -> impl Iterator<Item = (&'static str, usize)> {
    static TOPICS: OnceLock<Vec<Topic>> = OnceLock::new();
    let topics = TOPICS.get_or_init(|| {
        let lines = include_str!("../words/topics.txt").lines().filter(|line| !line.starts_with('#'));
        lines.filter_map(|line| line.split_once(": ")).map(|(name, words)| topic(name, words)).collect()
    });
    // The lexicon joins its own phrases.
    let words: Vec<&str> = tokens.iter().flat_map(|token| token.text.split('_')).collect();
    let spaced = format!(" {} ", words.join(" "));
    topics.iter().map(move |topic| {
        let single = |word: &&&str| {
            topic.whole.contains(**word) || topic.starts.iter().any(|start| word.starts_with(start.as_str()))
        };
        let found = words.iter().filter(single).count()
            + topic.phrases.iter().filter(|phrase| spaced.contains(phrase.as_str())).count()
            + topic.characters.iter().filter(|characters| normalized.contains(characters.as_str())).count();
        (topic.name, found)
    })
}

/// Whether a text has a word of a topic.
pub fn names_topic(normalized: &str, name: &str) -> bool {
    let tokens = lexicon().tokens(normalized);
    topic_words(&tokens, normalized).any(|(topic, found)| topic == name && found > 0)
}

fn topic(name: &'static str, words: &str) -> Topic {
    let (mut whole, mut starts) = (HashSet::new(), Vec::new());
    let (mut phrases, mut characters) = (Vec::new(), Vec::new());
    for word in words.split(", ") {
        let (word, any_ending) = word.strip_suffix('*').map_or((word, false), |start| (start, true));
        let word = normalize(word);
        let parts: Vec<String> =
            lexicon().tokens(&word).into_iter().map(|token| token.text.replace('_', " ")).collect();
        match (word.starts_with(is_cjk), any_ending) {
            (true, _) => characters.push(word),
            (false, _) if parts.join(" ").contains(' ') => phrases.push(format!(" {} ", parts.join(" "))),
            (false, true) => starts.push(word),
            (false, false) => _ = whole.insert(word),
        }
    }
    Topic { name, whole, starts, phrases, characters }
}

/// Latin words and pairs of them; Chinese and Japanese characters, and two or three of them.
fn neighbours(tokens: &[Token], normalized: &str) -> BTreeSet<u32> {
    let latin: Vec<&str> = tokens.iter().filter(|token| spells(token)).map(|token| token.text.as_str()).collect();
    let grams = (1..=2).flat_map(|length| latin.windows(length).map(|gram| hash(b'w', gram)));
    let mut set: BTreeSet<u32> = grams.collect();
    let chars: Vec<char> = normalized.chars().filter(|c| !c.is_whitespace()).collect();
    for length in 1..=3 {
        let grams = chars.windows(length).filter(|gram| gram.iter().all(|c| is_cjk(*c)));
        set.extend(grams.map(|gram| hash(b'c', &[gram.iter().collect::<String>().as_str()])));
    }
    set
}
