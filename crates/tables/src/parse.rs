//! Text to numbers and dates, as people write them in tables: thousands separators, currencies, percent, units of
//! ten thousand, Chinese numerals, dates in many orders. What is only nearly a number stays text.

mod chinese;
mod date;
mod number;

pub use date::{DateOrder, date, date_parts, iso_date, month_name};
pub use number::{Marks, number};

use rust_decimal::Decimal;

use crate::value::{DAY, days};

/// The number of a text that holds more than one, as `34 years` or `1st (tie)`: the first.
pub fn loose_number(text: &str) -> Option<Decimal> {
    if let Some(parsed) = number(text, Marks::Point) {
        return Some(parsed.number);
    }
    let start = text.find(|c: char| c.is_ascii_digit())?;
    let negative = text[..start].trim_end().ends_with(['-', '−', '–']) && text[..start].trim().chars().count() == 1;
    let rest = &text[start..];
    let mut digits = String::new();
    let mut chars = rest.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '0'..='9' => digits.push(c),
            ',' if chars.peek().is_some_and(char::is_ascii_digit) => {}
            '.' if !digits.contains('.') && chars.peek().is_some_and(char::is_ascii_digit) => digits.push(c),
            _ => break,
        }
        if digits.len() > 27 {
            return None;
        }
    }
    digits.parse().ok().map(|n: Decimal| if negative { -n } else { n })
}

/// The date of a text that may leave parts out, as `October 2011` or `January 24`: missing parts are the first.
pub fn loose_date(text: &str) -> Option<i64> {
    if let Some(t) = date(text, DateOrder::DayFirst) {
        return Some(t);
    }
    let text = text.split(['(', '[', '\n']).next().unwrap_or_default().trim();
    let (year, month, day) = date_parts(text, DateOrder::DayFirst)?;
    Some(days(year.unwrap_or(1970), month.unwrap_or(1), day.unwrap_or(1))? * DAY)
}

/// Full-width digits and signs to plain ones, so that `１２３％` reads as `123%`.
pub(crate) fn narrow(text: &str) -> String {
    let narrow = |c: char| match c {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(c as u32 - 0xfee0).unwrap_or(c),
        '\u{3000}' | '\u{a0}' | '\u{202f}' | '\u{2009}' => ' ',
        '−' | '–' | '﹣' => '-',
        '、' => ',',
        c => c,
    };
    text.trim().chars().map(narrow).collect()
}
