//! A question's text, made even for reading: one form of each sign, numbers as digits, and a record of what has been
//! read, so that nothing that matters is passed over.

mod english;
mod han;
mod sheet;

pub use han::han_number;
#[cfg(test)]
pub use sheet::sheet_left;
pub use sheet::{Caps, Sheet};

use regex_lite::Regex;

/// The language that a question is in, and an answer is given in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lang {
    /// English, and all languages that no other row is for.
    En,
    /// Chinese.
    Zh,
    /// Japanese.
    Ja,
}

impl Lang {
    /// By the script.
    pub fn of(text: &str) -> Lang {
        let any = |from: char, to: char| text.chars().any(|c| (from..=to).contains(&c));
        if any('\u{3040}', '\u{30ff}') {
            Lang::Ja
        } else if any('\u{3400}', '\u{9fff}') {
            Lang::Zh
        } else {
            Lang::En
        }
    }
}

/// A pattern that is known to be one.
///
/// # Panics
/// In tests that compile all patterns, where one is wrong: patterns are constants.
#[expect(clippy::expect_used, reason = "patterns are constants, and a test compiles each of them")]
pub fn pattern(text: &str) -> Regex {
    Regex::new(text).expect("a valid pattern")
}

/// The text in one form: ASCII signs, lower case, numbers as digits without separators.
pub fn even(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '！'..='～' => out.push(char::from_u32(c as u32 - 0xFEE0).unwrap_or(c)),
            '　' | '\u{a0}' | '\n' | '\t' | '\r' => out.push(' '),
            '。' => out.push('.'),
            '、' => out.push(','),
            '’' | '‘' => out.push('\''),
            '“' | '”' | '「' | '」' | '『' | '』' => out.push('"'),
            '−' | '–' | '—' => out.push('-'),
            '℃' => out.push_str("°c"),
            '￥' | '¥' => out.push('¥'),
            _ => out.extend(c.to_lowercase()),
        }
    }
    let out = pattern(r"(\d),(\d\d\d)\b").replace_all(&out, "$1$2");
    let out = pattern(r"(\d),(\d\d\d)\b").replace_all(&out, "$1$2");
    let out = pattern(r"(^|[ $£€(])\.(\d)").replace_all(&out, "${1}0.$2");
    let out = pattern(r"\$ ?(\d+(?:\.\d+)?)").replace_all(&out, "$1 dollars");
    let out = pattern(r"£ ?(\d+(?:\.\d+)?)").replace_all(&out, "$1 pounds");
    let out = pattern(r"€ ?(\d+(?:\.\d+)?)").replace_all(&out, "$1 euros");
    let out = pattern(r"¥ ?(\d+(?:\.\d+)?)").replace_all(&out, "$1元");
    let out = pattern(r"(\d) percent\b").replace_all(&out, "$1%");
    let out = english::digits(&out);
    let out = han::digits(&out);
    // "80 and 100 km/h": two speeds.
    let speed = r"km/h|mph|m/s|km per hour|miles per hour|metres per second|meters per second|kilometers per hour";
    let out = pattern(&format!(r"(\d+) and (\d+) ({speed})\b")).replace_all(&out, "$1 $3 and $2 $3");
    let out = pattern(r"每(小时|分钟|秒)(行|走|跑|行驶)?(\d+)(千米|公里|米)(?:和|与|,)(\d+)(千米|公里|米)")
        .replace_all(&out, "每$1$2$3$4和每$1$5$6");
    pattern(r" +").replace_all(&out, " ").trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_become_digits_and_other_words_stay() {
        for (text, want) in [
            ("Eight workers finish 1,000 jobs.", "8 workers finish 1000 jobs."),
            ("twenty-five dollars and $3.50", "25 dollars and 3.50 dollars"),
            ("two hundred and fifty", "250"),
            ("three times as old, twice a day", "3 times as old, 2 times a day"),
            ("two-thirds of a dozen eggs", "2/3 of 12 eggs"),
            ("one of them, no one", "one of them, no one"),
            ("五年前，八名工人", "5年前,8名工人"),
            ("一共三十五个头，九十四只脚", "一共35个头,94只脚"),
            ("二百五十元，一千零二十", "250元,1020"),
            ("三分之一，百分之二十", "1/3,20%"),
            ("七五折", "75折"),
            ("两列火车，两小时后", "两列火车,2小时后"),
            ("１２个", "12个"),
            ("It costs $.35.", "it costs 0.35 dollars."),
            ("十分高兴", "十分高兴"),
            ("一万二千", "12000"),
            ("五角硬币，三角形", "5角硬币,三角形"),
        ] {
            assert_eq!(even(text), want, "{text}");
        }
    }
}
