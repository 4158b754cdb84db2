//! Chinese and Japanese: signs between characters, pinyin, split characters.

use std::collections::HashMap;
use std::sync::OnceLock;

use crate::script::{is_cjk, variants};

/// What is read of `evasions.txt`.
struct Evasions {
    /// Pinyin without tones → characters; the longest has `longest` letters.
    pinyin: HashMap<&'static str, &'static str>,
    longest: usize,
    /// Parts of a character → the character.
    split: Vec<(&'static str, &'static str)>,
}

fn evasions() -> &'static Evasions {
    static READ: OnceLock<Evasions> = OnceLock::new();
    READ.get_or_init(|| {
        let mut all = Evasions { pinyin: HashMap::new(), longest: 0, split: Vec::new() };
        for line in include_str!("../../words/evasions.txt").lines().filter(|line| !line.starts_with('#')) {
            let Some((kind, rest)) = line.split_once(' ') else { continue };
            for pair in rest.split_whitespace() {
                let Some((from, to)) = pair.split_once('=') else { continue };
                match kind {
                    "pinyin" => {
                        all.longest = all.longest.max(from.len());
                        all.pinyin.insert(from, to);
                    }
                    "split" => all.split.push((from, to)),
                    _ => {} // variants are script.rs's
                }
            }
        }
        all
    })
}

pub(super) fn undo(text: &str) -> String {
    if text.is_ascii() {
        return pinyin(text);
    }
    let all = evasions();
    let chars: Vec<char> = variants(text).chars().collect();
    let mut joined = pinyin(&join(&chars));
    for (parts, whole) in &all.split {
        if joined.contains(parts) {
            joined = joined.replace(parts, whole);
        }
    }
    join(&joined.chars().collect::<Vec<_>>())
}

/// Drops spaces and signs that stand between two characters; punctuation of sentences stays.
fn join(chars: &[char]) -> String {
    let mut out = String::with_capacity(chars.len() * 3);
    let mut at = 0;
    while at < chars.len() {
        let sign = |c: &char| matches!(c, ' ' | '.' | '*' | '-' | '_' | '/' | '\\' | '|' | '~' | '+' | '#' | '^' | '·');
        let run = chars[at..].iter().take_while(|c| sign(c)).count();
        let before = at.checked_sub(1).is_some_and(|n| is_cjk(chars[n]));
        if run > 0 && run <= 3 && before && chars.get(at + run).is_some_and(|c| is_cjk(*c)) {
            at += run;
        } else {
            out.extend(&chars[at..at + run.max(1)]);
            at += run.max(1);
        }
    }
    out
}

/// Words of the list in pinyin, with or without spaces between syllables.
fn pinyin(text: &str) -> String {
    let all = evasions();
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    let mut before = ' ';
    while let Some(c) = rest.chars().next() {
        if c.is_ascii_lowercase()
            && !before.is_ascii_alphanumeric()
            && let Some((length, word)) = spelled(rest, all)
        {
            // Between characters no space is left.
            if out.chars().rev().nth(1).is_some_and(is_cjk) && out.ends_with(' ') {
                out.pop();
            }
            out += word;
            rest = &rest[length..];
            before = 'x';
            continue;
        }
        out.push(c);
        before = c;
        rest = &rest[c.len_utf8()..];
    }
    out
}

/// The longest word of the list that `text` begins with: its length in `text`, and the word.
fn spelled(text: &str, all: &Evasions) -> Option<(usize, &'static str)> {
    let mut letters = String::new();
    let mut found = None;
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            b'a'..=b'z' => letters.push(char::from(byte)),
            b' ' | b'\'' => {}
            _ => break,
        }
        if letters.len() > all.longest {
            break;
        }
        let ends = text.as_bytes().get(at + 1).is_none_or(|next| !next.is_ascii_alphanumeric());
        if ends && let Some(word) = all.pinyin.get(letters.as_str()) {
            found = Some((at + 1, *word));
        }
    }
    found
}
