//! A meaning as a plan's steps.

use serde_json::{Value as Json, json};

use super::forms::{Answer, Form, Pick, RowTest};
use super::reading::{Ordered, Reading};
use crate::column::Kind;
use crate::expression::{Expression, Function, Operator};
use crate::plan::{Aggregate, AggregateFunction, Condition, Plan, Step, Test, Type};
use crate::table::{Table, unlike};
use crate::value::{DAY, Value, iso};

/// The plan; its first column is the answer.
pub fn to_plan(form: &Form, reading: &Reading, table: &Table) -> Plan {
    let name = |column: usize| table.columns[column].name.clone();
    let mut steps = Vec::new();
    let (mut texts, mut numbers) = (Vec::new(), Vec::new());
    for test in &form.tests {
        match test {
            RowTest::Is { column, text, exact, not, .. } => {
                let is = match (exact, not) {
                    (true, false) => Test::Equal,
                    (true, true) => Test::NotEqual,
                    (false, false) => Test::Contains,
                    (false, true) => Test::NotContains,
                };
                let value = if *exact { typed(*column, text, table) } else { json!(text) };
                texts.push(Condition { column: name(*column), is, value });
            }
            RowTest::Compare { column, test, number } => {
                let dated = reading.columns[*column].dated;
                let value = if dated { json!(iso(*number as i64 * DAY)) } else { json!(number) };
                numbers.push(Condition { column: name(*column), is: *test, value });
            }
        }
    }
    if !texts.is_empty() {
        steps.push(Step::Filter { conditions: texts, any: form.any, expression: None });
    }
    let mut read_as = Vec::new();
    let measured = match form.answer {
        Answer::Sum(c) | Answer::Mean(c) | Answer::Range(c) | Answer::LargestSum { of: c, .. } => Some(c),
        Answer::Relation { column, .. } => Some(column),
        _ => None,
    };
    let apart = match form.answer {
        Answer::Apart(a, b) => vec![a, b],
        _ => Vec::new(),
    };
    let picked = match form.pick {
        Pick::Largest(c) | Pick::Smallest(c) => Some(c),
        _ => None,
    };
    let compared = form.tests.iter().filter(|t| matches!(t, RowTest::Compare { .. })).map(RowTest::column);
    for column in measured.into_iter().chain(apart).chain(picked).chain(compared) {
        let to = match reading.columns[column].ordered {
            Ordered::Numbers => Type::Number,
            Ordered::Dates => Type::Date,
            Ordered::Itself | Ordered::No => continue,
        };
        if !read_as.contains(&column) {
            read_as.push(column);
            steps.push(Step::Cast { column: name(column), to });
        }
    }
    if !numbers.is_empty() {
        steps.push(Step::Filter { conditions: numbers, any: false, expression: None });
    }
    match form.pick {
        Pick::All => {}
        Pick::Largest(column) => steps.push(Step::Extreme { column: name(column), smallest: false }),
        Pick::Smallest(column) => steps.push(Step::Extreme { column: name(column), smallest: true }),
        Pick::First => steps.push(Step::Top { count: 1, skip: 0 }),
        Pick::Last => steps.push(Step::Bottom { count: 1 }),
        Pick::Next => steps.push(Step::Beside { offset: 1 }),
        Pick::Before => steps.push(Step::Beside { offset: -1 }),
    }
    let one = |function, column: Option<usize>, new: &str| Aggregate {
        function,
        column: column.map(name),
        name: Some(unlike(new.to_owned(), &table.names())),
    };
    let whole = |aggregate| Step::Group { by: Vec::new(), aggregates: vec![aggregate] };
    let filled = |column: usize| Step::Filter {
        conditions: vec![Condition { column: name(column), is: Test::NotEmpty, value: Json::Null }],
        any: false,
        expression: None,
    };
    let count = one(AggregateFunction::Count, None, "count");
    match form.answer {
        Answer::Values(column) => steps.push(Step::Select { columns: vec![name(column)] }),
        Answer::Count => steps.push(whole(count)),
        Answer::Distinct(column) => steps.push(whole(one(AggregateFunction::CountDistinct, Some(column), "count"))),
        Answer::Sum(column) => steps.push(whole(one(AggregateFunction::Sum, Some(column), "sum"))),
        Answer::Mean(column) => steps.push(whole(one(AggregateFunction::Mean, Some(column), "mean"))),
        Answer::Range(column) => steps.push(whole(one(AggregateFunction::Range, Some(column), "difference"))),
        Answer::Any => {
            let counted = count.result_name();
            steps.push(whole(count));
            let expression = format!("if([{counted}] > 0, \"yes\", \"no\")");
            steps.push(Step::Derive { name: "answer".into(), expression });
            steps.push(Step::Select { columns: vec!["answer".into()] });
        }
        Answer::Relation { column, more, less, in_order } => {
            let of = |function, new: &str| Aggregate { function, column: Some(name(column)), name: Some(new.into()) };
            let aggregates = vec![of(AggregateFunction::First, "first"), of(AggregateFunction::Last, "last")];
            steps.push(Step::Group { by: Vec::new(), aggregates });
            let sign = if in_order { ">" } else { "<" };
            let expression = format!("if([first] {sign} [last], \"{more}\", \"{less}\")");
            steps.push(Step::Derive { name: "answer".into(), expression });
            steps.push(Step::Select { columns: vec!["answer".into()] });
        }
        Answer::Apart(a, b) => {
            let new = unlike("difference".to_owned(), &table.names());
            let column = |c: usize| Box::new(Expression::Column(name(c)));
            let difference = Expression::Binary(Operator::Subtract, column(a), column(b));
            let expression = Expression::Call(Function::Abs, vec![difference]).to_string();
            steps.push(Step::Derive { name: new.clone(), expression });
            steps.push(Step::Select { columns: vec![new] });
        }
        Answer::Commonest { column, least } => {
            let counted = count.result_name();
            steps.push(filled(column));
            steps.push(Step::Group { by: vec![name(column)], aggregates: vec![count] });
            steps.push(Step::Extreme { column: counted, smallest: least });
            steps.push(Step::Select { columns: vec![name(column)] });
        }
        Answer::CountRange(column) => {
            let range = Aggregate {
                function: AggregateFunction::Range,
                column: Some(count.result_name()),
                name: Some("difference".into()),
            };
            steps.push(Step::Group { by: vec![name(column)], aggregates: vec![count] });
            steps.push(whole(range));
        }
        Answer::LargestSum { column, of } => {
            let sum = one(AggregateFunction::Sum, Some(of), "sum");
            let summed = sum.result_name();
            steps.push(filled(column));
            steps.push(Step::Group { by: vec![name(column)], aggregates: vec![sum] });
            steps.push(Step::Extreme { column: summed, smallest: false });
            steps.push(Step::Select { columns: vec![name(column)] });
        }
    }
    Plan { sheet: None, steps }
}

/// A shown cell as a constant of its column's type.
fn typed(column: usize, text: &str, table: &Table) -> Json {
    let column = &table.columns[column];
    if column.kind == Kind::Text {
        return json!(text);
    }
    let row = (0..column.len()).find(|row| column.shown(*row) == text);
    match row.map(|row| column.get(row)) {
        Some(Value::Bool(b)) => json!(b),
        Some(value @ (Value::Number(_) | Value::Float(_))) => match serde_json::from_str(&value.to_string()) {
            Ok(number) => number,
            Err(_) => json!(value.to_string()),
        },
        Some(value) => json!(value.to_string()),
        None => json!(text),
    }
}
