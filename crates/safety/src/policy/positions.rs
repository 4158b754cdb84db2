//! Where the values of a JSON text stand: the line of each, by its path. The text has been parsed before.

use std::collections::HashMap;

/// Lines (from 1) by path, as in `/categories/weapons/action`.
pub fn positions(json: &str) -> HashMap<String, usize> {
    let mut scan = Scan { rest: json, line: 1, found: HashMap::new() };
    scan.value(String::new(), 0);
    scan.found
}

/// Deeper than any policy.
const DEEPEST: usize = 32;

struct Scan<'a> {
    rest: &'a str,
    line: usize,
    found: HashMap<String, usize>,
}

impl Scan<'_> {
    fn peek(&mut self) -> Option<char> {
        let space = self.rest.len() - self.rest.trim_start().len();
        self.line += self.rest[..space].matches('\n').count();
        self.rest = &self.rest[space..];
        self.rest.chars().next()
    }

    fn take(&mut self, c: char) -> bool {
        let there = self.peek() == Some(c);
        if there {
            self.rest = &self.rest[c.len_utf8()..];
        }
        there
    }

    fn value(&mut self, path: String, depth: usize) {
        let first = self.peek();
        self.found.entry(path.clone()).or_insert(self.line);
        match first {
            _ if depth > DEEPEST => {}
            Some('{') => {
                self.take('{');
                while self.peek() == Some('"') {
                    let line = self.line;
                    let key = self.string();
                    let path = format!("{path}/{key}");
                    self.found.insert(path.clone(), line);
                    self.take(':');
                    self.value(path, depth + 1);
                    self.take(',');
                }
                self.take('}');
            }
            Some('[') => {
                self.take('[');
                let mut n = 0;
                while self.peek().is_some_and(|c| c != ']') {
                    let before = self.rest.len();
                    self.value(format!("{path}/{n}"), depth + 1);
                    self.take(',');
                    n += 1;
                    if self.rest.len() == before {
                        return;
                    }
                }
                self.take(']');
            }
            Some('"') => _ = self.string(),
            _ => {
                let end = self.rest.find([',', '}', ']', '\n']).unwrap_or(self.rest.len());
                self.rest = &self.rest[end..];
            }
        }
    }

    /// The text between quotes, escapes as they stand.
    fn string(&mut self) -> String {
        self.take('"');
        let mut escaped = false;
        let end = self.rest.find(|c| {
            let ends = c == '"' && !escaped;
            escaped = c == '\\' && !escaped;
            ends
        });
        let end = end.unwrap_or(self.rest.len());
        let text = self.rest[..end].to_owned();
        self.rest = self.rest.get(end + 1..).unwrap_or_default();
        text
    }
}

#[cfg(test)]
mod tests {
    use super::positions;

    #[test]
    fn each_value_has_its_line() {
        let found = positions("{\n  \"a\": [1,\n    {\"b\": \"x \\\" }\"}],\n  \"c\": null\n}");
        let line = |path: &str| found.get(path).copied();
        assert_eq!(line("/a/0"), Some(2));
        assert_eq!(line("/a/1/b"), Some(3));
        assert_eq!(line("/c"), Some(4));
    }
}
