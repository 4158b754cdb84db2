//! Numbers, dates and names in a text, told by their form alone.

use std::ops::Range;

use crate::question::{Language, Question, Wants};
use crate::words::is_han;

const MONTHS: [&str; 12] = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
];

const NUMBER_WORDS: [&str; 34] = [
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
    "twenty",
    "thirty",
    "forty",
    "fifty",
    "sixty",
    "seventy",
    "eighty",
    "ninety",
    "hundred",
    "thousand",
    "million",
    "billion",
    "half",
    "third",
    "dozen",
];

/// Whether a text has the kind of thing that a question asks for, and not only what the question itself names.
pub fn has_kind(text: &str, question: &Question) -> bool {
    match question.wants {
        Wants::Number => !numbers(text, &question.text).is_empty(),
        Wants::Time => !times(text, &question.text).is_empty(),
        Wants::Person | Wants::Place if question.language == Language::English => {
            !names(text, &question.text).is_empty()
        }
        _ => true,
    }
}

fn words(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let starts = text
        .char_indices()
        .filter(|&(at, c)| c.is_alphanumeric() && !text[..at].chars().next_back().is_some_and(char::is_alphanumeric));
    starts.map(|(at, _)| {
        let rest = &text[at..];
        let end = rest.find(|c: char| !c.is_alphanumeric()).unwrap_or(rest.len());
        (at, &rest[..end])
    })
}

/// Numbers, in digits or words, that the question does not name.
pub fn numbers(text: &str, question: &str) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let bytes = text.as_bytes();
    let mut at = 0;
    while at < bytes.len() {
        if bytes[at].is_ascii_digit() {
            let mut end = at;
            while end < bytes.len()
                && (bytes[end].is_ascii_digit()
                    || matches!(bytes[end], b',' | b'.') && bytes.get(end + 1).is_some_and(u8::is_ascii_digit))
            {
                end += 1;
            }
            if !question.contains(&text[at..end]) {
                found.push(at..end);
            }
            at = end;
        } else {
            at += 1;
        }
    }
    let lower = text.to_ascii_lowercase();
    for (at, word) in words(&lower) {
        if NUMBER_WORDS.contains(&word) && !question.to_lowercase().contains(word) {
            found.push(at..at + word.len());
        }
    }
    let mut chars = text.char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        let digit = |c: char| "零〇一二三四五六七八九十百千万亿两半".contains(c);
        if digit(c) {
            let mut end = at + c.len_utf8();
            while let Some(&(next, c)) = chars.peek().filter(|(_, c)| digit(*c)) {
                end = next + c.len_utf8();
                chars.next();
            }
            if !question.contains(&text[at..end]) {
                found.push(at..end);
            }
        }
    }
    found
}

/// Years, months and dates that the question does not name.
pub fn times(text: &str, question: &str) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let lower = text.to_ascii_lowercase();
    let asked = question.to_ascii_lowercase();
    for range in numbers(text, question) {
        let digits = &text[range.clone()];
        let after = &text[range.end..];
        let year = digits.len() == 4 && digits.bytes().all(|b| b.is_ascii_digit()) && digits < "2200";
        let counted = [
            "年",
            "月",
            "日",
            "世纪",
            "th centur",
            "st centur",
            "nd centur",
            "rd centur",
            "s",
            " BC",
            " AD",
            "时",
            "点",
        ];
        if year || counted.iter().any(|w| after.starts_with(w)) {
            found.push(range);
        }
    }
    for (at, word) in words(&lower) {
        let known = MONTHS.contains(&word)
            || matches!(
                word,
                "century"
                    | "decade"
                    | "spring"
                    | "summer"
                    | "autumn"
                    | "winter"
                    | "monday"
                    | "tuesday"
                    | "wednesday"
                    | "thursday"
                    | "friday"
                    | "saturday"
                    | "sunday"
                    | "year"
                    | "years"
                    | "day"
                    | "night"
                    | "war"
                    | "today"
                    | "era"
                    | "period"
                    | "age"
            );
        if known && !asked.contains(word) {
            found.push(at..at + word.len());
        }
    }
    for word in ["年", "世纪", "时期", "时代", "朝", "期间", "之后", "春", "夏", "秋", "冬"] {
        if !question.contains(word) || word == "年" {
            found.extend(text.match_indices(word).filter(|_| word != "年").map(|(at, w)| at..at + w.len()));
        }
    }
    found
}

/// Runs of words in upper case that do not only open the sentence and that the question does not name.
pub fn names(text: &str, question: &str) -> Vec<Range<usize>> {
    let mut found: Vec<Range<usize>> = Vec::new();
    let list: Vec<(usize, &str)> = words(text).collect();
    let asked = question.to_lowercase();
    let mut n = 0;
    while n < list.len() {
        let (at, word) = list[n];
        if !word.starts_with(|c: char| c.is_uppercase()) || word.chars().any(is_han) {
            n += 1;
            continue;
        }
        let mut last = n;
        let mut m = n + 1;
        while m < list.len() {
            let between = &text[list[m - 1].0 + list[m - 1].1.len()..list[m].0];
            let joins = matches!(between, " " | "-" | "." | ". " | "'" | "’");
            let upper = list[m].1.starts_with(|c: char| c.is_uppercase());
            let particle = matches!(list[m].1, "of" | "the" | "de" | "von" | "van" | "der" | "and" | "for");
            if joins && upper {
                last = m;
            } else if !(joins && particle && m == last + 1) {
                break;
            }
            m += 1;
        }
        let range = at..list[last].0 + list[last].1.len();
        let opening = at == list[0].0 && last == n;
        let common = matches!(
            word,
            "The"
                | "A"
                | "An"
                | "In"
                | "It"
                | "This"
                | "These"
                | "He"
                | "She"
                | "They"
                | "His"
                | "Her"
                | "I"
                | "As"
                | "At"
                | "On"
                | "By"
                | "For"
                | "From"
                | "When"
                | "While"
                | "After"
                | "But"
                | "And"
                | "Some"
                | "Many"
        );
        let named = asked.contains(&text[range.clone()].to_lowercase());
        if (!opening || !common) && !named {
            found.push(range);
        }
        n = last + 1;
    }
    found
}
