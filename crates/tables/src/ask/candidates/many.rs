//! What may be told of many rows: counts, sums, means, differences, what occurs most.

use std::collections::HashMap;

use super::super::forms::{Answer, Pick, RowTest};
use super::super::question::Question;
use super::super::reading::{Ordered, Reading};
use super::relations::{apart, relations};
use super::rows::Rows;
use super::{Candidate, number, push};

pub fn told_of_many(
    all: &mut Vec<Candidate>,
    set: &Rows,
    rows: &[u32],
    question: &Question,
    reading: &Reading,
    counting: bool,
) {
    let pick = Pick::All;
    let mean = question.has(&["average", "mean", "avg", "均"]);
    let sum = counting || question.has(&["all", "altogether", "together", "和", "共"]);
    let difference = question.has(&[
        "difference",
        "more",
        "less",
        "fewer",
        "longer",
        "between",
        "much",
        "many",
        "long",
        "apart",
        "gap",
        "span",
        "older",
        "younger",
        "taller",
        "margin",
        "higher",
        "差",
    ]);
    let common = question.has(&[
        "most",
        "least",
        "more",
        "common",
        "often",
        "frequently",
        "frequent",
        "popular",
        "majority",
        "fewest",
        "many",
        "less",
        "fewer",
        "highest",
        "最",
    ]);
    let two = set.any && set.tests.len() == 2;
    if let ([a, b], true) = (rows, two) {
        relations(all, set, (*a, *b), question, reading);
    }
    if let ([row], true) = (rows, difference) {
        apart(all, set, *row, question, reading);
    }
    for (column, read) in reading.columns.iter().enumerate() {
        let tested = set.tests.iter().any(|t| t.column() == column);
        if counting && rows.len() > 1 && !tested {
            let mut ids: Vec<u32> = rows.iter().map(|r| read.ids[*r as usize]).collect();
            ids.sort_unstable();
            ids.dedup();
            push(all, set, pick, Answer::Distinct(column), vec![ids.len().to_string()]);
        }
        if read.ordered != Ordered::No && rows.len() > 1 {
            let numbers: Vec<f64> = rows.iter().filter_map(|r| read.numbers[*r as usize]).collect();
            if numbers.is_empty() {
                continue;
            }
            if sum && !read.dated {
                push(all, set, pick, Answer::Sum(column), vec![number(numbers.iter().sum())]);
            }
            if mean && !read.dated {
                let mean = numbers.iter().sum::<f64>() / numbers.len() as f64;
                push(all, set, pick, Answer::Mean(column), vec![number(mean)]);
            }
            if difference && (two || set.rows.len() == 2 || set.tests.len() < 2) {
                let low = numbers.iter().copied().fold(f64::INFINITY, f64::min);
                let high = numbers.iter().copied().fold(f64::NEG_INFINITY, f64::max);
                push(all, set, pick, Answer::Range(column), vec![number(high - low)]);
            }
        }
        if common && rows.len() > 1 && (!tested || two) {
            commonest(all, set, rows, column, reading);
            for (of, summed) in reading.columns.iter().enumerate() {
                if of != column && summed.ordered != Ordered::No && !summed.dated && set.tests.len() < 2 {
                    largest_sum(all, set, rows, column, of, reading);
                }
            }
        }
        if two && tested && difference {
            let of = |id: usize| set.tests.get(id);
            if let (Some(RowTest::Is { exact: true, .. }), Some(RowTest::Is { exact: true, .. })) = (of(0), of(1)) {
                let counts = counts(rows, column, reading);
                if let [(_, a), (_, b)] = counts[..] {
                    push(all, set, pick, Answer::CountRange(column), vec![a.abs_diff(b).to_string()]);
                }
            }
        }
    }
}

/// A cell's text by its row, and how often it occurs, in order of first occurrence.
fn counts(rows: &[u32], column: usize, reading: &Reading) -> Vec<(u32, usize)> {
    let read = &reading.columns[column];
    let mut places: HashMap<u32, usize> = HashMap::new();
    let mut counts: Vec<(u32, usize)> = Vec::new();
    for row in rows {
        if read.shown[*row as usize].trim().is_empty() {
            continue;
        }
        let place = *places.entry(read.ids[*row as usize]).or_insert_with(|| {
            counts.push((*row, 0));
            counts.len() - 1
        });
        counts[place].1 += 1;
    }
    counts
}

fn commonest(all: &mut Vec<Candidate>, set: &Rows, rows: &[u32], column: usize, reading: &Reading) {
    let counts = counts(rows, column, reading);
    if counts.len() < 2 || counts.len() == rows.len() {
        return;
    }
    let (high, low) = (counts.iter().map(|c| c.1).max(), counts.iter().map(|c| c.1).min());
    for (least, best) in [(false, high), (true, low)] {
        let chosen = counts.iter().filter(|c| Some(c.1) == best);
        let gives: Vec<String> = chosen.map(|c| reading.columns[column].shown[c.0 as usize].clone()).collect();
        if gives.len() <= 3 {
            push(all, set, Pick::All, Answer::Commonest { column, least }, gives);
        }
    }
}

fn largest_sum(all: &mut Vec<Candidate>, set: &Rows, rows: &[u32], column: usize, of: usize, reading: &Reading) {
    let read = &reading.columns[column];
    let mut sums: Vec<(u32, u32, f64)> = Vec::new();
    for row in rows {
        let (id, number) = (read.ids[*row as usize], reading.columns[of].numbers[*row as usize].unwrap_or(0.0));
        match sums.iter().position(|s| s.0 == id) {
            Some(at) => sums[at].2 += number,
            None if sums.len() < 60 => sums.push((id, *row, number)),
            None => return,
        }
    }
    // Where each occurs once this is only the largest.
    if sums.len() < 2 || sums.len() == rows.len() {
        return;
    }
    let best = sums.iter().map(|s| s.2).fold(f64::NEG_INFINITY, f64::max);
    let gives: Vec<String> = sums.iter().filter(|s| s.2 == best).map(|s| read.shown[s.1 as usize].clone()).collect();
    if gives.len() == 1 {
        push(all, set, Pick::All, Answer::LargestSum { column, of }, gives);
    }
}
