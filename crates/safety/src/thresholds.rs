//! From which scores on something is done, and what raises them; chosen on held-out data (docs/safety.md).

use crate::lexicon::lexicon;
use crate::policy::Strictness;
use crate::topic::names_topic;

/// From which score on a request is harmful, by strictness; chosen on held-out data (docs/safety.md).
pub(crate) fn threshold(strictness: Strictness) -> f32 {
    match strictness {
        Strictness::Low => 0.75,
        Strictness::Normal => 0.525,
        Strictness::High => 0.4,
    }
}

/// So much more is asked of a category: of held-out questions near the threshold, three of four that looked like hate were
/// harmless, of those that looked like crime one of three.
pub(crate) fn margin(category: &str) -> f32 {
    if category == "hate" { 0.1 } else { 0.0 }
}

/// Classes of words of which one at least stands in nearly all that is harmful.
pub(crate) const ALARMING: [&str; 25] = [
    "KILL", "HURT", "BLOW", "BURN", "POISON", "STEAL", "HACK", "FRAUD", "KIDNAP", "STALK", "HARASS", "DISCRIM",
    "TRAIT", "SUICIDE", "SELFHARM", "BOMB", "GUN", "CHEM", "DRUG", "SEX", "MINOR", "PRIVATE", "EVADE", "EXTREME",
    "WRONG",
];

/// From which score on a text without an alarming word is harmful: what many harmless words add up to.
pub(crate) const UNALARMING: f32 = 0.62;
/// So many words are few: in "fine" or "nothing" a single one would decide.
pub(crate) const FEW_WORDS: usize = 2;
/// From which score on a few words, none of them alarming, are harmful.
pub(crate) const FEW_UNALARMING: f32 = 0.96;

/// The score that a text must have beside its limit: 0 if it has a word of these classes.
pub(crate) fn without(classes: &[&str], normalized: &str) -> f32 {
    let lexicon = lexicon();
    let bits = lexicon.bits(classes);
    let tokens = lexicon.tokens(normalized);
    match tokens.iter().any(|token| token.classes & bits != 0) {
        true => 0.0,
        false if tokens.len() <= FEW_WORDS => FEW_UNALARMING,
        false => UNALARMING,
    }
}

/// The score that a topic must have: more in a few words, and never enough without a word of its own.
pub(crate) fn least_of_topic(normalized: &str, name: &str) -> f32 {
    match lexicon().tokens(normalized).len() {
        _ if !names_topic(normalized, name) => f32::INFINITY,
        tokens if tokens <= FEW_WORDS => FEW_UNALARMING,
        _ => TOPIC,
    }
}

/// A sentence of an answer is held back from here on: it stands without the question's frame.
pub(crate) const ANSWER: f32 = 0.8;
/// From which score on a Chinese text is offensive: rather too soon than too late, as accuracy is best at 0.45.
pub const OFFENSIVE: f32 = 0.3;
/// From which score on a question is about health, law or money.
pub(crate) const TOPIC: f32 = 0.45;
