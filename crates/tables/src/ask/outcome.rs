//! What the reader sees of a plan that has run: a sentence whose numbers come from the result, and the plan below.

use loquat_agent::{Outcome, Part};
use serde_json::{Value as Json, json};

use crate::column::Column;
use crate::plan::{Language, Plan, Ran, in_words, sentence};
use crate::table::Table;
use crate::value::Value;

/// Rows of a result that an answer shows.
const SHOWN_ROWS: usize = 50;
/// Values that a sentence lists at most.
const LISTED: usize = 20;
/// Rows of a table that a change would make.
const PROPOSED_ROWS: usize = 5;

/// Cells of a result's first column, each once.
pub fn answers(table: &Table) -> Vec<String> {
    let Some(column) = table.columns.first() else { return Vec::new() };
    let mut answers: Vec<String> = Vec::new();
    for row in 0..column.len().min(1000) {
        let text = cell(column, row);
        if !text.trim().is_empty() && !answers.contains(&text) {
            answers.push(text);
        }
    }
    answers
}

/// Digits after the point that an answer shows: an average has no end.
const SHOWN_DIGITS: u32 = 8;

fn cell(column: &Column, row: usize) -> String {
    match column.get(row) {
        Value::Number(n) if n.scale() > SHOWN_DIGITS => Value::Number(n.round_dp(SHOWN_DIGITS)).to_string(),
        _ => column.shown(row),
    }
}

/// The answer in a sentence, and the plan with its rows below.
pub fn outcome(plan: &Plan, ran: &Ran, language: Language) -> Outcome {
    let answers = answers(&ran.table);
    let text = sentence(plan, ran, &answers, language);
    Outcome {
        parts: vec![Part::text(text), table(plan, ran, language, SHOWN_ROWS, false)],
        answer: Some(Json::from(answers).to_string()),
        ..Outcome::default()
    }
}

/// What a change would do: nothing is done before the person agrees.
pub fn proposal(plan: &Plan, ran: &Ran, language: Language) -> Outcome {
    let words = in_words(plan, language).join(&language.say("list", &[]));
    let before = ran.rows.first().map_or(0, |r| r.before).to_string();
    let after = ran.table.rows().to_string();
    let text = match before == after {
        true => language.say("proposal", &[("words", &words)]),
        false => language.say("proposal_rows", &[("words", &words), ("before", &before), ("after", &after)]),
    };
    Outcome { parts: vec![Part::text(text), table(plan, ran, language, PROPOSED_ROWS, true)], ..Outcome::default() }
}

fn table(plan: &Plan, ran: &Ran, language: Language, most: usize, proposed: bool) -> Part {
    let answers = answers(&ran.table);
    // What the sentence lists, each once.
    let listed = !proposed && ran.table.columns.len() == 1 && answers.len() <= LISTED;
    let row = |r: usize| match listed {
        true => vec![answers[r].clone()],
        false => ran.table.columns.iter().map(|c| cell(c, r)).collect(),
    };
    let rows = if listed { answers.len() } else { ran.table.rows() };
    let mut told = json!({ "plan": plan, "words": in_words(plan, language), "rows": ran.rows });
    if let Some(chart) = &ran.chart {
        told["chart"] = json!(chart);
    }
    if proposed {
        told["proposed"] = json!(true);
    }
    Part::Table {
        columns: ran.table.names(),
        rows: (0..rows.min(most)).map(row).collect(),
        total_rows: rows as u64,
        plan: Some(told),
    }
}
