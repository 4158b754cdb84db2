//! One cell's value, and the calendar.

use std::cmp::Ordering;
use std::fmt;
use std::sync::Arc;

use rust_decimal::Decimal;
use rust_decimal::prelude::{FromPrimitive, ToPrimitive};

/// Milliseconds of a day.
pub const DAY: i64 = 86_400_000;

/// A value. Numbers are decimal, so that sums of money do not drift; only what 28 digits cannot hold is a float.
#[derive(Debug, Clone, Default, PartialEq)]
pub enum Value {
    /// No value.
    #[default]
    Null,
    /// True or false.
    Bool(bool),
    /// A number of at most 28 digits.
    Number(Decimal),
    /// A number that is too large or too small for [`Value::Number`].
    Float(f64),
    /// Milliseconds since 1970-01-01, without a time zone.
    Date(i64),
    /// Milliseconds since midnight, of no day.
    Time(i64),
    /// Milliseconds that something lasts.
    Duration(i64),
    /// Text.
    Text(Arc<str>),
    /// An error as the spreadsheet has it, `#N/A`.
    Error(Arc<str>),
}

impl Value {
    /// Text.
    pub fn text(text: impl AsRef<str>) -> Self {
        Value::Text(Arc::from(text.as_ref()))
    }

    /// A number, decimal with the fewest digits that stand for this float; null for what is no number.
    pub fn number(number: f64) -> Self {
        if !number.is_finite() {
            return Value::Null;
        }
        decimal(number).map_or(Value::Float(number), Value::Number)
    }

    /// Whether there is no value.
    pub fn is_null(&self) -> bool {
        matches!(self, Value::Null)
    }

    /// The number as a float; dates and durations in days, hours and the like are no numbers.
    pub fn as_f64(&self) -> Option<f64> {
        match self {
            Value::Number(number) => number.to_f64(),
            Value::Float(number) => Some(*number),
            _ => None,
        }
    }

    /// Numbers before times, times before text, text before truth values, errors, and null last.
    fn rank(&self) -> u8 {
        match self {
            Value::Number(_) | Value::Float(_) => 0,
            Value::Date(_) => 1,
            Value::Time(_) => 2,
            Value::Duration(_) => 3,
            Value::Text(_) => 4,
            Value::Bool(_) => 5,
            Value::Error(_) => 6,
            Value::Null => 7,
        }
    }

    /// A total order over all values, the one that sorting uses: text by code points, nulls last.
    pub fn order(&self, other: &Self) -> Ordering {
        match (self, other) {
            (Value::Number(a), Value::Number(b)) => a.cmp(b),
            (Value::Date(a), Value::Date(b))
            | (Value::Time(a), Value::Time(b))
            | (Value::Duration(a), Value::Duration(b)) => a.cmp(b),
            (Value::Text(a), Value::Text(b)) | (Value::Error(a), Value::Error(b)) => a.cmp(b),
            (Value::Bool(a), Value::Bool(b)) => a.cmp(b),
            _ => match (self.as_f64(), other.as_f64()) {
                (Some(a), Some(b)) => a.total_cmp(&b),
                _ => self.rank().cmp(&other.rank()),
            },
        }
    }

    /// What makes two cells one group.
    pub fn key(&self) -> Key {
        match self {
            Value::Null => Key::Null,
            Value::Bool(b) => Key::Bool(*b),
            Value::Number(n) => Key::Number(n.normalize()),
            Value::Float(f) => Key::Float(f.to_bits()),
            Value::Date(t) => Key::Moment(1, *t),
            Value::Time(t) => Key::Moment(2, *t),
            Value::Duration(t) => Key::Moment(3, *t),
            Value::Text(t) => Key::Text(t.clone()),
            Value::Error(t) => Key::Error(t.clone()),
        }
    }
}

/// A value that can be looked up.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Key {
    Null,
    Bool(bool),
    Number(Decimal),
    Float(u64),
    Moment(u8, i64),
    Text(Arc<str>),
    Error(Arc<str>),
}

/// The shortest decimal that stands for a float, if 28 digits can hold it.
pub fn decimal(number: f64) -> Option<Decimal> {
    if number == 0.0 {
        return Some(Decimal::ZERO);
    }
    if number.fract() == 0.0 && number.abs() < 9e15 {
        return Decimal::from_i64(number as i64);
    }
    if !(1e-12..1e27).contains(&number.abs()) {
        return None;
    }
    format!("{number}").parse().ok()
}

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Value::Null => Ok(()),
            Value::Bool(b) => write!(f, "{b}"),
            Value::Number(n) => write!(f, "{}", n.normalize()),
            Value::Float(n) => write!(f, "{n}"),
            Value::Date(t) => f.write_str(&iso(*t)),
            Value::Time(t) => f.write_str(&clock(*t)),
            Value::Duration(t) => {
                let sign = if *t < 0 { "-" } else { "" };
                write!(f, "{sign}{}", clock(t.abs()))
            }
            Value::Text(t) | Value::Error(t) => f.write_str(t),
        }
    }
}

/// `2024-02-29`, or with a time if there is one.
pub fn iso(t: i64) -> String {
    let (y, m, d) = civil(t.div_euclid(DAY));
    let rest = t.rem_euclid(DAY);
    let date = if y < 0 { format!("-{:04}-{m:02}-{d:02}", -y) } else { format!("{y:04}-{m:02}-{d:02}") };
    if rest == 0 { date } else { format!("{date} {}", clock(rest)) }
}

fn clock(t: i64) -> String {
    let (s, ms) = (t / 1000, t % 1000);
    let text = format!("{:02}:{:02}:{:02}", s / 3600, s / 60 % 60, s % 60);
    if ms == 0 { text } else { format!("{text}.{ms:03}") }
}

/// Days since 1970-01-01 of a date in the Gregorian calendar; `None` for a day that no month has.
pub fn days(year: i64, month: u32, day: u32) -> Option<i64> {
    if !(-9999..=9999).contains(&year) || !(1..=12).contains(&month) || day == 0 || day > month_length(year, month) {
        return None;
    }
    let y = if month <= 2 { year - 1 } else { year };
    let era = y.div_euclid(400);
    let year_of_era = y.rem_euclid(400);
    let month_from_march = i64::from((month + 9) % 12);
    let day_of_year = (153 * month_from_march + 2) / 5 + i64::from(day) - 1;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    Some(era * 146_097 + day_of_era - 719_468)
}

/// Year, month and day of days since 1970-01-01.
pub fn civil(days: i64) -> (i64, u32, u32) {
    let z = days.saturating_add(719_468);
    let era = z.div_euclid(146_097);
    let day_of_era = z.rem_euclid(146_097);
    let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month + 2) / 5 + 1;
    let (year, month) = (year_of_era + era * 400, if month < 10 { month + 3 } else { month - 9 });
    (if month <= 2 { year + 1 } else { year }, month as u32, day as u32)
}

/// Days of a month.
pub fn month_length(year: i64, month: u32) -> u32 {
    match month {
        4 | 6 | 9 | 11 => 30,
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        _ => 31,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_date_survives_the_way_to_days_and_back() {
        for day in (-800_000..800_000).step_by(97) {
            let (y, m, d) = civil(day);
            assert_eq!(days(y, m, d), Some(day));
        }
        assert_eq!(days(1970, 1, 1), Some(0));
        assert_eq!(days(2023, 2, 29), None);
    }

    #[test]
    fn cents_add_up() {
        let sum: Decimal = (0..1000).filter_map(|_| decimal(0.1)).sum();
        assert_eq!(Value::Number(sum).to_string(), "100");
    }
}
