//! All meanings that a question's words allow, with what each gives.

mod many;
mod relations;
mod rows;

use super::forms::{Answer, Form, Pick, RowTest};
use super::question::Question;
use super::reading::{Ordered, Reading};
use super::to_plan::to_plan;
use crate::plan::Step;
use crate::table::Table;

use many::told_of_many;
use relations::{truths, wants_truth};
use rows::{Rows, row_sets};

/// A meaning and what it gives.
#[derive(Debug, Clone)]
pub struct Candidate {
    /// The meaning.
    pub form: Form,
    /// Tokens of the question that its tests name.
    pub mask: u64,
    /// Rows before the choice.
    pub rows: usize,
    /// What it gives, each once.
    pub gives: Vec<String>,
}

/// Rows that a meaning is looked for in.
const TRIED_ROWS: usize = 5000;

/// The steps that keep the rows which an instruction names by most of its words.
pub fn best_rows(text: &str, table: &Table) -> Option<Vec<Step>> {
    let reading = Reading::new(table, TRIED_ROWS);
    let question = Question::new(text, &reading);
    let named = |set: &Rows| set.tests.iter().fold(0, |mask, t| mask | question.named[t.column()]);
    // A comparison is only made where a word says so.
    let compared = |set: &Rows| set.tests.iter().filter(|t| matches!(t, RowTest::Compare { .. })).count() as u32;
    let said = |set: &Rows| (set.mask | named(set)).count_ones() + compared(set);
    let sets = row_sets(&question, &reading);
    let best = sets.iter().enumerate().filter(|(_, s)| !s.tests.is_empty());
    // Of those that say the same the first has fewest conditions.
    let (_, best) = best.max_by_key(|(place, s)| (said(s), std::cmp::Reverse(*place)))?;
    let form = Form { tests: best.tests.clone(), any: best.any, pick: Pick::All, answer: Answer::Count };
    let mut steps = to_plan(&form, &reading, table).steps;
    steps.pop();
    Some(steps)
}

/// Candidates of one question at most.
const MOST: usize = 2400;
/// Values in one answer at most.
const LONGEST_LIST: usize = 12;

/// All candidates, those with few tests first.
pub fn candidates(question: &Question, reading: &Reading) -> Vec<Candidate> {
    let mut all = Vec::new();
    if reading.rows == 0 {
        return all;
    }
    let sets = row_sets(question, reading);
    if wants_truth(question) {
        truths(&mut all, question);
    }
    let counting = question.has(&["how", "number", "total", "count", "amount", "many", "sum", "combined", "多", "几"]);
    let superlative = question.superlative() || question.tokens.iter().any(|t| t.word == "最");
    let neighbours = question.has(NEIGHBOURS);
    let ends = question.has(ENDS);
    let ordered: Vec<usize> =
        (0..reading.columns.len()).filter(|c| reading.columns[*c].ordered != Ordered::No).collect();
    for (place, set) in sets.iter().enumerate() {
        let mut picks = vec![Pick::All];
        if neighbours && !set.tests.is_empty() && !set.any {
            picks.extend([Pick::Next, Pick::Before]);
        }
        if ends && set.rows.len() > 1 {
            picks.extend([Pick::First, Pick::Last]);
        }
        if superlative && set.rows.len() > 1 && place < 16 {
            picks.extend(ordered.iter().flat_map(|c| [Pick::Largest(*c), Pick::Smallest(*c)]));
        }
        for pick in picks {
            let chosen = choose(pick, &set.rows, reading);
            if chosen.is_empty() {
                continue;
            }
            let simple = matches!(pick, Pick::All);
            for column in 0..reading.columns.len() {
                // The cell that was asked about is no answer, but where one of several was chosen.
                let told = set.tests.iter().any(|t| {
                    t.column() == column && matches!(t, RowTest::Is { exact: true, not: false, .. }) && !set.any
                });
                if !told || !matches!(pick, Pick::All | Pick::First | Pick::Last) {
                    push(&mut all, set, pick, Answer::Values(column), values(&chosen, column, reading));
                }
            }
            if counting && (simple || matches!(pick, Pick::Largest(_) | Pick::Smallest(_))) {
                push(&mut all, set, pick, Answer::Count, vec![chosen.len().to_string()]);
            }
            if simple {
                told_of_many(&mut all, set, &chosen, question, reading, counting);
            }
        }
        if all.len() > MOST {
            break;
        }
    }
    all
}

const NEIGHBOURS: &[&str] = &[
    "after",
    "before",
    "next",
    "previous",
    "prior",
    "following",
    "followed",
    "above",
    "below",
    "under",
    "preceding",
    "preceded",
    "precedes",
    "follows",
    "succeeded",
    "replaced",
    "subsequent",
    "immediately",
    "directly",
    "listed",
    "came",
    "comes",
    "beneath",
    "ahead",
    "behind",
    "right",
    "later",
    "earlier",
    "consecutive",
    "previously",
    "then",
    "between",
    "succeeding",
    "proceeded",
    "preceeding",
    "preceeded",
    "下",
    "上",
    "后",
    "前",
    "次",
];

const ENDS: &[&str] = &[
    "first",
    "last",
    "top",
    "bottom",
    "final",
    "initial",
    "earliest",
    "latest",
    "recent",
    "oldest",
    "newest",
    "begin",
    "beginning",
    "start",
    "started",
    "end",
    "ended",
    "recently",
    "finally",
    "debut",
    "opening",
    "before",
    "after",
    "earlier",
    "later",
    "previous",
    "next",
    "listed",
    "第",
    "最",
];

fn push(all: &mut Vec<Candidate>, set: &Rows, pick: Pick, answer: Answer, gives: Vec<String>) {
    if gives.is_empty() || gives.len() > LONGEST_LIST || all.len() > MOST {
        return;
    }
    let form = Form { tests: set.tests.clone(), any: set.any, pick, answer };
    all.push(Candidate { form, mask: set.mask, rows: set.rows.len(), gives });
}

/// Cells, each once, in order.
fn values(rows: &[u32], column: usize, reading: &Reading) -> Vec<String> {
    let read = &reading.columns[column];
    let mut seen: Vec<u32> = Vec::new();
    let mut gives = Vec::new();
    for row in rows {
        let id = read.ids[*row as usize];
        let text = &read.shown[*row as usize];
        if !seen.contains(&id) && !text.trim().is_empty() {
            seen.push(id);
            gives.push(text.clone());
            if gives.len() > LONGEST_LIST {
                break;
            }
        }
    }
    gives
}

/// A number without the noise of floats.
fn number(n: f64) -> String {
    let rounded = (n * 1e6).round() / 1e6;
    format!("{rounded}")
}

fn choose(pick: Pick, rows: &[u32], reading: &Reading) -> Vec<u32> {
    let beside = |offset: i64| {
        let moved = rows.iter().map(|r| i64::from(*r) + offset);
        moved.filter(|r| (0..reading.rows as i64).contains(r)).map(|r| r as u32).collect()
    };
    let extreme = |column: usize, sign: f64| {
        let numbers = &reading.columns[column].numbers;
        let best = rows.iter().filter_map(|r| numbers[*r as usize]).map(|n| n * sign).fold(f64::NEG_INFINITY, f64::max);
        rows.iter().copied().filter(|r| numbers[*r as usize].is_some_and(|n| n * sign == best)).collect()
    };
    match pick {
        Pick::All => rows.to_vec(),
        Pick::Largest(column) => extreme(column, 1.0),
        Pick::Smallest(column) => extreme(column, -1.0),
        Pick::First => rows.first().copied().into_iter().collect(),
        Pick::Last => rows.last().copied().into_iter().collect(),
        Pick::Next => beside(1),
        Pick::Before => beside(-1),
    }
}
