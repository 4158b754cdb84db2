//! How two rows or two numbers compare, and whether something is so.

use std::rc::Rc;

use super::super::forms::{Answer, Pick, RowTest};
use super::super::question::Question;
use super::super::reading::{Ordered, Reading};
use super::rows::{Rows, test_of};
use super::{Candidate, number, push};

/// Words that say how two things compare, the one for more first; of dates the later is more.
const RELATIONS: [(&str, &str); 15] = [
    ("more", "less"),
    ("more", "fewer"),
    ("higher", "lower"),
    ("above", "below"),
    ("larger", "smaller"),
    ("bigger", "smaller"),
    ("longer", "shorter"),
    ("taller", "shorter"),
    ("greater", "less"),
    ("greater", "smaller"),
    ("better", "worse"),
    ("faster", "slower"),
    ("older", "younger"),
    ("after", "before"),
    ("later", "earlier"),
];

/// Whether the question wants a yes or a no.
pub fn wants_truth(question: &Question) -> bool {
    const AUXILIARIES: [&str; 14] =
        ["did", "was", "is", "were", "does", "do", "are", "has", "have", "had", "can", "could", "will", "would"];
    question.tokens.first().is_some_and(|t| AUXILIARIES.contains(&t.word.as_str()))
}

/// How the two rows of a set compare, in the question's own words.
pub fn relations(all: &mut Vec<Candidate>, set: &Rows, rows: (u32, u32), question: &Question, reading: &Reading) {
    // Which row is named first.
    let named_first = |test: &RowTest| match test {
        RowTest::Is { column, text, .. } => question
            .matches
            .iter()
            .find(|m| m.column == *column && m.text == *text && m.mask & set.mask == m.mask)
            .and_then(|m| Some((m.mask.trailing_zeros(), m.rows.first().copied()?))),
        RowTest::Compare { .. } => None,
    };
    let places: Vec<(u32, u32)> = set.tests.iter().filter_map(named_first).collect();
    let [a, b] = places[..] else { return };
    let first = if a.0 < b.0 { a.1 } else { b.1 };
    let in_order = first == rows.0;
    let other = if in_order { rows.1 } else { rows.0 };
    let mut words: Vec<(&'static str, &'static str)> =
        RELATIONS.iter().copied().filter(|(m, l)| question.has(&[m]) && question.has(&[l])).take(1).collect();
    if words.is_empty() && wants_truth(question) {
        let less =
            question.has(&["less", "fewer", "lower", "smaller", "shorter", "before", "earlier", "younger", "below"]);
        words.push(if less { ("no", "yes") } else { ("yes", "no") });
    }
    for (more, less) in words {
        for (column, read) in reading.columns.iter().enumerate().filter(|(_, c)| c.ordered != Ordered::No) {
            let at = |row: u32| read.numbers[row as usize];
            if let (Some(x), Some(y)) = (at(first), at(other)) {
                let word = if x > y { more } else { less };
                push(all, set, Pick::All, Answer::Relation { column, more, less, in_order }, vec![word.to_owned()]);
            }
        }
    }
}

/// Whether rows are as two parts of the question say.
pub fn truths(all: &mut Vec<Candidate>, question: &Question) {
    for (i, a) in question.matches.iter().enumerate().take(4) {
        for b in question.matches.iter().take(5).skip(i + 1) {
            if a.mask & b.mask != 0 || a.column == b.column {
                continue;
            }
            let rows: Vec<u32> = a.rows.iter().copied().filter(|r| b.rows.binary_search(r).is_ok()).collect();
            let word = if rows.is_empty() { "no" } else { "yes" };
            let tests = vec![test_of(a, false), test_of(b, false)];
            let set = Rows { tests, any: false, mask: a.mask | b.mask, rows: Rc::new(rows) };
            push(all, &set, Pick::All, Answer::Any, vec![word.to_owned()]);
        }
    }
}

/// Two numbers of one row, in columns that the question names.
pub fn apart(all: &mut Vec<Candidate>, set: &Rows, row: u32, question: &Question, reading: &Reading) {
    let named =
        |c: usize| question.named[c] != 0 && reading.columns[c].ordered != Ordered::No && !reading.columns[c].dated;
    let columns: Vec<usize> = (0..reading.columns.len()).filter(|c| named(*c)).take(6).collect();
    for (i, a) in columns.iter().enumerate() {
        for b in &columns[i + 1..] {
            let at = |c: usize| reading.columns[c].numbers[row as usize];
            if let (Some(x), Some(y)) = (at(*a), at(*b)) {
                push(all, set, Pick::All, Answer::Apart(*a, *b), vec![number((x - y).abs())]);
            }
        }
    }
}
