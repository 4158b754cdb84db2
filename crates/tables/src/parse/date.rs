//! Dates and times.

use super::{chinese, narrow};
use crate::value::{DAY, days};

/// In which order a column writes numbers of a date where they could be either.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum DateOrder {
    /// Day first, as most of the world does.
    #[default]
    DayFirst,
    /// Month first, as the United States do.
    MonthFirst,
}

/// `2021-01-31` with an optional time after a blank or a `T`, as milliseconds since 1970.
pub fn iso_date(text: &str) -> Option<i64> {
    let (day, time) = match text.find(['T', ' ']) {
        Some(at) => (&text[..at], Some(&text[at + 1..])),
        None => (text, None),
    };
    let mut parts = day.split('-');
    let (y, m, d) = (parts.next()?, parts.next()?, parts.next()?);
    if y.len() != 4 || m.len() > 2 || d.len() > 2 || parts.next().is_some() {
        return None;
    }
    let date = days(y.parse().ok()?, m.parse().ok()?, d.parse().ok()?)? * DAY;
    Some(date + time.map_or(Some(0), clock)?)
}

/// `10:20`, `10:20:30.5`, with `AM` or `PM`, as milliseconds.
fn clock(text: &str) -> Option<i64> {
    let text = text.trim().trim_end_matches('Z');
    let lower = text.to_ascii_lowercase();
    let (body, half) = match lower.strip_suffix("pm").or(lower.strip_suffix("p.m.")) {
        Some(b) => (b.trim(), Some(12)),
        None => match lower.strip_suffix("am").or(lower.strip_suffix("a.m.")) {
            Some(b) => (b.trim(), Some(0)),
            None => (lower.as_str(), None),
        },
    };
    let mut parts = body.split(':');
    let mut hour: i64 = parts.next()?.trim().parse().ok()?;
    let minute: i64 = parts.next()?.parse().ok()?;
    let second: f64 = parts.next().map_or(Some(0.0), |s| s.parse().ok())?;
    if parts.next().is_some() || !(0..60).contains(&minute) || !(0.0..60.0).contains(&second) {
        return None;
    }
    if let Some(half) = half {
        hour = hour % 12 + half;
    }
    (0..24).contains(&hour).then_some((hour * 60 + minute) * 60_000 + (second * 1000.0).round() as i64)
}

/// Year, month and day of a text that is a date; a part that is not told is `None`. At least two parts, or one that
/// is said in words, are needed; a bare year is a number.
pub fn date_parts(text: &str, order: DateOrder) -> Option<(Option<i64>, Option<u32>, Option<u32>)> {
    if text.len() > 48 {
        return None;
    }
    let text = narrow(text);
    let text = text.trim_end_matches(['日', '号', '號']);
    if text.contains('年') || text.contains('月') {
        return chinese_date(text);
    }
    let words: Vec<&str> = text.split([' ', ',', '-', '/', '.', '\'']).filter(|w| !w.is_empty()).collect();
    if words.len() > 4 || words.is_empty() {
        return None;
    }
    // Names of days say nothing new.
    let words: Vec<&str> = words.into_iter().filter(|w| !is_weekday(w)).collect();
    if let Some(at) = words.iter().position(|w| month(w).is_some()) {
        let month = month(words[at]);
        let mut others = words.iter().enumerate().filter(|(i, _)| *i != at).map(|(_, w)| *w);
        let (a, b) = (others.next(), others.next());
        if others.next().is_some() {
            return None;
        }
        return match (a, b) {
            (None, None) => Some((None, month, None)),
            (Some(a), None) => match year(a) {
                Some(y) => Some((Some(y), month, None)),
                None => Some((None, month, Some(day(a)?))),
            },
            (Some(a), Some(b)) => match (year(a), year(b)) {
                (Some(y), _) => Some((Some(y), month, Some(day(b)?))),
                (_, Some(y)) => Some((Some(y), month, Some(day(a)?))),
                _ => None,
            },
            (None, Some(_)) => None,
        };
    }
    let numbers: Vec<u32> = words.iter().map(|w| w.parse().ok()).collect::<Option<_>>()?;
    if !text.contains(['-', '/', '.']) || text.contains(' ') {
        return None;
    }
    match (words.as_slice(), numbers.as_slice()) {
        ([y, ..], [year, m, d]) if y.len() == 4 => checked(i64::from(*year), *m, *d),
        ([.., y], [a, b, year]) if y.len() == 4 || y.len() == 2 => {
            let year = i64::from(*year);
            let year = if y.len() == 4 { year } else { year + if year < 50 { 2000 } else { 1900 } };
            let (d, m) = match order {
                DateOrder::MonthFirst if !text.contains('.') => (*b, *a),
                _ => (*a, *b),
            };
            checked(year, m, d)
        }
        _ => None,
    }
}

fn checked(year: i64, month: u32, day: u32) -> Option<(Option<i64>, Option<u32>, Option<u32>)> {
    days(year, month, day).map(|_| (Some(year), Some(month), Some(day)))
}

/// A whole date, with its time if there is one, as milliseconds since 1970.
pub fn date(text: &str, order: DateOrder) -> Option<i64> {
    if let Some(t) = iso_date(text.trim()) {
        return Some(t);
    }
    let (day, time) = match text.trim().split_once(' ').filter(|(_, t)| t.contains(':')) {
        Some((day, time)) => (day, clock(time)?),
        None => (text, 0),
    };
    match date_parts(day, order)? {
        (Some(y), Some(m), Some(d)) => Some(days(y, m, d)? * DAY + time),
        _ => None,
    }
}

fn chinese_date(text: &str) -> Option<(Option<i64>, Option<u32>, Option<u32>)> {
    let number = |s: &str| -> Option<u32> {
        let s = s.trim();
        s.parse().ok().or_else(|| chinese::numeral(s).and_then(|n| n.to_string().parse().ok()))
    };
    let (year, rest) = match text.split_once('年') {
        Some((y, rest)) => (Some(i64::from(number(y)?)), rest.trim()),
        None => (None, text),
    };
    let (month, rest) = match rest.split_once('月') {
        Some((m, rest)) => (Some(number(m).filter(|m| (1..=12).contains(m))?), rest.trim()),
        None => (None, rest),
    };
    let day = match rest {
        "" => None,
        rest => Some(number(rest).filter(|d| (1..=31).contains(d))?),
    };
    match (year, month, day) {
        (Some(y), Some(m), Some(d)) => checked(y, m, d),
        (None, None, _) | (_, None, Some(_)) => None,
        parts => Some(parts),
    }
}

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

/// `Sept.` is 9.
pub(crate) fn month(word: &str) -> Option<u32> {
    let word = word.trim_end_matches('.').to_ascii_lowercase();
    if word.len() < 3 {
        return None;
    }
    let fits = |m: &&str| **m == word || (m.starts_with(&word) && (word.len() == 3 || word == "sept"));
    MONTHS.iter().position(fits).map(|i| i as u32 + 1)
}

/// A month by its first three letters.
pub fn month_name(word: &str) -> Option<&'static str> {
    month(word).and_then(|m| MONTHS.get(m as usize - 1)).map(|name| &name[..3])
}

fn is_weekday(word: &str) -> bool {
    const DAYS: [&str; 7] = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];
    let word = word.to_ascii_lowercase();
    word.len() >= 3 && DAYS.iter().any(|d| *d == word || (word.len() <= 4 && d.starts_with(&word)))
}

fn year(word: &str) -> Option<i64> {
    (word.len() == 4).then(|| word.parse().ok()).flatten().filter(|y| (1000..=2999).contains(y))
}

fn day(word: &str) -> Option<u32> {
    let lower = word.to_ascii_lowercase();
    let digits = ["st", "nd", "rd", "th"].iter().find_map(|s| lower.strip_suffix(s)).unwrap_or(&lower);
    digits.parse().ok().filter(|d| (1..=31).contains(d))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::iso;

    #[test]
    fn dates_as_people_write_them() {
        for (text, expect) in [
            ("2024-02-29", "2024-02-29"),
            ("2024-02-29T10:20", "2024-02-29 10:20:00"),
            ("29.02.2024", "2024-02-29"),
            ("31/12/1999", "1999-12-31"),
            ("2024/2/9", "2024-02-09"),
            ("March 5, 2004", "2004-03-05"),
            ("5 Mar 2004", "2004-03-05"),
            ("Friday, 5 March 2004", "2004-03-05"),
            ("5-Mar-04", ""),
            ("2024年2月29日", "2024-02-29"),
            ("二〇二四年三月五日", "2024-03-05"),
            ("2024/2/9 3:05 PM", "2024-02-09 15:05:00"),
            ("30.02.2024", ""),
            ("1999", ""),
            ("3.5", ""),
        ] {
            assert_eq!(date(text, DateOrder::DayFirst).map(iso).unwrap_or_default(), expect, "{text}");
        }
        assert_eq!(date("12/31/1999", DateOrder::MonthFirst).map(iso).as_deref(), Some("1999-12-31"));
        assert_eq!(date_parts("October 2011", DateOrder::DayFirst), Some((Some(2011), Some(10), None)));
        assert_eq!(date_parts("January 24", DateOrder::DayFirst), Some((None, Some(1), Some(24))));
    }
}
