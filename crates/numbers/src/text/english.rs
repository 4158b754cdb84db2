//! English words for numbers to digits.

use super::pattern;

const SMALL: [&str; 20] = [
    "zero",
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
];
const TENS: [&str; 8] = ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"];
const PARTS: [(&str, u64); 12] = [
    ("half", 2),
    ("halves", 2),
    ("third", 3),
    ("quarter", 4),
    ("fourth", 4),
    ("fifth", 5),
    ("sixth", 6),
    ("seventh", 7),
    ("eighth", 8),
    ("ninth", 9),
    ("tenth", 10),
    ("hundredth", 100),
];

fn small(word: &str) -> Option<u64> {
    SMALL
        .iter()
        .position(|w| *w == word)
        .or_else(|| Some(TENS.iter().position(|w| *w == word)? * 10 + 20))
        .map(|n| n as u64)
}

fn part(word: &str) -> Option<u64> {
    let singular = word.strip_suffix('s').unwrap_or(word);
    PARTS.iter().find(|(name, _)| *name == word || *name == singular).map(|(_, n)| *n)
}

/// The text with digits. A lone `one` stays: it is a pronoun as often as a number.
pub fn digits(text: &str) -> String {
    let word = pattern(r"[a-z]+");
    let words: Vec<(usize, usize, &str)> = word.find_iter(text).map(|m| (m.start(), m.end(), m.as_str())).collect();
    // Words belong together with a space or a hyphen between them.
    let joined = |n: usize| n + 1 < words.len() && matches!(&text[words[n].1..words[n + 1].0], " " | "-");
    let mut out = String::with_capacity(text.len());
    let (mut at, mut n) = (0, 0);
    while n < words.len() {
        let from = n;
        let mut found: Option<String> = None;
        if let Some((value, last)) = number(&words, n, &joined) {
            n = last;
            let over = joined(n).then(|| part(words[n + 1].2)).flatten();
            let lone_one = value == 1 && last == from && over.is_none();
            found = match over {
                Some(below) if below > 1 && (words[n + 1].2 != "second") => {
                    n += 1;
                    Some(format!("{value}/{below}"))
                }
                _ if lone_one => None,
                _ => Some(value.to_string()),
            };
        } else {
            match words[n].2 {
                "twice" => found = Some("2 times".into()),
                "thrice" => found = Some("3 times".into()),
                "dozen" if !text[..words[n].0].ends_with(|c: char| c.is_ascii_digit() || c == ' ') => {
                    found = Some("12".into())
                }
                "a" if joined(n) && words[n + 1].2 == "dozen" => {
                    n += 1;
                    found = Some("12".into());
                }
                "a" if joined(n) && matches!(words[n + 1].2, "hundred" | "thousand" | "million") => {
                    found = Some(scale(words[n + 1].2).unwrap_or(1).to_string());
                    n += 1;
                }
                _ => {}
            }
        }
        if let Some(number) = found {
            out.push_str(&text[at..words[from].0]);
            out.push_str(&number);
            at = words[n].1;
        }
        n += 1;
    }
    out.push_str(&text[at..]);
    dozens(&out)
}

fn scale(word: &str) -> Option<u64> {
    match word {
        "hundred" => Some(100),
        "thousand" => Some(1000),
        "million" => Some(1_000_000),
        _ => None,
    }
}

/// `3 dozen` is 36; `12 hundred`, `2 million` with digits before them too.
fn dozens(text: &str) -> String {
    let found = pattern(r"\b(\d+)(?: |-)(dozen|hundred|thousand|million)\b");
    let value = |caps: &regex_lite::Captures| {
        let n: u64 = caps[1].parse().unwrap_or(0);
        let by = scale(&caps[2]).unwrap_or(12);
        n.checked_mul(by).map_or_else(|| caps[0].to_owned(), |n| n.to_string())
    };
    found.replace_all(text, value).into_owned()
}

/// A number that begins at word `n`, and its last word.
fn number(words: &[(usize, usize, &str)], mut n: usize, joined: &dyn Fn(usize) -> bool) -> Option<(u64, usize)> {
    let (mut total, mut group) = (0, small(words[n].2)?);
    let mut last_small = group;
    loop {
        if !joined(n) {
            return Some((total + group, n));
        }
        let next = words[n + 1].2;
        // "two hundred and fifty"
        let and = next == "and" && last_small == 0 && joined(n + 1) && small(words[n + 2].2).is_some();
        if and {
            n += 1;
            continue;
        }
        match (small(next), scale(next)) {
            (Some(value), _) if last_small == 0 || (last_small >= 20 && value < 10 && last_small % 10 == 0) => {
                group += value;
                last_small = value;
            }
            (_, Some(100)) if group > 0 && group < 100 => {
                group *= 100;
                last_small = 0;
            }
            (_, Some(by)) if by > 100 => {
                total += group * by;
                group = 0;
                last_small = 0;
            }
            _ => return Some((total + group, n)),
        }
        n += 1;
    }
}
