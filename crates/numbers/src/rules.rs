//! Shapes of problems that are read without a model. A rule answers only where it has understood every number and every
//! word that would change the meaning; else it leaves the question to the next one.

mod ages;
mod calendar;
mod found;
mod interest;
mod kinds;
mod lookup;
mod percent;
mod plain;
mod remainder;
mod speed;
mod sums;
mod units;
mod work;

pub use found::Found;

use crate::text::Sheet;

/// Today, for questions about dates: year, month, day.
pub type Today = Option<(i16, i8, i8)>;

/// The date so many days after 1 January 1970.
pub fn date_of(days: i32) -> Today {
    let first = jiff::civil::Date::new(1970, 1, 1).ok()?;
    let date = first.checked_add(jiff::Span::new().try_days(days).ok()?).ok()?;
    Some((date.year(), date.month(), date.day()))
}

/// A rule: a reading of the sheet, or nothing.
type Rule = fn(&mut Sheet) -> Option<Found>;

const RULES: &[Rule] = &[
    plain::counting,
    plain::compare,
    plain::bases,
    calendar::read,
    remainder::read,
    kinds::read,
    kinds::quiz,
    ages::read,
    speed::read,
    work::read,
    interest::read,
    percent::read,
    sums::read,
    units::read,
    plain::expression,
];

/// The answer of the first rule that understands the whole question.
pub fn read(question: &str, today: Today) -> Option<Found> {
    if question.len() > LONGEST {
        return None;
    }
    let sheet = Sheet::new(question);
    calendar::relative(&mut sheet.clone(), today).or_else(|| RULES.iter().find_map(|rule| rule(&mut sheet.clone())))
}

/// Bytes of a question that rules read: longer texts are documents.
const LONGEST: usize = 1200;

#[cfg(test)]
mod tests;
