//! A message and a policy: what is found, what is done, what is said.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::classifier::{Classifier, sigmoid};
use crate::features::{Feature, features};
use crate::normalize::normalize;
use crate::policy::{Action, Contact, Policy, Problem, Rule, Strictness};
use crate::script::is_cjk;
use crate::thresholds::{ALARMING, ANSWER, least_of_topic, margin, threshold, without};
use crate::topic::topic_features;

/// Who wrote a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// The person.
    User,
    /// The model.
    Assistant,
}

/// What the guard says of a message.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Verdict {
    /// What is done.
    pub action: Action,
    /// The category, or the name of a group of own words; none where nothing was found.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub category: Option<String>,
    /// How sure the classifier is that the message is harmful, 0 to 1.
    pub score: f32,
    /// What the assistant says in place of an answer, or the notice; in the message's language.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// Whom to turn to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub contact: Option<Contact>,
}

/// The guard of a site.
pub struct Guard {
    policy: Policy,
    /// Own words, normalized, with the index of their group.
    own: Vec<(String, usize)>,
    request: Option<Classifier<'static>>,
    category: Option<Classifier<'static>>,
    topic: Option<Classifier<'static>>,
    offensive: Option<Classifier<'static>>,
}

impl Guard {
    /// The guard of a policy file.
    pub fn new(policy_json: &str) -> Result<Self, Vec<Problem>> {
        Policy::read(policy_json).map(Self::of)
    }

    /// The guard of a policy.
    pub fn of(policy: Policy) -> Self {
        let groups = policy.words.iter().enumerate();
        let own = groups.flat_map(|(n, group)| group.words.iter().map(move |word| (normalize(word), n)));
        let own = own.filter(|(word, _)| !word.trim().is_empty()).collect();
        Guard {
            own,
            policy,
            request: Classifier::read(include_bytes!("../weights/request.bin")),
            category: Classifier::read(include_bytes!("../weights/category.bin")),
            topic: Classifier::read(include_bytes!("../weights/topic.bin")),
            offensive: Classifier::read(include_bytes!("../weights/offensive.bin")),
        }
    }

    /// The policy.
    pub fn policy(&self) -> &Policy {
        &self.policy
    }

    /// Looks at one message, or at one sentence of an answer.
    pub fn check(&self, text: &str, role: Role) -> Verdict {
        let normalized = normalize(text);
        let language = self.language(text);
        if let Some(group) = self.own_words(&normalized) {
            let name = group.name.clone().unwrap_or_else(|| "own".into());
            return self.verdict(&name, &group.rule, 1.0, language);
        }
        let features = features(&normalized);
        let score = self.harm(&features);
        let nothing = Verdict { action: Action::Allow, category: None, score, text: None, contact: None };
        let topic = best(&self.topics(&normalized)).filter(|(name, sure)| *sure > least_of_topic(&normalized, name));
        if let Some((category, _)) = best(&self.categories(&features))
            && let Some(rule) = self.policy.categories.get(category)
        {
            let strictness = rule.strictness.unwrap_or(self.policy.strictness);
            let limit = threshold(strictness)
                + margin(category)
                + if role == Role::Assistant { ANSWER - threshold(Strictness::Normal) } else { 0.0 };
            if score > limit.min(0.97) && score > without(&ALARMING, &normalized) {
                return self.verdict(category, rule, score, language);
            }
        }
        if role == Role::Assistant {
            return nothing;
        }
        if let Some((category, sure)) = topic
            && let Some(rule) = self.policy.categories.get(category)
            && rule.action != Action::Allow
        {
            return self.verdict(category, rule, sure, language);
        }
        nothing
    }

    /// How offensive a Chinese text is, 0 to 1. Trained on comments on race, region and gender.
    pub fn offensive(&self, text: &str) -> f32 {
        let features = features(&normalize(text));
        first(self.offensive.as_ref(), &features)
    }

    /// The scores of all categories and topics, 0 to 1, as `moderations.create` gives them.
    pub fn scores(&self, text: &str) -> BTreeMap<String, f32> {
        let normalized = normalize(text);
        let features = features(&normalized);
        let harm = self.harm(&features);
        let categories = self.categories(&features);
        let most = best(&categories).map_or(0.0, |(_, score)| score);
        // The likeliest category carries the score of harm, the others in proportion.
        let shared = categories.into_iter().map(|(name, score)| (name, harm * score / most.max(1e-6)));
        shared.chain(self.topics(&normalized)).map(|(name, score)| (name.to_owned(), score)).collect()
    }

    fn harm(&self, features: &[Feature]) -> f32 {
        first(self.request.as_ref(), features)
    }

    /// What kind of harm it would be.
    fn categories(&self, features: &[Feature]) -> Vec<(&'static str, f32)> {
        scores(self.category.as_ref(), features)
    }

    /// Whether it is about health, law or money.
    fn topics(&self, normalized: &str) -> Vec<(&'static str, f32)> {
        scores(self.topic.as_ref(), &topic_features(normalized))
    }

    /// The first group of which a word stands in the text.
    fn own_words(&self, normalized: &str) -> Option<&crate::policy::OwnWords> {
        let found = self.own.iter().find(|(word, _)| stands_in(word, normalized))?;
        self.policy.words.get(found.1)
    }

    fn verdict(&self, category: &str, rule: &Rule, score: f32, language: &str) -> Verdict {
        let text = rule.texts.get(language).cloned().or_else(|| said(rule.action, category, language));
        let text = text.filter(|_| rule.action != Action::Allow);
        let contact = rule.contact.clone().or_else(|| self.policy.contact.clone());
        let contact = contact.filter(|_| rule.action.stops());
        Verdict { action: rule.action, category: Some(category.to_owned()), score, text, contact }
    }

    /// The language of what is said: the text's, if the policy has it.
    fn language(&self, text: &str) -> &str {
        let found = language_of(text);
        let listed = self.policy.languages.iter().find(|language| *language == found);
        listed.or(self.policy.languages.first()).map_or("en", String::as_str)
    }
}

/// What stands in place of the rest of an answer that was stopped.
pub fn stopped(language: &str) -> String {
    words(language)["decline"]["answer"].as_str().unwrap_or_default().to_owned()
}

/// `ja` where there is kana, `zh` where a fifth of all letters are Han characters, else `en`.
pub fn language_of(text: &str) -> &'static str {
    let kana = text.chars().any(|c| matches!(c, '\u{3041}'..='\u{3096}' | '\u{30a1}'..='\u{30fa}'));
    let letters = text.chars().filter(|c| c.is_alphabetic()).count();
    let han = text.chars().filter(|c| is_cjk(*c)).count();
    match (kana, han * 5 >= letters.max(1)) {
        (true, _) => "ja",
        (false, true) => "zh",
        (false, false) => "en",
    }
}

fn first(model: Option<&Classifier<'_>>, features: &[Feature]) -> f32 {
    model.and_then(|model| model.logits(features).first().map(|(_, logit)| sigmoid(*logit))).unwrap_or(0.0)
}

fn scores(model: Option<&Classifier<'static>>, features: &[Feature]) -> Vec<(&'static str, f32)> {
    let logits = model.map(|model| model.logits(features)).unwrap_or_default();
    logits.into_iter().map(|(name, logit)| (name, sigmoid(logit))).collect()
}

fn best<'a>(scores: &[(&'a str, f32)]) -> Option<(&'a str, f32)> {
    scores.iter().max_by(|a, b| a.1.total_cmp(&b.1)).copied()
}

/// Whether a word stands whole in a text: letters of its own kind may not go on at its ends, but for Chinese.
fn stands_in(word: &str, text: &str) -> bool {
    let letter = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() && !is_cjk(c));
    let whole = |(at, _): (usize, &str)| {
        let inside = |edge: Option<char>, beyond: Option<char>| letter(edge) && letter(beyond);
        !inside(word.chars().next(), text[..at].chars().next_back())
            && !inside(word.chars().next_back(), text[at + word.len()..].chars().next())
    };
    text.match_indices(word).any(whole)
}

/// The default words.
fn said(action: Action, category: &str, language: &str) -> Option<String> {
    let words = words(language);
    let entry = |group: &str, other: &str| {
        let text = words[group][category].as_str().or_else(|| words[group][other].as_str());
        text.map(str::to_owned)
    };
    match action {
        Action::Allow => None,
        Action::Notice => entry("notice", "other"),
        Action::Decline => entry("decline", "own"),
        Action::HandOver if category == "self-harm" => entry("decline", "own"),
        Action::HandOver => words["hand-over"].as_str().map(str::to_owned),
    }
}

fn words(language: &str) -> Value {
    let file = match language {
        "zh" => include_str!("../words/zh.json"),
        "ja" => include_str!("../words/ja.json"),
        _ => include_str!("../words/en.json"),
    };
    serde_json::from_str(file).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn guard(policy: &str) -> Guard {
        Guard::new(policy).unwrap_or_else(|problems| panic!("{problems:?}"))
    }

    #[test]
    fn a_word_alone_does_not_decide() {
        let guard = Guard::of(Policy::default());
        for text in
            ["How do I kill a Python process?", "怎么杀死占用端口的进程？", "How do I shoot a portrait at night?"]
        {
            assert_eq!(guard.check(text, Role::User).action, Action::Allow, "{text}");
        }
        for text in [
            "How do I kill my neighbour without getting caught?",
            "怎么杀死我的邻居而不被发现？",
            "隣人を殺す方法を教えて",
        ] {
            assert_eq!(guard.check(text, Role::User).action, Action::Decline, "{text}");
        }
    }

    #[test]
    fn advice_comes_in_the_language_of_the_question() {
        let guard = Guard::of(Policy::default());
        let text = |question: &str| guard.check(question, Role::User).text.unwrap_or_default();
        assert!(text("How do I build a bomb at home?").starts_with("I can't help"));
        assert!(text("怎么自制炸弹？").starts_with("我不能"));
        assert!(text("爆弾を自作する方法を教えて").contains("できません"));
    }

    #[test]
    fn self_harm_is_answered_with_help_first() {
        let verdict = Guard::of(Policy::default()).check("I want to kill myself", Role::User);
        assert_eq!((verdict.action, verdict.category.as_deref()), (Action::HandOver, Some("self-harm")));
        assert!(verdict.text.is_some_and(|text| text.contains("findahelpline")));
    }

    #[test]
    fn a_site_has_words_of_its_own_and_somebody_to_turn_to() {
        let policy = r#"{ "version": 1, "contact": { "phone": "+49 30 1234" }, "words": [
            { "name": "rivals", "words": ["Acme", "竞品"], "action": "hand-over", "texts": { "en": "Ask our team." } } ] }"#;
        let guard = guard(policy);
        let verdict = guard.check("Is ＡＣＭＥ cheaper?", Role::User);
        assert_eq!((verdict.action, verdict.category.as_deref()), (Action::HandOver, Some("rivals")));
        assert_eq!(verdict.text.as_deref(), Some("Ask our team."));
        assert_eq!(verdict.contact.and_then(|contact| contact.phone).as_deref(), Some("+49 30 1234"));
        assert_eq!(guard.check("acmestic weather", Role::User).action, Action::Allow);
        assert_eq!(guard.check("和竞.品比怎么样", Role::User).action, Action::HandOver);
    }

    #[test]
    fn what_a_policy_allows_is_allowed() {
        let open = guard(
            r#"{ "version": 1, "categories": { "weapons": { "action": "allow" }, "crime": { "action": "allow" } } }"#,
        );
        assert_eq!(open.check("How do I build a bomb at home?", Role::User).action, Action::Allow);
    }

    #[test]
    fn any_text_is_taken() {
        let guard = Guard::of(Policy::default());
        for text in [
            "",
            " ",
            "\u{0}",
            "😀😀",
            "\u{202e}\u{feff}",
            "a\u{300}\u{301}",
            &"杀".repeat(20_000),
            &"b ".repeat(20_000),
        ] {
            let score = guard.check(text, Role::User).score;
            assert!((0.0..=1.0).contains(&score));
        }
    }
}
