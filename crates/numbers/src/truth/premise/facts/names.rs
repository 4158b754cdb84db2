//! Rows of a table, and the names in them as they stand in a question.

use crate::text::pattern;

/// The rows of a table as columns.
pub fn rows(table: &'static str) -> impl Iterator<Item = Vec<&'static str>> {
    table.lines().filter(|line| !line.is_empty()).map(|line| line.split('\t').collect())
}

/// The column for a language: English first, Chinese beside it.
pub fn column(row: &[&'static str], at: usize, english: bool) -> &'static str {
    row.get(at + usize::from(!english)).copied().unwrap_or_default()
}

/// Names of one thing, `|` between them.
pub struct Names(pub &'static str);

impl Names {
    /// The one that is shown.
    pub fn first(&self) -> &'static str {
        self.0.split('|').next().unwrap_or_default()
    }

    /// The longest that stands in an even text, in lower case.
    pub fn in_text(&self, text: &str, english: bool) -> Option<String> {
        let names = self.0.split('|').map(crate::text::even);
        let found = names.filter(|name| {
            if !text.contains(name.as_str()) {
                return false;
            }
            !english || pattern(&format!(r"(?:^|[^a-z]){}(?:[^a-z]|$)", regex_lite::escape(name))).is_match(text)
        });
        found.max_by_key(String::len)
    }

    /// The first that stands in a text as it is written, capitals and all; a name in lower case in any writing.
    pub fn as_written(&self, text: &str, english: bool) -> Option<String> {
        let lower = text.to_lowercase();
        let joined = |text: &str| text.replace(['·', '・'], "");
        self.0.split('|').find_map(|name| {
            let found = if !english {
                joined(text).contains(&joined(name))
            } else {
                let text = if name.starts_with(char::is_lowercase) { &lower } else { text };
                let name = if name.starts_with(char::is_lowercase) { name.to_lowercase() } else { name.to_owned() };
                text.contains(&name)
                    && pattern(&format!(r"(?:^|[^A-Za-z]){}(?:[^A-Za-z]|$)", regex_lite::escape(&name))).is_match(text)
            };
            found.then(|| name.to_owned())
        })
    }

    /// As a pattern.
    pub fn alternatives(&self) -> String {
        self.0.split('|').map(|name| regex_lite::escape(&crate::text::even(name))).collect::<Vec<_>>().join("|")
    }
}

/// A name at the beginning of a sentence: in the plural where it has one, each word of a state's name in capitals.
pub fn shown(name: &str, names: &Names) -> String {
    let plural = names.0.split('|').find(|other| *other == format!("{name}s") || *other == format!("{name}es"));
    let name = plural.unwrap_or(name);
    let words = name.split(' ').map(|word| {
        let mut chars = word.chars();
        chars.next().map_or(String::new(), |first| first.to_uppercase().chain(chars).collect())
    });
    words.collect::<Vec<_>>().join(" ")
}
