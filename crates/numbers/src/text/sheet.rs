//! An even text of which rules tick off what they have understood.

use std::ops::Range;

use regex_lite::Regex;

use super::{Lang, even, pattern};
use crate::math::{Q, parse_number};

/// What a pattern's groups have matched.
pub type Caps = Vec<Option<String>>;

/// A text and what has been read of it.
#[derive(Debug, Clone)]
pub struct Sheet {
    /// The even text.
    pub text: String,
    /// Its language.
    pub lang: Lang,
    read: Vec<Range<usize>>,
}

/// Words by which a sentence changes what was said before it, or asks for more: where one is left unread, the text is
/// not understood.
const CHANGES_EN: &str = r"\b(more|less|fewer|then|after|before|except|sold|sells|gave|gives|left|lost|died|away|later|already|also|another|extra|instead|unless|each|every|half|double|triple|twice|times|remaining|rest|broke|ate|spent|added|removed|only|not|average|difference|product|ratio|per|if|but|sum|earlier|sooner|delayed|stops?|stopped|saved?|saves|cheaper|profit|tax|tip|fee|second|third|next|different)\b";
const CHANGES_ZH: &str = "多|少|后来|又|卖|走|死|剩|再|先|还|然后|之前|以前|以后|除|平均|半|倍|差|比|如果|若|只有|没|不|互换|借|送|吃|增加|减少|每|便宜|贵|省|赚|亏|利润|税|提前|停了|停留|停下|停止|休息|第2|第3|其余";

impl Sheet {
    /// A text of which nothing has been read.
    pub fn new(text: &str) -> Self {
        Sheet { text: even(text), lang: Lang::of(text), read: Vec::new() }
    }

    /// The first match of a pattern; what it matched counts as read.
    pub fn take(&mut self, regex: &Regex) -> Option<Caps> {
        let caps = regex.captures(&self.text)?;
        let whole = caps.get(0)?.range();
        let groups = caps.iter().map(|group| group.map(|m| m.as_str().to_owned())).collect();
        self.read.push(whole);
        Some(groups)
    }

    /// The first match of any of these patterns.
    pub fn any(&mut self, patterns: &[&str]) -> Option<Caps> {
        patterns.iter().find_map(|text| self.take(&pattern(text)))
    }

    /// The first match of any of these patterns in what has not been read.
    pub fn any_unread(&mut self, patterns: &[&str]) -> Option<Caps> {
        for text in patterns {
            let regex = pattern(text);
            let mut from = 0;
            while let Some(caps) = regex.captures_at(&self.text, from) {
                let Some(whole) = caps.get(0).map(|m| m.range()) else { break };
                if self.is_fresh(&whole) {
                    let groups = caps.iter().map(|group| group.map(|m| m.as_str().to_owned())).collect();
                    self.read.push(whole);
                    return Some(groups);
                }
                let next = self.text[whole.start..].chars().next().map_or(1, char::len_utf8);
                from = whole.start + next;
                if from > self.text.len() {
                    break;
                }
            }
        }
        None
    }

    /// Whether a stretch has something new, and no number that has been read: words may be read twice.
    fn is_fresh(&self, range: &Range<usize>) -> bool {
        let read = |at: usize| self.read.iter().any(|r| r.contains(&at));
        let mut new = false;
        for (at, c) in self.text[range.clone()].char_indices() {
            match read(range.start + at) {
                true if c.is_ascii_digit() => return false,
                true => {}
                false => new = true,
            }
        }
        new
    }

    /// All matches of a pattern in what has not been read.
    pub fn all_unread(&mut self, text: &str) -> Vec<Caps> {
        std::iter::from_fn(|| self.any_unread(&[text])).collect()
    }

    /// All matches of a pattern; what they matched counts as read.
    pub fn all(&mut self, text: &str) -> Vec<Caps> {
        let regex = pattern(text);
        let mut found = Vec::new();
        for caps in regex.captures_iter(&self.text) {
            if let Some(whole) = caps.get(0) {
                self.read.push(whole.range());
            }
            found.push(caps.iter().map(|group| group.map(|m| m.as_str().to_owned())).collect());
        }
        found
    }

    /// Marks a range of the text as read.
    pub fn read_range(&mut self, range: Range<usize>) {
        self.read.push(range);
    }

    /// Whether a pattern stands in the text; nothing counts as read.
    pub fn has(&self, text: &str) -> bool {
        pattern(text).is_match(&self.text)
    }

    /// What has not been read, a space for each gap.
    pub fn unread(&self) -> String {
        let mut out = String::new();
        let mut gap = false;
        for (at, c) in self.text.char_indices() {
            if self.read.iter().any(|range| range.contains(&at)) {
                gap = true;
                continue;
            }
            if gap {
                out.push(' ');
                gap = false;
            }
            out.push(c);
        }
        out
    }

    /// Whether every number and every word that would change the meaning has been read.
    pub fn understood(&self) -> bool {
        let rest = self.unread();
        #[cfg(test)]
        LEFT.with_borrow_mut(|left| left.push(rest.clone()));
        let changes = if self.lang == Lang::En { CHANGES_EN } else { CHANGES_ZH };
        !rest.contains(|c: char| c.is_ascii_digit()) && !pattern(changes).is_match(&rest)
    }

    /// All numbers of the text, in order.
    pub fn numbers(&self) -> Vec<Q> {
        let found = pattern(r"\d+(?:\.\d+)?(?:/\d+)?%?");
        found.find_iter(&self.text).filter_map(|m| parse_number(m.as_str())).collect()
    }
}

#[cfg(test)]
thread_local! {
    /// What rules have left unread, for messages of tests.
    static LEFT: std::cell::RefCell<Vec<String>> = const { std::cell::RefCell::new(Vec::new()) };
}

/// What rules have left unread since the last call.
#[cfg(test)]
pub fn sheet_left() -> Vec<String> {
    LEFT.take()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_that_was_not_read_is_not_understood() {
        let mut sheet = Sheet::new("A yard holds 35 heads and 94 feet.");
        assert!(sheet.any(&[r"(\d+) heads"]).is_some());
        assert!(!sheet.understood(), "94 is open");
        assert!(sheet.any(&[r"(\d+) feet"]).is_some());
        assert!(sheet.understood());
    }
}
