//! What is wrong with a policy file, by line, and what would be right. Follows `policy/policy.schema.json`.

use std::collections::HashMap;

use serde::Serialize;
use serde_json::{Map, Value, json};

use super::positions::positions;

/// One thing that is wrong.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Problem {
    /// From 1.
    pub line: usize,
    /// `syntax`, `type`, `unknown`, `choice`, `missing`, `length`, `pattern`.
    pub code: &'static str,
    /// What stands in the words that a page makes of the code: `path`, `found`, `want`.
    pub values: Value,
    /// The words in English.
    pub reason: String,
}

impl Problem {
    /// No JSON at all.
    pub(crate) fn syntax(error: &serde_json::Error) -> Self {
        let reason = format!("this is no JSON: {error}");
        Problem { line: error.line().max(1), code: "syntax", values: json!({ "found": error.to_string() }), reason }
    }
}

/// All that is wrong, in the order of lines; nothing if the file can be used.
pub fn validate(json: &str) -> Vec<Problem> {
    let value: Value = match serde_json::from_str(json) {
        Ok(value) => value,
        Err(error) => return vec![Problem::syntax(&error)],
    };
    let mut check = Check { lines: positions(json), problems: Vec::new() };
    check.policy(&value);
    check.problems.sort_by_key(|problem| problem.line);
    check.problems
}

/// The categories that there are.
pub const CATEGORIES: [&str; 10] =
    ["weapons", "self-harm", "sexual", "minors", "hate", "crime", "private", "medical", "legal", "financial"];
const ACTIONS: [&str; 4] = ["decline", "notice", "hand-over", "allow"];
const LANGUAGES: [&str; 3] = ["en", "zh", "ja"];
const STRICTNESS: [&str; 3] = ["low", "normal", "high"];

struct Check {
    lines: HashMap<String, usize>,
    problems: Vec<Problem>,
}

impl Check {
    fn tell(&mut self, path: &str, code: &'static str, found: &str, want: &str) {
        let line = self.lines.get(path).copied().unwrap_or(1);
        let place = if path.is_empty() { "the policy" } else { path };
        let reason = match code {
            "unknown" => format!("{place}: there is no {found:?} here; there is {want}"),
            "missing" => format!("{place}: {want} is missing"),
            _ => format!("{place}: {found} stands where {want} is wanted"),
        };
        let values = json!({ "path": path, "found": found, "want": want });
        self.problems.push(Problem { line, code, values, reason });
    }

    /// An object with no other keys than these; `None` is told.
    fn object<'v>(&mut self, path: &str, value: &'v Value, keys: &[&str]) -> Option<&'v Map<String, Value>> {
        let Some(map) = value.as_object() else {
            self.tell(path, "type", &short(value), "an object");
            return None;
        };
        for key in map.keys().filter(|key| !keys.contains(&key.as_str())) {
            self.tell(&format!("{path}/{key}"), "unknown", key, &keys.join(", "));
        }
        Some(map)
    }

    fn choice(&mut self, path: &str, value: &Value, choices: &[&str]) {
        if !value.as_str().is_some_and(|text| choices.contains(&text)) {
            self.tell(path, "choice", &short(value), &format!("one of {}", choices.join(", ")));
        }
    }

    fn text(&mut self, path: &str, value: &Value, lengths: std::ops::RangeInclusive<usize>) {
        let want = || format!("a text of {} to {} characters", lengths.start(), lengths.end());
        match value.as_str() {
            None => self.tell(path, "type", &short(value), &want()),
            Some(text) if !lengths.contains(&text.trim().chars().count()) => {
                self.tell(path, "length", &short(value), &want());
            }
            Some(_) => {}
        }
    }

    fn list<'v>(&mut self, path: &str, value: &'v Value, most: usize) -> &'v [Value] {
        match value.as_array() {
            Some(items) if items.len() <= most => items,
            _ => {
                self.tell(path, "type", &short(value), &format!("a list of at most {most}"));
                &[]
            }
        }
    }

    fn policy(&mut self, value: &Value) {
        let keys = ["version", "languages", "strictness", "contact", "categories", "words", "$schema"];
        let Some(map) = self.object("", value, &keys) else { return };
        match map.get("version") {
            None => self.tell("", "missing", "", "\"version\": 1"),
            Some(version) if *version != json!(1) => self.tell("/version", "choice", &short(version), "1"),
            Some(_) => {}
        }
        if let Some(languages) = map.get("languages") {
            let items = self.list("/languages", languages, LANGUAGES.len());
            if languages.as_array().is_some_and(Vec::is_empty) {
                self.tell("/languages", "length", "an empty list", "at least one language");
            }
            for (n, language) in items.iter().enumerate() {
                self.choice(&format!("/languages/{n}"), language, &LANGUAGES);
            }
        }
        if let Some(strictness) = map.get("strictness") {
            self.choice("/strictness", strictness, &STRICTNESS);
        }
        if let Some(contact) = map.get("contact") {
            self.contact("/contact", contact);
        }
        if let Some(categories) = map.get("categories")
            && let Some(rules) = self.object("/categories", categories, &CATEGORIES)
        {
            for (name, rule) in rules {
                self.rule(&format!("/categories/{name}"), rule, &["action", "strictness", "texts", "contact"]);
            }
        }
        if let Some(words) = map.get("words") {
            for (n, group) in self.list("/words", words, 200).iter().enumerate() {
                self.own_words(&format!("/words/{n}"), group);
            }
        }
    }

    fn own_words(&mut self, path: &str, value: &Value) {
        let Some(map) = self.rule(path, value, &["name", "words", "action", "strictness", "texts", "contact"]) else {
            return;
        };
        if let Some(name) = map.get("name") {
            self.text(&format!("{path}/name"), name, 1..=60);
        }
        let Some(words) = map.get("words") else {
            self.tell(path, "missing", "", "\"words\"");
            return;
        };
        let at = format!("{path}/words");
        if words.as_array().is_some_and(Vec::is_empty) {
            self.tell(&at, "length", "an empty list", "at least one word");
        }
        for (n, word) in self.list(&at, words, 500).iter().enumerate() {
            self.text(&format!("{at}/{n}"), word, 2..=100);
        }
    }

    fn rule<'v>(&mut self, path: &str, value: &'v Value, keys: &[&str]) -> Option<&'v Map<String, Value>> {
        let map = self.object(path, value, keys)?;
        match map.get("action") {
            None => self.tell(path, "missing", "", "\"action\""),
            Some(action) => self.choice(&format!("{path}/action"), action, &ACTIONS),
        }
        if let Some(strictness) = map.get("strictness") {
            self.choice(&format!("{path}/strictness"), strictness, &STRICTNESS);
        }
        if let Some(texts) = map.get("texts")
            && let Some(texts) = self.object(&format!("{path}/texts"), texts, &LANGUAGES)
        {
            for (language, text) in texts {
                self.text(&format!("{path}/texts/{language}"), text, 1..=2000);
            }
        }
        if let Some(contact) = map.get("contact") {
            self.contact(&format!("{path}/contact"), contact);
        }
        Some(map)
    }

    fn contact(&mut self, path: &str, value: &Value) {
        let Some(map) = self.object(path, value, &["name", "phone", "link"]) else { return };
        if let Some(name) = map.get("name") {
            self.text(&format!("{path}/name"), name, 1..=2000);
        }
        let is_phone = |text: &str| {
            (2..=30).contains(&text.len()) && text.chars().all(|c| c.is_ascii_digit() || "+ ()/-".contains(c))
        };
        let is_link = |text: &str| ["https://", "mailto:", "tel:"].iter().any(|start| text.starts_with(start));
        if let Some(phone) = map.get("phone").filter(|phone| !phone.as_str().is_some_and(is_phone)) {
            self.tell(&format!("{path}/phone"), "pattern", &short(phone), "a phone number as text");
        }
        if let Some(link) = map.get("link").filter(|link| !link.as_str().is_some_and(is_link)) {
            self.tell(&format!("{path}/link"), "pattern", &short(link), "a link with https:, mailto: or tel:");
        }
    }
}

/// A value as it is quoted in a reason.
fn short(value: &Value) -> String {
    let text = value.to_string();
    match text.char_indices().nth(40) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(json: &str, want: &[(usize, &str)]) {
        let found = validate(json);
        let found: Vec<(usize, &str)> = found.iter().map(|p| (p.line, p.code)).collect();
        assert_eq!(found, want, "{json}");
    }

    #[test]
    fn the_line_and_the_reason_are_told() {
        check("{", &[(1, "syntax")]);
        check("{\n \"version\": 1,\n}", &[(3, "syntax")]);
        check("[]", &[(1, "type")]);
        check("{}", &[(1, "missing")]);
        check("{\n \"version\": 2,\n \"colour\": 3\n}", &[(2, "choice"), (3, "unknown")]);
        check(
            "{\n \"version\": 1,\n \"categories\": {\n  \"weapons\": { \"action\": \"shout\" },\n  \"magic\": {}\n }\n}",
            &[(4, "choice"), (5, "unknown"), (5, "missing")],
        );
        check("{\"version\": 1, \"words\": [\n{\"words\": [], \"action\": \"decline\"}]}", &[(2, "length")]);
        check("{\"version\": 1,\n\"contact\": {\"link\": \"javascript:alert(1)\"}}", &[(2, "pattern")]);
        let found = validate("{\n \"version\": 1,\n \"strictness\": \"very\"\n}");
        assert_eq!(found[0].reason, "/strictness: \"very\" stands where one of low, normal, high is wanted");
    }

    #[test]
    fn the_schema_names_the_same_categories() {
        let schema: Value = serde_json::from_str(include_str!("../../policy/policy.schema.json")).expect("a schema");
        let named: Vec<&str> = schema["properties"]["categories"]["properties"]
            .as_object()
            .map(|map| map.keys().map(String::as_str).collect())
            .unwrap_or_default();
        assert_eq!(named, CATEGORIES);
        assert_eq!(schema["$defs"]["action"]["enum"], json!(ACTIONS));
    }
}
