//! A plan in plain words, in the reader's language. Templates stand in words/*.json.

use std::collections::HashMap;
use std::sync::OnceLock;

use serde_json::Value as Json;

use super::{Aggregate, Condition, Filling, Plan, Step, Test};

/// Languages that the assistant speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[expect(missing_docs, reason = "named as they are")]
pub enum Language {
    #[default]
    English,
    Chinese,
    Japanese,
}

impl Language {
    /// The language of a question, by its letters.
    pub fn of(text: &str) -> Self {
        if text.chars().any(|c| matches!(c, '\u{3040}'..='\u{30ff}')) {
            Language::Japanese
        } else if text.chars().any(|c| matches!(c, '\u{3400}'..='\u{9fff}')) {
            Language::Chinese
        } else {
            Language::English
        }
    }

    fn words(self) -> &'static HashMap<String, String> {
        static TABLES: OnceLock<[HashMap<String, String>; 3]> = OnceLock::new();
        let read = |text: &str| serde_json::from_str(text).unwrap_or_default();
        let tables = TABLES.get_or_init(|| {
            [
                read(include_str!("../../words/en.json")),
                read(include_str!("../../words/zh.json")),
                read(include_str!("../../words/ja.json")),
            ]
        });
        match self {
            Language::English => &tables[0],
            Language::Chinese => &tables[1],
            Language::Japanese => &tables[2],
        }
    }

    /// A template with its values put in; the key itself where there is none.
    pub fn say(self, key: &str, values: &[(&str, &str)]) -> String {
        let template = self.words().get(key).map_or(key, String::as_str);
        // Values are put in in one pass, so that none is taken for a place.
        let mut text = String::with_capacity(template.len() + 32);
        let mut rest = template;
        while let Some(start) = rest.find('{') {
            let Some(length) = rest[start..].find('}') else { break };
            text.push_str(&rest[..start]);
            let name = &rest[start + 1..start + length];
            text.push_str(values.iter().find(|(n, _)| *n == name).map_or("", |(_, v)| v));
            rest = &rest[start + length + 1..];
        }
        text + rest
    }

    /// `a, b`
    pub(super) fn list(self, items: &[String]) -> String {
        items.join(&self.say("list", &[]))
    }
}

/// A sentence for each step.
pub fn in_words(plan: &Plan, language: Language) -> Vec<String> {
    plan.steps.iter().map(|s| step(s, language)).collect()
}

pub(super) fn name(column: &str) -> String {
    format!("*{column}*")
}

fn names(columns: &[String], l: Language) -> String {
    l.list(&columns.iter().map(|c| name(c)).collect::<Vec<_>>())
}

fn step(step: &Step, l: Language) -> String {
    match step {
        Step::Filter { conditions, any, expression } => {
            let mut tests: Vec<String> = conditions.iter().map(|c| condition(c, l)).collect();
            tests.extend(expression.iter().map(|e| format!("`{e}`")));
            let tests = tests.join(&l.say(if *any { "or" } else { "and" }, &[]));
            l.say("filter", &[("tests", &tests)])
        }
        Step::Beside { offset } => {
            let count = offset.unsigned_abs().to_string();
            l.say(if *offset > 0 { "after" } else { "before" }, &[("count", &count)])
        }
        Step::Derive { name: new, expression } => {
            l.say("derive", &[("name", &name(new)), ("expression", &format!("`{expression}`"))])
        }
        Step::Group { by, aggregates } => {
            let what = l.list(&aggregates.iter().map(|a| aggregate(a, l)).collect::<Vec<_>>());
            match by.is_empty() {
                true => l.say("aggregate", &[("what", &what)]),
                false => l.say("group", &[("what", &what), ("by", &names(by, l))]),
            }
        }
        Step::Sort { by } => {
            let key = |k: &super::SortKey| {
                l.say(if k.descending { "descending" } else { "ascending" }, &[("column", &name(&k.column))])
            };
            l.say("sort", &[("by", &l.list(&by.iter().map(key).collect::<Vec<_>>()))])
        }
        Step::Top { count, skip: 0 } => l.say("top", &[("count", &count.to_string())]),
        Step::Top { count, skip } => l.say("top_skip", &[("count", &count.to_string()), ("skip", &skip.to_string())]),
        Step::Bottom { count } => l.say("bottom", &[("count", &count.to_string())]),
        Step::Extreme { column, smallest } => {
            l.say(if *smallest { "smallest" } else { "largest" }, &[("column", &name(column))])
        }
        Step::Join { table, on, keep } => {
            let pairs: Vec<String> = on.iter().map(|(a, b)| format!("{} = {}", name(a), name(b))).collect();
            l.say(if *keep { "join_keep" } else { "join" }, &[("table", table), ("on", &l.list(&pairs))])
        }
        Step::Pivot { rows, column, value } => {
            l.say("pivot", &[("what", &aggregate(value, l)), ("rows", &names(rows, l)), ("column", &name(column))])
        }
        Step::Unpivot { keep, name: new, value } => {
            l.say("unpivot", &[("keep", &names(keep, l)), ("name", &name(new)), ("value", &name(value))])
        }
        Step::Fill { column, with } => {
            let (key, value) = match with {
                Filling::Previous => ("fill_previous", String::new()),
                Filling::Next => ("fill_next", String::new()),
                Filling::Mean => ("fill_mean", String::new()),
                Filling::Value(value) => ("fill_value", plain(value)),
            };
            l.say(key, &[("column", &name(column)), ("value", &value)])
        }
        Step::Clean { column, how } => {
            let how = serde_json::to_value(how).ok().and_then(|v| v.as_str().map(|s| format!("clean_{s}")));
            l.say(&how.unwrap_or_default(), &[("column", &name(column))])
        }
        Step::Split { column, separator, into } => {
            l.say("split", &[("column", &name(column)), ("separator", separator), ("into", &names(into, l))])
        }
        Step::Merge { columns, separator, name: new } => {
            l.say("merge", &[("columns", &names(columns, l)), ("separator", separator), ("name", &name(new))])
        }
        Step::Deduplicate { columns } if columns.is_empty() => l.say("deduplicate", &[]),
        Step::Deduplicate { columns } => l.say("deduplicate_by", &[("columns", &names(columns, l))]),
        Step::Select { columns } => l.say("select", &[("columns", &names(columns, l))]),
        Step::Drop { columns } => l.say("drop", &[("columns", &names(columns, l))]),
        Step::Rename { column, name: new } => l.say("rename", &[("column", &name(column)), ("name", &name(new))]),
        Step::Cast { column, to } => {
            let to = serde_json::to_value(to).ok().and_then(|v| v.as_str().map(|s| l.say(&format!("type_{s}"), &[])));
            l.say("cast", &[("column", &name(column)), ("to", &to.unwrap_or_default())])
        }
        Step::Sample { count, .. } => l.say("sample", &[("count", &count.to_string())]),
        Step::Chart { kind, x, y } => {
            let kind =
                serde_json::to_value(kind).ok().and_then(|v| v.as_str().map(|s| l.say(&format!("chart_{s}"), &[])));
            l.say("chart", &[("kind", &kind.unwrap_or_default()), ("x", &name(x)), ("y", &names(y, l))])
        }
    }
}

fn plain(value: &Json) -> String {
    match value {
        Json::String(text) => text.clone(),
        other => other.to_string(),
    }
}

pub(super) fn condition(c: &Condition, l: Language) -> String {
    let value = match &c.value {
        Json::Array(list) => list.iter().map(|v| format!("“{}”", plain(v))).collect::<Vec<_>>().join(&l.say("or", &[])),
        Json::String(text) => format!("“{text}”"),
        other => other.to_string(),
    };
    let key = match c.is {
        Test::Equal | Test::OneOf => "is",
        Test::NotEqual => "is_not",
        Test::Less => "less",
        Test::AtMost => "at_most",
        Test::More => "more",
        Test::AtLeast => "at_least",
        Test::Contains => "contains",
        Test::NotContains => "contains_not",
        Test::StartsWith => "starts",
        Test::EndsWith => "ends",
        Test::Empty => "empty",
        Test::NotEmpty => "not_empty",
    };
    l.say(key, &[("column", &name(&c.column)), ("value", &value)])
}

pub(super) fn aggregate(a: &Aggregate, l: Language) -> String {
    match &a.column {
        Some(column) => l.say(&format!("of_{}", a.function.name()), &[("column", &name(column))]),
        None => l.say("of_rows", &[]),
    }
}
