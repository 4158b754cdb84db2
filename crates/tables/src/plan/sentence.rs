//! An answer as a sentence: what was asked for, in which rows, and the values of the result. Nothing in it comes from
//! anywhere else.

use super::text::{Language, aggregate, condition, name};
use super::{Condition, Plan, Ran, Step, Test};

/// Values that a sentence names at most.
const NAMED: usize = 20;

/// The sentence for a plan that has run; `answers` are the cells of its first column, each once.
pub fn sentence(plan: &Plan, ran: &Ran, answers: &[String], language: Language) -> String {
    let say = |key: &str, values: &[(&str, &str)]| capital(&language.say(key, values));
    let count = ran.table.rows().to_string();
    if answers.is_empty() {
        return say("answer_none", &[]);
    }
    if ran.table.columns.len() != 1 || answers.len() > NAMED {
        let largest = sorted_first(plan).filter(|_| ran.table.columns.len() == 2);
        return match (largest, ran.table.columns.last().map(|c| c.shown(0))) {
            // Of groups the first and its number say most.
            (Some(_), Some(value)) => {
                say("answer_groups", &[("count", &count), ("first", answers[0].trim()), ("value", &value)])
            }
            _ => say("answer_rows", &[("count", &count)]),
        };
    }
    let bold: Vec<String> = answers.iter().map(|a| language.say("answer_value", &[("value", a.trim())])).collect();
    let values = language.list(&bold);
    let tests = tests(plan, language);
    let before = ran.rows.first().map_or(0, |r| r.before).to_string();
    let rows = where_(plan, &tests, language);
    match &plan.steps[..] {
        [.., Step::Group { by, aggregates }] if by.is_empty() && aggregates.len() == 1 => match &aggregates[0].column {
            None if tests.is_empty() => say("answer_size", &[("value", &values)]),
            None => say("answer_count", &[("value", &values), ("before", &before), ("tests", &tests)]),
            Some(column) => {
                let what = language.say(&format!("of_{}", aggregates[0].function.name()), &[("column", &name(column))]);
                say("answer_worked", &[("what", &what), ("value", &values), ("rows", &rows)])
            }
        },
        [.., Step::Group { by, aggregates }, Step::Extreme { smallest, .. }, Step::Select { columns }]
            if by == columns && aggregates.len() == 1 =>
        {
            let key = if *smallest { "answer_least" } else { "answer_most" };
            let what = aggregate(&aggregates[0], language);
            let column = name(&columns[0]);
            say(key, &[("column", &column), ("what", &what), ("value", &values), ("rows", &rows)])
        }
        [.., Step::Derive { .. }, Step::Select { .. }] => say("answer_plain", &[("value", &values), ("rows", &rows)]),
        [.., Step::Select { columns }] => {
            let column = language.list(&columns.iter().map(|c| name(c)).collect::<Vec<_>>());
            say("answer_cell", &[("column", &column), ("value", &values), ("rows", &rows)])
        }
        _ => say("answer_plain", &[("value", &values), ("rows", &rows)]),
    }
}

/// Whether groups were made and stand with the largest first.
fn sorted_first(plan: &Plan) -> Option<()> {
    let grouped = plan.steps.iter().any(|s| matches!(s, Step::Group { by, .. } if by.len() == 1));
    let sorted = |s: &Step| matches!(s, Step::Sort { by } if by.first().is_some_and(|key| key.descending));
    (grouped && plan.steps.iter().any(sorted)).then_some(())
}

/// The conditions of all filters; that a cell is not empty goes without saying.
fn tests(plan: &Plan, language: Language) -> String {
    let mut all = Vec::new();
    for step in &plan.steps {
        if let Step::Filter { conditions, any, .. } = step {
            let told = |c: &&Condition| c.is != Test::NotEmpty;
            let tests: Vec<String> = conditions.iter().filter(told).map(|c| condition(c, language)).collect();
            all.extend((!tests.is_empty()).then(|| tests.join(&language.say(if *any { "or" } else { "and" }, &[]))));
        }
    }
    all.join(&language.say("and", &[]))
}

/// In which rows, as a part of a sentence; empty for all of them.
fn where_(plan: &Plan, tests: &str, language: Language) -> String {
    let mut parts: Vec<String> = Vec::new();
    let grouped = plan.steps.iter().any(|s| matches!(s, Step::Group { .. }));
    for step in plan.steps.iter().filter(|_| !grouped) {
        match step {
            Step::Extreme { column, smallest } => {
                let key = if *smallest { "where_smallest" } else { "where_largest" };
                parts.push(language.say(key, &[("column", &name(column))]));
            }
            Step::Top { count: 1, skip: 0 } => parts.push(language.say("where_first", &[])),
            Step::Bottom { count: 1 } => parts.push(language.say("where_last", &[])),
            Step::Beside { offset } => {
                parts.push(language.say(if *offset > 0 { "where_below" } else { "where_above" }, &[]));
            }
            _ => {}
        }
    }
    let picked = language.list(&parts);
    let tested = language.say("where_tests", &[("tests", tests)]);
    let parts = match (tests.is_empty(), picked.is_empty()) {
        (true, true) => return String::new(),
        (true, false) => picked,
        (false, true) => tested,
        (false, false) => language.say("where_both", &[("picked", &picked), ("tested", &tested)]),
    };
    language.say("where", &[("parts", &parts)])
}

/// A sentence begins with a capital, where it does not begin with a name.
fn capital(sentence: &str) -> String {
    let mut chars = sentence.chars();
    chars.next().map_or_else(String::new, |c| c.to_uppercase().chain(chars).collect())
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use super::*;
    use crate::plan::run;
    use crate::read::Workbook;
    use crate::table::Table;

    fn said(json: &str, language: Language) -> String {
        let text = "City,Amount\nRome,1200\nOslo,300\nRome,50\n";
        let table = Table::from_sheet(&Workbook::open("t.csv", text.as_bytes()).expect("a table").sheets[0]);
        let plan: Plan = serde_json::from_str(json).expect("a plan");
        let ran = run(&plan, &table, &HashMap::new()).expect("a result");
        sentence(&plan, &ran, &crate::ask::answers(&ran.table), language)
    }

    #[test]
    fn answers_say_what_of_which_rows() {
        let sum = r#"{"steps":[{"op":"filter","conditions":[{"column":"City","is":"equal","value":"Rome"}]},
            {"op":"group","aggregates":[{"function":"sum","column":"Amount"}]}]}"#;
        assert_eq!(said(sum, Language::English), "The sum of *Amount* is **1250** in rows where *City* is “Rome”.");
        assert_eq!(said(sum, Language::Chinese), "*City* 为 “Rome” 的行中，*Amount* 的总和是 **1250**。");
        let cell = r#"{"steps":[{"op":"extreme","column":"Amount"},{"op":"select","columns":["City"]}]}"#;
        assert_eq!(said(cell, Language::English), "*City* is **Rome** in the row with the largest *Amount*.");
        let count = r#"{"steps":[{"op":"filter","conditions":[{"column":"Amount","is":"less","value":400}]},
            {"op":"group","aggregates":[{"function":"count"}]}]}"#;
        assert_eq!(said(count, Language::English), "Of 3 rows, **2** fit: *Amount* is less than 400.");
        let all = r#"{"steps":[{"op":"group","aggregates":[{"function":"count"}]}]}"#;
        assert_eq!(said(all, Language::Japanese), "表は **3** 行です。");
    }
}
