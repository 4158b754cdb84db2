//! Sets of rows that a question may mean: by cells, comparisons, "not", "the same as".

use std::rc::Rc;

use super::super::forms::RowTest;
use super::super::question::{Match, Question};
use super::super::reading::{Ordered, Reading};
use crate::plan::Test;

/// Rows and how they were chosen.
#[derive(Clone)]
pub struct Rows {
    pub tests: Vec<RowTest>,
    pub any: bool,
    pub mask: u64,
    pub rows: Rc<Vec<u32>>,
}

pub fn test_of(m: &Match, not: bool) -> RowTest {
    RowTest::Is { column: m.column, text: m.text.clone(), exact: m.exact, not, looked_up: false }
}

fn single(m: &Match) -> Rows {
    Rows { tests: vec![test_of(m, false)], any: false, mask: m.mask, rows: m.rows.clone() }
}

fn both(a: &Rows, b: &Rows) -> Option<Rows> {
    let rows: Vec<u32> = a.rows.iter().copied().filter(|r| b.rows.binary_search(r).is_ok()).collect();
    if rows.is_empty() {
        return None;
    }
    let tests = a.tests.iter().chain(&b.tests).cloned().collect();
    Some(Rows { tests, any: false, mask: a.mask | b.mask, rows: Rc::new(rows) })
}

pub fn row_sets(question: &Question, reading: &Reading) -> Vec<Rows> {
    let all: Rc<Vec<u32>> = Rc::new((0..reading.rows as u32).collect());
    let mut sets = vec![Rows { tests: Vec::new(), any: false, mask: 0, rows: all.clone() }];
    let matches = &question.matches;
    let singles: Vec<Rows> = matches.iter().map(single).collect();
    sets.extend(singles.iter().cloned());
    let compared = comparisons(question, reading);
    sets.extend(compared.iter().cloned());
    let mut pairs = Vec::new();
    for (i, a) in matches.iter().enumerate() {
        for (j, b) in matches.iter().enumerate().skip(i + 1) {
            if a.mask & b.mask != 0 || pairs.len() > 24 {
                continue;
            }
            if a.column == b.column {
                let mut rows: Vec<u32> = a.rows.iter().chain(b.rows.iter()).copied().collect();
                rows.sort_unstable();
                rows.dedup();
                let tests = vec![test_of(a, false), test_of(b, false)];
                pairs.push(Rows { tests, any: true, mask: a.mask | b.mask, rows: Rc::new(rows) });
            } else {
                pairs.extend(both(&singles[i], &singles[j]));
            }
        }
    }
    let mut triples = Vec::new();
    for (i, a) in singles.iter().enumerate().take(5) {
        for (j, b) in singles.iter().enumerate().take(5).skip(i + 1) {
            for c in singles.iter().take(5).skip(j + 1) {
                let columns = [a.tests[0].column(), b.tests[0].column(), c.tests[0].column()];
                let apart = a.mask & b.mask == 0 && (a.mask | b.mask) & c.mask == 0;
                if apart && columns[0] != columns[1] && columns[1] != columns[2] && columns[0] != columns[2] {
                    triples.extend(both(a, b).and_then(|ab| both(&ab, c)));
                }
            }
        }
    }
    sets.extend(pairs);
    sets.extend(triples);
    for comparison in &compared {
        sets.extend(
            singles.iter().take(4).filter(|s| s.mask & comparison.mask == 0).filter_map(|s| both(comparison, s)),
        );
    }
    if question.has(&["other", "besides", "not", "except", "aside", "else", "than", "without", "excluding", "n't"]) {
        for m in matches.iter().take(5) {
            let rows: Vec<u32> = all.iter().copied().filter(|r| m.rows.binary_search(r).is_err()).collect();
            if !rows.is_empty() {
                sets.push(Rows { tests: vec![test_of(m, true)], any: false, mask: m.mask, rows: Rc::new(rows) });
            }
        }
    }
    if question.has(&["same", "as", "also", "another", "other", "share", "shared", "tied"]) {
        for m in matches.iter().take(4) {
            sets.extend(same_as(m, reading));
        }
    }
    sets
}

/// Rows that have the same cell as the row that is named, without that row.
fn same_as(m: &Match, reading: &Reading) -> Vec<Rows> {
    let [row] = m.rows[..] else { return Vec::new() };
    let mut sets = Vec::new();
    for (column, read) in reading.columns.iter().enumerate().filter(|(c, _)| *c != m.column) {
        let id = read.ids[row as usize];
        let rows: Vec<u32> = (0..reading.rows as u32).filter(|r| *r != row && read.ids[*r as usize] == id).collect();
        if rows.is_empty() || rows.len() > 12 {
            continue;
        }
        let text = read.shown[row as usize].clone();
        let same = RowTest::Is { column, text, exact: true, not: false, looked_up: true };
        let tests = vec![same, test_of(m, true)];
        sets.push(Rows { tests, any: false, mask: m.mask, rows: Rc::new(rows) });
    }
    sets
}

/// "more than 20", "since 1990", "between 3 and 7".
fn comparisons(question: &Question, reading: &Reading) -> Vec<Rows> {
    let mut tests: Vec<Test> = Vec::new();
    let mut add = |words: &[&str], some: &[Test]| {
        if question.has(words) {
            tests.extend(some);
        }
    };
    add(
        &[
            "more",
            "over",
            "above",
            "greater",
            "after",
            "exceed",
            "exceeds",
            "higher",
            "larger",
            "longer",
            "exceeded",
            "past",
            "beyond",
            "surpass",
            "surpassed",
            "older",
            "大",
            "超",
        ],
        &[Test::More],
    );
    add(&["least", "since", "or", "from", "up", "starting", "minimum"], &[Test::AtLeast]);
    add(
        &["less", "under", "below", "before", "fewer", "lower", "smaller", "shorter", "prior", "小", "低"],
        &[Test::Less],
    );
    add(&["most", "or", "until", "up", "through", "within", "maximum"], &[Test::AtMost]);
    let mut sets = Vec::new();
    let fitting = |column: usize, fits: &dyn Fn(f64) -> bool| -> Vec<u32> {
        let numbers = &reading.columns[column].numbers;
        (0..reading.rows as u32).filter(|r| numbers[*r as usize].is_some_and(fits)).collect()
    };
    for (column, read) in reading.columns.iter().enumerate().filter(|(_, c)| c.ordered != Ordered::No) {
        let as_ordered = |n: f64| match read.dated {
            // A year among dates is its first day.
            true if (1000.0..3000.0).contains(&n) => crate::value::days(n as i64, 1, 1).map(|d| d as f64),
            true => None,
            false => Some(n),
        };
        for (n, mask) in question.numbers.iter().take(3) {
            let Some(bound) = as_ordered(*n) else { continue };
            for test in &tests {
                let fits = |x: f64| match test {
                    Test::More => x > bound,
                    Test::AtLeast => x >= bound,
                    Test::Less => x < bound,
                    _ => x <= bound,
                };
                let rows = fitting(column, &fits);
                if rows.is_empty() || rows.len() == reading.rows {
                    continue;
                }
                let tests = vec![RowTest::Compare { column, test: *test, number: bound }];
                sets.push(Rows { tests, any: false, mask: *mask, rows: Rc::new(rows) });
            }
        }
        let between = question.has(&["between", "from", "to", "through", "and", "until"]);
        if let ([(a, first), (b, second), ..], true) = (&question.numbers[..], between) {
            let (Some(low), Some(high)) = (as_ordered(a.min(*b)), as_ordered(a.max(*b))) else { continue };
            let rows = fitting(column, &|x| x >= low && x <= high);
            if !rows.is_empty() && rows.len() < reading.rows {
                let test = |test, number| RowTest::Compare { column, test, number };
                let tests = vec![test(Test::AtLeast, low), test(Test::AtMost, high)];
                sets.push(Rows { tests, any: false, mask: first | second, rows: Rc::new(rows) });
            }
        }
    }
    sets.truncate(40);
    sets
}
