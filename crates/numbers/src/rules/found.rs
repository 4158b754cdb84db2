//! What a rule has found: the answer, and how it came about.

use num_traits::Signed;

use crate::math::number::shown;
use crate::math::{Q, exact};
use crate::program::{Program, system};

/// An answer with its working.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Found {
    /// The bare answer: a number without its unit, a weekday, a time, a date.
    pub answer: String,
    /// The answer for the reader.
    pub shown: String,
    /// What the question tells.
    pub known: Vec<String>,
    /// Equations or steps.
    pub steps: Vec<String>,
    /// Conditions with the result put in.
    pub checks: Vec<String>,
}

impl Found {
    /// An answer in words.
    pub fn text(answer: impl Into<String>, steps: Vec<String>) -> Self {
        let answer = answer.into();
        Found { shown: answer.clone(), answer, steps, ..Found::default() }
    }

    /// A number with its unit.
    pub fn number(value: &Q, unit: &str, steps: Vec<String>) -> Self {
        Found { answer: bare(value), shown: with_unit(&shown(value), unit), steps, ..Found::default() }
    }

    /// The same with what is known.
    pub fn knowing(mut self, known: Vec<String>) -> Self {
        self.known = known;
        self
    }
}

/// The number for programs: exact.
pub fn bare(value: &Q) -> String {
    exact(value)
}

/// `12 km`, `12只`.
pub fn with_unit(number: &str, unit: &str) -> String {
    match unit.chars().next() {
        None => number.to_owned(),
        Some('%' | '°') => format!("{number}{unit}"),
        Some(c) if c.is_ascii() => format!("{number} {unit}"),
        Some(_) => format!("{number}{unit}"),
    }
}

/// What values must be for an answer to make sense.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sense {
    /// Things that are counted: whole, not negative.
    Counts,
    /// Measures: not negative.
    Measures,
}

/// Solves the equations that a rule has read. None where there is no solution, or none that makes sense: then the rule
/// has misread the question, or the question is at fault.
pub fn solved(equations: &[String], unit: &str, sense: Sense) -> Option<Found> {
    let program: Program = system(&equations.join("\n")).ok()?;
    let sensible = |value: &Q| !value.is_negative() && (sense == Sense::Measures || value.is_integer());
    if !program.values.values().all(sensible) {
        return None;
    }
    let steps = program.lines.iter().map(|line| tidy(line)).collect();
    let mut found = Found::number(&program.answer, unit, steps);
    found.checks = program.checks;
    Some(found)
}

/// Signs as they are printed.
fn tidy(line: &str) -> String {
    line.replace(" * ", " × ").replace(" / ", " ÷ ")
}
