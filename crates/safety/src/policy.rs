//! What a site's owner wants: the policy file, read and with its gaps filled from the default one.

mod positions;
mod validate;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

pub use validate::{Problem, validate};

/// The policy of a site that has none.
pub const DEFAULT: &str = include_str!("../policy/default.json");

/// What is done with a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Action {
    /// Nothing.
    Allow,
    /// It is answered, with a notice beside the answer.
    Notice,
    /// It is not answered; the text names somebody who helps.
    HandOver,
    /// It is not answered; the text gives advice.
    Decline,
}

impl Action {
    /// Whether there is no answer of the model.
    pub fn stops(self) -> bool {
        matches!(self, Action::HandOver | Action::Decline)
    }
}

/// How soon something counts as harmful.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Strictness {
    /// Only what is certain.
    Low,
    /// The default.
    #[default]
    Normal,
    /// Rather too much than too little.
    High,
}

/// Texts by language: `en`, `zh`, `ja`.
pub type Texts = BTreeMap<String, String>;

/// Whom to turn to.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Contact {
    /// A person, a department, a line.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// A number as it is to be read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phone: Option<String>,
    /// `https:`, `mailto:` or `tel:`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub link: Option<String>,
}

/// What is done with a category.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Rule {
    /// The action.
    pub action: Action,
    /// In place of the policy's.
    #[serde(default)]
    pub strictness: Option<Strictness>,
    /// In place of the default's.
    #[serde(default)]
    pub texts: Texts,
    /// In place of the policy's.
    #[serde(default)]
    pub contact: Option<Contact>,
}

/// A site's own words.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct OwnWords {
    /// What they are called in verdicts; `own` if nothing else.
    #[serde(default)]
    pub name: Option<String>,
    /// Words and phrases.
    pub words: Vec<String>,
    /// What is done where one stands.
    #[serde(flatten)]
    pub rule: Rule,
}

/// A policy without gaps.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Policy {
    /// Languages of texts, the first where a message's language is none of them.
    #[serde(default)]
    pub languages: Vec<String>,
    /// For all categories.
    #[serde(default)]
    pub strictness: Strictness,
    /// For all hand-overs.
    #[serde(default)]
    pub contact: Option<Contact>,
    /// By name.
    #[serde(default)]
    pub categories: BTreeMap<String, Rule>,
    /// A site's own words, by group.
    #[serde(default)]
    pub words: Vec<OwnWords>,
}

impl Policy {
    /// Reads a policy file. All that is wrong with it is told at once.
    pub fn read(json: &str) -> Result<Self, Vec<Problem>> {
        let problems = validate(json);
        if !problems.is_empty() {
            return Err(problems);
        }
        let read = |json| serde_json::from_str::<Policy>(json).map_err(|e| vec![Problem::syntax(&e)]);
        let (mut policy, default) = (read(json)?, read(DEFAULT)?);
        for (name, rule) in default.categories {
            policy.categories.entry(name).or_insert(rule);
        }
        if policy.languages.is_empty() {
            policy.languages = default.languages;
        }
        Ok(policy)
    }
}

impl Default for Policy {
    fn default() -> Self {
        let nothing = || Policy {
            languages: vec!["en".into()],
            strictness: Strictness::Normal,
            contact: None,
            categories: BTreeMap::new(),
            words: Vec::new(),
        };
        // The tests hold the default file to the validator.
        Policy::read(DEFAULT).unwrap_or_else(|_| nothing())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_default_is_a_policy() {
        let policy = Policy::read(DEFAULT).expect("the default policy");
        assert_eq!(policy.categories["self-harm"].action, Action::HandOver);
        assert_eq!(policy.categories.len(), 10);
    }

    #[test]
    fn what_a_policy_leaves_out_is_as_in_the_default() {
        let policy = Policy::read(r#"{ "version": 1, "categories": { "medical": { "action": "allow" } } }"#);
        let policy = policy.expect("a short policy");
        assert_eq!(policy.categories["medical"].action, Action::Allow);
        assert_eq!(policy.categories["weapons"].action, Action::Decline);
        assert_eq!(policy.languages, ["en", "zh", "ja"]);
    }
}
